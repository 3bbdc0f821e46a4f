namespace Arm64MmioDecode.Scanning.Debugging;

/// <summary>Runs the program of a unit of .debug_line, row by row (DWARF 5, section 6.2).</summary>
internal ref struct LineProgram
{
    private const byte ExtendedOpcode = 0;
    private const byte Copy = 1;
    private const byte AdvancePc = 2;
    private const byte AdvanceLine = 3;
    private const byte SetFile = 4;
    private const byte ConstAddPc = 8;
    private const byte FixedAdvancePc = 9;
    private const byte EndSequence = 1;
    private const byte SetAddress = 2;

    /// <summary>The section of addresses in linked files, which need none.</summary>
    public const int NoSection = -1;

    private readonly DebugSections _sections;
    private readonly ProgramParameters _parameters;
    private DwarfReader _reader;

    public LineProgram(DebugSections sections, in LineUnit unit, int position)
    {
        _sections = sections;
        _parameters = unit.Parameters;
        _reader = new DwarfReader(sections.Line.Span[..unit.End], position, sections.IsBigEndian);
        Reset();
    }

    /// <summary>Continues where another run stopped.</summary>
    public LineProgram(DebugSections sections, in LineUnit unit, in LineProgramState state)
        : this(sections, in unit, state.Position)
    {
        State = state;
    }

    /// <summary>The row that <see cref="MoveNext"/> came to, and where the program goes on.</summary>
    public LineProgramState State;

    /// <summary>Goes on to the next row. False at the end of the program.</summary>
    public bool MoveNext()
    {
        if (State.IsEndOfSequence)
        {
            Reset();
        }

        while (!_reader.IsAtEnd)
        {
            byte opcode = _reader.ReadByte();
            bool isRow = opcode >= _parameters.OpcodeBase ? ExecuteSpecial(opcode)
                : opcode == ExtendedOpcode ? ExecuteExtended()
                : ExecuteStandard(opcode);
            if (isRow && !_reader.Failed)
            {
                State.Position = _reader.Position;
                return true;
            }
        }

        return false;
    }

    private void Reset() => State = new LineProgramState { Position = _reader.Position, Section = NoSection, File = 1, Line = 1 };

    private bool ExecuteSpecial(byte opcode)
    {
        int adjusted = opcode - _parameters.OpcodeBase;
        State.Address += (ulong)(adjusted / _parameters.LineRange * _parameters.MinimumInstructionLength);
        State.Line += (uint)(_parameters.LineBase + (adjusted % _parameters.LineRange));
        return true;
    }

    private bool ExecuteExtended()
    {
        ulong length = _reader.ReadUleb128();
        if (length == 0)
        {
            return false;
        }

        byte opcode = _reader.ReadByte();
        switch (opcode)
        {
            case EndSequence:
                _reader.Skip(length - 1);
                State.IsEndOfSequence = true;
                return true;
            case SetAddress when length is 5 or 9:
                int place = _reader.Position;
                State.Address = _reader.ReadUnsigned((int)length - 1);
                State.Section = NoSection;
                if (_sections.Relocations is not null && _sections.Relocations.TryGetValue(place, out DebugRelocation relocation))
                {
                    State.Address = relocation.Value;
                    State.Section = relocation.Section;
                }

                return false;
            default:
                _reader.Skip(length - 1);
                return false;
        }
    }

    private bool ExecuteStandard(byte opcode)
    {
        switch (opcode)
        {
            case Copy:
                return true;
            case AdvancePc:
                State.Address += _reader.ReadUleb128() * _parameters.MinimumInstructionLength;
                return false;
            case AdvanceLine:
                State.Line += (uint)_reader.ReadSleb128();
                return false;
            case SetFile:
                State.File = _reader.ReadUleb128();
                return false;
            case ConstAddPc:
                State.Address += (ulong)((byte.MaxValue - _parameters.OpcodeBase) / _parameters.LineRange * _parameters.MinimumInstructionLength);
                return false;
            case FixedAdvancePc:
                State.Address += _reader.ReadUInt16();
                return false;
            default:
                // What it does matters for nothing here; the header says how many operands it has.
                for (int i = _sections.Line.Span[_parameters.OpcodeLengths + opcode - 1]; i > 0; i--)
                {
                    _reader.ReadUleb128();
                }

                return false;
        }
    }
}

/// <summary>The registers of a line program that matter here.</summary>
internal struct LineProgramState
{
    /// <summary>Where the program goes on.</summary>
    public int Position;

    public int Section;

    public ulong Address;

    public ulong File;

    public uint Line;

    /// <summary>The row only says where the sequence ends.</summary>
    public bool IsEndOfSequence;
}
