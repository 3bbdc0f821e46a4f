using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>A device that calls back into the plan that drives it, and a vCPU that is reset while its instruction is emulated.</summary>
public sealed class InterruptedPlanTests
{
    private const uint LdpX0X1X2Post = 0xA8C10440;
    private const uint StrX0X1Pre = 0xF8008C20;
    private const uint LdrX3X4 = 0xF9400083;
    private const uint CpyfpX0X1X2 = 0x19010440;
    private const ulong Start = 0x8000_0004;

    [Theory]
    [InlineData("execute")]
    [InlineData("prepare")]
    [InlineData("complete")]
    [InlineData("completeData")]
    [InlineData("fail")]
    [InlineData("commit")]
    public void A_bus_that_calls_back_gets_an_exception_and_both_states_stay_sane(string call)
    {
        var plan = new AccessPlan();
        var registers = Registers();
        var bus = new Device();
        Exception? thrown = null;
        bus.OnAccess = () =>
        {
            try
            {
                Call(plan, call, registers, bus);
            }
            catch (InvalidOperationException exception)
            {
                thrown = exception;
            }
        };

        var access = Decode(LdpX0X1X2Post);
        plan.Execute(in access, registers, bus, default).Should().Be(EmulationStatus.Completed);

        thrown.Should().NotBeNull();
        (registers.GetX(0), registers.GetX(1), registers.GetX(2), registers.Pc).Should().Be((1ul, 2ul, 0x9000010ul, Start + 4));
        registers.GetX(3).Should().Be(0, "the inner instruction did not happen");
    }

    [Fact]
    public void An_exception_that_the_bus_lets_through_changes_no_register_and_the_plan_serves_again()
    {
        var plan = new AccessPlan();
        var registers = Registers();
        var bus = new Device();
        bus.OnAccess = () => Call(plan, "execute", registers, bus);
        var access = Decode(LdpX0X1X2Post);

        plan.Invoking(x => x.Execute(in access, registers, bus, default)).Should().Throw<InvalidOperationException>();
        (registers.GetX(0), registers.GetX(2), registers.Pc).Should().Be((0ul, 0x9000000ul, Start));

        bus.OnAccess = null;
        plan.Execute(in access, registers, bus, default).Should().Be(EmulationStatus.Completed);
    }

    [Theory]
    [InlineData(LdpX0X1X2Post)]
    [InlineData(StrX0X1Pre)]
    [InlineData(CpyfpX0X1X2)]
    public void A_vCPU_that_was_reset_in_the_middle_keeps_what_the_reset_made_of_it(uint opcode)
    {
        var plan = new AccessPlan();
        var registers = Registers();
        registers.SetX(1, 0x9000000);
        var bus = new Device();
        bus.OnAccess = () =>
        {
            for (int i = 0; i < 31; i++)
            {
                registers.SetX(i, 0);
            }

            registers.Pc = 0x8000_0000;
            registers.PState = 0x3C5;
        };

        var access = Decode(opcode);
        plan.Execute(in access, registers, bus, default).Should().Be(EmulationStatus.Abandoned);

        plan.Status.Should().Be(EmulationStatus.Abandoned);
        (registers.GetX(0), registers.GetX(1), registers.GetX(2), registers.Pc, registers.PState).Should().Be((0ul, 0ul, 0ul, 0x8000_0000ul, 0x3C5ul));
    }

    [Fact]
    public void A_memory_copy_that_faults_after_a_reset_keeps_no_progress()
    {
        var plan = new AccessPlan();
        var registers = Registers();
        registers.SetX(1, 0x9000000);
        registers.SetX(0, 0x9000100);
        registers.SetX(2, 0x40);
        var access = Decode(CpyfpX0X1X2);
        plan.Prepare(in access, registers, default);
        for (int i = 0; i < 4; i++)
        {
            plan.Complete();
        }

        plan.Fail(BusStatus.ExternalAbort);
        registers.Pc = 0x8000_0000;

        plan.Commit(registers).Should().Be(EmulationStatus.Abandoned);
        registers.GetX(0).Should().Be(0x9000100);
    }

    [Fact]
    public void Between_the_steps_a_changed_PC_abandons_the_instruction_of_AArch32_too()
    {
        var plan = new AccessPlan();
        var registers = Registers();
        registers.PState = 0x10;
        InstructionDecoder.DecodeA32(0xE4912004, out var access).Should().Be(DecodeStatus.MemoryAccess); // ldr r2, [r1], #4
        plan.Prepare(in access, registers, default);
        plan.Complete(7);
        registers.Pc = 0x8000_0000;

        plan.Commit(registers).Should().Be(EmulationStatus.Abandoned);
        (registers.GetX(1), registers.GetX(2)).Should().Be((0ul, 0x9000000ul));
    }

    private static GuestRegisters Registers()
    {
        var registers = new GuestRegisters { Pc = Start, PState = 0x5 };
        registers.SetX(2, 0x9000000);
        return registers;
    }

    private static AccessDescriptor Decode(uint opcode)
    {
        InstructionDecoder.DecodeA64(opcode, out var access).Should().Be(DecodeStatus.MemoryAccess);
        return access;
    }

    private static void Call(AccessPlan plan, string call, GuestRegisters registers, Device bus)
    {
        var inner = Decode(LdrX3X4);
        switch (call)
        {
            case "execute":
                plan.Execute(in inner, registers, bus, default);
                break;
            case "prepare":
                plan.Prepare(in inner, registers, default);
                break;
            case "complete":
                plan.Complete(0xBAD);
                break;
            case "completeData":
                plan.Complete(new byte[8]);
                break;
            case "fail":
                plan.Fail(BusStatus.ExternalAbort);
                break;
            default:
                plan.Commit(registers);
                break;
        }
    }

    private sealed class Device : IMmioBus
    {
        private ulong _reads;

        public Action? OnAccess { get; set; }

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = ++_reads;
            OnAccess?.Invoke();
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            OnAccess?.Invoke();
            return BusStatus.Success;
        }
    }
}
