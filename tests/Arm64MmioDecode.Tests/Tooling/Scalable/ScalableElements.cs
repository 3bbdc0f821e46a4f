using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>
/// The elements of a scalable access: which are active, where they lie in memory and in registers. Written from the operation
/// text of the manual's instruction pages, for the generator and the model; it shares nothing with the library.
/// </summary>
internal static class ScalableElements
{
    private const int Zt0Bytes = 64;

    /// <summary>The elements of an instruction in a state.</summary>
    public static List<ScalableElement> Of(ScalableForm form, uint word, MachineState state)
    {
        var vl = state.Sve!.VectorLength;
        return IsUndefined(form, state) ? [] : form.File switch
        {
            ScalableFile.Nothing => [],
            ScalableFile.WholeVector => Whole(form, word, state, form.Field(word, "Zt"), vl),
            ScalableFile.WholePredicate => Whole(form, word, state, form.Field(word, "Pt"), vl / 8),
            ScalableFile.LookupTable => Whole(form, word, state, 0, Zt0Bytes),
            ScalableFile.ArrayVector => ArrayVector(form, word, state),
            ScalableFile.TileSlice => TileSlice(form, word, state),
            _ when form.IsGather => Gather(form, word, state),
            _ when form.IsBroadcast => Broadcast(form, word, state),
            _ => Contiguous(form, word, state),
        };
    }

    /// <summary>Whether the state does not allow the instruction.</summary>
    public static bool IsUndefined(ScalableForm form, MachineState state) =>
        (form.NeedsStreaming && state.Sme is not { IsStreaming: true })
        || (form.UsesZa && state.Sme?.Za is null)
        || (form.NeedsFullA64 && state.Sme is { IsStreaming: true, IsFullA64Enabled: false })
        || (form.IsOctawordReplication && state.Sve!.VectorLength < 32);

    /// <summary>The address of the first element of an access with a scalar base, without tag bits.</summary>
    public static ulong Start(ScalableForm form, uint word, MachineState state) =>
        RemoveTag(Base(form, word, state) + Offset(form, word, state));

    /// <summary>What is added to the scalar base.</summary>
    public static ulong Offset(ScalableForm form, uint word, MachineState state)
    {
        var vl = state.Sve!.VectorLength;
        if (form.Address == ScalableAddress.Index)
        {
            return X(state, form.Field(word, "Rm")) << form.Shift;
        }

        if (form.File == ScalableFile.ArrayVector)
        {
            return (ulong)(form.Field(word, "off4") * state.Sme!.StreamingVectorLength);
        }

        long unit = !form.IsMultiplied ? 1
            : form.File switch
            {
                ScalableFile.WholeVector => vl,
                ScalableFile.WholePredicate => vl / 8,
                _ => vl / form.RegisterBytes(word) * form.MemoryBytes,
            };
        return (ulong)(form.Immediate(word) * form.ImmediateScale * unit);
    }

    /// <summary>An element of the vector of offsets or bases.</summary>
    public static ulong VectorAddress(ScalableForm form, uint word, MachineState state, int index)
    {
        var isBase = form.Address != ScalableAddress.VectorOffset;
        var z = state.Sve!.ZRegister(form.Field(word, isBase ? "Zn" : "Zm"));
        var value = form.AddressBytes == 4
            ? BinaryPrimitives.ReadUInt32LittleEndian(z[(4 * index)..])
            : BinaryPrimitives.ReadUInt64LittleEndian(z[(8 * index)..]);
        return !form.HasExtend ? value
            : form.Field(word, "xs") == 1 ? (ulong)(int)value
            : (uint)value;
    }

    /// <summary>Which vector element gives the address of an element: the low half of each quadword for LD1Q and ST1Q.</summary>
    public static int VectorIndex(ScalableForm form, int element) => form.MemoryBytes == 16 ? 2 * element : element;

    public static ulong Base(ScalableForm form, uint word, MachineState state)
    {
        var number = form.Field(word, "Rn");
        return number == 31 ? state.Sp : state.X[number];
    }

    public static ulong X(MachineState state, int number) => number == 31 ? 0 : state.X[number];

    public static ulong RemoveTag(ulong address) => (ulong)((long)(address << 8) >> 8);

    private static List<ScalableElement> Whole(ScalableForm form, uint word, MachineState state, int register, int length)
    {
        var start = Start(form, word, state);
        var elements = new List<ScalableElement>(length);
        for (var i = 0; i < length; i++)
        {
            elements.Add(new(start + (ulong)i, 1, true, register, i));
        }

        return elements;
    }

    // LDR (ZA): MOD(UInt(X[v, 32]) + offset, dim) is the array vector.
    private static List<ScalableElement> ArrayVector(ScalableForm form, uint word, MachineState state)
    {
        var svl = state.Sme!.StreamingVectorLength;
        var vector = (int)(((uint)state.X[12 + form.Field(word, "Rv")] + (ulong)form.Field(word, "off4")) % (ulong)svl);
        return Whole(form, word, state, vector, svl);
    }

