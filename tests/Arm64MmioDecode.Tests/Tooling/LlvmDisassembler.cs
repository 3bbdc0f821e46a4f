using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>What LLVM says about a word.</summary>
public enum LlvmStatus
{
    /// <summary>An instruction.</summary>
    Valid,

    /// <summary>An instruction that LLVM warns about ("potentially undefined instruction encoding").</summary>
    Soft,

    /// <summary>Not an instruction.</summary>
    Invalid,
}

/// <summary>LLVM's answer for one word.</summary>
/// <param name="Status">Whether LLVM accepts it.</param>
/// <param name="Text">
/// The assembly text with each run of white space as one blank and without trailing comments; empty when invalid.
/// </param>
public readonly record struct LlvmInstruction(LlvmStatus Status, string Text)
{
    public override string ToString() => Status switch
    {
        LlvmStatus.Invalid => "invalid",
        LlvmStatus.Soft => $"soft: {Text}",
        _ => Text,
    };
}

/// <summary>
/// LLVM 22's disassembler (<c>llvm-mc-22 --disassemble</c>) as an oracle for whole batches of words.
/// </summary>
/// <remarks>
/// <para>
/// Every word goes in as a line of its own, in square brackets: llvm-mc then never resynchronises inside a word, so
/// that a line yields either exactly one line of output or the warning "invalid instruction encoding", and its
/// messages name the input line (<c>&lt;stdin&gt;:LINE:COLUMN</c>). Output lines are counted against that, and a
/// mismatch is an error rather than a shift.
/// </para>
/// <para>
/// LLVM's Thumb disassembler carries IT state from word to word. Each word is therefore followed by as many NOPs as
/// it could leave pending (four when the word is itself an IT instruction, none otherwise), and their output is
/// dropped. With an explicit condition, each word is preceded by <c>IT cond</c> and always followed by one NOP more,
/// which uses up the condition when the word itself was invalid and did not.
/// </para>
/// </remarks>
public static class LlvmDisassembler
{
    private const string Package = "llvm-22";
    private const int Padding = -1;
    private const uint Nop = 0xBF00;

    /// <summary>
    /// All the A-profile extensions that have A32 or T32 instructions; unlike AArch64, LLVM has no <c>all</c> here.
    /// </summary>
    private const string AArch32Features =
        "+neon,+fp-armv8,+fullfp16,+fp16fml,+bf16,+i8mm,+crypto,+aes,+sha2,+dotprod,+crc,+ras,+sb,+mp," +
        "+virtualization,+trustzone,+hwdiv,+hwdiv-arm,+perfmon,+dsp,+db,+acquire-release,+v7clrex,+clrbhb";

    /// <summary>Disassembles every word on its own.</summary>
    /// <param name="isa">The instruction set; for T32 see <see cref="Isa.T32"/> for how words are written.</param>
    /// <param name="words">Any number of words; a call costs one process.</param>
    /// <param name="itCondition">
    /// T32 only: the condition (0 to 14) that an IT block of one instruction gives to each word; null for none.
    /// </param>
    public static LlvmInstruction[] Disassemble(Isa isa, IReadOnlyList<uint> words, uint? itCondition = null)
    {
        if (itCondition is not null && (isa != Isa.T32 || itCondition > 14))
        {
            throw new ArgumentOutOfRangeException(nameof(itCondition));
        }

        var llvmMc = ExternalTool.Require("llvm-mc-22", Package);
        var lineOwners = new List<int>(words.Count);
        var input = WriteInput(isa, words, itCondition, lineOwners);
        string[] arguments = isa switch
        {
            Isa.A64 => ["--disassemble", "-triple=aarch64", "-mattr=+all"],
            Isa.A32 => ["--disassemble", "-triple=armv8.6a", $"-mattr={AArch32Features}"],
            _ => ["--disassemble", "-triple=thumbv8.6a", $"-mattr={AArch32Features}"],
        };
        var run = ChildProcess.Run(llvmMc, arguments, stream => stream.Write(input), ReadLines);

        var verdicts = ReadVerdicts(run.Error, lineOwners.Count);
        return Collect(words.Count, lineOwners, verdicts, run.Output);
    }

    /// <summary>Disassembles one word.</summary>
    public static LlvmInstruction Disassemble(Isa isa, uint word, uint? itCondition = null) =>
        Disassemble(isa, [word], itCondition)[0];

