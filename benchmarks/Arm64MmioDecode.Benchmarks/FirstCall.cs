using System;
using System.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>What the first exit of a process costs, with everything that the runtime does then.</summary>
internal static class FirstCall
{
    private const ulong DevicePage = 0x9000000;

    // ldr w0, [x2], #4: no syndrome.
    private const uint Opcode = 0xB8404440;
    private const ulong Esr = 0x92000007;

    /// <summary>Handles one exit.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    public static double Measure()
    {
        long start = Stopwatch.GetTimestamp();
        var registers = new GuestRegisters { PState = 0x3C5 };
        registers.SetX(2, DevicePage);
        var handler = new ExitHandler(registers, new RegisterDevice());
        ExitStatus status = handler.Handle(DataAbortExit.FromRegisters(Esr, DevicePage, DevicePage >> 8).WithInstruction(BitConverter.GetBytes(Opcode))).Status;
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return status == ExitStatus.Completed ? milliseconds : throw new InvalidOperationException($"{status} {handler.Outcome.Reason}");
    }
}
