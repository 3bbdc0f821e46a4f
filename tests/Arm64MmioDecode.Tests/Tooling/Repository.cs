using System;
using System.IO;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>Finds files of the repository from wherever the tests run.</summary>
internal static class Repository
{
    private static readonly Lazy<string> s_root = new(FindRoot);

    public static string Root => s_root.Value;

    public static string File(params string[] parts) => Path.Combine(Root, Path.Combine(parts));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Arm64MmioDecode.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Arm64MmioDecode.sln is not above " + AppContext.BaseDirectory);
    }
}
