extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tests.Conformance;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Tooling.Cases;

/// <summary>
/// All A32 and T32 memory instructions that execute in User mode, with conditions and IT blocks. Words come from the
/// encodings; the decoder, which has its own tests, only says which register has to hold what for an access to be
/// interesting.
/// </summary>
public static class AArch32Cases
{
    // Near the end of its page, so that every branch of TBB and TBH leaves the page.
    private const uint CodePage = 0x1800_0000;
    private const uint Code = CodePage + 0xFD0;
    private const uint BranchTarget = 0x3000_0000;
    private const int MinimumBranch = 0x40;
    private const int ProgramCounter = 15;
    private const int MaxTries = 1000;

    // Undefined in User mode, or without an effect that could be compared.
    private static readonly Regex s_excluded = new("^(LDM_u|LDM_e|STM_u|RFE|SRS|LDC|STC|MCR|RESERVED)", RegexOptions.Compiled);

    private static readonly uint[] s_cornerRegisters = [0, 13, 14, 15];

    /// <summary>Cases spread evenly over the encodings; the same seed gives the same cases.</summary>
    public static IEnumerable<DifferentialCase> Generate(Isa isa, int count, int seed, bool bigEndian = false)
    {
        var random = new Random(seed);
        var rows = Rows(isa);
        for (var made = 0; made < count;)
        {
            foreach (var row in rows)
            {
                // Most words of some encodings are UNPREDICTABLE.
                var found = RowWords.Random(row, random, MaxTries, s_cornerRegisters)
                    .Select(word => Build(isa, Opcode(isa, row, word, random), rows, random, bigEndian))
                    .FirstOrDefault(c => c is not null);
                if (found is not null && made < count)
                {
                    made++;
                    yield return found;
                }
            }
        }
    }

    private static uint Opcode(Isa isa, EncodingRow row, uint word, Random random) =>
        isa == Isa.T32 ? row.Pattern.Length == 16 ? word >> 16 : word
        : random.Next(3) == 0 || word >> 28 == 15 ? word : (word & 0x0FFF_FFFF) | 0xE000_0000;

    /// <summary>The names of the encodings that the cases are made from.</summary>
    public static IEnumerable<string> Encodings(Isa isa) => Rows(isa).Select(row => row.Name);

    private static List<EncodingRow> Rows(Isa isa) =>
    [
        .. EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", $"{isa}.encodings"), registerWidth: 4).Rows.Where(row => !s_excluded.IsMatch(row.Name)),
    ];

    private static DifferentialCase? Build(Isa isa, uint word, List<EncodingRow> rows, Random random, bool bigEndian)
    {
        // One IT block in four: the state of its last instruction, or one with more to come.
        var it = isa == Isa.T32 && random.Next(4) == 0 ? new ItState((byte)((random.Next(15) << 4) | (random.Next(2) == 0 ? 8 : random.Next(1, 16)))) : ItState.None;
        var status = InstructionDecoder.Decode(isa == Isa.A32 ? InstructionSet.A32 : InstructionSet.T32, word, it, out var access);
        if (status != DecodeStatus.MemoryAccess || access.IsUnpredictable)
        {
            return null;
        }

        List<uint> words = [word];
        if (access.Kind == AccessKind.StoreExclusive && random.Next(4) != 0 && !it.InBlock && access.Condition == AccessDescriptor.AlwaysCondition)
        {
            words.Insert(0, MatchingLoad(isa, rows, in access, random));
        }

        var c = new DifferentialCase(isa, Code, words, bigEndian, it.Value) { Name = access.EncodingName };
        RandomState.FillRegisters(c, random);
        return Place(c, in access, random) ? c : null;
    }

    // A load exclusive of the same size from the same base, into other registers.
    private static uint MatchingLoad(Isa isa, List<EncodingRow> rows, in AccessDescriptor store, Random random)
    {
        var name = store.EncodingName.Replace("STREX", "LDREX", StringComparison.Ordinal).Replace("STLEX", "LDAEX", StringComparison.Ordinal);
        var row = rows.Single(x => x.Name == name);
        while (true)
        {
            var word = RowWords.Random(row, random, 1, s_cornerRegisters).Single();
            word = isa == Isa.A32 ? (word & 0x0FFF_FFFF) | 0xE000_0000 : word;
            word = (word & ~0xF_0000u) | ((uint)store.Rn << 16);
            if (store.EncodingName == "STREX_T1")
            {
                word = (word & ~0xFFu) | (store.Opcode & 0xFF);
            }

            InstructionDecoder.Decode(store.InstructionSet, word, default, out var load);
            if (!load.IsUnpredictable && load.Rt != store.Rn && (load.RegisterCount == 1 || load.Rt2 != store.Rn))
            {
                return word;
            }
        }
    }

