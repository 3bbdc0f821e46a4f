extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Conformance;

/// <summary>Every word that LLVM knows as a memory instruction is accepted with LLVM's text, and no other word is.</summary>
public sealed class A64ConformanceTests
{
    // What LLVM prints for memory instructions; STMOPA, SETF8, SETF16 and SETFFR are not, nor is cache maintenance by set and way.
    private static readonly Regex s_memoryInstruction = new(
        "^(ld|st(?!mopa)|prf|rprfm|cas|swp|rcw|cpy|set(?!f)|gcs(str|sttr|push|pop|ss)|dc (?!\\w+sw)|ic ivau)", RegexOptions.Compiled);

    private static readonly uint[] s_cornerRegisters = [0, 1, 30, 31];

    private static readonly bool s_full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void Text_and_acceptance_equal_LLVM_for_words_of_every_encoding(int seed)
    {
        var random = new Random(seed);
        List<EncodingRow> rows = Rows();
        var words = new List<uint>();
        foreach (EncodingRow row in rows)
        {
            words.AddRange(RowWords.Random(row, random, s_full ? 600 : 40, s_cornerRegisters));
            words.AddRange(RowWords.Corners(row, random, s_cornerRegisters));
            words.AddRange(RowWords.Neighbours(row, random));
        }

        Compare(words);
    }

    [SkippableFact]
    public void Text_and_acceptance_equal_LLVM_for_random_words()
    {
        var random = new Random(3);
        var words = new List<uint>();
        EncodingsFile file = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5);
        foreach ((uint mask, uint value) in file.Spaces.Select(space => (space.Mask, space.Value)).Append((0xFFC00000u, 0xD5000000u)))
        {
            for (int i = 0; i < (s_full ? 200_000 : 20_000); i++)
            {
                words.Add(((uint)random.NextInt64(1L << 32) & ~mask) | value);
            }
        }

        Compare(words);
    }

    [Fact]
    public void Every_difference_from_LLVM_is_in_the_document()
    {
        string document = File.ReadAllText(Repository.File("docs", "conformance.md"));
        foreach (LlvmDifference difference in LlvmDifference.A64)
        {
            document.Should().Contain(difference.Title);
            foreach (uint word in difference.Words)
            {
                document.Should().Contain($"{word:x8}");
            }
        }
    }

    private static List<EncodingRow> Rows() =>
        EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5).Rows;

    private static void Compare(List<uint> words)
    {
        LlvmInstruction[] llvm = LlvmDisassembler.Disassemble(Isa.A64, words);
        var unexplained = new List<string>();
        for (int i = 0; i < llvm.Length; i++)
        {
            bool accepted = InstructionDecoder.DecodeA64(words[i], out AccessDescriptor access) == DecodeStatus.MemoryAccess;
            bool memory = s_memoryInstruction.IsMatch(llvm[i].Text);
            string text = accepted ? access.ToString() : "";
            string expected = memory ? llvm[i].Text : "";
            bool flagged = llvm[i].Status != LlvmStatus.Soft || !accepted || access.IsUnpredictable || LlvmDifference.IsFullyDefined(in access);
            if ((text != expected || !flagged) && !LlvmDifference.A64.Any(difference => difference.Applies(words[i], llvm[i].Text)))
            {
                unexplained.Add($"{words[i]:x8}: {access.EncodingName} '{text}', LLVM {llvm[i]}");
            }
        }

        unexplained.Take(20).Should().BeEmpty("of {0} words {1} differ", words.Count, unexplained.Count);
    }
}
