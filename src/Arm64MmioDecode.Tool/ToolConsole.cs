using System;
using System.IO;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool;

/// <summary>The streams that the tool talks to, so that a test can stand in for a terminal.</summary>
internal sealed class ToolConsole : IDisposable
{
    public ToolConsole(Stream input, Stream output, TextWriter error, bool colour = false, bool progress = false)
    {
        Input = input;
        Output = output;
        Error = error;
        Colour = colour;
        Progress = progress;
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public TextWriter Error { get; }

    /// <summary>Whether text for people may be coloured: only on a terminal, and not with NO_COLOR (https://no-color.org).</summary>
    public bool Colour { get; }

    /// <summary>Whether to say on the error stream how far a long command is: when a person sees it, and no results on the same terminal.</summary>
    public bool Progress { get; }

    public static ToolConsole OpenStandard() => new(
        StandardInput.Open(),
        Console.IsOutputRedirected ? new StandardOutput() : Console.OpenStandardOutput(),
        new StandardError(),
        !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb",
        Console.IsOutputRedirected && !Console.IsErrorRedirected);

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
    }
}
