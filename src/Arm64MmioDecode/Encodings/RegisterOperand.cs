namespace Arm64MmioDecode.Encodings;

/// <summary>The parameter of a register placeholder: which field, and how it prints.</summary>
internal static class RegisterOperand
{
    /// <summary>Field Rt (or Rd of a memory copy).</summary>
    public const int Rt = 0;

    /// <summary>Field Rt2.</summary>
    public const int Rt2 = 1;

    /// <summary>Field Rn.</summary>
    public const int Rn = 2;

    /// <summary>Field Rm or Rs.</summary>
    public const int Rm = 3;

    /// <summary>The bits that select the field.</summary>
    public const int FieldMask = 3;

    /// <summary>The next register (Rt + 1).</summary>
    public const int Next = 4;

    /// <summary>64-bit view.</summary>
    public const int SixtyFour = 8;

    /// <summary>Register 31 is SP, not the zero register.</summary>
    public const int StackPointer = 16;

    /// <summary>Where the letter of a scalar view starts: log2 of its bytes.</summary>
    public const int ScalarSizeShift = 4;
}
