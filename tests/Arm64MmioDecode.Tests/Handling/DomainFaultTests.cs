using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>AArch32 short descriptors: an access that begins in a device and ends in a section that faults.</summary>
public sealed class DomainFaultTests : IStage1Source
{
    private const uint Table = 0x4000_4000;
    private const uint Code = 0x4000_0000;
    private const uint Device = 0x0900_0000;

    private uint _dacr;

    [Theory]
    [InlineData(0b0001u, 0b011u, 0b01001u)] // domain 1 has no access
    [InlineData(0b0101u, 0b101u, 0b01101u)] // a client, and the section is read-only
    public void The_guest_takes_the_fault_with_its_domain(uint dacr, uint ap, uint status)
    {
        _dacr = dacr;
        var memory = new TestRam();
        memory.Add(Code);
        memory.Store32(Code, 0xE8820003); // stm r2, {r0, r1}
        memory.Store32(Table + ((Code >> 20) * 4), Section(Code, domain: 0, ap: 0b011));
        memory.Store32(Table + ((Device >> 20) * 4), Section(Device, domain: 0, ap: 0b011));
        memory.Store32(Table + (((Device >> 20) + 1) * 4), Section(Code, domain: 1, ap));
        var registers = new GuestRegisters { Pc = Code, PState = 0x1D3 };
        registers.SetX(2, Device + 0xFFFFC);
        var devices = new TestDevices();

        var outcome = new ExitHandler(registers, devices, this, memory).Handle(DataAbortExit.FromKvmNisv(0x46, Device + 0xFFFFC));

        (outcome.Status, outcome.Reason).Should().Be((ExitStatus.GuestFault, ExitReason.OtherPartNotTranslated));
        devices.Log.Should().BeEmpty();
        var entry = AArch32ExceptionEntry.For(new AArch32ExceptionContext(registers.PState, Code, 0, 0, longDescriptors: false), outcome.Fault);
        entry.FaultStatus.Should().Be((1u << 11) | (1 << 4) | status);
        entry.FaultAddress.Should().Be(Device + 0x100000);
    }

    public Stage1Registers ReadRegisters(ulong virtualAddress) =>
        Stage1Registers.AArch32(default, sctlr: 1, ttbcr: 0, ttbr0: Table, ttbr1: 0, prrrOrMair0: 0, nmrrOrMair1: 0, _dacr);

    public ulong ReadSctlr() => 1;

    private static uint Section(uint address, uint domain, uint ap) =>
        (address & 0xFFF00000) | ((ap >> 2) << 15) | ((ap & 3) << 10) | (domain << 5) | 2;
}
