using System;
using FluentAssertions;
using Xunit;
using Xunit.Sdk;

namespace Arm64MmioDecode.Tests.Tooling;

public sealed class DifferentialRunTests
{
    private const ulong Code = 0x1000_0000;
    private const ulong Data = 0x2000_0000;

    [SkippableFact]
    public void Equal_results_give_no_mismatch()
    {
        var report = DifferentialRun.Compare([StorePostIndex(Data), StorePostIndex(0)], new Machine(_ => { }));

        report.CaseCount.Should().Be(2);
        report.Outcomes[Outcome.Completed].Should().Be(1);
        report.Outcomes[Outcome.TranslationFault].Should().Be(1);
        report.Mismatches.Should().BeEmpty();
        report.Invoking(x => x.ThrowOnMismatch()).Should().NotThrow();
    }

    [SkippableFact]
    public void The_report_names_the_instruction_and_every_register_and_byte_that_differs()
    {
        var machine = new Machine(state =>
        {
            state.X[2] -= 8;
            state.V[3] = 5;
            state.PState = 0xC000_0000;
            state.Memory.Load(Data, [0xAA]);
        });

        var report = DifferentialRun.Compare([StorePostIndex(Data)], machine);

        report.Mismatches.Should().ContainSingle().Which.Differences.Should().Equal(
            "x2: QEMU 0x20000008, emulator 0x20000000, before 0x20000000",
            "pstate: QEMU 0x40000000, emulator 0xc0000000, before 0x40000000",
            "v3: QEMU 0x0, emulator 0x5, before 0x0",
            "byte 0x20000000: QEMU 08, emulator aa, before 00");
        report.Invoking(x => x.ThrowOnMismatch()).Should().Throw<XunitException>()
            .WithMessage("1 of 1 cases differ*A64 str x1, [x2], #8 (f8008441) at 0x10000000*x2: QEMU*");
    }

    [SkippableFact]
    public void A_register_that_changed_in_spite_of_a_fault_is_a_difference()
    {
        var report = DifferentialRun.Compare([StorePostIndex(0)], new Machine(state => state.X[2] += 8));

        report.Mismatches.Should().ContainSingle().Which.Differences.Should().Equal(
            "x2: emulator 0x8, but 0x0 before the fault");
    }

    [SkippableFact]
    public void A_machine_that_throws_or_ends_otherwise_is_a_difference()
    {
        var machine = new Machine(state => state.Outcome = Outcome.Undefined);
        var throwing = new Machine(_ => throw new NotSupportedException("no such register"));

        DifferentialRun.Compare([StorePostIndex(0)], machine).Mismatches[0].Differences.Should().Equal(
            "outcome: QEMU TranslationFault at 0x0, emulator Undefined");
        DifferentialRun.Compare([StorePostIndex(Data)], throwing).Mismatches[0].Differences[0].Should()
            .Contain("no such register");
    }

    private static DifferentialCase StorePostIndex(ulong address)
    {
        var c = new DifferentialCase(Isa.A64, Code, [0xF8008441]); // str x1, [x2], #8
        c.Initial.Memory.Map(Data);
        c.Initial.X[1] = 8;
        c.Initial.X[2] = address;
        c.Initial.PState = 0x4000_0000;
        return c;
    }

    /// <summary>QEMU itself, with a mistake.</summary>
    private sealed class Machine(Action<MachineState> mistake) : IMachine
    {
        public MachineState Execute(DifferentialCase differentialCase)
        {
            var state = QemuUser.Execute(differentialCase);
            mistake(state);
            return state;
        }
    }
}
