using Arm64MmioDecode.Emulation;
using FluentAssertions;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>An instruction with the result that the manual's operation text gives, and the demand that no fault leaves a trace.</summary>
internal static class PatternCase
{
    /// <summary>Everything that a policy could refuse is performed.</summary>
    public static EmulationOptions Perform { get; } = new()
    {
        Atomics = AtomicPolicy.Perform,
        Exclusives = ExclusivePolicy.Perform,
        SixtyFourBytes = SixtyFourBytePolicy.Split,
    };

    /// <summary>Checks the result, and that a fault at any transaction changes no register.</summary>
    public static void Check(
        string text,
        uint opcode,
        EmulationOptions options,
        string registers,
        string transactions,
        string changes,
        uint pstate = PatternMachine.EL1h,
        ulong nextPc = 0x40000004)
    {
        PatternMachine machine = new PatternMachine(pstate).With(registers);

        machine.Execute(opcode, options).Should().Be(EmulationStatus.Completed, "of {0}", text);

        machine.Transactions.Should().Be(transactions);
        machine.Changes().Should().Be(changes);
        machine.Registers.Pc.Should().Be(nextPc);

        string[] steps = transactions.Split(' ', System.StringSplitOptions.RemoveEmptyEntries);
        for (int refused = 0; refused < steps.Length; refused++)
        {
            PatternMachine faulty = new PatternMachine(pstate) { Refused = refused }.With(registers);
            faulty.Execute(opcode, options).Should().Be(EmulationStatus.Fault);
            faulty.Transactions.Should().Be(string.Join(' ', steps[..(refused + 1)]));
            faulty.Changes().Should().BeEmpty("of {0}, whose transaction {1} fails", text, refused);
            faulty.Fault.IsWrite.Should().Be(steps[refused][0] == 'w');
            faulty.Registers.Pc.Should().Be(0x40000000);
        }
    }
}
