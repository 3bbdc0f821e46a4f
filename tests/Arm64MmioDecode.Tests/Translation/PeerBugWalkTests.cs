using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>
/// What OpenVMM's software walker (translate.rs) got wrong, with what the architecture demands: Arm ARM, D8.1 to D8.4.
/// </summary>
public sealed class PeerBugWalkTests
{
    private const ulong AF = AArch64Tables.AF;
    private const ulong EL0Access = 1ul << 6;
    private const ulong ReadOnly = 1ul << 7;
    private const ulong Table0 = 0x4000_0000;
    private const ulong Table1 = 0x5000_0000;
    private const ulong Page = 0x7000_0000;
    private const ulong Tbi = 3ul << 37;

    [Theory]
    [InlineData("48 bits, 4 KB: levels 0 to 3", 12, 16, 0, 4)]
    [InlineData("48 bits, 16 KB: levels 0 to 3", 14, 16, 0, 4)]
    [InlineData("48 bits, 64 KB: levels 1 to 3", 16, 16, 1, 3)]
    [InlineData("47 bits, 16 KB: levels 1 to 3", 14, 17, 1, 3)]
    [InlineData("42 bits, 64 KB: levels 2 to 3", 16, 22, 2, 2)]
    [InlineData("39 bits, 4 KB: levels 1 to 3", 12, 25, 1, 3)]
    [InlineData("25 bits, 4 KB: levels 2 to 3", 12, 39, 2, 2)]
    public void The_number_of_levels_follows_from_granule_and_size(string text, int granuleBits, int tsz, int startLevel, int reads)
    {
        ulong va = (1ul << (64 - tsz)) - 0x10;
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table0, granuleBits, 64 - tsz, startLevel, 3, va, Page | AF | 0b11);

        TranslationResult result = Translate(memory, va, tcr: (uint)tsz | Tg0(granuleBits));

