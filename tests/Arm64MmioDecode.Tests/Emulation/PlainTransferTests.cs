using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>What a bus may ask the plan that drives it.</summary>
public sealed class PlainTransferTests
{
    private const uint Supervisor = 0x1D3;

    [Theory]
    [InlineData(InstructionSet.A64, 0xA9410440u, 0x3C5, "1010+16 r")] // ldp x0, x1, [x2, #16]
    [InlineData(InstructionSet.A64, 0xB8000840u, 0x3C5, "1000+4 w unprivileged")] // sttr w0, [x2]
    [InlineData(InstructionSet.A32, 0xE9320003u, Supervisor, "ff8+8 r")] // ldmdb r2!, {r0, r1}
    [InlineData(InstructionSet.A32, 0xE4A20004u, Supervisor, "1000+4 w unprivileged")] // strt r0, [r2], #4
    [InlineData(InstructionSet.T32, 0x8051u, Supervisor | 0x20, "1002+2 w")] // strh r1, [r2, #2]
    public void A_bus_is_told_the_range_of_the_instruction_that_it_serves(InstructionSet set, uint opcode, ulong pstate, string range)
    {
        var plan = new AccessPlan();
        var bus = new AskingBus(plan);
        var registers = new GuestRegisters { PState = pstate };
        Execute(set, opcode, 0x1000);

        bus.Ranges.Should().OnlyContain(said => said == range);

        // One that is not aligned, which goes another way, and back again.
        Execute(set, opcode, 0x1001);
        bus.Ranges.Clear();
        Execute(set, opcode, 0x1000);
        bus.Ranges.Should().NotBeEmpty().And.OnlyContain(said => said == range);

        void Execute(InstructionSet set, uint opcode, ulong address)
        {
            registers.SetX(2, address);
            InstructionDecoder.Decode(set, opcode, ItState.None, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
            plan.Execute(in access, registers, bus, default);
            bus.Ranges.Should().NotBeEmpty();
        }
    }

    private sealed class AskingBus(AccessPlan plan) : IMmioBus
    {
        public List<string> Ranges { get; } = [];

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            Ask();
            value = 0;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            Ask();
            return BusStatus.Success;
        }

        private void Ask()
        {
            plan.RangeCount.Should().Be(1);
            AddressRange range = plan.GetRange(0);
            Ranges.Add($"{range.Address:x}+{range.Length} {(range.IsRead ? "r" : "w")}{(range.IsUnprivileged ? " unprivileged" : "")}");
        }
    }
}
