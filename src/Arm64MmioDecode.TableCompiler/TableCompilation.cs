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
    internal static (string Path, string Text)[] Compile(string folder) => [CompileA64(folder)];

    private static (string Path, string Text) CompileA64(string folder)
    {
        EncodingsFile file = EncodingsFile.Read(Path.Combine(folder, "A64.encodings"), width: 32, registerWidth: 5);
        CompiledRow[] rows =
        [
            .. file.Rows.Select((row, i) =>
            {
                try
                {
                    return new CompiledRow(row, InstructionSet.A64, i + 2);
                }
                catch (Exception e) when (e is InvalidDataException or ArgumentException or KeyNotFoundException)
                {
                    throw new InvalidDataException($"A64.encodings:{row.Line}: {e.Message}", e);
                }
            }),
        ];

        // Bits 31:21 and 15:10 tell nearly all A64 loads and stores apart.
        (uint, uint)[] catchAll = [(0, 0), (0, 0)];
        var lookup = DecodeLookup.Build([.. catchAll, .. rows.Select(row => (row.Row.Pattern.Mask, row.Row.Pattern.Value))], file.Spaces, [.. Enumerable.Range(21, 11).Reverse()], [.. Enumerable.Range(10, 6).Reverse()]);
        return (Path.Combine(folder, "A64Table.g.cs"), TableWriter.Write("A64", rows, lookup));
    }
}
