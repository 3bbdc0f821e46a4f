using System;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Fetching;

public sealed class InstructionFetcherTests
{
    private const ulong EL1 = 0x3C5;
    private const ulong EL0 = 0x3C0;
    private const ulong A32Supervisor = 0x1D3;
    private const ulong T32User = 0x1F0;
    private const ulong Pc = 0x40_0000;
    private const ulong Code = 0x8000_0000;

    [Fact]
    public void An_A64_instruction_is_one_aligned_read_of_four_bytes()
    {
        var ram = new TestRam();
        ram.Store32(0x1234_5678, 0xB8004548);

        var result = InstructionFetcher.Fetch(ram, default, 0x1234_5678, EL1);

        result.Status.Should().Be(FetchStatus.Fetched);
        (result.InstructionSet, result.Opcode, result.Length).Should().Be((InstructionSet.A64, 0xB8004548u, 4));
        ram.Reads.Should().Equal((0x1234_5678, 4));
        result.Decode(out var access).Should().Be(DecodeStatus.MemoryAccess);
        access.ToString().Should().Be("str w8, [x10], #4");
    }

    [Fact]
    public void Instructions_are_little_endian_in_a_big_endian_guest()
    {
        var ram = new TestRam();
        ram.Store32(0x1000, 0xB8004548);
        var registers = new Stage1Registers { Sctlr = 3ul << 24 };
        InstructionFetcher.Fetch(ram, registers, 0x1000, EL1).Opcode.Should().Be(0xB8004548);
        ram.Store16(0x1000, 0x6801);
        InstructionFetcher.Fetch(ram, registers, 0x1000, T32User | (1 << 9)).Opcode.Should().Be(0x6801);
    }

    [Theory]
    [InlineData(EL1, 0ul, FetchStatus.Fetched)]
    [InlineData(EL1, GuestTables.Uxn, FetchStatus.Fetched)]
    [InlineData(EL1, GuestTables.Pxn, FetchStatus.TranslationFault)]
    [InlineData(EL1, GuestTables.UnprivilegedAccess, FetchStatus.TranslationFault)] // writable at EL0: not executable at EL1
    [InlineData(EL0, GuestTables.UnprivilegedAccess, FetchStatus.Fetched)]
    [InlineData(EL0, GuestTables.UnprivilegedAccess | GuestTables.Uxn, FetchStatus.TranslationFault)]
    public void The_current_Exception_level_needs_permission_to_execute(ulong pstate, ulong attributes, FetchStatus expected)
    {
        var ram = new TestRam();
        var tables = new GuestTables(ram);
        tables.Map(Pc, Code, GuestTables.Code | attributes);
        ram.Store32(Code + 0x10, 0xB8004548);

        var result = InstructionFetcher.Fetch(ram, tables.Registers, Pc + 0x10, pstate);

        result.Status.Should().Be(expected);
        if (expected == FetchStatus.TranslationFault)
        {
            result.Fault.Kind.Should().Be(TranslationFaultKind.Permission);
            result.FaultAddress.Should().Be(Pc + 0x10);
            result.FaultStatus.Value.Should().Be(0b001111);
            result.Decode(out _).Should().Be(DecodeStatus.NotMemoryAccess);
        }
    }

    [Fact]
    public void A_page_that_is_not_there_is_a_translation_fault()
    {
        var ram = new TestRam();
        var tables = new GuestTables(ram);
        tables.Map(Pc, Code, 0);
        var result = InstructionFetcher.Fetch(ram, tables.Registers, Pc, EL1);
        (result.Status, result.FaultStatus.Value, result.FaultAddress).Should().Be((FetchStatus.TranslationFault, 0b000111, Pc));
    }

    [Fact]
    public void A_page_that_lies_outside_of_memory_is_an_External_abort()
    {
        var ram = new TestRam();
        var tables = new GuestTables(ram);
        tables.Map(Pc, 0x9000000, GuestTables.Code);
        var result = InstructionFetcher.Fetch(ram, tables.Registers, Pc, EL1);
        (result.Status, result.FaultStatus.Value, result.FaultAddress).Should().Be((FetchStatus.ExternalAbort, 0x10, Pc));
    }

