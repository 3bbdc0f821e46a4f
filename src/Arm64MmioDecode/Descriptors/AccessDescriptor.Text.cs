using System;
using System.Diagnostics;

namespace Arm64MmioDecode.Descriptors;

[DebuggerDisplay("{ToString(),nq}")]
public readonly partial struct AccessDescriptor
{
    /// <summary>The longest text that <see cref="TryFormat"/> writes, in characters.</summary>
    public const int MaxTextLength = 192;

    /// <summary>Writes the instruction in Arm assembly syntax, as LLVM's disassembler prints it, with one blank after the mnemonic.</summary>
    /// <param name="destination">Receives the text; <see cref="MaxTextLength"/> characters always suffice.</param>
    /// <param name="charsWritten">The number of characters written; 0 when the result is false.</param>
    /// <returns>Whether the text fitted into <paramref name="destination"/>.</returns>
    public bool TryFormat(Span<char> destination, out int charsWritten) =>
        AssemblyFormatter.TryFormat(in this, destination, out charsWritten);

    /// <summary>Returns the instruction in Arm assembly syntax, as LLVM's disassembler prints it, with one blank after the mnemonic.</summary>
    /// <returns>The text; empty for an empty descriptor.</returns>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaxTextLength];
        return TryFormat(text, out int length) ? text.Slice(0, length).ToString() : "";
    }
}
