using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Scanning.Sweeping;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>
/// What lines say of instructions wherever they are, kept for those that came last: three of four in compiled code have come before.
/// </summary>
internal sealed class InstructionTexts
{
    private const int EntriesLog2 = 12;
    private const int LongestText = 2048;
    private const uint GoldenRatio = 0x9E37_79B1;

    private readonly int _length;
    private readonly Describe _describe;
    private readonly Entry[] _entries = new Entry[1 << EntriesLog2];
    private readonly byte[] _texts;
    private readonly byte[] _longText = new byte[LongestText];

    /// <param name="length">How long the texts are that can be kept.</param>
    /// <param name="describe">Makes texts.</param>
    public InstructionTexts(int length, Describe describe)
    {
        _length = length;
        _describe = describe;
        _texts = new byte[length << EntriesLog2];
    }

    /// <summary>Writes two texts on an instruction, one behind the other.</summary>
    /// <param name="hit">The instruction; its place does not matter.</param>
    /// <param name="text">Where to write.</param>
    /// <returns>Where the second one starts.</returns>
    public delegate int Describe(in InstructionHit hit, ref Utf8Text text);

    /// <summary>The texts on an instruction, until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Get(in InstructionHit hit, out int second)
    {
        ulong key = KeyOf(in hit);
        int index = (int)((uint)(hit.Opcode * GoldenRatio) >> (32 - EntriesLog2));
        ref Entry entry = ref _entries[index];
        if (entry.Key == key)
        {
            second = entry.Second;
            return _texts.AsSpan(index * _length, entry.Length);
        }

        return Make(in hit, key, index, out second);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOnlySpan<byte> Make(in InstructionHit hit, ulong key, int index, out int second)
    {
        var text = new Utf8Text(_longText);
        second = _describe(in hit, ref text);
        if (text.Length > _length)
        {
            return _longText.AsSpan(0, text.Length);
        }

        _entries[index] = new Entry { Key = key, Second = (ushort)second, Length = (ushort)text.Length };
        Span<byte> kept = _texts.AsSpan(index * _length, text.Length);
        _longText.AsSpan(0, text.Length).CopyTo(kept);
        return kept;
    }

    // Never 0, the key of what is empty.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(in InstructionHit hit) =>
        hit.Opcode | ((ulong)hit.InstructionSet << 32) | ((ulong)hit.ItState.Value << 40) | (1ul << 63);

    private struct Entry
    {
        public ulong Key;
        public ushort Second;
        public ushort Length;
    }
}
