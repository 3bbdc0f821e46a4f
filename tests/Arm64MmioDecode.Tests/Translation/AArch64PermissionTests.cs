using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;
using static Arm64MmioDecode.Translation.AccessPermissions;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>Stage 1 permissions in AArch64, from the tables and rules of the Arm ARM (D8.4).</summary>
public sealed class AArch64PermissionTests
{
    private const ulong Wxn = 1ul << 19;
    private const ulong Epan = 1ul << 57;
    private const ulong Pie = 1 << 1;
    private const ulong E0Poe = 1 << 2;
    private const ulong Poe = 1 << 3;
    private const ulong Ha = 1ul << 39;
    private const ulong Hd = 1ul << 40;
    private const ulong Hpd0 = 1ul << 41;
    private const ulong Dbm = 1ul << 51;
    private const ulong NotDirty = 1ul << 7;
    private const AccessPermissions All = Read | Write | Execute;
    private const Stage1Features Everything = Stage1Features.HierarchicalPermissionDisables | Stage1Features.HardwareAccessFlag
        | Stage1Features.HardwareDirtyState | Stage1Features.EnhancedPan | Stage1Features.PermissionIndirection | Stage1Features.PermissionOverlay;

    // Table D8-65; where it gives WXN "x" both values are listed.
    [Theory]
    [InlineData(0, 0, 0b00, 0, All, Execute)]
    [InlineData(0, 0, 0b00, 1, Read | Write, Execute)]
    [InlineData(0, 0, 0b01, 0, Read | Write, All)]
    [InlineData(0, 0, 0b01, 1, Read | Write, Read | Write)]
    [InlineData(0, 0, 0b10, 0, Read | Execute, Execute)]
    [InlineData(0, 0, 0b10, 1, Read | Execute, Execute)]
    [InlineData(0, 0, 0b11, 0, Read | Execute, Read | Execute)]
    [InlineData(0, 0, 0b11, 1, Read | Execute, Read | Execute)]
    [InlineData(0, 1, 0b00, 0, Read | Write, Execute)]
    [InlineData(0, 1, 0b00, 1, Read | Write, Execute)]
    [InlineData(0, 1, 0b01, 0, Read | Write, All)]
    [InlineData(0, 1, 0b01, 1, Read | Write, Read | Write)]
    [InlineData(0, 1, 0b10, 0, Read, Execute)]
    [InlineData(0, 1, 0b10, 1, Read, Execute)]
    [InlineData(0, 1, 0b11, 0, Read, Read | Execute)]
    [InlineData(0, 1, 0b11, 1, Read, Read | Execute)]
    [InlineData(1, 0, 0b00, 0, All, None)]
    [InlineData(1, 0, 0b00, 1, Read | Write, None)]
    [InlineData(1, 0, 0b01, 0, Read | Write, Read | Write)]
    [InlineData(1, 0, 0b01, 1, Read | Write, Read | Write)]
    [InlineData(1, 0, 0b10, 0, Read | Execute, None)]
    [InlineData(1, 0, 0b10, 1, Read | Execute, None)]
    [InlineData(1, 0, 0b11, 0, Read | Execute, Read)]
    [InlineData(1, 0, 0b11, 1, Read | Execute, Read)]
    [InlineData(1, 1, 0b00, 0, Read | Write, None)]
    [InlineData(1, 1, 0b00, 1, Read | Write, None)]
    [InlineData(1, 1, 0b01, 0, Read | Write, Read | Write)]
    [InlineData(1, 1, 0b01, 1, Read | Write, Read | Write)]
    [InlineData(1, 1, 0b10, 0, Read, None)]
    [InlineData(1, 1, 0b10, 1, Read, None)]
    [InlineData(1, 1, 0b11, 0, Read, Read)]
    [InlineData(1, 1, 0b11, 1, Read, Read)]
    public void Direct_permissions_with_two_privileges(uint uxn, uint pxn, uint ap, uint wxn, AccessPermissions privileged, AccessPermissions unprivileged)
    {
        foreach (Stage1Regime regime in new[] { Stage1Regime.EL10, Stage1Regime.EL20 })
        {
            var page = new Page { Regime = regime, Leaf = ((ulong)uxn << 54) | ((ulong)pxn << 53) | (ap << 6), Sctlr = wxn * Wxn };

            page.Permissions(privileged: true).Should().Be(privileged);
            page.Permissions(privileged: false).Should().Be(unprivileged);
        }
    }

