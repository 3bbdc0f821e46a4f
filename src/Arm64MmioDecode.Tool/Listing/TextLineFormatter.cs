using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Sweeping;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>Lines for people: a heading for each function, and the function's findings.</summary>
/// <param name="file">The file that is scanned.</param>
/// <param name="style">How headings look.</param>
internal sealed class TextLineFormatter(CurrentFile file, TextStyle style) : ILineFormatter
{
    private const int LineLength = 1536;
    private const int KeptLength = 96;
    private const int OpcodeColumn = 22;
    private const int TextColumn = 32;
    private const int ReasonColumn = 68;
    private const int SourceColumn = 90;

    private readonly InstructionTexts _instructions = new(KeptLength, Describe);

    // Compiled at once and in full: most scans are over before the runtime would find out that it matters.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Format(in LineGroup group, ReadOnlySpan<FindingLine> lines, ByteBuffer text)
    {
        if (!group.IsContinued)
        {
            AddHeading(in group, text);
        }

        foreach (ref readonly FindingLine finding in lines)
        {
            ReadOnlySpan<byte> instruction = _instructions.Get(finding.Hit, out int reasons);
            var line = new Utf8Text(text.GetSpan(LineLength));
            line.Add("  0x"u8);
            line.AddHex(finding.Address);
            if (group.HasSymbol)
            {
                line.Add(" +0x"u8);
                line.AddHex(finding.Address - group.Symbol.Address);
            }

            line.PadTo(OpcodeColumn);
            line.AddHex(finding.Hit.Opcode, finding.OpcodeDigits);
            line.PadTo(TextColumn);
            line.Add(instruction[..reasons]);
            line.PadTo(ReasonColumn);
            line.Add(instruction[reasons..]);
            if (group.SourceFile is not null)
            {
                line.PadTo(SourceColumn);
                line.Add(Quoted.Printable(group.SourceFile, 256));
                line.Add(":"u8);
                line.AddNumber(finding.SourceLine);
            }

            line.Add("\n"u8);
            text.Advance(line.Length);
        }
    }

    private static int Describe(in InstructionHit hit, ref Utf8Text text)
    {
        AccessDescriptor access = hit.Decode();
        text.Add(in access);
        int reasons = text.Length;
        text.Add(Words.Of(hit.Reasons));
        return reasons;
    }

    private void AddHeading(in LineGroup group, ByteBuffer text)
    {
        string where = group.Member is null ? file.Name : $"{file.Name}({Quoted.Printable(group.Member, 256)})";
        string section = Quoted.Printable(group.Section, 64);
        string guess = group.Sureness == Sureness.Guess ? " (guessed)" : "";
        text.Add(style.Heading(group.HasSymbol
            ? $"{where}: {Quoted.Printable(group.Symbol.Name, 512)} in {section}{guess}"
            : $"{where}: section {section}{guess}"));
        text.Add("\n");
    }
}
