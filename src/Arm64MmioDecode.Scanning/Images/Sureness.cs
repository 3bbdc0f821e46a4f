namespace Arm64MmioDecode.Scanning.Images;

/// <summary>How it is known that bytes are instructions, and of which set.</summary>
public enum Sureness
{
    /// <summary>Mapping symbols say so (<c>$a</c>, <c>$t</c>, <c>$x</c>).</summary>
    Symbols,

    /// <summary>The instruction set follows from the format, and the whole section is taken for code: data may be among it.</summary>
    Sweep,

    /// <summary>The instruction set, or that it is code, is guessed.</summary>
    Guess,
}
