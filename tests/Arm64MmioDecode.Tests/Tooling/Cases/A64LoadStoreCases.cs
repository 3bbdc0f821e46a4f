using System;
using System.Collections.Generic;
using System.Linq;

namespace Arm64MmioDecode.Tests.Tooling.Cases;

/// <summary>
/// The A64 loads, stores and prefetches of one or two general-purpose or SIMD&amp;FP registers, in all addressing
/// forms, and the load-acquires and store-releases. Words come from the encoding diagrams of the manual's "Loads and
/// stores" section, and LLVM says which of them are allocated.
/// </summary>
public static class A64LoadStoreCases
{
    private const ulong Code = 0x1800_0000;

    private static readonly Form[] s_forms =
    [
        new("unsigned immediate", "xx111v01 xx iiiiiiiiiiii nnnnn ttttt", UnsignedImmediate),
        new("unscaled", "xx111v00 xx 0 iiiiiiiii 00 nnnnn ttttt", Immediate9),
        new("post-index", "xx111v00 xx 0 iiiiiiiii 01 nnnnn ttttt", NoOffset),
        new("unprivileged", "xx111000 xx 0 iiiiiiiii 10 nnnnn ttttt", Immediate9),
        new("pre-index", "xx111v00 xx 0 iiiiiiiii 11 nnnnn ttttt", Immediate9),
        new("register offset", "xx111v00 xx 1 mmmmm x1x S 10 nnnnn ttttt", RegisterOffset),
        new("literal", "xx011v00 iiiiiiiiiiiiiiiiiii ttttt", Literal),
        new("pair, no-allocate", "xx101v000 L iiiiiii xxxxx nnnnn ttttt", PairOffset),
        new("pair, post-index", "xx101v001 L iiiiiii xxxxx nnnnn ttttt", PairNoOffset),
        new("pair", "xx101v010 L iiiiiii xxxxx nnnnn ttttt", PairOffset),
        new("pair, pre-index", "xx101v011 L iiiiiii xxxxx nnnnn ttttt", PairOffset),
        new("acquire/release", "xx001000 1L0 11111 x 11111 nnnnn ttttt", Ordered),
        new("acquire PC", "xx111000 101 11111 110000 nnnnn ttttt", Ordered),
        new("acquire PC/release, unscaled", "xx011001 xx 0 iiiiiiiii 00 nnnnn ttttt", OrderedImmediate9),
    ];

    /// <summary>How an instruction's address comes about.</summary>
    /// <param name="Size">Bytes accessed.</param>
    /// <param name="Offset">What is added to the base register (or to PC, for a literal) before the access.</param>
    /// <param name="Alignment">What the address has to be a multiple of most of the time.</param>
    private readonly record struct Access(int Size, long Offset, int Alignment = 1);

    private sealed record Form(string Name, string Pattern, Func<uint, DifferentialCase, Random, Access> Describe)
    {
        public WordPattern Words { get; } = new(Pattern);

        public bool HasBase => Describe != Literal;

        public bool IsPair => Name.StartsWith("pair", StringComparison.Ordinal);
    }

    /// <summary>Cases spread evenly over the forms; the same seed gives the same cases.</summary>
    public static IEnumerable<DifferentialCase> Generate(int count, int seed, bool bigEndian = false)
    {
        var random = new Random(seed);
        var drawn = new List<(Form Form, uint Word)>();
        while (drawn.Count < count)
        {
            var candidates = Enumerable.Range(0, count).Select(i => (Form: s_forms[i % s_forms.Length], i))
                .Select(x => (x.Form, Word: x.Form.Words.Next(random)))
                .Where(x => !IsUnpredictable(x.Form, x.Word) && !IsLsui(x.Form, x.Word))
                .ToList();
            var verdicts = LlvmDisassembler.Disassemble(Isa.A64, candidates.ConvertAll(x => x.Word));
            drawn.AddRange(candidates.Where((_, i) => verdicts[i].Status == LlvmStatus.Valid));
        }

        return drawn.Take(count).Select(x => Build(x.Form, x.Word, random, bigEndian));
    }

    private static DifferentialCase Build(Form form, uint word, Random random, bool bigEndian)
    {
        var c = new DifferentialCase(Isa.A64, Code, [word], bigEndian) { Name = form.Name };
        RandomState.FillRegisters(c, random);
        if (!form.HasBase)
        {
            // The code's own page is there already; any other is mapped most of the time.
            var target = Code + (ulong)form.Describe(word, c, random).Offset;
            foreach (var page in new[] { target & ~0xFFFUL, (target + 15) & ~0xFFFUL }.Distinct())
            {
                if (page != Code && random.Next(8) != 0)
                {
                    RandomState.FillMemory(c, random, page);
                }
            }

            return c;
        }

        var access = form.Describe(word, c, random);
        var alignment = random.Next(8) == 0 ? 1 : access.Alignment;
        var address = RandomState.PlaceAccess(c, random, access.Size, alignment);
        SetBase(c, (int)(word >> 5) & 31, address - (ulong)access.Offset);
        return c;
    }

