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

/// <summary>Every word that LLVM knows as an A32 or T32 memory instruction is accepted with LLVM's text, and no other word is.</summary>
public sealed class AArch32ConformanceTests
{
    private const uint FirstWideHalfword = 0xE800;

    // What LLVM prints for memory instructions, and for cache maintenance by address.
    private static readonly Regex s_memoryInstruction = new(
        @"^(ld|st|push|pop|pl[di]|rfe|srs|tb[bh]|swp|vld|vst|vpush|vpop|fldm|fstm|mcr(..)? p15, #0, \w+, c7, c(6|10|11|14|5), #1$)", RegexOptions.Compiled);

    private static readonly uint[] s_cornerRegisters = [0, 13, 14, 15];

    private static readonly bool s_full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";

    [SkippableTheory]
    [InlineData(InstructionSet.A32, null)]
    [InlineData(InstructionSet.T32, null)]
    [InlineData(InstructionSet.T32, 0)]
    [InlineData(InstructionSet.T32, 12)]
    public void Text_and_acceptance_equal_LLVM_for_words_of_every_encoding(InstructionSet set, int? itCondition)
    {
        var random = new Random(17 + (itCondition ?? 0));
        var words = new List<uint>();
        foreach (EncodingRow row in Encodings(set).Rows)
        {
            IEnumerable<uint> ofRow =
            [
                .. RowWords.Random(row, random, s_full ? 600 : 30, s_cornerRegisters),
                .. RowWords.Corners(row, random, s_cornerRegisters),
                .. RowWords.Neighbours(row, random),
                .. SingleRegisterLists(row, random),
            ];
            words.AddRange(ofRow.Select(word => Instruction(set, word, narrow: row.Pattern.Length == 16)));
        }

        Compare(set, words, itCondition);
    }

    [SkippableTheory]
    [InlineData(InstructionSet.A32, null)]
    [InlineData(InstructionSet.T32, null)]
    [InlineData(InstructionSet.T32, 7)]
    public void Text_and_acceptance_equal_LLVM_for_random_words(InstructionSet set, int? itCondition)
    {
        var random = new Random(5 + (itCondition ?? 0));
        var words = new List<uint>();
        EncodingsFile file = Encodings(set);
        int count = (s_full ? 1_000_000 : 30_000) / file.Spaces.Count;
        foreach (WordSet space in file.Spaces)
        {
            for (int i = 0; i < count; i++)
            {
                words.Add(Instruction(set, (Random(random) & ~space.Mask) | space.Value, narrow: false));
            }
        }

        Compare(set, words, itCondition);
    }

    [SkippableTheory]
    [InlineData(null)]
    [InlineData(3)]
    public void Text_and_acceptance_equal_LLVM_for_every_16_bit_instruction(int? itCondition) =>
        Compare(InstructionSet.T32, [.. Enumerable.Range(0, (int)FirstWideHalfword).Select(word => (uint)word)], itCondition);

    [Fact]
    public void Every_difference_from_LLVM_is_in_the_document()
    {
        string document = File.ReadAllText(Repository.File("docs", "conformance-aarch32.md"));
        foreach (LlvmDifference difference in AArch32Differences.A32.Concat(AArch32Differences.T32))
        {
            document.Should().Contain("### " + difference.Title);
            foreach (uint word in difference.Words)
            {
                document.Should().Contain($"`{word:x}`");
            }
        }
    }

    [SkippableTheory]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void The_words_of_the_document_show_the_differences(InstructionSet set)
    {
        foreach (LlvmDifference difference in Differences(set))
        {
            LlvmInstruction[] llvm = LlvmDisassembler.Disassemble(Isa(set), difference.Words);
            for (int i = 0; i < llvm.Length; i++)
            {
                difference.Applies(difference.Words[i], llvm[i].Text).Should().BeTrue("of {0:x8} in {1}: {2}", difference.Words[i], difference.Title, llvm[i]);
            }
        }
    }

    private static IReadOnlyList<LlvmDifference> Differences(InstructionSet set) => set == InstructionSet.A32 ? AArch32Differences.A32 : AArch32Differences.T32;

    private static Isa Isa(InstructionSet set) => set == InstructionSet.A32 ? Tooling.Isa.A32 : Tooling.Isa.T32;

    private static EncodingsFile Encodings(InstructionSet set) =>
        EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", $"{set}.encodings"), registerWidth: 4);

    private static uint Random(Random random) => (uint)random.NextInt64(1L << 32);

    private static IEnumerable<uint> SingleRegisterLists(EncodingRow row, Random random)
    {
        if (row.Pattern.Fields.TryGetValue("register_list", out (int High, int Width) list))
        {
            int low = list.High - list.Width + 1;
            for (int bit = low; bit <= list.High; bit++)
            {
                yield return (Random(random) & ~row.Pattern.Mask & ~(((1u << list.Width) - 1) << low)) | row.Pattern.Value | (1u << bit);
            }
        }
    }

    // A word whose first halfword is a 16-bit instruction is that instruction.
    private static uint Instruction(InstructionSet set, uint word, bool narrow) =>
        set == InstructionSet.T32 && (narrow || word >> 16 < FirstWideHalfword) ? word >> 16 : word;

    private static void Compare(InstructionSet set, List<uint> words, int? itCondition)
    {
        LlvmInstruction[] llvm = LlvmDisassembler.Disassemble(Isa(set), words, (uint?)itCondition);
        ItState itState = itCondition is { } condition ? ItState.ForCondition(condition) : ItState.None;
        var unexplained = new List<string>();
        for (int i = 0; i < llvm.Length; i++)
        {
            bool accepted = InstructionDecoder.Decode(set, words[i], itState, out AccessDescriptor access) == DecodeStatus.MemoryAccess;
            string text = accepted ? access.ToString() : "";
            string expected = s_memoryInstruction.IsMatch(llvm[i].Text) ? llvm[i].Text : "";
            bool flagged = llvm[i].Status != LlvmStatus.Soft || !accepted || access.IsUnpredictable;
            if ((text != expected || !flagged) && !Differences(set).Any(difference => difference.Applies(words[i], llvm[i].Text)))
            {
                unexplained.Add($"{words[i]:x8}: {access.EncodingName} '{text}' {access.Unpredictable}, LLVM {llvm[i]}");
            }
        }

        unexplained.Take(20).Should().BeEmpty("of {0} words {1} differ", words.Count, unexplained.Count);
    }
}
