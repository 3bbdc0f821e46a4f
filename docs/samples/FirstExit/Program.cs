using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;

// The guest's memory, and in it a program that wants two words of a device: ldp w0, w1, [x2], #8
var memory = new GuestRam(0x4000_0000, new byte[4096]);
memory.TryWrite(0x4000_0000, [0x40, 0x04, 0xC1, 0x28]);

// One for each virtual CPU: its registers, the devices, its system registers (all 0: the MMU is off).
var registers = new GuestRegisters { Pc = 0x4000_0000, PState = 0x3C5 };
var system = new VcpuSystemState(registers, new SystemRegisterFile());
var handler = new ExitHandler(registers, new Device(), system, memory);

// The hypervisor gets a data abort with ISV = 0.
registers.SetX(2, 0x900_0000);
ExitOutcome outcome = handler.Handle(DataAbortExit.FromRegisters(esr: 0x9200_0007, far: 0x900_0000, hpfar: 0x9_0000));

Console.WriteLine($"{outcome.Status}: x0 = 0x{registers.GetX(0):x}, x1 = 0x{registers.GetX(1):x}, x2 = 0x{registers.GetX(2):x}, pc = 0x{registers.Pc:x}");
Console.WriteLine(ExitExplanation.Of(handler).Summary);

internal sealed class Device : IMmioBus
{
    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = address & 0xFF | 0xD0; // whatever the register holds
        Console.WriteLine($"read {size} bytes at 0x{address:x}");
        return BusStatus.Success;
    }

    public BusStatus Write(ulong address, int size, ulong value) => BusStatus.ExternalAbort; // read-only: the guest gets an abort
}
