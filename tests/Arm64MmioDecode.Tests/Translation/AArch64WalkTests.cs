using System.Linq;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>VMSAv8-64 walks, from the Arm ARM (D8.1 to D8.3), where QEMU cannot be asked or is known to differ.</summary>
public sealed class AArch64WalkTests
{
    private const ulong AF = AArch64Tables.AF;
    private const ulong Table = 0x4000_0000;
    private const Stage1Features Large = Stage1Features.LargeVirtualAddress | Stage1Features.Lpa2Granule4K | Stage1Features.Lpa2Granule16K
        | Stage1Features.SmallTables | Stage1Features.HardwareAccessFlag;

    [Fact]
    public void A_page_at_level_3_gives_address_attributes_and_permissions()
    {
        var memory = new SparseMemory
        {
            [0x1000 + (1 * 8)] = 0x2003,
            [0x2000 + (2 * 8)] = 0x3003,
            [0x3000 + (3 * 8)] = 0x8_7654_3000 | AF | (0b11 << 8) | (1 << 6) | (1 << 2) | 0b11,
        };

        TranslationResult result = Translate(memory, Registers(tcr: 25, ttbr0: 0x1000), 0x4040_3abc, privileged: false);

        result.Succeeded.Should().BeTrue();
        result.PhysicalAddress.Should().Be(0x8_7654_3abc);
        result.Level.Should().Be(3);
        result.BlockSize.Should().Be(4096);
        result.TableReads.Should().Be(3);
        result.Permissions.Should().Be(AccessPermissions.Read | AccessPermissions.Write | AccessPermissions.Execute);
        result.Attributes.ToString().Should().Be("Normal, Inner Write-Back, Outer Write-Back, Inner Shareable");
        memory.Reads.Should().Equal(0x1008, 0x2010, 0x3018);
    }

    // D8.2.8 to D8.2.10: the initial lookup level for each range of TxSZ.
    [Theory]
    [InlineData(12, 12, 15, -1)]
    [InlineData(12, 16, 24, 0)]
    [InlineData(12, 25, 33, 1)]
    [InlineData(12, 34, 42, 2)]
    [InlineData(12, 43, 48, 3)]
    [InlineData(14, 12, 16, 0)]
    [InlineData(14, 17, 27, 1)]
    [InlineData(14, 28, 38, 2)]
    [InlineData(14, 39, 48, 3)]
    [InlineData(16, 12, 21, 1)]
    [InlineData(16, 22, 34, 2)]
    [InlineData(16, 35, 47, 3)]
    public void The_initial_lookup_level_follows_from_granule_and_size(int granuleBits, int firstTsz, int lastTsz, int startLevel)
    {
        for (int tsz = firstTsz; tsz <= lastTsz; tsz++)
        {
            bool ds = granuleBits != 16 && tsz < 16;
            Stage1Registers registers = Registers(tcr: (uint)tsz | Tg0(granuleBits) | Ds(ds), features: Large, physicalAddressBits: 52);
            ulong va = (1ul << (64 - tsz)) - 1;
            var memory = new SparseMemory();
            AArch64Tables.Map(memory, Table, granuleBits, 64 - tsz, startLevel, leafLevel: 3, va, 0x7000_0000 | AF | 0b11);

            TranslationResult result = Translate(memory, registers, va);

            result.Fault.ToString().Should().Be("no fault", "TxSZ is {0}", tsz);
            result.PhysicalAddress.Should().Be(0x7000_0000 | ((1ul << granuleBits) - 1));
            result.TableReads.Should().Be(4 - startLevel);
        }
    }

