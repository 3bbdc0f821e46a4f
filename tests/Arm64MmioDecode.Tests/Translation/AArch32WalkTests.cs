using System.Buffers.Binary;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;
using static Arm64MmioDecode.Translation.AccessPermissions;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>VMSAv8-32, from the Arm ARM (G5.4 to G5.12): attributes and execution, which QEMU's PAR does not show, and single facts.</summary>
public sealed class AArch32WalkTests
{
    private const uint M = 1;
    private const uint C = 1 << 2;
    private const uint I = 1 << 12;
    private const uint Wxn = 1 << 19;
    private const uint Uwxn = 1 << 20;
    private const uint Ee = 1 << 25;
    private const uint Tre = 1 << 28;
    private const uint Afe = 1 << 29;
    private const uint Eae = 1u << 31;
    private const uint Client = 0x5555_5555;
    private const uint Manager = 0xFFFF_FFFF;
    private const ulong Table = 0x4000_0000;
    private const AccessPermissions All = Read | Write | Execute;

    // Table G5-9.
    [Theory]
    [InlineData(0b000, None, None)]
    [InlineData(0b001, All, None)]
    [InlineData(0b010, All, Read | Execute)]
    [InlineData(0b011, All, All)]
    [InlineData(0b100, None, None)]
    [InlineData(0b101, Read | Execute, None)]
    [InlineData(0b110, Read | Execute, Read | Execute)]
    [InlineData(0b111, Read | Execute, Read | Execute)]
    public void Short_descriptors_have_three_access_permission_bits_and_execution_needs_reading(uint ap, AccessPermissions privileged, AccessPermissions unprivileged)
    {
        foreach (Kind kind in System.Enum.GetValues<Kind>())
        {
            Permissions(kind, ap, privileged: true).Should().Be(privileged);
            Permissions(kind, ap, privileged: false).Should().Be(unprivileged);
        }
    }

    // Table G5-7; AP[0] is the Access flag.
    [Theory]
    [InlineData(0b001, All, None)]
    [InlineData(0b011, All, All)]
    [InlineData(0b101, Read | Execute, None)]
    [InlineData(0b111, Read | Execute, Read | Execute)]
    public void Short_descriptors_have_two_access_permission_bits_with_afe(uint ap, AccessPermissions privileged, AccessPermissions unprivileged)
    {
        Permissions(Kind.SmallPage, ap, privileged: true, sctlr: Afe).Should().Be(privileged);
        Permissions(Kind.SmallPage, ap, privileged: false, sctlr: Afe).Should().Be(unprivileged);
    }

    [Theory]
    [InlineData(Kind.Section, 0b00011, 0b001001)]
    [InlineData(Kind.Supersection, 0b00011, 0b001001)]
    [InlineData(Kind.LargePage, 0b00110, 0b001010)]
    [InlineData(Kind.SmallPage, 0b00110, 0b001010)]
    public void Ap0_clear_is_an_access_flag_fault_with_afe_in_any_domain(Kind kind, byte shortStatus, byte code)
    {
        foreach (uint dacr in new[] { 0u, Client, Manager })
        {
            TranslationResult result = Translate(kind, ap: 0b010, sctlr: Afe, dacr: dacr);

            result.Fault.Kind.Should().Be(TranslationFaultKind.AccessFlag);
            result.Fault.ShortFaultStatus.Should().Be(shortStatus);
            result.Fault.FaultStatusCode.Should().Be(code);
        }
    }

    [Theory]
    [InlineData(Kind.Section, 0b01001, 0b111101)]
    [InlineData(Kind.SmallPage, 0b01011, 0b111110)]
    [InlineData(Kind.LargePage, 0b01011, 0b111110)]
    public void A_domain_without_access_is_a_domain_fault_that_names_it(Kind kind, byte shortStatus, byte code)
    {
        foreach (uint access in new uint[] { 0b00, 0b10 })
        {
            TranslationResult result = Translate(kind, ap: 0b011, domain: 13, dacr: (Client & ~(3u << 26)) | (access << 26));

            result.Fault.Domain.Should().Be(13);
            result.Fault.ShortFaultStatus.Should().Be(shortStatus);
            result.Fault.FaultStatusCode.Should().Be(code);
        }
    }

