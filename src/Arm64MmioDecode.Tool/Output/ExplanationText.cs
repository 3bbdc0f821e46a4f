using System;
using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Explaining;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The explanation of an abort for people.</summary>
internal static class ExplanationText
{
    public static void Write(OutputBuffer output, TextStyle style, ExplainedExit exit)
    {
        ExitExplanation explanation = exit.Explanation;
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        output.WriteLine(style.Heading(Format($"Syndrome 0x{syndrome.Value:x}") + (exit.IsSyndromeAssumed ? " (assumed)" : "")));
        foreach (SyndromeField field in SyndromeDescription.Describe(syndrome, exit.InstructionSet))
        {
            output.WriteLine("  " + field);
        }

        output.WriteLine(style.Heading(syndrome.ExceptionClass.IsDataAbort() ? "Abort" : "Exception"));
        output.WriteLine("  " + explanation.WhatHappened);
        if (syndrome.ExceptionClass.IsDataAbort() || syndrome.ExceptionClass.IsInstructionAbort())
        {
            WriteAddresses(output, explanation);
        }

        WriteLog(output, style, exit);
        if (explanation.Decoded is { } decoded)
        {
            output.WriteLine(style.Heading("Instruction"));
            output.WriteLine(decoded switch
            {
                DecodeStatus.MemoryAccess => Format($"  {explanation.Access}: {DecodedInstructionText.Summary(explanation.Access)}"),
                DecodeStatus.Unallocated => "  an unallocated word",
                _ => "  no memory instruction",
            });
        }

        if (explanation.Contradictions.Count != 0)
        {
            output.WriteLine(style.Heading("What cannot be right"));
            WriteAll(output, explanation.Contradictions);
        }

        if (explanation.WhyNoSyndrome.Count != 0)
        {
            output.WriteLine(style.Heading("Why the syndrome is empty"));
            WriteAll(output, explanation.WhyNoSyndrome);
        }

        if (explanation.Decoded == DecodeStatus.MemoryAccess && !exit.IsSyndromeAssumed)
        {
            WriteAgreement(output, style, explanation);
        }

        output.WriteLine(style.Heading("What usually lies behind it"));
        WriteAll(output, [explanation.UsualCause]);
        output.WriteLine(style.Heading("Next"));
        WriteAll(output, exit.Next);
    }

    // What is known only from logs and files: without them the sections above say it all.
    private static void WriteLog(OutputBuffer output, TextStyle style, ExplainedExit exit)
    {
        if (exit.DumpFormat is not null || exit.DeviceTrees.Count != 0 || exit.Walk is not null || exit.Pc is not null)
        {
            output.WriteLine(style.Heading(exit.DumpFormat is { } format ? $"What the guest did (dump of {format})" : "What the guest did"));
            WriteAll(output, exit.Explanation.GuestAction);
        }

        if (exit.Walk is { } walk)
        {
            WalkText.Write(output, style, walk);
        }
    }

    private static void WriteAddresses(OutputBuffer output, ExitExplanation explanation)
    {
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        output.WriteLine("  FAR " + (explanation.Exit.FaultAddress is { } far ? Format($"0x{far:x}")
            : syndrome.FnV ? "not valid for this abort"
            : "not known"));
        output.WriteLine("  IPA " + explanation.Exit.Ipa.Precision switch
        {
            IpaPrecision.Byte => Format($"0x{explanation.Exit.Ipa.Value:x}"),
            IpaPrecision.Page => Format($"in the page 0x{explanation.Exit.Ipa.Value & ~0xFFFul:x}"),
            _ => !syndrome.IsGuestExit ? "none: stage 2 had no part in it"
                : !syndrome.IsHpfarValid && syndrome.Source != SyndromeSource.KvmNisv ? "not known: HPFAR is not valid for this abort" : "not known",
        });
    }

    private static void WriteAgreement(OutputBuffer output, TextStyle style, ExitExplanation explanation)
    {
        output.WriteLine(style.Heading("Agreement"));
        output.WriteLine("  " + explanation.Agrees switch
        {
            true => style.Good("Instruction and syndrome agree."),
            false => style.Bad("Instruction and syndrome do not agree:"),
            null => "There is nothing to compare: the syndrome is not about the instruction's own access.",
        });
        WriteAll(output, explanation.Differences);
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
