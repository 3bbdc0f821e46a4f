extern alias TableCompiler;

using System;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using TableCompiler::Arm64MmioDecode.TableCompiler;
using Xunit;

namespace Arm64MmioDecode.Tests.Decoding;

/// <summary>A text goes into a span of any length, or it does not fit: nothing outside of the span changes.</summary>
public sealed class TextInSpanTests
{
    private const char Guard = '\uFFFF';
    private const int Guards = 40;

    [Theory]
    [InlineData(InstructionSet.A64, 5)]
    [InlineData(InstructionSet.A32, 4)]
    [InlineData(InstructionSet.T32, 4)]
    public void Text_of_every_encoding_fits_exactly_when_it_is_no_longer_than_the_span(InstructionSet set, int registerWidth)
    {
        var random = new Random(registerWidth);
        EncodingsFile file = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", $"{set}.encodings"), registerWidth);
        foreach (uint word in file.Rows.SelectMany(row => RowWords.Random(row, random, 4, [0, 1, 13, 15, 30, 31])))
        {
            if (InstructionDecoder.Decode(set, word, default, out AccessDescriptor access) == DecodeStatus.MemoryAccess)
            {
                string text = access.ToString();
                text.Should().NotBeEmpty();
                foreach (int length in (int[])[0, 1, text.Length - 1, text.Length, text.Length + 1, 62, 63, 64, 65, AccessDescriptor.MaxTextLength])
                {
                    Check(in access, text, length);
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(AccessDescriptor.MaxTextLength)]
    public void Empty_descriptor_has_an_empty_text(int length) => Check(default, "", length);

    // LDR (literal) has the largest offsets of A64, and every number of digits up to theirs.
    [Fact]
    public void Offsets_of_every_length_print_as_numbers()
    {
        foreach (int offset in (int[])[0, 4, 8, 12, 96, 100, 996, 1000, 1004, 9_996, 10_000, 10_004, 99_996, 100_000, 1_000_000, 1_048_572])
        {
            foreach (int signed in (int[])[offset, -offset])
            {
                InstructionDecoder.DecodeA64(0x58000000 | (((uint)signed << 3) & 0xFFFFE0), out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
                access.ToString().Should().Be(FormattableString.Invariant($"ldr x0, #{signed}"));
            }
        }
    }

    private static void Check(in AccessDescriptor access, string text, int length)
    {
        var guarded = new char[length + (2 * Guards)];
        Array.Fill(guarded, Guard);
        Span<char> destination = guarded.AsSpan(Guards, length);

        bool fits = access.TryFormat(destination, out int charsWritten);

        // An assertion for each would take a minute.
        bool isRight = fits == (length >= text.Length)
            && charsWritten == (fits ? text.Length : 0)
            && destination[..charsWritten].SequenceEqual(fits ? text : "")
            && guarded.AsSpan(0, Guards).IndexOfAnyExcept(Guard) < 0
            && guarded.AsSpan(Guards + length).IndexOfAnyExcept(Guard) < 0;
        isRight.Should().BeTrue("\"{0}\" into {1} characters gave {2} with {3}, and outside nothing changes", text, length, fits, charsWritten);
    }
}
