using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>
/// Finds A64 words that may be of interest, many at a time. What it finds still has to be looked up; what it leaves out is of none
/// (proven for every word by the tests).
/// </summary>
/// <remarks>
/// A word is a candidate when one of eight classes has it, each the product of four sets: of bits 31:28, 27:24, 23:20 and 11:8. A
/// byte shuffle looks up the classes of a nibble in 16 bytes at once. The positions of candidates are stored without a branch: a
/// third of compiled code are loads and stores, so that a branch would be mispredicted all the time. The commonest ones, of which
/// all is known, can be counted apart instead.
/// </remarks>
internal sealed partial class A64Filter
{
    /// <summary>How many positions more than there are words have to fit.</summary>
    public const int Excess = 32;

    private const string All = "0123456789ABCDEF";

    // For each set of lanes that are not candidates: the numbers of the others, first ones first.
    private static readonly ulong[] s_lanes = MakeLanes();

    private readonly byte[] _classesOf31To28 = new byte[16];
    private readonly byte[] _classesOf27To24 = new byte[16];
    private readonly byte[] _classesOf23To20 = new byte[16];
    private readonly byte[] _classesOf11To8 = new byte[16];

    // Counted apart is what has one of two values in bits of the upper halfword, and all of some bits of the lower one.
    private readonly (ushort Mask, ushort Value) _apart;
    private readonly (ushort Mask, ushort Value) _apartToo;
    private readonly ushort _apartLower;

    private A64Filter(string[][] classes, (ushort Mask, ushort Value) apart, (ushort Mask, ushort Value) apartToo, ushort apartLower)
    {
        for (int i = 0; i < classes.Length; i++)
        {
            Add(_classesOf31To28, classes[i][0], i);
            Add(_classesOf27To24, classes[i][1], i);
            Add(_classesOf23To20, classes[i][2], i);
            Add(_classesOf11To8, classes[i][3], i);
        }

        _apart = apart;
        _apartToo = apartToo;
        _apartLower = apartLower;
    }

    /// <summary>
    /// Finds what may be findings. Counted apart is the bulk of those with SP as base: bits 30:27 = 0101 and bit 25 = 0 are all of LDP,
    /// STP, LDNP and STNP of 32-bit, 64-bit and 128-bit registers; bits 31:23 = 001111011 are LDR and STR of a 128-bit register with an
    /// unsigned offset. Nothing among them is unallocated.
    /// </summary>
    public static A64Filter Findings { get; } = new(
        [
            [All, "CD", All, All], // every load and store of SIMD&FP registers
            ["26AE", "89", All, All], // pairs of general-purpose registers
            ["37BF", "8", All, "4567CDEF"], // pre- and post-indexed, LDRAA
            ["37BF", "8", "2367ABEF", "0123"], // atomics
            ["048C", "8", "01234567ABEF", All], // exclusives, compare and swap; without LDAR, STLR and their kin
            ["D", "5", "02", "4567ABCDEF"], // DC, IC, Guarded Control Stack
            ["014589CD", "9", All, All], // tags, memory copy and set, unprivileged atomics
            ["8ACE", "0145", All, All], // SVE, SME
        ],
        (0x7A00, 0x2800),
        (0xFF80, 0x3D80),
        31 << 5);

    /// <summary>
    /// Finds what may be no instruction (<see cref="A64Classes.CountUndecoded"/>). Counted apart is what is none for certain, and UDF: bits
    /// 28:25 = 0001 or 0011; bit 31 and bits 28:25 = 0000.
    /// </summary>
    public static A64Filter Undecoded { get; } = new(
        [
            ["8ACE", "45", All, All], // SVE
            ["014568C9D", "89", All, All], // exclusives, tags, memory copy and set
            ["37BF", "8", "2367ABEF", All], // atomics, register offsets
            ["BF", "8", "89CD", All], // loads and stores that sign-extend what is as long as the register
            ["BF", "9", "CDEF", All],
            ["014589CD", "D", All, All], // SIMD structures, literals and the like
            ["048CD37BF", "C", All, All],
            ["7BF", "D", "89ABCDEF", All],
        ],
        (0x1A00, 0x0200),
        (0x9E00, 0x0000),
        0);

    /// <summary>Finds the positions of candidates.</summary>
    /// <param name="words">The words.</param>
    /// <param name="positions">Receives the positions, counted in words; as long as <paramref name="words"/> and <see cref="Excess"/> more.</param>
    /// <param name="countApart">Whether what can be counted apart is left out and counted.</param>
    /// <param name="apart">How many of these there are; 0 when they are not counted apart.</param>
    /// <returns>The number of positions.</returns>
    public int Find(ReadOnlySpan<uint> words, Span<ushort> positions, bool countApart, out int apart)
    {
        ref uint word = ref MemoryMarshal.GetReference(words);
        ref ushort position = ref MemoryMarshal.GetReference(positions[..(words.Length + Excess)]);

        int count = 0;
        apart = 0;
        int i = FindInVectors(ref word, words.Length, ref position, countApart, ref count, ref apart);
        for (; i < words.Length; i++)
        {
            uint current = Unsafe.Add(ref word, i);
            bool isApart = countApart && IsApart(current);
            apart += isApart ? 1 : 0;
            Unsafe.Add(ref position, count) = (ushort)i;
            count += !isApart && IsCandidate(current) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Whether a word is a candidate.</summary>
    internal bool IsCandidate(uint word) =>
        (_classesOf31To28[word >> 28] & _classesOf27To24[(word >> 24) & 15] & _classesOf23To20[(word >> 20) & 15] & _classesOf11To8[(word >> 8) & 15]) != 0;

    /// <summary>Whether a word is counted apart.</summary>
    internal bool IsApart(uint word) =>
        (((word >> 16) & _apart.Mask) == _apart.Value || ((word >> 16) & _apartToo.Mask) == _apartToo.Value) && (word & _apartLower) == _apartLower;

    private static void Add(byte[] table, string nibbles, int index)
    {
        foreach (char nibble in nibbles)
        {
            table[nibble <= '9' ? nibble - '0' : nibble - 'A' + 10] |= (byte)(1 << index);
        }
    }

    private static ulong[] MakeLanes()
    {
        var lanes = new ulong[256];
        for (int rejected = 0; rejected < lanes.Length; rejected++)
        {
            int shift = 0;
            for (int lane = 0; lane < 8; lane++)
            {
                if ((rejected >> lane & 1) == 0)
                {
                    lanes[rejected] |= (ulong)lane << shift;
                    shift += 8;
                }
            }
        }

        return lanes;
    }
}