    [Fact]
    public void A_supersection_is_in_domain_0()
    {
        Translate(Kind.Supersection, ap: 0b011, domain: 13, dacr: 0b01).Succeeded.Should().BeTrue();
        Translate(Kind.Supersection, ap: 0b011, domain: 13, dacr: ~3u).Fault.Kind.Should().Be(TranslationFaultKind.Domain);
    }

    [Fact]
    public void Nothing_is_checked_in_a_manager_domain()
    {
        Permissions(Kind.SmallPage, ap: 0b000, privileged: false, dacr: Manager, xn: true, pxn: true, sctlr: Wxn | Uwxn).Should().Be(All);
        Translate(Kind.SmallPage, ap: 0b011, dacr: Manager, pan: true).Succeeded.Should().BeTrue();
    }

    [Theory]
    [InlineData(Kind.Section, 0b01101)]
    [InlineData(Kind.SmallPage, 0b01111)]
    public void A_permission_fault_has_the_level_of_its_descriptor(Kind kind, byte shortStatus)
    {
        TranslationResult result = Translate(kind, ap: 0b101, access: TranslationAccess.Write, domain: 3);

        result.Fault.ShortFaultStatus.Should().Be(shortStatus);
        result.Fault.Domain.Should().Be(3);
    }

    [Fact]
    public void Execute_never_and_writable_memory()
    {
        foreach (Kind kind in System.Enum.GetValues<Kind>())
        {
            Permissions(kind, 0b011, privileged: true, xn: true).Should().Be(Read | Write, "XN");
            Permissions(kind, 0b011, privileged: false, xn: true).Should().Be(Read | Write);
            Permissions(kind, 0b011, privileged: true, pxn: true).Should().Be(Read | Write, "PXN");
            Permissions(kind, 0b011, privileged: false, pxn: true).Should().Be(All);
            Permissions(kind, 0b011, privileged: true, sctlr: Uwxn).Should().Be(Read | Write, "UWXN");
            Permissions(kind, 0b010, privileged: true, sctlr: Uwxn).Should().Be(All);
            Permissions(kind, 0b011, privileged: false, sctlr: Uwxn).Should().Be(All);
            Permissions(kind, 0b010, privileged: true, sctlr: Wxn).Should().Be(Read | Write, "WXN");
            Permissions(kind, 0b010, privileged: false, sctlr: Wxn).Should().Be(Read | Execute);
            Permissions(kind, 0b111, privileged: true, sctlr: Wxn | Uwxn).Should().Be(Read | Execute);
        }
    }

    [Theory]
    [InlineData(0b001, true)]
    [InlineData(0b010, false)]
    [InlineData(0b011, false)]
    [InlineData(0b101, true)]
    [InlineData(0b111, false)]
    public void Pan_keeps_privileged_data_accesses_from_what_el0_may_use(uint ap, bool allowed)
    {
        Translate(Kind.Section, ap, pan: true).Succeeded.Should().Be(allowed);
        Translate(Kind.Section, ap, pan: true, access: TranslationAccess.InstructionFetch).Succeeded.Should().BeTrue();
        TranslateLong((ap & 0b110) << 5, pan: true).Succeeded.Should().Be((ap & 0b010) == 0);
    }

    // Table G5-12 and G5-13; the reserved values of TEX, C and B are Device-nGnRnE here.
    [Theory]
    [InlineData(0b00000, 0x00)]
    [InlineData(0b00001, 0x04)]
    [InlineData(0b00010, 0xAA)]
    [InlineData(0b00011, 0xEE)]
    [InlineData(0b00100, 0x44)]
    [InlineData(0b00101, 0x00)]
    [InlineData(0b00110, 0x00)]
    [InlineData(0b00111, 0xFF)]
    [InlineData(0b01000, 0x04)]
    [InlineData(0b01001, 0x00)]
    [InlineData(0b01100, 0x00)]
    [InlineData(0b10000, 0x44)]
    [InlineData(0b10001, 0x4F)]
    [InlineData(0b10010, 0x4A)]
    [InlineData(0b10011, 0x4E)]
    [InlineData(0b10100, 0xF4)]
    [InlineData(0b11000, 0xA4)]
    [InlineData(0b11111, 0xEE)]
    public void Tex_c_and_b_give_the_attributes_without_remap(uint texcb, byte encoding)
    {
        foreach (Kind kind in System.Enum.GetValues<Kind>())
        {
            MemoryAttributes notShareable = Translate(kind, 0b011, texcb: texcb).Attributes;
            MemoryAttributes shareable = Translate(kind, 0b011, texcb: texcb, s: true).Attributes;

            notShareable.Encoding.Should().Be(encoding);
            bool always = encoding is 0x00 or 0x04 or 0x44;
            notShareable.Shareability.Should().Be(always ? Shareability.OuterShareable : Shareability.NonShareable);
            shareable.Shareability.Should().Be(Shareability.OuterShareable);
        }
    }

