using System;
using System.Collections.Generic;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.SystemRegisters;

/// <summary>
/// What an embedder with system registers by encoding gets: translation and delivery of faults. KVM's handler uses the same
/// (<c>KvmTranslationTests</c>, <c>KvmExceptionTests</c>), and the values are those of <c>AArch64ExceptionEntry</c>, which has its own tests.
/// </summary>
public sealed class VcpuSystemStateTests
{
    private const uint Ldp = 0xA9400440; // ldp x0, x1, [x2]

    [Fact]
    public void A_handler_translates_with_it()
    {
        TestGuest guest = Guest(out SystemRegisterFile system);
        ExitHandler handler = Handler(guest, system, out _);

        handler.Handle(TestGuest.Exit(TestGuest.ReadEsr, TestGuest.Device)).Status.Should().Be(ExitStatus.Completed);

        guest.Registers.GetX(0).Should().NotBe(0);
    }

    [Fact]
    public void An_exit_without_a_virtual_address_is_one_of_the_physical_address()
    {
        TestGuest guest = Guest(out SystemRegisterFile system);
        ExitHandler handler = Handler(guest, system, out _);

        handler.Handle(DataAbortExit.FromAddresses(TestGuest.ReadEsr, null, TestGuest.DeviceIpa)).Status.Should().Be(ExitStatus.Completed);
        handler.Exit.FaultAddress.Should().BeNull();

        guest.Registers.Pc = TestGuest.Pc;
        handler.Handle(DataAbortExit.FromAddresses(TestGuest.ReadEsr, null, 0x0A00_0000)).Reason.Should().Be(ExitReason.PageDiffers);
    }

    [Fact]
    public void A_refused_access_is_injected_with_one_call()
    {
        TestGuest guest = Guest(out SystemRegisterFile system);
        guest.Devices.Refuses = static _ => true;
        ExitHandler handler = Handler(guest, system, out VcpuSystemState state);
        ExitOutcome outcome = handler.Handle(TestGuest.Exit(TestGuest.ReadEsr, TestGuest.Device));

        state.Inject(outcome.Fault).Should().BeTrue();

        (system[SystemRegisterId.EsrEl1], system[SystemRegisterId.FarEl1], system[SystemRegisterId.ElrEl1], system[SystemRegisterId.SpsrEl1])
            .Should().Be((0x96000010ul, TestGuest.Device, TestGuest.Pc, 0x3C5ul));
        (guest.Registers.Pc, guest.Registers.PState).Should().Be((TestGuest.Vectors + 0x200, 0x3C5ul));
    }

    [Fact]
    public void An_AArch32_EL1_takes_it_in_its_own_registers()
    {
        var registers = new GuestRegisters { Pc = 0x8000, PState = 0x1D3 };
        var system = new SystemRegisterFile
        {
            [SystemRegisterId.VbarEl1] = 0xC0008000,
            [SystemRegisterId.FarEl1] = 0x1234_5678_0000_0000,
        };
        var state = new VcpuSystemState(registers, system, isEL1AArch32: true);

        state.Inject(EmulationFault.DataAbort(FaultStatusCode.SynchronousExternalAbort, 0x9000118, isWrite: false)).Should().BeTrue();

        (system[SystemRegisterId.EsrEl1], system[SystemRegisterId.FarEl1], system[SystemRegisterId.SpsrAbt])
            .Should().Be((0x8ul, 0x1234_5678_0900_0118ul, 0x1D3ul), "DFSR, DFAR below IFAR, SPSR_abt");
        (registers.GetX(20), registers.Pc, registers.PState & 0x1F).Should().Be((0x8008ul, 0xC0008010ul, 0x17ul), "LR_abt, the vector, Abort mode");

        registers.PState = 0x1D3;
        state.Inject(EmulationFault.Exception(FaultReason.UndefinedInstruction));
        (system[SystemRegisterId.SpsrUnd], registers.PState & 0x1F).Should().Be((0x1D3ul, 0x1Bul));
    }

    [Fact]
    public void A_64_bit_process_goes_to_the_EL2_that_hosts_it()
    {
        const ulong E2H = 1ul << 34;
        const ulong Tge = 1ul << 27;
        var registers = new GuestRegisters { Pc = 0x8000, PState = 0x3C0 };
        var system = new SystemRegisterFile { [SystemRegisterId.HcrEl2] = E2H | Tge, [SystemRegisterId.VbarEl2] = TestGuest.Vectors };

        new VcpuSystemState(registers, system, hasEL2: true)
            .Inject(EmulationFault.ExternalAbortWithoutAddress(isWrite: true)).Should().BeTrue();

        (system[SystemRegisterId.ElrEl2], registers.Pc, registers.PState & 0xF).Should().Be((0x8000ul, TestGuest.Vectors + 0x400, 0x9ul));
        system[SystemRegisterId.EsrEl1].Should().Be(0);
    }

    [Theory]
    [InlineData(0ul, 1)]
    [InlineData(1ul << 10, 2)] // MCE2
    public void A_guest_hypervisor_may_take_the_memory_copy_exceptions_of_its_guest(ulong hcrx, int level)
    {
        const ulong HcrRW = 1ul << 31;
        const ulong HasHcrx = 1ul << 40;
        var registers = new GuestRegisters { Pc = 0x8000, PState = 0x3C5 };
        var system = new SystemRegisterFile
        {
            [SystemRegisterId.IdAa64Mmfr1El1] = HasHcrx,
            [SystemRegisterId.HcrEl2] = HcrRW,
            [SystemRegisterId.HcrxEl2] = hcrx,
        };

        new VcpuSystemState(registers, system, hasEL2: true).Inject(EmulationFault.Exception(FaultReason.MemoryCopyOrSet)).Should().BeTrue();

        ((registers.PState >> 2) & 3).Should().Be((ulong)level);
    }

