using System;
using System.IO;
using System.Linq;
using Xunit;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>
/// Finds the programs that serve as independent sources of truth. A test that needs one that is not installed is
/// skipped and says how to install it; in CI (environment variable <c>CI=true</c>) it fails instead, so that no check
/// disappears unnoticed.
/// </summary>
public static class ExternalTool
{
    /// <summary>The full path of <paramref name="name"/> on PATH; skips or fails the calling test without it.</summary>
    /// <param name="name">The program's file name, such as <c>qemu-aarch64</c>.</param>
    /// <param name="package">The Debian package that holds it.</param>
    public static string Require(string name, string package)
    {
        return Find(name) ?? throw Missing($"{name} is not on PATH; install it with: sudo apt-get install {package}");
    }

    /// <summary>The full path of a program that a script of the repository fetches; skips or fails the calling test without it.</summary>
    /// <param name="folder">The folder under <c>artifacts</c>.</param>
    /// <param name="name">The program's file name.</param>
    /// <param name="script">The script, from the repository's root.</param>
    public static string RequireFetched(string folder, string name, string script)
    {
        var path = Repository.File("artifacts", folder, name);
        return File.Exists(path) ? path : throw Missing($"artifacts/{folder}/{name} is not there; fetch it with: {script}");
    }

    private static Exception Missing(string reason)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return new InvalidOperationException($"{reason} (in CI a missing tool is a failure)");
        }

        return new SkipException(reason);
    }

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
