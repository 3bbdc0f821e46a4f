using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.DeviceTrees;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary>The options of <c>scan</c> that say which findings are likely to access devices.</summary>
internal sealed class RankingCommandOptions
{
    private readonly Option<bool> _rank = new("--rank")
    {
        Description = "Put the findings that are likely to access a device first; json and sarif stay in the file's order and say how likely each is.",
    };

    private readonly Option<RankingRules[]> _without = new("--no-rank-rule")
    {
        Description = "Rank without a rule, such as accessor-name. May be given several times.",
        HelpName = "RULE",
        AllowMultipleArgumentsPerToken = false,
        CustomParser = ParseRules,
    };

    private readonly Option<DeviceRange[]> _ranges = new("--device-ranges")
    {
        Description = "Rank accesses to these addresses high. May be given several times.",
        HelpName = "FIRST-LAST,…",
        AllowMultipleArgumentsPerToken = false,
        CustomParser = ParseRanges,
    };

    private readonly Option<string[]> _trees = new("--dtb")
    {
        Description = "Rank accesses to the devices of this flattened device tree high. May be given several times.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        command.Add(_rank);
        command.Add(_without);
        command.Add(_ranges);
        command.Add(_trees);
        command.Validators.Add(result =>
        {
            bool hasMore = result.GetResult(_without) is not null || result.GetResult(_ranges) is not null || result.GetResult(_trees) is not null;
            if (hasMore && !result.GetValue(_rank))
            {
                result.AddError("--no-rank-rule, --device-ranges and --dtb are for --rank");
            }
        });
    }

    /// <summary>Null when nothing is to be ranked.</summary>
    public FindingRanker? ToRanker(ParseResult parsed, ToolConsole console)
    {
        if (!parsed.GetValue(_rank))
        {
            return null;
        }

        RankingRules rules = RankingRules.All;
        foreach (RankingRules rule in parsed.GetValue(_without) ?? [])
        {
            rules &= ~rule;
        }

        List<DeviceRange> devices = [.. parsed.GetValue(_ranges) ?? []];
        foreach (string name in parsed.GetValue(_trees) ?? [])
        {
            using ByteSource tree = ScanCommand.Open(name, console);
            try
            {
                devices.AddRange(DeviceTreeDevices.Read(tree));
            }
            catch (InvalidImageException e)
            {
                throw new BadInputException($"{Quoted.Text(name)}: {e.Message}", e);
            }
        }

        return new FindingRanker(new RankingOptions { Rules = rules, Devices = devices });
    }

    private static RankingRules[] ParseRules(ArgumentResult result)
    {
        List<RankingRules> rules = [];
        foreach (Token token in result.Tokens)
        {
            int index = Array.FindIndex(FindingWords.Rules, r => r.Word == token.Value);
            if (index >= 0)
            {
                rules.Add(FindingWords.Rules[index].Rule);
            }
            else
            {
                result.AddError($"--no-rank-rule {Quoted.Text(token.Value)} is none of the rules ({string.Join(", ", Array.ConvertAll(FindingWords.Rules, static each => each.Word))})");
            }
        }

        return [.. rules];
    }

    private static DeviceRange[] ParseRanges(ArgumentResult result)
    {
        List<DeviceRange> ranges = [];
        foreach (Token token in result.Tokens)
        {
            foreach (string range in token.Value.Split(','))
            {
                (ulong first, ulong last) = ScanCommandOptions.ParseRange(result, range, "--device-ranges");
                ranges.Add(new DeviceRange(first, last));
            }
        }

        return [.. ranges];
    }
}
