using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>Stage 2 of a guest hypervisor where QEMU 7.2 has no answer: indirect permissions and overlays, hardware updates, cache maintenance, refusals.</summary>
public sealed class Stage2Tests
{
    private const ulong Root = 0x1000_0000;
    private const ulong Leaf = 0x1000_1000; // of stage 2, level 2
    private const ulong Stage1Root = 0x2000_0000;
    private const ulong OfStage1 = Leaf + (((Stage1Root >> 21) & 511) * 8);
    private const ulong AF = 1ul << 10;
    private const ulong Dbm = 1ul << 51;
    private const ulong ReadWrite = 3ul << 6;
    private const ulong Memory = 0xFul << 2;
    private const ulong Ha = 1ul << 21;
    private const ulong Hd = 1ul << 22;
    private const ulong S2Pie = 1ul << 36;
    private const ulong S2Poe = 1ul << 37;
    private const ulong Haft = 1ul << 44;

    // S2PIR_EL2.Perm<m>: what data accesses, table walks, EL1 and EL0 may do (the manual's table of stage 2 indirect permissions).
    [Theory]
    [InlineData(0x0, "", "", false, false)]
    [InlineData(0x1, "", "", false, false)]
    [InlineData(0x2, "r", "rw", false, false)]
    [InlineData(0x3, "r", "rw", false, false)]
    [InlineData(0x4, "w", "", false, false)]
    [InlineData(0x5, "", "", false, false)]
    [InlineData(0x6, "r", "rw", false, false)]
    [InlineData(0x7, "r", "rw", false, false)]
    [InlineData(0x8, "r", "r", false, false)]
    [InlineData(0x9, "r", "r", false, true)]
    [InlineData(0xA, "r", "r", true, false)]
    [InlineData(0xB, "r", "r", true, true)]
    [InlineData(0xC, "rw", "rw", false, false)]
    [InlineData(0xD, "rw", "rw", false, true)]
    [InlineData(0xE, "rw", "rw", true, false)]
    [InlineData(0xF, "rw", "rw", true, true)]
    public void Indirect_permissions_and_overlays_have_one_table(int encoding, string data, string walk, bool privilegedExecute, bool unprivilegedExecute)
    {
        foreach (bool overlay in new[] { false, true })
        {
            // As base with everything allowed by the overlay, and the other way round. Bit 7: dirty.
            var guest = new Guest(S2Pie | (overlay ? S2Poe : 0), Memory | AF | (1ul << 7))
            {
                S2pir = overlay ? 0xF : (ulong)encoding,
                S2por = (ulong)encoding,
            };
            guest.Allows(TranslationAccess.Read).Should().Be(data.Contains('r'));
            guest.Allows(TranslationAccess.Write).Should().Be(data.Contains('w'));
            guest.Allows(TranslationAccess.InstructionFetch, privileged: true).Should().Be(privilegedExecute);
            guest.Allows(TranslationAccess.InstructionFetch, privileged: false).Should().Be(unprivilegedExecute);
            guest.AllowsWalk(update: false).Should().Be(walk.Contains('r'));
            guest.AllowsWalk(update: true).Should().Be(walk == "rw");
        }
    }

    [Theory]
    [InlineData(0ul, 0ul, false, false)]
    [InlineData(0ul, 1ul << 7, true, false)]
    [InlineData(Ha | Hd, 0ul, true, true)]
    [InlineData(Ha, 0ul, false, false)]
    public void A_clean_page_of_indirect_permissions_is_written_only_where_hardware_marks_it_dirty(ulong vtcr, ulong dirty, bool allowed, bool marks)
    {
        var guest = new Guest(S2Pie | vtcr, Memory | AF | dirty) { S2pir = 0xC };
        TranslationResult result = guest.Translate(TranslationAccess.Write);
        result.Succeeded.Should().Be(allowed);
        result.PendingUpdates.Should().Be(marks ? DescriptorUpdates.DirtyState : DescriptorUpdates.None);
    }

    [Fact]
    public void Hardware_updates_of_both_stages_are_made_in_their_order_and_end()
    {
        // Stage 1 marks its descriptor, for which stage 2 has to mark the page of the descriptor first.
        var guest = new Guest(Ha | Hd | Haft, Memory | Dbm | (1ul << 6)) { Stage1 = true, Stage1Leaf = Dbm | (1ul << 7) };
        TranslationResult read = guest.Translate(TranslationAccess.Write);
        read.Succeeded.Should().BeTrue();
        read.PendingUpdates.Should().Be(DescriptorUpdates.AccessFlag | DescriptorUpdates.DirtyState | DescriptorUpdates.TableAccessFlag);
        guest.Memory.Replaced.Should().BeEmpty();

        int rounds = 0;
        while (guest.Update().PendingUpdates != DescriptorUpdates.None)
        {
            rounds++.Should().BeLessThan(8);
        }

        ulong leaf = guest.Memory[Leaf];
        (leaf & AF).Should().Be(AF);
        (leaf & ReadWrite).Should().Be(ReadWrite);
        ulong stage1 = guest.Memory[Stage1Root];
        (stage1 & AF).Should().Be(AF);
        (stage1 & (1ul << 7)).Should().Be(0, "stage 1 clears its bit");
        (guest.Memory[Root] & AF).Should().Be(AF, "FEAT_HAFT");
        guest.Memory.Replaced.Should().OnlyHaveUniqueItems();
        guest.Memory.Replaced.IndexOf((OfStage1, guest.Memory[OfStage1])).Should().BeLessThan(guest.Memory.Replaced.IndexOf((Stage1Root, stage1)));
        guest.Translate(TranslationAccess.Write).PendingUpdates.Should().Be(DescriptorUpdates.None);
    }

