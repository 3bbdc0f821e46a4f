using System.Collections.Generic;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;
using static Arm64MmioDecode.Tests.Emulation.AArch32Machine;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// What A32 and T32 do in privileged modes, which QEMU's user mode cannot show: written from the manual's descriptions of
/// LDM and STM (User registers), LDM (exception return), RFE, SRS, LDC and STC.
/// </summary>
public sealed class AArch32ModeTests
{
    private const uint Flags = 0x600001C0; // Z, C, A, I, F

    public static TheoryData<uint> ModesWithSpsr => [Fiq, Irq, Supervisor, Abort, UndefinedMode];

    public static TheoryData<uint> PrivilegedModes => [Fiq, Irq, Supervisor, Abort, UndefinedMode, AArch32Machine.System];

    [Theory]
    [MemberData(nameof(PrivilegedModes))]
    public void LDM_with_a_caret_loads_the_registers_of_User_mode(uint mode)
    {
        // ldm r0, {r7-r14}^
        var machine = new AArch32Machine(mode | Flags).With(0x2000, 7, 8, 9, 10, 11, 12, 13, 14);
        machine[mode, 0] = 0x2000;
        machine[mode, 13] = 0xAAAA;
        machine[mode, 14] = 0xBBBB;
        uint[] before = [machine[mode, 8], machine[mode, 13], machine[mode, 14]];

        machine.Execute(0xE8D07F80).Should().Be(EmulationStatus.Completed);

        for (int i = 7; i <= 14; i++)
        {
            machine[User, i].Should().Be((uint)i);
        }

        if (mode != AArch32Machine.System)
        {
            new[] { mode == Fiq ? machine[mode, 8] : before[0], machine[mode, 13], machine[mode, 14] }.Should().Equal(before);
        }

        machine.Registers.Pc.Should().Be(Pc + 4);
        machine.Registers.PState.Should().Be(mode | Flags);
    }

    [Theory]
    [MemberData(nameof(PrivilegedModes))]
    public void STM_with_a_caret_stores_the_registers_of_User_mode_from_the_base_of_the_current_one(uint mode)
    {
        // stmdb sp, {r8, sp, lr, pc}^
        var machine = new AArch32Machine(mode);
        machine[User, 8] = 0x88;
        machine[User, 13] = 0x4000;
        machine[User, 14] = 0x1414;
        machine[mode, 13] = mode == AArch32Machine.System ? 0x4000u : 0x3000u;
        uint top = machine[mode, 13];

        machine.Execute(0xE94DE100).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal($"w{top - 16:x}:4=88", $"w{top - 12:x}:4=4000", $"w{top - 8:x}:4=1414", $"w{top - 4:x}:4={Pc + 8:x}");
        machine[mode, 13].Should().Be(top, "there is no writeback");
    }

    [Theory]
    [InlineData(0xE8500006, 0x1FFCu)] // ldmda r0, {r1, r2}^
    [InlineData(0xE8D00006, 0x2000u)] // ldm
    [InlineData(0xE9500006, 0x1FF8u)] // ldmdb
    [InlineData(0xE9D00006, 0x2004u)] // ldmib
    public void User_register_transfers_start_where_the_mode_of_address_says(uint opcode, uint first)
    {
        var machine = new AArch32Machine(Supervisor);
        machine[Supervisor, 0] = 0x2000;

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal($"r{first:x}:4", $"r{first + 4:x}:4");
    }

    [Theory]
    [MemberData(nameof(ModesWithSpsr))]
    public void LDM_with_PC_and_a_caret_returns_from_the_exception(uint mode)
    {
        // ldm sp!, {r0, r12, pc}^ to T32 code in User mode.
        var machine = new AArch32Machine(mode | Flags).With(0x2000, 0x11, 0x22, 0x9003);
        machine[mode, 13] = 0x2000;
        machine.Registers.SetSystemRegister(SpsrOf(mode), 0x80000000 | User | Thumb);

        machine.Execute(0xE8FD9001).Should().Be(EmulationStatus.Completed);

        machine.Registers.PState.Should().Be(0x80000000 | User | Thumb);
        machine.Registers.Pc.Should().Be(0x9002);
        machine[mode, 0].Should().Be(0x11);
        machine[mode, 12].Should().Be(0x22, "registers are those of the mode that returns");
        machine[mode, 13].Should().Be(0x200C);
        machine[User, 13].Should().Be(0);
    }

