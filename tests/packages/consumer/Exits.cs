using System;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Translation;

namespace Consumer;

/// <summary>Handles recorded exits of KVM, and explains them. The MMU is off, and the instruction lies in memory.</summary>
internal static class Exits
{
    public static void Run(string file, TextWriter output)
    {
        foreach (string line in File.ReadLines(file))
        {
            if (!line.Contains("\"set\":\"a64\""))
            {
                continue;
            }

            var registers = new GuestRegisters { Pc = Number(line, "pc"), PState = Number(line, "pstate") };
            string[] x = Regex.Match(line, "\"x\":\\[([^]]*)\\]").Groups[1].Value.Split([','], StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < x.Length; i++)
            {
                registers.SetX(i, Hex(x[i].Trim('"')));
            }

            var memory = new InstructionMemory(registers.Pc, (uint)Number(line, "opcode"));
            var handler = new ExitHandler(registers, new PrintingDevice(output), new VcpuSystemState(registers, new SystemRegisterFile()), memory);

            output.WriteLine(handler.Handle(DataAbortExit.FromKvmNisv(Number(line, "esr_iss"), Number(line, "fault_ipa"))));
            for (int i = 0; i < 31; i++)
            {
                output.Write($" {registers.GetX(i):x}");
            }

            output.WriteLine($" {registers.Pc:x}");
            output.WriteLine(ExitExplanation.Of(handler));
        }
    }

    private static ulong Number(string line, string name) => Hex(Regex.Match(line, $"\"{name}\":\"([^\"]*)\"").Groups[1].Value);

    private static ulong Hex(string text) => ulong.Parse(text.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed class InstructionMemory(ulong pc, uint opcode) : IGuestMemory
    {
        private readonly byte[] _bytes = [(byte)opcode, (byte)(opcode >> 8), (byte)(opcode >> 16), (byte)(opcode >> 24)];

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            bool there = physicalAddress - pc < 4 && destination.Length <= 4 - (int)(physicalAddress - pc);
            if (there)
            {
                _bytes.AsSpan((int)(physicalAddress - pc), destination.Length).CopyTo(destination);
            }

            return there;
        }
    }

    private sealed class PrintingDevice(TextWriter output) : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = address * 0x0101_0101_0101_0101;
            output.WriteLine($"read {size} bytes at {address:x}");
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            output.WriteLine($"write {size} bytes at {address:x}: {value:x}");
            return BusStatus.Success;
        }
    }
}