    // Gives base and index values with which the access goes where it is meant to go. False when that is not possible.
    private static bool Place(DifferentialCase c, in AccessDescriptor access, Random random)
    {
        var alignment = access.StructureAlignment > 1 ? access.StructureAlignment
            : access.ElementSize >= 4 || access.Kind is AccessKind.LoadExclusive or AccessKind.StoreExclusive || access.Properties != 0 ? Math.Max(4, access.ElementSize) : 1;
        alignment = access.Kind is AccessKind.LoadExclusive or AccessKind.StoreExclusive ? access.TotalSize : alignment;

        // QEMU 7.2 checks an alignment of 32 bytes to 16 only.
        alignment = random.Next(8) == 0 && alignment != 32 ? 1 : alignment;
        var pcRelative = access.AddressingMode == AddressingMode.Literal || access.Rn == ProgramCounter;
        ulong target;
        if (access.Kind == AccessKind.StoreExclusive)
        {
            // QEMU asks its monitor before it looks at the address. Of two instructions the first must not fault: only an
            // experiment's whole effect can be compared.
            RandomState.FillMemory(c, random, RandomState.Data);
            target = RandomState.Data + (ulong)(random.Next(GuestMemory.PageSize) & -access.TotalSize);
            SetBase(c, in access, (uint)target, random);
        }
        else if (!pcRelative)
        {
            target = RandomState.PlaceAccess(c, random, Math.Max(1, access.TotalSize), alignment);
            if (!SetBase(c, in access, (uint)target, random))
            {
                return false;
            }
        }
        else
        {
            if (!PlaceRelative(c, in access, random, out target))
            {
                return false;
            }
        }

        if (access.Operation == AccessOperation.TableBranch)
        {
            // Out of the code's page, forwards.
            var entry = random.Next(MinimumBranch, access.ElementSize == 1 ? 0x100 : 0x8000);
            Load(c, target, access.ElementSize, (uint)entry);
        }
        else if (access.LoadsProgramCounter)
        {
            Load(c, target + (ulong)access.TotalSize - 4, 4, BranchTarget + (uint)random.Next(0x10000));
        }

        return true;
    }

    private static bool SetBase(DifferentialCase c, in AccessDescriptor access, uint target, Random random)
    {
        var offset = (uint)access.StartOffset;
        if (access.HasIndex && access.AddressingMode != AddressingMode.PostIndex)
        {
            if (access.Rm == access.Rn)
            {
                return false;
            }

            if (access.Rm != ProgramCounter)
            {
                c.Initial.X[access.Rm] = random.Next(2) == 0 ? (uint)random.Next(-4096, 4096) : (uint)random.NextInt64(1L << 32);
            }

            offset += Index(c, in access);
        }

        c.Initial.X[access.Rn] = target - offset;
        return true;
    }

    private static bool PlaceRelative(DifferentialCase c, in AccessDescriptor access, Random random, out ulong target)
    {
        var pc = (uint)(Code + (c.Isa == Isa.A32 ? 8u : 4u));
        pc = access.Operation == AccessOperation.TableBranch ? pc : pc & ~3u;
        if (access.HasIndex)
        {
            // Only the code's page is where it is: the index has to make up for the rest.
            if (access.Rm == ProgramCounter || access.IndexExtend != IndexExtend.Lsl || access.IndexShift > 1)
            {
                target = 0;
                return false;
            }

            var wanted = (uint)(CodePage + (random.Next(0xE00) & ~3)) - pc;
            wanted = (access.Properties & AccessProperties.SubtractIndex) != 0 ? (uint)-(int)wanted : wanted;
            c.Initial.X[access.Rm] = wanted >> access.IndexShift;
            target = pc + Index(c, in access);
        }
        else
        {
            target = pc + (uint)access.Offset;
        }

        // A store must not change the instructions.
        var last = target + (ulong)access.TotalSize;
        if (access.IsWrite && target < c.End + 4 && last > c.Entry)
        {
            return false;
        }

        foreach (var page in new[] { target & ~0xFFFUL, last & ~0xFFFUL }.Distinct())
        {
            if (page != CodePage && random.Next(8) != 0)
            {
                RandomState.FillMemory(c, random, page);
            }
        }

        return true;
    }

    private static uint Index(DifferentialCase c, in AccessDescriptor access)
    {
        var value = access.Rm == ProgramCounter ? Code + (c.Isa == Isa.A32 ? 8u : 4u) : (uint)c.Initial.X[access.Rm];
        var amount = access.IndexShift;
        ulong wide = value;
        var shifted = access.IndexExtend switch
        {
            IndexExtend.Lsr => (uint)(wide >> amount),
            IndexExtend.Asr => (uint)((long)(int)value >> amount),
            IndexExtend.Ror => uint.RotateRight(value, amount),
            IndexExtend.Rrx => (value >> 1) | ((c.Initial.PState >> 29) << 31),
            _ => value << amount,
        };
        return (access.Properties & AccessProperties.SubtractIndex) != 0 ? 0 - shifted : shifted;
    }

    // Puts a value where the access will find it, in the guest's byte order, as far as memory is there.
    private static void Load(DifferentialCase c, ulong address, int size, uint value)
    {
        Span<byte> present = stackalloc byte[1];
        for (var i = 0; i < size; i++)
        {
            var at = address + (ulong)i;
            if (c.Initial.Memory.TryRead(at, present))
            {
                c.Initial.Memory.Load(at, [(byte)(value >> (8 * (c.BigEndian ? size - 1 - i : i)))]);
            }
        }
    }
}
