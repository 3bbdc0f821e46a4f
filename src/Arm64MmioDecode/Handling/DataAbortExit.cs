using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// What a hypervisor's interface reports about a data abort of a vCPU: the syndrome, and as much of the addresses and of the
/// instruction as it hands out.
/// </summary>
public readonly record struct DataAbortExit
{
    // Four words, which a compiler keeps in registers. _rest, from the lowest bit: instruction (32 bits), its length (8), source (8), precision
    // of the IPA (8), flags.
    private readonly ulong _syndrome;
    private readonly ulong _faultAddress;
    private readonly ulong _ipa;
    private readonly ulong _rest;

    private const int LengthShift = 32;
    private const int SourceShift = 40;
    private const int PrecisionShift = 48;
    private const ulong InstructionMask = (1ul << SourceShift) - 1;
    private const ulong HasFaultAddressFlag = 1ul << 56;
    private const ulong NonSecureSpaceFlag = 1ul << 57;
    private const ulong PlainFlag = 1ul << 58;

    private const uint Isv = 1u << 24;
    private const ulong IpaPageMask = (1ul << 44) - 1;
    private const int PageShift = 12;

    private DataAbortExit(ulong syndrome, ulong faultAddress, ulong ipa, ulong rest)
    {
        _syndrome = syndrome;
        _faultAddress = faultAddress;
        _ipa = ipa;
        _rest = rest;
    }

    /// <summary>Describes an exit by its parts.</summary>
    /// <param name="syndrome">The syndrome.</param>
    /// <param name="faultAddress">The virtual address that faulted (FAR_EL2), or null when it is not reported.</param>
    /// <param name="ipa">The intermediate physical address, as far as it is known.</param>
    public DataAbortExit(in DataAbortSyndrome syndrome, ulong? faultAddress, in IntermediatePhysicalAddress ipa)
    {
        _syndrome = syndrome.Value;
        _faultAddress = faultAddress.GetValueOrDefault();
        _ipa = ipa.Value;
        _rest = ((ulong)syndrome.Source << SourceShift) | ((ulong)ipa.Precision << PrecisionShift)
            | (faultAddress.HasValue && !syndrome.FnV ? HasFaultAddressFlag : 0) | (ipa.NonSecureSpace ? NonSecureSpaceFlag : 0)
            | (syndrome.Source is SyndromeSource.Esr or SyndromeSource.KvmNisv && IsPlainSyndrome(_syndrome) ? PlainFlag : 0);
    }

    /// <summary>The syndrome.</summary>
    public DataAbortSyndrome Syndrome => new(_syndrome, Source);

    /// <summary>The virtual address that faulted, with its tag bits, or null when it is not known (also when the syndrome says FnV).</summary>
    public ulong? FaultAddress => HasFaultAddress ? _faultAddress : null;

    /// <summary>The intermediate physical address (what hypervisors call guest-physical address), as far as it is known.</summary>
    public IntermediatePhysicalAddress Ipa => new(_ipa, IpaPrecision, (_rest & NonSecureSpaceFlag) != 0);

    /// <summary>How many bytes of the instruction the hypervisor delivered: 0, 2 or 4.</summary>
    public int DeliveredLength => (byte)(_rest >> LengthShift);

    /// <summary>An exit as a hypervisor that runs at EL2 itself reads it from the registers.</summary>
    /// <param name="esr">ESR_EL2.</param>
    /// <param name="far">FAR_EL2.</param>
    /// <param name="hpfar">HPFAR_EL2; ignored where the architecture leaves it UNKNOWN.</param>
    /// <returns>The exit.</returns>
    public static DataAbortExit FromRegisters(ulong esr, ulong far, ulong hpfar)
    {
        // A translation or access flag fault, as nearly all are: both addresses are valid, to the byte unless FnP says otherwise.
        const uint IsvAndFnP = Isv | (1u << 15);
        const uint FnP = 1u << 15;
        const uint FnV = 1u << 10;
        const uint KindOfFault = 0b1100;
        if (IsPlainSyndrome(esr) && ((uint)esr & KindOfFault) != KindOfFault && ((uint)esr & IsvAndFnP) != FnP && ((uint)esr & FnV) == 0)
        {
            return new DataAbortExit(
                esr,
                far,
                ((hpfar >> 4) & IpaPageMask) << PageShift | (far & GuestPage.OffsetMask),
                PlainFlag | HasFaultAddressFlag | ((ulong)IpaPrecision.Byte << PrecisionShift) | (hpfar >> 63 != 0 ? NonSecureSpaceFlag : 0));
        }

        DataAbortSyndrome syndrome = DataAbortSyndrome.FromEsr(esr);
        return new DataAbortExit(syndrome, far, IntermediatePhysicalAddress.FromHpfar(syndrome, hpfar, far));
    }

    /// <summary>
    /// An exit from an interface that reports ESR_EL2 with the virtual and the guest-physical address, such as
    /// Hypervisor.framework's <c>hv_vcpu_exit_exception_t</c>.
    /// </summary>
    /// <param name="esr">The syndrome.</param>
    /// <param name="virtualAddress">
    /// The virtual address, or null when the interface does not know it (Windows: <c>GvaValid</c> is 0): the handler then translates the
    /// instruction's own address and compares it with the physical one.
    /// </param>
    /// <param name="physicalAddress">The guest-physical address.</param>
    /// <returns>The exit.</returns>
    public static DataAbortExit FromAddresses(ulong esr, ulong? virtualAddress, ulong physicalAddress) =>
        new(DataAbortSyndrome.FromEsr(esr), virtualAddress, IntermediatePhysicalAddress.FromAddress(physicalAddress));

    /// <summary>Linux's KVM_EXIT_ARM_NISV, which reports no virtual address.</summary>
    /// <param name="esrIss"><c>arm_nisv.esr_iss</c>.</param>
    /// <param name="faultIpa"><c>arm_nisv.fault_ipa</c>.</param>
    /// <returns>The exit.</returns>
    public static DataAbortExit FromKvmNisv(ulong esrIss, ulong faultIpa) =>
        new(DataAbortSyndrome.FromKvmNisv(esrIss), null, IntermediatePhysicalAddress.FromAddress(faultIpa));

    /// <summary>Adds the bytes of the instruction that the hypervisor delivered, so that they need not be read from guest memory.</summary>
    /// <param name="bytes">The bytes at PC, in ascending order. Fewer than 2 count as none, and those behind the fourth are ignored.</param>
    /// <returns>The exit with the bytes.</returns>
    public DataAbortExit WithInstruction(ReadOnlySpan<byte> bytes)
    {
        ulong instruction = bytes.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)sizeof(uint) << LengthShift)
            : bytes.Length >= sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) | ((ulong)sizeof(ushort) << LengthShift)
            : 0;
        return new DataAbortExit(_syndrome, _faultAddress, _ipa, (_rest & ~InstructionMask) | instruction);
    }

    private SyndromeSource Source => (SyndromeSource)(byte)(_rest >> SourceShift);

    /// <summary>Whether <see cref="FaultAddress"/> is known.</summary>
    internal bool HasFaultAddress
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_rest & HasFaultAddressFlag) != 0;
    }

    /// <summary>It, where it is known.</summary>
    internal ulong KnownFaultAddress => _faultAddress;

    /// <summary>The value of <see cref="Ipa"/>.</summary>
    internal ulong IpaValue => _ipa;

    /// <summary>The precision of <see cref="Ipa"/>.</summary>
    internal IpaPrecision IpaPrecision => (IpaPrecision)(byte)(_rest >> PrecisionShift);

    /// <summary>The four bytes, when as many were delivered.</summary>
    internal uint DeliveredWord => (uint)_rest;

    /// <summary>
    /// Whether this is what nearly all exits are: a translation, access flag or permission fault of a level from 0 to 3 in an
    /// access that an instruction of the guest made for itself (<see cref="DataAbortClass.InstructionAccess"/>).
    /// </summary>
    internal bool IsPlain
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_rest & PlainFlag) != 0;
    }

    /// <summary>Whether the syndrome describes the access.</summary>
    internal bool HasValidSyndrome
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_syndrome & Isv) != 0;
    }

    /// <summary>The access of such an exit, where a valid syndrome describes one of up to 8 bytes of AArch64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGetTransfer(out ValidSyndromeAccess access)
    {
        const uint Lst = 3u << 11;
        access = new ValidSyndromeAccess((uint)_syndrome);
        return IsPlain && ((uint)_syndrome & (Isv | Lst)) == Isv;
    }

    // EC 0x24 and nothing above it (ISS2); S1PTW, CM and VNCR are 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlainSyndrome(ulong syndrome)
    {
        const ulong Others = (1ul << 13) | (1ul << 8) | (1ul << 7);
        const uint Translation = 0b000100;
        const uint Permission = 0b001111;
        uint dfsc = (uint)syndrome & 0x3F;
        return dfsc - Translation <= Permission - Translation
            && syndrome >> 26 == (ulong)ExceptionClass.DataAbortLowerEl
            && (syndrome & Others) == 0;
    }

    /// <summary>Copies the delivered bytes of the instruction.</summary>
    /// <param name="destination">Receives <see cref="DeliveredLength"/> bytes; at least 4 bytes long.</param>
    internal void CopyInstruction(Span<byte> destination) => BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)_rest);

    // Copies field by field, as AccessDescriptor.CopyTo.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CopyTo(ref DataAbortExit other)
    {
        Unsafe.AsRef(in other._syndrome) = _syndrome;
        Unsafe.AsRef(in other._faultAddress) = _faultAddress;
        Unsafe.AsRef(in other._ipa) = _ipa;
        Unsafe.AsRef(in other._rest) = _rest;
    }

    /// <summary>The syndrome and the addresses in a line.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"{Syndrome}, FAR {(FaultAddress is { } far ? FormattableString.Invariant($"0x{far:x}") : "unknown")}, IPA {Ipa}");
}
