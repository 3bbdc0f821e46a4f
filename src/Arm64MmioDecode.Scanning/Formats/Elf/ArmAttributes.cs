using System;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>Reads the build attributes of an Arm ELF file (Addenda to, and Errata in, the ABI for the Arm Architecture, section 3).</summary>
internal static class ArmAttributes
{
    private const ulong TagFile = 1;
    private const ulong TagCpuRawName = 4;
    private const ulong TagCpuName = 5;
    private const ulong TagCpuArchitectureProfile = 7;
    private const ulong TagCompatibility = 32;
    private const ulong FirstTagByParity = 32;

    /// <summary>Whether the code is for the M profile, which has T32 only.</summary>
    public static bool IsMProfile(ElfFile file)
    {
        foreach (ElfSection section in file.Sections())
        {
            if (section.Type == ElfSection.ArmAttributes)
            {
                return GetProfile(file, file.GetContents(section).Span) == 'M';
            }
        }

        return false;
    }

    // Format version 'A', then the vendor's subsection: length, name, and its file's attributes.
    private static ulong GetProfile(ElfFile file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || bytes[0] != 'A')
        {
            return 0;
        }

        ReadOnlySpan<byte> rest = bytes[5..];
        int name = rest.IndexOf((byte)0);
        if (name < 0 || !rest[..name].SequenceEqual("aeabi"u8))
        {
            return 0;
        }

        rest = rest[(name + 1)..];
        if (!TryReadNumber(ref rest, out ulong scope) || scope != TagFile || rest.Length < 4)
        {
            return 0;
        }

        uint size = file.U32(rest, 0);
        rest = rest[4..];
        rest = size >= 5 && size - 5 < rest.Length ? rest[..(int)(size - 5)] : rest;
        while (TryReadNumber(ref rest, out ulong tag))
        {
            bool isText = tag is TagCpuRawName or TagCpuName || (tag > FirstTagByParity && (tag & 1) != 0);
            if (!isText || tag == TagCompatibility)
            {
                if (!TryReadNumber(ref rest, out ulong value))
                {
                    return 0;
                }

                if (tag == TagCpuArchitectureProfile)
                {
                    return value;
                }
            }

            if (isText || tag == TagCompatibility)
            {
                int end = rest.IndexOf((byte)0);
                rest = end < 0 ? default : rest[(end + 1)..];
            }
        }

        return 0;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if ((bytes[i] & 0x80) == 0)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
