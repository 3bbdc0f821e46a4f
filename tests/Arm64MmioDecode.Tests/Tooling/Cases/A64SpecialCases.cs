using System;
using System.Collections.Generic;
using System.Linq;

namespace Arm64MmioDecode.Tests.Tooling.Cases;

/// <summary>
/// The A64 memory instructions beside plain loads and stores that QEMU 7.2 executes at EL0: AdvSIMD structures, exclusives,
/// atomics, compare and swap, allocation tags, DC ZVA and cache maintenance. Words come from the encoding diagrams of the
/// manual's "Loads and stores" section, and LLVM says which of them are allocated.
/// </summary>
public static class A64SpecialCases
{
    private const ulong Code = 0x1800_0000;
    private const int StackPointer = 31;

    /// <summary>The DC ZVA block of QEMU's <c>-cpu max</c>.</summary>
    private const int ZeroBlock = 512;

    private static readonly Form[] s_structures =
    [
        new("multiple structures", "0 Q 0011000 L 000000 oooo ss nnnnn ttttt", MultipleStructures),
        new("multiple structures, post-index", "0 Q 0011001 L 0 mmmmm oooo ss nnnnn ttttt", MultipleStructures),
        new("single structure", "0 Q 0011010 L R 00000 ooo S ss nnnnn ttttt", SingleStructure),
        new("single structure, post-index", "0 Q 0011011 L R mmmmm ooo S ss nnnnn ttttt", SingleStructure),
    ];

    private static readonly Form[] s_atomics =
    [
        new("load exclusive", "xx001000 010 11111 o 11111 nnnnn ttttt", Whole),
        new("load exclusive pair", "1x001000 011 11111 o ttttt nnnnn ttttt", Pair),
        new("lone store exclusive", "xx001000 000 sssss o 11111 nnnnn ttttt", Whole) { Alignment = 16 },
        new("lone store exclusive pair", "1x001000 001 sssss o ttttt nnnnn ttttt", Pair) { Alignment = 16 },
        new("atomic", "xx111000 AR 1 sssss 0 ooo 00 nnnnn ttttt", Whole),
        new("swap", "xx111000 AR 1 sssss 1 000 00 nnnnn ttttt", Whole),
        new("compare and swap", "xx001000 1 L 1 sssss o 11111 nnnnn ttttt", Whole) { Compares = true },
        new("compare and swap pair", "0x001000 0 L 1 ssss0 o 11111 nnnnn tttt0", PairBySz) { Compares = true },
    ];

    private static readonly Form[] s_tags =
    [
        new("ldg", "11011001 011 iiiiiiiii 00 nnnnn ttttt", Tag),
        new("stg", "11011001 001 iiiiiiiii 01 nnnnn ttttt", TagPostIndex),
        new("stg", "11011001 001 iiiiiiiii 1x nnnnn ttttt", Tag),
        new("stzg", "11011001 011 iiiiiiiii 01 nnnnn ttttt", TagPostIndex),
        new("stzg", "11011001 011 iiiiiiiii 1x nnnnn ttttt", Tag),
        new("st2g", "11011001 101 iiiiiiiii 01 nnnnn ttttt", TagPostIndex),
        new("st2g", "11011001 101 iiiiiiiii 1x nnnnn ttttt", Tag),
        new("stz2g", "11011001 111 iiiiiiiii 01 nnnnn ttttt", TagPostIndex),
        new("stz2g", "11011001 111 iiiiiiiii 1x nnnnn ttttt", Tag),
        new("stgp", "01101000 10 iiiiiii ttttt nnnnn ttttt", PairTagPostIndex),
        new("stgp", "01101001 x0 iiiiiii ttttt nnnnn ttttt", PairTag),
    ];

    private static readonly Form[] s_blocks =
    [
        new("dc zva", "11010101 00001 011 0111 0100 001 ttttt", Block),
        new("dc gva", "11010101 00001 011 0111 0100 011 ttttt", Block),
        new("dc gzva", "11010101 00001 011 0111 0100 100 ttttt", Block),
        new("dc cvac", "11010101 00001 011 0111 1010 001 ttttt", Block),
        new("dc cvau", "11010101 00001 011 0111 1011 001 ttttt", Block),
        new("dc civac", "11010101 00001 011 0111 1110 001 ttttt", Block),
        new("ic ivau", "11010101 00001 011 0111 0101 001 ttttt", Block),
    ];