    [Theory]
    [InlineData(true, 0ul, 0x200)]
    [InlineData(true, 1ul << 15, 0x380)] // SCTLR2En
    [InlineData(false, 0ul, 0x380)] // the hypervisor's own HCRX_EL2 is not the guest's
    public void SCTLR2_EL1_counts_only_where_HCRX_EL2_lets_it(bool hasEL2, ulong hcrx, int vector)
    {
        const ulong HcrRW = 1ul << 31;
        const ulong Ease = 1 << 5;
        var registers = new GuestRegisters { Pc = 0x8000, PState = 0x3C5 };
        var system = new SystemRegisterFile
        {
            [SystemRegisterId.IdAa64Mmfr1El1] = 1ul << 40,
            [SystemRegisterId.IdAa64Mmfr3El1] = 1 << 4,
            [SystemRegisterId.HcrEl2] = HcrRW,
            [SystemRegisterId.HcrxEl2] = hcrx,
            [SystemRegisterId.Sctlr2El1] = Ease,
            [SystemRegisterId.VbarEl1] = TestGuest.Vectors,
        };

        new VcpuSystemState(registers, system, hasEL2: hasEL2).Inject(EmulationFault.ExternalAbortWithoutAddress(isWrite: true)).Should().BeTrue();

        registers.Pc.Should().Be(TestGuest.Vectors + (ulong)vector);
    }

    [Fact]
    public void Nothing_is_written_when_the_vectors_are_not_known()
    {
        var registers = new GuestRegisters { Pc = 0x8000, PState = 0x3C5 };
        var system = new Partial(new SystemRegisterFile(), SystemRegisterId.VbarEl1);

        new VcpuSystemState(registers, system).Inject(EmulationFault.ExternalAbortWithoutAddress(isWrite: true)).Should().BeFalse();

        registers.Pc.Should().Be(0x8000);
        system.Written.Should().BeEmpty();
    }

    [Fact]
    public void A_translation_with_a_register_that_cannot_be_read_is_not_guessed()
    {
        TestGuest guest = Guest(out SystemRegisterFile file);
        var system = new Partial(file, SystemRegisterId.Ttbr0El1);
        var state = new VcpuSystemState(guest.Registers, system);

        state.ReadRegisters(TestGuest.Pc).IsIncomplete.Should().BeTrue();
        state.ReadRegisters(ulong.MaxValue).IsIncomplete.Should().BeFalse("TTBR0 takes no part there");
        new ExitHandler(guest.Registers, guest.Devices, state, guest.Memory).Handle(TestGuest.Exit(TestGuest.ReadEsr, TestGuest.Device))
            .Reason.Should().Be(ExitReason.TranslationNotSupported);
    }

    [Fact]
    public void Identification_registers_are_read_once_and_tell_the_features()
    {
        var system = new SystemRegisterFile
        {
            [SystemRegisterId.IdAa64Mmfr0El1] = 2, // 40-bit physical addresses
            [SystemRegisterId.IdAa64Mmfr1El1] = 0x2 | (1ul << 20), // FEAT_HAFDBS, FEAT_PAN
        };
        var state = new VcpuSystemState(new GuestRegisters(), system);
        system[SystemRegisterId.IdAa64Mmfr0El1] = 5;

        state.Capabilities.PhysicalAddressBits.Should().Be(40);
        state.Capabilities.Features.Should().HaveFlag(Stage1Features.HardwareDirtyState);
        state.PstateFeatures.Should().Be(Arm64MmioDecode.Exceptions.PstateFeatures.Pan);
    }

    [Fact]
    public void Bad_arguments_are_told()
    {
        FluentActions.Invoking(() => new VcpuSystemState(null!, new SystemRegisterFile())).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new VcpuSystemState(new GuestRegisters(), null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new VcpuSystemState(new GuestRegisters(), new SystemRegisterFile()).Inject(default)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new VcpuSystemState(new GuestRegisters { PState = 0xD }, new SystemRegisterFile()) // EL3h
            .Inject(EmulationFault.ExternalAbortWithoutAddress(isWrite: false))).Should().Throw<InvalidOperationException>();
    }

    private static TestGuest Guest(out SystemRegisterFile system)
    {
        TestGuest guest = new TestGuest().With(Ldp).X(2, TestGuest.Device);
        system = guest.SystemRegisters();
        return guest;
    }

    private static ExitHandler Handler(TestGuest guest, SystemRegisterFile system, out VcpuSystemState state)
    {
        state = new VcpuSystemState(guest.Registers, system);
        return new ExitHandler(guest.Registers, guest.Devices, state, guest.Memory);
    }

    /// <summary>Registers of which one cannot be read.</summary>
    private sealed class Partial(SystemRegisterFile file, SystemRegisterId missing) : ISystemRegisters
    {
        public List<SystemRegisterId> Written { get; } = [];

        public bool TryRead(SystemRegisterId id, out ulong value) => file.TryRead(id, out value) && id != missing;

        public void Write(SystemRegisterId id, ulong value) => Written.Add(id);
    }
}
