using System;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>Says which parts of a section are code, and of which instruction set.</summary>
internal sealed class ElfCode
{
    private readonly ElfFile _file;
    private readonly ElfSymbolReader? _symbols;
    private readonly AArch32State? _guess;
    private readonly List<string> _notes;
    private bool _hasSaidGuess;

    public ElfCode(ElfFile file, ElfSymbolReader? symbols, List<string> notes)
    {
        _file = file;
        _symbols = symbols;
        _notes = notes;
        _guess = file.Machine == ElfFile.MachineArm ? new AArch32State(file, symbols) : null;
    }

    /// <summary>The regions of a section.</summary>
    /// <param name="section">The section.</param>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">Its contents.</param>
    public List<CodeRegion> GetRegions(ElfSection section, string name, ReadOnlyMemory<byte> bytes)
    {
        List<CodeRegion> regions = [];
        ReadOnlySpan<ElfSymbol> mapping = MappingSymbols(section, bytes.Length);
        int end = mapping.IsEmpty ? bytes.Length : (int)(mapping[0].Address - section.Address);
        AddUnmapped(regions, section, name, bytes, end);
        for (int i = 0; i < mapping.Length; i++)
        {
            int start = (int)(mapping[i].Address - section.Address);
            end = i + 1 < mapping.Length ? (int)(mapping[i + 1].Address - section.Address) : bytes.Length;
            InstructionSet? set = mapping[i].Rank switch
            {
                (byte)'x' => InstructionSet.A64,
                (byte)'a' => InstructionSet.A32,
                (byte)'t' => InstructionSet.T32,
                _ => null,
            };
            if (set is { } known && end > start)
            {
                Add(regions, new CodeRegion(start, end - start, known, Sureness.Symbols));
            }
        }

        return regions;
    }

    // What comes before the first mapping symbol, or all when there is none.
    private void AddUnmapped(List<CodeRegion> regions, ElfSection section, string name, ReadOnlyMemory<byte> bytes, int end)
    {
        if (end == 0)
        {
            return;
        }

        if (_guess is null)
        {
            regions.Add(new CodeRegion(0, end, InstructionSet.A64, Sureness.Sweep));
            return;
        }

        if (!_hasSaidGuess)
        {
            _hasSaidGuess = true;
            _notes.Add(_guess.Note);
        }

        _guess.AddRegions(regions, section, name, bytes.Span[..end]);
    }

    // Runs of the same state are one region.
    private static void Add(List<CodeRegion> regions, CodeRegion region)
    {
        if (regions.Count != 0 && regions[^1] is var last && last.Start + last.Length == region.Start
            && last.InstructionSet == region.InstructionSet && last.Sureness == region.Sureness && region.InstructionSet != InstructionSet.T32)
        {
            regions[^1] = last with { Length = last.Length + region.Length };
        }
        else
        {
            regions.Add(region);
        }
    }

    private ReadOnlySpan<ElfSymbol> MappingSymbols(ElfSection section, int length)
    {
        if (_symbols is null)
        {
            return default;
        }

        int place = _file.IsRelocatable ? section.Index : 0;
        ReadOnlySpan<ElfSymbol> all = _symbols.MappingSymbols;
        int start = ElfSymbol.FirstNotBefore(all, place, section.Address);
        int end = start;
        while (end < all.Length && all[end].Section == place && all[end].Address - section.Address < (ulong)length)
        {
            end++;
        }

        return all[start..end];
    }
}
