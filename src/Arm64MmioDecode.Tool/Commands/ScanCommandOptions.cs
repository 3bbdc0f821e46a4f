using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Sweeping;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary>The options of <c>scan</c>.</summary>
internal sealed class ScanCommandOptions
{
    private const int DefaultExpandLimit = 56;
    private const int MaximumExpandLimit = 2047;
    private const string DebugFolder = "/usr/lib/debug/.build-id";

    private readonly Option<bool> _all = new("--all") { Description = "Show accesses to the stack and literals, too." };
    private readonly Option<bool> _raw = new("--raw") { Description = "The files have no format: they are code throughout (--set and --base say which and where)." };
    private readonly Option<InstructionSet> _set = CommonOptions.InstructionSet();
    private readonly Option<ulong> _base = new("--base")
    {
        Description = "The address of the first byte of a --raw file.",
        HelpName = "ADDR",
        CustomParser = static result => ParseAddress(result, result.Tokens[0].Value, "--base"),
    };

    private readonly Option<string[]> _functions = Patterns("--function", "Only functions of this name; * and ? stand for any characters.", "GLOB");
    private readonly Option<string[]> _excludedFunctions = Patterns("--not-function", "No functions of this name, such as 'memcpy*'.", "GLOB");
    private readonly Option<NoSyndromeReasons[]> _reasons = new("--reason")
    {
        Description = "Only findings with this reason, such as writeback or pair.",
        HelpName = "REASON",
        CustomParser = ParseReasons,
    };

    private readonly Option<string[]> _bases = Registers("--base-register", "Only accesses with this base register, such as x0.");
    private readonly Option<string[]> _excludedBases = Registers("--not-base-register", "No accesses with this base register, such as x29.");
    private readonly Option<string[]> _sections = Patterns("--section", "Only sections of this name; * and ? stand for any characters.", "GLOB");
    private readonly Option<AddressRange?> _range = new("--addresses")
    {
        Description = "Only addresses from FIRST to LAST.",
        HelpName = "FIRST-LAST",
        CustomParser = ParseRange,
    };

    private readonly Option<bool> _functionsOnly = new("--functions-only") { Description = "Only code of known functions, which leaves out what may be data." };
    private readonly Option<string> _debugFile = new("--debug-file")
    {
        Description = $"An ELF file with the symbols of a stripped one. Without it, {DebugFolder} is looked through for the build-id.",
        HelpName = "FILE",
    };