    [Theory]
    [InlineData(0xF8100A00, 0x1FFCu, 0)] // rfeda r0
    [InlineData(0xF8300A00, 0x1FFCu, -8)] // rfeda r0!
    [InlineData(0xF8900A00, 0x2000u, 0)] // rfeia
    [InlineData(0xF8B00A00, 0x2000u, 8)]
    [InlineData(0xF9100A00, 0x1FF8u, 0)] // rfedb
    [InlineData(0xF9300A00, 0x1FF8u, -8)]
    [InlineData(0xF9900A00, 0x2004u, 0)] // rfeib
    [InlineData(0xF9B00A00, 0x2004u, 8)]
    public void RFE_loads_PC_and_CPSR_from_two_words(uint opcode, uint first, int writeback)
    {
        var machine = new AArch32Machine(Irq).With(first, 0x9007, AArch32Machine.System | Flags);
        machine[Irq, 0] = 0x2000;

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal($"r{first:x}:4", $"r{first + 4:x}:4");
        machine.Registers.PState.Should().Be(AArch32Machine.System | Flags);
        machine.Registers.Pc.Should().Be(0x9004, "PC is aligned for the instruction set that is returned to");
        machine[Irq, 0].Should().Be((uint)(0x2000 + writeback));
    }

    [Theory]
    [InlineData(0x2001D3u, 0x10001D3u)] // DIT
    [InlineData(0x10001D3u, 0x1D3u)] // J, which is RES0
    [InlineData(0x6001D3u, 0x14001D3u)] // DIT, PAN
    public void A_saved_state_has_DIT_where_PSTATE_has_SS(uint saved, uint pstate)
    {
        var machine = new AArch32Machine(Irq).With(0x2000, 0x9000, saved);
        machine[Irq, 0] = 0x2000;
        machine.Execute(0xF8900A00).Should().Be(EmulationStatus.Completed); // rfeia r0
        machine.Registers.PState.Should().Be(pstate);

        machine = new AArch32Machine(Irq).With(0x2000, 0x9000);
        machine[Irq, 0] = 0x2000;
        machine.Registers.SetSystemRegister(SystemRegister.SpsrIrq, saved);
        machine.Execute(0xE8D08000).Should().Be(EmulationStatus.Completed); // ldm r0, {pc}^
        machine.Registers.PState.Should().Be(pstate);
    }

    [Theory]
    [InlineData(0xE810C000, 0x1FF8u, 0)] // rfedb r0
    [InlineData(0xE830C000, 0x1FF8u, -8)]
    [InlineData(0xE990C000, 0x2000u, 0)] // rfeia r0
    [InlineData(0xE9B0C000, 0x2000u, 8)]
    public void RFE_in_T32_has_two_modes_of_address(uint opcode, uint first, int writeback)
    {
        var machine = new AArch32Machine(Supervisor | Thumb).With(first, 0x9001, User | Thumb | 0x0600FC00);
        machine[Supervisor, 0] = 0x2000;

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal($"r{first:x}:4", $"r{first + 4:x}:4");
        machine.Registers.PState.Should().Be(User | Thumb | 0x0600FC00, "ITSTATE comes back too");
        machine.Registers.Pc.Should().Be(0x9000);
        machine[Supervisor, 0].Should().Be((uint)(0x2000 + writeback));
    }

    [Theory]
    [InlineData(0x00u)] // no AArch32 mode
    [InlineData(0x15u)] // reserved
    [InlineData(0x16u)] // Monitor
    [InlineData(0x1Au)] // Hyp
    public void A_return_to_a_mode_that_is_not_there_is_illegal_and_stays_in_the_mode(uint mode)
    {
        const uint IL = 1u << 20;
        var machine = new AArch32Machine(Supervisor).With(0x2000, 0x9000, 0xF0000000 | Thumb | mode);
        machine[Supervisor, 0] = 0x2000;

        machine.Execute(0xF8900A00).Should().Be(EmulationStatus.Completed);

        machine.Registers.PState.Should().Be(0xF0000000 | IL | Supervisor);
        machine.Registers.Pc.Should().Be(0x9000);
    }

