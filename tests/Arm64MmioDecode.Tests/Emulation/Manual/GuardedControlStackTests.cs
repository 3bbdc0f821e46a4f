using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>
/// The operations on the Guarded Control Stack, worked out by hand from the descriptions of GCSPUSHM, GCSPOPM, GCSPUSHX, GCSPOPX, GCSPOPCX,
/// GCSSS1, GCSSS2 and GCSSTR, and of AddGCSExRecord and CheckGCSExRecord (Arm ARM, section D11).
/// </summary>
public sealed class GuardedControlStackTests
{
    private const uint GcspushmX1 = 0xD50B7701;
    private const uint GcspopmX1 = 0xD52B7721;
    private const uint Gcsss1X1 = 0xD50B7741;
    private const uint Gcsss2X1 = 0xD52B7761;
    private const uint Gcspushx = 0xD508779F;
    private const uint Gcspopcx = 0xD50877BF;
    private const uint Gcspopx = 0xD50877DF;
    private const uint GcsstrX1X2 = 0xD91F0C41;
    private const uint GcssttrX1X2 = 0xD91F1C41;
    private const ulong Stack = 0x1_0000_1000;
    private const ulong Exlock = 1ul << 34;

    private readonly Machine _machine = new();

    [Fact]
    public void A_push_stores_below_the_pointer_and_moves_it()
    {
        _machine.Registers.SetX(1, 0x1234_5678_9ABC_DEF0);

        _machine.Execute(GcspushmX1).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be("w100000ff8=123456789abcdef0");
        (_machine.Registers.Gcspr, _machine.Registers.Pc).Should().Be((Stack - 8, 0x4004ul));
    }

    [Theory]
    [InlineData(0x40_0004ul, true)]
    [InlineData(0x40_0000ul, true)]
    [InlineData(0x40_0001ul, false)]
    [InlineData(0x40_0002ul, false)]
    public void A_pop_needs_an_entry_whose_two_lowest_bits_are_zero(ulong entry, bool completes)
    {
        _machine[Stack] = entry;

        _machine.Execute(GcspopmX1).Should().Be(completes ? EmulationStatus.Completed : EmulationStatus.Fault);

        (_machine.Registers.GetX(1), _machine.Registers.Gcspr).Should().Be(completes ? (entry, Stack + 8) : (0ul, Stack));
        if (!completes)
        {
            // EC 0x2D, ExType 0, Rn 1, IT 1.
            (_machine.Plan.Fault.Reason, _machine.Plan.Fault.Syndrome).Should().Be((FaultReason.GuardedControlStack, 0x21u));
        }
    }

    [Fact]
    public void A_pop_to_XZR_moves_the_pointer()
    {
        _machine[Stack] = 0x40;

        _machine.Execute(GcspopmX1 | 31).Should().Be(EmulationStatus.Completed);

        _machine.Registers.Gcspr.Should().Be(Stack + 8);
    }

