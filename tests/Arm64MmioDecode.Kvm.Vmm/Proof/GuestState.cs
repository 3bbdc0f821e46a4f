using System;
using System.Collections.Generic;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>The registers and the memory that a case left behind.</summary>
internal sealed class GuestState
{
    public const int SpEl0 = 31;
    public const int SpEl1 = 32;
    public const int Pc = 33;
    public const int PState = 34;
    public const int Esr = 35;
    public const int Far = 36;
    public const int Elr = 37;
    public const int Spsr = 38;
    public const int SpsrAbort = 39;
    public const int RegisterCount = 40;

    private readonly byte[] _vectors = new byte[32 * 256];
    private readonly byte[] _predicates = new byte[17 * 32];

    public required Stop Stop { get; init; }

    /// <summary>The value of the base register before the case.</summary>
    public required ulong Base { get; init; }

    /// <summary>Bytes of a vector that the guest can see; the rest is whatever it is.</summary>
    public required int VectorLength { get; init; }

    public ulong[] Registers { get; } = new ulong[RegisterCount];

    public byte[] Memory { get; } = new byte[0x2000];

    /// <summary>The part of a vector register that the guest can see.</summary>
    public Span<byte> Vector(int number) => _vectors.AsSpan(number * 256, VectorLength);

    /// <summary>Room for a whole vector register.</summary>
    public Span<byte> WholeVector(int number) => _vectors.AsSpan(number * 256, 256);

    /// <summary>The part of a predicate register that the guest can see.</summary>
    public Span<byte> Predicate(int number) => _predicates.AsSpan(number * 32, VectorLength / 8);

    /// <summary>Room for a whole predicate register.</summary>
    public Span<byte> WholePredicate(int number) => _predicates.AsSpan(number * 32, 32);

    /// <summary>Compares with the state after the same case on RAM at another base.</summary>
    /// <returns>The differences; none if the states agree.</returns>
    public List<string> Compare(GuestState expected)
    {
        List<string> differences = [];
        if (Stop.Kind != expected.Stop.Kind)
        {
            differences.Add($"stopped with {Stop}");
        }

        differences.AddRange(CompareRegisters(expected));
        int at = Memory.AsSpan().CommonPrefixLength(expected.Memory);
        if (at < Memory.Length)
        {
            differences.Add($"byte 0x{at:x} is 0x{Memory[at]:x2}, not 0x{expected.Memory[at]:x2}");
        }

        return differences;
    }

    /// <summary>Compares the registers only.</summary>
    /// <returns>The differences; none if the states agree.</returns>
    public List<string> CompareRegisters(GuestState expected)
    {
        List<string> differences = [];
        ulong moved = Base - expected.Base;
        for (int i = 0; i < Registers.Length; i++)
        {
            ulong difference = Registers[i] - expected.Registers[i];
            if (difference != 0 && difference != moved)
            {
                differences.Add($"{NameOf(i)} is 0x{Registers[i]:x}, not 0x{expected.Registers[i]:x}");
            }
        }

        for (int i = 0; i < 32; i++)
        {
            // Z30 holds addresses.
            if (!Vector(i).SequenceEqual(expected.Vector(i)) && (i != 30 || moved == 0))
            {
                differences.Add($"v{i} is {Hex(Vector(i))}, not {Hex(expected.Vector(i))}");
            }
        }

        for (int i = 0; i < 17; i++)
        {
            if (!Predicate(i).SequenceEqual(expected.Predicate(i)))
            {
                differences.Add($"p{i} is {Hex(Predicate(i))}, not {Hex(expected.Predicate(i))}");
            }
        }

        return differences;
    }

    /// <summary>Makes equal what the architecture leaves open when an abort is taken: a tag in the FAR, and PSTATE.TCO,
    /// which only a CPU with FEAT_MTE2 sets.</summary>
    public void IgnoreUnspecified(GuestState other)
    {
        const ulong TagBits = 0xfful << 56;
        const ulong TagCheckOverride = 1 << 25;
        Registers[Far] = (Registers[Far] & ~TagBits) | (other.Registers[Far] & TagBits);
        Registers[PState] = (Registers[PState] & ~TagCheckOverride) | (other.Registers[PState] & TagCheckOverride);
    }

    /// <summary>Clears the bits above 127 of every vector that has changed.</summary>
    public GuestState ClearUpperBits(GuestState before)
    {
        for (int i = 0; i < 32; i++)
        {
            if (!Vector(i).SequenceEqual(before.Vector(i)))
            {
                Vector(i)[16..].Clear();
            }
        }

        return this;
    }

    private static string NameOf(int index) => index switch
    {
        SpEl0 => "sp_el0",
        SpEl1 => "sp_el1",
        Pc => "pc",
        PState => "pstate",
        Esr => "esr_el1",
        Far => "far_el1",
        Elr => "elr_el1",
        Spsr => "spsr_el1",
        SpsrAbort => "spsr_abt",
        _ => $"x{index}",
    };

    private static string Hex(ReadOnlySpan<byte> value)
    {
        int length = value.TrimEnd((byte)0).Length;
        return Convert.ToHexString(value[..Math.Min(Math.Max(length, 16), Math.Min(value.Length, 64))]);
    }
}
