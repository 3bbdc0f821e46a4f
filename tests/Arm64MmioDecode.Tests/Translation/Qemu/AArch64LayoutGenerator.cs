using System;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>
/// Random VMSAv8-64 configurations: mostly sensible, so that walks get far, and each field wrong once in a while. Nothing
/// here decides what is right; a misplaced descriptor only makes a walk end early.
/// </summary>
internal static class AArch64LayoutGenerator
{
    private const int AddressesPerLayout = 10;

    public static Layout Generate(Stage1Regime regime, int granuleBits, int seed)
    {
        var random = new LayoutRandom(seed);
        var layout = new Layout();
        bool two = regime != Stage1Regime.EL2;
        bool ds = granuleBits != 16 && random.OneIn(3);
        int tsz0 = Size(random, granuleBits, ds);
        int tsz1 = Size(random, granuleBits, ds);
        ulong sctlr = random.RareBit(50, 0) ^ 1 | 1ul << 2 | 1ul << 12 | random.RareBit(6, 19) | random.RareBit(5, 25);

        ulong ps = random.OneIn(3) ? (ulong)random.Below(7) : random.Pick(4ul, 5ul, 5ul, 6ul, 6ul);
        ulong granule0 = granuleBits switch { 12 => 0, 14 => 2, _ => 1 };
        ulong granule1 = granuleBits switch { 12 => 2, 14 => 1, _ => 3 };
        ulong tcr;
        if (two)
        {
            tcr = (uint)tsz0 | ((ulong)(uint)tsz1 << 16) | (granule0 << 14) | (granule1 << 30) | (ps << 32)
                | random.RareBit(20, 7) | random.RareBit(20, 23)
                | random.Field(2, 37) | random.Field(2, 51)
                | random.RareBit(3, 39) | random.RareBit(3, 40)
                | random.RareBit(4, 41) | random.RareBit(4, 42)
                | random.RareBit(20, 55) | random.RareBit(20, 56)
                | random.RareBit(4, 53) | random.RareBit(4, 54)
                | (ds ? 1ul << 59 : granuleBits == 16 ? random.RareBit(5, 59) : 0)
                | random.Field(2, 12) | random.Field(2, 28) | random.Field(4, 8) | random.Field(4, 24);
        }
        else
        {
            tcr = (uint)tsz0 | (granule0 << 14) | (ps << 16)
                | random.Field(1, 20) | random.RareBit(3, 21) | random.RareBit(3, 22) | random.RareBit(4, 24)
                | random.Field(1, 29) | (ds ? 1ul << 32 : 0) | random.Field(2, 12) | (1ul << 31) | (1ul << 23);
        }

        layout.Registers = new Stage1Registers
        {
            Regime = regime,
            Sctlr = sctlr,
            Tcr = tcr,
            Ttbr0 = Ttbr(random, granuleBits),
            Ttbr1 = Ttbr(random, granuleBits),
            Mair = random.OneIn(2) ? 0x00_04_08_0c_44_ff_bb_aaul : random.Bits64(),
            DefaultCacheable = regime == Stage1Regime.EL10 && random.OneIn(100),
        };

        for (int i = 0; i < AddressesPerLayout; i++)
        {
            bool upper = two && random.Flip();
            ulong va = Address(random, upper, upper ? tsz1 : tsz0);
            layout.Addresses.Add(va);
            AddPath(layout, random, va, upper ? layout.Registers.Ttbr1 : layout.Registers.Ttbr0, upper ? tsz1 : tsz0, granuleBits, ds, ps);
        }

        RemoveFaultsAtLevelMinusOne(layout);
        return layout;
    }

    // QEMU 7.2 has no fault status for level -1 and ends with an assertion, so these faults are left to AArch64WalkTests. An
    // Address size fault by TTBR is dropped with them, as QEMU walks on where it disagrees about the address bits in TTBR.
    private static void RemoveFaultsAtLevelMinusOne(Layout layout)
    {
        Stage1Registers registers = QemuComparison.Copy(layout.Registers, QemuWalker.Capabilities);
        layout.Addresses.RemoveAll(address =>
        {
            TranslationResult result = Stage1.Translate(layout, registers, new TranslationRequest(address, TranslationAccess.Read, true));
            return result.Level < 0 || (((registers.Ttbr0 | registers.Ttbr1) & 0x3C) != 0 && result.Fault is { Kind: TranslationFaultKind.AddressSize, Level: 0 });
        });
    }

    private static int Size(LayoutRandom random, int granuleBits, bool ds) => random.OneIn(30)
        ? random.Below(64)
        : random.Pick(
            random.Between(ds || granuleBits == 16 ? 12 : 16, granuleBits == 16 ? 47 : 48),
            16,
            random.Between(ds || granuleBits == 16 ? 12 : 16, 25));

