using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using Arm64MmioDecode.Scanning.Compression;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Small files of every format. Each has the instruction <c>str w8, [x10], #4</c> in it, at 0x401000 where it has addresses.</summary>
internal static class SampleImages
{
    private static readonly byte[] s_code = [0x48, 0x45, 0x00, 0xB8];

    /// <summary>A PE image of one section.</summary>
    public static byte[] Pe()
    {
        byte[] image = Pe(0xAA64, 0, s_code);
        image[0x58 + 26] = 0x40; // ImageBase 0x400000
        return image;
    }

    /// <summary>A PE image of one section at 0x1000, with the base 0.</summary>
    public static byte[] Pe(ushort machine, uint entry, byte[] code)
    {
        byte[] image = [.. new byte[0x200], .. code];
        "MZ"u8.CopyTo(image);
        image[0x3C] = 0x40;
        "PE\0\0"u8.CopyTo(image.AsSpan(0x40));
        byte[] coff = [(byte)machine, (byte)(machine >> 8), 1, 0, .. new byte[12], 112, 0, 0x22, 0];
        coff.CopyTo(image, 0x44);
        image[0x58] = 0x0B;
        image[0x59] = 0x02;
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x58 + 16), entry);
        byte[] section = [.. ".text\0\0\0"u8, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, .. new byte[12], 0x20, 0, 0, 0x60];
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(8), code.Length);
        BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(16), code.Length);
        section.CopyTo(image, 0x58 + 112);
        return image;
    }

    /// <summary>A PE image of which two of eight words are x64 code.</summary>
    /// <param name="machine">0x8664 (ARM64EC) or 0xAA64 (ARM64X).</param>
    public static byte[] Hybrid(ushort machine)
    {
        byte[] image = new byte[0x800];
        "MZ"u8.CopyTo(image);
        image[0x3C] = 0x40;
        "PE\0\0"u8.CopyTo(image.AsSpan(0x40));
        byte[] coff = [(byte)machine, (byte)(machine >> 8), 2, 0, .. new byte[12], 240, 0, 0x22, 0x20];
        coff.CopyTo(image, 0x44);
        (int Offset, uint Value)[] fields =
        [
            (0x58, 0x20B), (0x58 + 24, 0x400000), (0x58 + 32, 0x1000), (0x58 + 36, 0x200), (0x58 + 56, 0x3000), (0x58 + 60, 0x400), (0x58 + 108, 16),
            (0x58 + 192, 0x2000), (0x58 + 196, 0x140), // the load configuration
            (0x150, 0x20), (0x154, 0x1000), (0x158, 0x200), (0x15C, 0x400), (0x16C, 0x60000020),
            (0x178, 0x200), (0x17C, 0x2000), (0x180, 0x200), (0x184, 0x600), (0x194, 0x40000040),
            (0x600, 0x140), (0x600 + 200, 0x402140), // its length, and where the metadata is
            (0x740, 1), (0x744, 0x21C0), (0x748, 3), // their version, and the map
            (0x7C0, 0x1001), (0x7C4, 8), (0x7C8, 0x100A), (0x7CC, 8), (0x7D0, 0x1010), (0x7D4, 8),
        ];
        foreach ((int offset, uint value) in fields)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value);
        }

        ".text"u8.CopyTo(image.AsSpan(0x148));
        ".rdata"u8.CopyTo(image.AsSpan(0x170));
        for (int i = 0x400; i < 0x420; i += s_code.Length)
        {
            s_code.CopyTo(image, i);
        }

        return image;
    }

    /// <summary>A COFF object with one function.</summary>
    public static byte[] CoffObject() =>
    [
        0x64, 0xAA, 1, 0, 0, 0, 0, 0, 64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        .. "/4\0\0\0\0\0\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 60, 0, 0, 0, .. new byte[12], 0x20, 0, 0, 0x60,
        .. s_code,
        .. "function"u8, 0, 0, 0, 0, 1, 0, 0x20, 0, 2, 0,
        20, 0, 0, 0, .. ".text_long_name\0"u8,
    ];

    /// <summary>A kernel's Image without an EFI stub.</summary>
    public static byte[] KernelImage() => [.. new byte[0x38], .. "ARMd"u8, 0, 0, 0, 0, .. s_code];

    /// <summary>A firmware volume with a compressed and an uncompressed file.</summary>
    public static byte[] FirmwareVolume(byte[]? compressed = null)
    {
        byte[] pe = FirmwareBuilder.Section(FirmwareBuilder.Pe32, Pe());
        byte[] te = FirmwareBuilder.Section(FirmwareBuilder.Te, FirmwareBuilder.ToTerse(Pe()));
        List<byte[]> files =
        [
            FirmwareBuilder.File(new Guid(1, 2, 3, new byte[8]), FirmwareBuilder.DriverFile, FirmwareBuilder.Sections(pe, FirmwareBuilder.Named("pe"))),
            FirmwareBuilder.File(new Guid(4, 5, 6, new byte[8]), FirmwareBuilder.DriverFile, FirmwareBuilder.Sections(te, FirmwareBuilder.Named("te")), isLarge: true),
        ];
        if (compressed is not null)
        {
            files.Add(FirmwareBuilder.File(new Guid(7, 8, 9, new byte[8]), 0x0B, FirmwareBuilder.Guided(FirmwareBuilder.LzmaSection, compressed)));
        }

        return FirmwareBuilder.Volume(hasExtendedHeader: true, [.. files]);
    }

    public static byte[] Gzip(byte[] original)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(original);
        }

        return packed.ToArray();
    }

    /// <summary>A kernel that unpacks itself (EFI zboot): a PE image with a compressed one behind it.</summary>
    public static byte[] Zboot(byte[] payload)
    {
        byte[] image = [.. Pe(), .. payload];
        "zimg"u8.CopyTo(image.AsSpan(4));
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(8), Pe().Length);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(12), payload.Length);
        "gzip\0"u8.CopyTo(image.AsSpan(0x18));
        return image;
    }

    /// <summary>A 32-bit kernel that unpacks itself (zImage), of two instructions, and the kernel as it is packed.</summary>
    public static byte[] ZImage(byte[] packed)
    {
        byte[] image = [.. new byte[0x30], 0x04, 0x00, 0x80, 0xE4, 0x1E, 0xFF, 0x2F, 0xE1, .. new byte[8], .. packed, 1, 2, 3, 4];
        for (int i = 0; i < 0x20; i += 4)
        {
            image[i + 3] = 0xE1; // NOP
            image[i + 2] = 0xA0;
        }

        byte[] header = [0x02, 0, 0, 0xEA, 0x18, 0x28, 0x6F, 0x01, 0, 0, 0, 0, .. BitConverter.GetBytes(image.Length)];
        header.CopyTo(image, 0x20);
        return image;
    }

    /// <summary>A legacy image of U-Boot for arm64.</summary>
    public static byte[] LegacyImage(byte type, byte compression, byte[] payload, byte architecture = 22)
    {
        byte[] image = [.. new byte[64], .. payload];
        BinaryPrimitives.WriteUInt32BigEndian(image, 0x27051956);
        BinaryPrimitives.WriteInt32BigEndian(image.AsSpan(12), payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(16), 0x401000);
        image[28] = 5;
        image[29] = architecture;
        image[30] = type;
        image[31] = compression;
        BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(4), Checksums.Crc32(image.AsSpan(0, 64)));
        return image;
    }

    /// <summary>A PCI option ROM with an image for a PC's BIOS, a driver for x64, and drivers for Arm.</summary>
    public static byte[] OptionRom() =>
        [.. RomImage(0, 0, 0, [0xC3]), .. RomImage(3, 0x8664, 0, Pe()), .. RomImage(3, 0xAA64, 0, Pe()),
            .. RomImage(3, 0xAA64, 1, TianoEncoder.Encode(Pe(), isStandard: true), isLast: true)];

    public static byte[] RomImage(byte codeType, ushort machine, ushort compression, byte[] contents, bool isLast = false)
    {
        const int start = 0x40;
        byte[] image = new byte[(start + contents.Length + 511) & ~511];
        contents.CopyTo(image, start);
        BinaryPrimitives.WriteUInt16LittleEndian(image, 0xAA55);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(2), (ushort)(image.Length / 512));
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(4), 0x0EF1);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(8), 11);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x0A), machine);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x0C), compression);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x16), start);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x18), 0x1C);
        Span<byte> data = image.AsSpan(0x1C);
        "PCIR"u8.CopyTo(data);
        BinaryPrimitives.WriteUInt16LittleEndian(data[0x0A..], 0x1C);
        BinaryPrimitives.WriteUInt16LittleEndian(data[0x10..], (ushort)(image.Length / 512));
        data[0x14] = codeType;
        data[0x15] = isLast ? (byte)0x80 : (byte)0;
        return image;
    }

    /// <summary>The instruction alone, as a payload.</summary>
    public static byte[] Code() => [.. s_code];

    /// <summary>A flattened image tree with plain code and a compressed image.</summary>
    public static byte[] Fit()
    {
        var tree = new TreeBuilder();
        tree.Begin("").Begin("images");
        tree.Begin("u-boot").Add("type", "firmware\0"u8).Add("arch", "arm64\0"u8).Add("compression", "none\0"u8)
            .Add("load", [0, 0x40, 0x10, 0]).Add("data", s_code).End();
        tree.Begin("kernel").Add("type", "kernel\0"u8).Add("arch", "arm64\0"u8).Add("compression", "gzip\0"u8).Add("data", Gzip(Pe())).End();
        tree.Begin("fdt-1").Add("type", "flat_dt\0"u8).Add("data", [1, 2, 3]).End();
        return tree.End().End().ToArray();
    }

    /// <summary>A flattened image tree whose images are all the same external data.</summary>
    public static byte[] OverlappingFit(int count, byte[] data)
    {
        var tree = new TreeBuilder();
        tree.Begin("").Begin("images");
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        for (int i = 0; i < count; i++)
        {
            tree.Begin("n").Add("type", "kernel\0"u8).Add("arch", "arm64\0"u8).Add("data-offset", [0, 0, 0, 0]).Add("data-size", length).End();
        }

        byte[] file = tree.End().End().ToArray();
        return [.. file, .. new byte[-file.Length & 3], .. data];
    }

    /// <summary>A device tree with a UART at 0x9000000, a bus that moves addresses, and memory.</summary>
    public static byte[] DeviceTree()
    {
        var tree = new TreeBuilder();
        tree.Begin("").Add("#address-cells", [0, 0, 0, 2]).Add("#size-cells", [0, 0, 0, 2]);
        tree.Begin("memory@40000000").Add("device_type", "memory\0"u8).Add("reg", [0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0]).End();
        tree.Begin("uart@9000000").Add("reg", [0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0]).End();
        tree.Begin("bus").Add("#address-cells", [0, 0, 0, 1]).Add("#size-cells", [0, 0, 0, 1]).Add("ranges", [0, 0, 0, 0, 0, 0, 0, 0, 0x0A, 0, 0, 0, 0, 1, 0, 0]);
        tree.Begin("gpio@200").Add("reg", [0, 0, 2, 0, 0, 0, 1, 0]).End().End();
        return tree.End().ToArray();
    }

    private sealed class TreeBuilder
    {
        private readonly List<byte> _structure = [];
        private readonly List<byte> _strings = [];

        public TreeBuilder Begin(string name)
        {
            AddWord(1);
            _structure.AddRange(Encoding.UTF8.GetBytes(name + "\0"));
            Pad();
            return this;
        }

        public TreeBuilder Add(string name, ReadOnlySpan<byte> value)
        {
            AddWord(3);
            AddWord((uint)value.Length);
            AddWord((uint)_strings.Count);
            _strings.AddRange(Encoding.UTF8.GetBytes(name + "\0"));
            _structure.AddRange(value);
            Pad();
            return this;
        }

        public TreeBuilder End()
        {
            AddWord(2);
            return this;
        }

        public byte[] ToArray()
        {
            AddWord(9);
            byte[] header = new byte[40];
            uint[] fields = [0xD00DFEED, (uint)(40 + _structure.Count + _strings.Count), 40, (uint)(40 + _structure.Count), 40, 17, 16, 0, (uint)_strings.Count, (uint)_structure.Count];
            for (int i = 0; i < fields.Length; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(i * 4), fields[i]);
            }

            return [.. header, .. _structure, .. _strings];
        }

        private void AddWord(uint value)
        {
            byte[] word = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(word, value);
            _structure.AddRange(word);
        }

        private void Pad()
        {
            while (_structure.Count % 4 != 0)
            {
                _structure.Add(0);
            }
        }
    }
}
