using System;

namespace Arm64MmioDecode.Tests.Tooling.Cases;

/// <summary>Registers and memory to start from, and addresses that are worth an access.</summary>
public static class RandomState
{
    /// <summary>The page that the data accesses of a case go to; its neighbours are not mapped, with exceptions.</summary>
    public const ulong Data = 0x2000_0000;

    private static readonly ulong[] s_corners =
    [
        0, 1, ulong.MaxValue, 0x8000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF, 0x8000_0000, 0x7FFF_FFFF,
    ];

    /// <summary>Gives every register and the flags a value: random ones, and often one at a limit.</summary>
    public static void FillRegisters(DifferentialCase c, Random random)
    {
        var state = c.Initial;
        var mask = c.Isa == Isa.A64 ? ulong.MaxValue : uint.MaxValue;
        for (var i = 0; i < (c.Isa == Isa.A64 ? 31 : 15); i++)
        {
            state.X[i] = Value(random) & mask;
        }

        for (var i = 0; i < (c.Isa == Isa.A64 ? 32 : 16); i++)
        {
            state.V[i] = new UInt128(Value(random), Value(random));
        }

        if (c.Isa == Isa.A64)
        {
            state.Sp = Value(random);
        }

        state.PState = (state.PState & 0x0FFF_FFFF) | ((uint)random.Next(16) << 28);
    }

    /// <summary>Maps pages with random bytes in them.</summary>
    public static void FillMemory(
        DifferentialCase c, Random random, ulong address, int length = GuestMemory.PageSize, PageAccess access = PageAccess.Write)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        c.Initial.Memory.Map(address, length, access);
        c.Initial.Memory.Load(address, bytes);
    }

    /// <summary>
    /// Maps the data page and chooses an address for an access to it: mostly inside, at any alignment; sometimes
    /// across its end or its start, where the access faults in the middle; sometimes across the border to a second
    /// page; sometimes to a page that is read-only.
    /// </summary>
    /// <param name="c">The case.</param>
    /// <param name="random">The source of every choice.</param>
    /// <param name="size">The bytes that are accessed, from the address upwards.</param>
    /// <param name="alignment">What the address must be a multiple of.</param>
    public static ulong PlaceAccess(DifferentialCase c, Random random, int size, int alignment = 1)
    {
        const ulong End = Data + GuestMemory.PageSize;
        var choice = random.Next(20);
        var isReadOnly = choice == 0;
        var hasSecondPage = choice is 1 or 2;
        FillMemory(c, random, Data, access: isReadOnly ? PageAccess.ReadOnly : PageAccess.Write);
        if (hasSecondPage)
        {
            FillMemory(c, random, End, access: random.Next(4) == 0 ? PageAccess.ReadOnly : PageAccess.Write);
        }

        var address = choice switch
        {
            1 or 2 or 3 or 4 => End - (ulong)random.Next(size + 1),
            5 => Data - (ulong)random.Next(size + 1),
            _ => Data + (ulong)random.Next(Math.Max(1, GuestMemory.PageSize - size)),
        };
        if (random.Next(3) == 0)
        {
            // The natural alignment of the whole access, or of the widest element.
            alignment = Math.Max(alignment, Math.Min(16, size & -size));
        }

        return address & ~(ulong)(alignment - 1);
    }

    private static ulong Value(Random random) =>
        random.Next(4) == 0 ? s_corners[random.Next(s_corners.Length)] : (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