    [Fact]
    public void Stage_1_cannot_mark_a_descriptor_that_stage_2_makes_read_only()
    {
        var guest = new Guest(0, Memory | AF | (1ul << 6)) { Stage1 = true, Stage1Leaf = Dbm | (1ul << 7) };
        TranslationFault fault = guest.Translate(TranslationAccess.Write).Fault;
        fault.IsStage2.Should().BeTrue();
        fault.IsOnTableWalk.Should().BeTrue();
        fault.ToString().Should().Be("Permission fault, level 2, stage 2, on a stage 1 walk");
        guest.Translate(TranslationAccess.Write).FaultIpa.Should().Be(Stage1Root);
    }

    [Theory]
    [InlineData(TranslationAccess.DataCacheInvalidate, true, false, 2ul)]
    [InlineData(TranslationAccess.DataCacheClean, true, false, 0ul)]
    [InlineData(TranslationAccess.DataCacheClean, false, false, 1ul)]
    [InlineData(TranslationAccess.DataCacheCleanInvalidate, true, false, 0ul)]
    [InlineData(TranslationAccess.DataCacheCleanInvalidate, false, false, 1ul)]
    [InlineData(TranslationAccess.DataCacheCleanInvalidate, true, true, 2ul)]
    [InlineData(TranslationAccess.DataCacheCleanInvalidate, false, true, 3ul)]
    [InlineData(TranslationAccess.InstructionCacheInvalidate, false, false, 0ul)]
    [InlineData(TranslationAccess.InstructionCacheInvalidate, true, true, 2ul)]
    public void Cache_maintenance_needs_what_the_manual_says(TranslationAccess access, bool privileged, bool cmow, ulong needed)
    {
        for (ulong s2ap = 0; s2ap < 4; s2ap++)
        {
            var guest = new Guest(0, Memory | (s2ap << 6)) { Cmow = cmow };
            guest.Allows(access, privileged).Should().Be((s2ap & needed) == needed, "with S2AP {0}; and no Access flag counts", s2ap);
        }
    }

    [Fact]
    public void What_is_not_followed_is_not_translated()
    {
        var guest = new Guest(1ul << 38, Memory | AF | ReadWrite);
        guest.Translate(TranslationAccess.Read).Fault.Kind.Should().Be(TranslationFaultKind.NotSupported, "VTCR_EL2.D128");
        guest = new Guest(1ul << 34, Memory | AF | ReadWrite);
        guest.Translate(TranslationAccess.Read).Fault.Kind.Should().Be(TranslationFaultKind.NotSupported, "VTCR_EL2.AssuredOnly");
        guest = new Guest(0, Memory | AF | ReadWrite) { HcrToo = 3ul << 42 };
        guest.Translate(TranslationAccess.Read).Fault.Kind.Should().Be(TranslationFaultKind.NotSupported, "HCR_EL2.{NV, NV1}");
    }

    [Fact]
    public void A_walk_is_told_lookup_by_lookup()
    {
        var guest = new Guest(0, Memory | AF | ReadWrite) { Stage1 = true, Stage1Leaf = AF };
        var lookups = new TableLookup[Stage1.MaxTableLookups];
        TranslationResult result = Stage1.Translate(guest.Memory, guest.Registers, new TranslationRequest(0x1234, TranslationAccess.Read, true), lookups);
        result.Succeeded.Should().BeTrue();
        lookups.Take(result.TableReads).Select(x => x.ToString()).Should().Equal(
            "stage 2 level 1: 0x10001003 at 0x10000000, a table",
            "stage 2 level 2: 0x200004fd at 0x10001800, a block",
            "stage 1 level 1: 0x405 at 0x20000000, a block",
            "stage 2 level 1: 0x10001003 at 0x10000000, a table",
            "stage 2 level 2: 0x4fd at 0x10001000, a block");
        Stage1.Translate(guest.Memory, guest.Registers, new TranslationRequest(0x1234, TranslationAccess.Read, true), lookups.AsSpan(0, 1)).TableReads.Should().Be(5);
    }

