using System.Linq;
using System.Runtime.Versioning;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Tests.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

[SupportedOSPlatform("linux")]
public sealed class KvmExitHandlerTests
{
    private const uint LdrPostIndexA64 = 0xb8404440; // ldr w0, [x2], #4
    private const uint LdrPostIndexA32 = 0xe4920004; // ldr r0, [r2], #4
    private const uint LdrQ = 0x3dc00040; // ldr q0, [x2]
    private const uint Ldrsb = 0x39c00040; // ldrsb w0, [x2]
    private const uint Ldr = 0xb9400040; // ldr w0, [x2]
    private const uint Nop = 0xd503201f;

    [Fact]
    public void An_access_is_completed_and_its_registers_are_given_to_kvm()
    {
        KvmGuest guest = new KvmGuest().With(LdrPostIndexA64);

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.Completed);

        guest.Devices.Log.Should().Equal("read 9000000 4");
        guest.Cpu[KvmRegisterId.X(0)].Should().Be(0x03020100);
        guest.Cpu[KvmRegisterId.X(2)].Should().Be(KvmGuest.Device + 4);
        guest.Cpu[KvmRegisterId.Pc].Should().Be(KvmGuest.Pc + 4);
    }

    [Fact]
    public void A_refused_access_of_a_32_bit_process_enters_the_64_bit_kernel_at_its_whole_address()
    {
        const ulong Vectors = 0xffff_8000_1234_5000;
        KvmGuest guest = new KvmGuest().With(LdrPostIndexA32);
        guest.Cpu[KvmRegisterId.PState] = 0x10;
        guest.Cpu[KvmRegisterId.VbarEl1] = Vectors;
        guest.Devices.Refuses = _ => true;

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.FaultDelivered);

        guest.Cpu[KvmRegisterId.Pc].Should().Be(Vectors + 0x600);
        guest.Cpu[KvmRegisterId.PState].Should().Be(0x3c5);
        guest.Cpu[KvmRegisterId.SpsrEl1].Should().Be(0x10);
        guest.Cpu[KvmRegisterId.ElrEl1].Should().Be(KvmGuest.Pc);
        guest.Cpu[KvmRegisterId.FarEl1].Should().Be(KvmGuest.Device);
        guest.Cpu[KvmRegisterId.EsrEl1].Should().Be(0x92000010);
        guest.Cpu[KvmRegisterId.X(2)].Should().Be(KvmGuest.Device);
    }

    [Fact]
    public void A_simd_load_clears_the_rest_of_the_scalable_register()
    {
        // 16, 32 and 64 bytes.
        KvmGuest guest = new KvmGuest(features: KvmVcpuFeatures.Sve, identify: cpu => cpu[KvmRegisterId.SveVectorLengths] = 0b1011).With(LdrQ);
        guest.Cpu.Bytes(KvmRegisterId.Z(0)).Fill(0xff);

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.Completed);

        guest.Cpu.Bytes(KvmRegisterId.Z(0)).ToArray().Should().Equal(Enumerable.Range(0, 256).Select(i => (byte)(i < 16 ? i : 0)));
        guest.Handler.Registers.Cache.MaximumVectorLength.Should().Be(64);
    }

    [Theory]
    [InlineData(false, GuestTables.Code, GuestMemoryView.NormalCacheable, ExitCause.MissingMemory)]
    [InlineData(false, GuestTables.Device, GuestMemoryView.Device, ExitCause.MergedAccess)]
    [InlineData(true, GuestTables.Code, GuestMemoryView.NormalCacheable, ExitCause.MissingMemory)]
    public void An_exit_is_explained_with_what_the_guest_takes_the_address_for(bool aarch32, ulong attributes, GuestMemoryView view, ExitCause cause)
    {
        KvmGuest guest = new KvmGuest(aarch32, translation: true, deviceAttributes: attributes).With(aarch32 ? LdrPostIndexA32 : LdrPostIndexA64);
        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.Completed);

        ExitExplanation explanation = guest.Handler.Explain();

        (explanation.MemoryView, explanation.Cause).Should().Be((view, cause));
        explanation.Summary.Should().StartWith(aarch32 ? "ldr r0, [r2], #4 at PC 0x40000000, read at address 0x9000000" : "ldr w0, [x2], #4 at PC 0x40000000, read at address 0x9000000");
    }

    [Fact]
    public void Registers_of_the_exceptions_handler_are_not_told_as_those_of_the_instruction()
    {
        KvmGuest guest = new KvmGuest(translation: true).With(0xb84047e0); // ldr w0, [sp], #4
        guest.Cpu[KvmRegisterId.PState] = 0x3c4; // EL1 with the stack pointer of EL0
        guest.Cpu[KvmRegisterId.SpEl0] = KvmGuest.Device;
        guest.Cpu[KvmRegisterId.SpEl1] = 0x5555_0000;
        guest.Cpu[KvmRegisterId.VbarEl1] = 0xffff_8000_1234_5000;
        guest.Devices.Refuses = _ => true;
        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.FaultDelivered);

        ExitExplanation explanation = guest.Handler.Explain();

        explanation.GuestAction.Should().NotContain(sentence => sentence.Contains("Its address comes from"));
        explanation.Summary.Should().StartWith("ldr w0, [sp], #4 at PC 0x40000000, read at address 0x9000000");
    }

    [Fact]
    public void A_device_that_throws_leaves_nothing_behind()
    {
        KvmGuest guest = new KvmGuest().With(LdrPostIndexA64);
        guest.Devices.BeforeAccess = () => throw new System.TimeoutException();
        guest.Invoking(g => g.Exit(isWrite: false)).Should().Throw<System.TimeoutException>();
        guest.Devices.BeforeAccess = null;

        // The program resumes the CPU elsewhere.
        guest.Cpu[KvmRegisterId.X(2)] = KvmGuest.Device + 8;
        guest.Handler.Handle(new KvmArmNisvExit(0x05, KvmGuest.Device + 8)).Should().Be(KvmExitOutcome.Completed);

        guest.Devices.Log.Should().Equal("read 9000008 4");
        guest.Cpu[KvmRegisterId.X(2)].Should().Be(KvmGuest.Device + 12);
    }

    [Fact]
    public void What_does_not_explain_the_exit_is_left_to_the_guest()
    {
        KvmGuest guest = new KvmGuest().With(Nop);

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.Retry);

        guest.Handler.Outcome.Reason.Should().Be(ExitReason.NotMemoryAccess);
        guest.Handler.Pc.Should().Be(KvmGuest.Pc);
        guest.Cpu.Sets.Should().Be(0);
    }

    [Fact]
    public void A_load_that_sign_extends_is_completed_by_kvm_and_corrected()
    {
        KvmGuest guest = new KvmGuest().With(Ldrsb);

        guest.ExitWithSyndrome(register: 0, size: 1);

        guest.Cpu[KvmRegisterId.X(0)].Should().Be(0xffffff80);
        guest.Cpu.Runs.Should().Be(1);
    }

    [Fact]
    public void Any_other_load_is_left_to_kvm()
    {
        KvmGuest guest = new KvmGuest().With(Ldr);

        guest.ExitWithSyndrome(register: 0, size: 4);

        guest.Cpu.Runs.Should().Be(0);
        guest.Cpu.Sets.Should().Be(0);
    }

    [Fact]
    public void An_exclusive_is_a_fault_unless_the_vmm_says_otherwise()
    {
        const uint Ldxr = 0x885f7c40; // ldxr w0, [x2]
        KvmGuest guest = new KvmGuest().With(Ldxr);

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.FaultDelivered);
        (guest.Cpu[KvmRegisterId.EsrEl1] & 0x3f).Should().Be(0x35);

        guest = new KvmGuest().With(Ldxr);
        guest.Handler.Options = new EmulationOptions { Exclusives = ExclusivePolicy.Perform };
        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.Completed);
    }
}
