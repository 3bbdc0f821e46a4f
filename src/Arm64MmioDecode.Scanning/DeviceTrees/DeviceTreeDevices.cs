using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Ranking;

namespace Arm64MmioDecode.Scanning.DeviceTrees;

/// <summary>Where a device tree says that devices are.</summary>
public static class DeviceTreeDevices
{
    private const int DefaultAddressCells = 2;
    private const int DefaultSizeCells = 1;
    private const int MaximumCells = 2;
    private const int PciAddressCells = 3;

    /// <summary>Reads the physical addresses of all devices: each node's <c>reg</c>, and the windows of PCI buses, but no memory.</summary>
    /// <param name="tree">A flattened device tree (.dtb).</param>
    /// <returns>The ranges, in the tree's order.</returns>
    /// <exception cref="InvalidImageException">It is none, or corrupted.</exception>
    public static IReadOnlyList<DeviceRange> Read(ByteSource tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var devices = new List<DeviceRange>();
        DeviceTreeNode root = FlattenedDeviceTree.Read(tree);
        AddChildren(root, static (address, _) => address, devices);
        return devices;
    }

    private static void AddChildren(DeviceTreeNode parent, Func<ulong, ulong, ulong?> toPhysical, List<DeviceRange> devices)
    {
        int addressCells = (int)Math.Min(parent.GetCell("#address-cells") ?? DefaultAddressCells, int.MaxValue);
        int sizeCells = (int)Math.Min(parent.GetCell("#size-cells") ?? DefaultSizeCells, int.MaxValue);
        foreach (DeviceTreeNode node in parent.Children)
        {
            if (IsMemory(node))
            {
                continue;
            }

            if (addressCells is > 0 and <= MaximumCells && sizeCells is > 0 and <= MaximumCells && node.TryGet("reg", out ReadOnlyMemory<byte> registers))
            {
                AddRegisters(registers.Span, addressCells, sizeCells, toPhysical, devices);
            }

            List<Window>? windows = ReadWindows(node, addressCells);
            if (windows is null)
            {
                continue;
            }

            if (node.GetCell("#address-cells") == PciAddressCells)
            {
                foreach (Window window in windows)
                {
                    Add(toPhysical(window.ParentAddress, window.Length), window.Length, devices);
                }

                continue;
            }

            AddChildren(node, (address, length) => Translate(address, length, windows) is { } upper ? toPhysical(upper, length) : null, devices);
        }
    }

    private static bool IsMemory(DeviceTreeNode node) =>
        node.GetString("device_type") is "memory" or "cpu" || node.Name is "reserved-memory" or "cpus" || node.Name.StartsWith("memory@", StringComparison.Ordinal);

    private static void AddRegisters(ReadOnlySpan<byte> registers, int addressCells, int sizeCells, Func<ulong, ulong, ulong?> toPhysical, List<DeviceRange> devices)
    {
        int length = (addressCells + sizeCells) * sizeof(uint);
        for (; registers.Length >= length; registers = registers[length..])
        {
            ulong size = ReadCells(registers[(addressCells * sizeof(uint))..], sizeCells);
            Add(toPhysical(ReadCells(registers, addressCells), size), size, devices);
        }
    }

    private static void Add(ulong? address, ulong length, List<DeviceRange> devices)
    {
        if (address is { } first && length != 0 && first <= ulong.MaxValue - (length - 1))
        {
            devices.Add(new DeviceRange(first, first + (length - 1)));
        }
    }

    // An empty property is the identity; without it, children cannot be reached by the processor.
    private static List<Window>? ReadWindows(DeviceTreeNode node, int parentCells)
    {
        if (!node.TryGet("ranges", out ReadOnlyMemory<byte> ranges))
        {
            return null;
        }

        uint childCells = node.GetCell("#address-cells") ?? DefaultAddressCells;
        uint sizeCells = node.GetCell("#size-cells") ?? DefaultSizeCells;
        var windows = new List<Window>();
        if (childCells > PciAddressCells || parentCells > MaximumCells || sizeCells > MaximumCells || ranges.IsEmpty)
        {
            return windows;
        }

        // The high cell of a PCI address says which space it is in.
        int skipped = childCells == PciAddressCells ? sizeof(uint) : 0;
        int cells = (int)Math.Min(childCells, MaximumCells);
        int length = (int)(childCells + sizeCells + (uint)parentCells) * sizeof(uint);
        for (ReadOnlySpan<byte> rest = ranges.Span; length != 0 && rest.Length >= length; rest = rest[length..])
        {
            int parent = skipped + (cells * sizeof(uint));
            windows.Add(new Window(
                ReadCells(rest[skipped..], cells),
                ReadCells(rest[parent..], parentCells),
                ReadCells(rest[(parent + (parentCells * sizeof(uint)))..], (int)sizeCells)));
        }

        return windows;
    }

    private static ulong? Translate(ulong address, ulong length, List<Window> windows)
    {
        if (windows.Count == 0)
        {
            return address;
        }

        foreach (Window window in windows)
        {
            if (address >= window.ChildAddress && length <= window.Length && address - window.ChildAddress <= window.Length - length)
            {
                return address - window.ChildAddress + window.ParentAddress;
            }
        }

        return null;
    }

    private static ulong ReadCells(ReadOnlySpan<byte> cells, int count)
    {
        ulong value = 0;
        for (int i = 0; i < count; i++)
        {
            value = (value << 32) | BinaryPrimitives.ReadUInt32BigEndian(cells[(i * sizeof(uint))..]);
        }

        return value;
    }

    private readonly record struct Window(ulong ChildAddress, ulong ParentAddress, ulong Length);
}