    /// <summary>AdvSIMD structures: all element sizes, lanes, replication, post-index.</summary>
    public static IEnumerable<DifferentialCase> Structures(int count, int seed, bool bigEndian) =>
        Draw(s_structures, count, new Random(seed)).Select(x => Single(x.Form, x.Word, x.Random, bigEndian));

    /// <summary>Exclusives without a partner, atomics, compare and swap.</summary>
    public static IEnumerable<DifferentialCase> Atomics(int count, int seed, bool bigEndian) =>
        Draw(s_atomics, count, new Random(seed)).Select(x => Single(x.Form, x.Word, x.Random, bigEndian));

    /// <summary>DC ZVA, DC GVA, DC GZVA and cache maintenance.</summary>
    public static IEnumerable<DifferentialCase> Blocks(int count, int seed, bool bigEndian) =>
        Draw(s_blocks, count, new Random(seed)).Select(x => BlockOperation(x.Form, x.Word, x.Random, bigEndian));

    /// <summary>One or two tag stores, then a load of a tag in the same area.</summary>
    public static IEnumerable<DifferentialCase> Tags(int count, int seed, bool bigEndian) =>
        Draw(s_tags, count, new Random(seed)).Select(x => TagSequence(x.Form, x.Word, x.Random, bigEndian));

