using System;
using System.Collections.Generic;
using System.IO;
using Arm64MmioDecode.Encodings;

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

    public UnpredictableRules Rules { get; private set; }

    public static EncodingRow Parse(string text, int line, int width, int registerWidth)
    {
        string[] columns = Array.ConvertAll(text.Split(" | ", StringSplitOptions.TrimEntries), column => column == "-" ? "" : column);
        if (columns.Length != 6)
        {
            throw new InvalidDataException($"{columns.Length} columns, not 6");
        }

        var row = new EncodingRow(columns[0], EncodingPattern.Parse(columns[1], width, registerWidth), columns[2], columns[3], columns[4].Split(' ', StringSplitOptions.RemoveEmptyEntries), line);
        foreach (string rule in columns[5].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int separator = rule.IndexOf("!=", StringComparison.Ordinal);
            if (separator > 0)
            {
                row.Rejects.Add(row.Pattern.Condition(rule[..separator], rule[(separator + 2)..]));
            }
            else
            {
                row.Rules |= Enum.Parse<UnpredictableRules>(rule);
            }
        }

        return row;
    }
}
