using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>A random state of a vCPU in any regime: registers of translation, general-purpose registers, an opcode.</summary>
internal sealed class FuzzState : IStage1Source
{
    public const ulong Device = 0x0900_0000;
    private const int IdentityStage2 = FuzzMemory.TablePages - 1;

    // Accesses by X2: plain, pairs, unprivileged, atomics, exclusives, SIMD, memory copies, cache maintenance.
    private static readonly uint[] s_a64 =
    [
        0xA9400440, 0xA9000440, 0xA8C10440, 0xA8810440, 0xB8404441, 0xB8004441, 0xF8400840, 0xF8000840, 0xB8200041, 0x88A07C41, 0x885F7C41,
        0x88007C41, 0xAD000440, 0xAD400440, 0x4C407041, 0x4C007041, 0x19010440, 0x19410440, 0x1D010440, 0x19C10440, 0xD50B7422, 0xD50B7A22,
        0xD50B7E22, 0xD5087622, 0xD50B7522, 0xC8A07C42, 0x48207C42, 0xF9000041, 0x39800040, 0xC8DFFC40,
    ];

    private static readonly uint[] s_a32 =
    [
        0xE8820003, 0xE8920003, 0xE8A20003, 0xE1C200D0, 0xE1C200F0, 0xE4921004, 0xE4821004, 0xE4B21004, 0xE4A21004, 0xE1920F9F, 0xE1820F91,
        0xF900A00F, 0xF8920A00, 0xE1020090, 0xECA20B04, 0xECB20B04,
    ];

    private Stage1Registers _stage1;

    public GuestRegisters Registers { get; } = new();

    public Stage1Registers Stage1 => _stage1;

    public uint Opcode { get; private set; }

    public bool IsAArch32 => (Registers.PState & 16) != 0;

    public bool IsEL0 => IsAArch32 ? (Registers.PState & 15) == 0 : (Registers.PState & 12) == 0;

    public Stage1Registers ReadRegisters(ulong virtualAddress) => _stage1;

    public ulong ReadSctlr() => _stage1.Sctlr;

