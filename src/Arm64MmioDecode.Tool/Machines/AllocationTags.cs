using System.Collections.Generic;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>The Allocation Tags of memory by the address of the granule, 0 where none was given, and which of them have changed.</summary>
internal sealed class AllocationTags
{
    private readonly Dictionary<ulong, byte> _original = [];
    private readonly SortedDictionary<ulong, byte> _written = [];

    public byte this[ulong granule]
    {
        get => _written.TryGetValue(granule, out byte tag) ? tag : _original.GetValueOrDefault(granule);
        set => _written[granule] = value;
    }

    public void Add(ulong granule, byte tag) => _original[granule] = tag;

    public void Restore() => _written.Clear();

    /// <summary>The tags that differ from those that were added, in ascending order.</summary>
    public IEnumerable<(ulong Granule, byte Tag)> Changes()
    {
        foreach ((ulong granule, byte tag) in _written)
        {
            if (tag != _original.GetValueOrDefault(granule))
            {
                yield return (granule, tag);
            }
        }
    }
}
