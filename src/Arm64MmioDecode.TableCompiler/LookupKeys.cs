namespace Arm64MmioDecode.TableCompiler;

/// <summary>The bits of an opcode that a lookup uses.</summary>
/// <param name="FirstLow">The lowest bit of the first key, which ends at bit 31.</param>
/// <param name="SecondLow">The lowest bit of the second key.</param>
/// <param name="SecondWidth">Number of bits of the second key, at most 8.</param>
internal readonly record struct LookupKeys(int FirstLow, int SecondLow, int SecondWidth)
{
    public uint FirstMask => uint.MaxValue << FirstLow;

    /// <summary>The bits that the lookup knows: a row's exceptions in these bits alone need no comparison.</summary>
    public uint Mask => FirstMask | (((1u << SecondWidth) - 1) << SecondLow);
}
