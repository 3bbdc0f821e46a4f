using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO;

namespace Arm64MmioDecode.Benchmarks.Gate;

/// <summary>The benchmarks of another commit of this repository, built in a temporary folder.</summary>
internal sealed class ReferenceBuild : IDisposable
{
    private const string Corpus = "corpus";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("arm64mmiodecode-");

    private ReferenceBuild()
    {
    }

    public string Executable => Path.Combine(_folder.FullName, "artifacts", "bin", "Arm64MmioDecode.Benchmarks", "release", "Arm64MmioDecode.Benchmarks");

    /// <summary>Builds a commit's benchmarks.</summary>
    /// <returns>The build; <see langword="null"/> where the commit is not to be had, as in a clone without history, or does not build.</returns>
    public static ReferenceBuild? TryMake(string commit)
    {
        var build = new ReferenceBuild();
        if (build.Make(commit))
        {
            return build;
        }

        build.Dispose();
        return null;
    }

    /// <summary>The commit of which this program is; <see langword="null"/> when its sources were changed since, or it is of none.</summary>
    public static string? CommitOfThis() =>
        Run(RepositoryFolder.Root, "git", ["status", "--porcelain", "src", "benchmarks/Arm64MmioDecode.Benchmarks"], out string changed) && changed.Length == 0
        && Run(RepositoryFolder.Root, "git", ["rev-parse", "HEAD"], out string commit) ? commit.Trim() : null;

    public void Dispose() => _folder.Delete(recursive: true);

    private bool Make(string commit)
    {
        string archive = Path.Combine(_folder.FullName, "sources.tar");
        if (!Run(RepositoryFolder.Root, "git", ["archive", "--output", archive, commit], out _))
        {
            return false;
        }

        TarFile.ExtractToDirectory(archive, _folder.FullName, overwriteFiles: false);
        DirectoryInfo corpus = Directory.CreateDirectory(Path.Combine(_folder.FullName, "benchmarks", Corpus));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Benchmarks, Corpus)))
        {
            File.Copy(file, Path.Combine(corpus.FullName, Path.GetFileName(file)), overwrite: true);
        }

        return Run(_folder.FullName, "dotnet", ["build", "-c", "Release", "-v", "quiet", Path.Combine("benchmarks", "Arm64MmioDecode.Benchmarks")], out _)
            && File.Exists(Executable);
    }

    // A program that is not there is one that fails.
    private static bool Run(string folder, string program, string[] arguments, out string output)
    {
        output = "";
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
            output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
