using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// A process that puts an instruction in place of the one that trapped gets none performed that its Exception level does not have. QEMU 11.1
/// raises SIGILL for each of these at EL0.
/// </summary>
public sealed class PrivilegedInstructionTests
{
    private const ulong EL0 = 0x3C0;
    private const ulong EL1 = 0x3C5;
    private const ulong EL2 = 0x3C9;
    private const ulong MaintenanceEsr = TestGuest.WriteEsr | (1 << 8);

    [Theory]
    [InlineData(0xD9200041, TestGuest.WriteEsr, EL1)] // stzgm x1, [x2]
    [InlineData(0xD5087622, MaintenanceEsr, EL1)] // dc ivac, x2
    [InlineData(0xD5087662, MaintenanceEsr, EL1)] // dc igvac, x2
    [InlineData(0xD5087F22, MaintenanceEsr, EL1)] // dc civaps, x2
    [InlineData(0xD50C7E02, MaintenanceEsr, EL2)] // dc cipae, x2
    public void What_an_Exception_level_does_not_have_is_not_performed_there(uint opcode, ulong esr, ulong lowest)
    {
        for (ulong pstate = EL0; pstate <= EL1; pstate += EL1 - EL0)
        {
            TestGuest guest = Guest(opcode, pstate);

            ExitOutcome outcome = guest.Handle(esr, TestGuest.Device);

            if (pstate < lowest)
            {
                (outcome.Status, outcome.Reason).Should().Be((ExitStatus.Retry, ExitReason.NoAccess));
                guest.Devices.Count.Should().Be(0);
                guest.Registers.Pc.Should().Be(TestGuest.Pc);
            }
            else
            {
                outcome.Status.Should().Be(ExitStatus.Completed);
            }
        }
    }

    [Theory]
    [InlineData(0xD50B7422, TestGuest.WriteEsr)] // dc zva, x2
    [InlineData(0xD50B7E22, MaintenanceEsr)] // dc civac, x2
    [InlineData(0xD50B7522, MaintenanceEsr)] // ic ivau, x2
    [InlineData(0xD50B7A62, MaintenanceEsr)] // dc cgvac, x2
    public void What_EL0_has_is_performed_there(uint opcode, ulong esr) =>
        Guest(opcode, EL0).Handle(esr, TestGuest.Device).Status.Should().Be(ExitStatus.Completed);

    [Theory]
    [InlineData(0x1D3u, ExitStatus.Completed)]
    [InlineData(0x1D0u, ExitStatus.Retry)]
    public void AArch32_has_cache_maintenance_from_PL1_on(uint cpsr, ExitStatus expected)
    {
        var guest = new TestGuest(aarch32: true).With(0xEE072F3E).X(2, TestGuest.Device); // mcr p15, #0, r2, c7, c14, #1: DCCIMVAC
        guest.Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code | GuestTables.UnprivilegedAccess);
        guest.Tables.Map(TestGuest.Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        guest.Registers.PState = cpsr;

        guest.Handle(MaintenanceEsr, TestGuest.Device).Status.Should().Be(expected);
    }

    private static TestGuest Guest(uint opcode, ulong pstate)
    {
        TestGuest guest = new TestGuest().With(opcode).X(2, TestGuest.Device);
        if (pstate == EL0)
        {
            // EL1 executes nothing that EL0 can write.
            guest.Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code | GuestTables.UnprivilegedAccess);
        }

        guest.Tables.Map(TestGuest.Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        guest.Registers.PState = pstate;
        return guest;
    }
}
