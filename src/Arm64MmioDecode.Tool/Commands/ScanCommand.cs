using System;
using System.CommandLine;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;
using Arm64MmioDecode.Tool.Reports;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>scan</c>: which instructions of a binary would leave a data abort without a syndrome.</summary>
internal static class ScanCommand
{
    // What standard input may have; it goes through a temporary file.
    private const long MaximumInputLength = 16L << 30;

    public const string Name = "scan";

    private const string SampleName = "sample";

    public static Command Create(ToolConsole console)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "ELF, PE/COFF (UEFI), archive, firmware volume, kernel or U-Boot image; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        files.RejectUnknownOptions();
        var options = new ScanCommandOptions();
        var command = new Command(Name, "Finds the instructions in binaries that would exit without a valid syndrome (ISV = 0) if they touched a device.") { files };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetRequiredValue(files);
            using ByteSource? debugFile = options.OpenDebugFile(parsed, console);
            ScanOptions scan = options.ToScanOptions(parsed, debugFile);
            FindingRanker? ranker = options.Ranking.ToRanker(parsed, console);
            Baseline? known = parsed.GetValue(options.Baseline) is { } baseline ? Baseline.Read(baseline, console) : null;
            Baseline? found = parsed.GetValue(options.WriteBaseline) is null ? null : new Baseline();
            var output = new OutputBuffer(console.Output);
            using IScanReport report = parsed.GetValue(options.Format) switch
            {
                ScanFormat.Json => new JsonScanReport(output, ranker, known is not null),
                ScanFormat.Sarif => new SarifReport(output, ranker),
                _ when ranker is not null => new RankedTextReport(output, new TextStyle(console.Colour), ranker),
                _ => new TextScanReport(output, new TextStyle(console.Colour)),
            };
            int exitCode = Run(console, names, scan, new Reporting(report, known, found), output, parsed.GetValue(options.FailOnFindings));
            if (exitCode != ExitCode.BadInput && known?.ExplainNoMatch(Array.ConvertAll(names, FindingKey.NameFile)) is { } mismatch)
            {
                string path = Quoted.Text(parsed.GetValue(options.Baseline)!);
                console.Error.WriteLine($"{CommandLineTool.Name}: warning: the baseline {path} accepts nothing: {mismatch}");
            }

            found?.Write(parsed.GetValue(options.WriteBaseline)!);
            return exitCode;
        });
        return command;
    }

    /// <summary>
    /// Scans a few instructions on another processor while the command line is read, where there is a just-in-time compiler: it then
    /// has compiled what every scan runs when the scan begins.
    /// </summary>
    public static void Prepare(string[] args)
    {
        if (RuntimeFeature.IsDynamicCodeCompiled && Environment.ProcessorCount > 1)
        {
            bool isJson = Array.IndexOf(args, "json") >= 0;
            new Thread(() => ScanSample(isJson)) { IsBackground = true }.Start();
        }
    }

    internal static void ScanSample(bool isJson)
    {
        // LDP, LDUMAX and what a filter of prefixes does not tell; enough of them for the widest vectors.
        var words = new uint[256];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = (i % 8) switch { 0 => 0xA9400440, 1 => 0xB8606820, 2 => 0xF8206020, 3 => 0x08DF7C20, _ => 0xD503201F };
        }

        var output = new OutputBuffer(Stream.Null);
        using IScanReport report = isJson ? new JsonScanReport(output, null, false) : new TextScanReport(output, new TextStyle(false));
        using var console = new ToolConsole(Stream.Null, Stream.Null, TextWriter.Null);
        using ByteSource code = ByteSource.FromMemory(MemoryMarshal.AsBytes(words.AsSpan()).ToArray());
        var sink = new ReportSink(new Reporting(report, null, null), console, SampleName);
        report.BeginFile(SampleName);
        report.EndFile(new FileScanner(new ScanOptions { RawInstructionSet = InstructionSet.A64 }).Scan(code, sink));
    }

    private static int Run(ToolConsole console, string[] names, ScanOptions options, Reporting reporting, OutputBuffer output, bool failOnFindings)
    {
        var scanner = new FileScanner(options);
        IScanReport report = reporting.Report;
        long findings = 0;
        bool isUnreadable = false;
        foreach (string name in names)
        {
            var sink = new ReportSink(reporting, console, name);
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
                    Complain(console, report, $"{name}: {error}");
                }
            }
            catch (BadInputException e)
            {
                isUnreadable = true;
                Complain(console, report, e.Message);
            }
        }

        report.End();
        output.Flush();
        return isUnreadable ? ExitCode.BadInput : failOnFindings && findings != 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Complain(ToolConsole console, IScanReport report, string message)
    {
        report.AddError(message);
        console.Error.WriteLine($"{CommandLineTool.Name}: {Quoted.Printable(message, 1024)}");
    }

    internal static ByteSource Open(string name, ToolConsole console)
    {
        try
        {
            if (name == InputFile.StandardInput)
            {
                return ByteSource.FromStream(console.Input, MaximumInputLength);
            }

            if (Directory.Exists(name))
            {
                throw new BadInputException($"cannot read {Quoted.Text(name)}: it is a directory");
            }

            // A named pipe, or what a shell makes of <(zcat file), can be opened once, and not be mapped.
            using FileStream stream = File.OpenRead(name);
            return stream.CanSeek ? ByteSource.OpenFile(name) : ByteSource.FromStream(stream, MaximumInputLength);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or InvalidImageException)
        {
            throw new BadInputException($"cannot read {Quoted.Text(name)}: {e.Message}", e);
        }
    }

    private sealed record Reporting(IScanReport Report, Baseline? Known, Baseline? Found);

    // Hands findings on unless they are known, and tells a person who waits how far the scan is.
    private sealed class ReportSink(Reporting reporting, ToolConsole console, string name) : IFindingSink
    {
        private const long Step = 64 << 20;

        private string? _reportName;
        private long _next = Step;
        private bool _hasShown;

        public bool Add(in Finding finding)
        {
            if (reporting.Known is not null || reporting.Found is not null)
            {
                _reportName ??= FindingKey.NameFile(name);
                FindingKey key = FindingKey.Of(_reportName, in finding);
                reporting.Found?.Add(in key);
                if (reporting.Known?.Take(in key) == true)
                {
                    return false;
                }
            }

            reporting.Report.Add(in finding);
            return true;
        }

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
