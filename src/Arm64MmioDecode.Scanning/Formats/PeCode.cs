using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Formats.AArch32;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>The code in a file with PE section headers, and its names.</summary>
internal static class PeCode
{
    public const ushort Arm = 0x1C0;
    public const ushort Thumb = 0x1C2;
    public const ushort ArmNt = 0x1C4;
    public const ushort Amd64 = 0x8664;
    public const ushort Arm64Ec = 0xA641;
    public const ushort Arm64X = 0xA64E;
    public const ushort Arm64 = 0xAA64;

    private const int ExportDirectory = 0;
    private const int ExportDirectoryLength = 40;
    private const int MaximumNameLength = 4096;

    public static bool IsArm(ushort machine) => machine is Arm or Thumb or ArmNt or Arm64Ec or Arm64X or Arm64;

    public static FileContent ReadImage(PeHeader header, string family)
    {
        // Code of ARM64EC hides behind the machine number of x64 programs.
        List<HybridRange>? hybrid = HybridCodeMap.Read(header);
        if (!IsArm(header.Machine) && hybrid is null)
        {
            return new SkippedPart { Note = $"code for machine 0x{header.Machine:x}, which is not Arm" };
        }

        return Read(header, family, hybrid, ReadExports(header));
    }

    public static CodeImage ReadObject(PeHeader header) => Read(header, "coff", null, []);

    private static CodeImage Read(PeHeader header, string family, List<HybridRange>? hybrid, IEnumerable<(int, CodeSymbol)> exports)
    {
        var sections = new List<CodeSection>();
        long end = 0;
        foreach (int index in InFileOrder(header))
        {
            PeSection section = header.Sections[index];
            if (section.Offset < end)
            {
                throw new InvalidImageException($"section {section.Name} overlaps another one in the file");
            }

            end = section.Offset + section.Length;
            ReadOnlyMemory<byte> code = header.Bytes.GetMemory(section.Offset, section.Length);
            List<CodeRegion> regions = hybrid is null ? RegionsOf(header, section, code.Span) : HybridCodeMap.RegionsOf(section, hybrid);
            if (regions.Count > 0)
            {
                sections.Add(new CodeSection(
                    section.Name, index + 1, header.ImageBase + section.Address, header.Bytes.FileOffset + section.Offset, code, regions));
            }
        }

        sections.Sort((a, b) => a.Index.CompareTo(b.Index));
        var labels = new List<(int, CodeSymbol)>(exports);
        labels.AddRange(ReadLabels(header));
        var symbols = new LabelTable(labels);
        return new CodeImage
        {
            Format = $"{family}-{NameOf(header.Machine == Arm64 && hybrid is not null ? Arm64X : header.Machine)}",
            Sections = sections,
            Symbols = symbols.IsEmpty ? null : symbols,
            Notes = NotesOf(header, sections.Count),
        };
    }

    private static List<int> InFileOrder(PeHeader header)
    {
        var order = new List<int>();
        for (int i = 0; i < header.Sections.Count; i++)
        {
            if (header.Sections[i].HasCode)
            {
                order.Add(i);
            }
        }

        order.Sort((a, b) => header.Sections[a].Offset.CompareTo(header.Sections[b].Offset));
        return order;
    }

    private static List<string> NotesOf(PeHeader header, int sections)
    {
        var notes = new List<string>();
        if (sections == 0)
        {
            notes.Add("no section with code");
        }

        if (header.Machine == Thumb)
        {
            notes.Add("the machine number stands for A32 and T32: what branches and calls do not tell apart is guessed, and data may be among it");
        }

        return notes;
    }

    private static InstructionSet SetOf(ushort machine) => machine switch
    {
        Thumb or ArmNt => InstructionSet.T32,
        Arm => InstructionSet.A32,
        _ => InstructionSet.A64,
    };

    private static List<CodeRegion> RegionsOf(PeHeader header, PeSection section, ReadOnlySpan<byte> code)
    {
        if (header.Machine is not (Thumb or Arm))
        {
            return [new CodeRegion(0, code.Length, SetOf(header.Machine), Sureness.Sweep)];
        }

        if (header.IsImage && code.Length <= CodeFlow.MaximumLength)
        {
            long address = (long)header.ImageBase + section.Address;
            return CodeFlow.FindRegions(code, address, (long)header.ImageBase + header.EntryAddress);
        }

        List<CodeRegion> regions = [];
        GuessedCode.AddRegions(regions, code, 0, code.Length, SetOf(header.Machine));
        return regions;
    }

    private static string NameOf(ushort machine) => machine switch
    {
        Arm or Thumb or ArmNt => "arm",
        Arm64Ec or Amd64 => "arm64ec",
        Arm64X => "arm64x",
        _ => "arm64",
    };

    private static IEnumerable<(int Section, CodeSymbol Symbol)> ReadLabels(PeHeader header)
    {
        if (header.Symbols is null)
        {
            yield break;
        }

        foreach ((int section, uint value, string name) in header.Symbols.ReadLabels())
        {
            if (section <= header.Sections.Count && header.Sections[section - 1].HasCode)
            {
                ulong address = header.ImageBase + header.Sections[section - 1].Address + value;
                yield return (section, new CodeSymbol(name, WithoutSetBit(header, address)));
            }
        }
    }

    // Addresses of T32 functions have bit 0 set in export tables.
    private static ulong WithoutSetBit(PeHeader header, ulong address) => SetOf(header.Machine) == InstructionSet.T32 ? address & ~1ul : address;

    private static List<(int Section, CodeSymbol Symbol)> ReadExports(PeHeader header)
    {
        var exports = new List<(int, CodeSymbol)>();
        ReadOnlySpan<byte> directory = header.GetAtAddress(header.GetDirectory(ExportDirectory).Address);
        if (header.GetDirectory(ExportDirectory).Address == 0 || directory.Length < ExportDirectoryLength)
        {
            return exports;
        }

        ReadOnlySpan<byte> functions = header.GetAtAddress(UInt32(directory, 28));
        ReadOnlySpan<byte> names = header.GetAtAddress(UInt32(directory, 32));
        ReadOnlySpan<byte> ordinals = header.GetAtAddress(UInt32(directory, 36));
        long count = Math.Min(UInt32(directory, 24), Math.Min(names.Length / 4, ordinals.Length / 2));
        for (int i = 0; i < count; i++)
        {
            int function = BinaryPrimitives.ReadUInt16LittleEndian(ordinals[(i * 2)..]);
            if (function >= functions.Length / 4)
            {
                continue;
            }

            uint address = UInt32(functions, function * 4);
            int section = header.Sections.FindIndex(s => s.HasCode && address >= s.Address && address - s.Address < s.Length);
            ReadOnlySpan<byte> name = header.GetAtAddress(UInt32(names, i * 4));
            int length = name[..Math.Min(name.Length, MaximumNameLength)].IndexOf((byte)0);
            if (section >= 0 && length > 0)
            {
                exports.Add((section + 1, new CodeSymbol(Encoding.UTF8.GetString(name[..length]), WithoutSetBit(header, header.ImageBase + address))));
            }
        }

        return exports;
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