    // Table G5-14 and G5-15.
    [Theory]
    [InlineData(0, 0b00, 0b11, 0b11, 0x00)]
    [InlineData(1, 0b01, 0b11, 0b11, 0x04)]
    [InlineData(2, 0b10, 0b00, 0b00, 0x44)]
    [InlineData(3, 0b10, 0b01, 0b10, 0xAF)]
    [InlineData(4, 0b10, 0b11, 0b01, 0xFE)]
    [InlineData(5, 0b10, 0b00, 0b11, 0xE4)]
    [InlineData(6, 0b10, 0b01, 0b01, 0xFF)]
    [InlineData(7, 0b10, 0b10, 0b00, 0x4A)]
    [InlineData(7, 0b11, 0b10, 0b00, 0x00)]
    public void Prrr_and_nmrr_give_the_attributes_with_remap(int region, uint tr, uint ir, uint or, byte encoding)
    {
        uint nmrr = (ir << (2 * region)) | (or << (16 + (2 * region)));
        bool always = encoding is 0x00 or 0x04 or 0x44;
        for (uint choice = 0; choice < 16; choice++)
        {
            bool ns0 = (choice & 1) != 0;
            bool ns1 = (choice & 2) != 0;
            bool nos = (choice & 4) != 0;
            bool s = (choice & 8) != 0;
            uint prrr = (tr << (2 * region)) | (ns0 ? 1u << 18 : 0) | (ns1 ? 1u << 19 : 0) | (nos ? 1u << (24 + region) : 0);

            // TEX[2:1] are the operating system's.
            MemoryAttributes attributes = Translate(Kind.SmallPage, 0b011, texcb: (uint)region | 0b11000, s: s, sctlr: Tre, prrr: prrr, nmrr: nmrr).Attributes;

            attributes.Encoding.Should().Be(encoding);
            bool shareable = s ? ns1 : ns0;
            attributes.Shareability.Should().Be(
                always ? Shareability.OuterShareable
                : !shareable ? Shareability.NonShareable
                : nos ? Shareability.InnerShareable : Shareability.OuterShareable);
        }
    }

    [Fact]
    public void A_supersection_has_40_address_bits()
    {
        var memory = new SparseMemory();
        Write32(memory, Table + (0x123 * 4), 0x5600_0000 | (0x7u << 20) | (0x9u << 5) | (1 << 18) | (0b11 << 10) | 0b10);

        TranslationResult result = Stage1.Translate(memory, Registers(), new TranslationRequest(0x1234_5678, TranslationAccess.Read, true));

        result.PhysicalAddress.Should().Be(0x97_5634_5678);
        result.BlockSize.Should().Be(16 << 20);
        result.Level.Should().Be(1);
    }

    [Theory]
    [InlineData(0, 0xFFFF_FFFFul, Table + 0x3FFC)]
    [InlineData(1, 0x7FFF_FFFFul, Table + 0x1FFC)]
    [InlineData(1, 0x8000_0000ul, 0x6000_2000)]
    [InlineData(7, 0x01FF_FFFFul, Table + 0x7C)]
    [InlineData(7, 0x0200_0000ul, 0x6000_0080)]
    public void Ttbcr_n_splits_the_address_space(uint n, ulong va, ulong entry)
    {
        var memory = new SparseMemory();

        Stage1.Translate(memory, Registers(ttbcr: n, ttbr1: 0x6000_0000), new TranslationRequest(va, TranslationAccess.Read, true));

        memory.Reads.Should().Equal(entry);
    }

    [Theory]
    [InlineData(1 << 4, 0ul)]
    [InlineData((1 << 5) | 1, 0x8000_0000ul)]
    public void Pd0_and_pd1_disable_walks(uint ttbcr, ulong va)
    {
        var memory = new SparseMemory();

        TranslationResult result = Stage1.Translate(memory, Registers(ttbcr: ttbcr), new TranslationRequest(va, TranslationAccess.Read, true));

        result.Fault.ShortFaultStatus.Should().Be(0b00101);
        memory.Reads.Should().BeEmpty();
    }

