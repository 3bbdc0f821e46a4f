using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The checksum of LZ4's frames: XXH32 with the seed 0 (doc/xxhash_spec.md of xxHash).</summary>
internal static class XxHash32
{
    private const uint Prime1 = 0x9E3779B1;
    private const uint Prime2 = 0x85EBCA77;
    private const uint Prime3 = 0xC2B2AE3D;
    private const uint Prime4 = 0x27D4EB2F;
    private const uint Prime5 = 0x165667B1;
    private const int StripeLength = 16;

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var length = (uint)data.Length;
        uint hash = (data.Length >= StripeLength ? ReadStripes(ref data) : Prime5) + length;
        for (; data.Length >= sizeof(uint); data = data[sizeof(uint)..])
        {
            hash = BitOperations.RotateLeft(hash + (BinaryPrimitives.ReadUInt32LittleEndian(data) * Prime3), 17) * Prime4;
        }

        foreach (byte value in data)
        {
            hash = BitOperations.RotateLeft(hash + (value * Prime5), 11) * Prime1;
        }

        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    private static uint ReadStripes(ref ReadOnlySpan<byte> data)
    {
        uint a = unchecked(Prime1 + Prime2);
        uint b = Prime2;
        uint c = 0;
        uint d = unchecked(0 - Prime1);
        for (; data.Length >= StripeLength; data = data[StripeLength..])
        {
            a = Round(a, BinaryPrimitives.ReadUInt32LittleEndian(data));
            b = Round(b, BinaryPrimitives.ReadUInt32LittleEndian(data[4..]));
            c = Round(c, BinaryPrimitives.ReadUInt32LittleEndian(data[8..]));
            d = Round(d, BinaryPrimitives.ReadUInt32LittleEndian(data[12..]));
        }

        return BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
    }

    private static uint Round(uint sum, uint input) => BitOperations.RotateLeft(sum + (input * Prime2), 13) * Prime1;
}
