using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>
/// Puts a random stage 2 under a layout of stage 1: mostly sensible, and mapping the tables of stage 1 to where they are. Nothing
/// here decides what is right; where the mapping is in the way, a walk ends early.
/// </summary>
internal static class Stage2LayoutGenerator
{
    private const ulong Vm = 1;
    private const ulong Ptw = 1ul << 2;
    private const ulong Fwb = 1ul << 46;
    private const ulong TablesStart = 0x7000_0000;

    public static Layout Under(Layout layout, int granuleBits, int seed)
    {
        var random = new LayoutRandom(seed);
        Stage1Capabilities cpu = QemuWalker.Capabilities;
        Stage1Registers stage1 = QemuComparison.Copy(layout.Registers, cpu) with { DefaultCacheable = false };
        int stride = granuleBits - 3;

        // From which level on, and how many bits up to 16 tables side by side can take.
        bool ds = granuleBits != 16 && random.OneIn(4);
        int level = granuleBits switch
        {
            12 => random.Pick(0, 0, 1, 1, 2),
            14 => random.Pick(1, 1, 2, 2, 3),
            _ => random.Pick(1, 2, 2, 3),
        };
        int fewest = ((3 - level) * stride) + granuleBits + 1;
        int most = Math.Min(fewest + stride + 3, ds || granuleBits == 16 ? 52 : 48);
        int inputBits = random.OneIn(25) ? random.Between(16, 52) : random.Between(Math.Min(Math.Max(fewest, 34), most), most);
        int sl0 = granuleBits == 12 ? level switch { 0 => 2, 1 => 1, _ => 0 } : 3 - level;
        if (random.OneIn(30))
        {
            sl0 = random.Below(4);
        }

        // QEMU takes an input size above VTCR_EL2.PS, and levels by PS, for wrong (KnownQemuDifferences has no place for it).
        ulong ps = inputBits > 48 || (ds && random.Flip()) ? 6ul : 5;
        ulong granule = granuleBits switch { 12 => 0, 14 => 2, _ => 1 };
        ulong vtcr = (uint)(64 - inputBits) | ((ulong)(uint)sl0 << 6) | random.Field(4, 8) | random.Field(2, 12) | (granule << 14) | (ps << 16)
            | random.RareBit(4, 21) | random.RareBit(3, 22) | (ds ? 1ul << 32 : 0) | (1ul << 31);
        ulong sctlr2 = random.RareBit(4, 25);
        int tableBits = Math.Clamp(inputBits - (granuleBits + (stride * (3 - level))) + 3, 6, 20);
        ulong vttbr = TablesStart + ((ulong)random.Below(4) << tableBits) | random.Field(8, 48);
        layout.Registers = new Stage1Registers
        {
            Regime = stage1.Regime,
            Sctlr = stage1.Sctlr,
            Tcr = stage1.Tcr,
            Ttbr0 = stage1.Ttbr0,
            Ttbr1 = stage1.Ttbr1,
            Mair = layout.UsesShortDescriptors ? stage1.Mair : Mair(random),
            Dacr = stage1.Dacr,
            Hcr = Vm | (random.OneIn(3) ? Ptw : 0) | (random.OneIn(3) ? Fwb : 0) | random.RareBit(20, 12),
            Stage2 = new Stage2Registers { Vtcr = vtcr, Vttbr = vttbr, Sctlr = sctlr2 },
        };

        Span<TableLookup> lookups = stackalloc TableLookup[5];
        for (int i = layout.Addresses.Count - 1; i >= 0; i--)
        {
            TranslationResult result = Stage1.Translate(layout, stage1, new TranslationRequest(layout.Addresses[i], TranslationAccess.Read, true), lookups);
            bool startsAboveLevel0 = result.TableReads > 0 && lookups[0].Level < 0; // whose faults QEMU has no code for
            if (startsAboveLevel0 || IsDisputed(result, lookups, stage1))
            {
                layout.Addresses.RemoveAt(i);
                continue;
            }

            for (int j = 0; j < result.TableReads; j++)
            {
                AddPath(layout, random, lookups[j].Address, granuleBits, inputBits, level, ds, isTable: true);
            }

            if (result.Succeeded)
            {
                AddPath(layout, random, result.PhysicalAddress, granuleBits, inputBits, level, ds, isTable: false);
            }
        }

        Stage1Registers both = QemuComparison.Copy(layout.Registers, cpu);
        layout.Addresses.RemoveAll(x => Stage1.Translate(layout, both, new TranslationRequest(x, TranslationAccess.Write, true)).Level < 0);
        return layout;
    }

