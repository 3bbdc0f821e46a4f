namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>
/// The instruction sets as the oracles know them; deliberately not the library's own type, so that the oracles can
/// be built and trusted without it.
/// </summary>
public enum Isa
{
    A64,
    A32,

    /// <summary>
    /// Words of 16 bits are values up to 0xFFFF; words of 32 bits have the first halfword in bits 31:16 (which is
    /// then at least 0xE800).
    /// </summary>
    T32,
}
