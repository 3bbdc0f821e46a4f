using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Sweeping;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>A sweep finds what decoding one instruction after the other finds.</summary>
public sealed class InstructionSweepTests
{
    [Theory]
    [InlineData(InstructionSet.A64, false)]
    [InlineData(InstructionSet.A32, false)]
    [InlineData(InstructionSet.A32, true)]
    [InlineData(InstructionSet.T32, false)]
    [InlineData(InstructionSet.T32, true)]
    public void Random_code_gives_what_one_instruction_after_the_other_gives(InstructionSet set, bool isBigEndian)
    {
        var random = new Random(20 + (int)set);
        foreach (int length in new[] { 0, 1, 2, 3, 4, 6, 64, 4095, 100_002 })
        {
            byte[] code = RandomCode(random, set, length);
            foreach (SweepOptions options in new[] { SweepOptions.None, SweepOptions.Stack, SweepOptions.Literals, SweepOptions.Stack | SweepOptions.Literals | SweepOptions.CountUndecoded })
            {
                foreach (int bufferLength in new[] { InstructionSweep.MinimumBufferLength, 1000, 5000 })
                {
                    (List<string> hits, long stack, long literals, long instructions) = Sweep(code, set, options, isBigEndian, bufferLength);
                    (List<string> expected, long expectedStack, long expectedLiterals, long expectedInstructions) = Reference(code, set, options, isBigEndian);
                    hits.Should().Equal(expected);
                    (stack, literals, instructions).Should().Be((expectedStack, expectedLiterals, expectedInstructions));
                }
            }
        }
    }

    [Fact]
    public void An_instruction_in_an_IT_block_has_its_condition()
    {
        // ittet eq; ldm r2!, {r0, r1}; nop; ldmne r2!, {r0, r1}; ldmeq.w r2, {r0, r1}; ldm r2!, {r0, r1}
        byte[] code = Halfwords(0xBF0D, 0xCA03, 0xBF00, 0xCA03, 0xE892, 0x0003, 0xCA03);
        Texts(code, InstructionSet.T32).Should().Equal("ldmeq r2!, {r0, r1}", "ldmne r2!, {r0, r1}", "ldmeq.w r2, {r0, r1}", "ldm r2!, {r0, r1}");
    }

    [Fact]
    public void An_IT_block_goes_on_where_a_piece_of_code_ends()
    {
        var hits = new InstructionHit[InstructionSweep.MinimumBufferLength];
        ushort[] halfwords = [.. Enumerable.Repeat((ushort)0xCA03, 64 - 1), 0xBF08, 0xCA03, 0xCA03];
        Texts(Halfwords(halfwords), InstructionSet.T32, hits).Skip(63).Should().Equal("ldmeq r2!, {r0, r1}", "ldm r2!, {r0, r1}");
    }

    [Fact]
    public void Words_that_are_no_instruction_are_counted()
    {
        uint[] words = [0, 0x00010000, 0x02000000, 0x06000000, 0x0CFFFFFF, 0xD503201F, 0xA9400440];
        var code = new byte[words.Length * 4];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(code.AsSpan(i * 4), words[i]);
        }

