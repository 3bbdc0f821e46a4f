using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Benchmarks.Corpora;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>A limit that a ratio between two cases has to keep.</summary>
/// <param name="Text">What is compared, for the report.</param>
/// <param name="Limit">The largest ratio that is allowed.</param>
/// <param name="Ratio">Computes the ratio; null when the run has no such cases.</param>
internal sealed record Bar(string Text, double Limit, Func<IReadOnlyList<Measurement>, double?> Ratio)
{
    public static IReadOnlyList<Bar> All { get; } =
    [
        ToFloor("decoding a libc's loads and stores, to the floor", 3, nameof(A64Decoding), nameof(A64Corpus.LibcLoadsAndStores), nameof(A64Decoding.Decode)),
        ToFloor("decoding all words of a libc, to the floor", 3, nameof(A64Decoding), nameof(A64Corpus.LibcText), nameof(A64Decoding.Decode)),
        ToFloor("decoding random valid words, to the floor", 6, nameof(A64Decoding), nameof(A64Corpus.RandomWords), nameof(A64Decoding.Decode)),
        ToFloor("decoding random valid words of random encodings, to the floor", 6, nameof(A64Decoding), nameof(A64Corpus.RandomEncodings), nameof(A64Decoding.Decode)),
        ToFloor("decoding an A32 libc's loads and stores, to the floor", 5, nameof(AArch32Decoding), nameof(AArch32Corpus.A32LoadsAndStores), nameof(AArch32Decoding.Decode)),
        ToFloor("decoding all words of an A32 libc, to the floor", 5, nameof(AArch32Decoding), nameof(AArch32Corpus.A32Text), nameof(AArch32Decoding.Decode)),
        ToFloor("decoding a T32 libc's loads and stores, to the floor", 5, nameof(AArch32Decoding), nameof(AArch32Corpus.T32LoadsAndStores), nameof(AArch32Decoding.Decode)),
        ToFloor("decoding all instructions of a T32 libc, to the floor", 5, nameof(AArch32Decoding), nameof(AArch32Corpus.T32Text), nameof(AArch32Decoding.Decode)),
        ToFloor("a whole exit with LDR post-index, to the floor", 17, nameof(ExitHandling), nameof(ExitKind.LoadPostIndex), nameof(ExitHandling.Plan)),
        ToFloor("a whole exit with LDP, to the floor", 17, nameof(ExitHandling), nameof(ExitKind.LoadPair), nameof(ExitHandling.Plan)),
        ToFloor("a whole exit whose syndrome describes a load, to the floor", 7, nameof(ExitHandling), nameof(ExitKind.LoadWithSyndrome), nameof(ExitHandling.Plan)),
        ToFloor("a whole exit whose syndrome describes a store, to the floor", 7, nameof(ExitHandling), nameof(ExitKind.StoreWithSyndrome), nameof(ExitHandling.Plan)),
        ToFloor("sweeping 64 MiB of A64 code, to reading them", 4, nameof(CodeSweeping), nameof(InstructionSet.A64), nameof(CodeSweeping.Sweep)),
        ToFloor("sweeping 64 MiB of T32 code, to reading them", 40, nameof(CodeSweeping), nameof(InstructionSet.T32), nameof(CodeSweeping.Sweep)),
        Between("rejecting unallocated words, to decoding random valid ones", 1, nameof(A64Corpus.Unallocated), nameof(A64Decoding.Decode), nameof(A64Corpus.RandomWords), nameof(A64Decoding.Decode)),
        Between("rejecting neighbours of valid words, to decoding random encodings", 1, nameof(A64Corpus.UnallocatedNeighbours), nameof(A64Decoding.Decode), nameof(A64Corpus.RandomEncodings), nameof(A64Decoding.Decode)),
        Between("decoding a libc's loads and stores, to Capstone with detail", 0.01, nameof(A64Corpus.LibcLoadsAndStores), nameof(A64Decoding.Decode), nameof(A64Corpus.LibcLoadsAndStores), nameof(A64Decoding.CapstoneWithDetail)),
    ];

    private static Bar ToFloor(string text, double limit, string group, string parameter, string name) =>
        new(text, limit, measurements => Find(measurements, group, parameter, name)?.Ratio);

    private static Bar Between(string text, double limit, string parameter, string name, string otherParameter, string otherName) =>
        new(text, limit, measurements => Find(measurements, nameof(A64Decoding), parameter, name)?.Ratio / Find(measurements, nameof(A64Decoding), otherParameter, otherName)?.Ratio);

    private static Measurement? Find(IReadOnlyList<Measurement> measurements, string group, string parameter, string name) =>
        measurements.SingleOrDefault(m => (m.Case.Group, m.Case.Parameter, m.Case.Name) == (group, parameter, name));
}
