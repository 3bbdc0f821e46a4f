using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Tests.Tooling.Cases;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>Where the elements of a case lie.</summary>
internal enum Placement
{
    /// <summary>All in accessible memory.</summary>
    Inside,

    /// <summary>From some element on, behind the end of memory.</summary>
    AcrossEnd,

    /// <summary>Up to some element, before the start of memory.</summary>
    AcrossStart,

    /// <summary>As <see cref="AcrossEnd"/>, and the page behind is read-only.</summary>
    AcrossEndOfWritable,

    /// <summary>Nowhere: only what has no active element completes.</summary>
    Nowhere,
}

/// <summary>Makes cases of scalable accesses: any word, registers and vector lengths, and addresses where something happens.</summary>
internal static class ScalableCases
{
    public const ulong Data = RandomState.Data;

    /// <summary>Room for the widest contiguous access, and for gathers to be scattered.</summary>
    public const int DataSize = 2 * GuestMemory.PageSize;

    private const ulong Code = 0x1800_0000;
    private const ulong End = Data + DataSize;
    private const ulong Elsewhere = 0x3000_0000;

    /// <summary>One case.</summary>
    /// <param name="form">The encoding.</param>
    /// <param name="machine">Vector lengths and modes.</param>
    /// <param name="random">The source of every choice.</param>
    /// <param name="placement">Where the elements lie.</param>
    /// <param name="boundary">The element at which the placement changes; −1 for any.</param>
    /// <param name="bigEndian">The byte order of data.</param>
    public static ScalableCase Next(
        ScalableForm form, ScalableMachine machine, Random random, Placement placement, int boundary = -1, bool bigEndian = false)
    {
        var word = form.NextWord(random);
        var c = new DifferentialCase(Isa.A64, Code, [word], bigEndian) { Name = form.Class, Cpu = machine.Cpu };
        RandomState.FillRegisters(c, random);
        machine.Fill(c.Initial, random);
        RandomState.FillMemory(c, random, Data, DataSize);
        if (placement == Placement.AcrossEndOfWritable)
        {
            RandomState.FillMemory(c, random, End, access: PageAccess.ReadOnly);
        }

        FillPredicate(form, word, c.Initial, random, boundary);
        if (form.IsGather)
        {
            PlaceGather(form, word, c.Initial, random, placement, boundary);
        }
        else
        {
            PlaceContiguous(form, word, c.Initial, random, placement, boundary);
        }

        ScalableModel.CopyLowHalves(c.Initial);
        return new ScalableCase(form, word, c);
    }

    // The governing predicate; what the other registers hold is random already.
    private static void FillPredicate(ScalableForm form, uint word, MachineState state, Random random, int boundary)
    {
        var vl = state.Sve!.VectorLength;
        if (form.HasCounter)
        {
            FillCounter(state.Sve.PRegister(8 + form.Field(word, "PNg")), random, vl, boundary >= 0);
        }
        else if (form.IsPredicated)
        {
            var p = state.Sve.PRegister(form.Field(word, "Pg"));
            random.NextBytes(p);
            switch (random.Next(boundary >= 0 ? 4 : 8))
            {
                case 0 or 1:
                    p.Fill(0xFF);
                    break;
                case 4:
                    p.Clear();
                    break;
                case 5:
                    // A prefix, as WHILELO makes it.
                    var active = random.Next(vl + 1);
                    for (var i = 0; i < vl; i++)
                    {
                        SetBit(p, i, i < active);
                    }

                    break;
                case 6:
                    // One element, wherever.
                    p.Clear();
                    SetBit(p, random.Next(vl / 4) * 4, true);
                    break;
            }

            if (boundary >= 0)
            {
                var size = form.RegisterBytes(word);
                var element = form.IsStructure ? boundary / form.RegisterCount : boundary;
                SetBit(p, element * size % vl, true);
            }
        }

        // FFR: mostly all TRUE, as SETFFR leaves it, sometimes TRUE up to an element.
        var ffr = state.Sve.PRegister(16);
        ffr.Fill(0xFF);
        if (random.Next(4) == 0)
        {
            var first = random.Next(vl);
            for (var i = first; i < vl; i++)
            {
                SetBit(ffr, i, false);
            }
        }
    }

    private static void FillCounter(Span<byte> p, Random random, int vl, bool all)
    {
        var sizeLog2 = random.Next(4);
        var count = random.Next(((4 * vl) >> sizeLog2) + 1);
        var value = (1 << sizeLog2) | (count << (sizeLog2 + 1)) | (random.Next(2) << 15);
        value = random.Next(all ? 1 : 12) switch
        {
            0 => 0x8001, // every element
            1 => 0, // none
            2 => random.Next(1 << 16),
            _ => value,
        };
        BinaryPrimitives.WriteUInt16LittleEndian(p, (ushort)value);
    }

