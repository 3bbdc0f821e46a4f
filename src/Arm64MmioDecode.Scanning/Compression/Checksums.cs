using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The reflected CRCs of gzip, xz and U-Boot (CRC-32 of ISO 3309) and of xz (CRC-64 of ECMA-182), eight bytes a step.</summary>
internal static class Checksums
{
    private static readonly ulong[] s_crc32Tables = MakeTables(0xEDB88320);
    private static readonly ulong[] s_crc64Tables = MakeTables(0xC96C5795D7870F42);

    public static uint Crc32(ReadOnlySpan<byte> data, uint seed = 0) => (uint)~Update(s_crc32Tables, data, ~seed & 0xFFFFFFFFUL);

    public static ulong Crc64(ReadOnlySpan<byte> data) => ~Update(s_crc64Tables, data, ulong.MaxValue);

    /// <summary>The checksum of zlib (RFC 1950), which lzop uses.</summary>
    public static uint Adler32(ReadOnlySpan<byte> data)
    {
        const uint modulus = 65521;
        const int longest = 5552; // of so many bytes the sums fit into 32 bits
        uint a = 1;
        uint b = 0;
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> part = data[..Math.Min(data.Length, longest)];
            foreach (byte value in part)
            {
                a += value;
                b += a;
            }

            a %= modulus;
            b %= modulus;
            data = data[part.Length..];
        }

        return (b << 16) | a;
    }

    private static ulong Update(ulong[] tables, ReadOnlySpan<byte> data, ulong crc)
    {
        while (data.Length >= 8)
        {
            ulong bits = crc ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            crc = 0;
            for (int i = 7; i >= 0; i--, bits >>= 8)
            {
                crc ^= tables[(i << 8) | (byte)bits];
            }

            data = data[8..];
        }

        foreach (byte value in data)
        {
            crc = tables[(byte)crc ^ value] ^ (crc >> 8);
        }

        return crc;
    }

    private static ulong[] MakeTables(ulong polynomial)
    {
        var tables = new ulong[8 * 256];
        for (int i = 0; i < 256; i++)
        {
            ulong crc = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
            }

            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        }

        return tables;
    }
}
