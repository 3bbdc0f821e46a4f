namespace Arm64MmioDecode.Translation;

/// <summary>Stage 1 permissions in AArch64: direct (AP, UXN, PXN and their hierarchy) or indirect (FEAT_S1PIE), and overlays.</summary>
internal static class AArch64Permissions
{
    public static AccessPermissions Of(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, bool privileged, bool pan)
    {
        bool twoPrivileges = registers.Regime != Stage1Regime.EL2;
        Grant el0 = default;
        Grant elx;
        if (range.PermissionIndirection)
        {
            Indirect(registers, range, leaf, twoPrivileges, out elx, out el0);
        }
        else if (twoPrivileges)
        {
            Direct(registers, range, leaf, out elx, out el0);
        }
        else
        {
            elx = DirectSinglePrivilege(registers, range, leaf);
        }

        // PAN looks at what the tables give EL0 before overlays: what EL0 may read or write (or execute, with EPAN, or at all
        // with indirect permissions), EL1 and EL2 may not touch.
        if (pan && twoPrivileges)
        {
            bool executeCounts = range.PermissionIndirection
                || (registers.Capabilities.Has(Stage1Features.EnhancedPan) && Bits.Bit(registers.Sctlr, 57));
            if (el0.Has(AccessPermissions.Read | AccessPermissions.Write | (executeCounts ? AccessPermissions.Execute : 0)))
            {
                elx.Take(AccessPermissions.Read | AccessPermissions.Write);
            }
        }

        int overlayIndex = Bits.Field(leaf.Value, 62, 60);
        Grant grant = privileged || !twoPrivileges ? elx : el0;
        grant.Finish(privileged || !twoPrivileges ? registers.Por : registers.PorEl0, overlayIndex);

        // With indirect permissions bit 7 is nDirty: unless hardware manages the dirty state, a clean page cannot be written.
        if (range.PermissionIndirection && leaf.NotDirty && !range.HardwareDirtyState)
        {
            grant.Take(AccessPermissions.Write);
        }

        return grant.Allowed;
    }

    private static void Direct(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, out Grant elx, out Grant el0)
    {
        // A descriptor with DBM is writable as far as anyone can tell when hardware manages the dirty state.
        bool readOnly = leaf.Ap2 && !(leaf.DirtyBitModifier && range.HardwareDirtyState);
        bool user = leaf.Ap1;
        bool uxn = leaf.Xn;
        bool pxn = leaf.Pxn;
        if (range.HierarchicalPermissions)
        {
            user &= (leaf.ApTable & 1) == 0;
            readOnly |= (leaf.ApTable & 2) != 0;
            uxn |= leaf.XnTable;
            pxn |= leaf.PxnTable;
        }

        bool userWrite = user && !readOnly;
        bool wxn = Bits.Bit(registers.Sctlr, 19);
        el0 = new Grant(user, userWrite, !uxn, wxn, range.UnprivilegedOverlay);
        // What EL0 can write, EL1 and EL2 never execute.
        elx = new Grant(true, !readOnly, !(pxn || userWrite), wxn, range.PrivilegedOverlay);
    }

    private static Grant DirectSinglePrivilege(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf)
    {
        bool readOnly = leaf.Ap2 && !(leaf.DirtyBitModifier && range.HardwareDirtyState);
        bool xn = leaf.Xn;
        if (range.HierarchicalPermissions)
        {
            readOnly |= (leaf.ApTable & 2) != 0;
            xn |= leaf.XnTable;
        }

        return new Grant(true, !readOnly, !xn, Bits.Bit(registers.Sctlr, 19), range.PrivilegedOverlay);
    }

    private static void Indirect(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, bool twoPrivileges, out Grant elx, out Grant el0)
    {
        // PIIndex[3:0] takes the places of UXN, PXN, DBM and AP[1].
        int index = (Bits.Field(leaf.Value, 54, 53) << 2) | (Bits.Field(leaf.Value, 51, 51) << 1) | Bits.Field(leaf.Value, 6, 6);
        elx = FromIndirection(registers.Pir, index, range.PrivilegedOverlay);
        el0 = twoPrivileges ? FromIndirection(registers.Pire0, index, range.UnprivilegedOverlay) : default;

        // Privileged execute together with unprivileged write is a combination that takes everything away.
        if (elx.Has(AccessPermissions.Execute) && el0.Has(AccessPermissions.Write))
        {
            elx = default;
            el0 = default;
        }
    }

    // PIR_ELx.Perm<m>: below 8 overlays apply, from 8 on they do not. 6 is "write, and execute only if write is taken away".
    private static Grant FromIndirection(ulong pir, int index, bool overlay)
    {
        int encoding = (int)(pir >> (index * 4)) & 0xF;
        bool read = encoding is 1 or 3 or 5 or 6 or 7 or 8 or 9 or 10 or 12 or 14;
        bool write = encoding is 5 or 6 or 7 or 12 or 14;
        bool execute = encoding is 2 or 3 or 6 or 7 or 10 or 14;
        return new Grant(read, write, execute, wxn: encoding == 6, overlay && encoding < 8);
    }

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
                int encoding = (int)(por >> (overlayIndex * 4)) & 0xF;
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
