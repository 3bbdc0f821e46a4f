using System;
using System.IO;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Files that compilers, linkers and other tools make in a folder of their own.</summary>
internal sealed class CompiledFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scan");

    public string Folder => _folder.FullName;

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path(name), bytes);
        return Path(name);
    }

    /// <summary>Runs a program in the folder.</summary>
    public string Run(string package, string tool, params string[] arguments)
    {
        // Names in debug information are as the command line has them.
        string script = "cd \"$1\" && shift && exec \"$@\"";
        ChildProcess.Result<string> result = ChildProcess.Run(
            "/bin/sh", ["-c", script, "sh", Folder, ExternalTool.Require(tool, package), .. arguments]);
        result.ExitCode.Should().Be(0, $"{tool} {string.Join(' ', arguments)}: {result.Error}{result.Output}");
        return result.Output;
    }

    public byte[] Read(string name) => File.ReadAllBytes(Path(name));

    public void Dispose() => _folder.Delete(recursive: true);
}
