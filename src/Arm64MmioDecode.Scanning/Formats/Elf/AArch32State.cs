using System;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Formats.AArch32;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>
/// Guesses whether code without mapping symbols is A32 or T32: by bit 0 of the functions' values, by what most functions are where
/// no function is, by what most of a section looks like when there are none. Procedure linkage tables are A32, but for the M profile,
/// and so are stretches of T32 code that look like A32.
/// </summary>
internal sealed class AArch32State
{
    private readonly ElfFile _file;
    private readonly ElfSymbolReader? _symbols;
    private readonly bool _isMProfile;
    private readonly InstructionSet? _most; // null when there are no functions

    public AArch32State(ElfFile file, ElfSymbolReader? symbols)
    {
        _file = file;
        _symbols = symbols;
        _isMProfile = ArmAttributes.IsMProfile(file);
        long balance = 0;
        foreach (ElfSymbol symbol in symbols?.Functions ?? [])
        {
            if (symbol.IsFunction)
            {
                // A function without a size still counts.
                long weight = (long)Math.Min(symbol.Size, 1 << 20) + 1;
                balance += symbol.IsT32 ? weight : -weight;
            }
        }

        if (_isMProfile || balance != 0)
        {
            _most = _isMProfile || balance > 0 ? InstructionSet.T32 : InstructionSet.A32;
        }
    }

    /// <summary>What the user is told.</summary>
    public string Note => (_most is { } most
        ? $"no mapping symbols: {most} assumed where no function says otherwise"
        : "no symbols of functions: A32 or T32 assumed, which most of a section looks like")
        + "; words that code loads as literals are taken for data";

    /// <summary>Adds the regions of code that has no mapping symbols.</summary>
    public void AddRegions(List<CodeRegion> regions, ElfSection section, string name, ReadOnlySpan<byte> code)
    {
        if (!_isMProfile && (name.StartsWith(".plt", StringComparison.Ordinal) || name is ".iplt"))
        {
            regions.Add(new CodeRegion(0, code.Length, InstructionSet.A32, Sureness.Guess));
            return;
        }

        int start = 0;
        InstructionSet rest = _most ?? GuessedCode.SetOf(code, _file.HasBigEndianCode);
        InstructionSet set = rest;
        foreach (ElfSymbol function in Functions(section, code.Length))
        {
            InstructionSet its = function.IsT32 ? InstructionSet.T32 : InstructionSet.A32;
            int at = (int)(function.Address - section.Address);
            if (at > start && its != set)
            {
                Add(regions, code, start, at, set);
                start = at;
            }

            set = its;
            if (function.Size == 0 || function.Size >= (ulong)(code.Length - at) || set == rest)
            {
                continue;
            }

            // What follows a function of the other state is as most of the code.
            int end = at + (int)function.Size;
            if (end > start)
            {
                Add(regions, code, start, end, set);
                start = end;
                set = rest;
            }
        }

        Add(regions, code, start, code.Length, set);
    }

    private void Add(List<CodeRegion> regions, ReadOnlySpan<byte> code, int start, int end, InstructionSet set) =>
        GuessedCode.AddRegions(regions, code, start, end, set, !_isMProfile, _file.HasBigEndianCode);

    // Of all functions only those of the section are looked at: a file can have many of both.
    private IEnumerable<ElfSymbol> Functions(ElfSection section, int length)
    {
        ElfSymbol[] all = _symbols?.Functions ?? [];
        int place = _file.IsRelocatable ? section.Index : 0;
        for (int i = ElfSymbol.FirstNotBefore(all, place, section.Address); i < all.Length && all[i].Section == place && all[i].Address - section.Address < (ulong)length; i++)
        {
            if (all[i].IsFunction)
            {
                yield return all[i];
            }
        }
    }
}
