using System;
using System.Linq;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tooling;

public sealed class LlvmDisassemblerTests
{
    [SkippableTheory]
    [InlineData(Isa.A64, 0xA8C10440, "ldp x0, x1, [x2], #16")]
    [InlineData(Isa.A64, 0xFFFFFFFF, "invalid")]
    [InlineData(Isa.A64, 0xF8400C00, "soft: ldr x0, [x0, #0]!")]
    [InlineData(Isa.A64, 0x58000040, "ldr x0, #8")]
    [InlineData(Isa.A32, 0xE5900000, "ldr r0, [r0]")]
    [InlineData(Isa.A32, 0xE1410091, "invalid")]
    [InlineData(Isa.A32, 0xE0C000F2, "soft: strd r0, r1, [r0], #2")]
    [InlineData(Isa.A32, 0xED900900, "vldr.16 s0, [r0]")]
    [InlineData(Isa.A32, 0xE51F0000, "ldr r0, [pc, #-0]")]
    [InlineData(Isa.T32, 0x6808, "ldr r0, [r1]")]
    [InlineData(Isa.T32, 0xF8501B04, "ldr r1, [r0], #4")]
    [InlineData(Isa.T32, 0xE8000000, "invalid")]
    [InlineData(Isa.T32, 0x4804, "ldr r0, [pc, #16]")]
    public void A_word_gives_its_text_or_invalid_or_soft(Isa isa, uint word, string expected) =>
        LlvmDisassembler.Disassemble(isa, word).ToString().Should().Be(expected);

    [SkippableFact]
    public void An_it_instruction_does_not_change_the_words_after_it()
    {
        uint[] words = [0xBF01, 0x6808, 0xBF04, 0xFFFFFFFF, 0x6808, 0xBFE8, 0xE8000000, 0x6808];

        var texts = LlvmDisassembler.Disassemble(Isa.T32, words).Select(x => x.ToString());

        texts.Should().Equal(
            "itttt eq", "ldr r0, [r1]", "itt eq", "invalid", "ldr r0, [r1]", "it al", "invalid", "ldr r0, [r1]");
    }

    [SkippableFact]
    public void A_condition_applies_to_each_word_alone()
    {
        uint[] words = [0x6808, 0xE8000000, 0x6808, 0xF8501B04, 0xBF04, 0x6808];

        var texts = LlvmDisassembler.Disassemble(Isa.T32, words, itCondition: 11).Select(x => x.Text).ToArray();

        texts[0].Should().Be("ldrlt r0, [r1]");
        texts[1].Should().BeEmpty();
        texts[2].Should().Be("ldrlt r0, [r1]");
        texts[3].Should().Be("ldrlt r1, [r0], #4");
        texts[5].Should().Be("ldrlt r0, [r1]");
    }

    [SkippableTheory]
    [InlineData(Isa.A64)]
    [InlineData(Isa.A32)]
    [InlineData(Isa.T32)]
    public void A_batch_of_random_words_gives_for_each_word_what_the_word_gives_alone(Isa isa)
    {
        var random = new Random(1);
        var words = Enumerable.Range(0, 20_000).Select(_ => RandomWord(isa, random)).ToArray();

        var forwards = LlvmDisassembler.Disassemble(isa, words);
        var backwards = LlvmDisassembler.Disassemble(isa, words.Reverse().ToArray());

        forwards.Should().Equal(backwards.Reverse());
        forwards.Count(x => x.Status == LlvmStatus.Valid).Should().BeGreaterThan(5_000);
        forwards.Count(x => x.Status == LlvmStatus.Invalid).Should().BeGreaterThan(500);
    }

    private static uint RandomWord(Isa isa, Random random)
    {
        var word = (uint)random.NextInt64(1L << 32);
        return isa == Isa.T32 && word < 0xE8000000 ? word & 0xFFFF : word;
    }
}
