using System;
using System.Text;

namespace Arm64MmioDecode.Scanning.Debugging;

/// <summary>The header of one unit of .debug_line (DWARF 2 to 5).</summary>
internal readonly struct LineUnit
{
    // Far more than any has, so that no file can make each of many look-ups slow.
    private const ulong MaximumHeaderLength = 1 << 20;

    private const ulong ContentPath = 1;
    private const ulong ContentDirectory = 2;

    private readonly int _tables;

    private LineUnit(int start, int end, int version, bool is64, int tables, int program, in ProgramParameters parameters)
    {
        Start = start;
        End = end;
        Version = version;
        Is64 = is64;
        _tables = tables;
        ProgramStart = program;
        Parameters = parameters;
    }

    public int Start { get; }

    public int End { get; }

    public int Version { get; }

    /// <summary>Whether offsets have 64 bits.</summary>
    public bool Is64 { get; }

    public int ProgramStart { get; }

    public ProgramParameters Parameters { get; }

    /// <summary>Whether the unit's program can be run; otherwise only <see cref="End"/> is known.</summary>
    public bool IsReadable => ProgramStart != 0;

    /// <summary>Reads the header at an offset of .debug_line. False at the end, and where no unit can be.</summary>
    public static bool TryRead(DebugSections sections, int start, out LineUnit unit)
    {
        unit = default;
        ReadOnlySpan<byte> line = sections.Line.Span;
        var reader = new DwarfReader(line, start, sections.IsBigEndian);
        ulong length = reader.ReadUInt32();
        bool is64 = length == uint.MaxValue;
        if (is64)
        {
            length = reader.ReadUInt64();
        }

        if (reader.Failed || length > (ulong)(line.Length - reader.Position))
        {
            return false;
        }

        int end = reader.Position + (int)length;
        int version = reader.ReadUInt16();
        unit = new LineUnit(start, end, version, is64, 0, 0, default);
        if (version is < 2 or > 5)
        {
            return true;
        }

        if (version == 5)
        {
            reader.Skip(2); // address and segment selector size: addresses say their size themselves
        }

        ulong headerLength = is64 ? reader.ReadUInt64() : reader.ReadUInt32();
        int tables = reader.Position;
        byte minimumInstructionLength = reader.ReadByte();
        if (version >= 4)
        {
            reader.ReadByte(); // operations per instruction, for VLIW
        }

        reader.ReadByte(); // is_stmt
        sbyte lineBase = (sbyte)reader.ReadByte();
        byte lineRange = reader.ReadByte();
        byte opcodeBase = reader.ReadByte();
        int lengths = reader.Position;
        reader.Skip(opcodeBase == 0 ? 0u : opcodeBase - 1u);
        if (reader.Failed || reader.Position > end || headerLength > Math.Min(MaximumHeaderLength, (ulong)(end - tables)) || lineRange == 0 || opcodeBase == 0)
        {
            return true;
        }

        var parameters = new ProgramParameters(minimumInstructionLength, lineBase, lineRange, opcodeBase, lengths);
        unit = new LineUnit(start, end, version, is64, reader.Position, tables + (int)headerLength, parameters);
        return true;
    }

    /// <summary>
    /// The name of a file of the unit's table, with its directory unless that is the one of the compilation; null when there is none.
    /// </summary>
    public string? GetFileName(DebugSections sections, ulong index)
    {
        var reader = new DwarfReader(sections.Line.Span[..ProgramStart], _tables, sections.IsBigEndian);
        string? file;
        string? directory;
        if (Version == 5)
        {
            int directories = reader.Position;
            SkipEntries(ref reader);
            if (!TryReadEntry(sections, ref reader, index, out file, out ulong directoryIndex))
            {
                return null;
            }

            reader = new DwarfReader(sections.Line.Span[..ProgramStart], directories, sections.IsBigEndian);
            directory = directoryIndex != 0 && TryReadEntry(sections, ref reader, directoryIndex, out string? name, out _) ? name : null;
        }
        else
        {
            ReadOldTables(ref reader, index, out file, out directory);
        }

        return string.IsNullOrEmpty(file) ? null
            : string.IsNullOrEmpty(directory) || file[0] is '/' or '\\' ? file
            : $"{directory}/{file}";
    }

    private static void ReadOldTables(ref DwarfReader reader, ulong index, out string? file, out string? directory)
    {
        int directories = reader.Position;
        while (!reader.ReadString().IsEmpty)
        {
        }

        file = null;
        directory = null;
        ulong directoryIndex = 0;
        for (ulong i = 1; i <= index && !reader.IsAtEnd; i++)
        {
            ReadOnlySpan<byte> name = reader.ReadString();
            if (name.IsEmpty)
            {
                return;
            }

            directoryIndex = reader.ReadUleb128();
            reader.ReadUleb128();
            reader.ReadUleb128();
            if (i == index && !reader.Failed)
            {
                file = Encoding.UTF8.GetString(name);
            }
        }

        reader.Rewind(directories);
        for (ulong i = 1; i <= directoryIndex; i++)
        {
            ReadOnlySpan<byte> name = reader.ReadString();
            if (name.IsEmpty)
            {
                return;
            }

            directory = i == directoryIndex ? Encoding.UTF8.GetString(name) : null;
        }
    }

    private bool TryReadEntry(DebugSections sections, ref DwarfReader reader, ulong index, out string? path, out ulong directory)
    {
        path = null;
        directory = 0;
        int formats = reader.ReadByte();
        int formatStart = reader.Position;
        SkipFormats(ref reader, formats);
        ulong count = reader.ReadUleb128();
        if (index >= count || formats == 0)
        {
            return false;
        }

        for (ulong i = 0; i <= index && !reader.Failed; i++)
        {
            int entry = reader.Position;
            for (int f = 0, format = formatStart; f < formats; f++)
            {
                reader.Rewind(format);
                ulong content = reader.ReadUleb128();
                ulong form = reader.ReadUleb128();
                format = reader.Position;
                reader.Rewind(entry);
                if (i == index && content == ContentPath)
                {
                    path = DebugForm.ReadString(sections, ref reader, form, Is64);
                }
                else if (i == index && content == ContentDirectory)
                {
                    directory = DebugForm.ReadNumber(ref reader, form);
                }
                else
                {
                    DebugForm.Skip(ref reader, form, Is64);
                }

                entry = reader.Position;
            }
        }

        return !reader.Failed;
    }

    private void SkipEntries(ref DwarfReader reader)
    {
        int formats = reader.ReadByte();
        int formatStart = reader.Position;
        SkipFormats(ref reader, formats);
        ulong count = reader.ReadUleb128();
        for (ulong i = 0; i < count && formats != 0 && !reader.Failed; i++)
        {
            int entry = reader.Position;
            for (int f = 0, format = formatStart; f < formats; f++)
            {
                reader.Rewind(format);
                reader.ReadUleb128();
                ulong form = reader.ReadUleb128();
                format = reader.Position;
                reader.Rewind(entry);
                DebugForm.Skip(ref reader, form, Is64);
                entry = reader.Position;
            }
        }
    }

    private static void SkipFormats(ref DwarfReader reader, int formats)
    {
        for (int i = 0; i < formats; i++)
        {
            reader.ReadUleb128();
            reader.ReadUleb128();
        }
    }
}

/// <summary>What a unit's header says of its program.</summary>
internal readonly record struct ProgramParameters(byte MinimumInstructionLength, sbyte LineBase, byte LineRange, byte OpcodeBase, int OpcodeLengths);
