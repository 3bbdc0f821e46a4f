using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Samples.HypervisorFramework;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Samples;

/// <summary>
/// docs/samples/HypervisorFramework against the layouts of Apple's headers (hv_vcpu_types.h, hv_vcpu.h) and with a vCPU that only
/// remembers; the framework itself exists on macOS alone.
/// </summary>
public sealed class HypervisorFrameworkTests
{
    private const uint Ldp = 0xA9400440; // ldp x0, x1, [x2]

    [Fact]
    public void An_exit_is_taken_from_the_bytes_of_hv_vcpu_exit_t()
    {
        Unsafe.SizeOf<HvVcpuExit>().Should().Be(32);
        HvVcpuExit exit = Exit(reason: 1, 0x92000007, TestGuest.Device + 8, TestGuest.DeviceIpa + 8);

        exit.TryGetDataAbort(out DataAbortExit abort).Should().BeTrue();

        (abort.Syndrome.Value, abort.FaultAddress, abort.Ipa.Value).Should().Be((0x92000007ul, TestGuest.Device + 8, TestGuest.DeviceIpa + 8));
    }

    [Theory]
    [InlineData(0u, 0x92000007ul)] // HV_EXIT_REASON_CANCELED
    [InlineData(2u, 0x92000007ul)] // HV_EXIT_REASON_VTIMER_ACTIVATED
    [InlineData(1u, 0x5A000000ul)] // HVC
    [InlineData(1u, 0x82000007ul)] // an Instruction Abort
    public void Other_exits_are_not(uint reason, ulong syndrome) =>
        Exit(reason, syndrome, 0, 0).TryGetDataAbort(out _).Should().BeFalse();

    [Theory]
    [InlineData(HvReg.FP, 29u)]
    [InlineData(HvReg.LR, 30u)]
    [InlineData(HvReg.PC, 31u)]
    [InlineData(HvReg.Fpcr, 32u)]
    [InlineData(HvReg.Fpsr, 33u)]
    [InlineData(HvReg.Cpsr, 34u)]
    internal void Registers_have_the_numbers_of_hv_reg_t(HvReg register, uint number) => ((uint)register).Should().Be(number);

    [Theory]
    [InlineData(SystemRegisterId.IdAa64Pfr0El1, 0xc020)] // the HV_SYS_REG_… of hv_vcpu_types.h
    [InlineData(SystemRegisterId.IdAa64Pfr1El1, 0xc021)]
    [InlineData(SystemRegisterId.IdAa64Dfr1El1, 0xc029)]
    [InlineData(SystemRegisterId.IdAa64Isar0El1, 0xc030)]
    [InlineData(SystemRegisterId.IdAa64Isar1El1, 0xc031)]
    [InlineData(SystemRegisterId.IdAa64Mmfr0El1, 0xc038)]
    [InlineData(SystemRegisterId.IdAa64Mmfr1El1, 0xc039)]
    [InlineData(SystemRegisterId.IdAa64Mmfr2El1, 0xc03a)]
    [InlineData(SystemRegisterId.SctlrEl1, 0xc080)]
    [InlineData(SystemRegisterId.Ttbr0El1, 0xc100)]
    [InlineData(SystemRegisterId.Ttbr1El1, 0xc101)]
    [InlineData(SystemRegisterId.TcrEl1, 0xc102)]
    [InlineData(SystemRegisterId.SpsrEl1, 0xc200)]
    [InlineData(SystemRegisterId.ElrEl1, 0xc201)]
    [InlineData(SystemRegisterId.SpEl0, 0xc208)]
    [InlineData(SystemRegisterId.EsrEl1, 0xc290)]
    [InlineData(SystemRegisterId.FarEl1, 0xc300)]
    [InlineData(SystemRegisterId.MairEl1, 0xc510)]
    [InlineData(SystemRegisterId.VbarEl1, 0xc600)]
    [InlineData(SystemRegisterId.SpEl1, 0xe208)]
    public void System_registers_have_the_numbers_of_hv_sys_reg_t(SystemRegisterId id, int number) => ((int)id).Should().Be(number);