    private static ulong Ttbr(LayoutRandom random, int granuleBits)
    {
        ulong ttbr = random.TablePage(granuleBits) | random.Field(16, 48);
        if (random.OneIn(3))
        {
            // Small tables need not start a page.
            ttbr |= random.Field(granuleBits - 6, 6);
        }

        if (random.OneIn(25))
        {
            ttbr |= random.Field(6, 0);
        }

        if (random.OneIn(60))
        {
            ttbr |= 1ul << random.Between(31, 47);
        }

        return ttbr;
    }

    private static ulong Address(LayoutRandom random, bool upper, int tsz)
    {
        int bits = Math.Clamp(64 - tsz, 12, 55);
        ulong inRange = (1ul << bits) - 1;
        ulong va = random.Bits64();
        switch (random.Below(8))
        {
            case 0: // the ends of the range
                va = random.Flip() ? random.Field(12, 0) : ~random.Field(12, 0);
                break;
            case 1: // the lower part, where layouts have most in common
                va &= 0x3FFF_FFFF;
                break;
        }

        va = upper ? va | ~inRange : va & inRange;
        if (random.OneIn(6))
        {
            va ^= random.Field(8, 56); // a tag
        }

        if (random.OneIn(15))
        {
            va ^= 1ul << random.Between(Math.Min(bits, 62), 63); // out of range, or in the other one
        }

        return va;
    }

    private static void AddPath(Layout layout, LayoutRandom random, ulong va, ulong ttbr, int tsz, int granuleBits, bool ds, ulong ps)
    {
        int stride = granuleBits - 3;
        int bits = 64 - Math.Clamp(tsz, 12, 48);
        int levels = ((bits - granuleBits) + stride - 1) / stride;
        levels = Math.Max(levels, 1);
        int level = 4 - levels;
        int tableBits = bits - (granuleBits + (stride * (levels - 1))) + 3;
        ulong table = ttbr & 0xFFFF_FFFF_FFFE & ~((1ul << tableBits) - 1);
        if (tableBits < 6)
        {
            table &= ~0x3Ful;
        }

        for (; level <= 3; level++)
        {
            int low = granuleBits + (stride * (3 - level));
            int high = Math.Min(bits, low + stride);
            ulong index = (va >> low) & ((1ul << (high - low)) - 1);
            ulong entry = table + (index * 8);
            if (entry is < Layout.ArenaStart or >= Layout.ArenaEnd)
            {
                return;
            }

            ulong descriptor = layout.ReadDescriptor64(entry);
            if (descriptor == 0)
            {
                bool hasBlocks = level == 2 || (level == 1 && (granuleBits != 14 || ds)) || (level == 0 && granuleBits == 12 && ds);
                bool isTable = level < 3 && !random.OneIn(hasBlocks ? 4 : 60);
                descriptor = isTable ? TableDescriptor(random, granuleBits) : LeafDescriptor(random, granuleBits, level, low, ds, ps);
                if (random.OneIn(40))
                {
                    descriptor ^= 1ul << random.Below(64);
                }

                if (random.OneIn(100))
                {
                    descriptor = random.Bits64();
                }

                layout.WriteDescriptor64(entry, descriptor);
            }

            if ((descriptor & 3) != 3)
            {
                return;
            }

            table = descriptor & 0xFFFF_FFFF_F000 & ~((1ul << granuleBits) - 1);
        }
    }

    private static ulong TableDescriptor(LayoutRandom random, int granuleBits)
    {
        ulong descriptor = 3 | random.TablePage(granuleBits);
        descriptor |= random.RareBit(8, 59) | random.RareBit(8, 60) | random.RareBit(8, 61) | random.RareBit(8, 62) | random.RareBit(8, 63);
        descriptor |= random.Field(7, 52) | random.Field(6, 2); // ignored
        if (random.OneIn(60))
        {
            descriptor |= 1ul << random.Between(8, 51);
        }

        return descriptor;
    }

    private static ulong LeafDescriptor(LayoutRandom random, int granuleBits, int level, int low, bool ds, ulong ps)
    {
        ulong descriptor = level == 3 ? (random.OneIn(20) ? 1ul : 3ul) : random.OneIn(20) ? 0 : 1ul;
        int outputBits = ps switch { 0 => 32, 1 => 36, 2 => 40, 3 => 42, 4 => 44, _ => 48 };
        ulong address = random.Bits64() & ((1ul << outputBits) - 1);
        if (!random.OneIn(10))
        {
            address &= ~((1ul << low) - 1);
        }

        descriptor |= address & ~0xFFFul;
        descriptor |= random.Field(8, 2) | random.Field(1, 11) | (random.OneIn(6) ? 0 : 1ul << 10);
        descriptor |= random.Field(5, 50) | random.Field(9, 55);

        // The bits that are address bits with 52-bit addresses are mostly 0 unless there are such addresses.
        ulong wide = ds ? 0x3_0000_0000_0300ul : granuleBits == 16 ? 0xF000ul : 0;
        if (ps != 6 && !random.OneIn(40))
        {
            descriptor &= ~wide;
        }
        else if (random.Flip())
        {
            descriptor |= random.Bits64() & wide;
        }

        if (random.OneIn(30))
        {
            descriptor |= 1ul << random.Between(32, 49);
        }

        return descriptor;
    }
}
