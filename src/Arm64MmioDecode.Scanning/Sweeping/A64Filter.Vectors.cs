using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Arm64MmioDecode.Scanning.Sweeping;

// Each of these does the same for as many words as its vectors take: the upper halfwords of two vectors in one, their lower
// halfwords in another; the nibbles' classes by byte shuffles; the stack; the positions of what is left, side by side. They return
// how many words they looked at; the few after these are left to the caller.
internal static partial class A64Filter
{
    private static int FindInVectors(ref uint word, int length, ref ushort position, bool withoutStack, ref int count, ref int stack)
    {
#if NET10_0_OR_GREATER
        if (Vector512.IsHardwareAccelerated && Avx512Vbmi2.IsSupported)
        {
            return FindAvx512(ref word, length, ref position, withoutStack, ref count, ref stack);
        }
#endif

        if (Avx2.IsSupported)
        {
            return FindAvx2(ref word, length, ref position, withoutStack, ref count, ref stack);
        }

        return AdvSimd.Arm64.IsSupported || Ssse3.IsSupported ? FindVector128(ref word, length, ref position, withoutStack, ref count, ref stack) : 0;
    }

#if NET10_0_OR_GREATER
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int FindAvx512(ref uint word, int length, ref ushort position, bool withoutStack, ref int count, ref int stack)
    {
        Vector512<byte> table31To28 = Twice(Twice(s_classesOf31To28));
        Vector512<byte> table27To24 = Twice(Twice(s_classesOf27To24));
        Vector512<byte> table23To20 = Twice(Twice(s_classesOf23To20));
        Vector512<byte> table11To8 = Twice(Twice(s_classesOf11To8));
        Vector512<byte> nibbles = Vector512.Create((byte)15);
        Vector512<ushort> even = Vector512.CreateSequence<ushort>(0, 2);
        Vector512<ushort> odd = Vector512.CreateSequence<ushort>(1, 2);
        Vector512<ushort> pairMask = Vector512.Create(PairMask);
        Vector512<ushort> pair = Vector512.Create(Pair);
        Vector512<ushort> quadwordMask = Vector512.Create(QuadwordMask);
        Vector512<ushort> quadword = Vector512.Create(Quadword);
        Vector512<ushort> stackPointer = Vector512.Create(StackPointer);
        Vector512<ushort> wanted = withoutStack ? Vector512<ushort>.AllBitsSet : Vector512<ushort>.Zero;

        Vector512<ushort> positions = Vector512<ushort>.Indices;
        Vector512<ushort> onStack = Vector512<ushort>.Zero;
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

            Vector512<ushort> isStack = (Vector512.Equals(upper & pairMask, pair) | Vector512.Equals(upper & quadwordMask, quadword))
                & Vector512.Equals(lower & stackPointer, stackPointer) & wanted;
            onStack -= isStack;
            Vector512<ushort> kept = Vector512.AndNot(Vector512.GreaterThan(class16, Vector512<ushort>.Zero), isStack);
            Avx512Vbmi2.Compress(Vector512<ushort>.Zero, kept, positions).StoreUnsafe(ref position, (nuint)found);
            found += BitOperations.PopCount(kept.ExtractMostSignificantBits());
            positions += Vector512.Create((ushort)Vector512<ushort>.Count);
        }

        count = found;
        stack = Vector512.Sum(onStack);
        return i;
    }