    [Fact]
    public void A_table_that_lies_outside_of_memory_is_an_External_abort_on_the_walk()
    {
        var ram = new TestRam();
        var tables = new GuestTables(ram);
        tables.Registers = new Stage1Registers { Regime = Stage1Regime.EL10, Sctlr = 0x1005, Tcr = 25 | (1ul << 23), Ttbr0 = 0x9000000 };
        var result = InstructionFetcher.Fetch(ram, tables.Registers, Pc, EL1);
        (result.Status, result.Fault.Kind, result.FaultStatus.Value).Should()
            .Be((FetchStatus.TranslationFault, TranslationFaultKind.ExternalAbortOnWalk, 0x15));
    }

    [Fact]
    public void A_guest_whose_memory_cannot_be_read_has_no_opcode()
    {
        var result = InstructionFetcher.Fetch(null, default, Pc, EL1);
        (result.Status, result.Opcode, result.Length).Should().Be((FetchStatus.NotAvailable, 0u, 0));
    }

    [Fact]
    public void A_translation_that_is_not_followed_gives_no_opcode()
    {
        var ram = new TestRam();
        var tables = new GuestTables(ram);
        tables.Registers = new Stage1Registers
        {
            Capabilities = new Stage1Capabilities(Stage1Features.Descriptors128, 48),
            Sctlr = 1,
            Tcr = 25,
            Tcr2 = 1 << 5,
        };
        var result = InstructionFetcher.Fetch(ram, tables.Registers, Pc, EL1);
        (result.Status, result.Fault.Kind).Should().Be((FetchStatus.NotAvailable, TranslationFaultKind.NotSupported));
        ram.Reads.Should().BeEmpty();
    }

    [Theory]
    [InlineData(EL1, 2)]
    [InlineData(A32Supervisor, 2)]
    [InlineData(T32User, 1)]
    public void A_misaligned_PC_reads_nothing(ulong pstate, ulong offset)
    {
        var ram = new TestRam();
        InstructionFetcher.Fetch(ram, default, Pc + offset, pstate).Status.Should().Be(FetchStatus.Misaligned);
        ram.Reads.Should().BeEmpty();
    }

    [Fact]
    public void T32_is_read_by_halfwords()
    {
        var ram = new TestRam();
        ram.Store16(0x1002, 0x6801); // ldr r1, [r0]
        ram.Store16(0x1004, 0xF850); // ldr r1, [r0], #4
        ram.Store16(0x1006, 0x1B04);

        var narrow = InstructionFetcher.Fetch(ram, default, 0x1002, T32User);
        var wide = InstructionFetcher.Fetch(ram, default, 0x1004, T32User);

        (narrow.InstructionSet, narrow.Opcode, narrow.Length).Should().Be((InstructionSet.T32, 0x6801u, 2));
        (wide.InstructionSet, wide.Opcode, wide.Length).Should().Be((InstructionSet.T32, 0xF8501B04u, 4));
        ram.Reads.Should().Equal((0x1002, 2), (0x1004, 2), (0x1006, 2));
    }

    [Fact]
    public void The_second_halfword_in_the_next_page_has_a_translation_of_its_own()
    {
        var ram = new TestRam();
        var tables = new GuestTables(ram, aarch32: true);
        tables.Map(Pc, 0x8000_3000, GuestTables.Code);
        tables.Map(Pc + 0x1000, 0x8000_9000, GuestTables.Code);
        ram.Store16(0x8000_3FFE, 0xF850);
        ram.Store16(0x8000_4000, 0xDEAD);
        ram.Store16(0x8000_9000, 0x1B04);

        var result = InstructionFetcher.Fetch(ram, tables.Registers, Pc + 0xFFE, A32Supervisor | 0x20);

        result.Opcode.Should().Be(0xF8501B04);
        ram.Reads.Should().HaveCount(8, "each walk reads three descriptors");

        tables.Map(Pc + 0x1000, 0, 0);
        result = InstructionFetcher.Fetch(ram, tables.Registers, Pc + 0xFFE, A32Supervisor | 0x20);
        (result.Status, result.FaultAddress, result.FaultStatus.Value).Should()
            .Be((FetchStatus.TranslationFault, Pc + 0x1000, 0b000111));

        ram.Store16(0x8000_3FFE, 0x6801);
        InstructionFetcher.Fetch(ram, tables.Registers, Pc + 0xFFE, A32Supervisor | 0x20).Opcode
            .Should().Be(0x6801, "a 16-bit instruction does not need the next page");
    }