    private static void SetBase(DifferentialCase c, int register, ulong value)
    {
        if (register == 31)
        {
            c.Initial.Sp = value;
        }
        else
        {
            c.Initial.X[register] = value;
        }
    }

    /// <summary>
    /// Whether the word meets a constrained-unpredictable condition (a base that is written back and transferred, a
    /// load pair of one register twice), whose outcome is for each implementation to choose.
    /// </summary>
    private static bool IsUnpredictable(Form form, uint word)
    {
        var t = word & 31;
        var t2 = (word >> 10) & 31;
        var n = (word >> 5) & 31;
        var isVector = (word & (1 << 26)) != 0;
        var isPair = form.IsPair;
        var isLoad = (word & (1 << 22)) != 0;
        var hasWriteback = form.Name.EndsWith("post-index", StringComparison.Ordinal)
            || form.Name.EndsWith("pre-index", StringComparison.Ordinal);
        return (isPair && isLoad && t == t2) || (hasWriteback && !isVector && n != 31 && (t == n || (isPair && t2 == n)));
    }

    /// <summary>The pairs with opc 11 (LDTP, STTP and their like) are FEAT_LSUI, which QEMU 7.2 does not have.</summary>
    private static bool IsLsui(Form form, uint word) => form.IsPair && word >> 30 == 3;

    /// <summary>log2 of the access's bytes: size, or 4 for the SIMD&amp;FP Q form (opc&lt;1> set).</summary>
    private static int Scale(uint word)
    {
        var isVector = (word & (1 << 26)) != 0;
        return isVector && (word & (1 << 23)) != 0 ? 4 : (int)(word >> 30);
    }

    private static Access UnsignedImmediate(uint word, DifferentialCase c, Random random) =>
        new(1 << Scale(word), (long)((word >> 10) & 0xFFF) << Scale(word));

    private static Access Immediate9(uint word, DifferentialCase c, Random random) =>
        new(1 << Scale(word), (int)(word << 11) >> 23);

    private static Access NoOffset(uint word, DifferentialCase c, Random random) => new(1 << Scale(word), 0);

    private static Access RegisterOffset(uint word, DifferentialCase c, Random random)
    {
        var index = (int)(word >> 16) & 31;
        var shift = (word & (1 << 12)) != 0 ? Scale(word) : 0;
        var size = 1 << Scale(word);
        if (index != 31 && index == ((int)(word >> 5) & 31))
        {
            // One register is base and index: with this value the sum lies in the data page or just behind it.
            var sum = RandomState.PlaceAccess(c, random, size);
            var value = sum / (1 + (1UL << shift));
            c.Initial.X[index] = value;
            return new Access(size, (long)(value << shift));
        }

        // A small or a wide index; the base makes up for whatever it becomes.
        var content = random.Next(2) == 0 ? (ulong)random.Next(-4096, 4096) : (ulong)random.NextInt64();
        if (index == 31)
        {
            content = 0;
        }
        else
        {
            c.Initial.X[index] = content;
        }

        var extended = ((word >> 13) & 7) switch
        {
            2 => (long)(uint)content,
            6 => (int)content,
            _ => (long)content,
        };
        return new Access(size, extended << shift);
    }

    private static Access Literal(uint word, DifferentialCase c, Random random) => new(16, ((int)(word << 8) >> 13) * 4);

    private static Access PairOffset(uint word, DifferentialCase c, Random random)
    {
        var access = PairNoOffset(word, c, random);
        var scale = IsStgp(word) ? 16 : access.Size / 2;
        return access with { Offset = ((int)(word << 10) >> 25) * scale };
    }

    private static Access PairNoOffset(uint word, DifferentialCase c, Random random)
    {
        var opc = (int)(word >> 30);
        var isVector = (word & (1 << 26)) != 0;
        var scale = isVector ? 2 + opc : opc < 2 ? 2 : 3;
        return IsStgp(word) ? new Access(16, 0, 16) : new Access(2 << scale, 0);
    }

    /// <summary>opc 01, V 0, L 0 is STGP, which stores X registers.</summary>
    private static bool IsStgp(uint word) => (word >> 30) == 1 && (word & ((1 << 26) | (1 << 22))) == 0;

    private static Access Ordered(uint word, DifferentialCase c, Random random) =>
        new(1 << (int)(word >> 30), 0, 1 << (int)(word >> 30));

    private static Access OrderedImmediate9(uint word, DifferentialCase c, Random random) =>
        Immediate9(word, c, random) with { Alignment = 1 << (int)(word >> 30) };
}
