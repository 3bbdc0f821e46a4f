using System;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>Labels without lengths: each reaches to the next one in its section.</summary>
internal sealed class LabelTable : ISymbolTable
{
    private readonly Dictionary<int, CodeSymbol[]> _sections = [];

    /// <param name="labels">Sections by <see cref="CodeSection.Index"/>; of labels at one address the first counts.</param>
    public LabelTable(IEnumerable<(int Section, CodeSymbol Symbol)> labels)
    {
        var lists = new Dictionary<int, List<CodeSymbol>>();
        foreach ((int section, CodeSymbol symbol) in labels)
        {
            if (!lists.TryGetValue(section, out List<CodeSymbol>? list))
            {
                lists.Add(section, list = []);
            }

            list.Add(symbol);
        }

        foreach ((int section, List<CodeSymbol> list) in lists)
        {
            _sections.Add(section, Sort(list));
        }
    }

    public bool IsEmpty => _sections.Count == 0;

    public bool TryFind(CodeSection section, ulong address, out CodeSymbol symbol)
    {
        symbol = default;
        if (!_sections.TryGetValue(section.Index, out CodeSymbol[]? symbols))
        {
            return false;
        }

        int low = 0;
        int high = symbols.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (symbols[middle].Address <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == 0)
        {
            return false;
        }

        symbol = symbols[low - 1];
        return true;
    }

    private static CodeSymbol[] Sort(List<CodeSymbol> list)
    {
        var order = new int[list.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => list[a].Address != list[b].Address ? list[a].Address.CompareTo(list[b].Address) : a.CompareTo(b));
        var sorted = new List<CodeSymbol>(order.Length);
        foreach (int i in order)
        {
            if (sorted.Count == 0 || sorted[^1].Address != list[i].Address)
            {
                sorted.Add(list[i]);
            }
        }

        return [.. sorted];
    }
}