    // R_PLCGL, R_YXNYW, R_GTJBY, R_SXWGM: out of the limits it is a level 0 Translation fault.
    [Theory]
    [InlineData(12, 15, false, Stage1Features.None)]
    [InlineData(12, 40, false, Stage1Features.None)]
    [InlineData(12, 49, false, Large)]
    [InlineData(12, 11, true, Large)]
    [InlineData(12, 15, true, Large & ~Stage1Features.Lpa2Granule4K)]
    [InlineData(14, 15, true, Large & ~Stage1Features.Lpa2Granule16K)]
    [InlineData(14, 15, false, Large)]
    [InlineData(14, 49, false, Large)]
    [InlineData(16, 15, false, Large & ~Stage1Features.LargeVirtualAddress)]
    [InlineData(16, 15, true, Large & ~Stage1Features.LargeVirtualAddress)]
    [InlineData(16, 11, false, Large)]
    [InlineData(16, 48, false, Large)]
    [InlineData(16, 40, false, Large & ~Stage1Features.SmallTables)]
    public void A_size_out_of_its_limits_is_a_level_0_translation_fault(int granuleBits, int tsz, bool ds, Stage1Features features)
    {
        var memory = new SparseMemory();

        TranslationResult result = Translate(memory, Registers(tcr: (uint)tsz | Tg0(granuleBits) | Ds(ds), features: features, physicalAddressBits: 52), 0);

        result.Fault.FaultStatusCode.Should().Be(0b000100);
        memory.Reads.Should().BeEmpty();
    }

    // D8.3: block sizes, and the features that the largest of them need.
    [Theory]
    [InlineData(12, 0, 39, true, true)]
    [InlineData(12, 0, 39, false, false)]
    [InlineData(12, 1, 30, false, true)]
    [InlineData(12, 2, 21, false, true)]
    [InlineData(12, 3, 12, false, false)]
    [InlineData(14, 0, 47, true, false)]
    [InlineData(14, 1, 36, true, true)]
    [InlineData(14, 1, 36, false, false)]
    [InlineData(14, 2, 25, false, true)]
    [InlineData(14, 3, 14, false, false)]
    [InlineData(16, 1, 42, false, true)]
    [InlineData(16, 2, 29, false, true)]
    [InlineData(16, 3, 16, false, false)]
    public void Block_descriptors_exist_at_some_levels_only(int granuleBits, int level, int blockBits, bool ds, bool exists)
    {
        int startLevel = granuleBits == 16 ? 1 : 0;
        int tsz = 16;
        Stage1Registers registers = Registers(tcr: (uint)tsz | Tg0(granuleBits) | Ds(ds), features: Large, physicalAddressBits: 52);
        ulong va = 0x9abc_def1_2345 & ~(1ul << 47);
        ulong address = (1ul << 47) & ~((1ul << blockBits) - 1);
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, granuleBits, 48, startLevel, level, va, address | AF | 0b01);

        TranslationResult result = Translate(memory, registers, va);

