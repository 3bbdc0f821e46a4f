using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Debugging;

/// <summary>Reads the values that DWARF sections are made of. Beyond the end everything reads as 0, and <see cref="Failed"/> says so.</summary>
internal ref struct DwarfReader(ReadOnlySpan<byte> bytes, int position, bool isBigEndian)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly bool _isBigEndian = isBigEndian;

    public int Position { get; private set; } = Math.Min(position, bytes.Length);

    public bool Failed { get; private set; } = position > bytes.Length;

    public readonly bool IsAtEnd => Failed || Position == _bytes.Length;

    public byte ReadByte() => TryTake(1, out ReadOnlySpan<byte> taken) ? taken[0] : (byte)0;

    public ushort ReadUInt16() => !TryTake(sizeof(ushort), out ReadOnlySpan<byte> taken) ? (ushort)0
        : _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(taken) : BinaryPrimitives.ReadUInt16LittleEndian(taken);

    public uint ReadUInt32() => !TryTake(sizeof(uint), out ReadOnlySpan<byte> taken) ? 0
        : _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(taken) : BinaryPrimitives.ReadUInt32LittleEndian(taken);

    public ulong ReadUInt64() => !TryTake(sizeof(ulong), out ReadOnlySpan<byte> taken) ? 0
        : _isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(taken) : BinaryPrimitives.ReadUInt64LittleEndian(taken);

    public ulong ReadUnsigned(int length) => length switch
    {
        1 => ReadByte(),
        2 => ReadUInt16(),
        4 => ReadUInt32(),
        8 => ReadUInt64(),
        _ => Skip(length),
    };

    public ulong ReadUleb128()
    {
        ulong value = 0;
        for (int shift = 0; !Failed; shift += 7)
        {
            byte part = ReadByte();
            value |= shift < 64 ? (ulong)(part & 0x7F) << shift : 0;
            if (part < 0x80)
            {
                break;
            }
        }

        return value;
    }

    public long ReadSleb128()
    {
        ulong value = 0;
        int shift = 0;
        byte part;
        do
        {
            part = ReadByte();
            value |= shift < 64 ? (ulong)(part & 0x7F) << shift : 0;
            shift += 7;
        }
        while (part >= 0x80 && !Failed);

        return (part & 0x40) != 0 && shift < 64 ? (long)(value | (ulong.MaxValue << shift)) : (long)value;
    }

    /// <summary>Goes back to a place where the reader has been; a failed one stays failed.</summary>
    public void Rewind(int position)
    {
        if (!Failed)
        {
            Position = position;
        }
    }

    /// <summary>Reads up to a zero byte, which is skipped.</summary>
    public ReadOnlySpan<byte> ReadString()
    {
        ReadOnlySpan<byte> rest = _bytes[Position..];
        int length = rest.IndexOf((byte)0);
        if (length < 0)
        {
            Fail();
            return default;
        }

        Position += length + 1;
        return rest[..length];
    }

    public ulong Skip(ulong length)
    {
        if (length > (ulong)(_bytes.Length - Position))
        {
            Fail();
        }
        else
        {
            Position += (int)length;
        }

        return 0;
    }

    private ulong Skip(int length) => Skip((ulong)length);

    private bool TryTake(int length, out ReadOnlySpan<byte> taken)
    {
        if (length > _bytes.Length - Position)
        {
            Fail();
            taken = default;
            return false;
        }

        taken = _bytes.Slice(Position, length);
        Position += length;
        return true;
    }

    private void Fail()
    {
        Failed = true;
        Position = _bytes.Length;
    }
}