    /// <summary>
    /// Loads and stores whose registers overlap in a CONSTRAINED UNPREDICTABLE way: what QEMU does with them is one of the
    /// permitted behaviours.
    /// </summary>
    public static IEnumerable<DifferentialCase> Overlaps(int count, int seed, bool bigEndian)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => Overlap(random, bigEndian));
    }

    private static DifferentialCase Overlap(Random random, bool bigEndian)
    {
        // X1 is base and overlaps, X2 is the status. Offsets are small, sizes are of words and doublewords.
        var offset = (uint)random.Next(-4, 4);
        var indexing = random.Next(2) == 0 ? 1u : 3u;
        var load = (uint)random.Next(2);
        uint[] words = random.Next(6) switch
        {
            0 => [(random.Next(2) == 0 ? 0x28400000u : 0xA8400000) | (1u << 24) | ((offset & 0x7F) << 15) | (3u << 10) | (1u << 5) | 3], // ldp x3, x3
            1 => [(random.Next(2) == 0 ? 0x2D400000u : 0xAD400000) | ((offset & 0x7F) << 15) | (3u << 10) | (1u << 5) | 3], // ldp q3, q3
            2 => [(random.Next(2) == 0 ? 0x28800000u : 0xA8800000) | (indexing == 3 ? 1u << 24 : 0) | (load << 22) | ((offset & 0x7F) << 15)
                | (random.Next(2) == 0 ? (1u << 10) | (1u << 5) | 4 : (4u << 10) | (1u << 5) | 1)], // ldp, stp x1, x4, [x1]!
            3 => [(random.Next(2) == 0 ? 0xB8000000u : 0xF8000000) | (load << 22) | ((offset & 0x1FF) << 12) | (indexing << 10) | (1u << 5) | 1], // ldr, str x1, [x1]!
            4 => [(random.Next(2) == 0 ? 0x887F0000u : 0xC87F0000) | ((uint)random.Next(2) << 15) | (3u << 10) | (1u << 5) | 3], // ldxp, ldaxp x3, x3
            _ => [0x885F7C23, random.Next(2) == 0 ? 0x88037C23u : 0x88017C23], // ldxr w3, [x1]; stxr w3 or w1, w3, [x1]
        };
        var c = new DifferentialCase(Isa.A64, Code, words, bigEndian) { Name = "overlap" };
        RandomState.FillRegisters(c, random);
        RandomState.FillMemory(c, random, RandomState.Data);
        c.Initial.X[1] = RandomState.Data + 256 + (ulong)(random.Next(64) * 16);
        return c;
    }

    /// <summary>A load exclusive, then stores exclusive to the same or another address.</summary>
    public static IEnumerable<DifferentialCase> ExclusiveSequences(int count, int seed, bool bigEndian)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => ExclusiveSequence(random, bigEndian));
    }

    private static IEnumerable<(Form Form, uint Word, Random Random)> Draw(Form[] forms, int count, Random random)
    {
        var drawn = 0;
        while (drawn < count)
        {
            var candidates = Enumerable.Range(0, Math.Min(count, 4096)).Select(i => forms[i % forms.Length])
                .Select(form => (Form: form, Word: form.Words.Next(random)))
                .Where(x => !IsUnpredictable(x.Word))
                .ToList();
            var verdicts = LlvmDisassembler.Disassemble(Isa.A64, candidates.ConvertAll(x => x.Word));
            foreach (var (form, word) in candidates.Where((_, i) => verdicts[i].Status == LlvmStatus.Valid))
            {
                if (drawn++ < count)
                {
                    yield return (form, word, random);
                }
            }
        }
    }

    private static DifferentialCase Single(Form form, uint word, Random random, bool bigEndian)
    {
        var c = new DifferentialCase(Isa.A64, Code, [word], bigEndian) { Name = form.Name };
        RandomState.FillRegisters(c, random);
        var size = form.Size(word);
        var natural = form.Alignment != 0 ? form.Alignment : form.IsStructure ? 1 : size;
        var address = RandomState.PlaceAccess(c, random, size, form.Alignment == 0 && random.Next(8) == 0 ? 1 : natural);
        SetBase(c, Rn(word), address);
        if (form.Compares && random.Next(2) == 0)
        {
            Match(c, word, address, size, bigEndian);
        }

        return c;
    }

    /// <summary>Gives the comparand registers the value that memory holds, so that the swap takes place.</summary>
    private static void Match(DifferentialCase c, uint word, ulong address, int size, bool bigEndian)
    {
        var s = (int)(word >> 16) & 31;
        var isPair = (word & (1 << 23)) == 0;
        var bytes = new byte[size];
        if (!c.Initial.Memory.TryRead(address, bytes))
        {
            return;
        }

        var registers = isPair ? 2 : 1;
        for (var i = 0; i < registers && s + i < 31 && s + i != Rn(word); i++)
        {
            var element = bytes.AsSpan(i * size / registers, size / registers);
            ulong value = 0;
            for (var b = 0; b < element.Length; b++)
            {
                value |= (ulong)element[bigEndian ? element.Length - 1 - b : b] << (8 * b);
            }

            c.Initial.X[s + i] = value;
        }
    }

    private static DifferentialCase ExclusiveSequence(Random random, bool bigEndian)
    {
        // Registers that do not overlap: X0 and X1 are bases, X2–X5 data, X6 and X7 statuses.
        var isPair = random.Next(3) == 0;
        var sizeField = isPair ? (uint)random.Next(2, 4) : (uint)random.Next(4);
        var ordered = (uint)random.Next(2);
        var load = (sizeField << 30) | 0x08400000 | (isPair ? 1u << 21 : 0) | (31u << 16) | (ordered << 15) | ((isPair ? 3u : 31u) << 10) | 2;
        uint Store(uint status, uint based) =>
            (sizeField << 30) | 0x08000000 | (isPair ? 1u << 21 : 0) | (status << 16) | (ordered << 15) | ((isPair ? 5u : 31u) << 10) | (based << 5) | 4;
        uint[] words = random.Next(4) switch
        {
            0 => [load, Store(6, 0)],
            1 => [load, Store(6, 1)],
            2 => [load, Store(6, 0), Store(7, 0)],
            _ => [load, Store(6, 1), Store(7, 0)],
        };
        var c = new DifferentialCase(Isa.A64, Code, words, bigEndian) { Name = "exclusive sequence" };
        RandomState.FillRegisters(c, random);
        var size = 1 << (int)(isPair ? sizeField + 1 : sizeField);
        RandomState.FillMemory(c, random, RandomState.Data);
        c.Initial.X[0] = RandomState.Data + (ulong)(random.Next(64) * size);
        c.Initial.X[1] = RandomState.Data + 2048 + (ulong)(random.Next(64) * size);
        return c;
    }

    private static DifferentialCase TagSequence(Form form, uint word, Random random, bool bigEndian)
    {
        var register = (uint)Enumerable.Range(1, 3).First(i => i != Rn(word) && i != (int)(word & 31));
        var ldg = 0xD9600000 | (register << 5) | 4;
        var c = new DifferentialCase(Isa.A64, Code, [word, ldg], bigEndian) { Name = form.Name };
        RandomState.FillRegisters(c, random);
        var isUnaligned = random.Next(12) == 0;
        var address = RandomState.PlaceAccess(c, random, form.Size(word), isUnaligned ? 1 : 16);
        Retag(c, random);
        var base_ = (address - (ulong)form.Offset(word)) | ((ulong)random.Next(256) << 56);
        SetBase(c, Rn(word), base_);

        // Somewhere in the data page, often at the granules just tagged.
        c.Initial.X[register] = RandomState.Data + ((address + (ulong)random.Next(-16, 48)) & 0xFFF);

        return c;
    }

    /// <summary>Gives mapped data pages allocation tags, most of the time.</summary>
    private static void Retag(DifferentialCase c, Random random)
    {
        foreach (var (page, access, _) in c.Initial.Memory.Pages.ToList())
        {
            if (page != Code && random.Next(4) != 0)
            {
                c.Initial.Memory.Map(page, GuestMemory.PageSize, access | PageAccess.Tagged);
            }
        }
    }

    private static DifferentialCase BlockOperation(Form form, uint word, Random random, bool bigEndian)
    {
        var isTagging = form.Name is "dc gva" or "dc gzva";
        var c = new DifferentialCase(Isa.A64, Code, isTagging ? [word, 0xD9600000 | (1 << 5) | 3] : [word], bigEndian) { Name = form.Name };
        RandomState.FillRegisters(c, random);
        var address = RandomState.PlaceAccess(c, random, ZeroBlock);
        if (isTagging)
        {
            // QEMU's user mode reports the address in Xt for tags and the block for data: these do not fault.
            c.Initial.Memory.Map(RandomState.Data - GuestMemory.PageSize, 3 * GuestMemory.PageSize);
            Retag(c, random);
            c.Initial.X[1] = RandomState.Data + (ulong)random.Next(4096);
        }

        var register = (int)word & 31;
        if (register != 31)
        {
            c.Initial.X[register] = address | (isTagging ? (ulong)random.Next(256) << 56 : 0);
        }

        return c;
    }

    private static void SetBase(DifferentialCase c, int register, ulong value)
    {
        if (register == StackPointer)
        {
            c.Initial.Sp = value;
        }
        else
        {
            c.Initial.X[register] = value;
        }
    }

    private static int Rn(uint word) => (int)(word >> 5) & 31;

    /// <summary>Exclusives whose status register is also data or base, or that load one register twice.</summary>
    private static bool IsUnpredictable(uint word)
    {
        if ((word & 0x3F800000) != 0x08000000)
        {
            return false;
        }

        var isLoad = (word & (1 << 22)) != 0;
        var isPair = (word & (1 << 21)) != 0 && word >> 31 != 0;
        var (t, n, t2, s) = (word & 31, (word >> 5) & 31, (word >> 10) & 31, (word >> 16) & 31);
        return isLoad ? isPair && t == t2 : s == t || (isPair && s == t2) || (s == n && n != 31);
    }

    private static int MultipleStructures(uint word)
    {
        var registers = ((word >> 12) & 15) switch
        {
            0 or 2 => 4,
            4 or 6 => 3,
            7 => 1,
            _ => 2,
        };
        return registers * ((word & (1 << 30)) != 0 ? 16 : 8);
    }

    private static int SingleStructure(uint word)
    {
        var opcode = (int)(word >> 13) & 7;
        var registers = (((opcode & 1) << 1) | ((int)(word >> 21) & 1)) + 1;
        var size = (int)(word >> 10) & 3;
        var scale = (opcode >> 1) switch
        {
            0 => 0,
            1 => 1,
            2 => (size & 1) != 0 ? 3 : 2,
            _ => size,
        };
        return registers << scale;
    }

    private static int Whole(uint word) => 1 << (int)(word >> 30);

    private static int Pair(uint word) => (word & (1 << 30)) != 0 ? 16 : 8;

    private static int PairBySz(uint word) => Pair(word);

    private static int Tag(uint word) => 32;

    private static int TagPostIndex(uint word) => 32;

    private static int PairTag(uint word) => 16;

    private static int PairTagPostIndex(uint word) => 16;

    private static int Block(uint word) => ZeroBlock;

    private sealed record Form(string Name, string Pattern, Func<uint, int> Size)
    {
        public WordPattern Words { get; } = new(Pattern);

        /// <summary>The alignment of every case; 0 for the natural one most of the time.</summary>
        public int Alignment { get; init; }

        public bool Compares { get; init; }

        public bool IsStructure => Size == MultipleStructures || Size == SingleStructure;

        /// <summary>What is added to the base before the access.</summary>
        public long Offset(uint word) =>
            Size == Tag ? ((int)(word << 11) >> 23) * 16 : Size == PairTag ? ((int)(word << 10) >> 25) * 16 : 0;
    }
}
