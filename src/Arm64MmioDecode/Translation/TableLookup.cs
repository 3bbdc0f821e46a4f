using System.Globalization;

namespace Arm64MmioDecode.Translation;

/// <summary>One lookup of a translation table walk: which descriptor was read where, and what it said.</summary>
public readonly record struct TableLookup
{
    private readonly sbyte _level;
    private readonly byte _stage;

    internal TableLookup(int stage, int level, ulong address, ulong descriptor, TableLookupKind kind, DescriptorUpdates updates = DescriptorUpdates.None)
    {
        Updates = updates;
        _stage = (byte)stage;
        _level = (sbyte)level;
        Address = address;
        Descriptor = descriptor;
        Kind = kind;
    }

    /// <summary>1 for the tables of stage 1, 2 for those of the guest's own stage 2.</summary>
    public int Stage => _stage;

    /// <summary>The level of lookup: -1 to 3 (1 and 2 with short descriptors).</summary>
    public int Level => _level;

    /// <summary>The guest-physical address of the descriptor.</summary>
    public ulong Address { get; }

    /// <summary>The descriptor, in the byte order of the tables; 32 bits with short descriptors. 0 when it could not be read.</summary>
    public ulong Descriptor { get; }

    /// <summary>What the descriptor is.</summary>
    public TableLookupKind Kind { get; }

    /// <summary>What hardware changes in the descriptor before the access, where the guest leaves that to it.</summary>
    public DescriptorUpdates Updates { get; }

    internal TableLookup As(TableLookupKind kind) => new(_stage, _level, Address, Descriptor, kind);

    internal TableLookup With(DescriptorUpdates updates) => new(_stage, _level, Address, Descriptor, Kind, Updates | updates);

    /// <summary>The lookup in words: <c>stage 1 level 2: 0x40012003 at 0x40011008, a table</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        string kind = Kind switch
        {
            TableLookupKind.Table => "a table",
            TableLookupKind.Block => "a block",
            TableLookupKind.Page => "a page",
            TableLookupKind.Unreadable => "no memory",
            _ => "invalid",
        };
        return string.Format(CultureInfo.InvariantCulture, "stage {0} level {1}: 0x{2:x} at 0x{3:x}, {4}", Stage, Level, Descriptor, Address, kind);
    }
}