    // Table D8-66.
    [Theory]
    [InlineData(0, 0, 0, All)]
    [InlineData(0, 0, 1, Read | Write)]
    [InlineData(0, 1, 0, Read | Execute)]
    [InlineData(0, 1, 1, Read | Execute)]
    [InlineData(1, 0, 0, Read | Write)]
    [InlineData(1, 0, 1, Read | Write)]
    [InlineData(1, 1, 0, Read)]
    [InlineData(1, 1, 1, Read)]
    public void Direct_permissions_with_one_privilege(uint xn, uint ap2, uint wxn, AccessPermissions expected)
    {
        // AP[1] is RES1 there and PXN does not exist: neither may matter.
        foreach (ulong ignored in new[] { 0ul, 1ul << 6, 1ul << 53 })
        {
            var page = new Page { Regime = Stage1Regime.EL2, Leaf = ((ulong)xn << 54) | (ap2 << 7) | ignored, Sctlr = wxn * Wxn };

            page.Permissions(privileged: true, pan: true).Should().Be(expected);
        }
    }

    // Table D8-64, on a page with everything.
    [Theory]
    [InlineData(0b00, Read | Write, All)]
    [InlineData(0b01, All, Execute)]
    [InlineData(0b10, Read | Execute, Read | Execute)]
    [InlineData(0b11, Read | Execute, Execute)]
    public void Table_descriptors_limit_data_accesses(uint apTable, AccessPermissions privileged, AccessPermissions unprivileged)
    {
        var page = new Page { Leaf = 0b01 << 6, Tables = (ulong)apTable << 61 };

        page.Permissions(privileged: true).Should().Be(privileged);
        page.Permissions(privileged: false).Should().Be(unprivileged);
        (page with { Tcr = Hpd0 }).Permissions(privileged: false).Should().Be(All, "TCR.HPD0 disables it");
        (page with { Tcr = Hpd0, Features = Stage1Features.None }).Permissions(privileged: false).Should().Be(unprivileged);
    }

    [Fact]
    public void Table_descriptors_limit_execution()
    {
        new Page { Tables = 1ul << 60 }.Permissions(privileged: false).Should().Be(None, "UXNTable");
        new Page { Tables = 1ul << 60 }.Permissions(privileged: true).Should().Be(All);
        new Page { Tables = 1ul << 59 }.Permissions(privileged: true).Should().Be(Read | Write, "PXNTable");
        new Page { Tables = 1ul << 59 }.Permissions(privileged: false).Should().Be(Execute);
        new Page { Regime = Stage1Regime.EL2, Tables = 1ul << 60 }.Permissions(privileged: true).Should().Be(Read | Write, "XNTable");
        new Page { Regime = Stage1Regime.EL2, Tables = 0b11ul << 61 }.Permissions(privileged: true).Should().Be(Read | Execute, "APTable");
        new Page { Regime = Stage1Regime.EL2, Tables = (1ul << 60) | (1ul << 59), TcrEL2 = 1 << 24 }.Permissions(privileged: true).Should().Be(All, "HPD");
    }

    [Theory]
    [InlineData(0, 0ul, Read | Execute)]
    [InlineData(1, 0ul, Read | Execute)]
    [InlineData(0, Ha | Hd, Read | Execute)]
    [InlineData(1, Ha, Read | Execute)]
    [InlineData(1, Hd, Read | Execute)]
    [InlineData(1, Ha | Hd, All)]
    public void A_page_with_dbm_is_writable_when_hardware_manages_the_dirty_state(uint dbm, ulong tcr, AccessPermissions expected)
    {
        new Page { Leaf = (dbm * Dbm) | (1 << 7), Tcr = tcr }.Permissions(privileged: true).Should().Be(expected);
    }

