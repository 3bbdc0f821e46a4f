using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>The code in docs/emulation.md and docs/aarch32.md, compiled and run.</summary>
public sealed class EmulationGuideTests
{
    [Fact]
    public void Both_ways_to_drive_a_plan_do_the_same()
    {
        InstructionDecoder.DecodeA64(0xA8C10440, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess); // ldp x0, x1, [x2], #16
        var registers = new GuestRegisters();
        registers.SetX(2, 0x9000000);

        Drive(access, registers, new Device(), default).Should().Be(EmulationStatus.Completed);

        registers.GetX(2).Should().Be(0x9000020, "both have completed it");
        (registers.GetX(0), registers.GetX(1)).Should().Be((0x9000010ul, 0x9000018ul));
    }

    [Fact]
    public void AArch32_code_is_decoded_from_words_and_from_bytes()
    {
        DecodeAArch32(0xE4920004, 0x60000030, [0x10, 0x68], out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);

        access.ToString().Should().Be("ldr r0, [r2]");
    }

    [Fact]
    public void Scalable_registers_are_an_interface_more()
    {
        InstructionDecoder.DecodeA64(0xA540A000, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess); // ld1w { z0.s }, p0/z, [x0]

        ExecuteVector(access, new Device(), default, [0xFF, 0xFF, 0xFF, 0xFF]).Should().Be(EmulationStatus.Completed);
    }

    private static EmulationStatus ExecuteVector(AccessDescriptor access, IMmioBus bus, EmulationOptions options, byte[] predicate)
    {
        var plan = new AccessPlan(new ExclusiveMonitor(), scalable: true);
        var registers = new ScalableGuestRegisters(vectorLength: 32); // 256 bits; a second length is that of Streaming SVE mode
        registers.WriteP(0, predicate);

        EmulationStatus status = plan.Execute(in access, registers, bus, options);
        return status;
    }

    private static EmulationStatus Drive(AccessDescriptor access, IGuestRegisters registers, IMmioBus bus, EmulationOptions options)
    {
        var plan = new AccessPlan(); // one for each vCPU, for ever: it allocates nothing after this

        // The bus answers at once.
        EmulationStatus status = plan.Execute(in access, registers, bus, options);

        // Each transaction is performed whenever and wherever its device is.
        plan.Prepare(in access, registers, options);
        while (plan.TryGetNext(out BusTransaction transaction))
        {
            // Later: the device's answer.
            if (Ask(transaction, out ulong data))
            {
                plan.Complete(data);
            }
            else
            {
                plan.Fail(BusStatus.ExternalAbort);
            }
        }

        status = plan.Commit(registers);
        return status;
    }

    private static DecodeStatus DecodeAArch32(uint opcode, uint cpsr, ReadOnlySpan<byte> bytes, out AccessDescriptor last)
    {
        // A32: one 32-bit word.
        DecodeStatus status = InstructionDecoder.DecodeA32(opcode, out AccessDescriptor access);

        // T32: 16 bits, or 32 with the first halfword in bits 31:16.
        status = InstructionDecoder.DecodeT32(opcode, ItState.FromCpsr(cpsr), out access);

        // T32 from memory: four bytes if there are so many, otherwise two.
        status = InstructionDecoder.DecodeT32(bytes, ItState.FromCpsr(cpsr), out access);
        last = access;
        return status;
    }

    private static bool Ask(in BusTransaction transaction, out ulong data)
    {
        data = transaction.Address;
        return true;
    }

    private sealed class Device : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = address;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }
}
