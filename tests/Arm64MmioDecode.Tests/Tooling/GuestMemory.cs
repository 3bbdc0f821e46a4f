using System;
using System.Collections.Generic;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>What a page allows beside reading.</summary>
[Flags]
public enum PageAccess
{
    ReadOnly = 0,
    Write = 1,
    Execute = 2,

    /// <summary>Has allocation tags (FEAT_MTE), all 0 at first. Accesses are not checked against them.</summary>
    Tagged = 4,
}

/// <summary>
/// The memory of a test machine: pages of 4 KiB, everything else unmapped. Copies share their pages until one of
/// them writes.
/// </summary>
public sealed class GuestMemory
{
    public const int PageSize = 4096;

    private readonly SortedDictionary<ulong, Page> _pages = [];

    /// <summary>The addresses of the mapped pages, ascending, and what they allow.</summary>
    public IEnumerable<(ulong Address, PageAccess Access, ReadOnlyMemory<byte> Bytes)> Pages
    {
        get
        {
            foreach (var (address, page) in _pages)
            {
                yield return (address, page.Access, page.Bytes);
            }
        }
    }

    /// <summary>Maps every page of a range, filled with zeros; pages that are mapped already keep their bytes.</summary>
    public void Map(ulong address, int length = PageSize, PageAccess access = PageAccess.Write)
    {
        for (var page = PageOf(address); page <= PageOf(address + (ulong)length - 1); page += PageSize)
        {
            _pages[page] = new Page(_pages.TryGetValue(page, out var old) ? old.Bytes : new byte[PageSize], access, false);
        }
    }

    /// <summary>Sets bytes of mapped pages, whatever access they allow.</summary>
    public void Load(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var target = OwnedBytes(address).AsSpan(OffsetOf(address));
            var length = Math.Min(bytes.Length, target.Length);
            bytes[..length].CopyTo(target);
            bytes = bytes[length..];
            address += (ulong)length;
        }
    }

    /// <summary>The byte at an address that must be mapped.</summary>
    public byte this[ulong address] => _pages[PageOf(address)].Bytes[OffsetOf(address)];

    /// <summary>The first byte of a range that may not be accessed, or null when the whole range may.</summary>
    public ulong? FindFault(ulong address, int length, bool write)
    {
        for (var done = 0; done < length;)
        {
            if (!_pages.TryGetValue(PageOf(address), out var page) || (write && !page.Access.HasFlag(PageAccess.Write)))
            {
                return address;
            }

            var step = PageSize - OffsetOf(address);
            done += step;
            address += (ulong)step;
        }

        return null;
    }

    /// <summary>Reads a range that is mapped; false, with nothing read, when part of it is not.</summary>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        if (FindFault(address, bytes.Length, write: false) is not null)
        {
            return false;
        }

        while (!bytes.IsEmpty)
        {
            var source = _pages[PageOf(address)].Bytes.AsSpan(OffsetOf(address));
            var length = Math.Min(bytes.Length, source.Length);
            source[..length].CopyTo(bytes);
            bytes = bytes[length..];
            address += (ulong)length;
        }

        return true;
    }

    /// <summary>Writes a range that allows it; false, with nothing written, when part of it does not.</summary>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (FindFault(address, bytes.Length, write: true) is not null)
        {
            return false;
        }

        Load(address, bytes);
        return true;
    }

    public GuestMemory Clone()
    {
        var copy = new GuestMemory();
        foreach (var (address, page) in _pages)
        {
            page.Shared = true;
            copy._pages[address] = page;
        }

        return copy;
    }

    /// <summary>The bytes in which two memories with the same pages differ.</summary>
    public IEnumerable<(ulong Address, byte Here, byte There)> Differences(GuestMemory other)
    {
        foreach (var (address, page) in _pages)
        {
            var there = other._pages[address].Bytes;
            if (ReferenceEquals(page.Bytes, there) || page.Bytes.AsSpan().SequenceEqual(there))
            {
                continue;
            }

            for (var i = 0; i < PageSize; i++)
            {
                if (page.Bytes[i] != there[i])
                {
                    yield return (address + (ulong)i, page.Bytes[i], there[i]);
                }
            }
        }
    }

    private static ulong PageOf(ulong address) => address & ~(ulong)(PageSize - 1);

    private static int OffsetOf(ulong address) => (int)(address % PageSize);

    private byte[] OwnedBytes(ulong address)
    {
        if (!_pages.TryGetValue(PageOf(address), out var page))
        {
            throw new ArgumentException($"0x{address:x} is not mapped", nameof(address));
        }

        if (page.Shared)
        {
            _pages[PageOf(address)] = page = new Page((byte[])page.Bytes.Clone(), page.Access, false);
        }

        return page.Bytes;
    }

    private sealed class Page(byte[] bytes, PageAccess access, bool shared)
    {
        public byte[] Bytes { get; } = bytes;

        public PageAccess Access { get; } = access;

        public bool Shared { get; set; } = shared;
    }
}
