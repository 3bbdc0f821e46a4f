using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace Arm64MmioDecode.Kvm.Vmm.Boot;

/// <summary>Writes a flattened device tree, version 17 (Devicetree Specification, chapter 5).</summary>
internal sealed class FlattenedDeviceTree
{
    private const uint BeginNodeToken = 1;
    private const uint EndNodeToken = 2;
    private const uint PropertyToken = 3;
    private const uint EndToken = 9;
    private const int HeaderSize = 40;
    private const int ReservationsSize = 16;

    private readonly List<byte> _structure = [];
    private readonly List<byte> _strings = [];
    private readonly Dictionary<string, uint> _names = [];

    public FlattenedDeviceTree BeginNode(string name)
    {
        Word(BeginNodeToken);
        Text(name);
        return this;
    }

    public FlattenedDeviceTree EndNode()
    {
        Word(EndNodeToken);
        return this;
    }

    public FlattenedDeviceTree Property(string name) => Property(name, ReadOnlySpan<byte>.Empty);

    /// <summary>A property of one or more strings.</summary>
    public FlattenedDeviceTree Property(string name, params string[] values) =>
        Property(name, Encoding.ASCII.GetBytes(string.Join('\0', values) + '\0'));

    /// <summary>A property of 32-bit cells.</summary>
    public FlattenedDeviceTree Property(string name, params uint[] cells)
    {
        byte[] bytes = new byte[cells.Length * 4];
        for (int i = 0; i < cells.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), cells[i]);
        }

        return Property(name, bytes);
    }

    /// <summary>A property of 64-bit values, two cells each.</summary>
    public FlattenedDeviceTree Property(string name, params ulong[] values)
    {
        byte[] bytes = new byte[values.Length * 8];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * 8), values[i]);
        }

        return Property(name, bytes);
    }

    public byte[] ToArray()
    {
        Word(EndToken);
        int structure = HeaderSize + ReservationsSize;
        int strings = structure + _structure.Count;
        byte[] blob = new byte[strings + _strings.Count];
        ReadOnlySpan<uint> header =
        [
            0xd00dfeed,
            (uint)blob.Length,
            (uint)structure,
            (uint)strings,
            HeaderSize,
            17,
            16,
            0,
            (uint)_strings.Count,
            (uint)_structure.Count,
        ];
        for (int i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(i * 4), header[i]);
        }

        _structure.CopyTo(blob, structure);
        _strings.CopyTo(blob, strings);
        return blob;
    }

    private FlattenedDeviceTree Property(string name, ReadOnlySpan<byte> value)
    {
        if (!_names.TryGetValue(name, out uint offset))
        {
            offset = (uint)_strings.Count;
            _names.Add(name, offset);
            _strings.AddRange(Encoding.ASCII.GetBytes(name + '\0'));
        }

        Word(PropertyToken);
        Word((uint)value.Length);
        Word(offset);
        _structure.AddRange(value);
        Pad();
        return this;
    }

    private void Word(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _structure.AddRange(bytes);
    }

    private void Text(string value)
    {
        _structure.AddRange(Encoding.ASCII.GetBytes(value + '\0'));
        Pad();
    }

    private void Pad()
    {
        while (_structure.Count % 4 != 0)
        {
            _structure.Add(0);
        }
    }
}
