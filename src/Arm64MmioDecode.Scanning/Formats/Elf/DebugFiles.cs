using System;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>Finds the file that has the symbols of a stripped one.</summary>
internal static class DebugFiles
{
    private const uint NoteBuildId = 3;
    private const int MaximumBuildIdLength = 64;

    /// <summary>The debug file that the user named, or that has the build-id of a file without a symbol table; null when there is none.</summary>
    public static ByteSource? Find(ElfFile file, ReadOptions options)
    {
        if (options.DebugFile is { } named)
        {
            return ElfFile.IsElf(named) ? named : throw new InvalidImageException("the debug file is no ELF file");
        }

        if (options.FindDebugFile is null)
        {
            return null;
        }

        string? buildId = null;
        foreach (ElfSection section in file.Sections())
        {
            if (section.Type == ElfSection.SymbolTable)
            {
                return null;
            }

            buildId ??= section.Type == ElfSection.Note ? GetBuildId(file, file.GetContents(section).Span) : null;
        }

        return buildId is not null && options.FindDebugFile(buildId) is { } found && ElfFile.IsElf(found) ? found : null;
    }

    // Notes: length of the name, length of the description, type, name, description, each padded to words.
    private static string? GetBuildId(ElfFile file, ReadOnlySpan<byte> notes)
    {
        while (notes.Length >= 12)
        {
            uint nameLength = file.U32(notes, 0);
            uint length = file.U32(notes, 4);
            uint type = file.U32(notes, 8);
            ulong start = 12 + (((ulong)nameLength + 3) & ~3UL);
            ulong end = start + length;
            if (end > (ulong)notes.Length)
            {
                return null;
            }

            if (type == NoteBuildId && nameLength == 4 && notes.Slice(12, 4).SequenceEqual("GNU\0"u8) && length is > 1 and <= MaximumBuildIdLength)
            {
                return Convert.ToHexString(notes[(int)start..(int)end]).ToLowerInvariant();
            }

            notes = notes[(int)Math.Min((end + 3) & ~3UL, (ulong)notes.Length)..];
        }

        return null;
    }
}
