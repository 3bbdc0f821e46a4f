using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Samples.HyperV;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Tests.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Samples;

/// <summary>
/// docs/samples/HyperV against the layouts of Microsoft's headers (WinHvPlatformDefs.h; Linux's hvhdk.h, hvgdk_mini.h and mshv.h) and with
/// a processor that only remembers.
/// </summary>
public sealed class HyperVTests
{
    private const uint Ldp = 0xA9400440; // ldp x0, x1, [x2]
    private const uint UnmappedGpa = 0x80000000;
    private const uint GpaIntercept = 0x80000001;

    [Theory]
    [InlineData(UnmappedGpa)]
    [InlineData(GpaIntercept)]
    public void An_exit_is_taken_from_the_bytes_of_both_intercepts(uint reason)
    {
        byte[] context = Context(reason, gvaValid: true, Ldp, byteCount: 4);
        context.Should().HaveCount(16 + 64);

        HyperVExit.TryGetDataAbort(context, out DataAbortExit exit).Should().BeTrue();

        (exit.Syndrome.Value, exit.FaultAddress, exit.Ipa.Value, exit.DeliveredLength)
            .Should().Be((TestGuest.ReadEsr, (ulong?)TestGuest.Device, TestGuest.DeviceIpa, 4));
    }

    [Fact]
    public void What_is_not_valid_is_not_used()
    {
        HyperVExit.TryGetDataAbort(Context(UnmappedGpa, gvaValid: false, 0, byteCount: 0), out DataAbortExit exit).Should().BeTrue();

        exit.FaultAddress.Should().BeNull();
        exit.DeliveredLength.Should().Be(0);
    }

    [Fact]
    public void Other_exits_are_not()
    {
        HyperVExit.TryGetDataAbort(Context(0x80000050, gvaValid: true, Ldp, 4), out _).Should().BeFalse("a hypercall");
        HyperVExit.TryGetDataAbort(Context(GpaIntercept, gvaValid: true, Ldp, 4, accessType: 2), out _).Should().BeFalse("an instruction fetch");
        HyperVExit.TryGetDataAbort(Context(GpaIntercept, gvaValid: true, Ldp, 4, syndrome: 0x82000007), out _).Should().BeFalse("an Instruction Abort");
        HyperVExit.TryGetDataAbort(Context(UnmappedGpa, gvaValid: true, Ldp, 4).AsSpan(0, 79), out _).Should().BeFalse("a context that is cut off");
        HyperVExit.TryGetDataAbort(Context(UnmappedGpa, gvaValid: true, Ldp, byteCount: 255), out DataAbortExit exit).Should().BeTrue();
        exit.DeliveredLength.Should().Be(4);
    }

    [Theory]
    [InlineData(SystemRegisterId.SpEl0, 0x00020020u)] // WHvArm64Register… and HV_ARM64_REGISTER_…
    [InlineData(SystemRegisterId.SpEl1, 0x00020021u)]
    [InlineData(SystemRegisterId.SctlrEl1, 0x00040002u)]
    [InlineData(SystemRegisterId.Ttbr0El1, 0x00040005u)]
    [InlineData(SystemRegisterId.Ttbr1El1, 0x00040006u)]
    [InlineData(SystemRegisterId.TcrEl1, 0x00040007u)]
    [InlineData(SystemRegisterId.EsrEl1, 0x00040008u)]
    [InlineData(SystemRegisterId.FarEl1, 0x00040009u)]
    [InlineData(SystemRegisterId.MairEl1, 0x0004000Bu)]
    [InlineData(SystemRegisterId.VbarEl1, 0x0004000Cu)]
    [InlineData(SystemRegisterId.SpsrEl1, 0x00040014u)]
    [InlineData(SystemRegisterId.ElrEl1, 0x00040015u)]
    [InlineData(SystemRegisterId.IdAa64Pfr0El1, 0x00022020u)]
    [InlineData(SystemRegisterId.IdAa64Pfr1El1, 0x00022021u)]
    [InlineData(SystemRegisterId.IdAa64Isar2El1, 0x00022032u)]
    [InlineData(SystemRegisterId.IdAa64Mmfr0El1, 0x00022038u)]
    [InlineData(SystemRegisterId.IdAa64Mmfr3El1, 0x0002203Bu)]
    [InlineData(SystemRegisterId.PirEl1, 0u)]
    public void System_registers_have_the_names_of_Windows(SystemRegisterId id, uint name) => HyperVRegister.Of(id).Should().Be(name);

    [Theory]
    [InlineData(true, 4)]
    [InlineData(true, 0)]
    [InlineData(false, 4)]
    [InlineData(false, 0)]
    public void A_pair_is_completed_with_two_calls(bool gvaValid, byte bytes)
    {
        TestGuest guest = new TestGuest().With(Ldp);
        var processor = new RememberedProcessor(guest, x2: TestGuest.Device);
        var exits = new HyperVExits(processor, guest.Devices, guest.Memory, static text => throw new InvalidOperationException(text));
        processor.Gets = 0;

        Serve(exits, Context(UnmappedGpa, gvaValid, Ldp, bytes)).Should().BeTrue();

        (processor.Registers[0x20000], processor.Registers[0x20001], processor.Registers[0x20022])
            .Should().Be((TestDevices.ValueAt(TestGuest.DeviceIpa, 8), TestDevices.ValueAt(TestGuest.DeviceIpa + 8, 8), TestGuest.Pc + 4));
        processor.Sets.Should().Be(1);
        processor.Gets.Should().Be(1, "what nearly every exit needs comes together");
    }

