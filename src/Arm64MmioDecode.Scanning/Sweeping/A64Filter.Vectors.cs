using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Arm64MmioDecode.Scanning.Sweeping;

// Each of these does the same for as many words as its vectors take: the upper halfwords of two vectors in one, their lower
// halfwords in another; the nibbles' classes by byte shuffles; what is counted apart; the positions of what is left, side by side. They return
// how many words they looked at; the few after these are left to the caller.
internal sealed partial class A64Filter
{
    private int FindInVectors(ref uint word, int length, ref ushort position, bool countApart, ref int count, ref int apart)
    {
#if NET10_0_OR_GREATER
        if (Vector512.IsHardwareAccelerated && Avx512Vbmi2.IsSupported)
        {
            return FindAvx512(ref word, length, ref position, countApart, ref count, ref apart);
        }
#endif

        if (Avx2.IsSupported)
        {
            return FindAvx2(ref word, length, ref position, countApart, ref count, ref apart);
        }

        return AdvSimd.Arm64.IsSupported || Ssse3.IsSupported ? FindVector128(ref word, length, ref position, countApart, ref count, ref apart) : 0;
    }

#if NET10_0_OR_GREATER
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int FindAvx512(ref uint word, int length, ref ushort position, bool countApart, ref int count, ref int apart)
    {
        Vector512<byte> table31To28 = Twice(Twice(_classesOf31To28));
        Vector512<byte> table27To24 = Twice(Twice(_classesOf27To24));
        Vector512<byte> table23To20 = Twice(Twice(_classesOf23To20));
        Vector512<byte> table11To8 = Twice(Twice(_classesOf11To8));
        Vector512<byte> nibbles = Vector512.Create((byte)15);
        Vector512<ushort> even = Vector512.CreateSequence<ushort>(0, 2);
        Vector512<ushort> odd = Vector512.CreateSequence<ushort>(1, 2);
        Vector512<ushort> mask = Vector512.Create(_apart.Mask);
        Vector512<ushort> value = Vector512.Create(_apart.Value);
        Vector512<ushort> maskToo = Vector512.Create(_apartToo.Mask);
        Vector512<ushort> valueToo = Vector512.Create(_apartToo.Value);
        Vector512<ushort> bothLower = Vector512.Create(_apartLower);
        Vector512<ushort> wanted = countApart ? Vector512<ushort>.AllBitsSet : Vector512<ushort>.Zero;

        Vector512<ushort> positions = Vector512<ushort>.Indices;
        Vector512<ushort> countedApart = Vector512<ushort>.Zero;
        int found = 0;
        int i = 0;
        for (; i <= length - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
        {
            Vector512<ushort> words = Vector512.LoadUnsafe(ref word, (nuint)i).AsUInt16();
            Vector512<ushort> more = Vector512.LoadUnsafe(ref word, (nuint)i + 16).AsUInt16();
            Vector512<ushort> lower = Avx512BW.PermuteVar32x16x2(words, even, more);
            Vector512<ushort> upper = Avx512BW.PermuteVar32x16x2(words, odd, more);

            Vector512<byte> high = (upper >>> 4).AsByte() & nibbles;
            Vector512<byte> classes = Avx512BW.Shuffle(table31To28, high) & Avx512BW.Shuffle(table27To24, upper.AsByte() & nibbles) & Avx512BW.Shuffle(table11To8, lower.AsByte() & nibbles);
            Vector512<ushort> class16 = (classes.AsUInt16() >>> 8) & Avx512BW.Shuffle(table23To20, high).AsUInt16();

            Vector512<ushort> isApart = (Vector512.Equals(upper & mask, value) | Vector512.Equals(upper & maskToo, valueToo))
                & Vector512.Equals(lower & bothLower, bothLower) & wanted;
            countedApart -= isApart;
            Vector512<ushort> kept = Vector512.AndNot(Vector512.GreaterThan(class16, Vector512<ushort>.Zero), isApart);
            Avx512Vbmi2.Compress(Vector512<ushort>.Zero, kept, positions).StoreUnsafe(ref position, (nuint)found);
            found += BitOperations.PopCount(kept.ExtractMostSignificantBits());
            positions += Vector512.Create((ushort)Vector512<ushort>.Count);
        }

        count = found;
        apart = Vector512.Sum(countedApart);
        return i;
    }
#endif

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int FindAvx2(ref uint word, int length, ref ushort position, bool countApart, ref int count, ref int apart)
    {
        Vector256<byte> table31To28 = Twice(_classesOf31To28);
        Vector256<byte> table27To24 = Twice(_classesOf27To24);
        Vector256<byte> table23To20 = Twice(_classesOf23To20);
        Vector256<byte> table11To8 = Twice(_classesOf11To8);
        Vector256<byte> nibbles = Vector256.Create((byte)15);
        Vector256<ushort> mask = Vector256.Create(_apart.Mask);
        Vector256<ushort> value = Vector256.Create(_apart.Value);
        Vector256<ushort> maskToo = Vector256.Create(_apartToo.Mask);
        Vector256<ushort> valueToo = Vector256.Create(_apartToo.Value);
        Vector256<ushort> bothLower = Vector256.Create(_apartLower);
        Vector256<ushort> wanted = countApart ? Vector256<ushort>.AllBitsSet : Vector256<ushort>.Zero;
        ref ulong lanes = ref MemoryMarshal.GetArrayDataReference(s_lanes);

        Vector256<ushort> countedApart = Vector256<ushort>.Zero;
        int found = 0;
        int i = 0;
        for (; i <= length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            // The first vector's words in the even lanes, the second's in the odd ones.
            Vector256<uint> words = Vector256.LoadUnsafe(ref word, (nuint)i);
            Vector256<uint> more = Vector256.LoadUnsafe(ref word, (nuint)i + 8);
            Vector256<ushort> upper = Avx2.Blend((words >>> 16).AsUInt16(), more.AsUInt16(), 0b10101010);
            Vector256<ushort> lower = Avx2.Blend(words.AsUInt16(), (more << 16).AsUInt16(), 0b10101010);

            Vector256<byte> high = (upper >>> 4).AsByte() & nibbles;
            Vector256<byte> classes = Avx2.Shuffle(table31To28, high) & Avx2.Shuffle(table27To24, upper.AsByte() & nibbles) & Avx2.Shuffle(table11To8, lower.AsByte() & nibbles);
            Vector256<ushort> class16 = (classes.AsUInt16() >>> 8) & Avx2.Shuffle(table23To20, high).AsUInt16();

            Vector256<ushort> isApart = (Vector256.Equals(upper & mask, value) | Vector256.Equals(upper & maskToo, valueToo))
                & Vector256.Equals(lower & bothLower, bothLower) & wanted;
            countedApart -= isApart;
            Vector256<ushort> rejected = Vector256.Equals(class16, Vector256<ushort>.Zero) | isApart;

            uint rejectedLanes = (rejected.AsUInt32() << 16).ExtractMostSignificantBits();
            uint rejectedMore = rejected.AsUInt32().ExtractMostSignificantBits();
            Place(rejectedLanes, i, ref lanes, ref Unsafe.Add(ref position, (nint)found));
            found += 8 - BitOperations.PopCount(rejectedLanes);
            Place(rejectedMore, i + 8, ref lanes, ref Unsafe.Add(ref position, (nint)found));
            found += 8 - BitOperations.PopCount(rejectedMore);
        }

        count = found;
        apart = Vector256.Sum(countedApart);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int FindVector128(ref uint word, int length, ref ushort position, bool countApart, ref int count, ref int apart)
    {
        Vector128<byte> table31To28 = Vector128.Create(_classesOf31To28);
        Vector128<byte> table27To24 = Vector128.Create(_classesOf27To24);
        Vector128<byte> table23To20 = Vector128.Create(_classesOf23To20);
        Vector128<byte> table11To8 = Vector128.Create(_classesOf11To8);
        Vector128<byte> nibbles = Vector128.Create((byte)15);
        Vector128<ushort> mask = Vector128.Create(_apart.Mask);
        Vector128<ushort> value = Vector128.Create(_apart.Value);
        Vector128<ushort> maskToo = Vector128.Create(_apartToo.Mask);
        Vector128<ushort> valueToo = Vector128.Create(_apartToo.Value);
        Vector128<ushort> bothLower = Vector128.Create(_apartLower);
        Vector128<ushort> wanted = countApart ? Vector128<ushort>.AllBitsSet : Vector128<ushort>.Zero;
        ref ulong lanes = ref MemoryMarshal.GetArrayDataReference(s_lanes);

        Vector128<ushort> countedApart = Vector128<ushort>.Zero;
        int found = 0;
        int i = 0;
        for (; i <= length - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            Vector128<uint> words = Vector128.LoadUnsafe(ref word, (nuint)i);
            Vector128<uint> more = Vector128.LoadUnsafe(ref word, (nuint)i + 4);
            Vector128<ushort> upper = Vector128.Narrow(words >>> 16, more >>> 16);
            Vector128<ushort> lower = Vector128.Narrow(words, more);

            Vector128<byte> high = (upper >>> 4).AsByte() & nibbles;
            Vector128<byte> classes = Lookup(table31To28, high) & Lookup(table27To24, upper.AsByte() & nibbles) & Lookup(table11To8, lower.AsByte() & nibbles);
            Vector128<ushort> class16 = (classes.AsUInt16() >>> 8) & Lookup(table23To20, high).AsUInt16();

            Vector128<ushort> isApart = (Vector128.Equals(upper & mask, value) | Vector128.Equals(upper & maskToo, valueToo))
                & Vector128.Equals(lower & bothLower, bothLower) & wanted;
            countedApart -= isApart;
            uint rejected = LanesOf(Vector128.Equals(class16, Vector128<ushort>.Zero) | isApart);
            Place(rejected, i, ref lanes, ref Unsafe.Add(ref position, found));
            found += 8 - BitOperations.PopCount(rejected);
        }

        count = found;
        apart = Vector128.Sum(countedApart);
        return i;
    }

    // Stores the positions of the lanes that are not rejected, and as many others as make up eight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Place(uint rejected, int start, ref ulong lanes, ref ushort position)
    {
        Vector128<byte> numbers = Vector128.CreateScalarUnsafe(Unsafe.Add(ref lanes, (nint)rejected)).AsByte();
        (Vector128.WidenLower(numbers) + Vector128.Create((ushort)start)).StoreUnsafe(ref position);
    }

    // SSE tells the sign bits of bytes only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint LanesOf(Vector128<ushort> lanes) => Sse2.IsSupported
        ? (uint)Sse2.MoveMask(Sse2.PackSignedSaturate(lanes.AsInt16(), Vector128<short>.Zero))
        : lanes.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> indices) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(table, indices) : Ssse3.Shuffle(table, indices);

    private static Vector256<byte> Twice(byte[] table) => Vector256.Create(Vector128.Create(table), Vector128.Create(table));

#if NET10_0_OR_GREATER
    private static Vector512<byte> Twice(Vector256<byte> table) => Vector512.Create(table, table);
#endif
}