    [Fact]
    public void Failed_reads_and_invalid_descriptors_report_their_level()
    {
        var memory = new SparseMemory { End = 0x8000_0000 };
        Write32(memory, Table + 4, 0x4001_0000 | (5 << 5) | 0b01);
        Write32(memory, Table + 8, 0x9000_0000 | (5 << 5) | 0b01);

        At(0x0000_0000).ShortFaultStatus.Should().Be(0b00101);
        At(0x0010_0000).ShortFaultStatus.Should().Be(0b00111);
        At(0x0020_0000).ShortFaultStatus.Should().Be(0b01110);
        At(0x0020_0000).Domain.Should().Be(5);
        Stage1.Translate(memory, Registers(ttbr0: 0x9000_0000), new TranslationRequest(0, TranslationAccess.Read, true))
            .Fault.ShortFaultStatus.Should().Be(0b01100);

        TranslationFault At(ulong va) => Stage1.Translate(memory, Registers(), new TranslationRequest(va, TranslationAccess.Read, true)).Fault;
    }

    [Fact]
    public void Short_descriptors_are_big_endian_with_sctlr_ee()
    {
        var memory = new SparseMemory();
        Write32(memory, Table, BinaryPrimitives.ReverseEndianness(0x5670_0000u | (0b11 << 10) | 0b10));

        Stage1.Translate(memory, Registers(sctlr: Ee), new TranslationRequest(0x1234, TranslationAccess.Read, true)).PhysicalAddress.Should().Be(0x5670_1234);
    }

    [Fact]
    public void The_upper_half_of_an_address_is_ignored()
    {
        Stage1.Translate(new SparseMemory(), new Stage1Registers { Regime = Stage1Regime.AArch32EL10 }, new TranslationRequest(0xDEAD_BEEF_1234_5678, TranslationAccess.Read, true))
            .PhysicalAddress.Should().Be(0x1234_5678);
    }

    [Theory]
    [InlineData(0u, TranslationAccess.Read, "Device-nGnRnE")]
    [InlineData(I, TranslationAccess.InstructionFetch, "Normal, Inner Write-Through, Outer Write-Through, Outer Shareable")]
    [InlineData(0u, TranslationAccess.InstructionFetch, "Normal, Inner Non-cacheable, Outer Non-cacheable, Outer Shareable")]
    [InlineData(Tre, TranslationAccess.Read, "Device-nGnRnE")]
    public void With_the_mmu_off_addresses_are_physical(uint sctlr, TranslationAccess access, string attributes)
    {
        Stage1Registers registers = Stage1Registers.AArch32(default, sctlr, 0, Table, Table, 0x000A_AAAA, uint.MaxValue, 0);

        TranslationResult result = Stage1.Translate(new SparseMemory(), registers, new TranslationRequest(0xFFFF_FFFF, access, false));

        result.PhysicalAddress.Should().Be(0xFFFF_FFFF);
        result.Attributes.ToString().Should().Be(attributes);
    }

    // G5.5: the two ranges of the long-descriptor format.
    [Theory]
    [InlineData(0, 0, 0x0000_0000ul, 0)]
    [InlineData(0, 0, 0xFFFF_FFFFul, 0)]
    [InlineData(0, 1, 0x7FFF_FFFFul, 0)]
    [InlineData(0, 1, 0x8000_0000ul, 1)]
    [InlineData(1, 0, 0x7FFF_FFFFul, 0)]
    [InlineData(1, 0, 0x8000_0000ul, 1)]
    [InlineData(7, 0, 0x01FF_FFFFul, 0)]
    [InlineData(7, 0, 0x0200_0000ul, 1)]
    [InlineData(0, 7, 0xFDFF_FFFFul, 0)]
    [InlineData(0, 7, 0xFE00_0000ul, 1)]
    [InlineData(2, 2, 0x3FFF_FFFFul, 0)]
    [InlineData(2, 2, 0x4000_0000ul, -1)]
    [InlineData(2, 2, 0xBFFF_FFFFul, -1)]
    [InlineData(2, 2, 0xC000_0000ul, 1)]
    public void T0sz_and_t1sz_choose_the_table(uint t0sz, uint t1sz, ulong va, int ttbr)
    {
        var memory = new SparseMemory();

        TranslationResult result = Stage1.Translate(
            memory, Registers(ttbcr: Eae | t0sz | (t1sz << 16), ttbr1: 0x6000_0000), new TranslationRequest(va, TranslationAccess.Read, true));

        if (ttbr < 0)
        {
            result.Fault.FaultStatusCode.Should().Be(0b000101, "a fault before the first lookup is reported at level 1");
            memory.Reads.Should().BeEmpty();
        }
        else
        {
            (memory.Reads[0] & ~0xFFFul).Should().Be(ttbr == 0 ? Table : 0x6000_0000);
            result.Level.Should().Be((ttbr == 0 ? t0sz : t1sz) > 1 ? 2 : 1, "30 bits and less start at level 2");
        }
    }

