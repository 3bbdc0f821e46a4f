using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Handling;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>A guest's memory for tests: pages that exist when written to, and a log of what was read.</summary>
internal sealed class TestRam : IGuestRam
{
    private const int PageSize = 4096;
    private readonly Dictionary<ulong, byte[]> _pages = [];

    /// <summary>Every read, successful or not.</summary>
    public List<(ulong Address, int Length)> Reads { get; } = [];

    /// <summary>Called before each read and write, to change things at that moment.</summary>
    public Action? BeforeAccess { get; set; }

    /// <summary>All pages with their addresses.</summary>
    public IEnumerable<(ulong Address, byte[] Bytes)> Pages => _pages.Select(page => (page.Key * PageSize, page.Value));

    /// <summary>Makes a page of zeros.</summary>
    public void Add(ulong address) => _pages.TryAdd(address / PageSize, new byte[PageSize]);

    /// <summary>Takes a page away.</summary>
    public void Remove(ulong address) => _pages.Remove(address / PageSize);

    /// <summary>Writes bytes, making pages as needed; for the test itself.</summary>
    public void Store(ulong address, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            Add(address + (ulong)i);
            _pages[(address + (ulong)i) / PageSize][(address + (ulong)i) % PageSize] = bytes[i];
        }
    }

    public void Store16(ulong address, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Store(address, bytes);
    }

    public void Store32(ulong address, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Store(address, bytes);
    }

    public void Store64(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Store(address, bytes);
    }

    public byte[] Load(ulong address, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = _pages.TryGetValue((address + (ulong)i) / PageSize, out var page) ? page[(address + (ulong)i) % PageSize] : (byte)0;
        }

        return bytes;
    }

    public bool Contains(ulong physicalAddress, bool write) => _pages.ContainsKey(physicalAddress / PageSize);

    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        BeforeAccess?.Invoke();
        Reads.Add((physicalAddress, destination.Length));
        if (!_pages.TryGetValue(physicalAddress / PageSize, out var page) || (physicalAddress % PageSize) + (ulong)destination.Length > PageSize)
        {
            return false;
        }

        page.AsSpan((int)(physicalAddress % PageSize), destination.Length).CopyTo(destination);
        return true;
    }

    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source)
    {
        BeforeAccess?.Invoke();
        if (!_pages.TryGetValue(physicalAddress / PageSize, out var page) || (physicalAddress % PageSize) + (ulong)source.Length > PageSize)
        {
            return false;
        }

        source.CopyTo(page.AsSpan((int)(physicalAddress % PageSize)));
        return true;
    }
}
