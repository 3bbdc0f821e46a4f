using System;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>The code in docs/handling.md, compiled and run.</summary>
public sealed class HandlingGuideTests
{
    [Fact]
    public void The_guides_CPU_completes_injects_and_explains()
    {
        var guest = new TestGuest().With(0xB8004548).X(10, TestGuest.Device); // str w8, [x10], #4
        var log = new StringWriter();
        SystemRegisterFile system = guest.SystemRegisters();
        var vcpu = new Vcpu(guest.Registers, new VcpuSystemState(guest.Registers, system), guest.Memory, guest.Devices, log);

        vcpu.HandleDataAbort(TestGuest.WriteEsr, TestGuest.Device, TestGuest.DeviceIpa >> 8).Should().BeTrue();
        guest.Registers.GetX(10).Should().Be(TestGuest.Device + 4);

        guest.Registers.Pc = TestGuest.Pc;
        guest.Devices.Refuses = static _ => true;
        vcpu.HandleDataAbort(TestGuest.WriteEsr, TestGuest.Device + 4, TestGuest.DeviceIpa >> 8).Should().BeTrue();
        (system[SystemRegisterId.FarEl1], guest.Registers.Pc).Should().Be((TestGuest.Device + 4, TestGuest.Vectors + 0x200));
        log.ToString().Should().BeEmpty();
        guest.Registers.Pc = TestGuest.Pc;

        // Cache maintenance on a device.
        guest.With(0xD50B7A2A); // dc cvac, x10
        vcpu.HandleDataAbort(0x92000147, TestGuest.Device + 4, TestGuest.DeviceIpa >> 8).Should().BeTrue();
        (guest.Registers.Pc, log.ToString()).Should().Be((TestGuest.Pc + 4, ""));
        guest.Registers.Pc = TestGuest.Pc;

        // Another instruction, for ever: the seventeenth retry is explained.
        guest.With(0xD503201F);
        Enumerable.Range(0, 17).Count(_ => vcpu.HandleDataAbort(TestGuest.WriteEsr, TestGuest.Device, TestGuest.DeviceIpa >> 8)).Should().Be(16);
        log.ToString().Should().Contain("The instruction at 0x400000 (0xd503201f) is no memory access.").And.Contain("a TLB entry that the guest never invalidates");
    }

    [Fact]
    public void The_guides_steps_complete_an_exit()
    {
        var guest = new TestGuest().With(0xA9400440).X(2, TestGuest.Device + 0x10); // ldp x0, x1, [x2]

        Step(guest.Handler, TestGuest.Exit(TestGuest.ReadEsr, TestGuest.Device + 0x10));

        (guest.Registers.GetX(0), guest.Registers.GetX(1)).Should().Be((0x9000010ul, 0x9000018ul));
    }

    [Fact]
    public void The_guides_registers_translate()
    {
        var guest = new TestGuest().With(0xA9400440).X(2, TestGuest.Device); // ldp x0, x1, [x2]
        SystemRegisterFile file = guest.SystemRegisters();
        var system = new SystemRegisters(id => file[(SystemRegisterId)id], (id, value) => file[(SystemRegisterId)id] = value);

        new ExitHandler(guest.Registers, guest.Devices, new VcpuSystemState(guest.Registers, system), guest.Memory)
            .Handle(TestGuest.Exit(TestGuest.ReadEsr, TestGuest.Device)).Status.Should().Be(ExitStatus.Completed);
    }

    private static void Step(ExitHandler handler, DataAbortExit exit)
    {
        if (handler.Begin(exit).Status == ExitStatus.Pending)
        {
            while (handler.TryGetNext(out BusTransaction transaction))
            {
                // Later: the device's answer.
                BusStatus status = Ask(transaction, out ulong data);
                if (status.IsSuccess)
                {
                    handler.Complete(data);
                }
                else
                {
                    handler.Fail(status);
                }
            }

            handler.Commit();
        }
    }

    private static BusStatus Ask(in BusTransaction transaction, out ulong data)
    {
        data = transaction.Address;
        return BusStatus.Success;
    }

    internal sealed class SystemRegisters(Func<uint, ulong> mrs, Action<uint, ulong> msr) : ISystemRegisters
    {
        // op0:op1:CRn:CRm:op2, the number that HV_SYS_REG_… and KVM's ids have, too.
        public bool TryRead(SystemRegisterId id, out ulong value)
        {
            value = mrs((uint)id);
            return true; // false for what the interface does not show: it is never guessed
        }

        public void Write(SystemRegisterId id, ulong value) => msr((uint)id, value);
    }

    internal sealed class Vcpu(IGuestRegisters registers, VcpuSystemState state, IGuestRam memory, IMmioBus devices, TextWriter log)
    {
        private readonly ExitHandler _handler = new(registers, devices, state, memory);
        private readonly RetryLimit _retries = new();

        /// <summary>Returns whether the guest can go on.</summary>
        public bool HandleDataAbort(ulong esr, ulong far, ulong hpfar)
        {
            ulong pc = registers.Pc;
            ExitOutcome outcome = _handler.Handle(DataAbortExit.FromRegisters(esr, far, hpfar));
            if (outcome.ReenterGuest && _retries.Allows(pc, outcome))
            {
                return true;
            }

            if (outcome.Status == ExitStatus.GuestFault || outcome.Action == ExitAction.InjectFault)
            {
                return state.Inject(outcome.Fault);
            }

            if (outcome.Action == ExitAction.SkipInstruction)
            {
                _handler.SkipInstruction();
                return true;
            }

            log.WriteLine(ExitExplanation.Of(_handler).ToString());
            return false;
        }
    }
}
