using System;
using System.Text;

namespace Arm64MmioDecode.Scanning.Debugging;

/// <summary>The forms that values of the tables of .debug_line may have (DWARF 5, section 7.5.6).</summary>
internal static class DebugForm
{
    private const ulong Block2 = 0x03;
    private const ulong Block4 = 0x04;
    private const ulong Data2 = 0x05;
    private const ulong Data4 = 0x06;
    private const ulong Data8 = 0x07;
    private const ulong InlineString = 0x08;
    private const ulong Block = 0x09;
    private const ulong Block1 = 0x0A;
    private const ulong Data1 = 0x0B;
    private const ulong StringPointer = 0x0E;
    private const ulong UnsignedData = 0x0F;
    private const ulong StringIndex = 0x1A;
    private const ulong SupplementaryPointer = 0x1D;
    private const ulong Data16 = 0x1E;
    private const ulong LinePointer = 0x1F;
    private const ulong StringIndex1 = 0x25;
    private const ulong StringIndex4 = 0x28;

    public static string? ReadString(DebugSections sections, ref DwarfReader reader, ulong form, bool is64)
    {
        if (form == InlineString)
        {
            return Encoding.UTF8.GetString(reader.ReadString());
        }

        if (form is not (StringPointer or LinePointer))
        {
            Skip(ref reader, form, is64);
            return null;
        }

        int place = reader.Position;
        ulong offset = is64 ? reader.ReadUInt64() : reader.ReadUInt32();
        if (sections.Relocations is not null && sections.Relocations.TryGetValue(place, out DebugRelocation relocation))
        {
            offset = relocation.Value;
        }

        ReadOnlySpan<byte> strings = (form == LinePointer ? sections.LineStrings : sections.Strings).Span;
        if (offset >= (ulong)strings.Length)
        {
            return null;
        }

        var text = new DwarfReader(strings, (int)offset, sections.IsBigEndian);
        return Encoding.UTF8.GetString(text.ReadString());
    }

    public static ulong ReadNumber(ref DwarfReader reader, ulong form)
    {
        switch (form)
        {
            case Data1:
                return reader.ReadByte();
            case Data2:
                return reader.ReadUInt16();
            case UnsignedData:
                return reader.ReadUleb128();
            default:
                Skip(ref reader, form, is64: false);
                return 0;
        }
    }

    /// <summary>An unknown form leaves the reader failed: nothing after it can be found.</summary>
    public static void Skip(ref DwarfReader reader, ulong form, bool is64)
    {
        switch (form)
        {
            case InlineString:
                reader.ReadString();
                break;
            case StringPointer or LinePointer or SupplementaryPointer:
                reader.Skip(is64 ? 8u : 4u);
                break;
            case UnsignedData or StringIndex:
                reader.ReadUleb128();
                break;
            case Data1:
                reader.Skip(1);
                break;
            case Data2:
                reader.Skip(2);
                break;
            case Data4:
                reader.Skip(4);
                break;
            case Data8:
                reader.Skip(8);
                break;
            case Data16:
                reader.Skip(16);
                break;
            case Block:
                reader.Skip(reader.ReadUleb128());
                break;
            case Block1:
                reader.Skip(reader.ReadByte());
                break;
            case Block2:
                reader.Skip(reader.ReadUInt16());
                break;
            case Block4:
                reader.Skip(reader.ReadUInt32());
                break;
            case >= StringIndex1 and <= StringIndex4:
                reader.Skip(form - StringIndex1 + 1);
                break;
            default:
                reader.Skip(ulong.MaxValue);
                break;
        }
    }
}
