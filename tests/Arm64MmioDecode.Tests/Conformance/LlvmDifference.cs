using System;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tests.Conformance;

/// <summary>
/// A known difference between LLVM 22 and Arm's A64 specification. Every one stands in docs/conformance.md with its words.
/// </summary>
/// <param name="Title">The heading in the document.</param>
/// <param name="Words">Words that show it.</param>
/// <param name="Applies">Whether a word is such a case, from the word and what LLVM says of it (empty: invalid).</param>
internal sealed record LlvmDifference(string Title, uint[] Words, Func<uint, string, bool> Applies)
{
    public static IReadOnlyList<LlvmDifference> A64 { get; } =
    [
        new("LDAPR with should-be-one bits that are zero", [0x38B7C0D6, 0xF8A2C2B7],
            (word, llvm) => llvm.Length == 0 && (word & 0x3FE0FC00 & ~0x001F0000u) == 0x38A0C000),
        new("CAST and CASPT with bits 14:10 other than 11111", [0x498068C2, 0xC98027F9],
            (word, llvm) => llvm.StartsWith("cas", StringComparison.Ordinal) && (word & 0x3F000000) == 0x09000000 && (word & 0x7C00) != 0x7C00),
        new("Memory copy and set with overlapping registers", [0x1900047F, 0x1DDF377B, 0x1DDF0252],
            (word, llvm) => llvm.Length == 0 && (word & 0xFB200C00) == 0x19000400),
        new("SETGO with overlapping registers", [0x1DDF0252],
            (word, llvm) => llvm.Length == 0 && (word & 0xFFFF0C00) == 0x1DDF0000),
        new("SETGO with should-be-one bits that are zero", [0x1DC00240],
            (word, llvm) => llvm.Length == 0 && (word & 0xFFE00C00) == 0x1DC00000 && (word & 0x001F0000) != 0x001F0000),
        new("GCSPUSHX, GCSPOPCX and GCSPOPX with Rt other than 31", [0xD5087780, 0xD50877A0, 0xD50877C0],
            (word, _) => (word & 0x1F) != 0x1F && (word & 0xFFFFFFE0) is 0xD5087780 or 0xD50877A0 or 0xD50877C0),
    ];

    /// <summary>Words that LLVM calls potentially undefined although Arm's specification defines them fully.</summary>
    public static bool IsFullyDefined(in AccessDescriptor access) =>
        (access.Properties & AccessProperties.Unprivileged) != 0 || access.EncodingName.StartsWith("STGP_", StringComparison.Ordinal);
}