    [Fact]
    public void A_pair_is_completed()
    {
        TestGuest guest = new TestGuest().With(Ldp);
        var vcpu = new RememberedVcpu(guest, x2: TestGuest.Device);
        var exits = new HvExits(vcpu, guest.Devices, guest.Memory, static text => throw new InvalidOperationException(text));

        Serve(exits, TestGuest.Device, TestGuest.DeviceIpa).Should().BeTrue();

        (vcpu.Registers[0], vcpu.Registers[1], vcpu.Registers[31])
            .Should().Be((TestDevices.ValueAt(TestGuest.DeviceIpa, 8), TestDevices.ValueAt(TestGuest.DeviceIpa + 8, 8), TestGuest.Pc + 4));
    }

    [Fact]
    public void A_refused_access_is_injected()
    {
        TestGuest guest = new TestGuest().With(Ldp);
        guest.Devices.Refuses = static _ => true;
        var vcpu = new RememberedVcpu(guest, x2: TestGuest.Device);
        var exits = new HvExits(vcpu, guest.Devices, guest.Memory, static text => throw new InvalidOperationException(text));

        Serve(exits, TestGuest.Device, TestGuest.DeviceIpa).Should().BeTrue();

        (vcpu.System[0xc290], vcpu.System[0xc300], vcpu.System[0xc201], vcpu.System[0xc200])
            .Should().Be((0x96000010ul, TestGuest.Device, TestGuest.Pc, 0x3C5ul), "ESR, FAR, ELR, SPSR");
        (vcpu.Registers[31], vcpu.Registers[34]).Should().Be((TestGuest.Vectors + 0x200, 0x3C5ul));
    }

    [Fact]
    public void A_vector_and_the_selected_stack_pointer_are_reached()
    {
        TestGuest guest = new TestGuest().With(0x3CC107E1); // ldr q1, [sp], #16
        var vcpu = new RememberedVcpu(guest, x2: 0) { Registers = { [34] = 0x3C5 }, System = { [0xe208] = TestGuest.Device } };
        var exits = new HvExits(vcpu, guest.Devices, guest.Memory, static text => throw new InvalidOperationException(text));

        Serve(exits, TestGuest.Device, TestGuest.DeviceIpa).Should().BeTrue();

        vcpu.System[0xe208].Should().Be(TestGuest.Device + 16);
        BitConverter.ToUInt64(vcpu.Vectors[1], 8).Should().Be(TestDevices.ValueAt(TestGuest.DeviceIpa + 8, 8));
    }

    [Fact]
    public void What_cannot_be_completed_is_explained_in_the_end()
    {
        TestGuest guest = new TestGuest().With(0xD503201F); // nop
        var vcpu = new RememberedVcpu(guest, x2: TestGuest.Device);
        var log = new StringWriter();
        var exits = new HvExits(vcpu, guest.Devices, guest.Memory, log.WriteLine);

        for (int i = 0; i < 16; i++)
        {
            Serve(exits, TestGuest.Device, TestGuest.DeviceIpa).Should().BeTrue();
        }

        Serve(exits, TestGuest.Device, TestGuest.DeviceIpa).Should().BeFalse();
        log.ToString().Should().Contain("is no memory access");
    }

