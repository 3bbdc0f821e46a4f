using System;
using System.IO;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>The file that a command reads, or standard input.</summary>
internal static class InputFile
{
    public const string StandardInput = "-";

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static Stream Open(string name, ToolConsole console)
    {
        if (name == StandardInput)
        {
            return console.Input;
        }

        if (Directory.Exists(name))
        {
            throw new BadInputException($"cannot read {Quoted.Text(name)}: it is a directory");
        }

        try
        {
            return new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException($"cannot read {Quoted.Text(name)}: {e.Message}", e);
        }
    }
}