    [Theory]
    [InlineData(0b00, 0, 0ul, true)]
    [InlineData(0b01, 0, 0ul, false)]
    [InlineData(0b10, 0, 0ul, true)]
    [InlineData(0b11, 0, 0ul, false)]
    [InlineData(0b00, 0, Epan, false)]
    [InlineData(0b00, 1, Epan, true)]
    [InlineData(0b10, 0, Epan, false)]
    [InlineData(0b10, 1, Epan, true)]
    public void Pan_keeps_privileged_data_accesses_from_what_el0_may_use(uint ap, uint uxn, ulong sctlr, bool allowed)
    {
        var page = new Page { Leaf = (ap << 6) | ((ulong)uxn << 54), Sctlr = sctlr };

        page.Translate(Read, privileged: true, pan: true).Succeeded.Should().Be(allowed);
        page.Translate(Read, privileged: true, pan: false).Succeeded.Should().BeTrue();
        page.Translate(Read, privileged: false, pan: true).Succeeded.Should().Be((ap & 1) != 0, "PAN is for privileged accesses");
        page.Translate(Execute, privileged: true, pan: true).Succeeded.Should()
            .Be(page.Translate(Execute, privileged: true, pan: false).Succeeded, "PAN is not for fetches");
    }

    [Fact]
    public void Epan_needs_feat_pan3()
    {
        new Page { Sctlr = Epan, Features = Stage1Features.None }.Translate(Read, privileged: true, pan: true).Succeeded.Should().BeTrue();
    }

    [Fact]
    public void A_table_that_takes_el0_away_lifts_pan()
    {
        new Page { Leaf = 0b01 << 6, Tables = 1ul << 61 }.Translate(Read, privileged: true, pan: true).Succeeded.Should().BeTrue();
    }

    // Table D8-68 with no overlays; 0b0110 has PrivWXN or UnprivWXN (Table D8-69), which takes execution from writable memory.
    [Theory]
    [InlineData(0b0000, None)]
    [InlineData(0b0001, Read)]
    [InlineData(0b0010, Execute)]
    [InlineData(0b0011, Read | Execute)]
    [InlineData(0b0100, None)]
    [InlineData(0b0101, Read | Write)]
    [InlineData(0b0110, Read | Write)]
    [InlineData(0b0111, All)]
    [InlineData(0b1000, Read)]
    [InlineData(0b1001, Read)]
    [InlineData(0b1010, Read | Execute)]
    [InlineData(0b1011, None)]
    [InlineData(0b1100, Read | Write)]
    [InlineData(0b1101, None)]
    [InlineData(0b1110, All)]
    [InlineData(0b1111, None)]
    public void Indirect_permissions_come_from_pir_by_the_descriptors_index(uint encoding, AccessPermissions expected)
    {
        for (int index = 0; index < 16; index++)
        {
            ulong pir = (ulong)encoding << (index * 4);
            ulong leaf = ((ulong)(uint)(index >> 2) << 53) | ((ulong)(uint)(index >> 1 & 1) << 51) | ((uint)(index & 1) << 6);
            // Table descriptors and SCTLR.WXN have no say (R_JHSVW, I_PMKFB).
            var page = new Page { Tcr2 = Pie, Leaf = leaf, Tables = 0xFul << 59, Sctlr = Wxn };

            (page with { Pir = pir }).Permissions(privileged: true).Should().Be(expected);
            (page with { Pir = ~pir }).Permissions(privileged: false).Should().Be(None);
            (page with { Pire0 = pir }).Permissions(privileged: false).Should().Be(expected);
            (page with { Pir = pir, Pire0 = pir, Regime = Stage1Regime.EL2 }).Permissions(privileged: true).Should().Be(expected, "EL2 has no EL0 to mind");
        }
    }

