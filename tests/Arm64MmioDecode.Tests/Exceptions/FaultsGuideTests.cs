using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Tests.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Exceptions;

/// <summary>The code of docs/faults.md, compiled and run.</summary>
public sealed class FaultsGuideTests
{
    [Theory]
    [InlineData(0x93830006, "read of 4 bytes, register 3, at 0x9000118")]
    [InlineData(0x92000046, "ISV = 0 at 0x9000118: fetch and decode the instruction")]
    [InlineData(0x9200004F, "ISV = 0 at unknown: fetch and decode the instruction")]
    [InlineData(0x920000C7, "The guest's page tables lie in memory that stage 2 does not map; the instruction at PC only caused the walk.")]
    public void The_first_example_reads_a_syndrome(uint esr, string expected) =>
        Read(esr, hpfar: 0x90000, far: 0xFFFF800008001118).Should().Be(expected);

    [Fact]
    public void The_shortest_example_injects_with_one_call()
    {
        var guest = new TestGuest().With(0xA9400440).X(2, TestGuest.Device); // ldp x0, x1, [x2]
        guest.Devices.Refuses = static _ => true;
        var system = guest.SystemRegisters();
        InjectAtOnce(guest.Registers, system, guest.Handle(TestGuest.ReadEsr, TestGuest.Device));
        system[SystemRegisterId.FarEl1].Should().Be(TestGuest.Device);
    }

    private static void InjectAtOnce(IGuestRegisters registers, ISystemRegisters system, ExitOutcome outcome)
    {
        var state = new VcpuSystemState(registers, system); // once: it reads the ID registers, and is the handler's IStage1Source, too
        state.Inject(outcome.Fault);
    }

    [Fact]
    public void The_second_example_injects_an_External_abort()
    {
        var registers = new Registers { FarEL1 = 1 };
        Inject(registers, pstate: 0x60000005, pc: 0x40001000, vbar: 0x40080000, sctlr: 0x30D00801, address: 0x9000118);
        registers.EsrEL1.Should().Be(0x96000050);
        registers.FarEL1.Should().Be(0x9000118);
        registers.ElrEL1.Should().Be(0x40001000);
        registers.SpsrEL1.Should().Be(0x60000005);
        registers.PState.Should().Be(0x600003C5);
        registers.Pc.Should().Be(0x40080200);
    }

    [Fact]
    public void The_third_example_injects_what_an_exit_ended_with()
    {
        var guest = new TestGuest().With(0xA9400440).X(2, TestGuest.Device); // ldp x0, x1, [x2]
        guest.Devices.Refuses = static _ => true;
        var entry = Entry(guest, guest.Handle(TestGuest.ReadEsr, TestGuest.Device));
        (entry.Esr, entry.Far, entry.Elr).Should().Be((0x96000010ul, (ulong?)TestGuest.Device, TestGuest.Pc));
    }

    [Fact]
    public void The_fourth_example_injects_one_into_AArch32()
    {
        var entry = InjectAArch32(0x13, 0x8000, 0xC0008000, 0, 0x80000000, 0x9000118);
        (entry.FaultStatus, entry.LR, entry.LRView, entry.Pc).Should().Be((0x210u, 0x8008u, 20, 0xC0008010u));
    }

    private static string Read(ulong esr, ulong hpfar, ulong far)
    {
        var syndrome = DataAbortSyndrome.FromEsr(esr);
        if (syndrome.Class != DataAbortClass.InstructionAccess)
        {
            return syndrome.Class.ToWords(); // not something that emulating the instruction can answer
        }

        var ipa = IntermediatePhysicalAddress.FromHpfar(syndrome, hpfar, far);
        if (ValidSyndromeAccess.TryParse(syndrome, out var access))
        {
            return $"{(access.IsWrite ? "write" : "read")} of {access.Size} bytes, register {access.Register}, at {ipa}";
        }

        return $"ISV = 0 at {ipa}: fetch and decode the instruction";
    }

    private static void Inject(Registers registers, ulong pstate, ulong pc, ulong vbar, ulong sctlr, ulong address)
    {
        var context = new AArch64ExceptionContext(targetLevel: 1, pstate, pc, vbar, sctlr)
        {
            Features = PstateFeatures.Pan | PstateFeatures.Ssbs,
        };
        var entry = AArch64ExceptionEntry.DataAbort(context, DataFault.ExternalAbort(address, write: true));

        registers.EsrEL1 = entry.Esr;
        registers.FarEL1 = entry.Far ?? registers.FarEL1;
        registers.ElrEL1 = entry.Elr;
        registers.SpsrEL1 = entry.Spsr;
        registers.PState = entry.PState;
        registers.Pc = entry.Pc;
    }

    private static AArch64ExceptionEntry Entry(TestGuest guest, ExitOutcome outcome)
    {
        var context = new AArch64ExceptionContext(targetLevel: 1, guest.Registers.PState, guest.Registers.Pc, vbar: 0x40080000, sctlr: 0);
        var entry = AArch64ExceptionEntry.For(context, outcome.Fault);
        return entry;
    }

    private static AArch32ExceptionEntry InjectAArch32(
        ulong pstate, ulong pc, uint vbar, uint sctlr, uint ttbcr, ulong address)
    {
        var context = new AArch32ExceptionContext(pstate, (uint)pc, vbar, sctlr, longDescriptors: (ttbcr >> 31) != 0);
        var entry = AArch32ExceptionEntry.DataAbort(context, DataFault.ExternalAbort(address, write: false));
        return entry;
    }

    private sealed class Registers
    {
        public ulong EsrEL1 { get; set; }

        public ulong FarEL1 { get; set; }

        public ulong ElrEL1 { get; set; }

        public ulong SpsrEL1 { get; set; }

        public ulong PState { get; set; }

        public ulong Pc { get; set; }
    }
}
