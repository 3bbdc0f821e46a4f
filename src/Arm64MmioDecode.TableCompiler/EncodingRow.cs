using System;
using System.Collections.Generic;
using System.IO;
using System.Numerics;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>One line of an encodings file, split into its columns.</summary>
internal sealed class EncodingRow
{
    private EncodingRow(string name, EncodingPattern pattern, string feature, string assembly, string[] access, int line)
    {
        Name = name;
        Pattern = pattern;
        Feature = feature;
        Assembly = assembly;
        Access = access;
        Line = line;
    }

    public string Name { get; }

    public EncodingPattern Pattern { get; }

    public string Feature { get; }

    public string Assembly { get; }

    public string[] Access { get; }

    public int Line { get; }

    /// <summary>Field values that make the word another instruction or none: rejected when matched.</summary>
    public List<(uint Mask, uint Value)> Rejects { get; } = [];

    /// <summary>The names of the row's CONSTRAINED UNPREDICTABLE conditions.</summary>
    public List<string> Rules { get; } = [];

    /// <summary>Whether the row is an instruction that accesses no memory, named because it lies among those that do.</summary>
    public bool IsHint => Access is ["hint"];

    /// <summary>The words that the row matches.</summary>
    public WordSet Words => new(Pattern.Mask, Pattern.Value, Rejects);

    /// <summary>Number of fixed bits: of two rows that share words the one with more of them is the instruction.</summary>
    public int Rank => BitOperations.PopCount(Pattern.Mask);

    public static EncodingRow Parse(string text, int line, int registerWidth)
    {
        string[] columns = Array.ConvertAll(text.Split(" | ", StringSplitOptions.TrimEntries), column => column == "-" ? "" : column);
        if (columns.Length != 6)
        {
            throw new InvalidDataException($"{columns.Length} columns, not 6");
        }

        var row = new EncodingRow(columns[0], EncodingPattern.Parse(columns[1], registerWidth), columns[2], columns[3], columns[4].Split(' ', StringSplitOptions.RemoveEmptyEntries), line);
        WordSet.AddCondition(row.Pattern, row.Rejects);
        foreach (string rule in columns[5].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!WordSet.TryParseException(rule, row.Pattern, row.Rejects))
            {
                row.Rules.Add(rule);
            }
        }

        return row;
    }
}
