namespace Arm64MmioDecode.Translation;

/// <summary>Stage 1 permissions in AArch64: direct (AP, UXN, PXN and their hierarchy) or indirect (FEAT_S1PIE), and overlays.</summary>
internal static class AArch64Permissions
{
    public static AccessPermissions Of(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, in TranslationRequest request)
    {
        bool twoPrivileges = registers.Regime != Stage1Regime.EL2;
        bool privileged = request.Privileged;
        bool anyUnprivileged = false;
        Grant elx;
        Grant el0;
        if (range.PermissionIndirection)
        {
            Indirect(registers, range, leaf, twoPrivileges, out elx, out el0, out anyUnprivileged);
        }
        else
        {
            Direct(registers, range, leaf, twoPrivileges, out elx, out el0);
            bool executeCounts = registers.Capabilities.Has(Stage1Features.EnhancedPan) && Bits.Bit(registers.Sctlr, 57);
            anyUnprivileged = el0.Has(AccessPermissions.Read | AccessPermissions.Write | (executeCounts ? AccessPermissions.Execute : AccessPermissions.None));
        }

        bool asEL0 = twoPrivileges && !privileged;
        Grant grant = asEL0 ? el0 : elx;
        grant.Finish(asEL0 ? registers.PorEl0 : registers.Por, overlayIndex: Bits.Field(leaf.Value, 62, 60));

        // With indirect permissions bit 7 is nDirty: unless hardware manages the dirty state, a clean page cannot be written.
        if (range.PermissionIndirection && leaf.NotDirty && !range.HardwareDirtyState && !request.IsCacheMaintenance)
        {
            grant.Take(AccessPermissions.Write);
        }

        // PAN looks at what the tables give EL0 before overlays: what EL0 may read or write (or execute, with EPAN), or with indirect
        // permissions every page whose PIRE0 field is not 0, EL1 and EL2 may not touch. Neither execution nor cache maintenance depends on it.
        if (request.Pan && privileged && twoPrivileges && anyUnprivileged && !request.IsCacheMaintenance)
        {
            grant.Take(AccessPermissions.Read | AccessPermissions.Write);
        }

        return grant.Allowed;
    }

    private static void Direct(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, bool twoPrivileges, out Grant elx, out Grant el0)
    {
        // A descriptor with DBM is writable as far as anyone can tell when hardware manages the dirty state.
        bool readOnly = leaf.Ap2 && !(leaf.DirtyBitModifier && range.HardwareDirtyState);
        bool user = leaf.Ap1;
        bool xn = leaf.Xn;
        bool pxn = leaf.Pxn;
        if (range.HierarchicalPermissions)
        {
            user &= (leaf.ApTable & 1) == 0;
            readOnly |= (leaf.ApTable & 2) != 0;
            xn |= leaf.XnTable;
            pxn |= leaf.PxnTable;
        }

        bool wxn = Bits.Bit(registers.Sctlr, 19);
        if (twoPrivileges)
        {
            // XN is UXN here. What EL0 can write, EL1 and EL2 never execute.
            bool userWrite = user && !readOnly;
            el0 = new Grant(user, userWrite, !xn, wxn, range.UnprivilegedOverlay);
            elx = new Grant(true, !readOnly, !pxn && !userWrite, wxn, range.PrivilegedOverlay);
        }
        else
        {
            el0 = default;
            elx = new Grant(true, !readOnly, !xn, wxn, range.PrivilegedOverlay);
        }
    }

    private static void Indirect(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, bool twoPrivileges, out Grant elx, out Grant el0, out bool anyUnprivileged)
    {
        // PIIndex[3:0] takes the places of UXN, PXN, DBM and AP[1].
        int index = (Bits.Field(leaf.Value, 54, 53) << 2) | (Bits.Field(leaf.Value, 51, 51) << 1) | Bits.Field(leaf.Value, 6, 6);
        int privileged = Nibble(registers.Pir, index);
        int unprivileged = twoPrivileges ? Nibble(registers.Pire0, index) : 0;
        anyUnprivileged = unprivileged != 0;

        // What gives privileged execution (or a Guarded Control Stack) together with unprivileged writing (or a Guarded Control
        // Stack) gives nothing at all (R_VFPJF).
        const int PrivilegedExecuteOrGcs = (1 << 2) | (1 << 3) | (1 << 6) | (1 << 7) | (1 << 9) | (1 << 10) | (1 << 14);
        const int UnprivilegedWriteOrGcs = (1 << 5) | (1 << 6) | (1 << 7) | (1 << 9) | (1 << 12) | (1 << 14);
        if ((PrivilegedExecuteOrGcs >> privileged & UnprivilegedWriteOrGcs >> unprivileged & 1) != 0)
        {
            elx = default;
            el0 = default;
            return;
        }

        elx = FromIndirection(privileged, range.PrivilegedOverlay);
        el0 = FromIndirection(unprivileged, range.UnprivilegedOverlay);
    }

    // PIR_ELx.Perm<m>: overlays apply below 8 and not from 8 on. 6 is 7 with WXN.
    private static Grant FromIndirection(int encoding, bool overlay)
    {
        bool read = encoding is 1 or 3 or 5 or 6 or 7 or 8 or 9 or 10 or 12 or 14;
        bool write = encoding is 5 or 6 or 7 or 12 or 14;
        bool execute = encoding is 2 or 3 or 6 or 7 or 10 or 14;
        return new Grant(read, write, execute, wxn: encoding == 6, overlay && encoding < 8);
    }

    private static int Nibble(ulong register, int index) => (int)(register >> (index * 4)) & 0xF;

    /// <summary>What one privilege level may do, and what still limits it.</summary>
    private struct Grant
    {
        private readonly bool _wxn;
        private readonly bool _overlay;

        public Grant(bool read, bool write, bool execute, bool wxn, bool overlay)
        {
            Allowed = (read ? AccessPermissions.Read : 0) | (write ? AccessPermissions.Write : 0) | (execute ? AccessPermissions.Execute : 0);
            _wxn = wxn;
            _overlay = overlay;
        }

        public AccessPermissions Allowed { get; private set; }

        public readonly bool Has(AccessPermissions permission) => (Allowed & permission) != 0;

        public void Take(AccessPermissions permission) => Allowed &= ~permission;

        /// <summary>Applies the overlay, if there is one, and then WXN.</summary>
        public void Finish(ulong por, int overlayIndex)
        {
            bool wxn = _wxn && Has(AccessPermissions.Write) && Has(AccessPermissions.Execute);
            if (_overlay)
            {
                // POR_ELx.Perm<m> is read, execute, write in bits 0, 1 and 2; from 8 on it is reserved and allows nothing.
                int encoding = Nibble(por, overlayIndex);
                if (encoding >= 8)
                {
                    encoding = 0;
                }

                // Where an overlay grants execute, WXN takes the write permission; otherwise it takes execute (R_QXXPC).
                if (wxn && (encoding & 2) != 0)
                {
                    encoding &= ~4;
                }

                Take(((encoding & 1) == 0 ? AccessPermissions.Read : 0)
                    | ((encoding & 2) == 0 ? AccessPermissions.Execute : 0)
                    | ((encoding & 4) == 0 ? AccessPermissions.Write : 0));
            }
            else if (wxn)
            {
                Take(AccessPermissions.Execute);
            }
        }
    }
}