    [SkippableFact]
    public void The_shim_passes_the_vector_in_V0()
    {
        string clang = ExternalTool.Require("clang", "clang");
        DirectoryInfo headers = Directory.CreateTempSubdirectory();
        try
        {
            // As Apple's header declares the function; nothing else of it is needed.
            Directory.CreateDirectory(Path.Combine(headers.FullName, "Hypervisor"));
            File.WriteAllText(
                Path.Combine(headers.FullName, "Hypervisor", "Hypervisor.h"),
                """
                typedef int hv_return_t;
                typedef unsigned long long hv_vcpu_t;
                typedef unsigned int hv_simd_fp_reg_t;
                typedef unsigned char hv_simd_fp_uchar16_t __attribute__((ext_vector_type(16)));
                extern hv_return_t hv_vcpu_set_simd_fp_reg(hv_vcpu_t vcpu, hv_simd_fp_reg_t reg, hv_simd_fp_uchar16_t value);
                """);
            File.WriteAllText(Path.Combine(headers.FullName, "string.h"), "void *memcpy(void *to, const void *from, unsigned long length);");

            string assembly = ChildProcess.Run(
                clang,
                "--target=arm64-apple-macos11", "-S", "-O1", "-Wall", "-Werror", "-nostdinc", "-I", headers.FullName, "-o", "-",
                Repository.File("docs/samples/HypervisorFramework/hv_shim.c")).Output;

            assembly.Should().MatchRegex(@"ldr\s+q0, \[x2\]").And.MatchRegex(@"bl?\s+_hv_vcpu_set_simd_fp_reg");
        }
        finally
        {
            headers.Delete(recursive: true);
        }
    }

    [Fact]
    public void NET_itself_passes_no_vector() =>
        FluentActions.Invoking(() => abs(Vector128<byte>.Zero)).Should().Throw<MarshalDirectiveException>("that is why there is a shim");

    [DllImport("libc")]
    private static extern int abs(Vector128<byte> value);

    private static bool Serve(HvExits exits, ulong virtualAddress, ulong physicalAddress)
    {
        Exit(1, 0x92000007, virtualAddress, physicalAddress).TryGetDataAbort(out DataAbortExit abort).Should().BeTrue();
        return exits.Serve(abort);
    }

    // As a C compiler lays hv_vcpu_exit_t out: reason, padding, syndrome, virtual_address, physical_address.
    private static HvVcpuExit Exit(uint reason, ulong syndrome, ulong virtualAddress, ulong physicalAddress) =>
        MemoryMarshal.Read<HvVcpuExit>((byte[])[.. BitConverter.GetBytes((ulong)reason), .. BitConverter.GetBytes(syndrome), .. BitConverter.GetBytes(virtualAddress), .. BitConverter.GetBytes(physicalAddress)]);

    private sealed class RememberedVcpu : IHvVcpu
    {
        public RememberedVcpu(TestGuest guest, ulong x2)
        {
            SystemRegisterFile system = guest.SystemRegisters();
            foreach (SystemRegisterId id in Enum.GetValues<SystemRegisterId>())
            {
                // ID_AA64MMFR3_EL1 and EL2: not shown.
                if (id != SystemRegisterId.IdAa64Mmfr3El1 && ((int)id & 0x3800) == 0)
                {
                    System[(ushort)id] = system[id];
                }
            }

            System[0xe208] = 0;
            Registers[2] = x2;
            Registers[31] = TestGuest.Pc;
            Registers[34] = 0x3C5;
        }

        public Dictionary<uint, ulong> Registers { get; init; } = [];

        public Dictionary<ushort, ulong> System { get; init; } = [];

        public Dictionary<uint, byte[]> Vectors { get; } = [];

        public HvReturn GetReg(HvReg register, out ulong value)
        {
            value = Registers.GetValueOrDefault((uint)register);
            return HvReturn.Success;
        }

        public HvReturn SetReg(HvReg register, ulong value)
        {
            Registers[(uint)register] = value;
            return HvReturn.Success;
        }

        public HvReturn GetSysReg(ushort register, out ulong value) =>
            System.TryGetValue(register, out value) ? HvReturn.Success : HvReturn.BadArgument;

        public HvReturn SetSysReg(ushort register, ulong value)
        {
            if (!System.ContainsKey(register))
            {
                return HvReturn.BadArgument;
            }

            System[register] = value;
            return HvReturn.Success;
        }

        public HvReturn GetSimdFpReg(uint register, Span<byte> value)
        {
            Vectors.GetValueOrDefault(register, new byte[16]).CopyTo(value);
            return HvReturn.Success;
        }

        public HvReturn SetSimdFpReg(uint register, ReadOnlySpan<byte> value)
        {
            Vectors[register] = value.ToArray();
            return HvReturn.Success;
        }
    }
}
