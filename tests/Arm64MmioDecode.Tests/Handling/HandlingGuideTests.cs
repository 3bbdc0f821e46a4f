using System;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;
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
        var vcpu = new Vcpu(guest.Registers, guest, guest.Memory, guest.Devices, log);

        vcpu.HandleDataAbort(TestGuest.WriteEsr, TestGuest.Device, TestGuest.DeviceIpa >> 8).Should().BeTrue();
        guest.Registers.GetX(10).Should().Be(TestGuest.Device + 4);

        guest.Registers.Pc = TestGuest.Pc;
        guest.Devices.Refuses = static _ => true;
        vcpu.HandleDataAbort(TestGuest.WriteEsr, TestGuest.Device + 4, TestGuest.DeviceIpa >> 8).Should().BeTrue();
        log.ToString().Should().Be("the guest takes DataAbort at 0x10000004" + Environment.NewLine);

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
        Stage1Registers el1 = guest.Tables.Registers;
        var stage1 = new TranslationRegisters(
            name => name switch { "SCTLR_EL1" => el1.Sctlr, "TCR_EL1" => el1.Tcr, "TTBR0_EL1" => el1.Ttbr0, "TTBR1_EL1" => el1.Ttbr1, _ => el1.Mair },
            el1.Capabilities);

        new ExitHandler(guest.Registers, guest.Devices, stage1, guest.Memory)
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

    internal sealed class TranslationRegisters(Func<string, ulong> read, Stage1Capabilities capabilities) : IStage1Source
    {
        public Stage1Registers ReadRegisters(ulong virtualAddress) => new()
        {
            Regime = Stage1Regime.EL10, // AArch32EL10 where EL1 is in AArch32
            Capabilities = capabilities,
            Sctlr = read("SCTLR_EL1"),
            Tcr = read("TCR_EL1"),
            Ttbr0 = read("TTBR0_EL1"),
            Ttbr1 = read("TTBR1_EL1"),
            Mair = read("MAIR_EL1"), // only for explanations
            Tcr2 = Has(Stage1Features.PermissionIndirection | Stage1Features.PermissionOverlay) ? read("TCR2_EL1") : 0,
            Pir = Has(Stage1Features.PermissionIndirection) ? read("PIR_EL1") : 0,
            Pire0 = Has(Stage1Features.PermissionIndirection) ? read("PIRE0_EL1") : 0,
            Por = Has(Stage1Features.PermissionOverlay) ? read("POR_EL1") : 0,
            PorEl0 = Has(Stage1Features.PermissionOverlay) ? read("POR_EL0") : 0,
        };

        public ulong ReadSctlr() => read("SCTLR_EL1");

        private bool Has(Stage1Features feature) => (capabilities.Features & feature) != 0;
    }

    internal sealed class Vcpu(IGuestRegisters registers, IStage1Source stage1, IGuestRam memory, IMmioBus devices, TextWriter log)
    {
        private readonly ExitHandler _handler = new(registers, devices, stage1, memory);
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
                Inject(outcome.Fault);
                return true;
            }

            log.WriteLine(ExitExplanation.Of(_handler).ToString());
            return false;
        }

        private void Inject(in EmulationFault fault)
        {
            // Here the registers of the exception are written: docs/faults.md. Without it the guest exits here again, for ever.
            log.WriteLine($"the guest takes {fault.Reason} at 0x{fault.Address:x}");
        }
    }
}