    // R_VFPJF.
    [Fact]
    public void Privileged_execution_with_unprivileged_writing_gives_nothing()
    {
        uint[] privilegedExecuteOrGcs = [0b0010, 0b0011, 0b0110, 0b0111, 0b1001, 0b1010, 0b1110];
        uint[] unprivilegedWriteOrGcs = [0b0101, 0b0110, 0b0111, 0b1001, 0b1100, 0b1110];
        for (uint privileged = 0; privileged < 16; privileged++)
        {
            for (uint unprivileged = 0; unprivileged < 16; unprivileged++)
            {
                var page = new Page { Tcr2 = Pie, Pir = privileged, Pire0 = unprivileged };
                bool reserved = System.Array.IndexOf(privilegedExecuteOrGcs, privileged) >= 0 && System.Array.IndexOf(unprivilegedWriteOrGcs, unprivileged) >= 0;

                page.Permissions(privileged: true).Should().Be(reserved ? None : (page with { Pire0 = 0 }).Permissions(privileged: true));
                page.Permissions(privileged: false).Should().Be(reserved ? None : (page with { Pir = 0 }).Permissions(privileged: false));
            }
        }
    }

    // R_TBKKB: any unprivileged permission counts, whatever SCTLR.EPAN says; AArch64.S1IndirectBasePermissions() asks only for a field that
    // is not 0.
    [Theory]
    [InlineData(0b0000, true)]
    [InlineData(0b0001, false)]
    [InlineData(0b0010, false)]
    [InlineData(0b1000, false)]
    [InlineData(0b0100, false)] // reserved, and gives EL0 nothing
    [InlineData(0b1011, false)]
    [InlineData(0b1101, false)]
    [InlineData(0b1111, false)]
    public void Pan_with_indirect_permissions(uint pire0, bool allowed)
    {
        new Page { Tcr2 = Pie, Pir = 0b1100, Pire0 = pire0 }.Translate(Write, privileged: true, pan: true).Succeeded.Should().Be(allowed);
    }

    [Theory]
    [InlineData(0ul, false)]
    [InlineData(Ha | Hd, true)]
    public void A_clean_page_is_not_writable_with_indirect_permissions_unless_hardware_manages_the_dirty_state(ulong tcr, bool writable)
    {
        var page = new Page { Tcr2 = Pie, Pir = 0b1100, Leaf = NotDirty, Tcr = tcr };

        page.Translate(Write, privileged: true).Succeeded.Should().Be(writable);
        page.Translate(Read, privileged: true).Succeeded.Should().BeTrue();
    }

    // Table D8-74.
    [Theory]
    [InlineData(0b0000, None)]
    [InlineData(0b0001, Read)]
    [InlineData(0b0010, Execute)]
    [InlineData(0b0011, Read | Execute)]
    [InlineData(0b0100, Write)]
    [InlineData(0b0101, Read | Write)]
    [InlineData(0b0110, Write | Execute)]
    [InlineData(0b0111, All)]
    [InlineData(0b1000, None)]
    [InlineData(0b1111, None)]
    public void Overlays_restrict_what_the_tables_give(uint encoding, AccessPermissions overlay)
    {
        for (int index = 0; index < 8; index++)
        {
            ulong por = (ulong)encoding << (index * 4);
            var user = new Page { Tcr2 = E0Poe, PorEl0 = por, Leaf = ((ulong)(uint)index << 60) | (0b01 << 6) };
            var kernel = new Page { Tcr2 = Poe, Por = por, Leaf = (ulong)(uint)index << 60 };

            user.Permissions(privileged: false).Should().Be(overlay);
            user.Permissions(privileged: true).Should().Be(Read | Write, "E0POE is for EL0");
            kernel.Permissions(privileged: true).Should().Be(overlay);
            kernel.Permissions(privileged: false).Should().Be(Execute, "POE is for EL1");
            (kernel with { Features = Stage1Features.None }).Permissions(privileged: true).Should().Be(All);
        }
    }

    [Fact]
    public void Overlays_apply_to_indirect_permissions_below_8_only()
    {
        var page = new Page { Tcr2 = Pie | Poe, Por = 0b0001 };

        (page with { Pir = 0b0101 }).Permissions(privileged: true).Should().Be(Read);
        (page with { Pir = 0b1100 }).Permissions(privileged: true).Should().Be(Read | Write);
    }

    // R_BVXDG.
    [Theory]
    [InlineData(Poe)]
    [InlineData(E0Poe)]
    public void Overlays_disable_hierarchical_permissions(ulong tcr2)
    {
        new Page { Tcr2 = tcr2, Por = 0b0111, Tables = 1ul << 62 }.Permissions(privileged: true).Should().Be(All);
    }

