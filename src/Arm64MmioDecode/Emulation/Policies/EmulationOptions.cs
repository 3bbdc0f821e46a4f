using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// How an instruction is emulated: the guest's state that is no general register, and what to do where the architecture or
/// the machine leaves a choice. The default value is safe: little-endian, an 8-byte bus, faults for what Device
/// memory usually refuses.
/// </summary>
public readonly record struct EmulationOptions
{
    private const int DefaultBusWidth = 8;
    private const int DefaultZeroBlockSize = 64;
    private const int DefaultTagBlockSize = 64;
    private const int DefaultVirtualAddressBits = 48;
    private const int DefaultCopyLimit = 4096;

    private readonly byte _busWidth;
    private readonly ushort _zeroBlockSize;
    private readonly ushort _tagBlockSize;
    private readonly byte _virtualAddressBits;
    private readonly int _copyLimit;
    private readonly Extras _extras;

    /// <summary>Whether data accesses are big-endian at the current Exception level: SCTLR_ELx.EE, SCTLR_EL1.E0E, or CPSR.E. Default: no.</summary>
    public bool BigEndian { get; init; }

    /// <summary>
    /// Whether the top byte of an address is ignored (TCR_ELx.TBI for the half of the address space concerned). Default: no.
    /// </summary>
    public bool TopByteIgnored { get; init; }

    /// <summary>The widest transaction in bytes: 1, 2, 4, 8 or 16. Wider elements are split in ascending order. Default: 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of these.</exception>
    public int BusWidth
    {
        get => _busWidth == 0 ? DefaultBusWidth : _busWidth;
        init => _busWidth = value is 1 or 2 or 4 or 8 or 16 ? (byte)value : throw new ArgumentOutOfRangeException(nameof(BusWidth), value, "BusWidth is 1, 2, 4, 8 or 16 bytes");
    }

    /// <summary>Elements that are not aligned to their size. Default: split.</summary>
    public UnalignedPolicy Unaligned { get; init; }

    /// <summary>
    /// Whether the bus is an <see cref="ITransactionBus"/>, which gets each transaction with all that the instruction says about it, and atomics
    /// and store exclusives as one compare-and-exchange. For those who go step by step: whether they take such transactions
    /// (<see cref="BusOperation.CompareExchange"/>). Default: no.
    /// </summary>
    public bool WholeTransactions
    {
        get => (_extras & Extras.WholeTransactions) != 0;
        init => _extras = value ? _extras | Extras.WholeTransactions : _extras & ~Extras.WholeTransactions;
    }

    /// <summary>
    /// Whether neighbouring elements, each aligned to its size, go over the bus as one transaction, up to <see cref="BusWidth"/> and
    /// within an aligned block of that size. Default: no, one transaction for each element, as the architecture
    /// has it for Device memory without the Gathering attribute; memory with it (Device-GRE, Normal) permits both.
    /// </summary>
    public bool JoinElements
    {
        get => (_extras & Extras.JoinElements) != 0;
        init => _extras = value ? _extras | Extras.JoinElements : _extras & ~Extras.JoinElements;
    }

    /// <summary>
    /// What the memory is that the instruction accesses. It decides alignment: on Device memory acquire, release, exclusive and atomic
    /// accesses have to be aligned. Default: Device.
    /// </summary>
    public AccessedMemory Memory
    {
        get => (_extras & Extras.Normal) != 0 ? AccessedMemory.Normal : AccessedMemory.Device;
        init => _extras = value == AccessedMemory.Normal ? _extras | Extras.Normal : _extras & ~Extras.Normal;
    }

    /// <summary>
    /// FEAT_LSE2: on Normal memory acquire, release, exclusive and atomic accesses may be unaligned within 16 bytes that are
    /// aligned. Default: no.
    /// </summary>
    public bool LargeSystemExtensions2
    {
        get => (_extras & Extras.LargeSystemExtensions2) != 0;
        init => _extras = value ? _extras | Extras.LargeSystemExtensions2 : _extras & ~Extras.LargeSystemExtensions2;
    }

    /// <summary>
    /// SCTLR_ELx.nAA with <see cref="LargeSystemExtensions2"/>: acquire and release accesses to Normal memory may be unaligned anywhere.
    /// Default: no.
    /// </summary>
    public bool NonAlignedAccess
    {
        get => (_extras & Extras.NonAlignedAccess) != 0;
        init => _extras = value ? _extras | Extras.NonAlignedAccess : _extras & ~Extras.NonAlignedAccess;
    }

    /// <summary>Whether a base address in SP that is no multiple of 16 raises an SP alignment fault (SCTLR_ELx.SA or SA0). Default: no, the processor has checked.</summary>
    public bool CheckStackPointerAlignment { get; init; }

    /// <summary>Load and store exclusives. Default: fault.</summary>
    public ExclusivePolicy Exclusives { get; init; }

    /// <summary>Atomics. Default: fault.</summary>
    public AtomicPolicy Atomics { get; init; }

    /// <summary>64-byte accesses (FEAT_LS64). Default: fault.</summary>
    public SixtyFourBytePolicy SixtyFourBytes { get; init; }

    /// <summary>Cache maintenance by address. Default: complete without effect.</summary>
    public CacheMaintenancePolicy CacheMaintenance { get; init; }

    /// <summary>CONSTRAINED UNPREDICTABLE register fields. Default: execute as documented.</summary>
    public UnpredictablePolicy Unpredictable { get; init; }

    /// <summary>Instructions that the library does not emulate. Default: report.</summary>
    public UnsupportedPolicy Unsupported { get; init; }

    /// <summary>
    /// The algorithm that the prologue of a memory copy or set chooses. Main part and epilogue go on with the one that
    /// PSTATE.C names. Default: option A.
    /// </summary>
    public MemoryCopyOption MemoryCopyOption { get; init; }

    /// <summary>
    /// Whether main part and epilogue raise the Memory Copy and Memory Set exception when PSTATE.C names another algorithm than
    /// <see cref="MemoryCopyOption"/>, as a processor does that knows only one. Default: no.
    /// </summary>
    public bool CheckMemoryCopyOption { get; init; }

    /// <summary>
    /// Whether memory has Allocation Tags (FEAT_MTE2): the plan then has tag transactions. Default: no; tags read as 0 and
    /// writes of tags have no effect, as the architecture says for memory that is not Tagged, such as Device memory.
    /// </summary>
    public bool TaggedMemory { get; init; }

    /// <summary>
    /// Whether translation table descriptors have the Protected attribute (TCR2_ELx.PnCH): what the 64-bit read-check-write
    /// instructions check (FEAT_THE). Default: no.
    /// </summary>
    public bool ProtectionEnabled { get; init; }

    /// <summary>
    /// The block of DC ZVA, DC GVA and DC GZVA in bytes: a power of two from 4 to 2048 (4 &lt;&lt; DCZID_EL0.BS), for instructions that
    /// write tags at least 16. Default: 64.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of these.</exception>
    public int ZeroBlockSize
    {
        get => _zeroBlockSize == 0 ? DefaultZeroBlockSize : _zeroBlockSize;
        init => _zeroBlockSize = IsPowerOfTwo(value) && value is >= 4 and <= 2048 ? (ushort)value : throw new ArgumentOutOfRangeException(nameof(ZeroBlockSize), value, "ZeroBlockSize is a power of two from 4 to 2048 bytes");
    }

    /// <summary>The block of LDGM, STGM and STZGM in bytes: a power of two from 16 to 256 (4 &lt;&lt; GMID_EL1.BS). Default: 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of these.</exception>
    public int TagBlockSize
    {
        get => _tagBlockSize == 0 ? DefaultTagBlockSize : _tagBlockSize;
        init => _tagBlockSize = IsPowerOfTwo(value) && value is >= 16 and <= 256 ? (ushort)value : throw new ArgumentOutOfRangeException(nameof(TagBlockSize), value, "TagBlockSize is a power of two from 16 to 256 bytes");
    }

    /// <summary>
    /// Size of a virtual address in bits, 32 to 55 (64 − TCR_ELx.TxSZ): where the Pointer Authentication Code of LDRAA and
    /// LDRAB begins. Default: 48.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in the range.</exception>
    public int VirtualAddressBits
    {
        get => _virtualAddressBits == 0 ? DefaultVirtualAddressBits : _virtualAddressBits;
        init => _virtualAddressBits = value is >= 32 and <= 55 ? (byte)value : throw new ArgumentOutOfRangeException(nameof(VirtualAddressBits), value, "VirtualAddressBits is from 32 to 55");
    }

    /// <summary>
    /// How many bytes of a memory copy or set one emulation transfers at most, a multiple of 16 up to 1048576; what remains is left
    /// to the next (<see cref="EmulationStatus.Continue"/>). Default: 4096.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of these.</exception>
    public int CopyLimit
    {
        get => _copyLimit == 0 ? DefaultCopyLimit : _copyLimit;
        init => _copyLimit = value is >= 16 and <= 1 << 20 && value % 16 == 0 ? value : throw new ArgumentOutOfRangeException(nameof(CopyLimit), value, "CopyLimit is a multiple of 16 from 16 to 1048576 bytes");
    }

    /// <summary>Whether transactions are neither joined nor whole: what nearly every plan asks first.</summary>
    internal bool HasPlainTransactions => (_extras & (Extras.WholeTransactions | Extras.JoinElements)) == 0;

    /// <summary>Refuses a bus that could not take the transactions that these options ask for, before a guest runs on it.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="parameter">Which parameter of the caller's is wrong.</param>
    /// <exception cref="ArgumentException">The bus lacks an interface.</exception>
    internal void RequireOf(IMmioBus bus, string parameter)
    {
        if (WholeTransactions)
        {
            if (bus is not ITransactionBus)
            {
                throw new ArgumentException("WholeTransactions needs devices that are an ITransactionBus", parameter);
            }

            return;
        }

        if ((BusWidth > DefaultBusWidth || SixtyFourBytes == SixtyFourBytePolicy.SingleTransaction) && bus is not IWideMmioBus)
        {
            throw new ArgumentException(
                BusWidth > DefaultBusWidth
                    ? "BusWidth = 16 needs devices that are an IWideMmioBus"
                    : "SixtyFourBytes = SingleTransaction needs devices that are an IWideMmioBus",
                parameter);
        }

        if (TaggedMemory && bus is not ITagMemory)
        {
            throw new ArgumentException("TaggedMemory needs devices that are an ITagMemory", parameter);
        }
    }

    private static bool IsPowerOfTwo(int value) => (value & (value - 1)) == 0;

    // In one byte: options are copied as a whole, and no larger than a vector register they are copied at once.
    [Flags]
    private enum Extras : byte
    {
        None = 0,
        WholeTransactions = 1,
        JoinElements = 2,
        LargeSystemExtensions2 = 4,
        NonAlignedAccess = 8,
        Normal = 16,
    }
}