    [Theory]
    [InlineData(0xF84D0512, -4, 0)] // srsda sp, #irq
    [InlineData(0xF86D0512, -4, -8)]
    [InlineData(0xF8CD0512, 0, 0)] // srsia
    [InlineData(0xF8ED0512, 0, 8)]
    [InlineData(0xF94D0512, -8, 0)] // srsdb
    [InlineData(0xF96D0512, -8, -8)]
    [InlineData(0xF9CD0512, 4, 0)] // srsib
    [InlineData(0xF9ED0512, 4, 8)]
    public void SRS_stores_LR_and_SPSR_on_the_stack_of_the_mode_that_it_names(uint opcode, int first, int writeback)
    {
        var machine = new AArch32Machine(Abort);
        machine[Abort, 13] = 0x5000;
        machine[Abort, 14] = 0x1234;
        machine[Irq, 13] = 0x3000;
        machine.Registers.SetSystemRegister(SystemRegister.SpsrAbt, 0x60000010);

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        uint address = (uint)(0x3000 + first);
        machine.Transactions.Should().Equal($"w{address:x}:4=1234", $"w{address + 4:x}:4=60000010");
        machine[Irq, 13].Should().Be((uint)(0x3000 + writeback));
        machine[Abort, 13].Should().Be(0x5000);
    }

    [Theory]
    [InlineData(0xE80DC013u, -8, 0)] // srsdb sp, #svc
    [InlineData(0xE82DC013u, -8, -8)]
    [InlineData(0xE98DC013u, 0, 0)] // srsia
    [InlineData(0xE9ADC013u, 0, 8)]
    public void SRS_in_T32_has_two_modes_of_address(uint opcode, int first, int writeback)
    {
        var machine = new AArch32Machine(Supervisor | Thumb);
        machine[Supervisor, 13] = 0x3000;
        machine[Supervisor, 14] = 0x77;
        machine.Registers.SetSystemRegister(SystemRegister.SpsrSvc, 0x30);

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        uint address = (uint)(0x3000 + first);
        machine.Transactions.Should().Equal($"w{address:x}:4=77", $"w{address + 4:x}:4=30");
        machine[Supervisor, 13].Should().Be((uint)(0x3000 + writeback));
    }

    [Theory]
    [InlineData(User, 0xE8D00002)] // ldm r0, {r1}^
    [InlineData(User, 0xE8C00002)] // stm r0, {r1}^
    [InlineData(User, 0xE8D08002)] // ldm r0, {r1, pc}^
    [InlineData(AArch32Machine.System, 0xE8D08002)]
    [InlineData(User, 0xF8900A00)] // rfeia r0
    [InlineData(User, 0xF8CD0513)] // srsia sp, #svc
    [InlineData(AArch32Machine.System, 0xF8CD0513)]
    [InlineData(Supervisor, 0xF8CD051A)] // srsia sp, #hyp
    [InlineData(Supervisor, 0xF8CD0516)] // srsia sp, #mon
    [InlineData(Supervisor, 0xF8CD0500)] // srsia sp, #0
    public void What_a_mode_must_not_do_is_undefined_there(uint mode, uint opcode)
    {
        var machine = new AArch32Machine(mode);

        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Reason.Should().Be(FaultReason.UndefinedInstruction);
        machine.Transactions.Should().BeEmpty();
        machine.Registers.Pc.Should().Be(Pc);
    }