    /// <summary>Writes the words as llvm-mc input and notes for each line which word it is, or that it is padding.</summary>
    private static byte[] WriteInput(Isa isa, IReadOnlyList<uint> words, uint? itCondition, List<int> lineOwners)
    {
        var text = new StringBuilder(words.Count * 22);
        for (var index = 0; index < words.Count; index++)
        {
            var word = words[index];
            if (isa != Isa.T32)
            {
                AppendLine(text, lineOwners, index, word, 4);
                continue;
            }

            if (itCondition is { } condition)
            {
                AppendLine(text, lineOwners, Padding, 0xBF08 | (condition << 4), 2);
            }

            if (word <= 0xFFFF)
            {
                AppendLine(text, lineOwners, index, word, 2);
            }
            else
            {
                // The first halfword is at the lower address; each is little-endian.
                AppendLine(text, lineOwners, index, (word << 16) | (word >> 16), 4);
            }

            var isIt = (word & 0xFFFFFF00) == 0xBF00 && (word & 0xF) != 0;
            var pending = (isIt ? 4 : 0) + (itCondition is null ? 0 : 1);
            for (var i = 0; i < pending; i++)
            {
                AppendLine(text, lineOwners, Padding, Nop, 2);
            }
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static void AppendLine(StringBuilder text, List<int> lineOwners, int owner, uint bytes, int length)
    {
        const string Digits = "0123456789abcdef";
        var separator = '[';
        for (var i = 0; i < length; i++)
        {
            var value = (int)(bytes >> (8 * i)) & 0xFF;
            text.Append(separator).Append("0x").Append(Digits[value >> 4]).Append(Digits[value & 15]);
            separator = ' ';
        }

        text.Append("]\n");
        lineOwners.Add(owner);
    }

    private static List<string> ReadLines(Stream stream)
    {
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Reads the warnings, each of which names its input line, into one verdict per line.</summary>
    private static LlvmStatus[] ReadVerdicts(string messages, int lineCount)
    {
        const string Place = "<stdin>:";
        var verdicts = new LlvmStatus[lineCount];
        foreach (var range in messages.AsSpan().Split('\n'))
        {
            var message = messages.AsSpan()[range];
            if (!message.StartsWith(Place, StringComparison.Ordinal))
            {
                // The offending line and the caret below it follow each message.
                if (message.Length > 0 && message[0] is not ('[' or ' '))
                {
                    throw new InvalidOperationException($"llvm-mc: {message}");
                }

                continue;
            }

            var rest = message[Place.Length..];
            var line = int.Parse(rest[..rest.IndexOf(':')], CultureInfo.InvariantCulture);
            verdicts[line - 1] =
                rest.EndsWith("invalid instruction encoding", StringComparison.Ordinal) ? LlvmStatus.Invalid
                : rest.EndsWith("potentially undefined instruction encoding", StringComparison.Ordinal) ? LlvmStatus.Soft
                : throw new InvalidOperationException($"llvm-mc: {message}");
        }

        return verdicts;
    }

    private static LlvmInstruction[] Collect(
        int wordCount, List<int> lineOwners, LlvmStatus[] verdicts, List<string> output)
    {
        var instructions = new LlvmInstruction[wordCount];
        var next = 0;
        for (var line = 0; line < lineOwners.Count; line++)
        {
            var verdict = verdicts[line];
            var text = "";
            if (verdict != LlvmStatus.Invalid)
            {
                if (next == output.Count)
                {
                    throw new InvalidOperationException("llvm-mc printed fewer instructions than it accepted");
                }

                text = output[next++];
            }

            if (lineOwners[line] != Padding)
            {
                instructions[lineOwners[line]] = new LlvmInstruction(verdict, Normalize(text));
            }
        }

        if (next != output.Count)
        {
            throw new InvalidOperationException($"llvm-mc printed {output.Count - next} lines too many: {output[next]}");
        }

        return instructions;
    }

    /// <summary>Folds runs of white space to one blank and removes a trailing comment.</summary>
    private static string Normalize(string line)
    {
        var text = new StringBuilder(line.Length);
        foreach (var character in line)
        {
            // AArch64 comments start with "//", AArch32 comments with "@"; operands contain neither.
            if (character == '@' || (character == '/' && text.Length > 0 && text[^1] == '/'))
            {
                text.Length -= character == '/' ? 1 : 0;
                break;
            }

            if (!char.IsWhiteSpace(character))
            {
                text.Append(character);
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        return text.ToString().TrimEnd();
    }
}
