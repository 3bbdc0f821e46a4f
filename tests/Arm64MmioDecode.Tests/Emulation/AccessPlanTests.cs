using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>How a plan is driven, and what each policy does.</summary>
public sealed class AccessPlanTests
{
    private const uint LdrX0X1 = 0xF9400020;
    private const uint LdpX0X1X2 = 0xA9400440;
    private const uint StrQ0X1 = 0x3D800020;
    private const uint LdrQ0X1 = 0x3DC00020;

    [Fact]
    public void The_next_transaction_stays_the_same_until_it_is_completed()
    {
        var machine = new A64Machine().With("x2=1000");
        Prepare(machine, LdpX0X1X2).Should().Be(EmulationStatus.Pending);

        machine.Plan.TryGetNext(out var first);
        machine.Plan.TryGetNext(out var again);
        machine.Plan.Complete(5);
        machine.Plan.TryGetNext(out var second);
        machine.Plan.Complete(6);

        (first.Address, again.Address, second.Address).Should().Be((0x1000ul, 0x1000ul, 0x1008ul));
        machine.Plan.TryGetNext(out _).Should().BeFalse();
        machine.Plan.Commit(machine.Registers).Should().Be(EmulationStatus.Completed);
        (machine.Registers.GetX(0), machine.Registers.GetX(1)).Should().Be((5ul, 6ul));
    }

    [Fact]
    public void A_plan_that_is_abandoned_leaves_no_trace()
    {
        var machine = new A64Machine().With("x1=1000 x2=2000");
        Prepare(machine, LdpX0X1X2);
        machine.Plan.TryGetNext(out _);
        machine.Plan.Complete(0xBAD);
        var before = machine.Clone();

        machine.Execute(LdrX0X1).Should().Be(EmulationStatus.Completed);

        machine.ChangesSince(before).Should().Be($"x0={machine.Value(0x1000, 8):x}");
        machine.Plan.TryGetNext(out _).Should().BeFalse();
        machine.Plan.Commit(machine.Registers).Should().Be(EmulationStatus.Completed);
    }

