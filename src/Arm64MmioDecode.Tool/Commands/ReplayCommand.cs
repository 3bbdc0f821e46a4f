using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text.Json;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Machines;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>replay</c>: completes recorded exits against a sample device.</summary>
internal static class ReplayCommand
{
    public const string Name = "replay";

    public static Command Create(ToolConsole console)
    {
        Argument<string> file = CommonOptions.InputFile("Recorded exits, JSON lines; - is standard input.");
        Option<bool> json = CommonOptions.Json();
        var command = new Command(Name, "Completes recorded exits (KVM_EXIT_ARM_NISV) against a sample device at IPA 0x9000000, and prints each access and what changed.")
        {
            file,
            json,
        };
        command.SetAction(parsed => Run(console, parsed.GetRequiredValue(file), parsed.GetValue(json)));
        return command;
    }

    private static int Run(ToolConsole console, string file, bool json)
    {
        var output = new OutputBuffer(console.Output);
        var style = new TextStyle(console.Colour);
        using var lines = new JsonLineWriter(output);
        using Stream input = InputFile.Open(file, console);
        var reader = new LineReader(input, output.Flush);
        var warnings = new Warnings(console.Error);
        var device = new SampleDevice();
        var bus = new RecordingBus(device);
        int exits = 0;
        int completed = 0;
        int faults = 0;
        try
        {
            while (reader.MoveNext())
            {
                using JsonDocument document = JsonInput.ParseObject(reader.Current);
                RecordedExit exit = RecordedExitReader.Read(document.RootElement);
                warnings.UnknownKey(exit.Vcpu.UnknownKey, reader.Number);
                bus.Clear();
                (EmulationResult result, ExitExplanation explanation) = ExitReplay.Run(exit, bus);
                exits++;
                completed += result.Outcome == EmulationOutcome.Completed ? 1 : 0;
                faults += result.Outcome == EmulationOutcome.Fault ? 1 : 0;
                if (json)
                {
                    ReplayedExitJson.Write(lines.Begin(), exit, result, explanation);
                    lines.End();
                }
                else
                {
                    ReplayedExitText.Write(output, style, NameOf(exit, reader.Number), exit, result, explanation);
                }
            }
        }
        catch (BadInputException e)
        {
            output.Flush();
            throw e.AtLine(reader.Number);
        }

        int notEmulated = exits - completed - faults;
        if (json)
        {
            Utf8JsonWriter summary = lines.Begin();
            summary.WriteNumber("exits", exits);
            summary.WriteNumber("completed", completed);
            summary.WriteNumber("faults", faults);
            summary.WriteNumber("notEmulated", notEmulated);
            summary.WriteNumber("deviceReads", device.Reads);
            summary.WriteNumber("deviceWrites", device.Writes);
            lines.End();
        }
        else
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"device: {SampleDevice.Description}"));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{exits} exits, {completed} completed, {faults} faults, {notEmulated} not emulated; the device saw {device.Reads} reads and {device.Writes} writes"));
        }

        output.Flush();
        return completed == exits ? ExitCode.Success : ExitCode.Failure;
    }

    private static string NameOf(RecordedExit exit, long line) => exit.Vcpu.Id.ValueKind == JsonValueKind.Undefined
        ? string.Create(CultureInfo.InvariantCulture, $"line {line}")
        : Quoted.Printable(exit.Vcpu.Id.ToString());
}
