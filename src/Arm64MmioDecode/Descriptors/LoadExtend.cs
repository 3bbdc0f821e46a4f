namespace Arm64MmioDecode.Descriptors;

/// <summary>How a loaded element that is narrower than its register is extended.</summary>
public enum LoadExtend : byte
{
    /// <summary>The element is as wide as the register view that the instruction names, or nothing is loaded.</summary>
    None = 0,

    /// <summary>Zero-extended.</summary>
    Zero,

    /// <summary>Sign-extended to the width of the register view.</summary>
    Sign,
}
