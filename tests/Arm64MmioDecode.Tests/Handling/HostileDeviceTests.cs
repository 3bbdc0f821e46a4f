using System;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.SystemRegisters;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// A device answers whatever it likes: bits that it was not asked for, any status, an exception, a call back. It gets no register that the
/// instruction does not load, ends no exit in another way than the documented ones, and every fault that it causes can be delivered.
/// </summary>
public sealed class HostileDeviceTests
{
    private const int Rounds = 4000;

    // Each accesses [x2].
    private static readonly uint[] s_instructions =
    [
        0x39400041, // ldrb w1, [x2]
        0x39C00041, // ldrsb w1, [x2]
        0x79400041, // ldrh w1, [x2]
        0xB9400041, // ldr w1, [x2]
        0xB9800041, // ldrsw x1, [x2]
        0xF8408441, // ldr x1, [x2], #8
        0xA9400440, // ldp x0, x1, [x2]
        0x69400440, // ldpsw x0, x1, [x2]
        0x3DC00041, // ldr q1, [x2]
        0xAD400440, // ldp q0, q1, [x2]
        0x0C400041, // ld4 { v1.8b - v4.8b }, [x2]
        0x39000041, // strb w1, [x2]
        0xA8810440, // stp x0, x1, [x2], #16
        0x0C000041, // st4 { v1.8b - v4.8b }, [x2]
        0xC85F7C41, // ldxr x1, [x2]
        0xC8007C41, // stxr w0, x1, [x2]
        0xF8200041, // ldadd x0, x1, [x2]
        0xC8A07C41, // cas x0, x1, [x2]
        0x48207C44, // casp x0, x1, x4, x5, [x2]
        0xF83FD040, // ld64b x0, [x2]
        0xD50B7422, // dc zva, x2
    ];

    [Fact]
    public void Whatever_it_answers_the_exit_ends_as_documented()
    {
        var random = new Random(20260516);
        for (int round = 0; round < Rounds; round++)
        {
            uint opcode = s_instructions[random.Next(s_instructions.Length)];
            var device = new HostileDevice(random);
            TestGuest guest = Guest(opcode, random);
            var state = new VcpuSystemState(guest.Registers, guest.SystemRegisters());
            var handler = new ExitHandler(guest.Registers, device, state, guest.Memory, s_options);
            device.Handler = handler;
            ulong[] before = Registers(guest);

            ExitOutcome outcome = default;
            try
            {
                outcome = handler.Handle(TestGuest.Exit(IsWrite(opcode) ? TestGuest.WriteEsr : TestGuest.ReadEsr, TestGuest.Device));
            }
            catch (DeviceException)
            {
                handler.Outcome.Status.Should().Be(ExitStatus.Abandoned);
                outcome = handler.Outcome;
            }

            outcome.Status.Should().BeOneOf([ExitStatus.Completed, ExitStatus.GuestFault, ExitStatus.Abandoned, ExitStatus.Continue], $"{opcode:x8}");
            if (outcome.Status is ExitStatus.Completed)
            {
                Unloaded(opcode, Registers(guest)).Should().Equal(Unloaded(opcode, before), $"{opcode:x8} loads nothing else");
            }
            else if (outcome.Status != ExitStatus.Continue)
            {
                Registers(guest).Should().Equal(before, $"{opcode:x8} has not been done");
            }

            if (outcome.Status == ExitStatus.GuestFault)
            {
                state.Inject(outcome.Fault).Should().BeTrue();
            }

            device.Reentered.Should().BeFalse();
        }
    }

    [Theory]
    [InlineData(0x39400041u, 0xFFul)] // ldrb w1, [x2]
    [InlineData(0x79400041u, 0xFFFFul)] // ldrh w1, [x2]
    [InlineData(0xB9400041u, 0xFFFFFFFFul)] // ldr w1, [x2]
    [InlineData(0x39C00041u, 0xFFFFFFFFul)] // ldrsb w1, [x2]
    public void Bits_that_were_not_asked_for_reach_no_register(uint opcode, ulong expected)
    {
        TestGuest guest = new TestGuest().With(opcode).X(2, TestGuest.Device);

        new ExitHandler(guest.Registers, new AllOnes(), guest, guest.Memory)
            .Handle(TestGuest.Exit(TestGuest.ReadEsr, TestGuest.Device)).Status.Should().Be(ExitStatus.Completed);

        guest.Registers.GetX(1).Should().Be(expected);
    }

    private static readonly EmulationOptions s_options = new()
    {
        Atomics = AtomicPolicy.Perform,
        Exclusives = ExclusivePolicy.Perform,
        SixtyFourBytes = SixtyFourBytePolicy.Split,
    };

    private static TestGuest Guest(uint opcode, Random random)
    {
        TestGuest guest = new TestGuest().With(opcode);
        for (int i = 0; i < 31; i++)
        {
            guest.X(i, (ulong)random.NextInt64());
        }

        return guest.X(2, TestGuest.Device);
    }

    private static bool IsWrite(uint opcode)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);
        return access.Kind is not (AccessKind.Load or AccessKind.LoadExclusive);
    }

    private static ulong[] Registers(TestGuest guest) =>
        [.. Enumerable.Range(0, 31).Select(guest.Registers.GetX), guest.Registers.Sp, guest.Registers.Pc, guest.Registers.PState];

    // X8 to X30 and SP are loaded by none of the instructions, and PSTATE is not changed.
    private static ulong[] Unloaded(uint opcode, ulong[] registers) =>
        [.. registers[(opcode == 0xF83FD040 ? 8 : 6)..32], registers[33]];

    private sealed class DeviceException : Exception;

    private sealed class AllOnes : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = ulong.MaxValue;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }

    private sealed class HostileDevice(Random random) : IMmioBus
    {
        public ExitHandler? Handler { get; set; }

        /// <summary>Whether a call back was let in.</summary>
        public bool Reentered { get; private set; }

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            return Answer();
        }

        public BusStatus Write(ulong address, int size, ulong value) => Answer();

        private BusStatus Answer()
        {
            switch (random.Next(12))
            {
                case 0:
                    return BusStatus.Fault(new FaultStatusCode(random.Next(64)));
                case 1:
                    return BusStatus.ExternalAbort;
                case 2:
                    throw new DeviceException();
                case 3:
                    Handler!.Abandon();
                    return BusStatus.Success;
                case 4:
                    CallBack();
                    return BusStatus.Success;
                default:
                    return BusStatus.Success;
            }
        }

        private void CallBack()
        {
            try
            {
                switch (random.Next(6))
                {
                    case 0: Handler!.Handle(default); break;
                    case 1: Handler!.Begin(default); break;
                    case 2: Handler!.Commit(); break;
                    case 3: Handler!.TryGetNext(out _); break;
                    case 4: Handler!.Complete(); break;
                    default: Handler!.SkipInstruction(); break;
                }

                Reentered = true;
            }
            catch (InvalidOperationException)
            {
            }
        }
    }
}