    [Theory]
    [InlineData(7, 0ul)]
    [InlineData(23, 0xC000_0000ul)]
    public void Epd_disables_the_walks_of_one_range(int bit, ulong va)
    {
        var memory = new SparseMemory();

        Stage1.Translate(memory, Registers(ttbcr: Eae | 2 | (2 << 16) | (1u << bit)), new TranslationRequest(va, TranslationAccess.Read, true))
            .Fault.FaultStatusCode.Should().Be(0b000101);
        memory.Reads.Should().BeEmpty();
    }

    [Fact]
    public void Long_descriptors_have_40_address_bits()
    {
        Stage1.Translate(new SparseMemory(), Registers(ttbcr: Eae, ttbr0: 1ul << 40), new TranslationRequest(0, TranslationAccess.Read, true))
            .Fault.FaultStatusCode.Should().Be(0b000000);
        TranslateLong(1ul << 39).PhysicalAddress.Should().Be(0x80_8000_0000);
        TranslateLong(1ul << 40).Fault.FaultStatusCode.Should().Be(0b000011);
    }

    [Theory]
    [InlineData(0ul, All, None)]
    [InlineData(1ul << 6, All, All)]
    [InlineData(1ul << 7, Read | Execute, None)]
    [InlineData((1ul << 7) | (1ul << 6), Read | Execute, Read | Execute)]
    [InlineData((1ul << 54) | (1ul << 6), Read | Write, Read | Write)]
    [InlineData((1ul << 53) | (1ul << 6), Read | Write, All)]
    public void Long_descriptor_permissions(ulong leaf, AccessPermissions privileged, AccessPermissions unprivileged)
    {
        PermissionsOf(x => TranslateLong(leaf, x, privileged: true)).Should().Be(privileged);
        PermissionsOf(x => TranslateLong(leaf, x, privileged: false)).Should().Be(unprivileged);
    }

    [Theory]
    [InlineData(1ul << 61, All, None)]
    [InlineData(1ul << 62, Read | Execute, Read | Execute)]
    [InlineData(1ul << 60, Read | Write, Read | Write)]
    [InlineData(1ul << 59, Read | Write, All)]
    public void Table_descriptors_limit_permissions_unless_disabled(ulong tables, AccessPermissions privileged, AccessPermissions unprivileged)
    {
        const ulong Hpd0 = 1ul << 41;
        const ulong T2E = 1 << 6;

        PermissionsOf(x => TranslateLong(1 << 6, x, true, tables)).Should().Be(privileged);
        PermissionsOf(x => TranslateLong(1 << 6, x, false, tables)).Should().Be(unprivileged);
        PermissionsOf(x => TranslateLong(1 << 6, x, false, tables, Hpd0 | T2E)).Should().Be(All);
        PermissionsOf(x => TranslateLong(1 << 6, x, false, tables, Hpd0)).Should().Be(unprivileged, "TTBCR2 needs TTBCR.T2E");
    }

    [Fact]
    public void Long_descriptors_take_attributes_from_mair()
    {
        TranslateLong((0b10 << 2) | (0b11 << 8)).Attributes.ToString().Should().Be("Normal, Inner Write-Back, Outer Write-Back, Inner Shareable");
        TranslateLong(0b101 << 2).Attributes.ToString().Should().Be("Device-nGnRE");
    }

    [Fact]
    public void Long_descriptors_always_have_an_access_flag()
    {
        TranslateLong(AArch64Tables.AF, withAccessFlag: false).Succeeded.Should().BeTrue();
        TranslateLong(0, withAccessFlag: false).Fault.FaultStatusCode.Should().Be(0b001011);
    }