        var sweep = new InstructionSweep(code, InstructionSet.A64, SweepOptions.CountUndecoded);
        var hits = new InstructionHit[100];
        sweep.Read(hits).Should().Be(1);
        sweep.Read(hits).Should().Be(0);
        (sweep.Instructions, sweep.Undecoded).Should().Be((7, 4), "UDF #0 and NOP are instructions");
    }

    [Fact]
    public void A_buffer_that_is_too_short_is_refused()
    {
        Action read = () =>
        {
            var sweep = new InstructionSweep(new byte[4], InstructionSet.A64);
            sweep.Read(new InstructionHit[InstructionSweep.MinimumBufferLength - 1]);
        };
        read.Should().Throw<ArgumentException>().WithParameterName("hits");
    }

    private static List<string> Texts(byte[] code, InstructionSet set, InstructionHit[]? buffer = null)
    {
        List<string> texts = [];
        var sweep = new InstructionSweep(code, set);
        InstructionHit[] hits = buffer ?? new InstructionHit[100];
        for (int count; (count = sweep.Read(hits)) != 0;)
        {
            texts.AddRange(hits.Take(count).Select(hit => hit.Decode().ToString()));
        }

        return texts;
    }

    private static (List<string> Hits, long Stack, long Literals, long Instructions) Sweep(byte[] code, InstructionSet set, SweepOptions options, bool isBigEndian, int bufferLength)
    {
        List<string> lines = [];
        var sweep = new InstructionSweep(code, set, options, isBigEndian);
        var hits = new InstructionHit[bufferLength];
        for (int count; (count = sweep.Read(hits)) != 0;)
        {
            for (int i = 0; i < count; i++)
            {
                lines.Add(Line((int)hits[i].Offset, hits[i].Decode(), hits[i].Reasons));
            }
        }

        sweep.Position.Should().Be(code.Length);
        return (lines, sweep.OmittedStack, sweep.OmittedLiterals, sweep.Instructions);
    }

    private static (List<string> Hits, long Stack, long Literals, long Instructions) Reference(byte[] code, InstructionSet set, SweepOptions options, bool isBigEndian)
    {
        List<string> lines = [];
        long stack = 0;
        long literals = 0;
        long instructions = 0;
        ItState state = default;
        for (int offset = 0; offset < code.Length;)
        {
            instructions++;
            if (code.Length - offset < (set == InstructionSet.T32 ? 2 : 4))
            {
                break;
            }

            uint opcode = set == InstructionSet.T32 ? Halfword(code, offset, isBigEndian) : Word(code, offset, isBigEndian);
            int length = set == InstructionSet.T32 ? InstructionDecoder.GetT32Length((ushort)opcode) : 4;
            if (length > code.Length - offset)
            {
                break;
            }

            if (set == InstructionSet.T32 && length == 4)
            {
                opcode = (opcode << 16) | Halfword(code, offset + 2, isBigEndian);
            }

            DecodeStatus status = InstructionDecoder.Decode(set, opcode, state, out AccessDescriptor access);
            state = set == InstructionSet.T32 && length == 2 && opcode >> 8 == 0xBF && (opcode & 15) != 0 ? new ItState((byte)opcode) : state.Advance();
            if (status == DecodeStatus.MemoryAccess && access.Kind != AccessKind.Prefetch && !access.HasValidSyndrome)
            {
                string name = Arm64MmioDecode.Scanning.Findings.BaseRegister.GetName(in access) ?? "";
                if (name == "sp" && (options & SweepOptions.Stack) == 0)
                {
                    stack++;
                }
                else if (name == "pc" && (options & SweepOptions.Literals) == 0)
                {
                    literals++;
                }
                else
                {
                    lines.Add(Line(offset, access, access.NoSyndromeReasons));
                }
            }

            offset += length;
        }

        return (lines, stack, literals, instructions);
    }

    private static string Line(int offset, AccessDescriptor access, NoSyndromeReasons reasons) => $"{offset:x} {access} {reasons}";

    // Half of it random, half of it loads and stores.
    private static byte[] RandomCode(Random random, InstructionSet set, int length)
    {
        var code = new byte[length];
        random.NextBytes(code);
        uint[] words = [.. A64FilterTests.WordsOfEveryRow()];
        for (int i = 0; i + 4 <= length; i += 4)
        {
            if (set == InstructionSet.A64 && random.Next(2) == 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(code.AsSpan(i), words[random.Next(words.Length)]);
            }
            else if (set == InstructionSet.T32 && random.Next(4) == 0)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(code.AsSpan(i), (ushort)(random.Next(3) == 0 ? 0xBF00 + random.Next(256) : 0xE800 + random.Next(0x1800)));
            }
        }

        return code;
    }

    private static byte[] Halfwords(params ushort[] halfwords) => [.. halfwords.SelectMany(BitConverter.GetBytes)];

    private static uint Word(byte[] code, int offset, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(code.AsSpan(offset))
        : BinaryPrimitives.ReadUInt32LittleEndian(code.AsSpan(offset));

    private static uint Halfword(byte[] code, int offset, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(code.AsSpan(offset))
        : BinaryPrimitives.ReadUInt16LittleEndian(code.AsSpan(offset));
}
