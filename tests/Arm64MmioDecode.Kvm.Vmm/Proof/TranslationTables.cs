using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>What a mapping is for.</summary>
internal enum MemoryKind
{
    /// <summary>Normal memory with code: read-only and executable at EL1 and EL0.</summary>
    Code,

    /// <summary>Normal memory with data: read and write at EL1 and EL0, not executable.</summary>
    Data,

    /// <summary>Device-nGnRnE: read and write at EL1 and EL0, not executable.</summary>
    Device,
}

/// <summary>Builds translation tables in the guest's memory.</summary>
internal abstract class TranslationTables(KvmGuestMemory memory, ulong start, bool bigEndian)
{
    private ulong _free = start;

    /// <summary>The table that TTBR points to.</summary>
    public ulong Root { get; protected set; }

    /// <summary>MAIR_EL1 (MAIR0) for all tables here: 0 is Device-nGnRnE, 1 is Normal write-back.</summary>
    public static ulong MemoryAttributes => 0xff00;

    public abstract void Map(ulong virtualAddress, ulong physicalAddress, ulong size, MemoryKind kind);

    protected ulong Allocate(ulong size)
    {
        _free = (_free + size - 1) & ~(size - 1);
        ulong table = _free;
        _free += size;
        memory.GetSpan(table, (int)size).Clear();
        return table;
    }

    protected ulong Read64(ulong address)
    {
        ReadOnlySpan<byte> bytes = memory.GetSpan(address, 8);
        return bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    protected void Write64(ulong address, ulong value)
    {
        Span<byte> bytes = memory.GetSpan(address, 8);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
    }

    protected uint Read32(ulong address)
    {
        ReadOnlySpan<byte> bytes = memory.GetSpan(address, 4);
        return bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    protected void Write32(ulong address, uint value)
    {
        Span<byte> bytes = memory.GetSpan(address, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
    }
}

/// <summary>VMSAv8-64 tables, and the AArch32 long-descriptor tables, which have the same format.</summary>
internal sealed class LongTables : TranslationTables
{
    private readonly int _granuleBits;
    private readonly int _addressBits;
    private readonly int _startLevel;

    /// <param name="memory">The guest's memory.</param>
    /// <param name="start">Where there is room for tables.</param>
    /// <param name="bigEndian">The byte order of table walks.</param>
    /// <param name="granuleBits">12, 14 or 16.</param>
    /// <param name="addressBits">Size of the virtual addresses.</param>
    public LongTables(KvmGuestMemory memory, ulong start, bool bigEndian, int granuleBits, int addressBits)
        : base(memory, start, bigEndian)
    {
        _granuleBits = granuleBits;
        _addressBits = addressBits;
        int perLevel = granuleBits - 3;
        _startLevel = 4 - ((addressBits - granuleBits + perLevel - 1) / perLevel);
        Root = Allocate(1ul << granuleBits);
    }

    public override void Map(ulong virtualAddress, ulong physicalAddress, ulong size, MemoryKind kind)
    {
        const ulong AccessFlag = 1ul << 10;
        const ulong InnerShareable = 3ul << 8;
        const ulong UserAccess = 1ul << 6;
        const ulong ReadOnly = 1ul << 7;
        const ulong NeverExecute = (1ul << 54) | (1ul << 53);
        ulong attributes = kind switch
        {
            MemoryKind.Code => (1ul << 2) | ReadOnly,
            MemoryKind.Data => (1ul << 2) | NeverExecute,
            _ => NeverExecute,
        };
        attributes |= AccessFlag | InnerShareable | UserAccess | 3;
        ulong page = 1ul << _granuleBits;
        for (ulong done = 0; done < size; done += page)
        {
            Write64(EntryOf(virtualAddress + done), (physicalAddress + done) | attributes);
        }
    }

    /// <summary>The address of the level 3 descriptor for a virtual address; makes the tables above it.</summary>
    public ulong EntryOf(ulong virtualAddress)
    {
        int perLevel = _granuleBits - 3;
        ulong address = virtualAddress & ((1ul << _addressBits) - 1);
        ulong table = Root;
        for (int level = _startLevel; ; level++)
        {
            int shift = _granuleBits + ((3 - level) * perLevel);
            ulong index = address >> shift;
            if (level != _startLevel)
            {
                index &= (1ul << perLevel) - 1;
            }

            ulong entry = table + (index * 8);
            if (level == 3)
            {
                return entry;
            }

            ulong next = Read64(entry);
            if (next == 0)
            {
                next = Allocate(1ul << _granuleBits) | 3;
                Write64(entry, next);
            }

            table = next & ~3ul;
        }
    }
}

/// <summary>AArch32 short-descriptor tables with small pages.</summary>
internal sealed class ShortTables : TranslationTables
{
    public ShortTables(KvmGuestMemory memory, ulong start, bool bigEndian)
        : base(memory, start, bigEndian) => Root = Allocate(0x4000);

    public override void Map(ulong virtualAddress, ulong physicalAddress, ulong size, MemoryKind kind)
    {
        const uint SmallPage = 2;
        const uint NeverExecute = 1;
        const uint WriteBack = (1 << 6) | (3 << 2); // TEX 001, C, B; all 0 is strongly ordered
        const uint FullAccess = 3 << 4;
        const uint ReadOnly = (1 << 9) | (2 << 4);
        uint attributes = kind switch
        {
            MemoryKind.Code => WriteBack | ReadOnly,
            MemoryKind.Data => WriteBack | FullAccess | NeverExecute,
            _ => FullAccess | NeverExecute,
        };
        for (ulong done = 0; done < size; done += 0x1000)
        {
            ulong address = virtualAddress + done;
            ulong entry = Root + ((address >> 20) * 4);
            uint table = Read32(entry);
            if (table == 0)
            {
                table = (uint)Allocate(0x400) | 1;
                Write32(entry, table);
            }

            Write32((table & ~0x3ffu) + (((address >> 12) & 0xff) * 4), (uint)(physicalAddress + done) | attributes | SmallPage);
        }
    }
}
