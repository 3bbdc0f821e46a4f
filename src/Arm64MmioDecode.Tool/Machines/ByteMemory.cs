using System;
using System.Collections.Generic;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>
/// Memory that consists of exactly the bytes that were put there, wherever they are, and that knows which of them have
/// changed. Addresses wrap modulo 2^64.
/// </summary>
internal sealed class ByteMemory : IDevice
{
    /// <summary>Bytes of memory that share an Allocation Tag.</summary>
    public const int GranuleSize = 16;

    private const int BlockSize = 64;

    private readonly Dictionary<ulong, Block> _blocks = [];

    /// <summary>The Allocation Tags, of granules that are there and of others.</summary>
    public AllocationTags Tags { get; } = new();

    /// <summary>Adds bytes; where there are some already, the new ones count.</summary>
    public void Add(ulong address, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            Block block = BlockAt(address);
            int offset = (int)(address % BlockSize);
            block.Present |= 1ul << offset;
            block.Original[offset] = block.Bytes[offset] = value;
            address++;
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        if (!Contains(address, destination.Length))
        {
            return false;
        }

        for (int i = 0; i < destination.Length; i++)
        {
            ulong at = address + (ulong)i;
            destination[i] = _blocks[at / BlockSize].Bytes[at % BlockSize];
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!Contains(address, bytes.Length))
        {
            return false;
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            ulong at = address + (ulong)i;
            _blocks[at / BlockSize].Bytes[at % BlockSize] = bytes[i];
        }

        return true;
    }

    /// <summary>Reads the tag of a granule, all of which has to be there.</summary>
    public bool TryReadTag(ulong address, out byte tag)
    {
        tag = Tags[address];
        return Contains(address, GranuleSize);
    }

    /// <summary>Writes the tag of a granule, all of which has to be there.</summary>
    public bool TryWriteTag(ulong address, byte tag)
    {
        bool isThere = Contains(address, GranuleSize);
        if (isThere)
        {
            Tags[address] = tag;
        }

        return isThere;
    }

    /// <summary>Undoes every write.</summary>
    public void Restore()
    {
        Tags.Restore();
        foreach (Block block in _blocks.Values)
        {
            block.Original.CopyTo(block.Bytes, 0);
        }
    }

    /// <summary>The bytes that differ from what was added, as runs of consecutive ones in ascending order.</summary>
    public IEnumerable<(ulong Address, byte[] Bytes)> Changes()
    {
        List<ulong> numbers = [];
        foreach ((ulong number, Block block) in _blocks)
        {
            if (!block.Bytes.AsSpan().SequenceEqual(block.Original))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        List<byte> run = [];
        ulong start = 0;
        foreach (ulong number in numbers)
        {
            Block block = _blocks[number];
            for (int offset = 0; offset < BlockSize; offset++)
            {
                ulong address = (number * BlockSize) + (ulong)offset;
                bool changed = block.Bytes[offset] != block.Original[offset];
                if (run.Count != 0 && (!changed || start + (ulong)run.Count != address))
                {
                    yield return (start, run.ToArray());
                    run.Clear();
                }

                if (changed)
                {
                    start = run.Count == 0 ? address : start;
                    run.Add(block.Bytes[offset]);
                }
            }
        }

        if (run.Count != 0)
        {
            yield return (start, run.ToArray());
        }
    }

    private bool Contains(ulong address, int length)
    {
        for (int i = 0; i < length; i++)
        {
            ulong at = address + (ulong)i;
            if (!_blocks.TryGetValue(at / BlockSize, out Block? block) || ((block.Present >> (int)(at % BlockSize)) & 1) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private Block BlockAt(ulong address)
    {
        ulong number = address / BlockSize;
        if (!_blocks.TryGetValue(number, out Block? block))
        {
            _blocks.Add(number, block = new Block());
        }

        return block;
    }

    private sealed class Block
    {
        public byte[] Bytes { get; } = new byte[BlockSize];

        public byte[] Original { get; } = new byte[BlockSize];

        public ulong Present { get; set; }
    }
}
