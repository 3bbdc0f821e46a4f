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

        // Bits 31:21 and 15:10 tell nearly all A64 loads and stores apart.
        var lookup = new DecodeLookup([.. file.Rows.Select(row => row.Words)], file.Spaces, firstLow: 21, secondLow: 10, secondWidth: 6);
        return (Path.Combine(folder, "A64Table.g.cs"), TableWriter.Write("A64", rows, lookup, A64RowCompiler.Words, A64RowCompiler.Rejects));
    }

    private static (string Path, string Text) CompileAArch32(string folder, InstructionSet set)
    {
        EncodingsFile file = EncodingsFile.Read(Path.Combine(folder, $"{set}.encodings"), registerWidth: 4);

        // Bits 31:20 and 11:4, in T32 with a 16-bit instruction in bits 31:16.
        var lookup = new DecodeLookup([.. file.Rows.Select(row => row.Words)], file.Spaces, firstLow: 20, secondLow: 4, secondWidth: 8);
        CompiledRow[] rows = CompileRows(file, set.ToString(), (row, index) => AArch32RowCompiler.Compile(row, set, index, lookup.KeyMask));
        return (Path.Combine(folder, $"{set}Table.g.cs"), TableWriter.Write(set.ToString(), rows, lookup, AArch32RowCompiler.Words, AArch32RowCompiler.Rejects));
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
