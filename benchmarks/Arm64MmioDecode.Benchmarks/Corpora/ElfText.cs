using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace Arm64MmioDecode.Benchmarks.Corpora;

/// <summary>Reads the .text section of a little-endian ELF file, 32-bit or 64-bit.</summary>
internal static class ElfText
{
    public static byte[] Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        bool wide = file[4] == 2;
        long sections = wide ? (long)Read64(file, 0x28) : Read32(file, 0x20);
        int headerFields = wide ? 0x3A : 0x2E;
        int entrySize = Read16(file, headerFields);
        int count = Read16(file, headerFields + 2);
        long names = Section(Read16(file, headerFields + 4)).Offset;
        for (int i = 0; i < count; i++)
        {
            (uint name, long offset, long size) = Section(i);
            if (file.AsSpan((int)(names + name)).StartsWith(Encoding.ASCII.GetBytes(".text\0")))
            {
                return file.AsSpan((int)offset, (int)size).ToArray();
            }
        }

        throw new InvalidDataException($"{path} has no .text section");

        (uint Name, long Offset, long Size) Section(int index)
        {
            int at = (int)(sections + (index * (long)entrySize));
            return wide
                ? (Read32(file, at), (long)Read64(file, at + 0x18), (long)Read64(file, at + 0x20))
                : (Read32(file, at), Read32(file, at + 0x10), Read32(file, at + 0x14));
        }
    }

    private static int Read16(byte[] file, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(offset));

    private static uint Read32(byte[] file, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(offset));

    private static ulong Read64(byte[] file, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(offset));
}
