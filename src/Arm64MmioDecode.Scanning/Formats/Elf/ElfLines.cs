using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Debugging;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>The source lines of an ELF file, whose debug sections may be compressed. They are expanded until this is disposed.</summary>
internal sealed class ElfLines : IDisposable
{
    private const int MaximumRelocations = 500_000;
    private const uint ZlibCompression = 1;
    private const uint ZstdCompression = 2;

    private readonly List<ExpandedSource> _expanded = [];

    private ElfLines()
    {
    }

    /// <summary>Null when nothing is known of lines.</summary>
    public LineTable? Table { get; private set; }

    /// <summary>Reads the lines; what is wrong with them is a note, since the code can be scanned without.</summary>
    public static ElfLines Read(ElfFile file, ReadOptions options, List<string> notes)
    {
        var lines = new ElfLines();
        try
        {
            lines.ReadTable(file, options.Expansion);
        }
        catch (InvalidImageException exception)
        {
            notes.Add($"no source lines: {exception.Message}");
        }

        return lines;
    }

    public void Dispose()
    {
        foreach (ExpandedSource source in _expanded)
        {
            source.Dispose();
        }
    }

    private void ReadTable(ElfFile file, ExpansionBudget budget)
    {
        if (Find(file, ".debug_line") is not { } line)
        {
            return;
        }

        ReadOnlyMemory<byte> contents = Expand(file, line, budget);
        var sections = new DebugSections
        {
            Line = contents,
            LineStrings = Find(file, ".debug_line_str") is { } lineStrings ? Expand(file, lineStrings, budget) : default,
            Strings = Find(file, ".debug_str") is { } strings ? Expand(file, strings, budget) : default,
            IsBigEndian = file.IsBigEndian,
            Relocations = file.IsRelocatable ? ReadRelocations(file, line, contents.Span) : null,
        };
        var table = LineTable.Read(sections);
        Table = table.IsEmpty ? null : table;
    }

    // Before SHF_COMPRESSED, a name said that a section is compressed.
    private static ElfSection? Find(ElfFile file, string name) =>
        file.Find(name) is { HasContents: true } section ? section
        : file.Find(".z" + name[1..]) is { HasContents: true } old ? old
        : null;

    private static Dictionary<int, DebugRelocation> ReadRelocations(ElfFile file, ElfSection line, ReadOnlySpan<byte> contents)
    {
        var found = new Dictionary<int, DebugRelocation>();
        ElfRelocations? relocations = ElfRelocations.Of(file, line.Index);
        if (relocations?.Count > MaximumRelocations)
        {
            throw new InvalidImageException($"more than {MaximumRelocations} relocations of .debug_line");
        }

        for (int i = 0; i < (relocations?.Count ?? 0); i++)
        {
            if (relocations!.TryGetValue(i, contents, out ulong offset, out (int Section, ulong Value) target) && offset <= int.MaxValue)
            {
                found[(int)offset] = new DebugRelocation(target.Section, target.Value);
            }
        }

        return found;
    }

    private ReadOnlyMemory<byte> Expand(ElfFile file, ElfSection section, ExpansionBudget budget)
    {
        const int oldHeaderLength = 12;
        ReadOnlyMemory<byte> contents = file.GetContents(section);
        if (section.IsCompressed)
        {
            int headerLength = file.Is64Bit ? 24 : 12;
            if (contents.Length < headerLength)
            {
                throw new InvalidImageException("a compressed section without its header");
            }

            uint method = file.U32(contents.Span, 0);
            ulong length = file.Is64Bit ? file.U64(contents.Span, 8) : file.U32(contents.Span, 4);
            return method switch
            {
                ZlibCompression => Expand(CompressionMethod.Zlib, contents[headerLength..], length, budget),
                ZstdCompression => Expand(CompressionMethod.Zstd, contents[headerLength..], length, budget),
                _ => throw new InvalidImageException($"a section is compressed by method {method}, which is not supported"),
            };
        }

        return contents.Length >= oldHeaderLength && contents.Span.StartsWith("ZLIB"u8) && file.GetName(section).StartsWith(".z", StringComparison.Ordinal)
            ? Expand(CompressionMethod.Zlib, contents[oldHeaderLength..], BinaryPrimitives.ReadUInt64BigEndian(contents.Span[4..]), budget)
            : contents;
    }

    private ReadOnlyMemory<byte> Expand(CompressionMethod method, ReadOnlyMemory<byte> contents, ulong length, ExpansionBudget budget)
    {
        ExpandedSource expanded = Expander.Expand(method, contents.Span, budget);
        _expanded.Add(expanded);
        return (ulong)expanded.Length == length
            ? expanded.GetMemory(0, expanded.Length)
            : throw new InvalidImageException("a compressed section has another length than its header says");
    }
}
