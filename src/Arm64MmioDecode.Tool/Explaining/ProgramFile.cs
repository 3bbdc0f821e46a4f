using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>The program that ran, for the instruction at an address and the function that it is in.</summary>
internal static class ProgramFile
{
    private const int MaxImages = 64;

    /// <summary>Makes sure that a file is a program.</summary>
    /// <exception cref="BadInputException">It cannot be read, or it is none.</exception>
    public static void Check(string file) => UserFile.Use(file, bytes => Recognise(file, bytes));

    /// <summary>Finds an instruction.</summary>
    /// <param name="file">An ELF or another file that holds code.</param>
    /// <param name="address">The address, as the program was linked.</param>
    /// <returns>The bytes at the address (of the instruction at least, when there are so many), and the function; nothing where the file has no code.</returns>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static (byte[] Bytes, string? Symbol, InstructionSet? Set) Find(string file, ulong address) => UserFile.Use<(byte[], string?, InstructionSet?)>(file, bytes =>
    {
        int images = 0;
        foreach (FileContent content in Recognise(file, bytes).Read(bytes, new ReadOptions { SourceLines = false }))
        {
            if (content is CodeImage image && Find(image, address) is { } found)
            {
                return found;
            }

            if (++images == MaxImages)
            {
                break;
            }
        }

        return ([], null, null);
    });

    private static IFileFormat Recognise(string file, ByteSource bytes) =>
        FileFormats.Recognise(bytes) ?? throw new BadInputException($"{Quoted.Text(file)} is no program of a known format");

    private static (byte[] Bytes, string? Symbol, InstructionSet? Set)? Find(CodeImage image, ulong address)
    {
        foreach (CodeSection section in image.Sections)
        {
            ulong offset = address - section.Address;
            if (address < section.Address || offset >= (ulong)section.Bytes.Length)
            {
                continue;
            }

            InstructionSet? set = SetAt(section.Regions, (int)offset);
            byte[] bytes = section.Bytes.Span.Slice((int)offset, (int)Math.Min(4, (ulong)section.Bytes.Length - offset)).ToArray();
            if (section.HasBigEndianCode && set == InstructionSet.A32 && bytes.Length == 4)
            {
                bytes.AsSpan().Reverse();
            }
            else if (section.HasBigEndianCode && set == InstructionSet.T32)
            {
                for (int i = 0; i + 1 < bytes.Length; i += 2)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i), BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i)));
                }
            }

            string? symbol = image.Symbols is { } symbols && symbols.TryFind(section, address, out CodeSymbol function)
                ? string.Create(CultureInfo.InvariantCulture, $"{Quoted.Printable(function.Name)}+0x{address - function.Address:x}")
                : null;
            return (bytes, symbol, set);
        }

        return null;
    }

    private static InstructionSet? SetAt(IReadOnlyList<CodeRegion> regions, int offset)
    {
        foreach (CodeRegion region in regions)
        {
            if (offset >= region.Start && offset - region.Start < region.Length)
            {
                return region.InstructionSet;
            }
        }

        return null;
    }
}
