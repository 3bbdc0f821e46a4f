using System;
using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Explanations;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The explanation of an abort for people.</summary>
internal static class ExplanationText
{
    public static void Write(OutputBuffer output, TextStyle style, AbortExplanation abort)
    {
        output.WriteLine(style.Heading(Format($"Syndrome 0x{abort.Syndrome.Value:x}")));
        foreach (SyndromeField field in SyndromeDescription.Describe(abort.Syndrome))
        {
            output.WriteLine("  " + field);
        }

        output.WriteLine(style.Heading("Abort"));
        output.WriteLine("  " + abort.Syndrome.Class.ToWords());
        if (abort.Far is { } far)
        {
            output.WriteLine(Format($"  FAR 0x{far:x}"));
        }

        output.WriteLine("  IPA " + abort.Ipa.Precision switch
        {
            IpaPrecision.Byte => Format($"0x{abort.Ipa.Value:x}"),
            IpaPrecision.Page => Format($"in the page 0x{abort.Ipa.Value & ~0xFFFul:x}"),
            _ => "not known",
        });
        if (abort.Opcode is not null)
        {
            WriteInstruction(output, style, abort);
        }

        output.WriteLine(style.Heading("Next"));
        WriteAll(output, abort.Next);
    }

    private static void WriteInstruction(OutputBuffer output, TextStyle style, AbortExplanation abort)
    {
        output.WriteLine(style.Heading("Instruction"));
        if (abort.Decoded != DecodeStatus.MemoryAccess)
        {
            output.WriteLine(abort.Decoded == DecodeStatus.Unallocated ? "  an unallocated word" : "  no memory instruction");
            return;
        }

        output.WriteLine(Format($"  {abort.Access}: {DecodedInstructionText.Summary(abort.Access)}"));
        output.WriteLine(abort.Access.HasValidSyndrome
            ? "  The architecture has a valid syndrome (ISV = 1) for stage 2 aborts on it."
            : "  The architecture has no valid syndrome (ISV = 0) for it:");
        WriteAll(output, abort.WhyNoSyndrome);
        output.WriteLine(style.Heading("Agreement"));
        output.WriteLine("  " + abort.Agrees switch
        {
            true => style.Good("Instruction and syndrome agree."),
            false => style.Bad("Instruction and syndrome do not agree:"),
            null => "The abort is not about the instruction's own access: there is nothing to compare.",
        });
        WriteAll(output, abort.Differences);
    }

    private static void WriteAll(OutputBuffer output, IReadOnlyList<string> sentences)
    {
        foreach (string sentence in sentences)
        {
            output.WriteLine("  - " + sentence);
        }
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