    [Fact]
    public void An_exception_record_is_LR_SPSR_ELR_and_its_mark_from_above_and_unlocks()
    {
        _machine.WithExceptionState();
        _machine.Registers.PState |= Exlock;

        _machine.Execute(Gcspushx).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be("w100000ff8=3333 w100000ff0=2222 w100000fe8=1111 w100000fe0=9");
        (_machine.Registers.Gcspr, _machine.Registers.PState & Exlock).Should().Be((Stack - 32, 0ul));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_that_matches_is_popped_and_locks_as_GCSCR_says(bool locks)
    {
        _machine.WithExceptionState().WithRecord(9, 0x1111, 0x2222, 0x3333);
        _machine.Registers.Gcscr = locks ? 1ul << 6 : 0;
        _machine.Registers.PState |= locks ? 0 : Exlock;

        _machine.Execute(Gcspopcx).Should().Be(EmulationStatus.Completed);

        _machine.Registers.Gcspr.Should().Be(Stack + 32);
        (_machine.Registers.PState & Exlock).Should().Be(locks ? Exlock : 0);
    }

    [Theory]
    [InlineData(0x8ul, 0x1111ul, 0x2222ul, 0x3333ul, 1)]
    [InlineData(0x9ul, 0x1110ul, 0x2222ul, 0x3333ul, 2)]
    [InlineData(0x9ul, 0x1111ul, 0x2223ul, 0x3333ul, 3)]
    [InlineData(0x9ul, 0x1111ul, 0x2222ul, 0x3332ul, 4)]
    public void A_record_that_differs_is_an_exception_after_the_entry_that_differs(ulong mark, ulong elr, ulong spsr, ulong lr, int reads)
    {
        _machine.WithExceptionState().WithRecord(mark, elr, spsr, lr);

        _machine.Execute(Gcspopcx).Should().Be(EmulationStatus.Fault);

        _machine.Transactions.Should().HaveCount(reads);
        (_machine.Plan.Fault.Reason, _machine.Plan.Fault.Syndrome).Should().Be((FaultReason.GuardedControlStack, (31u << 5) | 6));
        (_machine.Registers.Gcspr, _machine.Registers.Pc).Should().Be((Stack, 0x4000ul));
    }

    [Theory]
    [InlineData(0x9ul, true)]
    [InlineData(0x1ul, false)]
    public void A_record_that_is_popped_without_comparison_needs_its_mark(ulong mark, bool completes)
    {
        _machine.WithRecord(mark, 5, 6, 7);

        _machine.Execute(Gcspopx).Should().Be(completes ? EmulationStatus.Completed : EmulationStatus.Fault);

        _machine.Registers.Gcspr.Should().Be(completes ? Stack + 32 : Stack);
        _machine.Transactions.Should().HaveCount(completes ? 4 : 1);
        (_machine.Plan.Fault.Syndrome & 31).Should().Be(completes ? 0u : 7u);
    }

    [Fact]
    public void A_switch_swaps_the_caps_of_both_stacks()
    {
        const ulong Other = 0x2_0000_2FF8;
        _machine[Other] = 0x2_0000_2001;
        _machine.Registers.SetX(1, Other);

        _machine.Execute(Gcsss1X1).Should().Be(EmulationStatus.Completed);
        _machine.Trace.Should().Be("r200002ff8 w200002ff8=100001005");
        _machine.Registers.Gcspr.Should().Be(Other);

        _machine.Transactions.Clear();
        _machine.Execute(Gcsss2X1).Should().Be(EmulationStatus.Completed);
        _machine.Trace.Should().Be("r200002ff8 w100000ff8=100000001");
        (_machine.Registers.Gcspr, _machine.Registers.GetX(1)).Should().Be((Other + 8, Stack - 8));
    }

    [Theory]
    [InlineData(0x2_0000_2000ul)]
    [InlineData(0x2_0000_2005ul)]
    [InlineData(0x3_0000_2001ul)]
    public void A_switch_to_a_stack_without_its_cap_is_an_exception(ulong cap)
    {
        _machine[0x2_0000_2FF8] = cap;
        _machine.Registers.SetX(1, 0x2_0000_2FF8);

        _machine.Execute(Gcsss1X1).Should().Be(EmulationStatus.Fault);

        (_machine.Trace, _machine.Plan.Fault.Syndrome, _machine.Registers.Gcspr).Should().Be(("r200002ff8", 0x24u, Stack));
    }

    [Fact]
    public void The_second_part_needs_a_cap_in_progress()
    {
        _machine[Stack] = 0x1_0000_0001;

        _machine.Execute(Gcsss2X1).Should().Be(EmulationStatus.Fault);

        (_machine.Plan.Fault.Syndrome, _machine.Registers.Gcspr, _machine.Registers.GetX(1)).Should().Be((0x25u, Stack, 0ul));
    }

    [Fact]
    public void A_switch_to_a_pointer_that_is_not_aligned_is_an_alignment_fault()
    {
        _machine.Registers.SetX(1, 0x2_0000_2FFC);

        _machine.Execute(Gcsss1X1).Should().Be(EmulationStatus.Fault);

        (_machine.Plan.Fault.StatusCode, _machine.Plan.Fault.Address).Should().Be((FaultStatusCode.Alignment, 0x2_0000_2FFCul));
    }

    [Theory]
    [InlineData(GcsstrX1X2, 0x1000ul, true, false)]
    [InlineData(GcssttrX1X2, 0x1000ul, true, true)]
    [InlineData(GcsstrX1X2, 0x1004ul, false, false)]
    public void A_store_to_the_stack_is_aligned_whatever_the_policy(uint opcode, ulong address, bool completes, bool isUnprivileged)
    {
        _machine.Registers.SetX(1, 7);
        _machine.Registers.SetX(2, address);
        var access = Machine.Decode(opcode);
        _machine.Plan.Prepare(in access, _machine.Registers, default).Should().Be(completes ? EmulationStatus.Pending : EmulationStatus.Fault);

        if (completes)
        {
            _machine.Plan.TryGetNext(out BusTransaction next).Should().BeTrue();
            (next.Address, next.Low, next.IsUnprivileged).Should().Be((address, 7ul, isUnprivileged));
        }
        else
        {
            _machine.Plan.Fault.StatusCode.Should().Be(FaultStatusCode.Alignment);
        }
    }

    [Fact]
    public void Big_endian_data_is_big_endian_here_too()
    {
        _machine.Registers.SetX(1, 0x11);

        _machine.Execute(GcspushmX1, new EmulationOptions { BigEndian = true }).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be("w100000ff8=1100000000000000");
    }

    [Theory]
    [InlineData(GcspushmX1, 0)]
    [InlineData(Gcspushx, 3)]
    [InlineData(GcspopmX1, 0)]
    [InlineData(Gcspopcx, 2)]
    [InlineData(Gcsss2X1, 1)]
    public void A_fault_changes_no_register(uint opcode, int refused)
    {
        _machine.WithExceptionState().WithRecord(opcode == Gcsss2X1 ? 0x1_0000_1005 : opcode == Gcspopcx ? 9ul : 0, 0x1111, 0x2222, 0x3333);
        _machine.Refused = refused;
        ulong state = _machine.Registers.PState;

        _machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        _machine.Transactions.Should().HaveCount(refused + 1);
        _machine.Plan.Fault.Address.Should().Be(_machine.LastAddress);
        (_machine.Registers.Gcspr, _machine.Registers.Pc, _machine.Registers.PState, _machine.Registers.GetX(1)).Should().Be((Stack, 0x4000ul, state, 0ul));
    }

    [Theory]
    [InlineData(GcspushmX1, 0x1_0000_0FF8ul, 8ul, false, true)]
    [InlineData(Gcspushx, 0x1_0000_0FE0ul, 32ul, false, true)]
    [InlineData(GcspopmX1, Stack, 8ul, true, false)]
    [InlineData(Gcspopx, Stack, 32ul, true, false)]
    [InlineData(Gcsss1X1, 0x40ul, 8ul, true, true)]
    public void The_range_is_what_the_instruction_touches(uint opcode, ulong address, ulong length, bool isRead, bool isWritten)
    {
        _machine.Registers.SetX(1, 0x40);
        var access = Machine.Decode(opcode);
        _machine.Plan.Prepare(in access, _machine.Registers, default);

        _machine.Plan.RangeCount.Should().Be(1);
        var range = _machine.Plan.GetRange(0);
        (range.Address, range.Length, range.IsRead, range.IsWritten).Should().Be((address, length, isRead, isWritten));
    }

    [Fact]
    public void The_exception_is_delivered_as_EC_2D()
    {
        _machine[Stack] = 3;
        _machine.Execute(GcspopmX1);

        var entry = AArch64ExceptionEntry.For(new AArch64ExceptionContext(1, 0x5, 0x4000, 0, 0), _machine.Plan.Fault);

        (entry.Esr >> 26, entry.Esr & 0x1FF_FFFF).Should().Be((0x2Dul, 0x21ul));
    }

    private sealed class Machine : IMmioBus
    {
        private readonly Dictionary<ulong, ulong> _memory = [];

        public ScalableGuestRegisters Registers { get; } = new(16) { Pc = 0x4000, PState = 0x5, Gcspr = Stack };

        public AccessPlan Plan { get; } = new();

        public List<string> Transactions { get; } = [];

        public string Trace => string.Join(' ', Transactions);

        public int Refused { get; set; } = -1;

        public ulong LastAddress { get; private set; }

        public ulong this[ulong address]
        {
            set => _memory[address] = value;
        }

        public static AccessDescriptor Decode(uint opcode)
        {
            InstructionDecoder.DecodeA64(opcode, out var access).Should().Be(DecodeStatus.MemoryAccess);
            return access;
        }

        public Machine WithExceptionState()
        {
            (Registers.Elr, Registers.Spsr) = (0x1111, 0x2222);
            Registers.SetX(30, 0x3333);
            return this;
        }

        public Machine WithRecord(params ulong[] entries)
        {
            for (var i = 0; i < entries.Length; i++)
            {
                this[Stack + (8ul * (ulong)i)] = entries[i];
            }

            return this;
        }

        public EmulationStatus Execute(uint opcode, EmulationOptions options = default)
        {
            var access = Decode(opcode);
            return Plan.Execute(in access, Registers, this, options);
        }

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = _memory.GetValueOrDefault(address);
            return Note(address, string.Create(CultureInfo.InvariantCulture, $"r{address:x}"), size);
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            var status = Note(address, string.Create(CultureInfo.InvariantCulture, $"w{address:x}={value:x}"), size);
            if (status.IsSuccess)
            {
                _memory[address] = value;
            }

            return status;
        }

        private BusStatus Note(ulong address, string text, int size)
        {
            size.Should().Be(8);
            LastAddress = address;
            Transactions.Add(text);
            return Transactions.Count - 1 == Refused ? BusStatus.ExternalAbort : BusStatus.Success;
        }
    }
}
