using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>From the encodings files to the generated sources.</summary>
internal static class TableCompilation
{
    // The library's EncodingLookup does the same. A 16-bit T32 instruction is in bits 31:16.
    private static readonly LookupKeys s_a64Keys = new(LowBits: 21, Field: 16, FieldBits: 31 << 16);
    private static readonly LookupKeys s_t32Keys = new(LowBits: 20, Field: 16, FieldBits: 15 << 16);

    // Bits 7 and 4 tell the extra loads and stores from data processing.
    private static readonly LookupKeys s_a32Keys = s_t32Keys with { EarlyBits = 15 << 4 };

    /// <summary>The generated files and their contents.</summary>
    internal static (string Path, string Text)[] Compile(string folder) =>
        [CompileA64(folder), CompileAArch32(folder, InstructionSet.A32), CompileAArch32(folder, InstructionSet.T32)];

    private static (string Path, string Text) CompileA64(string folder)
    {
        EncodingsFile file = EncodingsFile.Read(Path.Combine(folder, "A64.encodings"), registerWidth: 5);
        CompiledRow[] rows = CompileRows(file, "A64", A64RowCompiler.Compile);
        var table = new DecoderTable(rows.SelectMany(row => row.Parts), [], file.Spaces, s_a64Keys, (A64RowCompiler.RejectedWord, A64RowCompiler.RejectedPosition));
        return (Path.Combine(folder, "A64Table.g.cs"), TableWriter.Write("A64", rows, table, new A64TextTable(rows)));
    }

    private static (string Path, string Text) CompileAArch32(string folder, InstructionSet set)
    {
        EncodingsFile file = EncodingsFile.Read(Path.Combine(folder, $"{set}.encodings"), registerWidth: 4);
        CompiledRow[] rows = CompileRows(file, set.ToString(), (row, index) => AArch32RowCompiler.Compile(row, set, index));
        DecoderRow[] hints = [.. rows.Take(file.HintCount).SelectMany(row => row.Parts)];
        var table = new DecoderTable(rows.Skip(file.HintCount).SelectMany(row => row.Parts), hints, file.Spaces, set == InstructionSet.A32 ? s_a32Keys : s_t32Keys, (AArch32RowCompiler.RejectedWord, AArch32RowCompiler.RejectedPosition));
        return (Path.Combine(folder, $"{set}Table.g.cs"), TableWriter.Write(set.ToString(), rows, table));
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
