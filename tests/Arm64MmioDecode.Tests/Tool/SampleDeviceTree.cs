using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>Makes a flattened device tree with nodes below the root, each with one range of addresses.</summary>
internal static class SampleDeviceTree
{
    public static byte[] Build(params (string Node, string? Type, string? Compatible, uint Start, uint Length)[] nodes)
    {
        List<byte> structure = [];
        List<byte> strings = [];
        Dictionary<string, uint> offsets = [];
        Begin("");
        Property("#address-cells", Cells(2));
        Property("#size-cells", Cells(2));
        foreach ((string node, string? type, string? compatible, uint start, uint length) in nodes)
        {
            Begin(node);
            Property("reg", Cells(0, start, 0, length));
            if (type is not null)
            {
                Property("device_type", Encoding.ASCII.GetBytes(type + "\0"));
            }

            if (compatible is not null)
            {
                Property("compatible", Encoding.ASCII.GetBytes(compatible + "\0"));
            }

            Word(2);
        }

        Word(2);
        Word(9);
        const int Header = 40;
        const int Reservations = 16;
        uint structureAt = Header + Reservations;
        uint stringsAt = structureAt + (uint)structure.Count;
        return
        [
            .. Cells(0xD00DFEED, stringsAt + (uint)strings.Count, structureAt, stringsAt, Header, 17, 16, 0, (uint)strings.Count, (uint)structure.Count),
            .. new byte[Reservations],
            .. structure,
            .. strings,
        ];

        void Begin(string name)
        {
            Word(1);
            structure.AddRange(Encoding.ASCII.GetBytes(name + "\0"));
            Pad();
        }

        void Property(string name, byte[] value)
        {
            if (!offsets.TryGetValue(name, out uint offset))
            {
                offset = (uint)strings.Count;
                offsets.Add(name, offset);
                strings.AddRange(Encoding.ASCII.GetBytes(name + "\0"));
            }

            structure.AddRange(Cells(3, (uint)value.Length, offset));
            structure.AddRange(value);
            Pad();
        }

        void Word(uint value) => structure.AddRange(Cells(value));

        void Pad() => structure.AddRange(new byte[(4 - (structure.Count % 4)) % 4]);
    }

    private static byte[] Cells(params uint[] values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), values[i]);
        }

        return bytes;
    }
}