    private static void PlaceContiguous(
        ScalableForm form, uint word, MachineState state, Random random, Placement placement, int boundary)
    {
        var elements = ScalableElements.Of(form, word, state);
        var size = elements.Count == 0 ? 1 : elements[0].Size;
        var total = (ulong)Math.Max(1, elements.Count * size);
        var element = (ulong)((boundary >= 0 ? boundary : random.Next(Math.Max(1, elements.Count))) * size);

        // Sometimes the boundary is inside of an element.
        var inside = random.Next(3) == 0 ? (ulong)random.Next(size) : 0;
        var start = placement switch
        {
            Placement.Inside => Data + (ulong)random.NextInt64(DataSize - (long)total + 1),
            Placement.AcrossStart => Data - element - inside,
            Placement.Nowhere => Elsewhere,
            _ => End - element - inside,
        };
        if (placement == Placement.Inside && random.Next(2) == 0)
        {
            start &= ~(ulong)(size - 1);
        }

        SetStart(form, word, state, random, start);
    }

    private static void SetStart(ScalableForm form, uint word, MachineState state, Random random, ulong start)
    {
        var n = form.Field(word, "Rn");
        var m = form.Field(word, "Rm");
        if (form.Address == ScalableAddress.Index && m != 31)
        {
            state.X[m] = random.Next(2) == 0 ? (ulong)random.Next(-512, 512) : (ulong)random.NextInt64();
            if (m == n)
            {
                // Base and index in one: as near as the sum can come.
                state.X[n] = start / (1 + (1UL << form.Shift));
                return;
            }
        }

        SetBase(state, n, Tagged(start - ScalableElements.Offset(form, word, state), random));
    }

    private static void PlaceGather(
        ScalableForm form, uint word, MachineState state, Random random, Placement placement, int boundary)
    {
        var count = state.Sve!.VectorLength / (form.IsPrefetch ? form.AddressBytes : form.RegisterBytes(word));
        var bad = boundary >= 0 ? boundary : random.Next(count);
        if (form.Address == ScalableAddress.VectorOffset)
        {
            SetBase(state, form.Field(word, "Rn"), Tagged(Data + (ulong)random.Next(64), random));
        }
        else if (form.Address == ScalableAddress.VectorBaseIndex && form.Field(word, "Rm") != 31)
        {
            state.X[form.Field(word, "Rm")] = (ulong)random.Next(-4096, 4096);
        }

        var z = state.Sve.ZRegister(form.Field(word, form.Address == ScalableAddress.VectorOffset ? "Zm" : "Zn"));
        for (var e = 0; e < count; e++)
        {
            var target = Target(form, random, placement, e, bad);
            var value = form.Address switch
            {
                ScalableAddress.VectorOffset => (ulong)((long)(target - ScalableElements.RemoveTag(ScalableElements.Base(form, word, state))) >> form.Shift),
                ScalableAddress.VectorBaseImmediate => target - (ulong)(form.Immediate(word) * form.ImmediateScale),
                _ => target - ScalableElements.X(state, form.Field(word, "Rm")),
            };
            var i = ScalableElements.VectorIndex(form, e);
            if (form.AddressBytes == 4)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(z[(4 * i)..], (uint)value);
            }
            else if (form.HasExtend)
            {
                // The upper halves are ignored, and stay random.
                BinaryPrimitives.WriteUInt32LittleEndian(z[(8 * i)..], (uint)value);
            }
            else
            {
                BinaryPrimitives.WriteUInt64LittleEndian(z[(8 * i)..], value);
            }
        }
    }

    private static ulong Target(ScalableForm form, Random random, Placement placement, int element, int bad)
    {
        var size = form.MemoryBytes;
        var isBad = placement switch
        {
            Placement.Inside => false,
            Placement.Nowhere => true,
            Placement.AcrossStart => element <= bad,
            _ => element == bad || (element > bad && random.Next(3) == 0),
        };
        if (!isBad)
        {
            var address = Data + (ulong)random.Next(64, DataSize - size);
            return random.Next(2) == 0 ? address & ~(ulong)(size - 1) : address;
        }

        var straddle = random.Next(3) == 0 ? (ulong)random.Next(size) : 0;
        return placement == Placement.Nowhere ? Elsewhere : End - straddle;
    }

    /// <summary>A top byte, which Linux makes the processor ignore, now and then.</summary>
    private static ulong Tagged(ulong address, Random random) =>
        random.Next(8) == 0 ? (address & (ulong.MaxValue >> 8)) | ((ulong)random.Next(256) << 56) : address;

    private static void SetBase(MachineState state, int number, ulong value)
    {
        if (number == 31)
        {
            state.Sp = value;
        }
        else
        {
            state.X[number] = value;
        }
    }

    private static void SetBit(Span<byte> predicate, int index, bool value)
    {
        var bit = (byte)(1 << (index % 8));
        predicate[index / 8] = (byte)(value ? predicate[index / 8] | bit : predicate[index / 8] & ~bit);
    }
}
