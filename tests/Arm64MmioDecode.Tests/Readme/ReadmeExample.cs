using System.IO;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tests.Readme;

/// <summary>The README's example; <see cref="ReadmeTests"/> holds the two together.</summary>
internal static class ReadmeExample
{
    public static void Run(TextWriter output)
    {
        // example
        // KVM_EXIT_ARM_NISV: the guest's registers, and the word at PC.
        var registers = new GuestRegisters { Pc = 0x40000004, PState = 0x3C5 };
        registers.SetX(8, 0xCAFE);
        registers.SetX(10, 0x9000100);
        const uint opcode = 0xB8004548;

        if (InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access) == DecodeStatus.MemoryAccess)
        {
            output.WriteLine($"{access}   (no syndrome because of: {access.NoSyndromeReasons})");
            var plan = new AccessPlan(); // one for each virtual CPU
            EmulationStatus status = plan.Execute(in access, registers, new PrintingDevice(output), default);
            output.WriteLine($"{status}: x10 = 0x{registers.GetX(10):x}, pc = 0x{registers.Pc:x}");
        }
        // end
    }

    // device
    private sealed class PrintingDevice(TextWriter output) : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return BusStatus.ExternalAbort; // nothing to read here: the guest gets an abort, and no register changes
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            output.WriteLine($"device: {size} bytes at 0x{address:x} = 0x{value:x}");
            return BusStatus.Success;
        }
    }

    // end of device
}
