using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>
/// Firmware volumes of the UEFI Platform Initialization specification (volume 3): the files in a flash image, down to their PE and
/// TE sections, through encapsulating sections and volumes inside files.
/// </summary>
internal sealed class FirmwareVolumeFormat : IFileFormat
{
    private const int SignatureOffset = 40;
    private const int MinimumHeaderLength = 56;
    private const int ExtendedHeaderLength = 20;
    private const int FileHeaderLength = 24;
    private const int LargeFileHeaderLength = 32;
    private const byte LargeFileAttribute = 0x01;
    private const byte RawFile = 0x01;
    private const byte PadFile = 0xF0;
    private const byte LastFileType = 0xF1;

    private static readonly Guid s_fileSystem2 = new("8c8ce578-8a3d-4f1c-9935-896185c32dd3");
    private static readonly Guid s_fileSystem3 = new("5473c07a-3dcb-4dca-bd6f-1e9689e7349a");

    public string Name => "fv";

    private static ReadOnlySpan<byte> Signature => "_FVH"u8;

    /// <summary>Whether a volume begins in the file, which may have other things before, between and after its volumes.</summary>
    public bool Recognises(ByteSource bytes) => bytes.Length <= int.MaxValue && FindVolume(bytes.GetSpan(0, bytes.Length), 0, out _) >= 0;

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        string? problem = null;
        foreach (FileContent content in ReadVolumes(bytes, options, text => problem ??= text))
        {
            yield return content;
        }

        // Only now: what could be read has been.
        if (problem is not null)
        {
            throw new InvalidImageException(problem);
        }
    }

    internal static IEnumerable<FileContent> ReadVolumes(ByteSource image, ReadOptions options, Action<string> report)
    {
        long position = 0;
        while ((position = FindVolume(image.GetSpan(0, image.Length), (int)position, out Volume volume)) >= 0)
        {
            long there = Math.Min(volume.Length, image.Length - position);
            if (there < volume.Length)
            {
                report($"the firmware volume at 0x{position:x} is cut off: 0x{there:x} of its 0x{volume.Length:x} bytes are there");
            }

            if (volume.HasFiles)
            {
                foreach (FileContent content in ReadFiles(image.Slice(position, there), volume, options, report))
                {
                    yield return content;
                }
            }

            position += there;
        }
    }

    private static IEnumerable<FileContent> ReadFiles(ByteSource bytes, Volume volume, ReadOptions options, Action<string> report)
    {
        long position = volume.HeaderLength;
        if (volume.ExtendedHeader != 0)
        {
            if (volume.ExtendedHeader > bytes.Length - ExtendedHeaderLength)
            {
                report("a firmware volume's extended header lies outside of it");
                yield break;
            }

            position = volume.ExtendedHeader
                + (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes.GetSpan(volume.ExtendedHeader + 16, sizeof(uint)));
        }

        while ((position = (position + 7) & ~7L) <= bytes.Length - FileHeaderLength)
        {
            byte[] header = bytes.GetSpan(position, Math.Min(LargeFileHeaderLength, bytes.Length - position)).ToArray();
            if (IsFree(header.AsSpan(0, FileHeaderLength)))
            {
                yield break;
            }

            (int headerLength, ulong length) = ReadLength(header);
            string name = new Guid(header.AsSpan(0, 16)).ToString("D").ToUpperInvariant();
            if (length < (ulong)headerLength || length > (ulong)(bytes.Length - position))
            {
                report($"firmware file {name}: its size of 0x{length:x} bytes does not fit into its volume");
                yield break;
            }

            byte type = header[18];
            if (type is not (RawFile or PadFile) && type < LastFileType)
            {
                ByteSource file = bytes.Slice(position + headerLength, (long)length - headerLength);
                foreach (FileContent content in new FirmwareFile(file, name, options, report).Read())
                {
                    yield return content;
                }
            }

            position += (long)length;
        }
    }

    private static int FindVolume(ReadOnlySpan<byte> image, int from, out Volume volume)
    {
        while (from < image.Length - SignatureOffset)
        {
            int found = image[(from + SignatureOffset)..].IndexOf(Signature);
            if (found < 0)
            {
                break;
            }

            from += found;
            if (TryReadHeader(image[from..], out volume))
            {
                return from;
            }

            from++;
        }

        volume = default;
        return -1;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> at, out Volume volume)
    {
        volume = default;
        if (at.Length < MinimumHeaderLength)
        {
            return false;
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(at[32..]);
        int headerLength = BinaryPrimitives.ReadUInt16LittleEndian(at[48..]);
        if (headerLength < MinimumHeaderLength || headerLength % 2 != 0 || headerLength > at.Length
            || length < (ulong)headerLength || length > long.MaxValue)
        {
            return false;
        }

        ushort sum = 0;
        for (int i = 0; i < headerLength; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16LittleEndian(at[i..]);
        }

        // Other file systems hold variables and the state of flash updates: no code.
        var fileSystem = new Guid(at.Slice(16, 16));
        bool hasFiles = fileSystem == s_fileSystem2 || fileSystem == s_fileSystem3;
        volume = new Volume((long)length, headerLength, BinaryPrimitives.ReadUInt16LittleEndian(at[52..]), hasFiles);
        return sum == 0;
    }

    // Erased flash reads as ones or as zeros, as the volume's attributes say.
    private static bool IsFree(ReadOnlySpan<byte> header) => !header.ContainsAnyExcept((byte)0xFF) || !header.ContainsAnyExcept((byte)0);

    private static (int HeaderLength, ulong Length) ReadLength(ReadOnlySpan<byte> header)
    {
        if ((header[19] & LargeFileAttribute) == 0)
        {
            return (FileHeaderLength, header[20] | ((uint)header[21] << 8) | ((uint)header[22] << 16));
        }

        return (LargeFileHeaderLength, header.Length < LargeFileHeaderLength ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(header[24..]));
    }

    private readonly record struct Volume(long Length, int HeaderLength, int ExtendedHeader, bool HasFiles);
}
