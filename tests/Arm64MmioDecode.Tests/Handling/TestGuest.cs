using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// A guest at EL1 with its MMU on: code at <see cref="Pc"/>, device pages from <see cref="Device"/> on, RAM at <see cref="Data"/>,
/// each at another physical address than its virtual one.
/// </summary>
internal sealed class TestGuest : IStage1Source
{
    public const ulong Pc = 0x40_0000;
    public const ulong Code = 0x8000_0000;
    public const ulong Device = 0x1000_0000;
    public const ulong DeviceIpa = 0x0900_0000;
    public const ulong Data = 0x2000_0000;
    public const ulong DataIpa = 0x8100_0000;

    /// <summary>A translation fault at level 3 on a read, with ISV = 0.</summary>
    public const ulong ReadEsr = 0x92000007;

    /// <summary>The same on a write.</summary>
    public const ulong WriteEsr = 0x92000047;

    public TestGuest(bool aarch32 = false, EmulationOptions options = default, bool writable = true)
    {
        Tables = new GuestTables(Memory, aarch32);
        Tables.Map(Pc, Code, GuestTables.Code);
        Tables.Map(Device, DeviceIpa, GuestTables.Device);
        Tables.Map(Device + 0x1000, DeviceIpa + 0x5000, GuestTables.Device);
        Tables.Map(Data, DataIpa, GuestTables.Code);
        Memory.Add(Code);
        Memory.Add(DataIpa);
        Registers.Pc = Pc;
        Registers.PState = aarch32 ? 0x1D3u : 0x3C5u;
        Handler = new ExitHandler(Registers, Devices, this, writable ? Memory : new ReadOnlyMemory(Memory), options);
    }

    public TestRam Memory { get; } = new();

    public TestDevices Devices { get; } = new();

    public GuestTables Tables { get; }

    public GuestRegisters Registers { get; } = new();

    public ExitHandler Handler { get; }

    public Stage1Registers ReadRegisters(ulong virtualAddress) => Tables.Registers;

    public ulong ReadSctlr() => Tables.Registers.Sctlr;

    /// <summary>Where the guest's exception vectors are, in <see cref="SystemRegisters"/>.</summary>
    public const ulong Vectors = 0x5000_0000;

    /// <summary>The guest's system registers, by encoding.</summary>
    public SystemRegisterFile SystemRegisters() => new()
    {
        [SystemRegisterId.SctlrEl1] = Tables.Registers.Sctlr,
        [SystemRegisterId.TcrEl1] = Tables.Registers.Tcr,
        [SystemRegisterId.Ttbr0El1] = Tables.Registers.Ttbr0,
        [SystemRegisterId.MairEl1] = Tables.Registers.Mair,
        [SystemRegisterId.VbarEl1] = Vectors,
        [SystemRegisterId.IdAa64Mmfr0El1] = 5, // 48-bit physical addresses
    };

    /// <summary>Puts an instruction at PC.</summary>
    public TestGuest With(uint opcode)
    {
        Memory.Store32(Code, opcode);
        return this;
    }

    /// <summary>Sets a general-purpose register.</summary>
    public TestGuest X(int number, ulong value)
    {
        Registers.SetX(number, value);
        return this;
    }

    /// <summary>Handles an exit as a hypervisor at EL2 sees it, for an address of the device.</summary>
    public ExitOutcome Handle(ulong esr, ulong far) => Handler.Handle(Exit(esr, far));

    /// <summary>Handles an exit as KVM reports it.</summary>
    public ExitOutcome HandleKvm(ulong esr, ulong far) => Handler.Handle(DataAbortExit.FromKvmNisv(esr, Ipa(far)));

    public static DataAbortExit Exit(ulong esr, ulong far) => DataAbortExit.FromRegisters(esr, far, Ipa(far) >> 12 << 4);

    /// <summary>Where the device's virtual addresses lie.</summary>
    public static ulong Ipa(ulong virtualAddress) => (virtualAddress & ~0xFFFul) switch
    {
        Device => DeviceIpa,
        Device + 0x1000 => DeviceIpa + 0x5000,
        Data => DataIpa,
        _ => 0,
    } | (virtualAddress & 0xFFF);

    /// <summary>Memory without a way to write it.</summary>
    private sealed class ReadOnlyMemory(TestRam memory) : IGuestMemory
    {
        public bool TryRead(ulong physicalAddress, Span<byte> destination) => memory.TryRead(physicalAddress, destination);
    }
}
