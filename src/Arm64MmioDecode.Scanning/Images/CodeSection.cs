using System;
using System.Collections.Generic;

namespace Arm64MmioDecode.Scanning.Images;

/// <summary>A section, or another stretch of a file, that holds instructions.</summary>
public sealed class CodeSection
{
    /// <summary>Creates a section.</summary>
    /// <param name="name">The name, as the file has it.</param>
    /// <param name="index">The number by which the image's symbol and line tables know the section.</param>
    /// <param name="address">The address of the first byte.</param>
    /// <param name="fileOffset">Where the first byte is in the file that the user named (<see cref="Input.ByteSource.FileOffset"/>).</param>
    /// <param name="bytes">The contents.</param>
    /// <param name="regions">What of it is code, in ascending order and without overlaps.</param>
    /// <param name="hasBigEndianCode">Whether A32 and T32 instructions are big-endian.</param>
    public CodeSection(string name, int index, ulong address, long fileOffset, ReadOnlyMemory<byte> bytes, IReadOnlyList<CodeRegion> regions, bool hasBigEndianCode = false)
    {
        Name = name;
        Index = index;
        Address = address;
        FileOffset = fileOffset;
        Bytes = bytes;
        Regions = regions;
        HasBigEndianCode = hasBigEndianCode;
    }

    /// <summary>The name, as the file has it.</summary>
    public string Name { get; }

    /// <summary>The number by which the image's symbol and line tables know the section.</summary>
    public int Index { get; }

    /// <summary>The address of the first byte: virtual, or in relocatable objects the section's own.</summary>
    public ulong Address { get; }

    /// <summary>Where the first byte is in the file that the user named.</summary>
    public long FileOffset { get; }

    /// <summary>The contents.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What of it is code, in ascending order and without overlaps.</summary>
    public IReadOnlyList<CodeRegion> Regions { get; }

    /// <summary>Whether A32 and T32 instructions are big-endian (A64 instructions never are).</summary>
    public bool HasBigEndianCode { get; }
}
