using System;
using System.Collections.Generic;
using System.IO;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>An encodings file: the rows of one instruction set and the encoding spaces that it owns.</summary>
internal sealed class EncodingsFile
{
    private const string SpaceKeyword = "space ";

    /// <summary>The instruction set, after which the file is named.</summary>
    public string InstructionSet { get; private set; } = "";

    /// <summary>The rows; instructions that access no memory (access "hint") come first.</summary>
    public List<EncodingRow> Rows { get; } = [];

    public int HintCount { get; private set; }

    public List<WordSet> Spaces { get; } = [];

    /// <exception cref="InvalidDataException">A line is malformed; the message names file and line.</exception>
    public static EncodingsFile Read(string path, int registerWidth)
    {
        var file = new EncodingsFile { InstructionSet = Path.GetFileNameWithoutExtension(path) };
        string[] lines = File.ReadAllLines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            try
            {
                if (line.Length == 0 || line[0] == '#')
                {
                    continue;
                }

                if (line.StartsWith(SpaceKeyword, StringComparison.Ordinal))
                {
                    file.Spaces.Add(WordSet.Parse(line[SpaceKeyword.Length..], registerWidth));
                }
                else
                {
                    EncodingRow row = EncodingRow.Parse(line, i + 1, registerWidth);
                    file.Rows.Insert(row.IsHint ? file.HintCount++ : file.Rows.Count, row);
                }
            }
            catch (Exception e) when (e is FormatException or InvalidDataException or ArgumentException or KeyNotFoundException)
            {
                throw new InvalidDataException($"{path}:{i + 1}: {e.Message}", e);
            }
        }

        return file;
    }
}
