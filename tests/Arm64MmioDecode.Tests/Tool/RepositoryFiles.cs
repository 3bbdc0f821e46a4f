using System;
using System.IO;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>Files of the repository that tests read: samples and documentation.</summary>
internal static class RepositoryFiles
{
    public static string PathOf(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Arm64MmioDecode.sln")))
            {
                return Path.Combine(folder.FullName, relative);
            }
        }

        throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
