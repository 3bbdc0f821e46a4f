using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.DeviceTrees;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>
/// A flattened image tree, as U-Boot and other boot loaders load it: a device tree whose node /images has the files, inside or behind
/// the tree. Each of the parts that Arm processors execute is a file in it.
/// </summary>
internal sealed class FitFormat : IFileFormat
{
    // What an image's "type" may be for it to hold code (U-Boot, common/image.c).
    private static readonly string[] s_codeTypes = ["kernel", "kernel_noload", "standalone", "firmware", "loadable", "tee", "tfa-bl31", "multi"];

    public string Name => "fit";

    public bool Recognises(ByteSource bytes) => FlattenedDeviceTree.IsPresent(bytes);

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        DeviceTreeNode? images = FlattenedDeviceTree.Read(bytes).FindChild("images");
        if (images is null)
        {
            yield return new SkippedPart { Note = "a device tree, without images" };
            yield break;
        }

        foreach (DeviceTreeNode image in images.Children)
        {
            string type = image.GetString("type") ?? string.Empty;
            string architecture = image.GetString("arch") ?? string.Empty;
            if (Array.IndexOf(s_codeTypes, type) < 0 || architecture is not ("arm64" or "arm" or ""))
            {
                yield return new SkippedPart { Note = $"{image.Name}: {type} {architecture}".TrimEnd() + ", not looked at" };
                continue;
            }

            ByteSource data = FindData(bytes, image);
            RawCode? raw = architecture.Length == 0 ? null
                : WrappedPayload.PlainCode(architecture == "arm64", ReadAddress(image, "load"));
            foreach (FileContent content in WrappedPayload.Read(image.Name, data, image.GetString("compression") ?? "none", raw, options))
            {
                yield return content;
            }
        }
    }

    private static ByteSource FindData(ByteSource bytes, DeviceTreeNode image)
    {
        if (image.TryGet("data", out ReadOnlyMemory<byte> data))
        {
            return ByteSource.FromMemory(data, bytes.FileOffset + OffsetIn(bytes, data));
        }

        uint? length = image.GetCell("data-size");
        if (length is not null && image.GetCell("data-position") is uint position)
        {
            return bytes.Slice(position, length.Value);
        }

        if (length is not null && image.GetCell("data-offset") is uint offset)
        {
            // It counts from the end of the tree, which is padded to four bytes.
            return bytes.Slice(((FlattenedDeviceTree.GetLength(bytes) + 3L) & ~3L) + offset, length.Value);
        }

        throw new InvalidImageException($"{image.Name}: no data");
    }

    private static long OffsetIn(ByteSource bytes, ReadOnlyMemory<byte> part)
    {
        bytes.GetSpan(0, Math.Min(bytes.Length, int.MaxValue)).Overlaps(part.Span, out int offset);
        return offset;
    }

    private static ulong ReadAddress(DeviceTreeNode image, string property)
    {
        if (!image.TryGet(property, out ReadOnlyMemory<byte> value))
        {
            return 0;
        }

        return value.Length switch
        {
            sizeof(uint) => BinaryPrimitives.ReadUInt32BigEndian(value.Span),
            sizeof(ulong) => BinaryPrimitives.ReadUInt64BigEndian(value.Span),
            _ => 0,
        };
    }
}
