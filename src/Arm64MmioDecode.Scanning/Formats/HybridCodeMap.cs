using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>A stretch of x64 code in an image that also has A64 code.</summary>
internal readonly record struct HybridRange(uint Start, uint Length);

/// <summary>
/// The code map of ARM64EC and ARM64X images, which the load configuration refers to: what is x64 code and what is not. The two low
/// bits of a range's start say which it is; what is in no range is A64 code, as LLVM takes it.
/// </summary>
internal static class HybridCodeMap
{
    private const int LoadConfigurationDirectory = 10;
    private const int MetadataPointerOffset = 200;
    private const uint Amd64Code = 2;

    /// <summary>Returns null for an image without such a map.</summary>
    public static List<HybridRange>? Read(PeHeader header)
    {
        uint address = header.GetDirectory(LoadConfigurationDirectory).Address;
        ReadOnlySpan<byte> configuration = address == 0 ? default : header.GetAtAddress(address);
        if (header.Machine is not (PeCode.Amd64 or PeCode.Arm64 or PeCode.Arm64X) || configuration.Length < MetadataPointerOffset + sizeof(ulong)
            || BinaryPrimitives.ReadUInt32LittleEndian(configuration) < MetadataPointerOffset + sizeof(ulong))
        {
            return null;
        }

        ulong pointer = BinaryPrimitives.ReadUInt64LittleEndian(configuration[MetadataPointerOffset..]);
        ReadOnlySpan<byte> metadata = pointer == 0 ? default : header.GetAtAddress((uint)(pointer - header.ImageBase));
        if (metadata.Length < 12)
        {
            return null;
        }

        ReadOnlySpan<byte> map = header.GetAtAddress(BinaryPrimitives.ReadUInt32LittleEndian(metadata[4..]));
        long count = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(metadata[8..]), map.Length / 8);
        var ranges = new List<HybridRange>();
        for (int i = 0; i < count; i++)
        {
            uint start = BinaryPrimitives.ReadUInt32LittleEndian(map[(i * 8)..]);
            if ((start & 3) == Amd64Code)
            {
                ranges.Add(new HybridRange(start & ~3u, BinaryPrimitives.ReadUInt32LittleEndian(map[((i * 8) + 4)..])));
            }
        }

        ranges.Sort((a, b) => a.Start.CompareTo(b.Start));
        return ranges;
    }

    public static List<CodeRegion> RegionsOf(PeSection section, List<HybridRange> ranges)
    {
        var regions = new List<CodeRegion>();
        ulong end = section.Address;
        ulong last = section.Address + (ulong)section.Length;
        foreach (HybridRange range in ranges)
        {
            Add(regions, section, end, Math.Min(range.Start, last));
            end = Math.Max(end, range.Start + (ulong)range.Length);
        }

        Add(regions, section, end, last);
        return regions;
    }

    private static void Add(List<CodeRegion> regions, PeSection section, ulong start, ulong end)
    {
        if (start < end)
        {
            regions.Add(new CodeRegion((int)(start - section.Address), (int)(end - start), InstructionSet.A64, Sureness.Sweep));
        }
    }
}
