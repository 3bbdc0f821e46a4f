using System.CommandLine;
using System.IO;
using System.Text.Json;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Machines;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>emulate</c>: executes instructions on a bus of given bytes, one for each line of JSON.</summary>
internal static class EmulateCommand
{
    public const string Name = "emulate";

    public static Command Create(ToolConsole console)
    {
        Argument<string> file = CommonOptions.InputFile("JSON lines, one instruction each; - (the default) is standard input.");
        Option<bool> json = CommonOptions.Json();
        json.Description = "Print JSON lines, which is what this command always does.";
        var command = new Command(Name, "Executes instructions on registers and a bus that consists of the bytes given, and prints what changed.")
        {
            file,
            json,
        };
        command.SetAction(parsed => Run(console, parsed.GetRequiredValue(file)));
        return command;
    }

    private static int Run(ToolConsole console, string file)
    {
        var output = new OutputBuffer(console.Output);
        using var lines = new JsonLineWriter(output);
        using Stream input = InputFile.Open(file, console);
        var reader = new LineReader(input, output.Flush);
        var warnings = new Warnings(console.Error);
        int exitCode = ExitCode.Success;
        try
        {
            while (reader.MoveNext())
            {
                using JsonDocument document = JsonInput.ParseObject(reader.Current);
                EmulationRequest request = EmulationRequestReader.Read(document.RootElement);
                warnings.UnknownKey(request.UnknownKey, reader.Number);
                EmulationResult result = Machine.Run(request);
                EmulationResultJson.Write(lines.Begin(), request, result);
                lines.End();
                if (result.Outcome != EmulationOutcome.Completed)
                {
                    exitCode = ExitCode.Failure;
                }
            }
        }
        catch (BadInputException e)
        {
            output.Flush();
            throw e.AtLine(reader.Number);
        }

        output.Flush();
        return exitCode;
    }
}
