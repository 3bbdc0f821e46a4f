using System;
using System.Collections.Generic;
using System.Linq;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>Which cases a run consists of.</summary>
internal static class ScalablePlan
{
    private static readonly int[] s_lengths = [16, 32, 64, 128, 256];

    /// <summary>Cases at random, the same number of each encoding: any vector length, placement, mode.</summary>
    public static IEnumerable<ScalableCase> Random(Func<ScalableForm, bool> forms, int perForm, int seed, bool bigEndian, bool hasSme2 = true)
    {
        var random = new Random(seed);
        foreach (var form in ScalableForm.All.Where(forms))
        {
            for (var i = 0; i < perForm; i++)
            {
                var placement = random.Next(12) switch
                {
                    0 or 1 => Placement.AcrossEnd,
                    2 => Placement.AcrossStart,
                    3 => Placement.AcrossEndOfWritable,
                    4 => Placement.Nowhere,
                    _ => Placement.Inside,
                };
                yield return ScalableCases.Next(form, Machine(form, random, i, hasSme2), random, placement, bigEndian: bigEndian);
            }
        }
    }

    /// <summary>A fault at every element of every encoding, at one vector length.</summary>
    public static IEnumerable<ScalableCase> EveryElement(int vectorLength, int seed)
    {
        var random = new Random(seed);
        var placements = new[] { Placement.AcrossEnd, Placement.AcrossEndOfWritable };
        foreach (var form in ScalableForm.All.Where(x => !x.IsPrefetch))
        {
            var machine = form.IsMatrix ? ScalableMachine.Sme(16, vectorLength) : ScalableMachine.Sve(vectorLength);
            var count = ScalableCases.Next(form, machine, random, Placement.Inside).Elements.Count;
            for (var i = 0; i < count; i++)
            {
                yield return ScalableCases.Next(form, machine, random, placements[form.IsStore ? i % 2 : 0], i);
            }
        }
    }

    /// <summary>Every encoding in every mode: with and without Streaming SVE mode, ZA and FEAT_SME_FA64.</summary>
    public static IEnumerable<ScalableCase> EveryMode(int vectorLength, int seed)
    {
        var random = new Random(seed);
        foreach (var form in ScalableForm.All)
        {
            for (var mode = 0; mode < 8; mode++)
            {
                var machine = new ScalableMachine(vectorLength, vectorLength, (mode & 1) != 0, (mode & 2) != 0, true, (mode & 4) != 0);
                yield return ScalableCases.Next(form, machine, random, Placement.Inside);
            }
        }
    }

    private static ScalableMachine Machine(ScalableForm form, Random random, int number, bool hasSme2)
    {
        // The lengths take turns. The longest ZA is 64 KiB, which a case reads and writes: it comes less often.
        var length = s_lengths[number % s_lengths.Length];
        if (!form.UsesZa && !form.IsMatrix && random.Next(4) != 0)
        {
            return ScalableMachine.Sve(length);
        }

        if (length == 256 && random.Next(4) != 0)
        {
            length = s_lengths[random.Next(3)];
        }

        var isStreaming = form.NeedsStreaming || random.Next(2) == 0;
        return isStreaming
            ? new ScalableMachine(s_lengths[random.Next(s_lengths.Length)], length, true, form.UsesZa, hasSme2)
            : new ScalableMachine(length, s_lengths[random.Next(4)], false, form.UsesZa, hasSme2);
    }
}
