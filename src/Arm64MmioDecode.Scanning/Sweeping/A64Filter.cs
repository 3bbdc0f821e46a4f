using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>
/// Finds the A64 words that may be findings, many at a time. What it finds still has to be looked up; what it leaves out is none
/// (proven for every word by the tests).
/// </summary>
/// <remarks>
/// A word is a candidate when one of eight classes has it, each the product of four sets: of bits 31:28, 27:24, 23:20 and 11:8. A
/// byte shuffle looks up the classes of a nibble in 16 bytes at once. The positions of candidates are stored without a branch: a
/// third of compiled code are loads and stores, so that a branch would be mispredicted all the time.
/// </remarks>
internal static partial class A64Filter
{
    /// <summary>How many positions more than there are words have to fit.</summary>
    public const int Excess = 32;

    private static readonly byte[] s_classesOf31To28;
    private static readonly byte[] s_classesOf27To24;
    private static readonly byte[] s_classesOf23To20;
    private static readonly byte[] s_classesOf11To8;

    // For each set of lanes that are not candidates: the numbers of the others, first ones first.
    private static readonly ulong[] s_lanes = MakeLanes();

    // The bulk of all findings, with SP as base. Bits 30:27 = 0101 and bit 25 = 0 are all of LDP, STP, LDNP and STNP of 32-bit,
    // 64-bit and 128-bit registers; bits 31:23 = 001111011 are LDR and STR of a 128-bit register with an unsigned offset. Nothing
    // among them is unallocated.
    private const ushort PairMask = 0x7A00;
    private const ushort Pair = 0x2800;
    private const ushort QuadwordMask = 0xFF80;
    private const ushort Quadword = 0x3D80;
    private const ushort StackPointer = 31 << 5;

#pragma warning disable CA1810 // The four tables are made together.
    static A64Filter()
#pragma warning restore CA1810
    {
        s_classesOf31To28 = new byte[16];
        s_classesOf27To24 = new byte[16];
        s_classesOf23To20 = new byte[16];
        s_classesOf11To8 = new byte[16];

        const string all = "0123456789ABCDEF";
        string[][] classes =
        [
            [all, "CD", all, all], // every load and store of SIMD&FP registers
            ["26AE", "89", all, all], // pairs of general-purpose registers
            ["37BF", "8", all, "4567CDEF"], // pre- and post-indexed, LDRAA
            ["37BF", "8", "2367ABEF", "0123"], // atomics
            ["048C", "8", "01234567ABEF", all], // exclusives, compare and swap; without LDAR, STLR and their kin
            ["D", "5", "02", "4567ABCDEF"], // DC, IC, Guarded Control Stack
            ["014589CD", "9", all, all], // tags, memory copy and set, unprivileged atomics
            ["8ACE", "0145", all, all], // SVE, SME
        ];
        for (int i = 0; i < classes.Length; i++)
        {
            Add(s_classesOf31To28, classes[i][0], i);
            Add(s_classesOf27To24, classes[i][1], i);
            Add(s_classesOf23To20, classes[i][2], i);
            Add(s_classesOf11To8, classes[i][3], i);
        }

        static void Add(byte[] table, string nibbles, int index)
        {
            foreach (char nibble in nibbles)
            {
                table[Convert.ToInt32(nibble.ToString(), 16)] |= (byte)(1 << index);
            }
        }
    }

    /// <summary>Finds the positions of candidates.</summary>
    /// <param name="words">The words.</param>
    /// <param name="positions">Receives the positions, counted in words; as long as <paramref name="words"/> and <see cref="Excess"/> more.</param>
    /// <param name="withoutStack">Whether the commonest accesses to the stack are counted only.</param>
    /// <param name="stack">How many of these there are; 0 when they are not counted apart.</param>
    /// <returns>The number of positions.</returns>
    public static int Find(ReadOnlySpan<uint> words, Span<ushort> positions, bool withoutStack, out int stack)
    {
        ref uint word = ref MemoryMarshal.GetReference(words);
        ref ushort position = ref MemoryMarshal.GetReference(positions[..(words.Length + Excess)]);

        int count = 0;
        stack = 0;
        int i = FindInVectors(ref word, words.Length, ref position, withoutStack, ref count, ref stack);
        for (; i < words.Length; i++)
        {
            uint current = Unsafe.Add(ref word, i);
            bool isStack = withoutStack && IsCommonStack(current);
            stack += isStack ? 1 : 0;
            Unsafe.Add(ref position, count) = (ushort)i;
            count += !isStack && MayBeFinding(current) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Whether a word is a candidate.</summary>
    internal static bool MayBeFinding(uint word) =>
        (s_classesOf31To28[word >> 28] & s_classesOf27To24[(word >> 24) & 15] & s_classesOf23To20[(word >> 20) & 15] & s_classesOf11To8[(word >> 8) & 15]) != 0;

    /// <summary>Whether a word is one of the accesses to the stack that <see cref="Find"/> counts.</summary>
    internal static bool IsCommonStack(uint word) => (((word >> 16) & PairMask) == Pair || ((word >> 16) & QuadwordMask) == Quadword) && (word & StackPointer) == StackPointer;

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
