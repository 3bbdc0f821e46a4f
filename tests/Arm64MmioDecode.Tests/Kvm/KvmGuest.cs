using System;
using System.Buffers.Binary;
using System.Runtime.Versioning;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>A guest on KVM at EL1, with translation off or on: an instruction at PC, and X2 pointing into a device.</summary>
[SupportedOSPlatform("linux")]
internal sealed class KvmGuest
{
    public const ulong Pc = 0x4000_0000;
    public const ulong Device = 0x0900_0000;

    private const uint El1h = 0x3c5;
    private const uint Supervisor = 0x1d3;

    public KvmGuest(bool aarch32 = false, bool translation = false, KvmVcpuFeatures features = KvmVcpuFeatures.None, ulong deviceAttributes = GuestTables.Device, Action<FakeVirtualCpu>? identify = null)
    {
        Cpu = new FakeVirtualCpu(features | (aarch32 ? KvmVcpuFeatures.El1AArch32 : KvmVcpuFeatures.None));
        identify?.Invoke(Cpu);
        Memory.Add(Pc);
        if (translation)
        {
            var tables = Tables = new GuestTables(Memory, aarch32);
            tables.Map(Pc, Pc, GuestTables.Code);
            tables.Map(Device, Device, deviceAttributes);
            Stage1Registers registers = tables.Registers;
            Cpu[KvmRegisterId.SctlrEl1] = registers.Sctlr;
            Cpu[KvmRegisterId.TcrEl1] = registers.Tcr;
            Cpu[KvmRegisterId.Ttbr0El1] = registers.Ttbr0;
            Cpu[KvmRegisterId.Ttbr1El1] = registers.Ttbr1;
            Cpu[KvmRegisterId.MairEl1] = registers.Mair;
        }

        Cpu[KvmRegisterId.Pc] = Pc;
        Cpu[KvmRegisterId.PState] = aarch32 ? Supervisor : El1h;
        Cpu[KvmRegisterId.X(2)] = Device;
        Handler = new KvmExitHandler(Cpu, Memory, Devices) { Options = new EmulationOptions { Atomics = AtomicPolicy.Perform } };
        Cpu.StartCounting();
    }

    public FakeVirtualCpu Cpu { get; }

    /// <summary>The tables of stage 1, where translation is on.</summary>
    public GuestTables? Tables { get; }

    public TestRam Memory { get; } = new();

    public TestDevices Devices { get; } = new();

    public KvmExitHandler Handler { get; }

    public KvmGuest With(uint opcode)
    {
        Memory.Store32(Pc, opcode);
        return this;
    }

    /// <summary>An exit without a syndrome for the device's first byte.</summary>
    public KvmExitOutcome Exit(bool isWrite) => Handler.Handle(new KvmArmNisvExit(isWrite ? 0x45ul : 0x05, Device));

    /// <summary>KVM's own completion of a load that has a syndrome: zero-extends into a register, and steps PC.</summary>
    public void ExitWithSyndrome(int register, int size)
    {
        Cpu.Mmio = new KvmMmioExit(Device, size, IsWrite: false, 0);
        Cpu.CompleteAccess = (cpu, value) =>
        {
            cpu[KvmRegisterId.X(register)] = value;
            cpu[KvmRegisterId.Pc] += 4;
        };
        Span<byte> answer = stackalloc byte[8];
        answer[..size].Fill(0x80);
        Handler.CompleteRead(BinaryPrimitives.ReadUInt64LittleEndian(answer));
    }
}
