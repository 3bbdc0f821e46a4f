using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.SystemRegisters;

/// <summary>
/// What a handler needs of a vCPU's system registers, by their encodings: the registers of the guest's translation for
/// <see cref="ExitHandler"/>, and the delivery of an exception with one call.
/// </summary>
/// <remarks>
/// Which registers there are the identification registers say; they are read once. Of the others only those that take part are read, each
/// when it is needed. Allocates nothing after its construction; one for each vCPU, not thread-safe.
/// </remarks>
public sealed partial class VcpuSystemState : IStage1Source
{
    private readonly ISystemRegisters _system;
    private readonly IGuestRegisters _registers;
    private readonly Stage1Capabilities _capabilities;
    private readonly bool _hasTcr2;
    private readonly bool _hasHcrx;
    private readonly bool _hasSctlr2;
    private readonly bool _hasGuardedControlStack;

    /// <summary>Reads a vCPU's identification registers.</summary>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="system">Its system registers.</param>
    /// <param name="isEL1AArch32">Whether EL1 of a vCPU without an EL2 is AArch32. With one HCR_EL2.RW says so.</param>
    /// <param name="hasEL2">Whether the vCPU has an EL2 of its own: HCR_EL2 is then read, and faults go where it sends them.</param>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> or <paramref name="system"/> is null.</exception>
    public VcpuSystemState(IGuestRegisters registers, ISystemRegisters system, bool isEL1AArch32 = false, bool hasEL2 = false)
    {
        _registers = registers ?? throw new ArgumentNullException(nameof(registers));
        _system = system ?? throw new ArgumentNullException(nameof(system));
        IsEL1AArch32 = isEL1AArch32;
        HasEL2 = hasEL2;

        ulong pfr0 = Id(SystemRegisterId.IdAa64Pfr0El1);
        ulong pfr1 = Id(SystemRegisterId.IdAa64Pfr1El1);
        ulong mmfr1 = Id(SystemRegisterId.IdAa64Mmfr1El1);
        ulong mmfr3 = Id(SystemRegisterId.IdAa64Mmfr3El1);
        _capabilities = Stage1Capabilities.FromIdRegisters(
            Id(SystemRegisterId.IdAa64Mmfr0El1),
            mmfr1,
            Id(SystemRegisterId.IdAa64Mmfr2El1),
            mmfr3,
            pfr0,
            pfr1,
            isEL1AArch32 ? Id(SystemRegisterId.IdMmfr4El1) : 0, // UNKNOWN without AArch32
            Id(SystemRegisterId.IdAa64Isar0El1),
            Id(SystemRegisterId.IdAa64Isar1El1),
            Id(SystemRegisterId.IdAa64Isar2El1));
        PstateFeatures = PstateFeatureRegisters.Read(pfr1, mmfr1, Id(SystemRegisterId.IdAa64Dfr1El1), Id(SystemRegisterId.IdAa64Dfr2El1));
        _hasTcr2 = Field(mmfr3, 0);
        _hasSctlr2 = Field(mmfr3, 4);
        _hasHcrx = Field(mmfr1, 40);
        _hasGuardedControlStack = Field(pfr1, 44);
    }

    /// <summary>Whether the vCPU has an EL2 of its own: HCR_EL2 is then read, and faults go where it sends them.</summary>
    public bool HasEL2 { get; }

    /// <summary>Whether EL1 of a vCPU without an EL2 is AArch32. With one HCR_EL2.RW says so.</summary>
    public bool IsEL1AArch32 { get; }

    /// <summary>Whether MAIR is read: explanations and <see cref="EmulationOptions.Memory"/> want it, and handling an exit does without.</summary>
    public bool ReadsMemoryAttributes { get; set; } = true;

    /// <summary>What the identification registers say about translation.</summary>
    public Stage1Capabilities Capabilities => _capabilities;

    /// <summary>What the identification registers say about exception entry.</summary>
    public PstateFeatures PstateFeatures { get; }

    private ulong Id(SystemRegisterId register) => _system.TryRead(register, out ulong value) ? value : 0;

    private static bool Field(ulong register, int lowBit) => ((register >> lowBit) & 0xF) != 0;
}
