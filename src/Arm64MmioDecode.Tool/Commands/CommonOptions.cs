using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary>Options that several commands share, and what they have in common.</summary>
internal static class CommonOptions
{
    private static readonly string[] s_conditions =
        ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al"];

    public static Option<InstructionSet> InstructionSet() => new("--set")
    {
        Description = "The instruction set: a64 (the default), a32 or t32. Also aarch64, arm64, arm and thumb.",
        HelpName = "a64|a32|t32",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (InstructionSetWord.TryParse(word, out InstructionSet set))
            {
                return set;
            }

            result.AddError($"--set is a64, a32 or t32 (or aarch64, arm, thumb), not {Quoted.Text(word)}");
            return default;
        },
    };

    public static Option<ItState> ItCondition() => new("--it")
    {
        Description = "T32: the condition that the IT block gives to the instruction, such as eq or al.",
        HelpName = "COND",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value.ToLowerInvariant();
            int condition = Array.IndexOf(s_conditions, word switch { "hs" => "cs", "lo" => "cc", _ => word });
            if (condition >= 0)
            {
                return ItState.ForCondition(condition);
            }

            result.AddError($"--it is a condition such as eq, ne or al, not {Quoted.Text(word)}");
            return default;
        },
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON: one object per line.",
    };

    /// <summary>A file to read, standard input by default.</summary>
    public static Argument<string> InputFile(string description)
    {
        var argument = new Argument<string>("FILE")
        {
            Description = description,
            DefaultValueFactory = static _ => Input.InputFile.StandardInput,
        };
        argument.RejectUnknownOptions();
        return argument;
    }

    /// <summary>An option that no command knows is not taken for an argument.</summary>
    public static void RejectUnknownOptions(this Argument argument) => argument.Validators.Add(static result =>
    {
        foreach (Token token in result.Tokens)
        {
            if (token.Value.Length > 1 && token.Value[0] == '-')
            {
                Command? command = (result.Parent as CommandResult)?.Command;
                result.AddError($"unknown option {Quoted.Text(token.Value)}{(command is null ? "" : Suggestion.For(token.Value, command))}");
            }
        }
    });
}
