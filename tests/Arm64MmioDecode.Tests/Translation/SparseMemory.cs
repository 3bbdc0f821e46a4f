using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Translation;
using FluentAssertions;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>A guest's memory for tests: 64-bit words by address; everything else in the RAM ranges is 0, and the rest is nothing.</summary>
internal sealed class SparseMemory : IGuestMemory
{
    private readonly Dictionary<ulong, ulong> _words = [];

    /// <summary>The first address that is no RAM.</summary>
    public ulong End { get; init; } = 1ul << 52;

    public List<ulong> Reads { get; } = [];

    public ulong this[ulong address]
    {
        get => _words.GetValueOrDefault(address);
        set => _words[address] = value;
    }

    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        Reads.Add(physicalAddress);
        (physicalAddress % (ulong)destination.Length).Should().Be(0, "descriptors are read with one aligned access");
        if (physicalAddress >= End)
        {
            return false;
        }

        ulong word = _words.GetValueOrDefault(physicalAddress & ~7ul);
        if (destination.Length == 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, word);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(word >> (8 * (int)(physicalAddress & 4))));
        }

        return true;
    }
}
