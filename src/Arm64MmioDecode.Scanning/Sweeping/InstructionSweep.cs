using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>
/// Goes through code from its first byte to its last, and finds the instructions that would leave a data abort without a valid
/// syndrome. Allocates nothing.
/// </summary>
/// <remarks>
/// <code>
/// var sweep = new InstructionSweep(code, InstructionSet.A64);
/// for (int count; (count = sweep.Read(hits)) != 0;)
/// {
///     foreach (InstructionHit hit in hits[..count]) …
/// }
/// </code>
/// </remarks>
public ref struct InstructionSweep
{
    /// <summary>The shortest buffer that <see cref="Read"/> takes, in hits.</summary>
    public const int MinimumBufferLength = 64;

    // What is looked at at once stays in the level 1 cache, with the positions that are found in it.
    private const int ChunkLength = 1024;
    private const int WordLength = 4;
    private const int HalfwordLength = 2;

    private readonly ReadOnlySpan<byte> _code;
    private readonly InstructionSet _set;
    private readonly SweepOptions _options;
    private readonly bool _isBigEndian;
    private int _position;

    // The last IT instruction: where the instruction after it is, and the state there.
    private int _blockStart;
    private ItState _blockState;

    /// <summary>Starts a sweep.</summary>
    /// <param name="code">The code, of one instruction set.</param>
    /// <param name="instructionSet">The instruction set.</param>
    /// <param name="options">What to report beyond accesses that may touch a device.</param>
    /// <param name="isBigEndian">Whether A32 and T32 instructions are big-endian, as in BE32 images; A64 instructions never are.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="instructionSet"/> is none of the three.</exception>
    public InstructionSweep(ReadOnlySpan<byte> code, InstructionSet instructionSet, SweepOptions options = SweepOptions.None, bool isBigEndian = false)
    {
        if (instructionSet > InstructionSet.T32)
        {
            throw new ArgumentOutOfRangeException(nameof(instructionSet));
        }

        _code = code;
        _set = instructionSet;
        _options = options;
        _isBigEndian = isBigEndian && instructionSet != InstructionSet.A64;
    }

    /// <summary>How many bytes have been looked at.</summary>
    public readonly int Position => _position;

    /// <summary>How many instructions have been looked at, words that are none included.</summary>
    public long Instructions { get; private set; }

    /// <summary>
    /// How many of them are no instruction: unallocated in the encoding spaces of memory accesses, reserved A64 words, or cut off
    /// at the end. Counted for A64 with <see cref="SweepOptions.CountUndecoded"/> only.
    /// </summary>
    public long Undecoded { get; private set; }

    /// <summary>How many accesses with the stack pointer as base have been left out.</summary>
    public long OmittedStack { get; private set; }

    /// <summary>How many literals have been left out.</summary>
    public long OmittedLiterals { get; private set; }

    /// <summary>Finds the next instructions.</summary>
    /// <param name="hits">Receives them, in ascending order.</param>
    /// <returns>How many there are; 0 at the end of the code.</returns>
    /// <exception cref="ArgumentException"><paramref name="hits"/> has fewer than <see cref="MinimumBufferLength"/> elements.</exception>
    [SkipLocalsInit]
    public int Read(Span<InstructionHit> hits)
    {
        if (hits.Length < MinimumBufferLength)
        {
            throw new ArgumentException($"A buffer of at least {MinimumBufferLength} hits is needed.", nameof(hits));
        }

        Span<ushort> positions = stackalloc ushort[ChunkLength + A64Filter.Excess];
        int count = 0;

        // A buffer that is nearly full would be filled in ever smaller pieces.
        int enough = Math.Max(MinimumBufferLength, hits.Length / 4);
        while (_position < _code.Length && hits.Length - count >= enough)
        {
            count += _set switch
            {
                InstructionSet.A64 => SweepA64(positions, hits[count..]),
                InstructionSet.A32 => SweepA32(positions, hits[count..]),
                _ => SweepT32(positions, hits[count..]),
            };
        }

        return count;
    }

    private int SweepA64(scoped Span<ushort> positions, Span<InstructionHit> hits)
    {
        int wordCount = Math.Min(ChunkLength, (_code.Length - _position) / WordLength);
        if (wordCount == 0)
        {
            return EndInside();
        }

        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(_code.Slice(_position, wordCount * WordLength));
        int found = A64Filter.Findings.Find(words, positions, (_options & SweepOptions.Stack) == 0, out int stack);
        if (found > hits.Length)
        {
            // Not all of them fit if all are hits: the sweep goes on from the first that would not.
            wordCount = positions[hits.Length];
            words = words[..wordCount];
            found = A64Filter.Findings.Find(words, positions, (_options & SweepOptions.Stack) == 0, out stack);
        }

        int count = A64Classes.Select(words, positions[..found], (uint)_position, _options, hits, ref stack, out int literals);
        if ((_options & SweepOptions.CountUndecoded) != 0)
        {
            Undecoded += A64Classes.CountUndecoded(words, positions);
        }

        OmittedStack += stack;
        OmittedLiterals += literals;
        Instructions += wordCount;
        _position += wordCount * WordLength;
        return count;
    }

    private int SweepA32(scoped Span<ushort> positions, Span<InstructionHit> hits)
    {
        int wordCount = Math.Min(Math.Min(ChunkLength, hits.Length), (_code.Length - _position) / WordLength);
        if (wordCount == 0)
        {
            return EndInside();
        }

        ReadOnlySpan<byte> bytes = _code.Slice(_position, wordCount * WordLength);
        int found = AArch32Filter.FindA32(bytes, _isBigEndian, positions);
        int count = 0;
        foreach (ushort position in positions[..found])
        {
            int offset = position * WordLength;
            uint word = ReadWord(bytes[offset..]);
            count += Decide(InstructionDecoder.DecodeA32(word, out AccessDescriptor access), in access, _position + offset, hits, count);
        }

        Instructions += wordCount;
        _position += bytes.Length;
        return count;
    }

    private int SweepT32(scoped Span<ushort> positions, Span<InstructionHit> hits)
    {
        int start = _position;
        int halfwordCount = Math.Min(Math.Min(ChunkLength, hits.Length), (_code.Length - start) / HalfwordLength);
        if (halfwordCount == 0)
        {
            return EndInside();
        }

        int found = AArch32Filter.FindT32(_code.Slice(start, halfwordCount * HalfwordLength), _isBigEndian, positions, out int length, out int instructions);
        int count = 0;
        foreach (ushort candidate in positions[..found])
        {
            int position = start + (candidate * HalfwordLength);
            uint halfword = ReadHalfword(position);
            if (halfword >> 8 == 0xBF)
            {
                if ((halfword & 15) != 0)
                {
                    _blockStart = position + HalfwordLength;
                    _blockState = new ItState((byte)halfword);
                }

                continue;
            }

            bool isWide = InstructionDecoder.GetT32Length((ushort)halfword) == WordLength;
            if (isWide && position + WordLength > _code.Length)
            {
                Undecoded++;
                continue;
            }

            uint opcode = isWide ? (halfword << 16) | ReadHalfword(position + HalfwordLength) : halfword;
            count += Decide(InstructionDecoder.DecodeT32(opcode, StateAt(position), out AccessDescriptor access), in access, position, hits, count);
        }

        Instructions += instructions;
        _position = Math.Min(start + (length * HalfwordLength), _code.Length);
        return count;
    }

    // A block has four instructions at most: they are counted from where it started.
    private readonly ItState StateAt(int position)
    {
        ItState state = _blockState;
        for (int at = _blockStart; state != ItState.None && at < position; at += InstructionDecoder.GetT32Length((ushort)ReadHalfword(at)))
        {
            state = state.Advance();
        }

        return state;
    }

    private int Decide(DecodeStatus status, in AccessDescriptor access, int offset, Span<InstructionHit> hits, int count)
    {
        if (status != DecodeStatus.MemoryAccess || !Rules.IsFinding(in access))
        {
            Undecoded += status == DecodeStatus.Unallocated ? 1 : 0;
            return 0;
        }

        if ((_options & SweepOptions.Stack) == 0 && Rules.IsStack(in access))
        {
            OmittedStack++;
            return 0;
        }

        if ((_options & SweepOptions.Literals) == 0 && Rules.IsLiteral(in access))
        {
            OmittedLiterals++;
            return 0;
        }

        hits[count] = new InstructionHit((uint)offset, access.Opcode, access.NoSyndromeReasons, access.InstructionSet, access.ItState);
        return 1;
    }

    // What is left is shorter than an instruction.
    private int EndInside()
    {
        if (_position < _code.Length)
        {
            _position = _code.Length;
            Instructions++;
            Undecoded++;
        }

        return 0;
    }

    private readonly uint ReadWord(ReadOnlySpan<byte> bytes) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private readonly uint ReadHalfword(int position) => _isBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(_code[position..])
        : BinaryPrimitives.ReadUInt16LittleEndian(_code[position..]);
}
