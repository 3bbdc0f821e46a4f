using System;
using System.Globalization;

namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// The syndrome of a data abort: ESR_ELx (with ISS and ISS2), HSR, or what a hypervisor interface hands on of them.
/// Fields have Arm's names and follow "ISS encoding for an exception from a Data Abort". Many bits mean different
/// things depending on ISV and DFSC (bit 15 is SF or FnP, bit 21 SSE or TopLevel, bits 12:11 SET or LST); a property
/// whose field does not apply returns 0 or false, whatever the bits hold.
/// </summary>
public readonly struct DataAbortSyndrome : IEquatable<DataAbortSyndrome>
{
    private const int ExceptionClassShift = 26;
    private const ulong KvmNisvBits = (1u << 8) | (1u << 6) | 0x3F; // CM, WnR, DFSC

    private readonly ulong _value;
    private readonly SyndromeSource _source;

    internal DataAbortSyndrome(ulong value, SyndromeSource source)
    {
        _value = value;
        _source = source;
    }

    /// <summary>The register value: 64 bits of ESR_ELx, or HSR. For <see cref="SyndromeSource.KvmNisv"/>, the value completed with EC and IL.</summary>
    public ulong Value => _value;

    /// <summary>Where the value comes from.</summary>
    public SyndromeSource Source => _source;

    /// <summary>EC, bits 31:26.</summary>
    public ExceptionClass ExceptionClass => (ExceptionClass)(uint)((_value >> ExceptionClassShift) & 0x3F);

    /// <summary>
    /// IL, bit 25: whether the instruction is 32 bits long. It says so for every data abort with ISV = 0, also for a
    /// 16-bit T32 instruction: never take an instruction's length from it.
    /// </summary>
    public bool IL => Bit(25);

    /// <summary>ISV, bit 24: whether SAS, SSE, SRT, SF and AR describe the access.</summary>
    public bool Isv => Bit(24);

    /// <summary>SAS, bits 23:22, when ISV is 1: log2 of the access size in bytes, 0 to 3.</summary>
    public int Sas => Isv ? Bits(22, 2) : 0;

    /// <summary>SSE, bit 21, when ISV is 1: whether a load sign-extends.</summary>
    public bool Sse => Isv && Bit(21);

    /// <summary>
    /// SRT, when ISV is 1: the transferred register, 31 for WZR and XZR. For an exception from AArch32 to an AArch64
    /// hypervisor it is the AArch64 view of the register (see <see cref="AArch32RegisterView"/>); in HSR it is
    /// the 4-bit AArch32 number.
    /// </summary>
    public int Srt => Isv ? Bits(16, _source == SyndromeSource.Hsr ? 4 : 5) : 0;

    /// <summary>SF, bit 15, when ISV is 1: whether the instruction names a 64-bit register. HSR has no such bit.</summary>
    public bool SF => Isv && _source != SyndromeSource.Hsr && Bit(15);

    /// <summary>AR, bit 14, when ISV is 1: whether the instruction has acquire or release semantics.</summary>
    public bool AR => Isv && Bit(14);

    /// <summary>TopLevel, bit 21, when ISV is 0: whether a permission fault is due to the TopLevel check (FEAT_THE).</summary>
    public bool TopLevel => !Isv && IsEsr && Bit(21) && Kind == FaultKind.Permission;

    /// <summary>
    /// WU, bits 17:16, when ISV is 0, for External aborts (FEAT_RASv2): 0 not a store or unknown, 2 the store did not
    /// update the location, 3 it did.
    /// </summary>
    public int WU => !Isv && HasErrorFields ? Bits(16, 2) : 0;

    /// <summary>
    /// FnP, bit 15, when ISV is 0: FAR is not precise, it is any address in the translation granule of the fault
    /// (contiguous SVE and SME accesses).
    /// </summary>
    public bool FnP => !Isv && IsEsr && Bit(15);

    /// <summary>PFV, bit 14, when ISV is 0, for External aborts (FEAT_PFAR): PFAR_ELx is valid.</summary>
    public bool Pfv => !Isv && HasErrorFields && Bit(14);

    /// <summary>VNCR, bit 13: the fault comes from the use of VNCR_EL2 by EL1 code (FEAT_NV2).</summary>
    public bool Vncr => IsEsr && Bit(13);

    /// <summary>SET, bits 12:11, for synchronous External aborts (FEAT_RAS).</summary>
    public SynchronousErrorType SynchronousErrorType =>
        HasErrorFields ? (SynchronousErrorType)Bits(11, 2) : SynchronousErrorType.Recoverable;

    /// <summary>
    /// LST, bits 12:11, for translation, access flag and permission faults (FEAT_LS64), and for unsupported accesses
    /// (0x35), where earlier revisions of the manual had it. With a value other than
    /// <see cref="LoadStoreType.Unspecified"/>, an ISV = 1 syndrome describes 64 bytes, whatever SAS says.
    /// </summary>
    public LoadStoreType LoadStoreType => IsEsr
        && Kind is FaultKind.Translation or FaultKind.AccessFlag or FaultKind.Permission or FaultKind.UnsupportedExclusiveOrAtomic
            ? (LoadStoreType)Bits(11, 2)
            : LoadStoreType.Unspecified;

    /// <summary>FnV, bit 10: FAR is not valid. Has meaning only for a synchronous External abort that is not on a walk (DFSC 0x10).</summary>
    public bool FnV => Bit(10) && Kind == FaultKind.SynchronousExternalAbort;

    /// <summary>EA, bit 9: an IMPLEMENTATION DEFINED classification of External aborts.</summary>
    public bool EA => Bit(9);

    /// <summary>CM, bit 8: a cache maintenance or address translation instruction; never DC ZVA, GVA or GZVA.</summary>
    public bool CM => Bit(8);

    /// <summary>S1PTW, bit 7: a stage 2 fault on an access for a stage 1 translation table walk.</summary>
    public bool S1Ptw => Bit(7);

    /// <summary>
    /// WnR, bit 6: a write. 1 for every cache maintenance instruction; UNKNOWN for the codes 0x31 and 0x35
    /// (<see cref="IsWnRValid"/>); for an atomic, 0 when a read of the location would have faulted too.
    /// </summary>
    public bool WnR => Bit(6);

    /// <summary>Whether WnR has a defined value: not for unsupported exclusive or atomic accesses and hardware updates.</summary>
    public bool IsWnRValid =>
        Kind is not (FaultKind.UnsupportedExclusiveOrAtomic or FaultKind.UnsupportedAtomicHardwareUpdate);

    /// <summary>DFSC, bits 5:0, the fault status code.</summary>
    public FaultStatusCode Dfsc =>
        new(Bits(0, 6), _source == SyndromeSource.Hsr ? FaultStatusFormat.AArch32Long : FaultStatusFormat.AArch64);

    /// <summary>ISS2.HDBSSF, bit 43: the fault was caused by the hardware dirty state tracking structure (FEAT_HDBSS).</summary>
    public bool Hdbssf => IsEsr && Bit(32 + 11);

    /// <summary>ISS2.TnD, bit 42: a permission fault on a write of an Allocation Tag to canonically tagged memory.</summary>
    public bool TnD => IsEsr && Bit(32 + 10);

    /// <summary>ISS2.TagAccess, bit 41: a permission fault due to the NoTagAccess attribute (FEAT_MTE_PERM).</summary>
    public bool TagAccess => IsEsr && Bit(32 + 9);

    /// <summary>ISS2.GCS, bit 40: a Guarded Control Stack data access (FEAT_GCS).</summary>
    public bool Gcs => IsEsr && Bit(32 + 8);

    /// <summary>ISS2.AssuredOnly, bit 39: a stage 2 permission fault due to AssuredOnly (FEAT_THE).</summary>
    public bool AssuredOnly => IsEsr && Bit(32 + 7);

    /// <summary>ISS2.Overlay, bit 38: a permission fault due to overlay permissions (FEAT_S1POE, FEAT_S2POE).</summary>
    public bool Overlay => IsEsr && Bit(32 + 6);

    /// <summary>ISS2.DirtyBit, bit 37: a permission fault due to dirty state (FEAT_S1PIE, FEAT_S2PIE).</summary>
    public bool DirtyBit => IsEsr && Bit(32 + 5);

    /// <summary>ISS2.Xs, bits 36:32: the status register of ST64BV or ST64BV0; 0 for everything else.</summary>
    public int Xs => LoadStoreType is LoadStoreType.St64bv or LoadStoreType.St64bv0 ? Bits(32, 5) : 0;

    /// <summary>
    /// Whether HPFAR (HPFAR_EL2) holds the IPA of this fault when it was taken to EL2: the rule is IPAValid() in the
    /// manual. A permission fault that is not on a stage 1 walk has none: translate FAR instead.
    /// Never true for <see cref="SyndromeSource.KvmNisv"/>, which delivers the IPA itself.
    /// </summary>
    public bool IsHpfarValid
    {
        get
        {
            if (!IsGuestExit || _source == SyndromeSource.KvmNisv)
            {
                return false;
            }

            return Kind switch
            {
                FaultKind.Translation or FaultKind.AccessFlag or FaultKind.AddressSize => true,
                FaultKind.Permission => S1Ptw,
                _ => false,
            };
        }
    }

    /// <summary>
    /// Whether the abort is one that a guest's access caused to its hypervisor. Not with EC 0x25, "taken without a change in
    /// Exception level": in ESR_EL2 that is an access of the hypervisor's own, in ESR_EL1 one of the guest's kernel (except from the
    /// use of VNCR_EL2); and not in ESR_EL1 (<see cref="FromEsrEL1"/>), whose aborts never leave the guest.
    /// </summary>
    public bool IsGuestExit => _source != SyndromeSource.EsrEL1 && (Vncr || ExceptionClass == ExceptionClass.DataAbortLowerEl);

    /// <summary>What the abort is about; decides whether emulating the instruction is the answer.</summary>
    public DataAbortClass Class
    {
        get
        {
            if (!ExceptionClass.IsDataAbort())
            {
                return DataAbortClass.NotDataAbort;
            }

            if (Vncr)
            {
                return DataAbortClass.NestedVirtualization;
            }

            if (!IsGuestExit && Kind is FaultKind.Translation or FaultKind.AccessFlag or FaultKind.Permission or FaultKind.AddressSize)
            {
                return DataAbortClass.Stage1Translation;
            }

            switch (Kind)
            {
                case FaultKind.Translation:
                case FaultKind.AccessFlag:
                case FaultKind.Permission:
                    return S1Ptw ? DataAbortClass.TranslationTableWalk
                        : Hdbssf ? DataAbortClass.DirtyStateTracking
                        : CM ? DataAbortClass.CacheMaintenance
                        : Gcs ? DataAbortClass.GuardedControlStack
                        : DataAbortClass.InstructionAccess;
                case FaultKind.AddressSize:
                    return S1Ptw ? DataAbortClass.TranslationTableWalk : DataAbortClass.AddressSize;
                case FaultKind.SynchronousExternalAbort:
                case FaultKind.Parity:
                    return DataAbortClass.ExternalAbort;
                case FaultKind.SynchronousExternalAbortOnWalk:
                case FaultKind.ParityOnWalk:
                    return DataAbortClass.ExternalAbortOnWalk;
                case FaultKind.Alignment:
                    return DataAbortClass.Alignment;
                case FaultKind.TagCheck:
                    return DataAbortClass.TagCheck;
                case FaultKind.UnsupportedExclusiveOrAtomic:
                    return DataAbortClass.UnsupportedExclusiveOrAtomic;
                case FaultKind.UnsupportedAtomicHardwareUpdate:
                    return DataAbortClass.UnsupportedAtomicHardwareUpdate;
                case FaultKind.GranuleProtection:
                case FaultKind.GranuleProtectionOnWalk:
                    return DataAbortClass.GranuleProtection;
                case FaultKind.TlbConflict:
                    return DataAbortClass.TlbConflict;
                case FaultKind.Lockdown:
                    return DataAbortClass.Lockdown;
                case FaultKind.Reserved:
                case FaultKind.Domain: // Only PAR_EL1 reports it in this format.
                    return DataAbortClass.Reserved;
                default:
                    return DataAbortClass.Other;
            }
        }
    }

    internal bool IsEsr => _source is SyndromeSource.Esr or SyndromeSource.EsrEL1;

    private FaultKind Kind => Dfsc.Kind;

    // SET, WU and PFV exist for DFSC 0b010000, 0b01001x and 0b0101xx.
    private bool HasErrorFields => IsEsr
        && Kind is FaultKind.SynchronousExternalAbort or FaultKind.SynchronousExternalAbortOnWalk;

    /// <summary>Reads ESR_EL2 (or ESR_EL3): an exception that was taken to a hypervisor.</summary>
    /// <param name="esr">All 64 bits (the upper half, ISS2, may be 0 when the interface reports only 32).</param>
    public static DataAbortSyndrome FromEsr(ulong esr) => new(esr, SyndromeSource.Esr);

    /// <summary>
    /// Reads ESR_EL1: an exception that a guest's kernel took itself, as kernels print it when they panic. Its data aborts are
    /// about the guest's own translation (<see cref="DataAbortClass.Stage1Translation"/>) and never describe the access.
    /// </summary>
    /// <param name="esr">All 64 bits (the upper half, ISS2, may be 0 when only 32 are known).</param>
    public static DataAbortSyndrome FromEsrEL1(ulong esr) => new(esr, SyndromeSource.EsrEL1);

    /// <summary>Reads HSR, the syndrome register of a hypervisor that runs in AArch32 Hyp mode.</summary>
    /// <param name="hsr">The register.</param>
    public static DataAbortSyndrome FromHsr(uint hsr) => new(hsr, SyndromeSource.Hsr);

    /// <summary>
    /// Reads <c>arm_nisv.esr_iss</c> of Linux's KVM_EXIT_ARM_NISV: only CM, WnR and DFSC are taken from it, ISV is 0,
    /// and the abort comes from a lower Exception level.
    /// </summary>
    /// <param name="esrIss">The kernel's value.</param>
    public static DataAbortSyndrome FromKvmNisv(ulong esrIss) => new(
        ((ulong)ExceptionClass.DataAbortLowerEl << ExceptionClassShift) | (1u << 25) | (esrIss & KvmNisvBits),
        SyndromeSource.KvmNisv);

    /// <summary>The value in hexadecimal, with the class of the exception and the fault in words.</summary>
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture, "0x{0:x} ({1}; {2})", _value, ExceptionClass.ToWords(), Dfsc);

    /// <inheritdoc/>
    public bool Equals(DataAbortSyndrome other) => _value == other._value && _source == other._source;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DataAbortSyndrome other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode() ^ (int)_source;

    /// <summary>Whether two syndromes have the same value and source.</summary>
    public static bool operator ==(DataAbortSyndrome left, DataAbortSyndrome right) => left.Equals(right);

    /// <summary>Whether two syndromes differ in value or source.</summary>
    public static bool operator !=(DataAbortSyndrome left, DataAbortSyndrome right) => !left.Equals(right);

    private bool Bit(int position) => ((_value >> position) & 1) != 0;

    private int Bits(int position, int width) => (int)(_value >> position) & ((1 << width) - 1);
}
