using System;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>A symbol that says something of code: a function, a label, or a mapping symbol.</summary>
/// <param name="Address">The address, without the bit that tells T32 functions.</param>
/// <param name="Size">The size in bytes; 0 when it is not known.</param>
/// <param name="NameOffset">Where the name is in the table's strings.</param>
/// <param name="Section">The section's index in a relocatable object, else 0: addresses are unique.</param>
/// <param name="Rank">Which of several at one address is shown: the lowest; functions come before labels.</param>
/// <param name="IsT32">Whether it is a function of T32 code (bit 0 of the value).</param>
internal readonly record struct ElfSymbol(ulong Address, ulong Size, uint NameOffset, int Section, byte Rank, bool IsT32)
{
    /// <summary>The lowest rank of a symbol that is no function.</summary>
    public const byte FirstLabelRank = 4;

    public bool IsFunction => Rank < FirstLabelRank;

    /// <summary>Where the first symbol of a section is that does not lie before an address; the number of symbols when there is none.</summary>
    public static int FirstNotBefore(ReadOnlySpan<ElfSymbol> symbols, int section, ulong address)
    {
        int low = 0;
        int high = symbols.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (symbols[middle].Section < section || (symbols[middle].Section == section && symbols[middle].Address < address))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
