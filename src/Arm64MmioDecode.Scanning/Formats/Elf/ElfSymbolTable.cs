using System;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>Finds the function at an address.</summary>
internal sealed class ElfSymbolTable : ISymbolTable
{
    // How many symbols before an address are asked whether they reach it: functions nest seldom, and never deeply.
    private const int MaximumSteps = 64;

    private readonly ElfSymbol[] _symbols;
    private readonly ReadOnlyMemory<byte> _strings;
    private readonly bool _bySection;

    // The last answer, and the addresses for which it holds: findings come in order.
    private CodeSymbol _last;
    private bool _hasLast;
    private int _lastSection = -1;
    private ulong _lastStart;
    private ulong _lastEnd;

    public ElfSymbolTable(ElfSymbolReader symbols, bool isRelocatable)
    {
        _symbols = symbols.Functions;
        _strings = symbols.Strings;
        _bySection = isRelocatable;
    }

    public bool TryFind(CodeSection section, ulong address, out CodeSymbol symbol)
    {
        int place = _bySection ? section.Index : 0;
        if (place != _lastSection || address < _lastStart || address >= _lastEnd)
        {
            Find(place, section, address);
        }

        symbol = _last;
        return _hasLast;
    }

    private void Find(int place, CodeSection section, ulong address)
    {
        int next = FirstAfter(place, address);
        _lastSection = place;
        _lastStart = address;
        _lastEnd = next < _symbols.Length && _symbols[next].Section == place ? _symbols[next].Address : ulong.MaxValue;
        int chosen = -1;
        for (int i = next - 1; i >= Math.Max(0, next - MaximumSteps) && _symbols[i].Section == place && _symbols[i].Address >= section.Address; i--)
        {
            ElfSymbol candidate = _symbols[i];
            if (candidate.Size != 0 && address - candidate.Address >= candidate.Size)
            {
                continue; // it ends before
            }

            if (chosen < 0)
            {
                chosen = i;
                continue;
            }

            // A function that reaches the address before what only lies before it; of several at one address the lowest rank.
            ElfSymbol best = _symbols[chosen];
            if (candidate.Address == best.Address ? Reaches(candidate) || !Reaches(best) : Reaches(candidate) && !Reaches(best))
            {
                chosen = i;
            }
            else if (candidate.Address != best.Address && Reaches(best))
            {
                break;
            }
        }

        _hasLast = chosen >= 0;
        if (_hasLast)
        {
            ElfSymbol best = _symbols[chosen];
            _last = new CodeSymbol(ElfFile.GetString(_strings, best.NameOffset), best.Address);
            _lastEnd = best.Size != 0 ? Math.Min(_lastEnd, best.Address + best.Size) : _lastEnd;
        }
    }

    private static bool Reaches(ElfSymbol symbol) => symbol.IsFunction && symbol.Size != 0;

    // The first symbol that lies after an address.
    private int FirstAfter(int place, ulong address)
    {
        int low = 0;
        int high = _symbols.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            ElfSymbol symbol = _symbols[middle];
            if (symbol.Section < place || (symbol.Section == place && symbol.Address <= address))
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
