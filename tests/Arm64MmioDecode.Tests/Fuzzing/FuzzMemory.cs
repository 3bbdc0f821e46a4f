using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>A small machine's RAM from address 0 on, which counts what is done to it, remembers each write, and can take them back.</summary>
internal sealed class FuzzMemory : IGuestRam, IAtomicGuestMemory
{
    public const int PageSize = 4096;
    public const int TablePages = 64;
    public const int Pages = 96;
    public const ulong Size = Pages * PageSize;

    /// <summary>The last pages can be read only.</summary>
    public const ulong RomStart = (Pages - 4) * PageSize;

    private const int MostWrites = 16384;

    private readonly byte[] _bytes = new byte[Size];
    private readonly (ulong Address, int Length, int Old, bool IsUpdate)[] _log = new (ulong, int, int, bool)[MostWrites];
    private readonly byte[] _old = new byte[1 << 20];
    private int _oldUsed;

    public int Reads { get; set; }

    public int WriteCount { get; private set; }

    public (ulong Address, int Length, bool IsUpdate) Write(int index) => (_log[index].Address, _log[index].Length, _log[index].IsUpdate);

    /// <summary>What an exchange of eight bytes changed.</summary>
    public ulong ChangedBits(int index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(_old.AsSpan(_log[index].Old)) ^ BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan((int)_log[index].Address));

    public Span<byte> Page(int number) => _bytes.AsSpan(number * PageSize, PageSize);

    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        Reads++;
        if (!Holds(physicalAddress, destination.Length))
        {
            return false;
        }

        _bytes.AsSpan((int)physicalAddress, destination.Length).CopyTo(destination);
        return true;
    }

    public bool Contains(ulong physicalAddress, bool write) => physicalAddress < (write ? RomStart : Size);

    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source)
    {
        if (!Holds(physicalAddress, source.Length) || physicalAddress + (ulong)source.Length > RomStart)
        {
            return false;
        }

        Store(physicalAddress, source, isUpdate: false);
        return true;
    }

    public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous)
    {
        previous = 0;
        if ((physicalAddress & 7) != 0 || physicalAddress >= RomStart)
        {
            return false;
        }

        previous = BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan((int)physicalAddress));
        if (previous == comparand)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, replacement);
            Store(physicalAddress, bytes, isUpdate: true);
        }

        return true;
    }

    public bool TryLoad64(ulong address, bool bigEndian, out ulong value)
    {
        value = 0;
        if (!Holds(address, 8))
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = _bytes.AsSpan((int)address);
        value = bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return true;
    }

    public bool TryLoad32(ulong address, bool bigEndian, out uint value)
    {
        value = 0;
        if (!Holds(address, 4))
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = _bytes.AsSpan((int)address);
        value = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return true;
    }

    /// <summary>Takes all writes back, the last one first.</summary>
    public void Undo()
    {
        for (int i = WriteCount - 1; i >= 0; i--)
        {
            _old.AsSpan(_log[i].Old, _log[i].Length).CopyTo(_bytes.AsSpan((int)_log[i].Address));
        }

        WriteCount = 0;
        _oldUsed = 0;
    }

    private void Store(ulong address, ReadOnlySpan<byte> bytes, bool isUpdate)
    {
        _log[WriteCount++] = (address, bytes.Length, _oldUsed, isUpdate);
        _bytes.AsSpan((int)address, bytes.Length).CopyTo(_old.AsSpan(_oldUsed));
        _oldUsed += bytes.Length;
        bytes.CopyTo(_bytes.AsSpan((int)address));
    }

    private static bool Holds(ulong address, int length) => address < Size && (ulong)length <= Size - address;
}