    [Fact]
    public void A_refused_access_is_injected()
    {
        TestGuest guest = new TestGuest().With(Ldp);
        guest.Devices.Refuses = static _ => true;
        var processor = new RememberedProcessor(guest, x2: TestGuest.Device);
        var exits = new HyperVExits(processor, guest.Devices, guest.Memory, static text => throw new InvalidOperationException(text));

        Serve(exits, Context(GpaIntercept, gvaValid: true, Ldp, 4)).Should().BeTrue();

        (processor.Registers[0x40008], processor.Registers[0x40009], processor.Registers[0x40015], processor.Registers[0x40014], processor.Registers[0x20022])
            .Should().Be((0x96000010, TestGuest.Device, TestGuest.Pc, 0x3C5, TestGuest.Vectors + 0x200), "ESR, FAR, ELR, SPSR, PC");
    }

    [Fact]
    public void What_cannot_be_completed_is_explained_in_the_end()
    {
        TestGuest guest = new TestGuest();
        var processor = new RememberedProcessor(guest, x2: TestGuest.Device);
        var log = new StringWriter();
        var exits = new HyperVExits(processor, guest.Devices, guest.Memory, log.WriteLine);
        byte[] nop = Context(UnmappedGpa, gvaValid: true, 0xD503201F, 4);

        for (int i = 0; i < 16; i++)
        {
            Serve(exits, nop).Should().BeTrue();
        }

        Serve(exits, nop).Should().BeFalse();
        log.ToString().Should().Contain("is no memory access");
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void The_hypercalls_of_mshv_have_their_documented_layout()
    {
        MshvProcessor.RootHypercall.Should().Be(0xC020B807);
        Unsafe.SizeOf<MshvProcessor.RootHypercallArguments>().Should().Be(32);
        Span<byte> input = new byte[128];
        input.Fill(0xFF);

        int length = MshvProcessor.WriteGetInput(input, index: 3, [0x20000, 0x40002]);

        input[..length].ToArray().Should().Equal(0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 4, 0);

        length = MshvProcessor.WriteSetInput(input, index: 3, [0x30001], [new UInt128(0x1122334455667788, 0x99)]);

        length.Should().Be(16 + 32);
        BinaryPrimitives.ReadUInt32LittleEndian(input[16..]).Should().Be(0x30001);
        BinaryPrimitives.ReadUInt64LittleEndian(input[24..]).Should().Be(0, "what is reserved");
        BinaryPrimitives.ReadUInt64LittleEndian(input[32..]).Should().Be(0x99);
        BinaryPrimitives.ReadUInt64LittleEndian(input[40..]).Should().Be(0x1122334455667788);
    }

    private static bool Serve(HyperVExits exits, byte[] context)
    {
        HyperVExit.TryGetDataAbort(context, out DataAbortExit exit).Should().BeTrue();
        return exits.Serve(exit);
    }

    // WHV_RUN_VP_EXIT_CONTEXT and hv_message up to the end of WHV_MEMORY_ACCESS_CONTEXT, hv_arm64_memory_intercept_message, field by field.
    private static byte[] Context(uint reason, bool gvaValid, uint instruction, byte byteCount, byte accessType = 0, ulong syndrome = TestGuest.ReadEsr)
    {
        var bytes = new MemoryStream();
        var writer = new BinaryWriter(bytes);
        writer.Write(reason); // ExitReason, message_type
        writer.Write(0u);
        writer.Write(0ul);
        writer.Write(0u); // VpIndex
        writer.Write((byte)4); // InstructionLength
        writer.Write(accessType); // InterceptAccessType
        writer.Write((ushort)1); // ExecutionState: EL1
        writer.Write(TestGuest.Pc); // Pc
        writer.Write(0x3C5ul); // Cpsr
        writer.Write(0u); // Reserved0, cache_type
        writer.Write(byteCount); // InstructionByteCount
        writer.Write((byte)(gvaValid ? 1 : 0)); // AccessInfo
        writer.Write((ushort)0);
        writer.Write(instruction); // InstructionBytes
        writer.Write(0u);
        writer.Write(gvaValid ? TestGuest.Device : 0xBAD); // Gva
        writer.Write(TestGuest.DeviceIpa); // Gpa
        writer.Write(syndrome); // Syndrome
        return bytes.ToArray();
    }

    private sealed class RememberedProcessor : IHyperVProcessor
    {
        public RememberedProcessor(TestGuest guest, ulong x2)
        {
            SystemRegisterFile system = guest.SystemRegisters();
            foreach (SystemRegisterId id in Enum.GetValues<SystemRegisterId>())
            {
                Registers[HyperVRegister.Of(id)] = system[id];
            }

            for (uint i = 0; i < 31; i++)
            {
                Registers[0x20000 + i] = 0;
            }

            Registers[0x20002] = x2;
            Registers[0x20022] = TestGuest.Pc;
            Registers[0x20023] = 0x3C5;
        }

        public Dictionary<uint, UInt128> Registers { get; } = [];

        public int Gets { get; set; }

        public int Sets { get; private set; }

        public bool TryGetRegisters(ReadOnlySpan<uint> names, Span<UInt128> values)
        {
            Gets++;
            for (int i = 0; i < names.Length; i++)
            {
                if (!Registers.TryGetValue(names[i], out values[i]))
                {
                    return false;
                }
            }

            return true;
        }

        public bool TrySetRegisters(ReadOnlySpan<uint> names, ReadOnlySpan<UInt128> values)
        {
            Sets++;
            for (int i = 0; i < names.Length; i++)
            {
                Registers[names[i]] = values[i];
            }

            return true;
        }
    }
}
