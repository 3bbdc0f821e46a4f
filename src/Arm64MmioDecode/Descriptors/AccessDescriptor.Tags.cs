namespace Arm64MmioDecode.Descriptors;

/// <content>Allocation Tags (FEAT_MTE2).</content>
public readonly partial struct AccessDescriptor
{
    /// <summary>
    /// Whether the accesses of data are Tag Checked where memory is Tagged (Arm ARM, section D10.4, and <c>tagchecked</c> in the decode
    /// sections): not those at SP plus an immediate, literals, and those of the instructions that load or store tags.
    /// </summary>
    public bool IsTagChecked
    {
        get
        {
            if (InstructionSet != InstructionSet.A64 || AddressingMode is AddressingMode.Literal or AddressingMode.Reported)
            {
                return false;
            }

            switch (Kind)
            {
                case AccessKind.ZeroBlock:
                case AccessKind.MemoryCopy:
                case AccessKind.MemorySet:
                    return (NamedProperties & AccessProperties.WritesTags) == 0;
                case AccessKind.Load:
                case AccessKind.Store:
                case AccessKind.ReadModifyWrite:
                case AccessKind.CompareAndSwap:
                case AccessKind.LoadExclusive:
                case AccessKind.StoreExclusive:
                    return (NamedProperties & (AccessProperties.WritesTags | AccessProperties.GuardedControlStack)) == 0
                        && (Rn != StackPointerNumber || HasIndex || Writeback || AddressingMode == AddressingMode.VectorBase || HasUnwrittenIndex);
                default:
                    return false;
            }
        }
    }

    private const int StackPointerNumber = 31;

    // LDFF1 and the accesses of ZA tile slices always have a register as their index. Where it is XZR the text leaves it out, and it
    // is no immediate all the same.
    private bool HasUnwrittenIndex => Shape == TransferShape.ScalableContiguous
        && (RegisterFile == RegisterFile.ZaArray || ((NamedProperties & AccessProperties.FaultSuppressing) != 0 && IsFirstFaulting));

    /// <summary>Of contiguous loads that suppress faults: LDFF1, whose bits 15:13 are 011, not LDNF1, whose bits are 101.</summary>
    internal bool IsFirstFaulting => (_opcode >> 13 & 7) == 3;
}
