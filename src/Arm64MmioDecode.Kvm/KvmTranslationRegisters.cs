using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm;

/// <summary>
/// The registers that translate a virtual CPU's addresses, read from KVM as far as they take part: each is a system call. Which of
/// them there are the identification registers say, which are read once.
/// </summary>
internal sealed class KvmTranslationRegisters
{
    private const int Tcrx = 0; // ID_AA64MMFR3_EL1: FEAT_TCR2
    private const int Hcx = 40; // ID_AA64MMFR1_EL1: FEAT_HCX
    private const ulong ExtendedAddresses = 1ul << 31; // TTBCR.EAE

    private readonly KvmRegisterCache _cache;
    private readonly Stage1Capabilities _capabilities;
    private readonly bool _hasTcr2;
    private readonly bool _hasHcrx;
    private readonly bool _hasEl2;
    private readonly bool _isEl1AArch32;

    public KvmTranslationRegisters(KvmRegisterCache cache, ulong mmfr1, ulong mmfr3, ulong pfr1)
    {
        _cache = cache;
        IKvmRegisters cpu = cache.Cpu;
        _isEl1AArch32 = (cpu.Features & KvmVcpuFeatures.El1AArch32) != 0;
        _hasEl2 = (cpu.Features & KvmVcpuFeatures.HasEl2) != 0;
        _capabilities = Stage1Capabilities.FromIdRegisters(
            cpu.GetRegister(KvmRegisterId.IdAa64Mmfr0El1),
            mmfr1,
            cpu.GetRegister(KvmRegisterId.IdAa64Mmfr2El1),
            mmfr3,
            cpu.GetRegister(KvmRegisterId.IdAa64Pfr0El1),
            pfr1,
            _isEl1AArch32 ? cpu.GetRegister(KvmRegisterId.IdMmfr4El1) : 0,
            cpu.GetRegister(KvmRegisterId.IdAa64Isar0El1),
            cpu.GetRegister(KvmRegisterId.IdAa64Isar1El1),
            cpu.GetRegister(KvmRegisterId.IdAa64Isar2El1));
        _hasTcr2 = ((mmfr3 >> Tcrx) & 0xF) != 0;
        _hasHcrx = ((mmfr1 >> Hcx) & 0xF) != 0;
    }

    /// <summary>HCR_EL2 of a CPU that has an EL2 of its own; 0 for any other.</summary>
    public ulong Hcr => _hasEl2 ? _cache.Read(KvmRegisterId.HcrEl2) : 0;

    /// <summary>SCTLR of the regime.</summary>
    public ulong ReadSctlr() => _cache.Read(IsOfEl2(Regime(Hcr)) ? KvmRegisterId.SctlrEl2 : KvmRegisterId.SctlrEl1);

    /// <summary>What takes part in translating an address.</summary>
    public Stage1Registers Read(ulong virtualAddress, bool withAttributes)
    {
        ulong hcr = Hcr;
        Stage1Regime regime = Regime(hcr);
        bool isEl10 = !IsOfEl2(regime);
        var registers = new Stage1Registers
        {
            Regime = regime,
            Capabilities = _capabilities,
            Hcr = hcr,
            Sctlr = _cache.Read(isEl10 ? KvmRegisterId.SctlrEl1 : KvmRegisterId.SctlrEl2),
        };
        try
        {
            if (isEl10 && (hcr & (HcrVm | HcrDc)) != 0)
            {
                registers = registers with { Stage2 = ReadStage2() };
            }

            return Complete(registers, virtualAddress, hcr, withAttributes);
        }
        catch (KvmException)
        {
            // A kernel that shows the guest a feature and not its register: what it says cannot be known.
            return registers with { IsIncomplete = true };
        }
    }

    private const ulong HcrVm = 1;
    private const ulong HcrDc = 1ul << 12;

