using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Sweeping;
using Arm64MmioDecode.Tool.Listing;
using Arm64MmioDecode.Tool.Output;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>Lines that several threads format are written in the order in which they came, and few of them wait at a time.</summary>
public sealed class LineQueueTests
{
    private const int Count = 20_000;
    private static readonly CodeSection s_section = Section(".text");
    private static readonly CodeImage s_image = new() { Format = "raw", Sections = [s_section] };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Lines_are_written_in_the_order_in_which_they_came(int threads)
    {
        var stream = new MemoryStream();
        using (var queue = new LineQueue(new OutputBuffer(stream), static () => new NumberFormatter(static () => Thread.Sleep(Random.Shared.Next(2))), threads))
        {
            for (uint i = 0; i < Count; i++)
            {
                queue.Add(Finding(i, s_section), default);
            }

            queue.Flush();
        }

        Encoding.UTF8.GetString(stream.ToArray()).Split('\n')[..^1].Should().Equal(Enumerable.Range(0, Count).Select(static i => (4 * i).ToString(CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void No_more_lines_wait_than_the_ring_of_batches_takes(int threads)
    {
        var stream = new LineCounter();
        using var queue = new LineQueue(new OutputBuffer(stream), static () => new NumberFormatter(static () => { }), threads);
        for (uint i = 0; i < Count; i++)
        {
            queue.Add(Finding(i, s_section), default);
            (i + 1 - stream.Lines).Should().BeLessThanOrEqualTo(2 * (1 + threads) * 512);
        }
    }

    [Fact]
    public void A_line_with_a_very_long_name_does_not_wait()
    {
        var stream = new LineCounter();
        using var queue = new LineQueue(new OutputBuffer(stream), static () => new NumberFormatter(static () => { }));
        queue.Add(Finding(0, s_section), default);
        queue.Add(Finding(1, Section(new string('a', 1 << 20))), default);
        stream.Lines.Should().Be(2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void What_a_formatter_throws_is_thrown_where_lines_are_written(int threads)
    {
        using var queue = new LineQueue(new OutputBuffer(new MemoryStream()), static () => new NumberFormatter(static () => throw new InvalidOperationException("no")), threads);
        Action add = () =>
        {
            for (uint i = 0; i < Count; i++)
            {
                queue.Add(Finding(i, s_section), default);
            }
        };
        add.Should().Throw<InvalidOperationException>().WithMessage("no");
    }

    [Fact]
    public void Texts_of_instructions_are_those_that_were_made_for_them()
    {
        var random = new Random(5);
        int made = 0;
        var texts = new InstructionTexts(16, (in InstructionHit hit, ref Utf8Text text) =>
        {
            made++;
            text.AddHex(hit.Opcode);
            int second = text.Length;
            text.Add(new string('x', (int)hit.Opcode % 20));
            return second;
        });
        for (int i = 0; i < 50_000; i++)
        {
            uint opcode = (uint)random.Next(6000) * 0x10001;
            InstructionSet set = random.Next(2) == 0 ? InstructionSet.A64 : InstructionSet.A32;
            ReadOnlySpan<byte> text = texts.Get(new InstructionHit(0, opcode, NoSyndromeReasons.Pair, set, default), out int second);
            Encoding.UTF8.GetString(text[..second]).Should().Be($"{opcode:x}");
            Encoding.UTF8.GetString(text[second..]).Should().Be(new string('x', (int)opcode % 20));
        }

        made.Should().BeLessThan(50_000);
    }

    [Fact]
    public void Hexadecimal_numbers_are_those_of_the_framework()
    {
        Span<byte> buffer = stackalloc byte[32];
        for (int bits = 0; bits <= 64; bits++)
        {
            for (ulong salt = 0; salt < 50; salt++)
            {
                ulong value = (0x9E37_79B9_7F4A_7C15 * (salt + 1)) >> (bits == 64 ? 0 : 63 - bits);
                foreach (int digits in new[] { 1, 4, 8 })
                {
                    var text = new Utf8Text(buffer);
                    text.Add("0x"u8);
                    text.AddHex(value, digits);
                    Encoding.ASCII.GetString(buffer[..text.Length]).Should().Be("0x" + value.ToString("x" + digits, CultureInfo.InvariantCulture));
                }
            }
        }
    }

    private static CodeSection Section(string name) =>
        new(name, 0, 0, 0, new byte[4 * Count], [new CodeRegion(0, 4 * Count, InstructionSet.A64, Sureness.Sweep)]);

    private static Finding Finding(uint number, CodeSection section)
    {
        CodeRegion region = section.Regions[0];
        var hit = new InstructionHit(4 * number, 0xA9400000, NoSyndromeReasons.Pair, InstructionSet.A64, default);
        return new Finding(null, s_image, section, in region, in hit);
    }

    private sealed class NumberFormatter(Action before) : ILineFormatter
    {
        public void Format(in LineGroup group, ReadOnlySpan<FindingLine> lines, ByteBuffer text)
        {
            before();
            foreach (FindingLine line in lines)
            {
                text.Add($"{line.Address}\n");
            }
        }
    }

    private sealed class LineCounter : MemoryStream
    {
        public int Lines { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer) => Lines += buffer.Count((byte)'\n');
    }
}
