using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm;

/// <summary>A stopped virtual CPU's registers as the library sees them: which register an instruction means depends on
/// the Exception level and, in AArch32, on the mode. Reads and writes go to a <see cref="KvmRegisterCache"/>.</summary>
public class KvmGuestRegisters : IGuestRegisters, IStage1Source
{
    private const uint AArch32State = 1 << 4; // PSTATE.nRW
    private const uint ExceptionLevelField = 3 << 2;
    private const ulong ExtendedAddresses = 1ul << 31; // TTBCR.EAE

    private readonly KvmRegisterCache _cache;
    private readonly VcpuSystemState _state;

    /// <summary>Makes a view of a CPU's registers; reads its identification registers once.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <exception cref="ArgumentNullException"><paramref name="cpu"/> is null.</exception>
    public KvmGuestRegisters(IKvmRegisters cpu)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        _cache = new KvmRegisterCache(cpu);
        _state = new VcpuSystemState(
            this,
            new KvmSystemRegisters(_cache),
            isEL1AArch32: (cpu.Features & KvmVcpuFeatures.El1AArch32) != 0,
            hasEL2: (cpu.Features & KvmVcpuFeatures.HasEl2) != 0)
        {
            ReadsMemoryAttributes = false,
        };
    }

    /// <summary>Makes the view that fits a CPU: <see cref="KvmScalableRegisters"/> for one with SVE.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <returns>The view.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cpu"/> is null.</exception>
    public static KvmGuestRegisters Of(IKvmRegisters cpu)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        return (cpu.Features & KvmVcpuFeatures.Sve) != 0 ? new KvmScalableRegisters(cpu) : new KvmGuestRegisters(cpu);
    }

    /// <summary>The registers themselves: commit or discard here.</summary>
    public KvmRegisterCache Cache => _cache;

    /// <summary>Whether memory attributes are of interest: handling an exit does without them, and each register is a system call.</summary>
    internal bool ReadsMemoryAttributes
    {
        get => _state.ReadsMemoryAttributes;
        set => _state.ReadsMemoryAttributes = value;
    }

    /// <summary>Translation and exceptions.</summary>
    internal VcpuSystemState State => _state;

    /// <summary>Whether the CPU is in AArch32 state.</summary>
    public bool IsAArch32 => (PState & AArch32State) != 0;

    /// <summary>Whether the CPU is above EL0: in AArch32, in any mode but User.</summary>
    public bool IsPrivileged => IsAArch32 ? (PState & 0xf) != 0 : (PState & ExceptionLevelField) != 0;

    /// <summary>What exception entry has to know about the CPU.</summary>
    public PstateFeatures PstateFeatures => _state.PstateFeatures;

    /// <summary>Whether an AArch32 EL1 uses long descriptors (TTBCR.EAE).</summary>
    public bool HasLongDescriptors => (_cache.Read(KvmRegisterId.TcrEl1) & ExtendedAddresses) != 0;

    /// <summary>Whether EL1 is AArch32, and with it the format of the translation tables.</summary>
    public bool IsEl1AArch32 => (_cache.Cpu.Features & KvmVcpuFeatures.El1AArch32) != 0;

    /// <inheritdoc/>
    public ulong Pc
    {
        get => _cache.Read(KvmRegisterId.Pc);
        set => _cache.Write(KvmRegisterId.Pc, value);
    }

    /// <inheritdoc/>
    public ulong Sp
    {
        get => _cache.Read(KvmSystemRegisters.Of(StackPointer.Of(PState)));
        set => _cache.Write(KvmSystemRegisters.Of(StackPointer.Of(PState)), value);
    }

    /// <inheritdoc/>
    public ulong PState
    {
        get => _cache.Read(KvmRegisterId.PState);
        set => _cache.Write(KvmRegisterId.PState, value);
    }

    /// <summary>HCR_EL2 of a CPU that has an EL2 of its own (<see cref="KvmVcpuFeatures.HasEl2"/>); 0 for any other.</summary>
    public ulong Hcr => (_cache.Cpu.Features & KvmVcpuFeatures.HasEl2) != 0 ? _cache.Read(KvmRegisterId.HcrEl2) : 0;

    /// <inheritdoc/>
    public ulong GetX(int number) => _cache.Read(General(number));

    /// <inheritdoc/>
    public void SetX(int number, ulong value) => _cache.Write(General(number), value);

    /// <inheritdoc/>
    public void GetV(int number, out ulong low, out ulong high)
    {
        ReadOnlySpan<byte> vector = _cache.ReadVector(number);
        low = BinaryPrimitives.ReadUInt64LittleEndian(vector);
        high = BinaryPrimitives.ReadUInt64LittleEndian(vector[8..]);
    }

    /// <inheritdoc/>
    public void SetV(int number, ulong low, ulong high)
    {
        Span<byte> vector = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(vector, low);
        BinaryPrimitives.WriteUInt64LittleEndian(vector[8..], high);
        _cache.WriteVector(number, vector);
    }

    /// <inheritdoc/>
    /// <remarks>KVM gives its guests none of the features whose registers are not handled here.</remarks>
    public ulong GetSystemRegister(SystemRegister name) => name switch
    {
        SystemRegister.AccdataEl1 => HasAccelerationData ? _cache.Read(KvmRegisterId.AccdataEl1) : 0,
        SystemRegister.Fpcr => _cache.Read(KvmRegisterId.Fpcr),
        SystemRegister.SpsrSvc => _cache.Read(KvmRegisterId.SpsrEl1),
        SystemRegister.SpsrAbt => _cache.Read(KvmRegisterId.SpsrAbort),
        SystemRegister.SpsrUnd => _cache.Read(KvmRegisterId.SpsrUndefined),
        SystemRegister.SpsrIrq => _cache.Read(KvmRegisterId.SpsrIrq),
        SystemRegister.SpsrFiq => _cache.Read(KvmRegisterId.SpsrFiq),
        _ => 0,
    };

    /// <inheritdoc/>
    public ulong ReadSctlr() => _state.ReadSctlr();

    /// <inheritdoc/>
    /// <remarks>
    /// Only what takes part is read: while translation is off SCTLR, and otherwise the TTBR of the address's half, and of FEAT_S1PIE,
    /// FEAT_S1POE and FEAT_AIE what TCR2 turns on. For a CPU with an EL2 of its own (<see cref="KvmVcpuFeatures.HasEl2"/>) HCR_EL2 makes
    /// the regime, and the guest's own stage 2 is read where it is on.
    /// </remarks>
    public Stage1Registers ReadRegisters(ulong virtualAddress) => _state.ReadRegisters(virtualAddress);

    private bool HasAccelerationData => (_cache.Read(KvmRegisterId.IdAa64Isar1El1) >> 60) >= 3; // ID_AA64ISAR1_EL1.LS64

    // KVM keeps the registers of all AArch32 modes where the architecture maps them, in X0 to X30.
    private static KvmRegisterId General(int number) => KvmRegisterId.X(number);
}
