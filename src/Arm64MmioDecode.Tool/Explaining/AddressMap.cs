using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using Arm64MmioDecode.Scanning.DeviceTrees;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>What a flattened device tree says about physical addresses (Devicetree specification 0.4, "reg", "ranges", #address-cells).</summary>
internal sealed class AddressMap
{
    private const uint DefaultAddressCells = 2;
    private const uint DefaultSizeCells = 1;
    private const uint MaxCells = 4;
    private const int CellsOf64Bits = 2;

    private readonly List<MappedNode> _nodes = [];

    private AddressMap(string file)
    {
        File = file;
    }

    /// <summary>The name of the file.</summary>
    public string File { get; }

    /// <summary>Reads a device tree.</summary>
    /// <exception cref="BadInputException">The file cannot be read, or is none.</exception>
    public static AddressMap Read(string file)
    {
        var map = new AddressMap(Path.GetFileName(file));
        UserFile.Use(file, bytes =>
        {
            DeviceTreeNode root = FlattenedDeviceTree.Read(bytes);
            map.Add(root, "", static address => address, isRoot: true);
            return 0;
        });
        return map;
    }

    /// <summary>The node at an address: the one with the smallest range; null when the tree has nothing there.</summary>
    public MappedNode? Find(ulong address)
    {
        MappedNode? best = null;
        foreach (MappedNode node in _nodes)
        {
            if (address - node.Start < node.Length && (best is null || node.Length < best.Length))
            {
                best = node;
            }
        }

        return best;
    }

    // Adds the children of a node; their addresses become those of the CPU by a translation, which fails where a bus has no window.
    private void Add(DeviceTreeNode node, string path, Func<ulong, ulong?> toCpu, bool isRoot)
    {
        uint addressCells = node.GetCell("#address-cells") ?? DefaultAddressCells;
        uint sizeCells = node.GetCell("#size-cells") ?? DefaultSizeCells;
        if (addressCells > MaxCells || sizeCells > MaxCells)
        {
            return;
        }

        foreach (DeviceTreeNode child in node.Children)
        {
            string childPath = path + "/" + child.Name;
            bool isMemory = isRoot && (child.GetString("device_type") == "memory" || child.Name == "memory" || child.Name.StartsWith("memory@", StringComparison.Ordinal));
            AddRanges(child, "reg", childPath, isMemory, (int)addressCells, (int)sizeCells, skippedCells: 0, toCpu);

            // Addresses below a bus: the same without contents, by windows otherwise, and none of the CPU's without the property.
            if (!child.TryGet("ranges", out ReadOnlyMemory<byte> windows) && !(isRoot && IsGroup(child)))
            {
                continue;
            }

            uint childCells = child.GetCell("#address-cells") ?? DefaultAddressCells;
            if (windows.Length == 0)
            {
                Add(child, childPath, toCpu, isRoot: false);
                continue;
            }

            if (childCells > MaxCells)
            {
                continue;
            }

            uint childSizeCells = child.GetCell("#size-cells") ?? DefaultSizeCells;
            AddRanges(child, "ranges", childPath, isMemory: false, (int)addressCells, (int)Math.Min(childSizeCells, MaxCells), (int)childCells, toCpu);
            if (childCells <= CellsOf64Bits && childSizeCells <= MaxCells)
            {
                Add(child, childPath, address => Translate(windows, (int)childCells, (int)addressCells, (int)childSizeCells, address) is { } parent ? toCpu(parent) : null, isRoot: false);
            }
        }
    }

    // Nodes that only group others have no addresses of their own: /reserved-memory has ranges, /soc and /cpus may lack them.
    private static bool IsGroup(DeviceTreeNode node) => node.Name == "soc" || node.GetString("compatible") == "simple-bus";

    private void AddRanges(
        DeviceTreeNode node, string property, string path, bool isMemory, int addressCells, int sizeCells, int skippedCells, Func<ulong, ulong?> toCpu)
    {
        if (!node.TryGet(property, out ReadOnlyMemory<byte> value))
        {
            return;
        }

        int length = (skippedCells + addressCells + sizeCells) * sizeof(uint);
        for (ReadOnlySpan<byte> rest = value.Span; length > 0 && rest.Length >= length; rest = rest[length..])
        {
            ReadOnlySpan<byte> entry = rest[(skippedCells * sizeof(uint))..];
            ulong size = Cells(entry[(addressCells * sizeof(uint))..], sizeCells);
            if (size != 0 && toCpu(Cells(entry, addressCells)) is { } start)
            {
                _nodes.Add(new MappedNode(path, node.GetString("compatible"), isMemory, start, size));
            }
        }
    }

    private static ulong? Translate(ReadOnlyMemory<byte> windows, int childCells, int parentCells, int sizeCells, ulong address)
    {
        int length = (childCells + parentCells + sizeCells) * sizeof(uint);
        for (ReadOnlySpan<byte> rest = windows.Span; rest.Length >= length; rest = rest[length..])
        {
            ulong child = Cells(rest, childCells);
            if (address - child < Cells(rest[((childCells + parentCells) * sizeof(uint))..], sizeCells))
            {
                return Cells(rest[(childCells * sizeof(uint))..], parentCells) + (address - child);
            }
        }

        return null;
    }

    // The low 64 bits of a number of cells.
    private static ulong Cells(ReadOnlySpan<byte> bytes, int count)
    {
        ulong value = 0;
        for (int i = 0; i < count; i++)
        {
            value = (value << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[(i * sizeof(uint))..]);
        }

        return value;
    }
}
