using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

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
internal static class A64Filter
{
    /// <summary>How many positions more than there are words have to fit.</summary>
    public const int Excess = 8;

    private static readonly byte[] s_classesOf31To28;
    private static readonly byte[] s_classesOf27To24;
    private static readonly byte[] s_classesOf23To20;
    private static readonly byte[] s_classesOf11To8;

    // For each set of lanes that are not candidates: the numbers of the others, first ones first.
    private static readonly ulong[] s_lanes = MakeLanes();

    // The bulk of all findings, with SP as base. Bits 30:27 = 0101 and bit 25 = 0 are all of LDP, STP, LDNP and STNP of 32-bit,
    // 64-bit and 128-bit registers; bits 31:23 = 001111011 are LDR and STR of a 128-bit register with an unsigned offset. Nothing
    // among them is unallocated.
    private const uint PairMask = 0x7A0003E0;
    private const uint StackPair = 0x280003E0;
    private const uint QuadwordMask = 0xFF8003E0;
    private const uint StackQuadword = 0x3D8003E0;

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
    public static int Find(ReadOnlySpan<uint> words, Span<int> positions, bool withoutStack, out int stack)
    {
        ref uint word = ref MemoryMarshal.GetReference(words);
        ref int position = ref MemoryMarshal.GetReference(positions[..(words.Length + Excess)]);

        int i = 0;
        int count = 0;
        stack = 0;
        if (Avx2.IsSupported)
        {
            i = FindAvx2(ref word, words.Length, ref position, withoutStack, ref count, ref stack);
        }
        else if (AdvSimd.Arm64.IsSupported || Ssse3.IsSupported)
        {
            i = FindVector128(ref word, words.Length, ref position, withoutStack, ref count, ref stack);
        }

        for (; i < words.Length; i++)
        {
            uint current = Unsafe.Add(ref word, i);
            bool isStack = withoutStack && IsCommonStack(current);
            stack += isStack ? 1 : 0;
            Unsafe.Add(ref position, count) = i;
            count += !isStack && MayBeFinding(current) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Whether a word is a candidate.</summary>
    internal static bool MayBeFinding(uint word) =>
        (s_classesOf31To28[word >> 28] & s_classesOf27To24[(word >> 24) & 15] & s_classesOf23To20[(word >> 20) & 15] & s_classesOf11To8[(word >> 8) & 15]) != 0;

    /// <summary>Whether a word is one of the accesses to the stack that <see cref="Find"/> counts.</summary>
    internal static bool IsCommonStack(uint word) => (word & PairMask) == StackPair || (word & QuadwordMask) == StackQuadword;

    // Two vectors at a time: their upper halfwords in one, their lower halfwords in another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindAvx2(ref uint word, int length, ref int position, bool withoutStack, ref int count, ref int stack)
    {
        Vector256<byte> table31To28 = Twice(s_classesOf31To28);
        Vector256<byte> table27To24 = Twice(s_classesOf27To24);
        Vector256<byte> table23To20 = Twice(s_classesOf23To20);
        Vector256<byte> table11To8 = Twice(s_classesOf11To8);
        Vector256<byte> nibbles = Vector256.Create((byte)15);
        Vector256<uint> pairMask = Vector256.Create(PairMask);
        Vector256<uint> pair = Vector256.Create(StackPair);
        Vector256<uint> quadwordMask = Vector256.Create(QuadwordMask);
        Vector256<uint> quadword = Vector256.Create(StackQuadword);
        Vector256<uint> wanted = withoutStack ? Vector256<uint>.AllBitsSet : Vector256<uint>.Zero;
        ref ulong lanes = ref MemoryMarshal.GetArrayDataReference(s_lanes);

        Vector256<int> onStack = Vector256<int>.Zero;
        int found = 0;
        int i = 0;
        for (; i <= length - (2 * Vector256<uint>.Count); i += 2 * Vector256<uint>.Count)
        {
            Vector256<uint> words = Vector256.LoadUnsafe(ref word, (nuint)i);
            Vector256<uint> more = Vector256.LoadUnsafe(ref word, (nuint)i + 8);
            Vector256<ushort> upper = Avx2.Blend((words >>> 16).AsUInt16(), more.AsUInt16(), 0b10101010);
            Vector256<ushort> lower = Avx2.Blend(words.AsUInt16(), (more << 16).AsUInt16(), 0b10101010);

            // Of each halfword the upper byte counts: bits 31:24 and 15:8; and the lower one for bits 23:20.
            Vector256<byte> high = (upper >>> 4).AsByte() & nibbles;
            Vector256<byte> classes = Avx2.Shuffle(table31To28, high) & Avx2.Shuffle(table27To24, upper.AsByte() & nibbles) & Avx2.Shuffle(table11To8, lower.AsByte() & nibbles);
            Vector256<ushort> class16 = (classes.AsUInt16() >>> 8) & Avx2.Shuffle(table23To20, high).AsUInt16();
            Vector256<ushort> rejected = Vector256.Equals(class16, Vector256<ushort>.Zero);

            Vector256<uint> isStack = (Vector256.Equals(words & pairMask, pair) | Vector256.Equals(words & quadwordMask, quadword)) & wanted;
            Vector256<uint> isMoreStack = (Vector256.Equals(more & pairMask, pair) | Vector256.Equals(more & quadwordMask, quadword)) & wanted;
            onStack -= isStack.AsInt32() + isMoreStack.AsInt32();

            uint rejectedLanes = ((rejected.AsUInt32() << 16) | isStack).ExtractMostSignificantBits();
            uint rejectedMore = (rejected.AsUInt32() | isMoreStack).ExtractMostSignificantBits();
            Vector256<int> first = Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(Unsafe.Add(ref lanes, (nint)rejectedLanes)).AsByte()) + Vector256.Create(i);
            Vector256<int> second = Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(Unsafe.Add(ref lanes, (nint)rejectedMore)).AsByte()) + Vector256.Create(i + 8);
            first.StoreUnsafe(ref position, (nuint)found);
            found += Vector256<uint>.Count - BitOperations.PopCount(rejectedLanes);
            second.StoreUnsafe(ref position, (nuint)found);
            found += Vector256<uint>.Count - BitOperations.PopCount(rejectedMore);
        }

        count = found;
        stack = Vector256.Sum(onStack);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindVector128(ref uint word, int length, ref int position, bool withoutStack, ref int count, ref int stack)
    {
        Vector128<byte> table31To28 = Vector128.Create(s_classesOf31To28);
        Vector128<byte> table27To24 = Vector128.Create(s_classesOf27To24);
        Vector128<byte> table23To20 = Vector128.Create(s_classesOf23To20);
        Vector128<byte> table11To8 = Vector128.Create(s_classesOf11To8);
        Vector128<uint> nibble = Vector128.Create(15u);
        Vector128<uint> low = Vector128.Create(255u);
        Vector128<uint> wanted = withoutStack ? Vector128<uint>.AllBitsSet : Vector128<uint>.Zero;
        ref ulong lanes = ref MemoryMarshal.GetArrayDataReference(s_lanes);

        Vector128<int> onStack = Vector128<int>.Zero;
        int found = 0;
        int i = 0;
        for (; i <= length - Vector128<uint>.Count; i += Vector128<uint>.Count)
        {
            Vector128<uint> words = Vector128.LoadUnsafe(ref word, (nuint)i);
            Vector128<byte> classes =
                Lookup(table31To28, (words >>> 28).AsByte())
                & Lookup(table27To24, ((words >>> 24) & nibble).AsByte())
                & Lookup(table23To20, ((words >>> 20) & nibble).AsByte())
                & Lookup(table11To8, ((words >>> 8) & nibble).AsByte());
            Vector128<uint> isStack = wanted & (Vector128.Equals(words & Vector128.Create(PairMask), Vector128.Create(StackPair))
                | Vector128.Equals(words & Vector128.Create(QuadwordMask), Vector128.Create(StackQuadword)));
            Vector128<uint> rejected = Vector128.Equals(classes.AsUInt32() & low, Vector128<uint>.Zero) | isStack;
            onStack -= isStack.AsInt32();

            // The upper four lanes do not exist: they are rejected.
            uint rejectedLanes = rejected.ExtractMostSignificantBits() | 0xF0;
            ulong numbers = Unsafe.Add(ref lanes, (nint)rejectedLanes);
            Vector128<int> positions = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(numbers).AsByte())).AsInt32() + Vector128.Create(i);
            positions.StoreUnsafe(ref position, (nuint)found);
            found += 2 * Vector128<uint>.Count - BitOperations.PopCount(rejectedLanes);
        }

        count = found;
        stack = Vector128.Sum(onStack);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> indices) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(table, indices) : Ssse3.Shuffle(table, indices);

    private static Vector256<byte> Twice(byte[] table) => Vector256.Create(Vector128.Create(table), Vector128.Create(table));

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
