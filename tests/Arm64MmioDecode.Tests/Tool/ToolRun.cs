using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tool;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>One run of the tool and what came out of it.</summary>
public sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<JsonElement> ParseObjects() => [.. Lines.Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs the tool inside the test's process.</summary>
    public static ToolRun InProcess(string input, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var console = new ToolConsole(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, error);
        int exitCode = CommandLineTool.Run(arguments, console);
        return new ToolRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Runs the tool as a user does.</summary>
    public static ToolRun AsProcess(string input, params string[] arguments)
    {
        ChildProcess.Result<string> result = ChildProcess.Run(
            "dotnet",
            [typeof(CommandLineTool).Assembly.Location, .. arguments],
            stream => stream.Write(Encoding.UTF8.GetBytes(input)),
            stream => new StreamReader(stream).ReadToEnd());
        return new ToolRun(result.ExitCode, result.Output, result.Error);
    }

    /// <summary>That the tool refused: exit code 2, one line on standard error, nothing on standard output.</summary>
    public bool IsRefusal => ExitCode == 2 && Output.Length == 0 && Error.EndsWith('\n') && Error.Count(c => c == '\n') == 1;
}
