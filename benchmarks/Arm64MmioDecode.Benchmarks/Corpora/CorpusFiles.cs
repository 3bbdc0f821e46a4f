using System.Collections.Generic;
using System.IO;

namespace Arm64MmioDecode.Benchmarks.Corpora;

/// <summary>The files that benchmarks/fetch-corpus.sh fetches.</summary>
internal static class CorpusFiles
{
    public static IReadOnlyList<string> A64 => Find("arm64");

    public static IReadOnlyList<string> A32 => Find("armel");

    public static IReadOnlyList<string> T32 => Find("armhf");

    private static string[] Find(string architecture) =>
        [Find("libc", architecture), Find("libm", architecture), Find("ld", architecture)];

    private static string Find(string name, string architecture)
    {
        string path = Path.Combine(RepositoryFolder.Benchmarks, "corpus", $"{name}-{architecture}.so");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; run benchmarks/fetch-corpus.sh first");
    }
}
