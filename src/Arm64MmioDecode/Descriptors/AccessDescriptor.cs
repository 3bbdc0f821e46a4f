using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <summary>
/// What one memory instruction does: which registers, how many bytes, at which address, and with which side effects.
/// A value of 32 bytes that is computed from the opcode alone; it knows neither register contents nor buses.
/// </summary>
/// <remarks>
/// Everything that an emulator needs for each access is held in fields; what only a person or a rare instruction needs
/// (names, text, features, constrained-unpredictable conditions) is computed from <see cref="Opcode"/> when asked for.
/// The default value has <see cref="Kind"/> = <see cref="AccessKind.None"/>.
/// </remarks>
public readonly partial struct AccessDescriptor : IEquatable<AccessDescriptor>
{
    // Four words, so that a decoder copies two of them from the encoding's row and computes the other two.
    // _transfer, from the lowest byte: kind, operation, file, shape | layout << 4, log2 of the element size,
    // element count, register count, extend | log2 of the register bytes << 2.
    // _addressing: mode | index extend << 4, index shift, flags (16 bits), encoding index (16 bits), set | length << 4, lane.
    // _registers: Rt, Rm or Rs, Rn, Rt2, condition << 4, ITSTATE.
    private readonly uint _opcode;
    private readonly int _offset;
    private readonly ulong _transfer;
    private readonly ulong _addressing;
    private readonly ulong _registers;

    /// <summary>Where the condition is in the word of the registers: as far from the lowest bit of Rm, or of Rs, as in an A32 instruction.</summary>
    internal const int ConditionPosition = 36;

    internal AccessDescriptor(uint opcode, int offset, ulong transfer, ulong addressing, ulong registers)
    {
        _opcode = opcode;
        _offset = offset;
        _transfer = transfer;
        _addressing = addressing;
        _registers = registers;
    }

    /// <summary>The value of <see cref="Condition"/> for an instruction that always executes.</summary>
    public const int AlwaysCondition = 14;

    /// <summary>The instruction word: 16 or 32 bits; for a 32-bit T32 instruction the first halfword is in bits 31:16.</summary>
    public uint Opcode => _opcode;

    /// <summary>The instruction set that <see cref="Opcode"/> was decoded in.</summary>
    public InstructionSet InstructionSet => (InstructionSet)((_addressing >> 48) & 0xF);

    /// <summary>Length of the instruction in bytes: 2 or 4.</summary>
    public int Length => (int)((_addressing >> 52) & 0xF);

    /// <summary>What the instruction does to memory.</summary>
    public AccessKind Kind => (AccessKind)(byte)_transfer;

    /// <summary>The operation within <see cref="Kind"/>.</summary>
    public AccessOperation Operation => (AccessOperation)(byte)(_transfer >> 8);

    /// <summary>The register file of the data registers.</summary>
    public RegisterFile RegisterFile => (RegisterFile)(byte)(_transfer >> 16);

    /// <summary>How elements map onto registers.</summary>
    public TransferShape Shape => (TransferShape)((_transfer >> 24) & 0xF);

    internal RegisterLayout Layout => (RegisterLayout)((_transfer >> 28) & 0xF);

    /// <summary>Base-2 logarithm of <see cref="ElementSize"/>.</summary>
    public int ElementSizeLog2 => (byte)(_transfer >> 32);

    /// <summary>Size of one memory element in bytes: 1 to 16 for an access of known size; the unit of one single-copy atomic access.</summary>
    public int ElementSize => 1 << ElementSizeLog2;

    /// <summary>Number of memory elements; 0 when nothing is transferred or the number depends on registers or the vector length (see <see cref="HasFixedSize"/>).</summary>
    public int ElementCount => (byte)(_transfer >> 40);

    /// <summary>Number of data registers that <see cref="GetRegister"/> enumerates.</summary>
    public int RegisterCount => (byte)(_transfer >> 48);

    /// <summary>How loaded elements are extended.</summary>
    public LoadExtend Extend => (LoadExtend)((_transfer >> 56) & 3);

    /// <summary>Width in bits of the register view that the instruction names: 32 for Wt, 64 for Xt, 8 to 128 for SIMD&amp;FP; of an element of an SVE vector.</summary>
    public int RegisterWidth => 8 << RegisterSizeLog2;

    /// <summary>Base-2 logarithm of <see cref="RegisterWidth"/> in bytes.</summary>
    internal int RegisterSizeLog2 => (int)(_transfer >> 58);

    /// <summary>Total size of the access in bytes; 0 for a prefetch or cache operation and when <see cref="HasFixedSize"/> is false.</summary>
    public int TotalSize
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ElementCount << ElementSizeLog2;
    }

    /// <summary>Whether <see cref="TotalSize"/> follows from the opcode; false when it depends on the vector length, on registers, or on an ID register (DC ZVA).</summary>
    public bool HasFixedSize => ElementCount != 0 || InstructionSet != InstructionSet.A64 || Kind is AccessKind.Prefetch or AccessKind.CacheMaintenance;

    /// <summary>How the address is formed.</summary>
    public AddressingMode AddressingMode => (AddressingMode)(_addressing & 0xF);

    /// <summary>How the index register is extended or shifted; <see cref="IndexExtend.None"/> when there is no index register.</summary>
    public IndexExtend IndexExtend => (IndexExtend)((_addressing >> 4) & 0xF);

    /// <summary>Shift amount of the index register in bits, 0 to 32.</summary>
    public int IndexShift => (byte)(_addressing >> 8);

    /// <summary>Whether the instruction adds an index register to the base.</summary>
    public bool HasIndex => IndexExtend != IndexExtend.None;

    /// <summary>Properties that are either there or not.</summary>
    public AccessProperties Properties => DropsAcquire ? NamedProperties & ~AccessProperties.Acquire : NamedProperties;

    /// <summary>The properties that the mnemonic says: the same without a look at Rt, for whom only those of loads and stores matter.</summary>
    internal AccessProperties NamedProperties => (AccessProperties)(ushort)(_addressing >> 16);

    // LDADDA, SWPA and the like have acquire semantics "if the destination register is not one of WZR or XZR" (Arm ARM, section C6.2).
    private bool DropsAcquire => Kind == AccessKind.ReadModifyWrite && RegisterFile == RegisterFile.General && Rt == 31;

    /// <summary>Whether this is a SYS or SYSL instruction of A64 (DC, IC, GCSPUSHM …), which has its address in Xt.</summary>
    internal bool IsSystemInstruction => InstructionSet == InstructionSet.A64 && _opcode >> 24 == 0xD5;

    internal int EncodingIndex => (ushort)(_addressing >> 32);

    /// <summary>The lane of a single-structure transfer (<see cref="TransferShape.Lane"/>), 0 to 15.</summary>
    public int Lane => (byte)(_addressing >> 56);

    /// <summary>The signed immediate offset in bytes; for a post-indexed form what is added to the base after the access.</summary>
    public int Offset => _offset;

    /// <summary>Rt, Rm or Rs, Rn and Rt2, a byte each from the lowest on.</summary>
    internal uint RegisterNumbers => (uint)_registers;

    /// <summary>Number of the first data register.</summary>
    public int Rt => (byte)_registers;

    /// <summary>Number of the second data register of a pair.</summary>
    public int Rt2 => (byte)(_registers >> 24);

    /// <summary>Number of the base register; 31 is SP in A64, and in AArch32 15 is PC.</summary>
    public int Rn => (byte)(_registers >> 16);

    /// <summary>Number of the index register; meaningful when <see cref="HasIndex"/>.</summary>
    public int Rm => (byte)(_registers >> 8);

    /// <summary>Number of the status register of a store exclusive, or of the operand register of an atomic.</summary>
    public int Rs => (byte)(_registers >> 8);

    /// <summary>Whether <see cref="Rs"/> receives the outcome of a store.</summary>
    public bool HasStatusRegister => Kind == AccessKind.StoreExclusive
        || Operation is AccessOperation.StoreWithStatus or AccessOperation.StoreAccelerationData;

    /// <summary>
    /// The condition under which the instruction executes, encoded as in A32 bits 31:28; <see cref="AlwaysCondition"/> in A64.
    /// </summary>
    public int Condition => (int)(_registers >> ConditionPosition) & 0xF;

    /// <summary>Whether the base register is changed.</summary>
    public bool Writeback
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AddressingMode is AddressingMode.PreIndex or AddressingMode.PostIndex;
    }

    /// <summary>Whether memory is read into registers, or read and modified.</summary>
    public bool IsLoad => Kind is AccessKind.Load or AccessKind.LoadExclusive or AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap;

    /// <summary>
    /// Whether the syndrome of an abort on this instruction has WnR = 1: everything but loads and prefetches
    /// (Arm ARM, ESR_ELx.WnR; cache maintenance reports WnR = 1, and an atomic reports 0 if a read would also have faulted).
    /// </summary>
    public bool IsWrite
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ((WritingKinds >> (int)Kind) & 1) != 0
            || (Kind == AccessKind.GuardedControlStack && Operation == AccessOperation.Push);
    }

    // A set rather than a list of comparisons: small enough to become part of whoever asks.
    private const uint WritingKinds = (1u << (int)AccessKind.Store) | (1u << (int)AccessKind.StoreExclusive) | (1u << (int)AccessKind.ZeroBlock)
        | (1u << (int)AccessKind.TagStore) | (1u << (int)AccessKind.MemorySet) | (1u << (int)AccessKind.CacheMaintenance);

    /// <summary>
    /// Whether this is an A64 load or store of one or two registers, general-purpose or SIMD&amp;FP, one element each, without
    /// authentication, tags or an order among the two: what most exits are.
    /// </summary>
    internal bool IsPlainTransfer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // All of it at once. What is less than the least value of a field becomes all ones.
            const ulong Least = (ulong)AccessKind.Load | ((ulong)RegisterFile.General << 16) | ((ulong)TransferShape.OnePerRegister << 24) | (1ul << 40);
            const ulong Above = 0xFE | (0xFEul << 16) | (0xFul << 24) | (0xFEul << 40);
            const ulong Others = (ulong)(AccessProperties.Authenticated | AccessProperties.WritesTags) << 16;
            const ulong Set = 0xFul << 48;
            return ((_transfer - Least) & Above) == 0 && (_addressing & (Others | Set)) == 0
                && (ElementCount == 1 || (Layout == RegisterLayout.Pair && (NamedProperties & AccessProperties.Release) == 0));
        }
    }

    /// <summary>Returns the number of a data register in transfer order.</summary>
    /// <param name="index">0 to <see cref="RegisterCount"/> − 1.</param>
    /// <returns>The register number: 0 to 31 in A64, 0 to 15 for general-purpose registers in AArch32.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative or not below <see cref="RegisterCount"/>.</exception>
    public int GetRegister(int index)
    {
        if ((uint)index >= (uint)RegisterCount)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        switch (Layout)
        {
            case RegisterLayout.Pair:
                return index == 0 ? Rt : Rt2;
            case RegisterLayout.OperandAndTarget:
                return index == 0 ? Rs : Rt;
            case RegisterLayout.OperandPairAndTargetPair:
                return ((index & 2) == 0 ? Rs : Rt) + (index & 1);
            case RegisterLayout.Operand:
                return Rs;
            case RegisterLayout.ListOfSixteen:
            case RegisterLayout.ListOfEight:
                return RegisterLists.NthSetBit(CoreRegisterList, index);
            case RegisterLayout.EveryOther:
                return (Rt + (2 * index)) & 31;
            case RegisterLayout.StrideEight:
                return Rt + (8 * index);
            case RegisterLayout.StrideFour:
                return Rt + (4 * index);
            case RegisterLayout.MemoryCopyAndSet:
                // In the order of the operands: CPY* [Xd]!, [Xs]!, Xn!, and SET* [Xd]!, Xn!, Xs.
                return index == 0 ? Rt : index == 1 == (Kind == AccessKind.MemoryCopy) ? Rs : Rn;
            case RegisterLayout.TwoPairs:
                return (Rt + ((index & 1) * 2) + (index >> 1)) & 31;
            default:
                return (Rt + index) & 31;
        }
    }

    /// <summary>Arm's own name of the encoding, as in its machine-readable specification; empty for an empty descriptor.</summary>
    public string EncodingName => EncodingText.GetName(InstructionSet, EncodingIndex);

    /// <summary>The feature that the encoding needs, as Arm writes it (for example <c>FEAT_LSE</c>); empty for the base architecture.</summary>
    public string Feature => EncodingText.GetFeature(InstructionSet, EncodingIndex);

    // Copies field by field. A copy as a whole uses wider loads, and a descriptor that was written a moment ago has to leave the
    // processor's store buffer before a load that is wider than the writes can go on: some five nanoseconds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CopyTo(ref AccessDescriptor other)
    {
        Unsafe.AsRef(in other._opcode) = _opcode;
        Unsafe.AsRef(in other._offset) = _offset;
        Unsafe.AsRef(in other._transfer) = _transfer;
        Unsafe.AsRef(in other._addressing) = _addressing;
        Unsafe.AsRef(in other._registers) = _registers;
    }

    /// <inheritdoc/>
    public bool Equals(AccessDescriptor other) =>
        _opcode == other._opcode && _offset == other._offset && _transfer == other._transfer
        && _addressing == other._addressing && _registers == other._registers;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AccessDescriptor other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((int)_opcode * 397) ^ (int)(_addressing >> 32) ^ (int)(_registers >> 32);

    /// <summary>Compares two descriptors.</summary>
    /// <param name="left">One descriptor.</param>
    /// <param name="right">The other descriptor.</param>
    /// <returns>Whether they are equal in every field.</returns>
    public static bool operator ==(AccessDescriptor left, AccessDescriptor right) => left.Equals(right);

    /// <summary>Compares two descriptors.</summary>
    /// <param name="left">One descriptor.</param>
    /// <param name="right">The other descriptor.</param>
    /// <returns>Whether they differ in any field.</returns>
    public static bool operator !=(AccessDescriptor left, AccessDescriptor right) => !left.Equals(right);
}