    [Fact]
    public void Calls_out_of_order_are_refused()
    {
        var machine = new A64Machine().With("x2=1000");
        var plan = machine.Plan;
        plan.Status.Should().Be(EmulationStatus.NotEmulated);
        plan.Commit(machine.Registers).Should().Be(EmulationStatus.NotEmulated, "nothing was prepared");

        plan.Invoking(x => x.Complete(0)).Should().Throw<InvalidOperationException>();
        plan.Invoking(x => x.Complete(new byte[8])).Should().Throw<InvalidOperationException>();
        plan.Invoking(x => x.Fail(BusStatus.ExternalAbort)).Should().Throw<InvalidOperationException>();
        plan.Invoking(x => x.CopyData(new byte[8])).Should().Throw<InvalidOperationException>();

        Prepare(machine, LdpX0X1X2);
        plan.Invoking(x => x.Commit(machine.Registers)).Should().Throw<InvalidOperationException>();
        plan.Invoking(x => x.Complete(new byte[4])).Should().Throw<ArgumentException>();
        plan.Invoking(x => x.Fail(BusStatus.Success)).Should().Throw<ArgumentException>();
        plan.Invoking(x => x.GetRange(1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Null_arguments_are_refused()
    {
        var plan = new AccessPlan();
        var access = A64Machine.Decode(LdrX0X1);
        var registers = new GuestRegisters();

        plan.Invoking(x => x.Prepare(in access, null!, default)).Should().Throw<ArgumentNullException>();
        plan.Invoking(x => x.Execute(in access, null!, new A64Machine(), default)).Should().Throw<ArgumentNullException>();
        plan.Invoking(x => x.Execute(in access, registers, null!, default)).Should().Throw<ArgumentNullException>();
        plan.Invoking(x => x.Commit(null!)).Should().Throw<ArgumentNullException>();
        ((Action)(() => _ = new AccessPlan(null!))).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void An_exception_of_the_bus_passes_through_with_nothing_committed()
    {
        var machine = new A64Machine().With("x2=1000");
        var before = machine.RegisterText();
        var access = A64Machine.Decode(0xA8C10440); // ldp x0, x1, [x2], #16

        machine.Plan.Invoking(x => x.Execute(in access, machine.Registers, new ThrowingBus(2), machine.Options)).Should().Throw<TimeoutException>();

        machine.RegisterText().Should().Be(before);
        machine.Execute(0xA8C10440).Should().Be(EmulationStatus.Completed, "the plan can be used again");
    }

    [Fact]
    public void A_bus_that_is_a_struct_keeps_its_state()
    {
        var machine = new A64Machine().With("x2=1000");
        var access = A64Machine.Decode(LdpX0X1X2);
        var bus = default(CountingBus);

        machine.Plan.Execute(in access, machine.Registers, ref bus, machine.Options).Should().Be(EmulationStatus.Completed);

        bus.Count.Should().Be(2);
        (machine.Registers.GetX(0), machine.Registers.GetX(1)).Should().Be((1ul, 2ul));
    }

    [Fact]
    public void An_access_that_a_syndrome_describes_needs_the_address_that_the_exit_reports()
    {
        var machine = new A64Machine().With("x3=77");
        AccessSyndrome.TryGetAccess(DataAbortSyndrome.FromEsr(0x93C38007), 0x3C5, out var access).Should().BeTrue(); // ldr x3
        machine.Plan.Invoking(x => x.Execute(in access, machine.Registers, new ThrowingBus(0), machine.Options)).Should().Throw<ArgumentException>();

        machine.Plan.Execute(in access, 0x1008, machine.Registers, machine, machine.Options).Should().Be(EmulationStatus.Completed);

        machine.Registers.GetX(3).Should().Be(machine.Value(0x1008, 8));
        var bus = default(CountingBus);
        machine.Plan.Execute(in access, 0x1008, machine.Registers, ref bus, machine.Options).Should().Be(EmulationStatus.Completed);
        machine.Registers.GetX(3).Should().Be(1);
    }

    [Fact]
    public void A_transaction_that_the_bus_cannot_take_is_the_callers_mistake()
    {
        var plan = new AccessPlan();
        var access = A64Machine.Decode(LdrQ0X1);
        var registers = new GuestRegisters();
        var options = new EmulationOptions { BusWidth = 16 };
        var bus = default(CountingBus);

        plan.Invoking(x => x.Execute(in access, registers, new ThrowingBus(9), in options)).Should().Throw<ArgumentException>();
        ((Action)(() => plan.Execute(in access, registers, ref bus, in options))).Should().Throw<ArgumentException>();
        registers.Pc.Should().Be(0);
    }

    [Theory]
    [InlineData(0xB8404401u, "x0")] // ldr w1, [x0], #4
    [InlineData(0xF8008420u, "x0 x1")] // str x0, [x1], #8
    [InlineData(0xA9400440u, "x2")] // ldp x0, x1, [x2]
    [InlineData(0x58000800u, "pc")] // ldr x0, literal
    [InlineData(0xF8236841u, "x1 x2 x3")] // str x1, [x2, x3]
    [InlineData(0xF81F03FFu, "sp")] // stur xzr, [sp, #-16]
    [InlineData(0xB8210002u, "x0 x1")] // ldadd w1, w2, [x0]
    [InlineData(0xF9800020u, "")] // prfm pldl1keep, [x1]
    public void Only_the_registers_that_an_instruction_uses_are_read(uint opcode, string read)
    {
        var registers = new RecordingRegisters();
        var access = A64Machine.Decode(opcode);

        new AccessPlan().Prepare(in access, registers, new EmulationOptions { Atomics = AtomicPolicy.Perform });

        // And PC, by which a commit finds that the vCPU is no longer where it was.
        registers.Read.Should().BeEquivalentTo(read.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("pc").Distinct());
        registers.Written.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1, LdrX0X1, "x1=1000", "r1@1000 r1@1001 r1@1002 r1@1003 r1@1004 r1@1005 r1@1006 r1@1007")]
    [InlineData(2, LdrX0X1, "x1=1000", "r2@1000 r2@1002 r2@1004 r2@1006")]
    [InlineData(4, LdrX0X1, "x1=1000", "r4@1000 r4@1004")]
    [InlineData(8, LdrQ0X1, "x1=1000", "r8@1000 r8@1008")]
    [InlineData(16, LdrQ0X1, "x1=1000", "r16@1000")]
    [InlineData(16, LdrQ0X1, "x1=1008", "r8@1008 r8@1010")]
    [InlineData(16, LdpX0X1X2, "x2=1000", "r8@1000 r8@1008")]
    [InlineData(4, StrQ0X1, "x1=1000 v0=33333333:4444444422222222", "w4@1000=22222222 w4@1004=44444444 w4@1008=33333333 w4@100c=0")]
    public void Elements_wider_than_the_bus_are_split_in_ascending_order(int width, uint opcode, string registers, string trace)
    {
        var machine = new A64Machine { Options = new EmulationOptions { BusWidth = width } }.With(registers);

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Trace.Should().Be(trace);
    }

    [Theory]
    [InlineData(UnalignedPolicy.Split, 8, LdrX0X1, "x1=1003", "r1@1003 r4@1004 r2@1008 r1@100a")]
    [InlineData(UnalignedPolicy.Split, 8, LdrX0X1, "x1=1004", "r4@1004 r4@1008")]
    [InlineData(UnalignedPolicy.Split, 16, LdrQ0X1, "x1=100d", "r1@100d r2@100e r8@1010 r4@1018 r1@101c")]
    [InlineData(UnalignedPolicy.Split, 8, LdpX0X1X2, "x2=1001", "r1@1001 r2@1002 r4@1004 r1@1008 r1@1009 r2@100a r4@100c r1@1010")]
    [InlineData(UnalignedPolicy.Pass, 8, LdrX0X1, "x1=1003", "r8@1003")]
    [InlineData(UnalignedPolicy.Pass, 4, LdrX0X1, "x1=1003", "r4@1003 r4@1007")]
    [InlineData(UnalignedPolicy.Pass, 8, LdrX0X1, "x1=1ffc", "r4@1ffc r4@2000")] // not across a page
    [InlineData(UnalignedPolicy.Pass, 8, LdrX0X1, "x1=1ff8", "r8@1ff8")]
    [InlineData(UnalignedPolicy.Pass, 8, LdrX0X1, "x1=1ffd", "r1@1ffd r2@1ffe r4@2000 r1@2004")]
    [InlineData(UnalignedPolicy.Pass, 8, 0x78400420u, "x1=1fff", "r1@1fff r1@2000")] // ldrh w0, [x1], #0
    [InlineData(UnalignedPolicy.Pass, 8, LdpX0X1X2, "x2=1001", "r8@1001 r8@1009")]
    [InlineData(UnalignedPolicy.Pass, 8, LdpX0X1X2, "x2=1ff1", "r8@1ff1 r1@1ff9 r4@1ffa r2@1ffe r1@2000")] // neither the second element
    [InlineData(UnalignedPolicy.Fault, 8, LdrX0X1, "x1=1004", "fault")]
    [InlineData(UnalignedPolicy.Fault, 8, LdpX0X1X2, "x2=1008", "r8@1008 r8@1010")] // a pair is aligned to its element
    [InlineData(UnalignedPolicy.Fault, 8, LdrQ0X1, "x1=1008", "fault")]
    public void Unaligned_elements_go_by_policy(UnalignedPolicy policy, int width, uint opcode, string registers, string trace)
    {
        var machine = new A64Machine { Options = new EmulationOptions { Unaligned = policy, BusWidth = width } }.With(registers);
        var aligned = new A64Machine { Options = new EmulationOptions { BusWidth = 1 } }.With(registers);

        var status = machine.Execute(opcode);

        if (trace == "fault")
        {
            status.Should().Be(EmulationStatus.Fault);
            machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.Alignment, machine.Registers.GetX(1), isWrite: false));
            return;
        }

        machine.Trace.Should().Be(trace);
        aligned.Execute(opcode);
        machine.RegisterText().Should().Be(aligned.RegisterText());
    }

    [Theory]
    [InlineData(false, 0x5A00_0000_0000_1000ul, 0x5A00_0000_0000_1000ul)]
    [InlineData(true, 0x5A00_0000_0000_1000ul, 0x1000ul)]
    [InlineData(true, 0x5A80_0000_0000_1000ul, 0xFF80_0000_0000_1000ul)]
    public void The_top_byte_is_ignored_when_the_guest_says_so(bool ignored, ulong register, ulong address)
    {
        var machine = new A64Machine { Options = new EmulationOptions { TopByteIgnored = ignored } };
        machine.Registers.SetX(1, register);

        machine.Execute(0xF8408420).Should().Be(EmulationStatus.Completed); // ldr x0, [x1], #8

        machine.Trace.Should().Be($"r8@{address:x}");
        machine.Registers.GetX(1).Should().Be(register + 8, "the tag stays in the register");
    }

    [Fact]
    public void A_fault_reports_the_address_with_its_tag()
    {
        var machine = new A64Machine { Refused = 1, Options = new EmulationOptions { TopByteIgnored = true } }.With("x2=5a00000000001000");

        machine.Execute(LdpX0X1X2).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Address.Should().Be(0x5A00_0000_0000_1008);
    }

    [Fact]
    public void A_fault_has_the_code_that_the_bus_gave()
    {
        var machine = new A64Machine().With("x1=1000");
        Prepare(machine, LdrX0X1);
        machine.Plan.TryGetNext(out _);

        machine.Plan.Fail(BusStatus.Fault(new FaultStatusCode(0x0F)));

        machine.Plan.Commit(machine.Registers).Should().Be(EmulationStatus.Fault);
        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(new FaultStatusCode(0x0F), 0x1000, isWrite: false));
    }

