using System;
using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tests.Conformance;

/// <summary>The known differences between LLVM 22 and Arm's AArch32 specification. Every one stands in docs/conformance-aarch32.md with its words.</summary>
internal static class AArch32Differences
{
    public static IReadOnlyList<LlvmDifference> A32 { get; } =
    [
        .. Common(InstructionSet.A32, [0xE1C0F0D0, 0xF5DF0000, 0xF4E1DB20], [0xED906E00, 0xEDC05E00], [0xF463F687, 0xF460E32F], [0xECB00B00, 0xED300A00]),
        new("PLD (literal) with R = 0", [0xF59FF000], (word, llvm) => llvm.StartsWith("pldw [pc", StringComparison.Ordinal) && (word & 0xFF7F0000) == 0xF51F0000),
        new("STRD (immediate) with imm4L = 1111", [0xE14B66FF], (word, llvm) => (word & 0x0E5000FF) == 0x004000FF && llvm == Access(InstructionSet.A32, word).ToString()),
    ];

    public static IReadOnlyList<LlvmDifference> T32 { get; } =
    [
        .. Common(InstructionSet.T32, [0xE8A0C003, 0xF8BFF000, 0xE9900006, 0xB400], [0xED906E00, 0xEDC05E00], [0xF963F687, 0xF960E32F], [0xECB00B00, 0xED300A00]),
        new("STRD (immediate) with base PC", [0xE9CF0100], (word, llvm) => llvm.StartsWith("strd", StringComparison.Ordinal) && (word & 0xFE5F0000) == 0xE84F0000),
    ];

    private static LlvmDifference[] Common(InstructionSet set, uint[] rejected, uint[] coprocessor, uint[] beyond, uint[] empty) =>
    [
        new("UNPREDICTABLE encodings that LLVM rejects", rejected, (word, llvm) => llvm.Length == 0 && Access(set, word).IsUnpredictable),
        new("LDC and STC of other system registers", coprocessor,
            (word, llvm) => (llvm.StartsWith("ldc", StringComparison.Ordinal) || llvm.StartsWith("stc", StringComparison.Ordinal)) && (word & 0x0E00FF00) != 0x0C005E00 | (word & 0x0E400F00) == 0x0C400E00),
        new("Structures that go beyond D31", beyond,
            (word, llvm) => llvm.Contains("fpinst2", StringComparison.Ordinal) && Access(set, word).Unpredictable!.Contains("d+regs > 32", StringComparison.Ordinal)),
        new("Empty lists of SIMD registers", empty,
            (word, llvm) => llvm.Length != 0 && Access(set, word) is { RegisterCount: 0, RegisterFile: RegisterFile.SimdAndFloatingPoint }),
    ];

    private static AccessDescriptor Access(InstructionSet set, uint word)
    {
        InstructionDecoder.Decode(set, word, default, out AccessDescriptor access);
        return access;
    }
}
