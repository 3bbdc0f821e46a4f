using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace Arm64MmioDecode.Scanning.DeviceTrees;

/// <summary>A node of a flattened device tree.</summary>
internal sealed class DeviceTreeNode(string name)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _properties = [];

    public string Name { get; } = name;

    public List<DeviceTreeNode> Children { get; } = [];

    public void Add(string property, ReadOnlyMemory<byte> value) => _properties[property] = value;

    public bool TryGet(string property, out ReadOnlyMemory<byte> value) => _properties.TryGetValue(property, out value);

    public string? GetString(string property)
    {
        if (!TryGet(property, out ReadOnlyMemory<byte> value))
        {
            return null;
        }

        int end = value.Span.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value.Span : value.Span[..end]);
    }

    public uint? GetCell(string property) =>
        TryGet(property, out ReadOnlyMemory<byte> value) && value.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(value.Span) : null;

    public DeviceTreeNode? FindChild(string childName) => Children.Find(c => c.Name == childName);
}
