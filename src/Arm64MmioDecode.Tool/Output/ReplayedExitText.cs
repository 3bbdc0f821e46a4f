using System;
using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A replayed exit for people: the instruction, why it needed help, what the device saw and what the guest got.</summary>
internal static class ReplayedExitText
{
    private const int GeneralRegisters = 31;
    private const int AArch32Registers = 15;
    private const int SimdRegisters = 32;

    public static void Write(OutputBuffer output, TextStyle style, string name, RecordedExit exit, EmulationResult result, ExitExplanation explanation)
    {
        AccessDescriptor access = result.Access;
        string text = access.Kind == AccessKind.None ? "(no memory instruction)" : access.ToString();
        output.WriteLine(style.Heading(Format($"{name}  0x{result.Before.Pc:x}: {text}")));
        output.WriteLine(Format($"  exit   {Direction(exit)} at IPA 0x{exit.Ipa:x}, {exit.Syndrome.Dfsc}; ISV=0{Reasons(access)}"));
        foreach (Transaction transaction in result.Transactions)
        {
            output.WriteLine(Format($"  {(transaction.IsWrite ? "write" : "read "),-5}  0x{transaction.Address:x}, {transaction.Data.Length} byte{(transaction.Data.Length == 1 ? "" : "s")}: {transaction.PaddedValue}"));
        }

        WriteChanges(output, exit.Vcpu.InstructionSet, result.Before, result.After);
        output.WriteLine(result.Outcome switch
        {
            EmulationOutcome.Completed => "  " + style.Good("completed"),
            EmulationOutcome.Fault => "  " + style.Bad(result.Fault.AddressNotValid
                ? Format($"fault {result.Fault.StatusCode} at an unknown address")
                : Format($"fault {result.Fault.StatusCode} at 0x{result.Fault.Address:x}")),
            EmulationOutcome.NotMemory => "  " + style.Bad("not emulated: no memory instruction"),
            _ => "  " + style.Bad("not emulated: " + result.Reason),
        });
        if (result.Outcome != EmulationOutcome.Completed)
        {
            WriteExplanation(output, explanation);
        }

        output.EndLine();
    }

    // The exits that were completed need no advice.
    private static void WriteExplanation(OutputBuffer output, ExitExplanation explanation)
    {
        string[] ending = explanation.Ending is { } text ? [text] : [];
        foreach (string sentence in (IEnumerable<string>)[.. explanation.GuestAction, .. ending, explanation.UsualCause, .. explanation.Advice])
        {
            output.WriteLine("    " + sentence);
        }
    }

    private static string Direction(RecordedExit exit) =>
        exit.Syndrome.CM ? "cache maintenance" : !exit.Syndrome.IsWnRValid ? "access" : exit.Syndrome.WnR ? "write" : "read";

    private static string Reasons(in AccessDescriptor access) => access.Kind == AccessKind.None ? ""
        : access.HasValidSyndrome ? ", which the architecture has as 1"
        : " because of: " + Words.Of(access.NoSyndromeReasons);

    private static void WriteChanges(OutputBuffer output, InstructionSet set, MachineRegisters before, MachineRegisters after)
    {
        bool a64 = set == InstructionSet.A64;
        for (int i = 0; i < (a64 ? GeneralRegisters : AArch32Registers); i++)
        {
            WriteChange(output, a64 ? "x" : "r", i, a64 ? before.GetX(i) : before.GetR(i, before.PState), a64 ? after.GetX(i) : after.GetR(i, before.PState));
        }

        for (int i = 0; i < SimdRegisters; i++)
        {
            if (a64)
            {
                WriteChange(output, "v", i, before.GetV(i), after.GetV(i));
            }
            else
            {
                WriteChange(output, "d", i, before.GetD(i), after.GetD(i));
            }
        }

        WriteChange(output, "sp", null, before.Sp, after.Sp);
        WriteChange(output, "pstate", null, before.PState, after.PState);
    }

    private static void WriteChange(OutputBuffer output, string prefix, int? number, UInt128 before, UInt128 after)
    {
        if (before != after)
        {
            output.WriteLine(Format($"  {prefix + number?.ToString(CultureInfo.InvariantCulture),-5}  0x{before:x} -> 0x{after:x}"));
        }
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
