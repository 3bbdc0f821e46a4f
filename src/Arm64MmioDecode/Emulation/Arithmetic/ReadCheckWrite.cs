namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The checks of the read-check-write instructions (FEAT_THE): whether an update of a translation table descriptor changes
/// only bits that RCWMASK_EL1, and RCWSMASK_EL1 for the software forms, allow (Arm ARM, function RCWCheck).
/// </summary>
internal struct ReadCheckWrite
{
    // A 64-bit descriptor is protected by bit 52, a 128-bit one by bit 114.
    private const int Protected64 = 52;
    private const int Protected128 = 114 - 64;
    private const uint FlagN = 1u << 31;
    private const uint FlagZ = 1u << 30;
    private const uint FlagC = 1u << 29;

    private bool _is128;
    private bool _isSoftware;
    private bool _isProtectionEnabled;
    private ulong _mask;
    private ulong _maskHigh;
    private ulong _softwareMask;
    private ulong _softwareMaskHigh;

    /// <summary>NZCV in the layout of PSTATE.</summary>
    public uint Flags { get; private set; }

    /// <summary>Reads the masks.</summary>
    /// <param name="registers">The vCPU.</param>
    /// <param name="is128">Whether descriptors are 128 bits wide, which implies FEAT_D128 and protection.</param>
    /// <param name="isSoftware">Whether the instruction is one of the RCWS forms.</param>
    /// <param name="isProtectionEnabled">TCR2_ELx.PnCH.</param>
    public static ReadCheckWrite Create(IGuestRegisters registers, bool is128, bool isSoftware, bool isProtectionEnabled)
    {
        var check = new ReadCheckWrite
        {
            _is128 = is128,
            _isSoftware = isSoftware,
            _isProtectionEnabled = is128 || isProtectionEnabled,
            _mask = registers.GetSystemRegister(SystemRegister.RcwMaskEl1),
            _maskHigh = is128 ? registers.GetSystemRegister(SystemRegister.RcwMaskEl1High) : 0,
            _softwareMask = isSoftware ? registers.GetSystemRegister(SystemRegister.RcwSMaskEl1) : 0,
            _softwareMaskHigh = is128 && isSoftware ? registers.GetSystemRegister(SystemRegister.RcwSMaskEl1High) : 0,
        };
        Effective(is128, ref check._mask, ref check._maskHigh);
        Effective(is128, ref check._softwareMask, ref check._softwareMaskHigh);

        // Software may not change the protected attribute where it means something.
        if (is128)
        {
            check._softwareMaskHigh &= ~(1ul << Protected128);
        }
        else if (check._isProtectionEnabled)
        {
            check._softwareMask &= ~(1ul << Protected64);
        }

        return check;
    }

    /// <summary>Sets <see cref="Flags"/> and decides whether the new value is written.</summary>
    /// <param name="matches">Whether memory holds the comparand of a compare and swap; true for other instructions.</param>
    /// <param name="old">Bits 63:0 in memory.</param>
    /// <param name="oldHigh">Bits 127:64 in memory.</param>
    /// <param name="value">Bits 63:0 of the new value.</param>
    /// <param name="valueHigh">Bits 127:64 of the new value.</param>
    public bool Check(bool matches, ulong old, ulong oldHigh, ulong value, ulong valueHigh)
    {
        if (!matches)
        {
            Flags = FlagN | FlagC;
            return false;
        }

        bool wasValid = (old & 1) != 0;
        bool validChanges = ((old ^ value) & 1) != 0;
        bool wasProtected = IsProtected(old, oldHigh);
        bool protectionChanges = wasProtected != IsProtected(value, valueHigh);
        bool fails = false;
        if (_isProtectionEnabled)
        {
            fails = protectionChanges || (wasProtected && validChanges)
                || (wasProtected && wasValid && Changes(old, oldHigh, value, valueHigh, _mask, _maskHigh));
        }

        bool softwareFails = false;
        if (_isSoftware)
        {
            softwareFails = (validChanges && (wasValid || !_isProtectionEnabled || !wasProtected))
                || (wasValid && Changes(old, oldHigh, value, valueHigh, _softwareMask, _softwareMaskHigh));
        }

        Flags = (fails ? FlagZ : 0) | (softwareFails ? 0 : FlagC);
        return !fails && !softwareFails;
    }

    private readonly bool IsProtected(ulong low, ulong high) =>
        (_is128 ? high >> Protected128 & 1 : low >> Protected64 & 1) != 0;

    private static bool Changes(ulong old, ulong oldHigh, ulong value, ulong valueHigh, ulong mask, ulong maskHigh) =>
        (((old ^ value) & ~mask) | ((oldHigh ^ valueHigh) & ~maskHigh)) != 0;

    // One bit of the mask stands for the output address, and reserved bits never change.
    private static void Effective(bool is128, ref ulong mask, ref ulong maskHigh)
    {
        if (!is128)
        {
            const ulong Address = ((1ul << 50) - 1) & ~((1ul << 18) - 1);
            mask = ((mask & (1ul << 17)) != 0 ? mask | Address : mask & ~Address) & ~1ul;
            return;
        }

        // Bits 55:17 follow bit 16; bits 126:125, 120:119, 107:101, 90:56 and 1:0 are zero.
        const ulong Address128 = ((1ul << 56) - 1) & ~((1ul << 17) - 1);
        mask = (mask & (1ul << 16)) != 0 ? mask | Address128 : mask & ~Address128;
        mask &= ~(0xFFul << 56) & ~3ul;
        maskHigh &= ~((3ul << 61) | (3ul << 55) | (0x7Ful << 37) | ((1ul << 27) - 1));
    }
}
