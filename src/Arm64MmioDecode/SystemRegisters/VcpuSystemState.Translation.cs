using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.SystemRegisters;

/// <content>The registers of stage 1, and of a guest hypervisor's stage 2.</content>
public sealed partial class VcpuSystemState
{
    private const ulong TranslationOn = 1;
    private const ulong ExtendedAddresses = 1ul << 31; // TTBCR.EAE
    private const ulong HcrRW = 1ul << 31;
    private const ulong HcrVm = 1;
    private const ulong HcrDc = 1ul << 12;

    /// <inheritdoc/>
    public ulong ReadSctlr()
    {
        _ = TryGetRegime(out Stage1Regime regime, out _);
        return Id(IsOfEL2(regime) ? SystemRegisterId.SctlrEl2 : SystemRegisterId.SctlrEl1);
    }

    /// <inheritdoc/>
    public Stage1Registers ReadRegisters(ulong virtualAddress)
    {
        var reader = new Reader(_system);
        bool known = TryGetRegime(out Stage1Regime regime, out ulong hcr);
        bool isEL2 = IsOfEL2(regime);
        var registers = new Stage1Registers
        {
            Regime = regime,
            Capabilities = _capabilities,
            Hcr = hcr,
            Sctlr = reader.Read(isEL2 ? SystemRegisterId.SctlrEl2 : SystemRegisterId.SctlrEl1),
        };
        if (!isEL2 && (hcr & (HcrVm | HcrDc)) != 0)
        {
            registers = registers with { Stage2 = ReadStage2(ref reader) };
        }

        registers = (registers.Sctlr & TranslationOn) != 0
            ? WithTables(registers, virtualAddress, ref reader)
            : WithTagControl(registers, virtualAddress, ref reader);
        return known && !reader.Failed ? registers : registers with { IsIncomplete = true };
    }

    // Of an address with a tag TCR says whether it is ignored, also while translation is off.
    private static Stage1Registers WithTagControl(in Stage1Registers registers, ulong virtualAddress, ref Reader reader)
    {
        const int LargestPhysicalAddress = 52;
        return registers.Regime == Stage1Regime.AArch32EL10 || virtualAddress >> LargestPhysicalAddress == 0
            ? registers
            : registers with { Tcr = reader.Read(IsOfEL2(registers.Regime) ? SystemRegisterId.TcrEl2 : SystemRegisterId.TcrEl1) };
    }

    private Stage1Registers WithTables(in Stage1Registers registers, ulong virtualAddress, ref Reader reader)
    {
        const ulong Pie = 1 << 1;
        const ulong E0Poe = 1 << 2;
        const ulong Poe = 1 << 3;
        const ulong Aie = 1 << 4;
        const ulong UpperHalf = 1ul << 55;
        bool isAArch32 = registers.Regime == Stage1Regime.AArch32EL10;
        bool isEL2 = IsOfEL2(registers.Regime);

        // Which of its two tables an AArch32 address uses depends on TTBCR in more ways than one bit tells.
        bool upper = registers.Regime != Stage1Regime.EL2 && (virtualAddress & UpperHalf) != 0;
        ulong tcr = reader.Read(isEL2 ? SystemRegisterId.TcrEl2 : SystemRegisterId.TcrEl1);
        ulong tcr2 = isAArch32 ? 0 : ReadTcr2(isEL2, ref reader);
        bool indirect = Has(Stage1Features.PermissionIndirection) && (tcr2 & Pie) != 0;
        bool overlays = Has(Stage1Features.PermissionOverlay);
        return registers with
        {
            Tcr = tcr,
            Tcr2 = tcr2,
            Ttbr0 = reader.ReadIf(isAArch32 || !upper, isEL2 ? SystemRegisterId.Ttbr0El2 : SystemRegisterId.Ttbr0El1),
            Ttbr1 = reader.ReadIf(isAArch32 || upper, isEL2 ? SystemRegisterId.Ttbr1El2 : SystemRegisterId.Ttbr1El1),
            Mair = reader.ReadIf(ReadsMemoryAttributes, isEL2 ? SystemRegisterId.MairEl2 : SystemRegisterId.MairEl1),
            Mair2 = reader.ReadIf(
                ReadsMemoryAttributes && Has(Stage1Features.AttributeIndexExtension) && (tcr2 & Aie) != 0,
                isEL2 ? SystemRegisterId.Mair2El2 : SystemRegisterId.Mair2El1),
            Pir = reader.ReadIf(indirect, isEL2 ? SystemRegisterId.PirEl2 : SystemRegisterId.PirEl1),
            Pire0 = reader.ReadIf(
                indirect && registers.Regime != Stage1Regime.EL2,
                isEL2 ? SystemRegisterId.Pire0El2 : SystemRegisterId.Pire0El1),
            Por = reader.ReadIf(overlays && (tcr2 & Poe) != 0, isEL2 ? SystemRegisterId.PorEl2 : SystemRegisterId.PorEl1),
            PorEl0 = reader.ReadIf(overlays && (tcr2 & E0Poe) != 0, SystemRegisterId.PorEl0),
            Dacr = (uint)reader.ReadIf(isAArch32 && (tcr & ExtendedAddresses) == 0, SystemRegisterId.Dacr32El2),
        };
    }