    [Fact]
    public void The_halfword_after_the_last_one_is_the_first()
    {
        var ram = new TestRam();
        ram.Store16(0xFFFF_FFFE, 0xF850);
        ram.Store16(0, 0x1B04);
        var registers = new Stage1Registers { Regime = Stage1Regime.AArch32EL10 };
        InstructionFetcher.Fetch(ram, registers, 0xFFFF_FFFE, T32User).Opcode.Should().Be(0xF8501B04);
    }

    [Fact]
    public void A_T32_instruction_knows_its_IT_block()
    {
        var ram = new TestRam();
        ram.Store16(0x1000, 0x6801);
        var cpsr = new ItState(0b0000_1000).ToCpsr((uint)T32User); // the last instruction of an IT EQ
        var result = InstructionFetcher.Fetch(ram, default, 0x1000, cpsr);
        result.ItState.Condition.Should().Be(0);
        result.Decode(out var access).Should().Be(DecodeStatus.MemoryAccess);
        access.Condition.Should().Be(0);
    }

    [Fact]
    public void Delivered_bytes_are_taken_as_they_are()
    {
        InstructionFetcher.FromBytes([0x48, 0x45, 0x00, 0xB8], EL1).Opcode.Should().Be(0xB8004548);
        InstructionFetcher.FromBytes([0x04, 0x00, 0x91, 0xE4, 0xFF], A32Supervisor).Opcode.Should().Be(0xE4910004);
        var narrow = InstructionFetcher.FromBytes([0x01, 0x68], T32User);
        (narrow.Opcode, narrow.Length).Should().Be((0x6801u, 2));
        var wide = InstructionFetcher.FromBytes([0x50, 0xF8, 0x04, 0x1B], T32User);
        (wide.Opcode, wide.Length).Should().Be((0xF8501B04u, 4));
    }

    [Theory]
    [InlineData(EL1, 0)]
    [InlineData(EL1, 3)]
    [InlineData(A32Supervisor, 2)]
    [InlineData(T32User, 1)]
    [InlineData(T32User, 2)] // half of a 32-bit instruction
    [InlineData(T32User, 3)]
    public void Too_few_delivered_bytes_are_no_opcode(ulong pstate, int length)
    {
        byte[] bytes = [0x50, 0xF8, 0x04, 0x1B];
        InstructionFetcher.FromBytes(bytes.AsSpan(0, length), pstate).Status.Should().Be(FetchStatus.NotAvailable);
    }

    [Fact]
    public void A_hostile_guest_costs_a_bounded_number_of_reads()
    {
        var random = new Random(7);
        var ram = new TestRam();
        for (var i = 0; i < 8; i++)
        {
            var page = new byte[4096];
            random.NextBytes(page);
            for (var j = 0; j < page.Length; j += 8)
            {
                // Descriptors that point at each other.
                BitConverter.TryWriteBytes(page.AsSpan(j), ((ulong)random.Next(8) << 12) | 0x403 | ((ulong)random.Next(64) << 2));
            }

            ram.Store((ulong)i << 12, page);
        }

        for (var i = 0; i < 20_000; i++)
        {
            var registers = new Stage1Registers
            {
                Regime = (Stage1Regime)random.Next(4),
                Capabilities = new Stage1Capabilities((Stage1Features)random.Next(1 << 18), 52),
                Sctlr = (ulong)random.NextInt64(),
                Tcr = (ulong)random.NextInt64(),
                Ttbr0 = (ulong)random.Next(8) << 12,
                Ttbr1 = (ulong)random.NextInt64(),
            };
            ram.Reads.Clear();
            var pc = (random.Next(2) == 0 ? (ulong)random.Next() : (ulong)random.NextInt64()) & ~3ul;
            InstructionFetcher.Fetch(ram, registers, random.Next(4) == 0 ? pc | 0xFFE : pc, (ulong)random.Next());
            ram.Reads.Count.Should().BeLessThanOrEqualTo(12);
            ram.Reads.All(read => read.Address % (ulong)read.Length == 0).Should().BeTrue();
        }
    }

    [Fact]
    public void Fetching_allocates_nothing()
    {
        var ram = new TestRam();
        var tables = new GuestTables(ram);
        tables.Map(Pc, Code, GuestTables.Code);
        ram.Store32(Code, 0xB8004548);
        ram.Reads.Capacity = 10_000;
        var registers = tables.Registers;
        InstructionFetcher.Fetch(ram, registers, Pc, EL1).Decode(out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            InstructionFetcher.Fetch(ram, registers, Pc, EL1).Decode(out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        ram.Reads.Count(read => read.Length == 4).Should().Be(101);
    }
}
