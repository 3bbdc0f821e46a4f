using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>
/// The device that recorded exits are replayed against, at IPA 0x09000000: a block of registers, then memory with a pattern
/// that shows whether the right bytes arrived in the right register.
/// </summary>
internal sealed class SampleDevice : IDevice
{
    /// <summary>The intermediate physical address of the first register.</summary>
    public const ulong BaseAddress = 0x0900_0000;

    /// <summary>What the device looks like, for people.</summary>
    public const string Description =
        "64 registers of 4 bytes at 0x9000000 (0x0: \"MMIO\", 0x4: reads so far, 0x8: writes so far, others: 0xc0de0000 + offset until written), "
        + "then memory up to 0x9010000 in which each byte is the low byte of its address until written";

    private const int Size = 0x1_0000;
    private const int MemoryStart = 0x100;
    private const int ReadCounter = 4;
    private const int WriteCounter = 8;
    private const int FirstScratchRegister = 12;
    private const uint Identification = 0x4F494D4D; // "MMIO" in ascending order of bytes

    private readonly byte[] _bytes = new byte[Size];

    public SampleDevice()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, Identification);
        for (int offset = FirstScratchRegister; offset < MemoryStart; offset += sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(offset), 0xC0DE_0000 | (uint)offset);
        }

        for (int offset = MemoryStart; offset < Size; offset++)
        {
            _bytes[offset] = (byte)offset;
        }
    }

    /// <summary>How many reads the device has answered.</summary>
    public int Reads { get; private set; }

    /// <summary>How many writes the device has accepted.</summary>
    public int Writes { get; private set; }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        if (!TryGetOffset(address, destination.Length, out int offset))
        {
            return false;
        }

        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(ReadCounter), Reads++);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(WriteCounter), Writes);
        _bytes.AsSpan(offset, destination.Length).CopyTo(destination);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!TryGetOffset(address, bytes.Length, out int offset))
        {
            return false;
        }

        Writes++;
        for (int i = 0; i < bytes.Length; i++)
        {
            // The first three registers are read-only.
            if (offset + i >= FirstScratchRegister)
            {
                _bytes[offset + i] = bytes[i];
            }
        }

        return true;
    }

    private static bool TryGetOffset(ulong address, int length, out int offset)
    {
        ulong distance = address - BaseAddress;
        offset = (int)Math.Min(distance, Size);
        return offset + length <= Size;
    }
}