    [Theory]
    [InlineData(0x3c5ul, 0ul, false)]
    [InlineData(0x3c5ul | (1ul << 23), 0ul, true)] // PSTATE.UAO
    [InlineData(0x3c0ul | (1ul << 23), 0ul, false)]
    [InlineData(0x3c9ul, 0ul, true)]
    [InlineData(0x3c9ul, 1ul << 34, true)]
    [InlineData(0x3c9ul, 1ul << 27, true)]
    [InlineData(0x3c9ul, (1ul << 34) | (1ul << 27), false)]
    [InlineData(0x1d3ul, 0ul, false)]
    public void Unprivileged_accesses_are_privileged_at_el2_unless_it_hosts_el0(ulong pstate, ulong hcr, bool privileged) =>
        new Stage1Registers { Hcr = hcr }.IsUnprivilegedAccessPrivileged(pstate).Should().Be(privileged);

    [Theory]
    [InlineData(1ul << 27)] // TGE, at EL0 with E2H = 0
    [InlineData(1ul << 12)] // DC
    public void Tge_and_dc_turn_stage_1_off(ulong hcr)
    {
        var registers = new Stage1Registers { Regime = Stage1Regime.EL10, Sctlr = 1, Tcr = 25, Hcr = hcr & ~(1ul << 12), DefaultCacheable = (hcr & (1ul << 12)) != 0 };
        Stage1.Translate(new UpdatableMemory(), registers, new TranslationRequest(0x1234, TranslationAccess.Read, false)).PhysicalAddress.Should().Be(0x1234);
    }

    /// <summary>A guest of a guest, whose stage 2 has one block at 0 and one for the tables of stage 1.</summary>
    private sealed class Guest
    {
        private readonly ulong _vtcr;

        public Guest(ulong vtcr, ulong leaf)
        {
            // 39 bits from level 1, 4KB, PS 40 bits.
            _vtcr = vtcr | 25 | (1ul << 6) | (2ul << 16);
            Memory[Root] = (Leaf & ~0xFFFul) | 3;
            Memory[Leaf] = leaf | 1;
            Memory[OfStage1] = Stage1Root | leaf | 1;
        }

        public UpdatableMemory Memory { get; } = new();

        public ulong S2pir { get; init; }

        public ulong S2por { get; init; }

        public bool Cmow { get; init; }

        public bool Stage1 { get; init; }

        public ulong HcrToo { get; init; }

        /// <summary>Bits of the one descriptor of stage 1, a block of 1GB.</summary>
        public ulong Stage1Leaf
        {
            init => Memory[Stage1Root] = value | (1ul << 2) | 1;
        }

        public Stage1Registers Registers => new()
        {
            Regime = Stage1Regime.EL10,
            Capabilities = new Stage1Capabilities((Stage1Features)~0ul & ~Stage1Features.NoStage2Granule4K & ~Stage1Features.NoGranule4K, 48),
            Hcr = 1 | HcrToo,
            Sctlr = Stage1 ? 0x1005u : 0,
            Tcr = 25 | (1ul << 39) | (1ul << 40) | (5ul << 32),
            Ttbr0 = Stage1Root,
            Mair = 0xFF00,
            Stage2 = new Stage2Registers { Vtcr = _vtcr, Vttbr = Root, S2pir = S2pir, S2por = S2por, Hcrx = Cmow ? 1ul << 9 : 0 },
        };

        public TranslationResult Translate(TranslationAccess access, bool privileged = true) =>
            Arm64MmioDecode.Translation.Stage1.Translate(Memory, Registers, new TranslationRequest(0x1234, access, privileged));

        public TranslationResult Update() =>
            Arm64MmioDecode.Translation.Stage1.TranslateAndUpdate(Memory, Registers, new TranslationRequest(0x1234, TranslationAccess.Write, true));

        public bool Allows(TranslationAccess access, bool privileged = true) => Translate(access, privileged).Succeeded;

        /// <summary>Whether stage 1 can read, or update, a descriptor: its walk goes on to a fault of its own.</summary>
        public bool AllowsWalk(bool update)
        {
            Memory[Stage1Root] = update ? (1ul << 2) | 1 : (1ul << 2) | AF | 1;
            Stage1Registers registers = Registers with { Sctlr = 0x1005 };
            TranslationFault fault = Arm64MmioDecode.Translation.Stage1.Translate(Memory, registers, new TranslationRequest(0x1234, TranslationAccess.Read, true)).Fault;
            return !fault.IsOnTableWalk;
        }
    }

    private sealed class UpdatableMemory : IAtomicGuestMemory
    {
        private readonly Dictionary<ulong, ulong> _words = [];

        public List<(ulong Address, ulong Value)> Replaced { get; } = [];

        public ulong this[ulong address]
        {
            get => _words.GetValueOrDefault(address);
            set => _words[address] = value;
        }

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, this[physicalAddress]);
            return true;
        }

        public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous)
        {
            previous = this[physicalAddress];
            if (previous == comparand)
            {
                this[physicalAddress] = replacement;
                Replaced.Add((physicalAddress, replacement));
            }

            return true;
        }
    }
}
