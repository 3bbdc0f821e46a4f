using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// A retry without interference ends: for each kind of access, privilege and permission, an exit that a processor can report is not
/// answered with Retry, and where the handler answers so the processor would take a fault of stage 1 instead of exiting again.
/// The permissions here are the manual's tables, written out once more.
/// </summary>
public sealed class RetryEndsTests
{
    private const ulong Device = TestGuest.Device;
    private const ulong PStatePan = 1ul << 22;
    private const ulong PStateUao = 1ul << 23;

    /// <summary>What an instruction does to the page.</summary>
    public enum Does
    {
        Reads,
        Writes,
        ReadsAndWrites,
        ReadsUnprivileged,
        WritesUnprivileged,
        Cleans,
        CleansAndInvalidates,
        Invalidates,
        InvalidatesInstructions,
    }

    [Theory]
    [InlineData(0xB8404441u, Does.Reads)] // ldr w1, [x2], #4
    [InlineData(0xB8004441u, Does.Writes)] // str w1, [x2], #4
    [InlineData(0xA9400440u, Does.Reads)] // ldp x0, x1, [x2]
    [InlineData(0xA9000440u, Does.Writes)] // stp x0, x1, [x2]
    [InlineData(0xAD000440u, Does.Writes)] // stp q0, q1, [x2]
    [InlineData(0x4C407041u, Does.Reads)] // ld1 {v1.16b}, [x2]
    [InlineData(0xB8200041u, Does.ReadsAndWrites)] // ldadd w0, w1, [x2]
    [InlineData(0x88A07C41u, Does.ReadsAndWrites)] // cas w0, w1, [x2]
    [InlineData(0x885F7C41u, Does.Reads)] // ldxr w1, [x2]
    [InlineData(0x88007C41u, Does.Writes)] // stxr w0, w1, [x2]
    [InlineData(0xB8400841u, Does.ReadsUnprivileged)] // ldtr w1, [x2]
    [InlineData(0xB8000841u, Does.WritesUnprivileged)] // sttr w1, [x2]
    [InlineData(0xD50B7422u, Does.Writes)] // dc zva, x2
    [InlineData(0xD50B7A22u, Does.Cleans)] // dc cvac, x2
    [InlineData(0xD50B7B22u, Does.Cleans)] // dc cvau, x2
    [InlineData(0xD50B7C22u, Does.Cleans)] // dc cvap, x2
    [InlineData(0xD50B7E22u, Does.CleansAndInvalidates)] // dc civac, x2
    [InlineData(0xD5087622u, Does.Invalidates)] // dc ivac, x2
    [InlineData(0xD50B7522u, Does.InvalidatesInstructions)] // ic ivau, x2
    public void A_retry_means_that_the_processor_does_not_exit_again(uint opcode, Does what)
    {
        for (var variant = 0; variant < 64; variant++)
        {
            var privileged = (variant & 1) != 0;
            var pan = (variant & 2) != 0;
            var uao = (variant & 4) != 0;
            var cmow = (variant & 8) != 0;
            var user = (variant & 16) != 0;
            var readOnly = (variant & 32) != 0;
            if (!privileged && (pan || uao || what == Does.Invalidates))
            {
                continue;
            }

            var guest = new TestGuest(options: new EmulationOptions { Exclusives = ExclusivePolicy.Perform, Atomics = AtomicPolicy.Perform }).With(opcode).X(2, Device + 0x40);
            guest.Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code | (privileged ? 0 : GuestTables.UnprivilegedAccess | GuestTables.ReadOnly));
            guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | (user ? GuestTables.UnprivilegedAccess : 0) | (readOnly ? GuestTables.ReadOnly : 0));
            guest.Tables.Registers = guest.Tables.Registers with
            {
                Capabilities = new Stage1Capabilities(Stage1Features.CacheMaintenanceNeedsWrite, 48),
                Sctlr = guest.Tables.Registers.Sctlr | (cmow ? 1ul << 32 : 0),
            };
            guest.Registers.PState = (privileged ? 0x3C5u : 0x3C0u) | (pan ? PStatePan : 0) | (uao ? PStateUao : 0);

            var maintenance = what >= Does.Cleans;
            var write = maintenance || what is Does.Writes or Does.WritesUnprivileged;
            var esr = (write ? TestGuest.WriteEsr : TestGuest.ReadEsr) | (maintenance ? 1ul << 8 : 0);
            var exits = Exits(what, privileged, pan, uao, cmow, user, readOnly);
            var text = $"{what}: EL{(privileged ? 1 : 0)}, PAN {pan}, UAO {uao}, CMOW {cmow}, AP {(readOnly ? 1 : 0)}{(user ? 1 : 0)}";
            foreach (var outcome in new[] { guest.Handle(esr, Device + 0x40), Again(guest, esr) })
            {
                if (exits)
                {
                    outcome.Status.Should().NotBe(ExitStatus.Retry, "the processor exits again with {0}", text);
                }
                else
                {
                    (outcome.Status, outcome.Reason).Should().Be((ExitStatus.Retry, ExitReason.NotTranslated), "of {0}", text);
                }
            }
        }
    }

    [Fact]
    public void A_store_exclusive_whose_monitor_is_clear_completes_with_status_1()
    {
        var guest = new TestGuest(options: new EmulationOptions { Exclusives = ExclusivePolicy.Perform }).With(0x88007C41).X(2, Device + 0x40);
        guest.Handle(TestGuest.WriteEsr, Device + 0x40).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(0).Should().Be(1);
        guest.Devices.Log.Should().BeEmpty();
    }

    // The exit as KVM reports it.
    private static ExitOutcome Again(TestGuest guest, ulong esr)
    {
        guest.Registers.Pc = TestGuest.Pc;
        guest.X(2, Device + 0x40);
        return guest.HandleKvm(esr, Device + 0x40);
    }

    // Whether stage 1 lets the access through to stage 2, which has nothing there. AArch64.S1DirectBasePermissions() and
    // AArch64.S1CheckPermissions().
    private static bool Exits(Does what, bool privileged, bool pan, bool uao, bool cmow, bool user, bool readOnly)
    {
        var asEL0 = !privileged || (!uao && what is Does.ReadsUnprivileged or Does.WritesUnprivileged);
        var readable = asEL0 ? user : !(pan && user);
        var writable = readable && !readOnly;
        return what switch
        {
            Does.Reads or Does.ReadsUnprivileged => readable,
            Does.Writes or Does.WritesUnprivileged or Does.ReadsAndWrites => writable,

            // At EL1 PAN counts for none of these, and only DC IVAC needs a permission.
            Does.Invalidates => !readOnly,
            Does.Cleans => privileged || user,
            Does.CleansAndInvalidates => privileged || (user && !(cmow && readOnly)),
            _ => privileged || !cmow || (user && !readOnly),
        };
    }
}
