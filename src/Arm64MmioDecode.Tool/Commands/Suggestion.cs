using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary>What a user may have meant by a word that no command knows.</summary>
internal static class Suggestion
{
    private const int MaxLength = 32;
    private const int ShortName = 3;

    /// <summary>Text to follow a complaint, or nothing.</summary>
    /// <param name="word">The word that is not known.</param>
    /// <param name="command">The command that it was given to.</param>
    public static string For(string word, Command command)
    {
        if (command.Options.Any(option => option.Name == ExplainCommand.EsrOption))
        {
            string? missed = HexNumber.TryParse(Encoding.UTF8.GetBytes(word), out _, out _) ? ExplainCommand.EsrOption
                : word == InputFile.StandardInput || File.Exists(word) ? ExplainCommand.DumpOption
                : null;
            if (missed is not null)
            {
                return $"; did you mean {missed} {Quoted.Printable(word)}?";
            }
        }

        string name = word.TrimStart('-').ToLowerInvariant();
        if (name.Length is 0 or > MaxLength)
        {
            return "";
        }

        string? nearest = command.Options.Select(option => option.Name)
            .Concat(command.Subcommands.Select(subcommand => subcommand.Name))
            .Where(known => Distance(name, known.TrimStart('-')) <= (name.Length <= ShortName ? 1 : 2))
            .MinBy(known => Distance(name, known.TrimStart('-')));
        return nearest is null ? "" : $"; did you mean {nearest}?";
    }

    // Levenshtein's distance: how many letters have to be inserted, left out or replaced.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