    // R_QXXPC, R_NPBXC.
    [Theory]
    [InlineData(0b0111, Read | Execute)]
    [InlineData(0b0101, Read | Write)]
    [InlineData(0b0011, Read | Execute)]
    [InlineData(0b0110, Execute)]
    public void Where_an_overlay_grants_execution_wxn_takes_writing(uint por, AccessPermissions expected)
    {
        new Page { Tcr2 = Poe, Por = por, Sctlr = Wxn }.Permissions(privileged: true).Should().Be(expected);
        new Page { Tcr2 = Poe | Pie, Por = por, Pir = 0b0110 }.Permissions(privileged: true).Should().Be(expected);
        new Page { Tcr2 = E0Poe | Pie, PorEl0 = por, Pire0 = 0b0110 }.Permissions(privileged: false).Should().Be(expected);
    }

    [Fact]
    public void Wxn_with_an_overlay_needs_a_page_that_is_writable_and_executable()
    {
        // SCTLR.WXN has no effect on a page that the tables do not let execute (R_SYMMB).
        new Page { Tcr2 = Poe, Por = 0b0111, Sctlr = Wxn, Leaf = 1ul << 53 }.Permissions(privileged: true).Should().Be(Read | Write);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_permission_fault_has_the_level_of_the_final_descriptor(int level)
    {
        var page = new Page { Level = level, Leaf = 1 << 7, Tables = 1ul << 62 };

        page.Translate(Write, privileged: true).Fault.FaultStatusCode.Should().Be((byte)(0b001100 | level));
    }

    /// <summary>One page that is readable and writable at EL1 and executable anywhere, unless its bits say otherwise.</summary>
    private sealed record Page
    {
        private const ulong Table = 0x4000_0000;

        public Stage1Regime Regime { get; init; } = Stage1Regime.EL10;

        public Stage1Features Features { get; init; } = Everything;

        public ulong Leaf { get; init; }

        public ulong Tables { get; init; }

        public int Level { get; init; } = 3;

        public ulong Sctlr { get; init; }

        public ulong Tcr { get; init; }

        public ulong TcrEL2 { get; init; }

        public ulong Tcr2 { get; init; }

        public ulong Pir { get; init; }

        public ulong Pire0 { get; init; }

        public ulong Por { get; init; }

        public ulong PorEl0 { get; init; }

        public AccessPermissions Permissions(bool privileged, bool pan = false)
        {
            // Whichever access succeeds tells all that are allowed; they must agree.
            AccessPermissions allowed = None;
            foreach (AccessPermissions access in new[] { Read, Write, Execute })
            {
                TranslationResult result = Translate(access, privileged, pan);
                if (result.Succeeded)
                {
                    allowed |= access;
                    result.Permissions.Should().HaveFlag(access);
                }
            }

            foreach (AccessPermissions access in new[] { Read, Write, Execute })
            {
                TranslationResult result = Translate(access, privileged, pan);
                (result.Succeeded ? result.Permissions : allowed).Should().Be(allowed);
            }

            return allowed;
        }

        public TranslationResult Translate(AccessPermissions access, bool privileged, bool pan = false)
        {
            var memory = new SparseMemory();
            AArch64Tables.Map(memory, Table, 12, 48, 0, Level, 0, Leaf | 0x8000_0000 | AArch64Tables.AF | AArch64Tables.LeafType(Level), Tables);
            var registers = new Stage1Registers
            {
                Regime = Regime,
                Capabilities = new Stage1Capabilities(Features, 48),
                Sctlr = Sctlr | 0x1005,
                Tcr = Regime == Stage1Regime.EL2 ? 16 | (5 << 16) | TcrEL2 : 16 | (5ul << 32) | Tcr,
                Tcr2 = Tcr2,
                Ttbr0 = Table,
                Pir = Pir,
                Pire0 = Pire0,
                Por = Por,
                PorEl0 = PorEl0,
            };
            TranslationAccess kind = access switch
            {
                Read => TranslationAccess.Read,
                Write => TranslationAccess.Write,
                _ => TranslationAccess.InstructionFetch,
            };
            return Stage1.Translate(memory, registers, new TranslationRequest(0, kind, privileged) { Pan = pan });
        }
    }
}
