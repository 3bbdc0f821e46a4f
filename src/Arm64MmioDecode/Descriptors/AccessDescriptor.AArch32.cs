using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Descriptors;

/// <content>What only A32 and T32 instructions have.</content>
public readonly partial struct AccessDescriptor
{
    private const int ProgramCounter = 15;

    /// <summary>The state of the IT block that the instruction was decoded in; <see cref="ItState.None"/> outside of T32.</summary>
    public ItState ItState => new((byte)(_registers >> 40));

    /// <summary>Whether R15 is loaded, which branches (AArch32): LDR, LDM, POP, RFE, TBB and TBH.</summary>
    public bool LoadsProgramCounter => InstructionSet != InstructionSet.A64 && Kind == AccessKind.Load
        && (Operation != AccessOperation.None || (RegisterFile == RegisterFile.General && (Rt == ProgramCounter || ((CoreRegisterList >> ProgramCounter) & 1) != 0)));

    /// <summary>
    /// The offset of the lowest address of the access from the base, in bytes: <see cref="Offset"/> where the instruction
    /// adds it before the access and 0 where it does so afterwards, and where an AArch32 LDM, STM, RFE or SRS starts.
    /// An index register comes in addition.
    /// </summary>
    public int StartOffset
    {
        get
        {
            if (!Writeback)
            {
                return _offset;
            }

            bool pre = AddressingMode == AddressingMode.PreIndex;

            // Increment before and decrement after exist in A32 alone: P (bit 24) and U (bit 23) are then equal.
            if (InstructionSet == InstructionSet.A32 && (Layout == RegisterLayout.ListOfSixteen || (RegisterFile == RegisterFile.None && Operation != AccessOperation.None)))
            {
                return _offset > 0 ? (pre ? ElementSize : 0) : (pre ? _offset : _offset + ElementSize);
            }

            return pre ? _offset : 0;
        }
    }

    /// <summary>
    /// The alignment in bytes that the instruction itself asks for, whatever the memory type and SCTLR.A are: the
    /// <c>:align</c> of an A32 or T32 SIMD structure access (Arm ARM, section F2.8); 1 when it asks for none.
    /// </summary>
    public int StructureAlignment
    {
        get
        {
            if (InstructionSet == InstructionSet.A64 || RegisterFile != RegisterFile.SimdAndFloatingPoint)
            {
                return 1;
            }

            uint index = (_opcode >> 4) & 0xF;
            int structure = RegisterCount << ElementSizeLog2;
            return Shape switch
            {
                // align: 00 none, else 8, 16 or 32 bytes.
                TransferShape.Sequential or TransferShape.Interleaved => (index & 3) == 0 ? 1 : 4 << (int)(index & 3),

                // Four words have two bits: 8 or 16 bytes.
                TransferShape.Lane when RegisterCount == 4 && ElementSize == 4 => (index & 3) == 0 ? 1 : 4 << (int)(index & 3),
                TransferShape.Lane when RegisterCount != 3 && (index & 1) != 0 => structure,

                // VLD4 of words: size 11 asks for 16 bytes, size 10 for 8.
                TransferShape.Replicate when RegisterCount == 4 && ElementSize == 4 => (index & 1) == 0 ? 1 : (index & 4) != 0 ? 16 : 8,
                TransferShape.Replicate when (index & 1) != 0 => ElementCount << ElementSizeLog2,
                _ => 1,
            };
        }
    }

    /// <summary>
    /// Whether this is an A32 or T32 load or store of core registers of the current mode that does nothing else: single ones, pairs and lists.
    /// </summary>
    internal bool IsPlainCoreTransfer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // All of it at once: kind, operation and register file, where what is less than the least value of a field becomes all ones.
            const ulong Least = (ulong)AccessKind.Load | ((ulong)RegisterFile.General << 16);
            const ulong Above = 0xFE | (0xFFul << 8) | (0xFFul << 16);
            const ulong UserBank = (ulong)AccessProperties.UserBank << 16;
            return ((_transfer - Least) & Above) == 0 && (_addressing & UserBank) == 0 && ElementCount != 0 && InstructionSet != InstructionSet.A64;
        }
    }

    /// <summary>The core registers of LDM, STM, PUSH and POP, one bit each; 0 for other instructions.</summary>
    internal uint CoreRegisterList => Layout switch
    {
        RegisterLayout.ListOfSixteen => _opcode & 0xFFFF,
        RegisterLayout.ListOfEight => RegisterLists.ExpandEight(_opcode),
        _ => 0,
    };
}