    private static List<ScalableElement> TileSlice(ScalableForm form, uint word, MachineState state)
    {
        var svl = state.Sme!.StreamingVectorLength;
        var size = form.MemoryBytes;
        var count = svl / size;
        var tile = form.Field(word, "ZAt");
        var offset = form.Field(word, size switch { 1 => "off4", 2 => "off3", 4 => "off2", 8 => "o1", _ => "" });
        var slice = (int)(((uint)state.X[12 + form.Field(word, "Rs")] + (ulong)offset) % (ulong)count);
        var isVertical = form.Field(word, "V") == 1;
        var p = state.Sve!.PRegister(form.Field(word, "Pg"));
        var start = Start(form, word, state);
        var elements = new List<ScalableElement>(count);
        for (var e = 0; e < count; e++)
        {
            // Horizontal slice n of tile t is array vector t + n * (bytes of an element).
            elements.Add(new(
                start + (ulong)(e * size),
                size,
                Bit(p, e * size),
                tile + ((isVertical ? e : slice) * size),
                (isVertical ? slice : e) * size));
        }

        return elements;
    }

    private static List<ScalableElement> Contiguous(ScalableForm form, uint word, MachineState state)
    {
        var vl = state.Sve!.VectorLength;
        var registerBytes = form.RegisterBytes(word);
        var count = vl / registerBytes;
        var p = form.HasCounter
            ? Counter(state.Sve.PRegister(8 + form.Field(word, "PNg")), vl, form.RegisterCount)
            : state.Sve.PRegister(form.Field(word, "Pg")).ToArray();
        var start = Start(form, word, state);
        var elements = new List<ScalableElement>(count * form.RegisterCount);
        for (var i = 0; i < count * form.RegisterCount; i++)
        {
            // Structures take an element of each register in turn; multi-vector accesses fill one register after the other.
            var register = form.IsStructure ? i % form.RegisterCount : i / count;
            var e = form.IsStructure ? i / form.RegisterCount : i % count;
            var predicateElement = form.HasCounter ? i : e;
            elements.Add(new(
                start + (ulong)(i * form.MemoryBytes),
                form.MemoryBytes,
                Bit(p, predicateElement * registerBytes),
                form.Register(word, register),
                e * registerBytes));
        }

        return elements;
    }

    // LD1R* looks at the whole predicate, element by element, for one datum; LD1RQ* and LD1RO* at its first 16 or 32 bits.
    private static List<ScalableElement> Broadcast(ScalableForm form, uint word, MachineState state)
    {
        var vl = state.Sve!.VectorLength;
        var p = state.Sve.PRegister(form.Field(word, "Pg"));
        var registerBytes = form.RegisterBytes(word);
        var start = Start(form, word, state);
        var zt = form.Field(word, "Zt");
        var segment = form.Name.StartsWith("ld1rq", StringComparison.Ordinal) ? 16
            : form.IsOctawordReplication ? 32
            : 0;
        var elements = new List<ScalableElement>();
        if (segment == 0)
        {
            var any = false;
            for (var i = 0; i < vl; i += registerBytes)
            {
                any |= Bit(p, i);
            }

            elements.Add(new(start, form.MemoryBytes, any, zt, 0));
            return elements;
        }

        for (var i = 0; i < segment; i += registerBytes)
        {
            elements.Add(new(start + (ulong)i, form.MemoryBytes, Bit(p, i), zt, i));
        }

        return elements;
    }

    private static List<ScalableElement> Gather(ScalableForm form, uint word, MachineState state)
    {
        var registerBytes = form.RegisterBytes(word);
        var count = state.Sve!.VectorLength / registerBytes;
        var p = state.Sve.PRegister(form.Field(word, "Pg"));
        var elements = new List<ScalableElement>(count);
        for (var e = 0; e < count; e++)
        {
            var vector = VectorAddress(form, word, state, VectorIndex(form, e));
            var address = form.Address switch
            {
                ScalableAddress.VectorOffset => Base(form, word, state) + (vector << form.Shift),
                ScalableAddress.VectorBaseImmediate => vector + (ulong)(form.Immediate(word) * form.ImmediateScale),
                _ => vector + X(state, form.Field(word, "Rm")),
            };
            elements.Add(new(RemoveTag(address), form.MemoryBytes, Bit(p, e * registerBytes), form.Register(word, 0), e * registerBytes));
        }

        return elements;
    }

    /// <summary>CounterToPredicate: the predicate that a predicate-as-counter stands for, over several vectors.</summary>
    private static byte[] Counter(Span<byte> register, int vl, int vectors)
    {
        var value = BinaryPrimitives.ReadUInt16LittleEndian(register);
        var predicate = new byte[vl * vectors / 8];
        if ((value & 0xF) == 0)
        {
            return predicate;
        }

        // The count has as many bits as four vectors of bytes need, above the bit that says the element size.
        var sizeLog2 = System.Numerics.BitOperations.TrailingZeroCount(value);
        var highest = System.Numerics.BitOperations.Log2((uint)vl * 4);
        var count = (value & ((1 << (highest + 1)) - 1)) >> (sizeLog2 + 1);
        var isInverted = (value & 0x8000) != 0;
        for (var e = 0; e < vl * vectors >> sizeLog2; e++)
        {
            if (e < count != isInverted)
            {
                var bit = e << sizeLog2;
                predicate[bit / 8] |= (byte)(1 << (bit % 8));
            }
        }

        return predicate;
    }

    private static bool Bit(ReadOnlySpan<byte> predicate, int index) => ((predicate[index / 8] >> (index % 8)) & 1) != 0;
}
