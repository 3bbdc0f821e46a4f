using System;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>ELF for Arm: executables, shared objects, relocatable objects, kernel modules.</summary>
internal sealed class ElfFormat : IFileFormat
{
    private const uint ProgramLoad = 1;
    private const uint ProgramExecutable = 1;

    public string Name => "elf";

    public bool Recognises(ByteSource bytes) => ElfFile.IsElf(bytes);

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        var file = new ElfFile(bytes);
        ElfFile? debugFile = DebugFiles.Find(file, options) is { } debug ? new ElfFile(debug) : null;
        List<string> notes = [];
        using ElfLines? lines = options.SourceLines ? ElfLines.Read(debugFile ?? file, options, notes) : null;
        yield return ReadImage(file, debugFile, lines, notes);
    }

    private static CodeImage ReadImage(ElfFile file, ElfFile? debugFile, ElfLines? lines, List<string> notes)
    {
        string format = FormatName(file);
        ElfSymbolReader? symbols = ElfSymbolReader.Read(file);
        if (debugFile is not null)
        {
            if (debugFile.Machine != file.Machine || debugFile.IsRelocatable != file.IsRelocatable)
            {
                throw new InvalidImageException("the debug file is of another kind than the file");
            }

            symbols = ElfSymbolReader.Read(debugFile) ?? symbols;
        }

        List<CodeSection> sections = ReadSections(file, new ElfCode(file, symbols, notes), notes);
        if (sections.Count == 0)
        {
            notes.Add("no executable section");
        }

        return new CodeImage
        {
            Format = format,
            Sections = sections,
            Calls = file.IsRelocatable ? new ElfCallTable(file) : null,
            Lines = lines?.Table,
            Symbols = symbols is { Functions.Length: > 0 } ? new ElfSymbolTable(symbols, file.IsRelocatable) : null,
            Notes = notes,
        };
    }

    private static string FormatName(ElfFile file) => (file.Machine, file.IsBigEndian) switch
    {
        (ElfFile.MachineAArch64, false) => file.Is64Bit ? "elf64-aarch64" : "elf32-aarch64",
        (ElfFile.MachineAArch64, true) => file.Is64Bit ? "elf64-bigaarch64" : "elf32-bigaarch64",
        (ElfFile.MachineArm, false) => "elf32-arm",
        (ElfFile.MachineArm, true) => "elf32-bigarm",
        _ => throw new InvalidImageException($"an ELF file for machine {file.Machine}, which is not Arm"),
    };

    private static List<CodeSection> ReadSections(ElfFile file, ElfCode code, List<string> notes)
    {
        List<CodeSection> sections = [];
        long total = 0;
        foreach (ElfSection section in file.SectionCount != 0 ? file.Sections() : Segments(file))
        {
            if (!section.IsExecutable || !section.HasContents)
            {
                continue;
            }

            string name = file.SectionCount != 0 ? file.GetName(section) : $"PT_LOAD#{section.Index}";
            if (section.IsCompressed)
            {
                notes.Add($"section {name} is compressed and was not looked at");
                continue;
            }

            ReadOnlyMemory<byte> contents = file.GetContents(section);
            total += contents.Length;
            if (total > file.Bytes.Length)
            {
                throw new InvalidImageException("the executable sections of an ELF file overlap");
            }

            sections.Add(new CodeSection(
                name,
                section.Index,
                section.Address,
                file.Bytes.FileOffset + (long)section.Offset,
                contents,
                code.GetRegions(section, name, contents),
                file.HasBigEndianCode));
        }

        return sections;
    }

    // A file without section headers has segments, which hold more than code.
    private static IEnumerable<ElfSection> Segments(ElfFile file)
    {
        int size = file.Is64Bit ? 56 : 32;
        if (file.ProgramHeaderCount == 0 || file.ProgramHeaderSize < size)
        {
            yield break;
        }

        ReadOnlyMemory<byte> headers = file.Bytes.GetMemory(ElfFile.ToOffset(file.ProgramHeaderOffset), (long)file.ProgramHeaderCount * file.ProgramHeaderSize);
        for (int i = 0; i < file.ProgramHeaderCount; i++)
        {
            ElfSection? segment = Segment(file, headers.Span.Slice(i * file.ProgramHeaderSize, size), i);
            if (segment is { } executable)
            {
                yield return executable;
            }
        }
    }

    private static ElfSection? Segment(ElfFile file, ReadOnlySpan<byte> header, int index)
    {
        uint flags = file.U32(header, file.Is64Bit ? 4 : 24);
        if (file.U32(header, 0) != ProgramLoad || (flags & ProgramExecutable) == 0)
        {
            return null;
        }

        int at = file.Is64Bit ? 8 : 4;
        ulong offset = file.Word(header, ref at);
        ulong address = file.Word(header, ref at);
        _ = file.Word(header, ref at); // the physical address
        ulong size = file.Word(header, ref at);
        return new ElfSection(index, 0, ElfSection.ProgramBits, 4, address, offset, size, 0, 0, 0);
    }
}
