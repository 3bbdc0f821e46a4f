using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>Random VMSAv8-32 configurations, in the same spirit as <see cref="AArch64LayoutGenerator"/>.</summary>
internal static class AArch32LayoutGenerator
{
    private const int AddressesPerLayout = 10;

    public static Layout GenerateLong(int seed)
    {
        var random = new LayoutRandom(seed);
        var layout = new Layout();
        int t0sz = random.OneIn(3) ? 0 : random.Below(8);
        int t1sz = random.OneIn(3) ? 0 : random.Below(8);
        ulong ttbcr = (1ul << 31) | (uint)t0sz | ((ulong)(uint)t1sz << 16)
            | random.RareBit(20, 7) | random.RareBit(20, 23)
            | random.Field(1, 6) | random.RareBit(3, 41) | random.RareBit(3, 42)
            | random.Field(6, 8) | random.Field(6, 24);
        layout.Registers = new Stage1Registers
        {
            Regime = Stage1Regime.AArch32EL10,
            Sctlr = Sctlr(random),
            Tcr = ttbcr,
            Ttbr0 = LongTtbr(random),
            Ttbr1 = LongTtbr(random),
            Mair = random.OneIn(2) ? 0x00_04_08_0c_44_ff_bb_aaul : random.Bits64(),
            Dacr = (uint)random.Bits64(),
        };

        for (int i = 0; i < AddressesPerLayout; i++)
        {
            bool upper = random.Flip();
            int tsz = upper ? t1sz : t0sz;
            uint va = Address(random, upper, tsz);
            layout.Addresses.Add(va);
            upper = t1sz != 0 ? va >= uint.MaxValue << (32 - t1sz) : t0sz != 0 && va >> (32 - t0sz) != 0;
            AddLongPath(layout, random, va, upper ? layout.Registers.Ttbr1 : layout.Registers.Ttbr0, 32 - (upper ? t1sz : t0sz));
        }

        return layout;
    }

    /// <summary>
    /// Short descriptors. QEMU 7.2 has no long-format code for a Domain fault and ends with an assertion, so a guest in
    /// AArch64 cannot ask about addresses that have one.
    /// </summary>
    public static Layout GenerateShort(int seed, bool domainFaults)
    {
        var random = new LayoutRandom(seed);
        var layout = new Layout();
        int n = random.OneIn(2) ? 0 : random.Below(8);
        ulong ttbcr = (uint)n | random.RareBit(15, 4) | random.RareBit(15, 5);
        layout.Registers = new Stage1Registers
        {
            Regime = Stage1Regime.AArch32EL10,
            Sctlr = Sctlr(random) | random.Field(2, 28),
            Tcr = ttbcr,
            Ttbr0 = ShortTtbr(random, n),
            Ttbr1 = ShortTtbr(random, 0),
            Mair = random.Bits64(),
            Dacr = random.OneIn(2) ? 0x5555_5555 : (uint)random.Bits64(),
        };

        for (int i = 0; i < AddressesPerLayout; i++)
        {
            uint va = random.Below(4) switch
            {
                0 => (uint)random.Field(24, 0),
                1 => ~(uint)random.Field(24, 0),
                2 => (uint)random.Bits64() >> n,
                _ => (uint)random.Bits64(),
            };
            layout.Addresses.Add(va);
            AddShortPath(layout, random, va, n);
        }

        if (!domainFaults)
        {
            layout.Addresses.RemoveAll(va => MeetsDeniedDomain(layout, va));
        }

        return layout;
    }

    // QEMU looks at the domain as soon as it has the first-level descriptor.
    private static bool MeetsDeniedDomain(Layout layout, ulong va)
    {
        TranslationResult result = Stage1.Translate(layout, layout.Registers, new TranslationRequest(va, TranslationAccess.Read, true));
        return result.Fault.Kind != TranslationFaultKind.None && result.TableReads > 0 && ((layout.Registers.Dacr >> (2 * result.Fault.Domain)) & 1) == 0;
    }

    private static ulong Sctlr(LayoutRandom random) =>
        (random.RareBit(50, 0) ^ 1) | (1ul << 2) | (1ul << 12) | random.RareBit(6, 19) | random.RareBit(6, 20) | random.RareBit(5, 25);

    private static ulong LongTtbr(LayoutRandom random)
    {
        ulong ttbr = random.TablePage(12) | random.Field(8, 48);
        if (random.OneIn(3))
        {
            ttbr |= random.Field(7, 5);
        }

        if (random.OneIn(60))
        {
            ttbr |= 1ul << random.Between(31, 47);
        }

        return ttbr;
    }

