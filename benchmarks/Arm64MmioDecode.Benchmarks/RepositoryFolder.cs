using System;
using System.IO;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>Where the repository is.</summary>
internal static class RepositoryFolder
{
    // Above wherever the benchmarks run: the path of this file is none of this machine's in a deterministic build.
    public static string Root { get; } = Find();

    public static string Benchmarks => Path.Combine(Root, "benchmarks");

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Arm64MmioDecode.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("the benchmarks run below the repository's folder");
    }
}
