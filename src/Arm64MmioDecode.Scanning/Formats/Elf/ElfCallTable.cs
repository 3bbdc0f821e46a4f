using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>Finds the functions that a relocatable object's code calls, section by section.</summary>
internal sealed class ElfCallTable(ElfFile file) : ICallTable
{
    // Of one section; a file that has more keeps the first ones.
    private const int MaximumCalls = 500_000;

    private readonly Dictionary<int, uint> _names = [];
    private int _section = -1;
    private ElfRelocations? _relocations;

    public bool TryFind(CodeSection section, int offset, out string name)
    {
        if (section.Index != _section)
        {
            Read(section.Index);
        }

        name = "";
        if (!_names.TryGetValue(offset, out uint nameOffset))
        {
            return false;
        }

        name = _relocations!.GetName(nameOffset);
        return true;
    }

    private void Read(int section)
    {
        _section = section;
        _names.Clear();
        try
        {
            _relocations = ElfRelocations.Of(file, section);
        }
        catch (InvalidImageException)
        {
            _relocations = null; // names of calls only help to rank
        }

        for (int i = 0; i < (_relocations?.Count ?? 0) && _names.Count < MaximumCalls; i++)
        {
            if (_relocations!.TryGetCall(i, out ulong offset, out uint name) && offset <= int.MaxValue)
            {
                _names.TryAdd((int)offset, name);
            }
        }
    }
}
