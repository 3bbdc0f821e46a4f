namespace Arm64MmioDecode.Translation;

/// <summary>Stage 2 permissions: direct (S2AP, XN) or indirect (FEAT_S2PIE) with overlays (FEAT_S2POE).</summary>
internal static class Stage2Permissions
{
    public static AccessPermissions Of(
        in Stage1Registers registers,
        in Stage2Parameters parameters,
        in LongDescriptor leaf,
        bool privileged,
        bool isTableWalk,
        bool ignoreDirty = false)
    {
        ulong descriptor = leaf.Value;
        if (!parameters.PermissionIndirection)
        {
            return Direct(registers, parameters, leaf, privileged);
        }

        // S2PIIndex[3:0] is where S1's PIIndex is; the overlay's index is in bits 62:59.
        int index = (Bits.Field(descriptor, 54, 53) << 2) | (Bits.Field(descriptor, 51, 51) << 1) | Bits.Field(descriptor, 6, 6);
        AccessPermissions permissions = FromEncoding(Nibble(registers.OwnStage2.S2pir, index), privileged, isTableWalk);
        if (parameters.PermissionOverlay)
        {
            permissions &= FromEncoding(Nibble(registers.OwnStage2.S2por, Bits.Field(descriptor, 62, 59)), privileged, isTableWalk);
        }

        // Bit 7 is the dirty state: unless hardware manages it, a clean page cannot be written.
        bool dirty = Bits.Bit(descriptor, LongDescriptor.DirtyBit);
        return dirty || parameters.HardwareDirtyState || ignoreDirty ? permissions : permissions & ~AccessPermissions.Write;
    }

    private static AccessPermissions Direct(in Stage1Registers registers, in Stage2Parameters parameters, in LongDescriptor leaf, bool privileged)
    {
        ulong descriptor = leaf.Value;
        bool read = Bits.Bit(descriptor, 6);
        bool write = Bits.Bit(descriptor, 7) || (parameters.HardwareDirtyState && leaf.DirtyBitModifier);

        // XN[1:0] with FEAT_XNX: 0 for both, 1 not at EL1, 2 for nobody, 3 not at EL0. Without it bit 54 alone counts.
        bool xn = Bits.Bit(descriptor, 54);
        bool differs = Bits.Bit(descriptor, 53) && registers.Capabilities.Has(Stage1Features.Stage2ExecuteNeverByPrivilege);
        bool execute = differs ? xn == privileged : !xn;
        return Set(read, write, execute);
    }

    // S2PIR_EL2.Perm<m> and S2POR_EL1.Perm<m> have the same encodings. 2, 3, 6 and 7 are mostly read-only: writable for table walks.
    private static AccessPermissions FromEncoding(int encoding, bool privileged, bool isTableWalk)
    {
        bool mostlyReadOnly = encoding is 2 or 3 or 6 or 7;
        bool read = mostlyReadOnly || encoding >= 8;
        bool write = encoding >= 12 || (isTableWalk ? mostlyReadOnly : encoding == 4);
        bool execute = encoding >= 8 && (encoding & (privileged ? 2 : 1)) != 0;
        return Set(read, write, execute);
    }

    private static int Nibble(ulong register, int index) => (int)(register >> (index * 4)) & 0xF;

    private static AccessPermissions Set(bool read, bool write, bool execute) =>
        (read ? AccessPermissions.Read : 0) | (write ? AccessPermissions.Write : 0) | (execute ? AccessPermissions.Execute : 0);
}