    // What QEMU has otherwise in stage 1 is compared, and told, where there is no stage 2.
    private static bool IsDisputed(in TranslationResult result, ReadOnlySpan<TableLookup> lookups, in Stage1Registers registers)
    {
        if (result.Fault.Kind == TranslationFaultKind.AddressSize || result.Fault.Kind == TranslationFaultKind.Domain || result.TableReads == 0)
        {
            return result.Fault.Kind != TranslationFaultKind.None;
        }

        TableLookup last = lookups[result.TableReads - 1];
        int outputBits = registers.Regime == Stage1Regime.AArch32EL10 ? 40
            : ((registers.Tcr >> 32) & 7) switch { 0 => 32, 1 => 36, 2 => 40, 3 => 42, 4 => 44, _ => 48 };
        bool tooLarge = (last.Descriptor & 0xFFFF_FFFF_F000) >> outputBits != 0; // of a block, in bits that its offset replaces
        return tooLarge || (last.Kind == TableLookupKind.Invalid && (last.Descriptor & 1) != 0) || result.Fault.Kind == TranslationFaultKind.AccessFlag;
    }

    private static void AddPath(Layout layout, LayoutRandom random, ulong ipa, int granuleBits, int inputBits, int level, bool ds, bool isTable)
    {
        if (ipa >> inputBits != 0)
        {
            return;
        }

        int stride = granuleBits - 3;
        int high = inputBits;
        int low = granuleBits + (stride * (3 - level));
        if (high <= low)
        {
            return;
        }

        int tableBits = high - low + 3;
        ulong table = layout.Registers.Stage2.Vttbr & 0xFFFF_FFFF_FFC0 & ~((1ul << tableBits) - 1);
        for (; level <= 3; level++)
        {
            ulong entry = table + (((ipa >> low) & ((1ul << (high - low)) - 1)) * 8);
            if (entry is < TablesStart or >= Layout.ArenaEnd)
            {
                return;
            }

            ulong descriptor = Read(layout, entry);
            if (descriptor == 0)
            {
                bool hasBlocks = level == 2 || (level == 1 && (granuleBits == 12 || ds)) || (level == 0 && granuleBits == 12 && ds);
                descriptor = level < 3 && !(hasBlocks && random.OneIn(6)) ? 3 | TablePage(random, granuleBits) : Leaf(random, ipa, level, low, isTable);
                descriptor |= random.Field(3, 55);
                descriptor &= ~ReservedBits(layout, ds);
                if (random.OneIn(80))
                {
                    descriptor &= ~3ul;
                }

                Write(layout, entry, descriptor);
            }

            if ((descriptor & 3) != 3)
            {
                return;
            }

            table = descriptor & 0xFFFF_FFFF_F000 & ~((1ul << granuleBits) - 1);
            high = low;
            low -= stride;
        }
    }

    private static ulong Leaf(LayoutRandom random, ulong ipa, int level, int low, bool isTable)
    {
        ulong address = (ipa is >= Layout.ArenaStart and < Layout.ArenaEnd || isTable ? ipa : random.Bits64() & 0xFFFF_FFFF_FFFF) & ~((1ul << low) - 1) & 0xFFFF_FFFF_F000;
        int attr = random.OneIn(3) ? random.Below(16) : 15;
        ulong attributes = (uint)(attr is 4 or 8 or 12 ? 15 : attr) << 2; // not the reserved inner cacheability 0
        ulong permissions = random.OneIn(isTable ? 12 : 3) ? random.Field(2, 6) : 3ul << 6;
        return address | attributes | permissions | random.Field(2, 8) | (random.OneIn(15) ? 0 : 1ul << 10) | random.RareBit(3, 51) | random.RareBit(4, 53) | random.RareBit(4, 54)
            | (level == 3 ? 3ul : 1);
    }

    // Every kind of memory, and no reserved value: what becomes of those under stage 2 is nowhere said. None is transient, which QEMU
    // forgets under stage 2.
    private static ulong Mair(LayoutRandom random)
    {
        ulong mair = 0;
        for (int i = 0; i < 8; i++)
        {
            int attr = random.OneIn(3) ? 4 * random.Below(4) : (random.Pick(4, 8, 9, 10, 11, 12, 13, 14, 15) << 4) | random.Pick(4, 8, 9, 10, 11, 12, 13, 14, 15);
            mair = (mair << 8) | (uint)attr;
        }

        return mair;
    }

    // With FWB bit 5 is reserved, and QEMU takes it for a reserved value; with DS bits 9:8 are bits of the address, which QEMU ignores
    // unless VTCR_EL2.PS is 52 bits.
    private static ulong ReservedBits(Layout layout, bool ds) => ((layout.Registers.Hcr & Fwb) != 0 ? 1ul << 5 : 0) | (ds ? 3ul << 8 : 0);

    private static ulong TablePage(LayoutRandom random, int granuleBits) => TablesStart + 0x40_0000 + ((ulong)random.Below(40) << granuleBits);

    private static bool IsBigEndian(Layout layout) => ((layout.Registers.Stage2.Sctlr >> 25) & 1) != 0;

    private static ulong Read(Layout layout, ulong address)
    {
        ulong word = layout.Words.TryGetValue(address, out ulong value) ? value : 0;
        return IsBigEndian(layout) ? BinaryPrimitives.ReverseEndianness(word) : word;
    }

    private static void Write(Layout layout, ulong address, ulong descriptor) =>
        layout.Words[address] = IsBigEndian(layout) ? BinaryPrimitives.ReverseEndianness(descriptor) : descriptor;
}