    private static uint Address(LayoutRandom random, bool upper, int tsz)
    {
        uint va = random.Below(8) switch
        {
            0 => (uint)random.Field(12, 0),
            1 => ~(uint)random.Field(12, 0),
            2 => (uint)random.Field(22, 0),
            _ => (uint)random.Bits64(),
        };
        uint inRange = tsz == 0 ? uint.MaxValue : (1u << (32 - tsz)) - 1;
        va = upper ? va | ~inRange : va & inRange;
        return random.OneIn(10) ? va ^ (1u << random.Between(20, 31)) : va;
    }

    private static void AddLongPath(Layout layout, LayoutRandom random, uint va, ulong ttbr, int bits)
    {
        int level = bits > 30 ? 1 : 2;
        int low = bits > 30 ? 30 : 21;
        int high = bits;
        ulong table = ttbr & 0xFF_FFFF_FFFF & ~((1ul << (high - low + 3)) - 1);
        for (; level <= 3; level++)
        {
            ulong entry = table + (((va >> low) & ((1ul << (high - low)) - 1)) * 8);
            if (entry is < Layout.ArenaStart or >= Layout.ArenaEnd)
            {
                return;
            }

            ulong descriptor = layout.ReadDescriptor64(entry);
            if (descriptor == 0)
            {
                descriptor = level < 3 && !random.OneIn(4) ? LongTable(random) : LongLeaf(random, level, low);
                if (random.OneIn(40))
                {
                    descriptor ^= 1ul << random.Below(64);
                }

                layout.WriteDescriptor64(entry, descriptor);
            }

            if ((descriptor & 3) != 3)
            {
                return;
            }

            table = descriptor & 0xFF_FFFF_F000;
            high = low;
            low -= 9;
        }
    }

    private static ulong LongTable(LayoutRandom random)
    {
        ulong descriptor = 3 | random.TablePage(12) | random.Field(6, 2) | random.Field(7, 52);
        descriptor |= random.RareBit(8, 59) | random.RareBit(8, 60) | random.RareBit(8, 61) | random.RareBit(8, 62) | random.RareBit(8, 63);
        return random.OneIn(60) ? descriptor | (1ul << random.Between(31, 51)) : descriptor;
    }

    private static ulong LongLeaf(LayoutRandom random, int level, int low)
    {
        ulong descriptor = level == 3 ? (random.OneIn(20) ? 1ul : 3) : random.OneIn(20) ? 0 : 1ul;
        descriptor |= random.Field(40 - low, low) | random.Field(8, 2) | random.Field(1, 11) | random.Field(14, 50);
        descriptor |= random.OneIn(6) ? 0 : 1ul << 10;
        return random.OneIn(40) ? descriptor | (1ul << random.Between(12, 49)) : descriptor;
    }

    private static ulong ShortTtbr(LayoutRandom random, int n)
    {
        ulong ttbr = random.TablePage(14) | random.Field(7, 0);
        if (n != 0 && random.Flip())
        {
            ttbr |= random.Field(n, 14 - n);
        }

        return random.OneIn(60) ? ttbr | 0x8000_0000 : ttbr;
    }

    private static void AddShortPath(Layout layout, LayoutRandom random, uint va, int n)
    {
        bool upper = n != 0 && va >> (32 - n) != 0;
        ulong table = upper ? layout.Registers.Ttbr1 & 0xFFFF_C000 : layout.Registers.Ttbr0 & ~0ul << (14 - n) & 0xFFFF_FFFF;
        ulong entry = table + ((upper ? va : va & (uint)((1ul << (32 - n)) - 1)) >> 20 << 2);
        if (entry is < Layout.ArenaStart or >= Layout.ArenaEnd)
        {
            return;
        }

        uint first = layout.ReadDescriptor32(entry);
        if (first == 0)
        {
            uint random32 = (uint)random.Bits64();
            first = random.Below(20) switch
            {
                < 10 => 1 | ((uint)random.TablePage(12) + ((uint)random.Below(4) << 10)) | (random32 & 0x3FC), // a table
                < 14 => 2 | (random32 & ~(3u | (1u << 18))), // a section
                < 17 => 2 | (1u << 18) | (random32 & ~3u), // a supersection
                < 19 => 3 | (random32 & ~3u), // either, with PXN
                _ => random32 & ~3u,
            };
            layout.WriteDescriptor32(entry, Mutate(random, first));
        }

        if ((first & 3) != 1)
        {
            return;
        }

        entry = (first & 0xFFFF_FC00) + ((va >> 12 & 0xFF) << 2);
        if (entry is >= Layout.ArenaStart and < Layout.ArenaEnd && layout.ReadDescriptor32(entry) == 0)
        {
            uint second = (uint)random.Bits64();
            layout.WriteDescriptor32(entry, random.OneIn(3) ? (second & ~3u) | 1 : random.OneIn(20) ? second & ~3u : second | 2);
        }
    }

    private static uint Mutate(LayoutRandom random, uint descriptor) => random.OneIn(40) ? descriptor ^ (1u << random.Below(32)) : descriptor;
}
