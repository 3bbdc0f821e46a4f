using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO;
using System.Runtime;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Consumer;

/// <summary>
/// What the first exits of a process cost: of a guest with its MMU on, whose LDP has no syndrome, and then its LDR, which has one.
/// Prints milliseconds of both, and how many methods the JIT compiler has compiled for the first.
/// </summary>
internal static class FirstExit
{
    private const ulong Device = 0x1000_0000;
    private const ulong DeviceIpa = 0x0900_0000;

    public static void Run(TextWriter output)
    {
        // What the measurement itself needs is ready before it starts.
        output.Write(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp()).TotalMilliseconds > 1e9 ? " " : "");
        output.Write(JitInfo.GetCompiledMethodCount() < 0 ? " " : "");

        long start = Stopwatch.GetTimestamp();
        long compiled = JitInfo.GetCompiledMethodCount();
        var registers = new GuestRegisters { Pc = Guest.Code, PState = 0x3C5 };
        registers.SetX(7, Device + 0x10);
        var guest = new Guest();
        var handler = new ExitHandler(registers, new Register(), guest, guest);
        ExitStatus first = handler.Handle(DataAbortExit.FromRegisters(0x92000007, Device + 0x10, DeviceIpa >> 8)).Status;
        TimeSpan ofFirst = Stopwatch.GetElapsedTime(start);
        compiled = JitInfo.GetCompiledMethodCount() - compiled;

        start = Stopwatch.GetTimestamp();
        ExitStatus second = handler.Handle(DataAbortExit.FromRegisters(0x93800007, Device + 0x10, DeviceIpa >> 8)).Status;
        TimeSpan ofSecond = Stopwatch.GetElapsedTime(start);

        if (first != ExitStatus.Completed || second != ExitStatus.Completed || registers.GetX(1) != 0x5A)
        {
            throw new InvalidOperationException($"{first}, {second}, {handler.Outcome.Reason}");
        }

        output.WriteLine($"{ofFirst.TotalMilliseconds:F3} {ofSecond.TotalMilliseconds:F3} {compiled}");
    }

    private sealed class Register : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0x5A;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }

    /// <summary>64 KB with four levels of tables of 4 KB at its start, and code.</summary>
    private sealed class Guest : IGuestRam, IStage1Source
    {
        public const ulong Code = 0x8000;

        private readonly byte[] _memory = new byte[0x1_0000];

        public Guest()
        {
            Write(0x0000, 0x1003);
            Write(0x1000, 0x2003);
            Write(0x2000, 0x3003);
            Write(0x3000 + (Code >> 12 << 3), Code | 0x407);
            Write(0x2000 + (Device >> 21 << 3), 0x4003);
            Write(0x4000, DeviceIpa | 0x403);
            BinaryPrimitives.WriteUInt64LittleEndian(_memory.AsSpan((int)Code), 0xB94000E0_A94004E0); // ldp x0, x1, [x7]; ldr w0, [x7]
        }

        public Stage1Registers ReadRegisters(ulong virtualAddress) =>
            new() { Regime = Stage1Regime.EL10, Sctlr = 1, Tcr = 16 | (1 << 23) | (5ul << 32), Mair = 0xFF00 };

        public ulong ReadSctlr() => 1;

        public bool Contains(ulong physicalAddress, bool write) => physicalAddress < (ulong)_memory.Length;

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            bool there = physicalAddress <= (ulong)(_memory.Length - destination.Length);
            if (there)
            {
                _memory.AsSpan((int)physicalAddress, destination.Length).CopyTo(destination);
            }

            return there;
        }

        public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source) => false;

        private void Write(ulong address, ulong descriptor) => BinaryPrimitives.WriteUInt64LittleEndian(_memory.AsSpan((int)address), descriptor);
    }
}
