using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Makes firmware volumes as the UEFI Platform Initialization specification (volume 3) describes them.</summary>
internal static class FirmwareBuilder
{
    public const byte Pe32 = 0x10;
    public const byte Te = 0x12;
    public const byte VolumeImage = 0x17;
    public const byte RawFile = 0x01;
    public const byte DriverFile = 0x07;
    public const byte PadFile = 0xF0;

    public static readonly Guid LzmaSection = new("ee4e5898-3914-4259-9d6e-dc7bd79403cf");
    public static readonly Guid TianoSection = new("a31280ad-481e-41b6-95e8-127f4c984779");
    public static readonly Guid CrcSection = new("fc1bcdb0-7d31-49aa-936a-a4600d9dd083");

    private static readonly Guid s_fileSystem2 = new("8c8ce578-8a3d-4f1c-9935-896185c32dd3");

    public static byte[] Section(byte type, byte[] body, bool isLarge = false)
    {
        byte[] header = isLarge ? [0xFF, 0xFF, 0xFF, type, 0, 0, 0, 0] : [0, 0, 0, type];
        byte[] section = [.. header, .. body];
        if (isLarge)
        {
            BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(4), section.Length);
        }
        else
        {
            WriteUInt24(section, 0, section.Length);
        }

        return section;
    }

    /// <param name="format">What processing the data needs.</param>
    /// <param name="data">The format's own header and the data.</param>
    /// <param name="headerLength">The length of that header.</param>
    /// <param name="attributes">1 when the data cannot be read without processing.</param>
    public static byte[] Guided(Guid format, byte[] data, int headerLength = 0, byte attributes = 1) =>
        Section(0x02, [.. format.ToByteArray(), (byte)(24 + headerLength), 0, attributes, 0, .. data]);

    public static byte[] Uncompressed(byte[] sections) => Section(0x01, [0, 0, 0, 0, 0, .. sections]);

    /// <param name="packed">Sections in the compression of the UEFI specification.</param>
    /// <param name="length">Their length.</param>
    public static byte[] Compressed(byte[] packed, int length) => Section(0x01, [.. BitConverter.GetBytes(length), 1, .. packed]);

    public static byte[] Named(string name) => Section(0x15, Encoding.Unicode.GetBytes(name + "\0"));

    /// <summary>Sections one after the other, each at a multiple of four.</summary>
    public static byte[] Sections(params byte[][] sections)
    {
        List<byte> all = [];
        foreach (byte[] section in sections)
        {
            Pad(all, 4, 0);
            all.AddRange(section);
        }

        return [.. all];
    }

    public static byte[] File(Guid name, byte type, byte[] body, bool isLarge = false)
    {
        int headerLength = isLarge ? 32 : 24;
        byte[] file = [.. name.ToByteArray(), .. new byte[headerLength - 16], .. body];
        file[18] = type;
        file[19] = isLarge ? (byte)1 : (byte)0;
        if (isLarge)
        {
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(24), file.Length);
        }
        else
        {
            WriteUInt24(file, 20, file.Length);
        }

        file[23] = 0xF8;
        return file;
    }

    public static byte[] Volume(bool hasExtendedHeader, params byte[][] files)
    {
        List<byte> volume = [.. new byte[72]];
        if (hasExtendedHeader)
        {
            volume.AddRange([.. Guid.NewGuid().ToByteArray(), 20, 0, 0, 0]);
        }

        foreach (byte[] file in files)
        {
            Pad(volume, 8, 0xFF);
            volume.AddRange(file);
        }

        Pad(volume, 8, 0xFF);
        volume.AddRange(Enumerable.Repeat((byte)0xFF, 256));
        byte[] bytes = [.. volume];
        s_fileSystem2.ToByteArray().CopyTo(bytes, 16);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), bytes.Length);
        "_FVH"u8.CopyTo(bytes.AsSpan(40));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(48), 72);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(52), (ushort)(hasExtendedHeader ? 72 : 0));
        bytes[55] = 2;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(56), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(60), bytes.Length);
        ushort sum = 0;
        for (int i = 0; i < 72; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i));
        }

        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(50), (ushort)-sum);
        return bytes;
    }

    /// <summary>Strips a PE image to a terse one (volume 1, TE image).</summary>
    public static byte[] ToTerse(byte[] image)
    {
        int pe = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x3C));
        int optional = pe + 24;
        int stripped = optional + BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(pe + 20));
        byte[] header = new byte[40];
        "VZ"u8.CopyTo(header);
        image.AsSpan(pe + 4, 2).CopyTo(header.AsSpan(2));
        header[4] = image[pe + 6];
        header[5] = image[optional + 68];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), (ushort)stripped);
        image.AsSpan(optional + 16, 8).CopyTo(header.AsSpan(8));
        image.AsSpan(optional + 24, 8).CopyTo(header.AsSpan(16));
        return [.. header, .. image[stripped..]];
    }

    private static void Pad(List<byte> bytes, int alignment, byte value)
    {
        while (bytes.Count % alignment != 0)
        {
            bytes.Add(value);
        }
    }

    private static void WriteUInt24(byte[] bytes, int offset, int value)
    {
        bytes[offset] = (byte)value;
        bytes[offset + 1] = (byte)(value >> 8);
        bytes[offset + 2] = (byte)(value >> 16);
    }
}