        result.PhysicalAddress.Should().Be(Page | (va & ((1ul << granuleBits) - 1)), text);
        result.TableReads.Should().Be(reads);
    }

    [Theory]
    [InlineData("T0SZ = 16, the largest space", 16, true)]
    [InlineData("T0SZ = 24", 24, true)]
    [InlineData("T0SZ = 39, the smallest space", 39, true)]
    [InlineData("T0SZ = 15 without FEAT_LVA", 15, false)]
    [InlineData("T0SZ = 40 without FEAT_TTST", 40, false)]
    public void T0SZ_has_its_own_limits(string text, int tsz, bool allowed)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table0, 12, 64 - tsz, tsz < 25 ? 0 : tsz < 34 ? 1 : 2, 3, 0x1000, Page | AF | 0b11);

        TranslationResult result = Translate(memory, 0x1234, tcr: (uint)tsz);

        result.Fault.ToString().Should().Be(allowed ? "no fault" : "Translation fault, level 0", text);
    }

    // APTable forbids EL0, HPD ignores that; both for each half of the address space.
    [Theory]
    [InlineData("hierarchical permissions count", 0x1234ul, 0ul, false)]
    [InlineData("HPD0 disables them below", 0x1234ul, 1ul << 41, true)]
    [InlineData("HPD1 does not concern the lower half", 0x1234ul, 1ul << 42, false)]
    [InlineData("they count in the upper half", 0xFFFF_0000_0000_1234ul, 1ul << 41, false)]
    [InlineData("HPD1 disables them above", 0xFFFF_0000_0000_1234ul, 1ul << 42, true)]
    public void HPD_disables_hierarchical_permissions_and_nothing_else_does(string text, ulong va, ulong hpd, bool readable)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table0, 12, 48, 0, 3, 0x1000, Page | AF | EL0Access | 0b11, tableAttributes: 1ul << 61);
        AArch64Tables.Map(memory, Table1, 12, 48, 0, 3, 0x1000, Page | AF | EL0Access | 0b11, tableAttributes: 1ul << 61);

        TranslationResult result = Translate(memory, va, tcr: BothHalves | hpd, privileged: false);

        result.Fault.ToString().Should().Be(readable ? "no fault" : "Permission fault, level 3", text);
    }

    [Theory]
    [InlineData("a level 3 descriptor 01 is reserved", Page | AF | 0b01, "Translation fault, level 3")]
    [InlineData("a level 3 descriptor 10 is invalid", Page | AF | 0b10, "Translation fault, level 3")]
    [InlineData("a level 3 descriptor 00 is invalid, which is no access flag fault", Page | AF, "Translation fault, level 3")]
    [InlineData("an empty descriptor is invalid, which is no access flag fault", 0ul, "Translation fault, level 3")]
    [InlineData("a page without its access flag", Page | 0b11, "Access flag fault, level 3")]
    [InlineData("bit 50 is GP, a guarded page", Page | AF | (1ul << 50) | 0b11, "no fault")]
    [InlineData("bits 58:55 are software's", Page | AF | (0xFul << 55) | 0b11, "no fault")]
    [InlineData("bit 51 is DBM and bit 52 the contiguous hint", Page | AF | (3ul << 51) | 0b11, "no fault")]
    public void A_final_descriptor_is_read_as_the_manual_says(string text, ulong descriptor, string fault)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table0, 12, 48, 0, 3, 0x1000, descriptor);

        Translate(memory, 0x1234, tcr: 16).Fault.ToString().Should().Be(fault, text);
    }

    [Theory]
    [InlineData("EL1 reads what EL0 may read and write", EL0Access, false, true)]
    [InlineData("EL1 reads what EL0 may read", EL0Access | ReadOnly, false, true)]
    [InlineData("PAN forbids it", EL0Access, true, false)]
    [InlineData("PAN forbids it, read-only or not", EL0Access | ReadOnly, true, false)]
    [InlineData("PAN does not concern the kernel's own pages", 0ul, true, true)]
    public void EL1_reads_a_page_of_EL0_unless_PAN_forbids_it(string text, ulong ap, bool pan, bool readable)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table0, 12, 48, 0, 3, 0x1000, Page | AF | ap | 0b11);

        TranslationResult result = Translate(memory, 0x1234, tcr: 16, pan: pan);

        result.Fault.ToString().Should().Be(readable ? "no fault" : "Permission fault, level 3", text);
    }

    // With TBI bit 55 alone chooses the table; bits 54:48 must then be copies of it.
    [Theory]
    [InlineData("bit 55 = 0 is the lower half", 0xFF00_0000_0000_1234ul, Table0)]
    [InlineData("bit 55 = 1 is the upper half", 0x00FF_0000_0000_1234ul, Table1)]
    [InlineData("bit 55 = 1 with bit 54 = 0 is neither", 0x00BF_0000_0000_1234ul, 0ul)]
    [InlineData("bit 55 = 0 with bit 54 = 1 is neither", 0x0040_0000_0000_1234ul, 0ul)]
    [InlineData("bits 54:48 = 1 with bit 55 = 0 are neither", 0x007F_0000_0000_1234ul, 0ul)]
    [InlineData("bits 54:48 = 0 with bit 55 = 1 are neither", 0x0080_0000_0000_1234ul, 0ul)]
    public void Bit_55_chooses_the_translation_table(string text, ulong va, ulong table)
    {
        var memory = new SparseMemory();

        TranslationResult result = Translate(memory, va, tcr: BothHalves | Tbi);

        result.Fault.ToString().Should().Be("Translation fault, level 0", text);
        memory.Reads.Should().Equal(table == 0 ? [] : [table]);
    }

    [Fact]
    public void The_hardware_manages_the_access_flag_of_pages_only_and_the_walk_changes_nothing()
    {
        // Table descriptors have no access flag: bit 10 is clear in each of them. A walk has no way to write memory.
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table0, 12, 48, 0, 3, 0x1000, Page | 0b11);

        TranslationResult result = Translate(memory, 0x1234, tcr: 16 | (1ul << 39), features: Stage1Features.HardwareAccessFlag);

        result.PhysicalAddress.Should().Be(Page | 0x234);
        memory.Reads.Should().HaveCount(4).And.OnlyContain(address => address >= Table0 && address < Page);
        memory[memory.Reads[^1]].Should().Be(Page | 0b11);
    }

    private static ulong BothHalves => 16 | (16ul << 16) | (0b10ul << 30);

    private static ulong Tg0(int granuleBits) => granuleBits switch { 12 => 0b00ul << 14, 14 => 0b10ul << 14, _ => 0b01ul << 14 };

    private static TranslationResult Translate(
        SparseMemory memory,
        ulong va,
        ulong tcr,
        bool privileged = true,
        bool pan = false,
        Stage1Features features = Stage1Features.HierarchicalPermissionDisables)
    {
        var registers = new Stage1Registers
        {
            Regime = Stage1Regime.EL10,
            Capabilities = new Stage1Capabilities(features, 48),
            Sctlr = 0x1005,
            Tcr = tcr | (5ul << 32),
            Ttbr0 = Table0,
            Ttbr1 = Table1,
            Mair = 0xFF04,
        };
        return Stage1.Translate(memory, registers, new TranslationRequest(va, TranslationAccess.Read, privileged) { Pan = pan });
    }
}
