namespace Arm64MmioDecode.Encodings;

/// <summary>
/// What a placeholder of an A32 or T32 assembly column prints. The table compiler turns each placeholder into one
/// character: the kind in the upper byte, a parameter in the lower byte.
/// </summary>
internal enum AArch32Operand : byte
{
    /// <summary>Not a placeholder: the character prints as itself.</summary>
    Literal = 0,

    /// <summary>The condition; nothing for AL.</summary>
    Condition,

    /// <summary>A core register; the parameter is the field as in <see cref="RegisterOperand"/>.</summary>
    Register,

    /// <summary>Start of a part that is left out when the offset is +0; the parameter is the position of U, or <see cref="AArch32Parameter.NoSign"/>.</summary>
    OptionalBegin,

    /// <summary>End of such a part.</summary>
    OptionalEnd,

    /// <summary>The immediate offset, with -0 where U says so; the parameter is the position of U, or <see cref="AArch32Parameter.NoSign"/>.</summary>
    Immediate,

    /// <summary>A PC-relative address in the form that P and W select.</summary>
    LiteralAddress,

    /// <summary>The index register, with a minus sign where it is subtracted.</summary>
    Index,

    /// <summary>The shift of the index register.</summary>
    Shift,

    /// <summary>An exclamation mark where the base is written back.</summary>
    Writeback,

    /// <summary>A list of core registers.</summary>
    RegisterList,

    /// <summary>The addressing mode suffix that P and U give.</summary>
    AddressingSuffix,

    /// <summary>SIMD and floating-point registers without braces; the parameter is the letter of the view.</summary>
    Vectors,

    /// <summary>The elements of a structure; the parameter says how each register is marked: 0, <see cref="AArch32Parameter.OneLane"/> or <see cref="AArch32Parameter.AllLanes"/>.</summary>
    Structure,

    /// <summary>The element size in bits.</summary>
    ElementSize,

    /// <summary>The alignment that the instruction asks for.</summary>
    Alignment,

    /// <summary>A processor mode number in bits 4:0.</summary>
    Mode,

    /// <summary>A coprocessor option in bits 7:0.</summary>
    Option,

    /// <summary>What follows is printed instead when the access pushes to or pops from the stack.</summary>
    StackAlternative,
}