    private Stage1Registers Complete(in Stage1Registers registers, ulong virtualAddress, ulong hcr, bool withAttributes)
    {
        const ulong TranslationOn = 1;
        const ulong UpperHalf = 1ul << 55;
        const int LargestPhysicalAddress = 52;
        Stage1Regime regime = registers.Regime;
        bool isAArch32 = regime == Stage1Regime.AArch32EL10;
        bool isEl10 = !IsOfEl2(regime);
        if ((registers.Sctlr & TranslationOn) == 0)
        {
            // Of an address with a tag TCR says whether it is ignored.
            return isAArch32 || virtualAddress >> LargestPhysicalAddress == 0
                ? registers
                : registers with { Tcr = _cache.Read(isEl10 ? KvmRegisterId.TcrEl1 : KvmRegisterId.TcrEl2) };
        }

        // Which of its two tables an AArch32 address uses depends on TTBCR in more ways than one bit tells.
        bool upper = regime != Stage1Regime.EL2 && (virtualAddress & UpperHalf) != 0;
        ulong tcr = _cache.Read(isEl10 ? KvmRegisterId.TcrEl1 : KvmRegisterId.TcrEl2);
        ulong tcr2 = isAArch32 ? 0 : ReadTcr2(isEl10, hcr);
        bool indirect = Has(Stage1Features.PermissionIndirection) && (tcr2 & (1 << 1)) != 0;
        bool overlays = Has(Stage1Features.PermissionOverlay);
        return registers with
        {
            Tcr = tcr,
            Tcr2 = tcr2,
            Ttbr0 = isAArch32 || !upper ? _cache.Read(isEl10 ? KvmRegisterId.Ttbr0El1 : KvmRegisterId.Ttbr0El2) : 0,
            Ttbr1 = isAArch32 || upper ? _cache.Read(isEl10 ? KvmRegisterId.Ttbr1El1 : KvmRegisterId.Ttbr1El2) : 0,
            Mair = withAttributes ? _cache.Read(isEl10 ? KvmRegisterId.MairEl1 : KvmRegisterId.MairEl2) : 0,
            Mair2 = withAttributes && Has(Stage1Features.AttributeIndexExtension) && (tcr2 & (1 << 4)) != 0
                ? _cache.Read(isEl10 ? KvmRegisterId.Mair2El1 : KvmRegisterId.Mair2El2)
                : 0,
            Pir = indirect ? _cache.Read(isEl10 ? KvmRegisterId.PirEl1 : KvmRegisterId.PirEl2) : 0,
            Pire0 = indirect && regime != Stage1Regime.EL2 ? _cache.Read(isEl10 ? KvmRegisterId.Pire0El1 : KvmRegisterId.Pire0El2) : 0,
            Por = overlays && (tcr2 & (1 << 3)) != 0 ? _cache.Read(isEl10 ? KvmRegisterId.PorEl1 : KvmRegisterId.PorEl2) : 0,
            PorEl0 = overlays && (tcr2 & (1 << 2)) != 0 ? _cache.Read(KvmRegisterId.PorEl0) : 0,
            Dacr = isAArch32 && (tcr & ExtendedAddresses) == 0 ? (uint)_cache.Read(KvmRegisterId.Dacr32El2) : 0,
        };
    }

    // A guest hypervisor enables TCR2_EL1 for its guests (HCRX_EL2.TCR2En); KVM does for its own.
    private ulong ReadTcr2(bool isEl10, ulong hcr)
    {
        const ulong Tcr2En = 1ul << 14;
        if (!_hasTcr2)
        {
            return 0;
        }

        return !isEl10 ? _cache.Read(KvmRegisterId.Tcr2El2)
            : _hasEl2 && (!_hasHcrx || (_cache.Read(KvmRegisterId.HcrxEl2) & Tcr2En) == 0) ? 0
            : _cache.Read(KvmRegisterId.Tcr2El1);
    }

    private Stage2Registers ReadStage2()
    {
        const ulong S2Pie = 1ul << 36;
        const ulong S2Poe = 1ul << 37;
        ulong vtcr = _cache.Read(KvmRegisterId.VtcrEl2);
        bool indirect = Has(Stage1Features.Stage2PermissionIndirection) && (vtcr & S2Pie) != 0;
        return new Stage2Registers
        {
            Vtcr = vtcr,
            Vttbr = _cache.Read(KvmRegisterId.VttbrEl2),
            Sctlr = _cache.Read(KvmRegisterId.SctlrEl2),
            S2pir = indirect ? _cache.Read(KvmRegisterId.S2pirEl2) : 0,
            S2por = indirect && Has(Stage1Features.Stage2PermissionOverlay) && (vtcr & S2Poe) != 0 ? _cache.Read(KvmRegisterId.S2porEl1) : 0,
            Hcrx = _hasHcrx ? _cache.Read(KvmRegisterId.HcrxEl2) : 0,
        };
    }

    private Stage1Regime Regime(ulong hcr)
    {
        const ulong Rw = 1ul << 31;
        bool isEl1AArch32 = _hasEl2 ? (hcr & Rw) == 0 : _isEl1AArch32;
        return _hasEl2
            ? Stage1Registers.RegimeOf(_cache.Read(KvmRegisterId.PState), hcr, isEl1AArch32)
            : isEl1AArch32 ? Stage1Regime.AArch32EL10 : Stage1Regime.EL10;
    }

    private bool Has(Stage1Features feature) => (_capabilities.Features & feature) != 0;

    private static bool IsOfEl2(Stage1Regime regime) => regime is Stage1Regime.EL2 or Stage1Regime.EL20;
}
