using System;
using System.Diagnostics;

namespace Arm64MmioDecode.Descriptors;

[DebuggerDisplay("{ToString(),nq}")]
public readonly partial struct AccessDescriptor
{
    /// <summary>The longest text that <see cref="TryFormat"/> writes, in characters.</summary>
    public const int MaxTextLength = 192;

    /// <summary>Writes the instruction in Arm assembly syntax, as LLVM's disassembler prints it, with one blank after the mnemonic.</summary>
    /// <param name="destination">
    /// Receives the text; <see cref="MaxTextLength"/> characters always suffice. What is in it behind the text afterwards is undefined.
    /// </param>
    /// <param name="charsWritten">The number of characters written; 0 when the result is false.</param>
    /// <returns>Whether the text fitted into <paramref name="destination"/>.</returns>
    public bool TryFormat(Span<char> destination, out int charsWritten) =>
        AssemblyFormatter.TryFormat(in this, destination, out charsWritten);

    /// <summary>
    /// Returns the instruction in Arm assembly syntax, as LLVM's disassembler prints it, with one blank after the mnemonic. An access
    /// that was taken from a syndrome has no instruction: "a load of 4 bytes to w2".
    /// </summary>
    /// <returns>The text; empty for an empty descriptor.</returns>
    public override string ToString()
    {
        if (Kind != AccessKind.None && AddressingMode == AddressingMode.Reported)
        {
            string register = RegisterCount == 8 ? RegisterName.EightOf(Rt)
                : InstructionSet == InstructionSet.A64 ? RegisterName.A64(Rt, RegisterWidth == 64)
                : RegisterName.AArch32(Rt);
            string size = TotalSize == 1 ? "1 byte" : FormattableString.Invariant($"{TotalSize} bytes");
            return FormattableString.Invariant($"a {(IsWrite ? "store" : "load")} of {size} {(IsWrite ? "from" : "to")} {register}");
        }

        Span<char> text = stackalloc char[MaxTextLength];
        return TryFormat(text, out int length) ? text.Slice(0, length).ToString() : "";
    }
}
