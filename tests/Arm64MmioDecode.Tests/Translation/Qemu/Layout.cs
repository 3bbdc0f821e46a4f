using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>One set of registers, tables in memory, and addresses to translate through them.</summary>
internal sealed class Layout : IGuestMemory
{
    /// <summary>Where the guest's machine has RAM that belongs to the layouts; zero but for <see cref="Words"/>.</summary>
    public const ulong ArenaStart = 0x5000_0000;

    /// <summary>The first address behind the RAM; from here on there is nothing at all.</summary>
    public const ulong ArenaEnd = 0x8000_0000;

    public Stage1Registers Registers { get; set; }

    /// <summary>Memory by the address of an aligned 64-bit word, as a little-endian load sees it.</summary>
    public Dictionary<ulong, ulong> Words { get; } = [];

    public List<ulong> Addresses { get; } = [];

    /// <summary>A walk went to devices or to the test program, where the machines need not agree.</summary>
    public bool LeftTheArena { get; set; }

    public bool UsesShortDescriptors => Registers.Regime == Stage1Regime.AArch32EL10 && ((Registers.Tcr >> 31) & 1) == 0;

    public bool BigEndianTables => ((Registers.Sctlr >> 25) & 1) != 0;

    public ulong ReadDescriptor64(ulong address)
    {
        ulong word = Words.GetValueOrDefault(address);
        return BigEndianTables ? BinaryPrimitives.ReverseEndianness(word) : word;
    }

    public void WriteDescriptor64(ulong address, ulong descriptor) =>
        Words[address] = BigEndianTables ? BinaryPrimitives.ReverseEndianness(descriptor) : descriptor;

    public uint ReadDescriptor32(ulong address)
    {
        uint word = (uint)(Words.GetValueOrDefault(address & ~7ul) >> (int)(8 * (address & 4)));
        return BigEndianTables ? BinaryPrimitives.ReverseEndianness(word) : word;
    }

    public void WriteDescriptor32(ulong address, uint descriptor)
    {
        uint word = BigEndianTables ? BinaryPrimitives.ReverseEndianness(descriptor) : descriptor;
        int shift = (int)(8 * (address & 4));
        ulong rest = Words.GetValueOrDefault(address & ~7ul) & ~((ulong)uint.MaxValue << shift);
        Words[address & ~7ul] = rest | ((ulong)word << shift);
    }

    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        if (physicalAddress >= ArenaEnd)
        {
            return false;
        }

        LeftTheArena |= physicalAddress < ArenaStart;
        ulong word = Words.GetValueOrDefault(physicalAddress & ~7ul);
        if (destination.Length == 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, word);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(word >> (int)(8 * (physicalAddress & 4))));
        }

        return true;
    }
}
