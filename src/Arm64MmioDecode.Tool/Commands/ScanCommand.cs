using System;
using System.CommandLine;
using System.IO;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>scan</c>: which instructions of a binary would leave a data abort without a syndrome.</summary>
internal static class ScanCommand
{
    // What standard input may have; it goes through a temporary file.
    private const long MaximumInputLength = 16L << 30;

    public static Command Create(ToolConsole console)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "ELF, PE/COFF (UEFI), archive, firmware volume, kernel or U-Boot image; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        files.RejectUnknownOptions();
        var options = new ScanCommandOptions();
        var command = new Command("scan", "Finds the instructions in binaries that would exit without a valid syndrome (ISV = 0) if they touched a device.") { files };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetRequiredValue(files);
            using ByteSource? debugFile = options.OpenDebugFile(parsed, console);
            ScanOptions scan = options.ToScanOptions(parsed, debugFile);
            var output = new OutputBuffer(console.Output);
            bool isJson = parsed.GetValue(options.Format) == ScanFormat.Json;
            using var json = new JsonScanReport(output);
            IScanReport report = isJson ? json : new TextScanReport(output, new TextStyle(console.Colour));
            return Run(console, names, scan, report, output, parsed.GetValue(options.FailOnFindings));
        });
        return command;
    }

    private static int Run(ToolConsole console, string[] names, ScanOptions options, IScanReport report, OutputBuffer output, bool failOnFindings)
    {
        var scanner = new FileScanner(options);
        long findings = 0;
        bool isUnreadable = false;
        foreach (string name in names)
        {
            var sink = new ReportSink(report, console, name);
            try
            {
                using ByteSource file = Open(name, console);
                report.BeginFile(name);
                ScanSummary summary = scanner.Scan(file, sink);
                sink.Clear();
                findings += summary.Findings;
                if (summary.Images != 0)
                {
                    report.EndFile(summary);
                }

                output.Flush();
                foreach (string error in summary.Errors)
                {
                    isUnreadable = true;
                    Complain(console, $"{name}: {error}");
                }
            }
            catch (BadInputException e)
            {
                isUnreadable = true;
                Complain(console, e.Message);
            }
        }

        report.End();
        output.Flush();
        return isUnreadable ? ExitCode.BadInput : failOnFindings && findings != 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Complain(ToolConsole console, string message) =>
        console.Error.WriteLine($"{CommandLineTool.Name}: {Quoted.Printable(message, 1024)}");

    internal static ByteSource Open(string name, ToolConsole console)
    {
        try
        {
            if (name == InputFile.StandardInput)
            {
                return ByteSource.FromStream(console.Input, MaximumInputLength);
            }

            return Directory.Exists(name)
                ? throw new BadInputException($"cannot read {Quoted.Text(name)}: it is a directory")
                : ByteSource.OpenFile(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or InvalidImageException)
        {
            throw new BadInputException($"cannot read {Quoted.Text(name)}: {e.Message}", e);
        }
    }

    // Hands findings on, and tells a person who waits how far the scan is.
    private sealed class ReportSink(IScanReport report, ToolConsole console, string name) : IFindingSink
    {
        private const long Step = 64 << 20;

        private long _next = Step;
        private bool _hasShown;

        public void Add(in Finding finding) => report.Add(in finding);

        public void Progress(long bytes)
        {
            if (console.Progress && bytes >= _next)
            {
                _next = bytes + Step;
                _hasShown = true;
                console.Error.Write($"\r{Quoted.Printable(name)}: {bytes >> 20} MiB of code");
            }
        }

        public void Clear()
        {
            if (_hasShown)
            {
                console.Error.Write("\r\e[K");
            }
        }
    }
}