    private static AccessPermissions Permissions(
        Kind kind, uint ap, bool privileged, uint sctlr = 0, uint dacr = Client, bool xn = false, bool pxn = false) =>
        PermissionsOf(access => Translate(kind, ap, privileged: privileged, sctlr: sctlr, dacr: dacr, xn: xn, pxn: pxn, access: access));

    private static AccessPermissions PermissionsOf(System.Func<TranslationAccess, TranslationResult> translate)
    {
        AccessPermissions allowed = (translate(TranslationAccess.Read).Succeeded ? Read : None)
            | (translate(TranslationAccess.Write).Succeeded ? Write : None)
            | (translate(TranslationAccess.InstructionFetch).Succeeded ? Execute : None);
        foreach (TranslationAccess access in System.Enum.GetValues<TranslationAccess>())
        {
            TranslationResult result = translate(access);
            (result.Succeeded ? result.Permissions : allowed).Should().Be(allowed);
        }

        return allowed;
    }

    private static TranslationResult Translate(
        Kind kind,
        uint ap,
        bool privileged = true,
        uint sctlr = 0,
        uint dacr = Client,
        uint domain = 0,
        bool xn = false,
        bool pxn = false,
        uint texcb = 0,
        bool s = false,
        bool pan = false,
        uint prrr = 0,
        uint nmrr = 0,
        TranslationAccess access = TranslationAccess.Read)
    {
        var memory = new SparseMemory();
        uint ap2 = ap >> 2;
        uint ap10 = ap & 3;
        uint tex = texcb >> 2;
        uint cb = texcb & 3;
        switch (kind)
        {
            case Kind.Section:
            case Kind.Supersection:
                Write32(
                    memory,
                    Table,
                    0x5000_0000 | (kind == Kind.Supersection ? 1u << 18 : domain << 5) | (s ? 1u << 16 : 0) | (ap2 << 15) | (tex << 12)
                    | (ap10 << 10) | (xn ? 1u << 4 : 0) | (cb << 2) | 0b10 | (pxn ? 1u : 0));
                break;

            default:
                Write32(memory, Table, 0x4001_0000 | (domain << 5) | (pxn ? 1u << 2 : 0) | 0b01);
                Write32(
                    memory,
                    0x4001_0000,
                    0x5000_0000 | (s ? 1u << 10 : 0) | (ap2 << 9) | (ap10 << 4) | (cb << 2)
                    | (kind == Kind.LargePage ? (tex << 12) | (xn ? 1u << 15 : 0) | 0b01 : (tex << 6) | 0b10 | (xn ? 1u : 0)));
                break;
        }

        return Stage1.Translate(
            memory, Registers(sctlr: sctlr, dacr: dacr, prrr: prrr, nmrr: nmrr), new TranslationRequest(0x345, access, privileged) { Pan = pan });
    }

    private static TranslationResult TranslateLong(
        ulong leaf,
        TranslationAccess access = TranslationAccess.Read,
        bool privileged = true,
        ulong tables = 0,
        ulong tcr = 0,
        bool pan = false,
        bool withAccessFlag = true)
    {
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 32, 1, 3, 0, leaf | 0x8000_0000 | (withAccessFlag ? AArch64Tables.AF : 0) | 0b11, tables);
        var registers = new Stage1Registers
        {
            Regime = Stage1Regime.AArch32EL10,
            Capabilities = new Stage1Capabilities(Stage1Features.AArch32HierarchicalPermissionDisables, 40),
            Sctlr = M | C | I,
            Tcr = Eae | tcr,
            Ttbr0 = Table,
            Mair = 0x0000_0400_00FF_0000,
        };
        return Stage1.Translate(memory, registers, new TranslationRequest(0, access, privileged) { Pan = pan });
    }

    private static Stage1Registers Registers(
        uint sctlr = 0, uint ttbcr = 0, ulong ttbr0 = Table, ulong ttbr1 = Table, uint dacr = Client, uint prrr = 0, uint nmrr = 0) =>
        Stage1Registers.AArch32(new Stage1Capabilities(Stage1Features.None, 40), sctlr | M | C | I, ttbcr, ttbr0, ttbr1, prrr, nmrr, dacr);

    private static void Write32(SparseMemory memory, ulong address, uint value)
    {
        int shift = (int)(address & 4) * 8;
        memory[address & ~7ul] = (memory[address & ~7ul] & ~((ulong)uint.MaxValue << shift)) | ((ulong)value << shift);
    }

    public enum Kind
    {
        Section,
        Supersection,
        LargePage,
        SmallPage,
    }
}