    // A guest hypervisor enables TCR2_EL1 for its guests (HCRX_EL2.TCR2En); the hypervisor below does for its own.
    private ulong ReadTcr2(bool isEL2, ref Reader reader)
    {
        const ulong Tcr2En = 1ul << 14;
        return !_hasTcr2 ? 0
            : isEL2 ? reader.Read(SystemRegisterId.Tcr2El2)
            : HasEL2 && (!_hasHcrx || (reader.Read(SystemRegisterId.HcrxEl2) & Tcr2En) == 0) ? 0
            : reader.Read(SystemRegisterId.Tcr2El1);
    }

    private Stage2Registers ReadStage2(ref Reader reader)
    {
        const ulong S2Pie = 1ul << 36;
        const ulong S2Poe = 1ul << 37;
        ulong vtcr = reader.Read(SystemRegisterId.VtcrEl2);
        bool indirect = Has(Stage1Features.Stage2PermissionIndirection) && (vtcr & S2Pie) != 0;
        bool overlays = indirect && Has(Stage1Features.Stage2PermissionOverlay) && (vtcr & S2Poe) != 0;
        return new Stage2Registers
        {
            Vtcr = vtcr,
            Vttbr = reader.Read(SystemRegisterId.VttbrEl2),
            Sctlr = reader.Read(SystemRegisterId.SctlrEl2),
            S2pir = reader.ReadIf(indirect, SystemRegisterId.S2pirEl2),
            S2por = reader.ReadIf(overlays, SystemRegisterId.S2porEl1),
            Hcrx = reader.ReadIf(_hasHcrx, SystemRegisterId.HcrxEl2),
        };
    }

    private bool TryGetRegime(out Stage1Regime regime, out ulong hcr)
    {
        hcr = 0;
        bool known = !HasEL2 || _system.TryRead(SystemRegisterId.HcrEl2, out hcr);
        bool isEL1AArch32 = HasEL2 ? (hcr & HcrRW) == 0 : IsEL1AArch32;
        regime = HasEL2 ? Stage1Registers.RegimeOf(_registers.PState, hcr, isEL1AArch32)
            : isEL1AArch32 ? Stage1Regime.AArch32EL10
            : Stage1Regime.EL10;
        return known;
    }

    private bool Has(Stage1Features feature) => _capabilities.Has(feature);

    private static bool IsOfEL2(Stage1Regime regime) => regime is Stage1Regime.EL2 or Stage1Regime.EL20;

    // Reads, and remembers that one could not be.
    private ref struct Reader(ISystemRegisters system)
    {
        public bool Failed { get; private set; }

        public ulong Read(SystemRegisterId register)
        {
            if (!system.TryRead(register, out ulong value))
            {
                Failed = true;
                return 0;
            }

            return value;
        }

        public ulong ReadIf(bool takesPart, SystemRegisterId register) => takesPart ? Read(register) : 0;
    }
}
