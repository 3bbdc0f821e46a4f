using System;
using System.IO;

namespace Arm64MmioDecode.Tool;

/// <summary>The streams that the tool talks to, so that a test can stand in for a terminal.</summary>
internal sealed class ToolConsole : IDisposable
{
    public ToolConsole(Stream input, Stream output, TextWriter error, bool colour = false)
    {
        Input = input;
        Output = output;
        Error = error;
        Colour = colour;
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public TextWriter Error { get; }

    /// <summary>Whether text for people may be coloured: only on a terminal, and not with NO_COLOR (https://no-color.org).</summary>
    public bool Colour { get; }

    public static ToolConsole OpenStandard() => new(
        Console.OpenStandardInput(),
        Console.OpenStandardOutput(),
        Console.Error,
        !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb");

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
    }
}