        if (exists)
        {
            result.PhysicalAddress.Should().Be(address | (va & ((1ul << blockBits) - 1)));
            result.BlockSize.Should().Be(1ul << blockBits);
            result.Level.Should().Be(level);
        }
        else
        {
            result.Fault.ToString().Should().Be($"Translation fault, level {level}");
        }
    }

    [Fact]
    public void The_4tb_block_needs_52_bit_physical_addresses()
    {
        var memory = new SparseMemory { [Table] = AF | 0b01 };

        Translate(memory, Registers(tcr: 16 | Tg0(16), features: Large, physicalAddressBits: 48), 0).Fault.ToString()
            .Should().Be("Translation fault, level 1");
        Translate(memory, Registers(tcr: 16 | Tg0(16), features: Large, physicalAddressBits: 52), 0).Succeeded.Should().BeTrue();
    }

    [Theory]
    [InlineData(0b00)]
    [InlineData(0b10)]
    public void A_descriptor_with_bit_0_clear_is_invalid(ulong type)
    {
        for (int level = 0; level <= 3; level++)
        {
            var memory = new SparseMemory();
            AArch64Tables.Map(memory, Table, 12, 48, 0, level, 0, 0x7000_0000 | AF | type);

            Translate(memory, Registers(tcr: 16), 0).Fault.FaultStatusCode.Should().Be((byte)(0b000100 | level));
        }
    }

    [Fact]
    public void Faults_at_level_minus_1_have_codes_of_their_own()
    {
        Stage1Registers registers = Registers(tcr: 12 | Ds(true), features: Large, physicalAddressBits: 44);

        TranslationResult translation = Translate(new SparseMemory(), registers, 0);
        TranslationResult addressSize = Translate(new SparseMemory { [Table] = (1ul << 44) | 0b11 }, registers, 0);
        TranslationResult abort = Translate(new SparseMemory { End = Table }, registers, 0);

        (translation.Level, translation.Fault.Kind, translation.Fault.FaultStatusCode).Should().Be((-1, TranslationFaultKind.Translation, 0b101011));
        (addressSize.Level, addressSize.Fault.Kind, addressSize.Fault.FaultStatusCode).Should().Be((-1, TranslationFaultKind.AddressSize, 0b101001));
        (abort.Level, abort.Fault.Kind, abort.Fault.FaultStatusCode).Should().Be((-1, TranslationFaultKind.ExternalAbortOnWalk, 0b010011));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_descriptor_that_cannot_be_read_is_an_external_abort_at_its_level(int level)
    {
        var memory = new SparseMemory { End = Table + 0x8000_0000 };
        AArch64Tables.Map(memory, level == 0 ? memory.End : Table, 12, 48, 0, level == 0 ? 0 : level - 1, 0, memory.End | 0b11);

        TranslationResult result = Translate(memory, Registers(tcr: 16, ttbr0: level == 0 ? memory.End : Table), 0);

        result.Fault.FaultStatusCode.Should().Be((byte)(0b010100 | level));
        result.TableReads.Should().Be(level + 1);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 36)]
    [InlineData(2, 40)]
    [InlineData(3, 42)]
    [InlineData(4, 44)]
    [InlineData(5, 48)]
    public void Addresses_beyond_the_output_size_are_address_size_faults_at_their_level(ulong ips, int bits)
    {
        Stage1Registers registers = Registers(tcr: 16, ips: ips);
        if (bits < 48)
        {
            Translate(new SparseMemory(), Registers(tcr: 16, ips: ips, ttbr0: 1ul << bits), 0).Fault.FaultStatusCode.Should().Be(0);
        }

        for (int level = 0; level <= 3; level++)
        {
            var memory = new SparseMemory();
            AArch64Tables.Map(memory, Table, 12, 48, 0, level, 0, (1ul << bits) | AF | 0b11);
            TranslationResult result = Translate(memory, registers, 0);
            if (bits < 48)
            {
                result.Fault.FaultStatusCode.Should().Be((byte)level);
            }
            else
            {
                // Bit 48 is no address bit.
                result.Fault.Kind.Should().NotBe(TranslationFaultKind.AddressSize);
            }
        }
    }

    [Fact]
    public void The_output_size_is_never_larger_than_the_physical_address_size()
    {
        var memory = new SparseMemory { [Table] = (1ul << 40) | 0b11 };

        Translate(memory, Registers(tcr: 16, physicalAddressBits: 40), 0).Fault.ToString().Should().Be("Address size fault, level 0");
    }

    [Fact]
    public void The_offset_in_a_block_counts_for_the_output_size()
    {
        // A 512GB block with 32-bit addresses: only its first 4GB can be reached.
        var memory = new SparseMemory { [Table] = AF | 0b01 };
        Stage1Registers registers = Registers(tcr: 16 | Ds(true), ips: 0, features: Large);

        Translate(memory, registers, 0xFFFF_FFFF).PhysicalAddress.Should().Be(0xFFFF_FFFF);
        Translate(memory, registers, 0x1_0000_0000).Fault.ToString().Should().Be("Address size fault, level 0");
    }

    [Fact]
    public void Lpa2_moves_address_bits_and_takes_shareability_from_tcr()
    {
        var memory = new SparseMemory();
        ulong leaf = 0x3_8765_4321_0000 | (0b10 << 8) | AF | (1 << 2) | 0b11;
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0, leaf);

        TranslationResult result = Translate(memory, Registers(tcr: 16 | Ds(true) | (0b11ul << 12), ips: 6, features: Large, physicalAddressBits: 52), 0);

        result.PhysicalAddress.Should().Be(0xB_8765_4321_0000);
        result.Attributes.Shareability.Should().Be(Shareability.InnerShareable);
    }

    [Fact]
    public void Lpa_puts_address_bits_51_to_48_into_bits_15_to_12()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 16, 48, 1, 3, 0, 0x8765_4321_0000 | (0xAul << 12) | AF | 0b11);

        Translate(memory, Registers(tcr: 16 | Tg0(16), ips: 6, physicalAddressBits: 52), 0).PhysicalAddress.Should().Be(0xA_8765_4321_0000);
        Translate(memory, Registers(tcr: 16 | Tg0(16), physicalAddressBits: 52), 0).Fault.ToString().Should().Be("Address size fault, level 3");
        Translate(memory, Registers(tcr: 16 | Tg0(16), physicalAddressBits: 48), 0).PhysicalAddress.Should().Be(0x8765_4321_0000);
    }

    [Theory]
    [InlineData(16, 52, false, true)]
    [InlineData(16, 48, false, false)]
    [InlineData(12, 52, true, true)]
    [InlineData(12, 52, false, null)]
    public void Ttbr_holds_address_bits_51_to_48_in_bits_5_to_2(int granuleBits, int physicalAddressBits, bool ds, bool? inRange)
    {
        var memory = new SparseMemory();
        Stage1Registers registers = Registers(
            tcr: 16 | Tg0(granuleBits) | Ds(ds), ips: 6, ttbr0: Table | (0b0010 << 2), features: Large, physicalAddressBits: physicalAddressBits);

        TranslationResult result = Translate(memory, registers, 0);

        if (inRange == true)
        {
            memory.Reads.Should().Equal(0x2_0000_0000_0000 | Table);
        }
        else if (inRange == false)
        {
            // TTBR0_EL1.BADDR: with the 64KB granule and IPS for 52 bits that the processor does not have.
            result.Fault.FaultStatusCode.Should().Be(0);
            memory.Reads.Should().BeEmpty();
        }
        else
        {
            memory.Reads.Should().Equal(Table);
        }
    }

    [Theory]
    [InlineData(12, 42, true)]
    [InlineData(14, 38, true)]
    [InlineData(16, 34, false)]
    public void An_initial_table_of_two_entries_starts_at_64_bytes_where_ttbr_has_52_bits(int granuleBits, int tsz, bool ds)
    {
        var memory = new SparseMemory();
        Stage1Registers registers = Registers(
            tcr: (uint)tsz | Tg0(granuleBits) | Ds(ds), ttbr0: Table | 0x40 | (0b1110 << 2), ips: 6, features: Large, physicalAddressBits: 52);

        Translate(memory, registers, 0);

        memory.Reads.Should().Equal(0xE_0000_0000_0000 | Table | 0x40);
    }

    [Fact]
    public void A_small_initial_table_may_start_at_its_own_size()
    {
        // TxSZ 40 with the 4KB granule: level 2 with 3 bits, 64 bytes.
        var memory = new SparseMemory();
        Stage1Registers registers = Registers(tcr: 40, ttbr0: 0x1234_5678_9AC0 | 0x3F, features: Large);

        Translate(memory, registers, 7ul << 21);

        memory.Reads.Should().Equal(0x1234_5678_9AC0 + (7 * 8));
    }

    [Theory]
    [InlineData(0xFFFF_FFFF_FFFFul, true)]
    [InlineData(0x1_0000_0000_0000ul, false)]
    [InlineData(0x00FF_FFFF_FFFF_FFFFul, false)]
    [InlineData(0x8000_0000_0000_0000ul, false)]
    [InlineData(0xFFFF_0000_0000_0000ul, true)]
    [InlineData(0xFFFE_FFFF_FFFF_FFFFul, false)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFul, true)]
    [InlineData(0x7FFF_FFFF_FFFF_FFFFul, false)]
    public void An_address_in_neither_range_is_a_level_0_translation_fault(ulong va, bool inRange)
    {
        var memory = new SparseMemory();

        TranslationResult result = Translate(memory, Registers(tcr: 16 | (16ul << 16) | (0b10ul << 30), ttbr1: 0x5000_0000), va);

        result.Fault.FaultStatusCode.Should().Be(0b000100);
        memory.Reads.Should().HaveCount(inRange ? 1 : 0);
        memory.Reads.All(x => x >= 0x5000_0000).Should().Be(va >> 63 != 0 || !inRange);
    }

    [Theory]
    [InlineData(0, false, false, false)]
    [InlineData(1, false, true, true)]
    [InlineData(1, true, true, false)]
    public void The_top_byte_is_ignored_with_tbi_and_in_fetches_without_tbid(ulong tbi, bool tbid, bool readSucceeds, bool fetchSucceeds)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0x1234_5000, 0x7000_0000 | AF | 0b11);
        Stage1Registers registers = Registers(tcr: 16 | (tbi << 37) | (tbid ? 1ul << 51 : 0), features: Stage1Features.PointerAuthentication);

        Translate(memory, registers, 0xA500_0000_1234_5678).Succeeded.Should().Be(readSucceeds);
        Translate(memory, registers, 0xA500_0000_1234_5678, TranslationAccess.InstructionFetch).Succeeded.Should().Be(fetchSucceeds);
        Translate(memory, registers, 0x00F0_0000_1234_5678).Fault.Level.Should().Be(0, "bits 55:52 are no tag");
    }

    [Fact]
    public void Tbi1_is_for_the_upper_range()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, 0x5000_0000, 12, 48, 0, 3, 0x1234_5000, 0x7000_0000 | AF | 0b11);
        ulong tcr = 16 | (16ul << 16) | (0b10ul << 30);

        Translate(memory, Registers(tcr: tcr | (1ul << 38), ttbr1: 0x5000_0000), 0x00FF_0000_1234_5678).Succeeded.Should().BeTrue();
        Translate(memory, Registers(tcr: tcr | (1ul << 37), ttbr1: 0x5000_0000), 0x00FF_0000_1234_5678).Succeeded.Should().BeFalse();
    }

    [Theory]
    [InlineData(0x0500_0000_1234_5678ul, true)]
    [InlineData(0x1500_0000_1234_5678ul, false)]
    public void Mtx_makes_bits_59_to_56_a_tag_in_data_addresses(ulong va, bool succeeds)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0x1234_5000, 0x7000_0000 | AF | 0b11);
        Stage1Registers registers = Registers(tcr: 16 | (1ul << 60), features: Stage1Features.ExtendedTagChecking);

        Translate(memory, registers, va).Succeeded.Should().Be(succeeds);
        Translate(memory, registers, va, TranslationAccess.InstructionFetch).Succeeded.Should().BeFalse();
        Translate(memory, Registers(tcr: 16 | (1ul << 60)), va).Succeeded.Should().BeFalse("without the feature the bit is RES0");
    }

    [Fact]
    public void Mtx_in_the_upper_range_reads_the_tag_as_ones()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, 0x5000_0000, 12, 48, 0, 3, 0x1234_5000, 0x7000_0000 | AF | 0b11);
        Stage1Registers registers = Registers(
            tcr: (16ul << 16) | (0b10ul << 30) | (1ul << 61), ttbr1: 0x5000_0000, features: Stage1Features.ExtendedTagChecking);

        Translate(memory, registers, 0xF3FF_0000_1234_5678).Succeeded.Should().BeTrue();
        Translate(memory, registers, 0xE3FF_0000_1234_5678).Succeeded.Should().BeFalse();
    }

    [Theory]
    [InlineData(7, 0ul)]
    [InlineData(23, 0xFFFF_0000_0000_0000ul)]
    public void Epd_disables_the_walks_of_one_range(int bit, ulong va)
    {
        var memory = new SparseMemory();
        ulong tcr = 16 | (16ul << 16) | (0b10ul << 30) | (1ul << bit);

        Translate(memory, Registers(tcr: tcr), va).Fault.FaultStatusCode.Should().Be(0b000100);
        memory.Reads.Should().BeEmpty();
        Translate(memory, Registers(tcr: tcr), va ^ 0xFFFF_0000_0000_0000);
        memory.Reads.Should().ContainSingle();
    }

    [Fact]
    public void E0pd_turns_unprivileged_accesses_away()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0, 0x7000_0000 | AF | (1 << 6) | 0b11);
        Stage1Registers registers = Registers(tcr: 16 | (1ul << 55), features: Stage1Features.E0PD);

        Translate(memory, registers, 0, privileged: false).Fault.FaultStatusCode.Should().Be(0b000100);
        Translate(memory, registers, 0, privileged: true).Succeeded.Should().BeTrue();
        Translate(memory, Registers(tcr: 16 | (1ul << 55)), 0, privileged: false).Succeeded.Should().BeTrue("without the feature the bit is RES0");
    }

    [Fact]
    public void Nfd_turns_non_fault_accesses_of_el0_away()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0, 0x7000_0000 | AF | (1 << 6) | 0b11);
        Stage1Registers registers = Registers(tcr: 16 | (1ul << 53), features: Stage1Features.NonFaultDisables);

        Stage1.Translate(memory, registers, new TranslationRequest(0, TranslationAccess.Read, false) { NonFault = true })
            .Fault.FaultStatusCode.Should().Be(0b000100);
        Stage1.Translate(memory, registers, new TranslationRequest(0, TranslationAccess.Read, true) { NonFault = true }).Succeeded.Should().BeTrue();
        Stage1.Translate(memory, registers, new TranslationRequest(0, TranslationAccess.Read, false)).Succeeded.Should().BeTrue();
    }

    [Theory]
    [InlineData(0b11, Stage1Features.None, 12)]
    [InlineData(0b11, Stage1Features.NoGranule4K, 14)]
    [InlineData(0b11, Stage1Features.NoGranule4K | Stage1Features.NoGranule16K, 16)]
    [InlineData(0b01, Stage1Features.NoGranule64K, 12)]
    [InlineData(0b10, Stage1Features.NoGranule16K, 12)]
    public void A_granule_that_is_reserved_or_not_implemented_is_the_smallest_that_is(ulong tg0, Stage1Features features, int granuleBits)
    {
        int startLevel = granuleBits == 12 ? 1 : granuleBits == 14 ? 1 : 2;
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, granuleBits, 39, startLevel, 3, 0x12_3456_7000, 0x7000_0000 | AF | 0b11);

        Translate(memory, Registers(tcr: 25 | (tg0 << 14), features: features), 0x12_3456_7000).Succeeded.Should().BeTrue();
    }

    [Fact]
    public void The_access_flag_faults_unless_hardware_manages_it()
    {
        for (int level = 1; level <= 3; level++)
        {
            var memory = new SparseMemory();
            AArch64Tables.Map(memory, Table, 12, 48, 0, level, 0, 0x4000_0000 | AArch64Tables.LeafType(level));

            Translate(memory, Registers(tcr: 16 | (1ul << 39)), 0).Fault.FaultStatusCode.Should().Be((byte)(0b001000 | level));
            Translate(memory, Registers(tcr: 16 | (1ul << 39), features: Large), 0).Succeeded.Should().BeTrue();
            Translate(memory, Registers(tcr: 16, features: Large), 0).Fault.Kind.Should().Be(TranslationFaultKind.AccessFlag);
        }
    }

    [Fact]
    public void The_contiguous_hint_and_other_ignored_bits_change_nothing()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0x3000, 0x7000_5000 | AF | (1ul << 52) | (1ul << 50) | (0xFul << 55) | (1ul << 11) | (1ul << 5) | 0b11);

        Translate(memory, Registers(tcr: 16), 0x3123).PhysicalAddress.Should().Be(0x7000_5123);
    }

    [Fact]
    public void Tables_are_big_endian_with_sctlr_ee()
    {
        var memory = new SparseMemory { [Table] = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(0x4000_0000 | AF | 0b01ul) };

        Translate(memory, Registers(tcr: 25, sctlr: 0x0200_1005), 0x123).PhysicalAddress.Should().Be(0x4000_0123);
    }

    [Theory]
    [InlineData(0xFFFF_FFFF_FFFFul, 0ul, true)]
    [InlineData(0x1_0000_0000_0000ul, 0ul, false)]
    [InlineData(0xAB00_0000_1234_5678ul, 0ul, false)]
    [InlineData(0xAB00_0000_1234_5678ul, 1ul << 37, true)]
    [InlineData(0xAB80_0000_1234_5678ul, 3ul << 37, false)]
    public void With_the_mmu_off_an_address_larger_than_the_physical_address_size_faults(ulong va, ulong tcr, bool succeeds)
    {
        var memory = new SparseMemory();

        TranslationResult result = Translate(memory, Registers(tcr: tcr, sctlr: 0x1004), va);

        result.Succeeded.Should().Be(succeeds);
        result.PhysicalAddress.Should().Be(succeeds ? va & 0xFFFF_FFFF_FFFF : 0);
        result.Fault.FaultStatusCode.Should().Be(0);
        memory.Reads.Should().BeEmpty();
    }

    [Fact]
    public void With_the_mmu_off_data_is_device_memory_and_instructions_are_normal()
    {
        Stage1Registers cached = Registers(tcr: 0, sctlr: 0x1004);
        Stage1Registers uncached = Registers(tcr: 0, sctlr: 0x0004);

        Translate(new SparseMemory(), cached, 0).Attributes.ToString().Should().Be("Device-nGnRnE");
        Translate(new SparseMemory(), cached, 0, TranslationAccess.InstructionFetch).Attributes.ToString()
            .Should().Be("Normal, Inner Write-Through, Outer Write-Through, Outer Shareable");
        Translate(new SparseMemory(), uncached, 0, TranslationAccess.InstructionFetch).Attributes.ToString()
            .Should().Be("Normal, Inner Non-cacheable, Outer Non-cacheable, Outer Shareable");
    }

    [Fact]
    public void Hcr_dc_switches_the_mmu_off_and_makes_memory_write_back()
    {
        var registers = new Stage1Registers { Regime = Stage1Regime.EL10, Sctlr = 0x1005, Tcr = 16, DefaultCacheable = true };

        TranslationResult result = Translate(new SparseMemory(), registers, 0x1234);

        result.PhysicalAddress.Should().Be(0x1234);
        result.Attributes.ToString().Should().Be("Normal, Inner Write-Back, Outer Write-Back, Non-shareable");
    }

    [Fact]
    public void Sctlr_c_and_i_make_normal_memory_non_cacheable()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0, 0x7000_0000 | AF | (0b11 << 8) | (1 << 2) | 0b11);

        Translate(memory, Registers(tcr: 16, sctlr: 0x1001), 0).Attributes.Encoding.Should().Be(0x44);
        Translate(memory, Registers(tcr: 16, sctlr: 0x1001), 0, TranslationAccess.InstructionFetch).Attributes.Encoding.Should().Be(0xFF);
        Translate(memory, Registers(tcr: 16, sctlr: 0x0005), 0, TranslationAccess.InstructionFetch).Attributes.Encoding.Should().Be(0x44);
    }

    [Fact]
    public void Aie_gives_attrindx_a_fourth_bit()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0, 0x7000_0000 | AF | (1ul << 59) | (1 << 2) | 0b11);
        var registers = new Stage1Registers
        {
            Capabilities = new Stage1Capabilities(Stage1Features.AttributeIndexExtension, 48),
            Sctlr = 0x1005,
            Tcr = 16 | (5ul << 32),
            Tcr2 = 1 << 4,
            Ttbr0 = Table,
            Mair = 0xFF04,
            Mair2 = 0xBB00,
        };

        Translate(memory, registers, 0).Attributes.Encoding.Should().Be(0xBB);
    }

    [Fact]
    public void Descriptors_of_128_bits_are_reported_and_not_misread()
    {
        var registers = new Stage1Registers
        {
            Capabilities = new Stage1Capabilities(Stage1Features.Descriptors128, 52),
            Sctlr = 1,
            Tcr = 16,
            Tcr2 = 1 << 5,
            Ttbr0 = Table,
        };

        TranslationResult result = Translate(new SparseMemory { [Table] = AF | 0b01 }, registers, 0);

        result.Fault.Kind.Should().Be(TranslationFaultKind.NotSupported);
        result.Fault.FaultStatusCode.Should().Be(0);
    }

    [Fact]
    public void El2_has_one_range_with_a_layout_of_tcr_of_its_own()
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 14, 47, 1, 3, 0x1234_4000, 0x7000_0000 | AF | 0b11);
        var registers = new Stage1Registers { Regime = Stage1Regime.EL2, Sctlr = 0x1005, Tcr = 17 | (0b10 << 14) | (5ul << 16) | (1 << 20), Ttbr0 = Table, Ttbr1 = Table };

        Translate(memory, registers, 0x5500_0000_1234_4010).PhysicalAddress.Should().Be(0x7000_0010);
        Translate(memory, registers, 0xFFFF_8000_1234_4010).Fault.FaultStatusCode.Should().Be(0b000100, "there is no upper range");
        Translate(memory, registers, 0x1234_4010, privileged: false).Succeeded.Should().BeTrue("there are no unprivileged accesses");
    }

    [Theory]
    [InlineData(0ul, false, false)]
    [InlineData(1ul << 20, true, true)]
    [InlineData((1ul << 20) | (1ul << 29), true, false)]
    [InlineData(1ul << 33, false, false)]
    public void El2_has_tag_controls_of_its_own(ulong tcr, bool readSucceeds, bool fetchSucceeds)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 48, 0, 3, 0, 0x7000_0000 | AF | 0b11);
        var registers = new Stage1Registers
        {
            Regime = Stage1Regime.EL2,
            Capabilities = new Stage1Capabilities(Stage1Features.ExtendedTagChecking | Stage1Features.PointerAuthentication, 48),
            Sctlr = 0x1005,
            Tcr = 16 | (5ul << 16) | tcr,
            Ttbr0 = Table,
        };

        Translate(memory, registers, 0xA5ul << 56).Succeeded.Should().Be(readSucceeds);
        Translate(memory, registers, 0xA5ul << 56, TranslationAccess.InstructionFetch).Succeeded.Should().Be(fetchSucceeds);
        Translate(memory, registers, 0x05ul << 56).Succeeded.Should().Be(readSucceeds || tcr == 1ul << 33, "MTX makes bits 59:56 a tag");
    }

    private static ulong Tg0(int granuleBits) => granuleBits switch { 12 => 0b00ul << 14, 14 => 0b10ul << 14, _ => 0b01ul << 14 };

    private static ulong Ds(bool ds) => ds ? 1ul << 59 : 0;

    private static Stage1Registers Registers(
        ulong tcr,
        ulong ttbr0 = Table,
        ulong ttbr1 = Table,
        ulong sctlr = 0x1005,
        ulong ips = 5,
        Stage1Features features = Stage1Features.None,
        int physicalAddressBits = 48) => new()
        {
            Regime = Stage1Regime.EL10,
            Capabilities = new Stage1Capabilities(features, physicalAddressBits),
            Sctlr = sctlr,
            Tcr = tcr | (ips << 32),
            Ttbr0 = ttbr0,
            Ttbr1 = ttbr1,
            Mair = 0xFF04,
        };

    private static TranslationResult Translate(
        SparseMemory memory, in Stage1Registers registers, ulong va, TranslationAccess access = TranslationAccess.Read, bool privileged = true) =>
        Stage1.Translate(memory, registers, new TranslationRequest(va, access, privileged));
}
