using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.DeviceTrees;

/// <summary>Reads a flattened device tree (Devicetree specification 0.4, chapter 5).</summary>
internal static class FlattenedDeviceTree
{
    public const uint Magic = 0xD00DFEED;

    private const int HeaderLength = 40;
    private const uint BeginNode = 1;
    private const uint EndNode = 2;
    private const uint Property = 3;
    private const uint NoOperation = 4;
    private const uint End = 9;
    private const int MaximumDepth = 64;

    // Far more than any tree has, so that a file of nothing but nodes takes little memory.
    private const int MaximumItems = 100_000;

    public static bool IsPresent(ByteSource bytes)
    {
        ReadOnlySpan<byte> start = bytes.GetStart(sizeof(uint));
        return start.Length == sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(start) == Magic;
    }

    /// <summary>How long the tree is by its header.</summary>
    public static uint GetLength(ByteSource bytes) => UInt32(bytes.GetSpan(0, HeaderLength), 4);

    /// <exception cref="InvalidImageException">It is none, or corrupted.</exception>
    public static DeviceTreeNode Read(ByteSource bytes)
    {
        if (!IsPresent(bytes))
        {
            throw new InvalidImageException("not a flattened device tree");
        }

        ReadOnlySpan<byte> header = bytes.GetSpan(0, HeaderLength);
        uint version = UInt32(header, 20);
        uint lastCompatible = UInt32(header, 24);
        if (version < 17 || lastCompatible > 17)
        {
            throw new InvalidImageException($"version {version} of the device tree format is not supported");
        }

        ReadOnlyMemory<byte> structure = bytes.GetMemory(UInt32(header, 8), UInt32(header, 36));
        ReadOnlyMemory<byte> strings = bytes.GetMemory(UInt32(header, 12), UInt32(header, 32));
        return ReadStructure(structure, strings.Span);
    }

    private static DeviceTreeNode ReadStructure(ReadOnlyMemory<byte> structure, ReadOnlySpan<byte> strings)
    {
        var open = new Stack<DeviceTreeNode>();
        DeviceTreeNode? root = null;
        int position = 0;
        for (int items = 0; items < MaximumItems;)
        {
            switch (ReadUInt32(structure, ref position))
            {
                case BeginNode:
                    var node = new DeviceTreeNode(ReadName(structure, ref position));
                    if (open.Count > 0)
                    {
                        open.Peek().Children.Add(node);
                    }
                    else if (root is not null)
                    {
                        throw Corrupt("two root nodes");
                    }

                    root ??= node;
                    open.Push(node);
                    items++;
                    if (open.Count > MaximumDepth)
                    {
                        throw Corrupt($"more than {MaximumDepth} nodes inside each other");
                    }

                    break;
                case EndNode when open.Count > 0:
                    open.Pop();
                    break;
                case Property when open.Count > 0:
                    uint length = ReadUInt32(structure, ref position);
                    uint name = ReadUInt32(structure, ref position);
                    if (length > structure.Length - position)
                    {
                        throw Corrupt("a property is cut off");
                    }

                    open.Peek().Add(ReadString(strings, name), structure.Slice(position, (int)length));
                    position = Align(position + (int)length);
                    items++;
                    break;
                case NoOperation:
                    break;
                case End when root is not null && open.Count == 0:
                    return root;
                default:
                    throw Corrupt($"an unexpected token at 0x{position - sizeof(uint):x} of its structure");
            }
        }

        throw Corrupt($"more than {MaximumItems} nodes and properties");
    }

    private static uint ReadUInt32(ReadOnlyMemory<byte> structure, ref int position)
    {
        if (position > structure.Length - sizeof(uint))
        {
            throw Corrupt("its structure is cut off");
        }

        position += sizeof(uint);
        return UInt32(structure.Span, position - sizeof(uint));
    }

    private static string ReadName(ReadOnlyMemory<byte> structure, ref int position)
    {
        string name = ReadString(structure.Span, (uint)position);
        int length = structure.Span[position..].IndexOf((byte)0);
        position = Align(position + length + 1);
        return name;
    }

    private static string ReadString(ReadOnlySpan<byte> bytes, uint start)
    {
        const int maximumLength = 256;
        int length = start < bytes.Length ? bytes[(int)start..].IndexOf((byte)0) : -1;
        if (length is < 0 or > maximumLength)
        {
            throw Corrupt("a name does not end");
        }

        return Encoding.UTF8.GetString(bytes.Slice((int)start, length));
    }

    private static int Align(int position) => (position + 3) & ~3;

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    private static InvalidImageException Corrupt(string what) => new($"the device tree is corrupt: {what}");
}
