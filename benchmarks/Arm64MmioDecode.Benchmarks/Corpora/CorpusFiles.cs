using System;
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

    // Above wherever the benchmarks run: the path of this file is none of this machine's in a deterministic build.
    private static string Find(string name, string architecture)
    {
        string file = $"{name}-{architecture}.so";
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "benchmarks", "corpus", file);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"benchmarks/corpus/{file} is missing; run benchmarks/fetch-corpus.sh first");
    }
}
