using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>From the encodings files to the generated sources.</summary>
internal static class TableCompilation
{
    /// <summary>The generated files and their contents.</summary>
    internal static (string Path, string Text)[] Compile(string folder) =>
        [CompileA64(folder), CompileAArch32(folder, InstructionSet.A32), CompileAArch32(folder, InstructionSet.T32)];

    private static (string Path, string Text) CompileA64(string folder)
    {
        EncodingsFile file = EncodingsFile.Read(Path.Combine(folder, "A64.encodings"), registerWidth: 5);
        CompiledRow[] rows = CompileRows(file, "A64", A64RowCompiler.Compile);

        // Bits 31:21 and 15:10 tell nearly all A64 loads and stores apart. What a row excepts by other bits is unallocated,
        // except where it is another row's.
        var keys = new LookupKeys(FirstLow: 21, SecondLow: 10, SecondWidth: 6);
        var parts = new List<DecoderRow>();
        var holes = new List<DecoderRow>();
        foreach (DecoderRow part in rows.SelectMany(row => row.Parts))
        {
            ILookup<bool, (uint Mask, uint Value)> exceptions = part.Words.Exceptions.ToLookup(keys.Tell);
            parts.Add(part with { Words = part.Words with { Exceptions = [.. exceptions[true]] } });
            holes.AddRange(exceptions[false]
                .Select(hole => new WordSet(part.Words.Mask | hole.Mask, part.Words.Value | hole.Value, []))
                .Where(words => !file.Rows.Any(other => other.Words.Contains(words)))
                .Select(words => new DecoderRow(words, part.Rank + 1, [DecoderRow.Pair(words.Mask, words.Value), 0, 0, 0])));
        }

        return (Path.Combine(folder, "A64Table.g.cs"), TableWriter.Write("A64", rows, [.. holes, .. parts], holes.Count, [0, 0, 0, 0], file.Spaces, keys));
    }

    private static (string Path, string Text) CompileAArch32(string folder, InstructionSet set)
    {
        EncodingsFile file = EncodingsFile.Read(Path.Combine(folder, $"{set}.encodings"), registerWidth: 4);

        // Bits 31:20 and 11:4, in T32 with a 16-bit instruction in bits 31:16. A base of R15 makes a literal form.
        var keys = new LookupKeys(FirstLow: 20, SecondLow: 4, SecondWidth: 8, AllOnes: 15 << 16);
        CompiledRow[] rows = CompileRows(file, set.ToString(), (row, index) => AArch32RowCompiler.Compile(row, set, index, keys));
        return (Path.Combine(folder, $"{set}Table.g.cs"), TableWriter.Write(set.ToString(), rows, [.. rows.SelectMany(row => row.Parts)], rows.Take(file.HintCount).Sum(row => row.Parts.Count), AArch32RowCompiler.CatchAll, file.Spaces, keys));
    }

    private static CompiledRow[] CompileRows(EncodingsFile file, string name, Func<EncodingRow, int, CompiledRow> compile) =>
    [
        .. file.Rows.Select((row, i) =>
        {
            try
            {
                return compile(row, i + 2);
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException or KeyNotFoundException)
            {
                throw new InvalidDataException($"{name}.encodings:{row.Line}: {e.Message}", e);
            }
        }),
    ];
}
