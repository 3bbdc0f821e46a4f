using System;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>Counts results and prints failures.</summary>
internal sealed class Report
{
    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    public void Pass() => Passed++;

    public void Fail(string what)
    {
        Failed++;
        Console.WriteLine($"FAIL {what}");
    }

    public void Skip(string what)
    {
        Skipped++;
        Console.WriteLine($"skip {what}");
    }

    /// <summary>A result with a line of its own.</summary>
    public void Check(bool passed, string what, string detail)
    {
        if (passed)
        {
            Passed++;
            Console.WriteLine($"pass {what}");
        }
        else
        {
            Fail($"{what}: {detail}");
        }
    }

    public static void Note(string text) => Console.WriteLine(text);

    public void Summarise() => Console.WriteLine(
        Skipped == 0 ? $"{Passed} passed, {Failed} failed" : $"{Passed} passed, {Failed} failed, {Skipped} skipped");
}
