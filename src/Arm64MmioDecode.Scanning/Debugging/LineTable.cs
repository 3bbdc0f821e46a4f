using System;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Debugging;

/// <summary>
/// Finds source lines in .debug_line. Only the ends of its sequences are remembered; rows are made again where they are asked for, and
/// further questions go on from there, so that the lines of a whole kernel need little memory.
/// </summary>
internal sealed class LineTable : ILineTable
{
    // Each costs some thirty bytes here; a kernel has tens of thousands.
    private const int MaximumSequences = 500_000;

    // Sequences should not overlap; how many earlier ones are looked at in case they do.
    private const int MaximumOverlaps = 16;

    // Rows that are made for questions: in the order of addresses a file needs each once, so this ends only what is hostile.
    private const int MaximumRows = 1 << 27;

    private readonly DebugSections _sections;
    private readonly Sequence[] _sequences;

    private Sequence _current;
    private LineUnit _unit;
    private LineProgramState _row;
    private LineProgramState _next;
    private int _rows;
    private (int Unit, ulong File, string? Name) _file = (-1, 0, null);

    private LineTable(DebugSections sections, Sequence[] sequences)
    {
        _sections = sections;
        _sequences = sequences;
    }

    public bool IsEmpty => _sequences.Length == 0;

    public static LineTable Read(DebugSections sections)
    {
        var sequences = new List<Sequence>();
        int position = 0;
        while (LineUnit.TryRead(sections, position, out LineUnit unit) && sequences.Count < MaximumSequences)
        {
            if (unit.IsReadable)
            {
                AddSequences(sections, in unit, sequences);
            }

            position = unit.End;
        }

        Sequence[] sorted = [.. sequences];
        Array.Sort(sorted);
        return new LineTable(sections, sorted);
    }

    public bool TryFind(CodeSection section, ulong address, out SourceLocation location)
    {
        location = default;
        int key = _sections.Relocations is null ? LineProgram.NoSection : section.Index;
        if (!(_current.Contains(key, address) && _row.Address <= address) && !TryStart(key, address))
        {
            return false;
        }

        Advance(address);
        if (_row.Line == 0 || GetFileName() is not string file)
        {
            return false;
        }

        location = new SourceLocation(file, (int)Math.Min(_row.Line, int.MaxValue));
        return true;
    }

    private static void AddSequences(DebugSections sections, in LineUnit unit, List<Sequence> sequences)
    {
        var program = new LineProgram(sections, in unit, unit.ProgramStart);
        int start = unit.ProgramStart;
        bool isFirst = true;
        ulong low = 0;
        int section = LineProgram.NoSection;
        while (program.MoveNext())
        {
            if (isFirst)
            {
                low = program.State.Address;
                section = program.State.Section;
                isFirst = false;
            }

            if (program.State.IsEndOfSequence)
            {
                if (program.State.Address > low && sequences.Count < MaximumSequences)
                {
                    sequences.Add(new Sequence(section, low, program.State.Address, unit.Start, start));
                }

                start = program.State.Position;
                isFirst = true;
            }
        }
    }

    private bool TryStart(int section, ulong address)
    {
        int found = Array.BinarySearch(_sequences, new Sequence(section, address, ulong.MaxValue, int.MaxValue, int.MaxValue));
        int last = (found < 0 ? ~found : found) - 1;
        for (int i = last; i >= 0 && i > last - MaximumOverlaps; i--)
        {
            if (_sequences[i].Contains(section, address))
            {
                _current = _sequences[i];
                LineUnit.TryRead(_sections, _current.Unit, out _unit);
                var program = new LineProgram(_sections, in _unit, _current.Program);
                program.MoveNext();
                _row = program.State;
                _next = program.State;
                return true;
            }
        }

        return false;
    }

    // The last row at or before the address counts.
    private void Advance(ulong address)
    {
        if (_next.Address > address)
        {
            return;
        }

        var program = new LineProgram(_sections, in _unit, in _next);
        while (_next.Address <= address && !_next.IsEndOfSequence && _rows < MaximumRows)
        {
            _rows++;
            _row = _next;
            if (!program.MoveNext())
            {
                break;
            }

            _next = program.State;
        }
    }

    private string? GetFileName()
    {
        if (_file.Unit != _unit.Start || _file.File != _row.File)
        {
            _file = (_unit.Start, _row.File, _unit.GetFileName(_sections, _row.File));
        }

        return _file.Name;
    }

    private readonly record struct Sequence(int Section, ulong Low, ulong High, int Unit, int Program) : IComparable<Sequence>
    {
        public bool Contains(int section, ulong address) => section == Section && address >= Low && address < High;

        public int CompareTo(Sequence other)
        {
            int result = Section.CompareTo(other.Section);
            result = result != 0 ? result : Low.CompareTo(other.Low);
            result = result != 0 ? result : High.CompareTo(other.High);
            return result != 0 ? result : Program.CompareTo(other.Program);
        }
    }
}