#endif

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int FindAvx2(ref uint word, int length, ref ushort position, bool withoutStack, ref int count, ref int stack)
    {
        Vector256<byte> table31To28 = Twice(s_classesOf31To28);
        Vector256<byte> table27To24 = Twice(s_classesOf27To24);
        Vector256<byte> table23To20 = Twice(s_classesOf23To20);
        Vector256<byte> table11To8 = Twice(s_classesOf11To8);
        Vector256<byte> nibbles = Vector256.Create((byte)15);
        Vector256<ushort> pairMask = Vector256.Create(PairMask);
        Vector256<ushort> pair = Vector256.Create(Pair);
        Vector256<ushort> quadwordMask = Vector256.Create(QuadwordMask);
        Vector256<ushort> quadword = Vector256.Create(Quadword);
        Vector256<ushort> stackPointer = Vector256.Create(StackPointer);
        Vector256<ushort> wanted = withoutStack ? Vector256<ushort>.AllBitsSet : Vector256<ushort>.Zero;
        ref ulong lanes = ref MemoryMarshal.GetArrayDataReference(s_lanes);

        Vector256<ushort> onStack = Vector256<ushort>.Zero;
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

            Vector256<ushort> isStack = (Vector256.Equals(upper & pairMask, pair) | Vector256.Equals(upper & quadwordMask, quadword))
                & Vector256.Equals(lower & stackPointer, stackPointer) & wanted;
            onStack -= isStack;
            Vector256<ushort> rejected = Vector256.Equals(class16, Vector256<ushort>.Zero) | isStack;

            uint rejectedLanes = (rejected.AsUInt32() << 16).ExtractMostSignificantBits();
            uint rejectedMore = rejected.AsUInt32().ExtractMostSignificantBits();
            Place(rejectedLanes, i, ref lanes, ref Unsafe.Add(ref position, (nint)found));
            found += 8 - BitOperations.PopCount(rejectedLanes);
            Place(rejectedMore, i + 8, ref lanes, ref Unsafe.Add(ref position, (nint)found));
            found += 8 - BitOperations.PopCount(rejectedMore);
        }

        count = found;
        stack = Vector256.Sum(onStack);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int FindVector128(ref uint word, int length, ref ushort position, bool withoutStack, ref int count, ref int stack)
    {
        Vector128<byte> table31To28 = Vector128.Create(s_classesOf31To28);
        Vector128<byte> table27To24 = Vector128.Create(s_classesOf27To24);
        Vector128<byte> table23To20 = Vector128.Create(s_classesOf23To20);
        Vector128<byte> table11To8 = Vector128.Create(s_classesOf11To8);
        Vector128<byte> nibbles = Vector128.Create((byte)15);
        Vector128<ushort> wanted = withoutStack ? Vector128<ushort>.AllBitsSet : Vector128<ushort>.Zero;
        ref ulong lanes = ref MemoryMarshal.GetArrayDataReference(s_lanes);

        Vector128<ushort> onStack = Vector128<ushort>.Zero;
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

            Vector128<ushort> isStack = (Vector128.Equals(upper & Vector128.Create(PairMask), Vector128.Create(Pair)) | Vector128.Equals(upper & Vector128.Create(QuadwordMask), Vector128.Create(Quadword)))
                & Vector128.Equals(lower & Vector128.Create(StackPointer), Vector128.Create(StackPointer)) & wanted;
            onStack -= isStack;
            uint rejected = (Vector128.Equals(class16, Vector128<ushort>.Zero) | isStack).ExtractMostSignificantBits();
            Place(rejected, i, ref lanes, ref Unsafe.Add(ref position, found));
            found += 8 - BitOperations.PopCount(rejected);
        }

        count = found;
        stack = Vector128.Sum(onStack);
        return i;
    }

    // Stores the positions of the lanes that are not rejected, and as many others as make up eight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Place(uint rejected, int start, ref ulong lanes, ref ushort position)
    {
        Vector128<byte> numbers = Vector128.CreateScalarUnsafe(Unsafe.Add(ref lanes, (nint)rejected)).AsByte();
        (Vector128.WidenLower(numbers) + Vector128.Create((ushort)start)).StoreUnsafe(ref position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> indices) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(table, indices) : Ssse3.Shuffle(table, indices);

    private static Vector256<byte> Twice(byte[] table) => Vector256.Create(Vector128.Create(table), Vector128.Create(table));

#if NET10_0_OR_GREATER
    private static Vector512<byte> Twice(Vector256<byte> table) => Vector512.Create(table, table);
#endif
}