    private readonly Option<int> _expandLimit = new("--expand-limit")
    {
        Description = "How many MiB of compressed parts may be expanded at a time (56).",
        HelpName = "MIB",
        DefaultValueFactory = static _ => DefaultExpandLimit,
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) || limit > MaximumExpandLimit)
            {
                result.AddError($"--expand-limit is a number of MiB up to {MaximumExpandLimit}, not {Quoted.Text(text)}");
            }

            return limit;
        },
    };

    private readonly Option<bool> _noSources = new("--no-source") { Description = "Do not look for source lines." };

    /// <summary>How findings are written.</summary>
    public Option<ScanFormat> Format { get; } = new("--format")
    {
        Description = "text (the default), json (one object per line) or sarif (2.1.0).",
        HelpName = "text|json|sarif",
        CustomParser = static result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "text":
                    return ScanFormat.Text;
                case "json":
                    return ScanFormat.Json;
                case "sarif":
                    return ScanFormat.Sarif;
                default:
                    result.AddError($"--format is text, json or sarif, not {Quoted.Text(result.Tokens[0].Value)}");
                    return default;
            }
        },
    };

    /// <summary>Whether a finding makes the exit code 1.</summary>
    public Option<bool> FailOnFindings { get; } = new("--fail-on-findings") { Description = "Exit with 1 if there is a finding." };

    /// <summary>Known findings.</summary>
    public Option<string> Baseline { get; } = new("--baseline")
    {
        Description = "Leave out the findings in this file, which --write-baseline made. It stays valid when the binaries are built again.",
        HelpName = "FILE",
    };

    /// <summary>Where to write all findings.</summary>
    public Option<string> WriteBaseline { get; } = new("--write-baseline")
    {
        Description = "Write all findings, known ones as well, to this file: what --baseline reads.",
        HelpName = "FILE",
    };

    /// <summary>How findings are ranked.</summary>
    public RankingCommandOptions Ranking { get; } = new();

    public void AddTo(Command command)
    {
        Ranking.AddTo(command);
        foreach (Option option in (Option[])[
            Format, _all, FailOnFindings, Baseline, WriteBaseline, _raw, _set, _base, _functions, _excludedFunctions, _reasons, _bases, _excludedBases, _sections,
            _range, _functionsOnly, _debugFile, _noSources, _expandLimit])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool isRaw = result.GetValue(_raw);
            if (isRaw && result.GetResult(_set) is null or { Implicit: true })
            {
                result.AddError("--raw needs --set a64, a32 or t32");
            }
            else if (!isRaw && (result.GetResult(_set) is { Implicit: false } || result.GetResult(_base) is { Implicit: false }))
            {
                result.AddError("--set and --base are for --raw files");
            }
        });
    }

    public ByteSource? OpenDebugFile(ParseResult parsed, ToolConsole console) =>
        parsed.GetValue(_debugFile) is { } name ? ScanCommand.Open(name, console) : null;

    public ScanOptions ToScanOptions(ParseResult parsed, ByteSource? debugFile)
    {
        AddressRange range = parsed.GetValue(_range) ?? new AddressRange(0, ulong.MaxValue);
        NoSyndromeReasons reasons = NoSyndromeReasons.None;
        foreach (NoSyndromeReasons reason in parsed.GetValue(_reasons) ?? [])
        {
            reasons |= reason;
        }

        return new ScanOptions
        {
            Sweep = SweepOptions.CountUndecoded | (parsed.GetValue(_all) ? SweepOptions.Stack | SweepOptions.Literals : SweepOptions.None),
            RawInstructionSet = parsed.GetValue(_raw) ? parsed.GetValue(_set) : null,
            RawAddress = parsed.GetValue(_base),
            Filter = new FindingFilter
            {
                Functions = parsed.GetValue(_functions) ?? [],
                ExcludedFunctions = parsed.GetValue(_excludedFunctions) ?? [],
                Reasons = reasons,
                Bases = parsed.GetValue(_bases) ?? [],
                ExcludedBases = parsed.GetValue(_excludedBases) ?? [],
                Sections = parsed.GetValue(_sections) ?? [],
                FirstAddress = range.First,
                LastAddress = range.Last,
                FunctionsOnly = parsed.GetValue(_functionsOnly),
            },
            Read = new ReadOptions
            {
                DebugFile = debugFile,
                FindDebugFile = FindDebugFile,
                MaximumExpandedLength = parsed.GetValue(_expandLimit) << 20,
                SourceLines = !parsed.GetValue(_noSources),
            },
        };
    }

    private static Option<string[]> Patterns(string name, string description, string word) => new(name)
    {
        Description = description + " May be given several times.",
        HelpName = word,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static Option<string[]> Registers(string name, string description)
    {
        Option<string[]> option = Patterns(name, description, "REG");
        option.CustomParser = result =>
        {
            List<string> registers = [];
            foreach (Token token in result.Tokens)
            {
                if (BaseRegister.TryParse(token.Value, out IReadOnlyList<string> names))
                {
                    registers.AddRange(names);
                }
                else
                {
                    result.AddError($"{name} {Quoted.Text(token.Value)} is no register that addresses start from (x0 to x30, r0 to r12, z0 to z31, sp, lr, fp, pc)");
                }
            }

            return [.. registers];
        };
        return option;
    }

    private static ByteSource? FindDebugFile(string buildId)
    {
        string path = Path.Combine(DebugFolder, buildId[..2], buildId[2..] + ".debug");
        try
        {
            return File.Exists(path) ? ByteSource.OpenFile(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static NoSyndromeReasons[] ParseReasons(ArgumentResult result)
    {
        List<NoSyndromeReasons> reasons = [];
        foreach (Token token in result.Tokens)
        {
            if (FindingWords.TryParseReason(token.Value, out NoSyndromeReasons reason))
            {
                reasons.Add(reason);
            }
            else
            {
                result.AddError($"--reason {Quoted.Text(token.Value)} is none of the reasons ({string.Join(", ", Array.ConvertAll(Words.Reasons, static each => each.Word))})");
            }
        }

        return [.. reasons];
    }

    private static AddressRange? ParseRange(ArgumentResult result)
    {
        (ulong first, ulong last) = ParseRange(result, result.Tokens[0].Value, "--addresses");
        return new AddressRange(first, last);
    }

    internal static (ulong First, ulong Last) ParseRange(ArgumentResult result, string text, string option)
    {
        string[] parts = text.Split('-');
        if (parts.Length != 2)
        {
            result.AddError($"{option} is FIRST-LAST, not {Quoted.Text(text)}");
            return default;
        }

        (ulong first, ulong last) = (ParseAddress(result, parts[0], option), ParseAddress(result, parts[1], option));
        if (first > last)
        {
            result.AddError($"{option} is FIRST-LAST, and {Quoted.Text(parts[0])} is above {Quoted.Text(parts[1])}");
        }

        return (first, last);
    }

    private static ulong ParseAddress(ArgumentResult result, string text, string option)
    {
        if (HexNumber.TryParse(Encoding.UTF8.GetBytes(text), out UInt128 value, out _) && value <= ulong.MaxValue)
        {
            return (ulong)value;
        }

        result.AddError($"{option} is a hexadecimal address, not {Quoted.Text(text)}");
        return 0;
    }

    private sealed record AddressRange(ulong First, ulong Last);
}