    [Theory]
    [InlineData(false, 48, 0xFFBF_0000_0000_1000ul, 0xFFFF_0000_0000_1008ul)]
    [InlineData(false, 48, 0x003F_0000_0000_1000ul, 0x1008ul)]
    [InlineData(false, 48, 0x1234_0000_0000_1000ul, 0x1008ul)] // bit 55 is 0
    [InlineData(false, 48, 0x1284_0000_0000_1000ul, 0xFFFF_0000_0000_1008ul)] // bit 55 is 1
    [InlineData(true, 48, 0x1234_0000_0000_1000ul, 0x1200_0000_0000_1008ul)]
    [InlineData(false, 39, 0x0034_5680_0000_1000ul, 0x1008ul)]
    public void Without_the_keys_the_authentication_code_is_removed(bool topByteIgnored, int bits, ulong register, ulong address)
    {
        var machine = new A64Machine { Options = new EmulationOptions { TopByteIgnored = topByteIgnored, VirtualAddressBits = bits } };
        machine.Registers.SetX(1, register);

        machine.Execute(0xF8201C20).Should().Be(EmulationStatus.Completed); // ldraa x0, [x1, #8]!

        machine.Registers.GetX(1).Should().Be(address);
    }

    [Theory]
    [InlineData(0xF8201420u, false)] // ldraa
    [InlineData(0xF8A01420u, true)] // ldrab
    public void An_embedder_with_the_keys_authenticates(uint opcode, bool keyB)
    {
        var authentication = new Authentication();
        var machine = new A64Machine { Plan = new AccessPlan(new ExclusiveMonitor(), authentication) }.With("x1=77000000001000");

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Trace.Should().Be("r8@1008");
        authentication.Asked.Should().Be((0x77_0000_0000_1000ul, keyB));

        authentication.Fails = true;
        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);
        machine.Plan.Fault.Should().Be(EmulationFault.Exception(FaultReason.PointerAuthentication, keyB ? 3u : 2u));
        machine.Transactions.Should().HaveCount(1);
    }

    [Theory]
    [InlineData(true, 0x1008ul, EmulationStatus.Fault)]
    [InlineData(true, 0x1010ul, EmulationStatus.Completed)]
    [InlineData(false, 0x1008ul, EmulationStatus.Completed)]
    public void The_stack_pointers_alignment_is_checked_on_request(bool check, ulong sp, EmulationStatus expected)
    {
        var machine = new A64Machine { Options = new EmulationOptions { CheckStackPointerAlignment = check } };
        machine.Registers.Sp = sp;

        machine.Execute(0xF94003E0).Should().Be(expected); // ldr x0, [sp]

        machine.Plan.Fault.Reason.Should().Be(expected == EmulationStatus.Fault ? FaultReason.StackPointerAlignment : FaultReason.None);
    }

    [Theory]
    [InlineData("885f7c20 88027c20", "x1=1000", 0ul, 2)] // ldxr w0, [x1]; stxr w2, w0, [x1]
    [InlineData("885f7c20 88027c60", "x1=1000 x3=1004", 1ul, 1)] // another address
    [InlineData("885f7c20 c8027c20", "x1=1000", 1ul, 1)] // another size
    [InlineData("885f7c20 88047c20 88027c20", "x1=1000", 1ul, 2)] // the second store
    [InlineData("88027c20", "x1=1000", 1ul, 0)] // no load
    [InlineData("887f0c20 88222020", "x1=1000", 0ul, 4)] // ldxp w0, w3, [x1]; stxp w2, w0, w8, [x1]
    public void The_local_monitor_decides_about_store_exclusives(string opcodes, string registers, ulong status, int transactions)
    {
        var machine = new A64Machine().With(registers);
        foreach (var opcode in opcodes.Split(' '))
        {
            machine.Execute(Convert.ToUInt32(opcode, 16)).Should().Be(EmulationStatus.Completed);
        }

        machine.Registers.GetX(2).Should().Be(status);
        machine.Transactions.Should().HaveCount(transactions);
        machine.Plan.Monitor.IsExclusive.Should().BeFalse();
    }

    [Fact]
    public void A_monitor_that_the_embedder_clears_makes_the_store_fail()
    {
        var monitor = new ExclusiveMonitor();
        var machine = new A64Machine { Plan = new AccessPlan(monitor) }.With("x1=1000");
        machine.Execute(0x885F7C20);
        monitor.IsExclusive.Should().BeTrue();

        monitor.Clear();
        machine.Execute(0x88027C20).Should().Be(EmulationStatus.Completed);

        machine.Registers.GetX(2).Should().Be(1);
    }

    [Fact]
    public void A_fault_of_a_store_exclusive_keeps_the_monitor()
    {
        var machine = new A64Machine { Refused = 1 }.With("x1=1000");
        machine.Execute(0x885F7C20);
        machine.Execute(0x88027C20).Should().Be(EmulationStatus.Fault);

        machine.Execute(0x88027C20).Should().Be(EmulationStatus.Completed);

        machine.Registers.GetX(2).Should().Be(0);
    }

    [Fact]
    public void Without_a_monitor_every_store_exclusive_succeeds()
    {
        var machine = new A64Machine { Options = new EmulationOptions { Exclusives = ExclusivePolicy.AlwaysSucceed } }.With("x1=1000 x2=7");

        machine.Execute(0x88027C20).Should().Be(EmulationStatus.Completed);

        machine.Registers.GetX(2).Should().Be(0);
        machine.Transactions.Should().HaveCount(1);
    }

    // LDP with one register: the first element stays (QEMU). Loads with writeback to the base: the base wins. Stores store the
    // old base. Should-be-one bits do not matter.
    [Theory]
    [InlineData(0xA9400040u, "x2=1000", "x0=c78fd9914a43a0f0")] // ldp x0, x0, [x2]
    [InlineData(0xF8408421u, "x1=1000", "x1=1008")] // ldr x1, [x1], #8
    [InlineData(0xF8008421u, "x1=1000", "x1=1008")] // str x1, [x1], #8
    [InlineData(0x88006FE2u, "x0=5", "x0=1")] // stxr w0, w2, [sp] with Rt2 = 11011
    public void Unpredictable_forms_go_by_policy(uint opcode, string registers, string changes)
    {
        var machine = new A64Machine().With(registers);
        var before = machine.Clone();
        var expected = changes.Replace("c78fd9914a43a0f0", $"{machine.Value(0x1000, 8):x}", StringComparison.Ordinal);

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);
        machine.ChangesSince(before).Should().Be(expected);

        var reporting = before.Clone();
        reporting.Options = before.Options with { Unpredictable = UnpredictablePolicy.Report };
        reporting.Execute(opcode).Should().Be(EmulationStatus.NotEmulated);
        reporting.Plan.NotEmulatedReason.Should().Be(NotEmulatedReason.ConstrainedUnpredictable);

        var undefined = before.Clone();
        undefined.Options = before.Options with { Unpredictable = UnpredictablePolicy.Undefined };
        undefined.Execute(opcode).Should().Be(EmulationStatus.Fault);
        undefined.Plan.Fault.Reason.Should().Be(FaultReason.UndefinedInstruction);
        undefined.Transactions.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0xD50B7700u, NotEmulatedReason.RegistersNotAvailable)] // gcspushm x0
    [InlineData(0xA540A020u, NotEmulatedReason.RegistersNotAvailable)] // ld1w { z0.s }, p0/z, [x1]
    public void What_is_not_emulated_goes_by_policy(uint opcode, NotEmulatedReason reason)
    {
        var machine = new A64Machine();
        machine.Execute(opcode).Should().Be(EmulationStatus.NotEmulated);
        machine.Plan.NotEmulatedReason.Should().Be(reason);
        machine.Registers.Pc.Should().Be(A64Machine.Pc);

        machine.Options = machine.Options with { Unsupported = UnsupportedPolicy.ExternalAbort };
        machine.With("x1=1000").Execute(LdrX0X1).Should().Be(EmulationStatus.Completed);
        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);
        machine.Plan.Fault.Should().Be(
            EmulationFault.ExternalAbortWithoutAddress(A64Machine.Decode(opcode).IsWrite), "the address of the instruction before is none of its own");

        machine.Options = machine.Options with { Unsupported = UnsupportedPolicy.Undefined };
        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);
        machine.Plan.Fault.Reason.Should().Be(FaultReason.UndefinedInstruction);
    }

    [Fact]
    public void An_empty_descriptor_is_no_memory_access()
    {
        var plan = new AccessPlan();

        plan.Prepare(default, new GuestRegisters(), default).Should().Be(EmulationStatus.NotEmulated);

        plan.NotEmulatedReason.Should().Be(NotEmulatedReason.NotMemoryAccess);
        plan.RangeCount.Should().Be(0);
    }

    [Fact]
    public void Cache_maintenance_has_an_address_and_no_transactions()
    {
        var machine = new A64Machine().With("x1=1234");
        machine.Execute(0xD50B7E21).Should().Be(EmulationStatus.Completed); // dc civac, x1

        machine.Transactions.Should().BeEmpty();
        machine.Plan.GetRange(0).Contains(0x1234).Should().BeTrue();
        machine.Options = machine.Options with { CacheMaintenance = CacheMaintenancePolicy.Report };
        machine.Execute(0xD50B7E21).Should().Be(EmulationStatus.NotEmulated);
        machine.Plan.NotEmulatedReason.Should().Be(NotEmulatedReason.CacheMaintenance);
    }

    [Theory]
    [InlineData(0xD9600020u, "x0=aa00000000000055 x1=1008", "rt@1000", "x0=a700000000000055")] // ldg x0, [x1]: rounds down
    [InlineData(0xD9601020u, "x0=0 x1=1000", "rt@1010", "x0=800000000000000")] // ldg x0, [x1, #16]
    [InlineData(0xD9200820u, "x0=300000000000000 x1=1000", "wt@1000=3", "")] // stg x0, [x1]
    [InlineData(0xD920083Fu, "sp=c00000000000000 x1=1000", "wt@1000=c", "")] // stg sp, [x1]: register 31 is SP
    [InlineData(0xD9201420u, "x0=0 x1=1000", "wt@1000=0", "x1=1010")] // stg x0, [x1], #16
    [InlineData(0xD9BFEC20u, "x0=500000000000000 x1=1020", "wt@1000=5 wt@1010=5", "x1=1000")] // st2g x0, [x1, #-32]!
    [InlineData(0xD9600820u, "x0=500000000000000 x1=1000", "w8@1000=0 w8@1008=0 wt@1000=5", "")] // stzg x0, [x1]
    [InlineData(0xD9E00820u, "x0=500000000000000 x1=1000", "w8@1000=0 w8@1008=0 w8@1010=0 w8@1018=0 wt@1000=5 wt@1010=5", "")]
    [InlineData(0x69000440u, "x0=1 x1=2 x2=900000000001000", "w8@1000=1 w8@1008=2 wt@1000=9", "")] // stgp x0, x1, [x2]
    [InlineData(0xD9E00020u, "x1=1027", "rt@1000 rt@1010 rt@1020 rt@1030", "x0=87")] // ldgm x0, [x1]
    [InlineData(0xD9E00020u, "x1=1050", "rt@1040 rt@1050 rt@1060 rt@1070", "")] // ldgm of granules 4 to 7
    [InlineData(0xD9A00020u, "x0=87654321 x1=1050", "wt@1040=5 wt@1050=6 wt@1060=7 wt@1070=8", "")] // stgm x0, [x1]
    [InlineData(0xD9200020u, "x0=f5 x1=1004", "w8@1000=0 w8@1008=0 w8@1010=0 w8@1018=0 wt@1000=5 wt@1010=5", "")] // stzgm x0, [x1]
    [InlineData(0xD50B7461u, "x1=e00000000001019", "wt@1000=e wt@1010=e", "")] // dc gva, x1
    [InlineData(0xD50B7481u, "x1=e00000000001019", "w8@1000=0 w8@1008=0 w8@1010=0 w8@1018=0 wt@1000=e wt@1010=e", "")] // dc gzva, x1
    public void Tags_are_transactions_of_tagged_memory(uint opcode, string registers, string trace, string changes)
    {
        var machine = new A64Machine { Options = new EmulationOptions { TaggedMemory = true, TopByteIgnored = true, ZeroBlockSize = 32 } }
            .With(registers).StoreTag(0x1000, 7).StoreTag(0x1010, 8);
        var before = machine.Clone();

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Trace.Should().Be(trace);
        machine.ChangesSince(before).Should().Be(changes);

        var untagged = before.Clone();
        untagged.Options = before.Options with { TaggedMemory = false };
        untagged.Execute(opcode).Should().Be(EmulationStatus.Completed);
        untagged.Trace.Should().Be(string.Join(' ', trace.Split(' ').Where(x => x[1] != 't')), "tags of other memory are not accessed");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void A_block_with_tags_is_no_smaller_than_a_granule(int size)
    {
        var machine = new A64Machine { Options = new EmulationOptions { TaggedMemory = true, ZeroBlockSize = size } }.With("x0=5 x1=1018");
        foreach (var (opcode, trace) in new[]
        {
            (0xD50B7461u, "wt@1010=0"), // dc gva, x1
            (0xD50B7481u, "w8@1010=0 w8@1018=0 wt@1010=0"), // dc gzva, x1
            (0xD9200020u, "w8@1010=0 w8@1018=0 wt@1010=5"), // stzgm x0, [x1]
        })
        {
            machine.Transactions.Clear();
            machine.Refused = 10;
            machine.Execute(opcode).Should().Be(EmulationStatus.Completed);
            machine.Trace.Should().Be(trace);
        }
    }

    [Theory]
    [InlineData(0xD50B7421u)] // dc zva, x1
    [InlineData(0xD50B7461u)] // dc gva, x1
    [InlineData(0xD50B7481u)] // dc gzva, x1
    public void An_mmu_fault_of_a_block_operation_reports_the_address_that_it_was_given(uint opcode)
    {
        const ulong Given = 0xE00_0000_0000_1019;
        var machine = new A64Machine { Options = new EmulationOptions { TaggedMemory = true, TopByteIgnored = true } };
        machine.Registers.SetX(1, Given);
        var access = A64Machine.Decode(opcode);

        Fail(BusStatus.Fault(FaultStatusCode.Translation(level: 3))).Should().Be(Given);
        Fail(BusStatus.ExternalAbort).Should().Be(Given & ~63ul);

        ulong Fail(BusStatus status)
        {
            machine.Plan.Prepare(in access, machine.Registers, machine.Options);
            machine.Plan.TryGetNext(out _).Should().BeTrue();
            machine.Plan.Fail(status);
            machine.Plan.Commit(machine.Registers).Should().Be(EmulationStatus.Fault);
            return machine.Plan.Fault.Address;
        }
    }

    [Theory]
    [InlineData(0xD9200820u, 0x1008ul)] // stg x0, [x1]
    [InlineData(0xD9600820u, 0x1001ul)] // stzg x0, [x1]
    [InlineData(0x69000420u, 0x1008ul)] // stgp x0, x1, [x1]
    public void Storing_a_tag_needs_an_aligned_address(uint opcode, ulong address)
    {
        var machine = new A64Machine { Options = new EmulationOptions { Unaligned = UnalignedPolicy.Pass } };
        machine.Registers.SetX(1, address);

        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.Alignment, address, isWrite: true));
    }

    [Fact]
    public void Options_have_the_documented_defaults_and_refuse_other_values()
    {
        var options = default(EmulationOptions);
        (options.BusWidth, options.ZeroBlockSize, options.TagBlockSize, options.VirtualAddressBits, options.CopyLimit).Should().Be((8, 64, 64, 48, 4096));
        options.Should().Be(new EmulationOptions());
        Refused(() => new EmulationOptions { BusWidth = 3 });
        Refused(() => new EmulationOptions { BusWidth = 32 });
        Refused(() => new EmulationOptions { ZeroBlockSize = 2 });
        Refused(() => new EmulationOptions { ZeroBlockSize = 96 });
        Refused(() => new EmulationOptions { TagBlockSize = 512 });
        Refused(() => new EmulationOptions { VirtualAddressBits = 56 });
        Refused(() => new EmulationOptions { CopyLimit = 0 });
        Refused(() => new EmulationOptions { CopyLimit = 24 });

        static void Refused(Func<EmulationOptions> make) => make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_literal_is_relative_to_the_instruction()
    {
        var machine = new A64Machine();

        machine.Execute(0x58000800).Should().Be(EmulationStatus.Completed); // ldr x0, . + 256

        machine.Trace.Should().Be("r8@40000100");
    }

    private static EmulationStatus Prepare(A64Machine machine, uint opcode)
    {
        var access = A64Machine.Decode(opcode);
        return machine.Plan.Prepare(in access, machine.Registers, machine.Options);
    }

    private sealed class ThrowingBus(int after) : IMmioBus
    {
        private int _count;

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return ++_count == after ? throw new TimeoutException() : BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => Read(address, size, out _);
    }

    private struct CountingBus : IMmioBus
    {
        public int Count { get; private set; }

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = (ulong)++Count;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            Count++;
            return BusStatus.Success;
        }
    }

    private sealed class Authentication : IPointerAuthentication
    {
        public (ulong, bool) Asked { get; private set; }

        public bool Fails { get; set; }

        public bool TryAuthenticateData(ulong signedAddress, bool useKeyB, out ulong address)
        {
            Asked = (signedAddress, useKeyB);
            address = signedAddress & 0xFFFF;
            return !Fails;
        }
    }

    private sealed class RecordingRegisters : IGuestRegisters
    {
        public SortedSet<string> Read { get; } = [];

        public SortedSet<string> Written { get; } = [];

        public ulong Pc
        {
            get => Note(Read, "pc");
            set => Note(Written, "pc");
        }

        public ulong Sp
        {
            get => Note(Read, "sp");
            set => Note(Written, "sp");
        }

        public ulong PState
        {
            get => (uint)Note(Read, "pstate");
            set => Note(Written, "pstate");
        }

        public ulong GetX(int number) => Note(Read, $"x{number}");

        public void SetX(int number, ulong value) => Note(Written, $"x{number}");

        public void GetV(int number, out ulong low, out ulong high) => low = high = Note(Read, $"v{number}");

        public void SetV(int number, ulong low, ulong high) => Note(Written, $"v{number}");

        public ulong GetSystemRegister(SystemRegister name) => Note(Read, $"{name}");

        private static ulong Note(SortedSet<string> list, string name)
        {
            list.Add(name);
            return 0x1000;
        }
    }
}
