using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Benchmarks.Corpora;

/// <summary>The files that benchmarks/fetch-corpus.sh fetches.</summary>
internal static class CorpusFiles
{
    public static IReadOnlyList<string> A64 => [Find("libc-arm64.so"), Find("libm-arm64.so"), Find("ld-arm64.so")];

    private static string Find(string name, [CallerFilePath] string thisFile = "")
    {
        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "corpus", name));
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; run benchmarks/fetch-corpus.sh first");
    }
}