    /// <summary>Fills the tables: each descriptor leads to another table, to data, or to a device.</summary>
    public static void FillTables(FuzzMemory memory, ref FuzzRandom random)
    {
        for (int page = 0; page < FuzzMemory.Pages; page++)
        {
            Span<byte> bytes = memory.Page(page);
            for (int i = 0; i < FuzzMemory.PageSize; i += 8)
            {
                ulong address = random.Below(8) switch
                {
                    <= 3 => (ulong)random.Below(FuzzMemory.TablePages) << 12,
                    <= 5 => (ulong)(FuzzMemory.TablePages + random.Below(FuzzMemory.Pages - FuzzMemory.TablePages)) << 12,
                    _ => Device | ((ulong)random.Below(16) << 12),
                };
                ulong flags = (random.Next() & random.Next() & 0x7EF0_0000_0000_0BFC) | (random.OneIn(6) ? 0 : 1ul << 10) | (random.OneIn(8) ? random.Next() & 3 : 3) | (random.Next() & 0xC0);
                if (page == IdentityStage2)
                {
                    // A block of the first level for each gigabyte, mostly with all permissions.
                    address = (ulong)(i / 8) << 30;
                    flags = 0x3C | (1ul << 10) | (random.OneIn(8) ? random.Next() & 0x2C8_0000_0000_00C0 : 0xC0) | 1;
                }

                ulong descriptor = page < FuzzMemory.TablePages ? address | flags : random.Next();
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], random.OneIn(64) ? random.Next() : descriptor);
            }
        }
    }

    public void Next(ref FuzzRandom random)
    {
        ulong hcr = random.Below(4) switch
        {
            0 => 1ul << 31 | 1,
            1 => random.Next() & ((1ul << 34) | (1ul << 27) | (1ul << 31) | 1),
            _ => 0,
        };
        if (hcr != 0)
        {
            hcr |= (random.Next() & random.Next() & ((1ul << 2) | (1ul << 46) | (1ul << 32) | (1ul << 33))) | random.RareBit(30, 12) | random.RareBit(60, 42) | random.RareBit(60, 43);
        }

        bool aarch32 = random.OneIn(4);
        int level = random.Below(8) switch { <= 2 => 0, <= 5 => 1, _ => aarch32 || hcr == 0 ? 1 : 2 };
        ulong pstate = aarch32
            ? (level == 0 ? 0x10u : random.Below(4) switch { 0 => 0x13u, 1 => 0x17u, 2 => 0x1Fu, _ => 0x12u }) | (random.OneIn(3) ? 0x20u : 0) | random.RareBit(4, 9)
            : (ulong)(uint)(level << 2) | (level > 0 && random.OneIn(2) ? 1u : 0);
        pstate |= 0x3C0 | random.RareBit(3, 22) | random.RareBit(4, 23) | random.RareBit(20, 21);
        Registers.PState = pstate | (aarch32 ? 0 : random.Next() & random.Next() & 0x5_0000_0000);
        Stage1Regime regime = Stage1Registers.RegimeOf(pstate, hcr, aarch32 && level != 0 || (aarch32 && random.OneIn(2)));
        var features = (Stage1Features)(random.Next() & random.Next() & uint.MaxValue & ~(ulong)(Stage1Features.Descriptors128 | NoGranules));
        if (random.OneIn(2))
        {
            features |= Stage1Features.HardwareAccessFlag | Stage1Features.HardwareDirtyState;
        }

        bool single = regime == Stage1Regime.EL2;
        ulong tcr;
        if (regime == Stage1Regime.AArch32EL10)
        {
            tcr = random.OneIn(2) ? (1ul << 31) | (random.Next() & random.Next() & 0x700_0680_0087) : random.Next() & 0x37 & random.Next();
        }
        else
        {
            int tg = random.OneIn(6) ? random.Below(4) : 0;
            ulong size0 = (ulong)(uint)(random.OneIn(8) ? random.Below(64) : 16 + random.Below(24));
            ulong size1 = (ulong)(uint)(random.OneIn(8) ? random.Below(64) : 16 + random.Below(24));
            ulong ps = (ulong)(uint)(random.OneIn(4) ? random.Below(6) : 5);
            tcr = single
                ? size0 | ((ulong)(uint)tg << 14) | (ps << 16) | (random.Next() & random.Next() & 0x0170_0000)
                : size0 | (size1 << 16) | ((ulong)(uint)tg << 14) | ((ulong)(uint)(tg switch { 0 => 2, 1 => 3, 2 => 1, _ => 0 }) << 30) | (ps << 32)
                    | (random.Next() & random.Next() & 0x0198_07E0_0000_0000) | random.RareBit(16, 7) | random.RareBit(16, 23);
        }

        int[] sizes = Sizes;
        _stage1 = new Stage1Registers
        {
            Regime = regime,
            Capabilities = new Stage1Capabilities(features, sizes[random.Below(sizes.Length)]),
            Sctlr = (random.OneIn(8) ? 0u : 1u) | (random.Next() & random.Next() & 0x0201_0001_3118_0004) | random.RareBit(8, 25),
            Tcr = tcr,
            Tcr2 = random.OneIn(2) ? random.Next() & 0x80E : 0,
            Ttbr0 = Table(ref random),
            Ttbr1 = Table(ref random),
            Mair = random.Next(),
            Pir = random.OneIn(2) ? random.Next() : 0xFFFF_5555_7777_CCCC,
            Pire0 = random.Next(),
            Por = random.Next() | (random.OneIn(2) ? 0x7777_7777 : 0u),
            PorEl0 = random.Next() | (random.OneIn(2) ? 0x7777_7777 : 0u),
            Dacr = (uint)random.Next(),
            Hcr = hcr,
            DefaultCacheable = random.OneIn(100),
            Stage2 = Stage2(ref random),
        };

        for (int i = 0; i < 31; i++)
        {
            Registers.SetX(i, random.OneIn(4) ? random.Next() : Address(ref random));
        }

        Registers.SetX(1, random.OneIn(3) ? random.Next() : (ulong)(uint)random.Below(9000));
        Registers.Sp = Address(ref random);
        Registers.Pc = Address(ref random) & (random.OneIn(16) ? ~0ul : ~3ul);
        Opcode = random.OneIn(6) ? (uint)random.Next()
            : aarch32 ? s_a32[random.Below(s_a32.Length)]
            : s_a64[random.Below(s_a64.Length)];
    }

    private static readonly int[] Sizes = [40, 44, 48];

    // Without a granule the architecture leaves open what its encoding means.
    private const Stage1Features NoGranules = Stage1Features.NoGranule4K | Stage1Features.NoGranule16K | Stage1Features.NoGranule64K
        | Stage1Features.NoStage2Granule4K | Stage1Features.NoStage2Granule16K | Stage1Features.NoStage2Granule64K;

    private static Stage2Registers Stage2(ref FuzzRandom random)
    {
        bool identity = random.OneIn(2);
        ulong size = identity ? 25 : (ulong)(uint)(random.OneIn(8) ? random.Below(64) : 16 + random.Below(20));
        ulong sl0 = identity ? 1 : (ulong)(uint)random.Below(4);
        ulong granule = identity || !random.OneIn(4) ? 0 : (ulong)(uint)random.Below(3);
        return new Stage2Registers
        {
            Vtcr = size | (sl0 << 6) | (granule << 14) | ((ulong)(uint)(identity ? 5 : random.Below(6)) << 16) | random.RareBit(3, 21) | random.RareBit(3, 22) | random.RareBit(8, 36) | random.RareBit(3, 37) | random.RareBit(8, 44) | random.RareBit(100, 34),
            Vttbr = identity ? (ulong)IdentityStage2 << 12 : Table(ref random) & ~0xFFFul,
            Sctlr = random.RareBit(12, 25),
            S2pir = random.Next() | 0xC000_00C0_0000_CCCC,
            S2por = random.Next() | 0xF0F0_F0F0_F0F0_F0F0,
            Hcrx = random.RareBit(4, 9),
        };
    }

    private static ulong Table(ref FuzzRandom random) => random.OneIn(16) ? random.Next() : ((ulong)random.Below(FuzzMemory.TablePages) << 12) | (random.OneIn(8) ? random.Next() & 0xFFF : 0);

    // Mostly near the end of a page, so that accesses go into two.
    private static ulong Address(ref FuzzRandom random)
    {
        ulong page = random.Next() & (random.OneIn(2) ? 0x1_FFFF_F000ul : 0xFFFF_F000);
        ulong offset = random.OneIn(4) ? random.Next() & 0xFF8 : 0x1000ul - (random.OneIn(4) ? 1ul << random.Below(5) : 8);
        return (page | (offset & 0xFFF)) ^ (random.OneIn(4) ? 0xFFFF_FFFE_0000_0000 : 0) ^ (random.OneIn(16) ? random.Next() & (0xFFul << 56) : 0);
    }
}