    [Theory]
    [InlineData(0xED905E01)] // ldc p14, c5, [r0, #4]
    [InlineData(0xED805E01)] // stc p14, c5, [r0, #4]
    public void LDC_and_STC_are_left_to_the_policy_without_debug_transfer_registers(uint opcode)
    {
        var machine = new AArch32Machine(Supervisor);

        machine.Execute(opcode).Should().Be(EmulationStatus.NotEmulated);
        machine.Plan.NotEmulatedReason.Should().Be(NotEmulatedReason.DebugTransfer);

        machine.Options = new EmulationOptions { Unsupported = UnsupportedPolicy.Undefined };
        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);
        machine.Plan.Fault.Reason.Should().Be(FaultReason.UndefinedInstruction);
        machine.Transactions.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0xED905E01, "r2004:4", 0x2000u)] // ldc p14, c5, [r0, #4]
    [InlineData(0xED305E01, "r1ffc:4", 0x1FFCu)] // ldc p14, c5, [r0, #-4]!
    [InlineData(0xECB05E01, "r2000:4", 0x2004u)] // ldc p14, c5, [r0], #4
    [InlineData(0xEC905E07, "r2000:4", 0x2000u)] // ldc p14, c5, [r0], {7}
    [InlineData(0xED805E01, "w2004:4=cafe", 0x2000u)] // stc p14, c5, [r0, #4]
    [InlineData(0xECA05E01, "w2000:4=cafe", 0x2004u)] // stc p14, c5, [r0], #4
    public void LDC_and_STC_move_words_to_and_from_the_debugger(uint opcode, string transaction, uint newBase)
    {
        var machine = new AArch32Machine(Supervisor).With(0x1FFC, 0xF0, 0xF0, 0xF0);
        machine[Supervisor, 0] = 0x2000;
        var registers = new DebugRegisters(machine.Registers);

        machine.Plan.Execute(machine.Decode(opcode), registers, machine, default).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal(transaction);
        machine[Supervisor, 0].Should().Be(newBase);
        registers.Log.Should().Equal(transaction[0] == 'r' ? "transmit f0" : "acknowledge");
    }

    [Theory]
    [InlineData(0xED9F5E01, "r800c:4")] // ldc p14, c5, [pc, #4]
    [InlineData(0xEC9F5E07, "r8008:4")] // ldc p14, c5, [pc], {7}
    public void The_option_of_an_unindexed_LDC_is_no_offset_from_PC_either(uint opcode, string transaction)
    {
        AArch32Machine machine = new AArch32Machine(Supervisor).With(0x8008, 0xF0, 0xF0);

        machine.Plan.Execute(machine.Decode(opcode), new DebugRegisters(machine.Registers), machine, default).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal(transaction);
    }

    [Fact]
    public void An_abandoned_STC_leaves_the_debuggers_word_where_it_is()
    {
        var machine = new AArch32Machine(Supervisor);
        var registers = new DebugRegisters(machine.Registers);

        machine.Plan.Prepare(machine.Decode(0xED805E01), registers, default).Should().Be(EmulationStatus.Pending);
        machine.Plan.TryGetNext(out _).Should().BeTrue();
        machine.Plan.Fail(BusStatus.ExternalAbort);
        machine.Plan.Commit(registers).Should().Be(EmulationStatus.Fault);

        registers.Log.Should().BeEmpty();
    }

    private static SystemRegister SpsrOf(uint mode) => mode switch
    {
        Fiq => SystemRegister.SpsrFiq,
        Irq => SystemRegister.SpsrIrq,
        Abort => SystemRegister.SpsrAbt,
        UndefinedMode => SystemRegister.SpsrUnd,
        _ => SystemRegister.SpsrSvc,
    };

    private sealed class DebugRegisters(IGuestRegisters registers) : IGuestRegisters, IDebugTransferRegisters
    {
        public List<string> Log { get; } = [];

        public uint Received => 0xCAFE;

        public ulong Pc { get => registers.Pc; set => registers.Pc = value; }

        public ulong Sp { get => registers.Sp; set => registers.Sp = value; }

        public ulong PState { get => registers.PState; set => registers.PState = value; }

        public void Acknowledge() => Log.Add("acknowledge");

        public void Transmit(uint value) => Log.Add($"transmit {value:x}");

        public ulong GetX(int number) => registers.GetX(number);

        public void SetX(int number, ulong value) => registers.SetX(number, value);

        public void GetV(int number, out ulong low, out ulong high) => registers.GetV(number, out low, out high);

        public void SetV(int number, ulong low, ulong high) => registers.SetV(number, low, high);

        public ulong GetSystemRegister(SystemRegister name) => registers.GetSystemRegister(name);
    }
}
