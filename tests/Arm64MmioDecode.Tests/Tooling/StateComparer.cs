using System;
using System.Collections.Generic;
using System.Linq;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>Finds where the machine under test differs from QEMU, in words a person can act on.</summary>
public static class StateComparer
{
    /// <summary>NZCV and BTYPE: what user mode can set and see.</summary>
    private const uint A64PStateMask = 0xF000_0C00;

    /// <summary>NZCVQ, GE, ITSTATE, E and T.</summary>
    private const uint CpsrMask = 0xFE0F_FE20;

    private const int MaxBytesListed = 8;

    /// <summary>
    /// Every difference between two results of a case, one line each; empty when they agree.
    /// </summary>
    /// <remarks>
    /// After a fault, the machine under test must have changed no register at all, which is more than QEMU promises
    /// (it leaves the registers that an LDM loaded before the fault, for instance): registers are then compared with
    /// the initial state. Memory is not compared then, since the accesses before the one that faulted have happened.
    /// </remarks>
    /// <param name="differentialCase">The case.</param>
    /// <param name="expected">QEMU's result.</param>
    /// <param name="actual">The result of the machine under test.</param>
    public static IReadOnlyList<string> Compare(
        DifferentialCase differentialCase, MachineState expected, MachineState actual)
    {
        var differences = new List<string>();
        var before = differentialCase.Initial;
        if (expected.Outcome != actual.Outcome)
        {
            differences.Add(
                $"outcome: QEMU {Describe(expected)}, emulator {Describe(actual)}");
            return differences;
        }

        if (differentialCase.MayFaultAt is { } mayFaultAt
            ? expected.Outcome is Outcome.TranslationFault or Outcome.PermissionFault && !mayFaultAt(actual.FaultAddress)
            : expected.FaultAddress != actual.FaultAddress)
        {
            differences.Add($"fault address: QEMU 0x{expected.FaultAddress:x}, emulator 0x{actual.FaultAddress:x}");
        }

        var faulted = expected.Outcome != Outcome.Completed;
        var registers = new Registers(differences, before, faulted ? before : expected, actual, faulted ? "before" : "QEMU");
        registers.Compare(differentialCase.Isa);
        if (!faulted)
        {
            CompareMemory(differences, before.Memory, expected.Memory, actual.Memory);
        }

        return differences;
    }

    private static string Describe(MachineState state) =>
        state.Outcome is Outcome.TranslationFault or Outcome.PermissionFault or Outcome.AlignmentFault
            ? $"{state.Outcome} at 0x{state.FaultAddress:x}"
            : $"{state.Outcome}";

    private static void CompareMemory(
        List<string> differences, GuestMemory before, GuestMemory expected, GuestMemory actual)
    {
        var bytes = expected.Differences(actual).ToList();
        differences.AddRange(bytes.Take(MaxBytesListed).Select(x =>
            $"byte 0x{x.Address:x}: QEMU {x.Here:x2}, emulator {x.There:x2}, before {before[x.Address]:x2}"));
        if (bytes.Count > MaxBytesListed)
        {
            differences.Add($"… and {bytes.Count - MaxBytesListed} bytes more");
        }
    }

    private readonly struct Registers(
        List<string> differences, MachineState before, MachineState expected, MachineState actual, string expectedName)
    {
        public void Compare(Isa isa)
        {
            var isA64 = isa == Isa.A64;
            for (var i = 0; i < (isA64 ? 31 : 15); i++)
            {
                Compare(isA64 ? $"x{i}" : $"r{i}", expected.X[i], actual.X[i], before.X[i]);
            }

            Compare("sp", expected.Sp, actual.Sp, before.Sp);
            Compare("pc", expected.Pc, actual.Pc, before.Pc);
            var mask = isA64 ? A64PStateMask : CpsrMask;
            Compare(isA64 ? "pstate" : "cpsr", expected.PState & mask, actual.PState & mask, before.PState & mask);
            Compare(isA64 ? "fpsr" : "fpscr", expected.Fpsr, actual.Fpsr, before.Fpsr);
            Compare("fpcr", expected.Fpcr, actual.Fpcr, before.Fpcr);
            for (var i = 0; i < (isA64 ? 32 : 16); i++)
            {
                Compare(isA64 ? $"v{i}" : $"q{i}", expected.V[i], actual.V[i], before.V[i]);
            }

            if (expected.Sve is not { } expectedSve)
            {
                return;
            }

            if (actual.Sve is not { } actualSve)
            {
                differences.Add("the emulator's result has no SVE state");
                return;
            }

            for (var i = 0; i < 32; i++)
            {
                Compare($"z{i}", expectedSve.ZRegister(i), actualSve.ZRegister(i), before.Sve!.ZRegister(i));
            }

            for (var i = 0; i < 17; i++)
            {
                Compare(i == 16 ? "ffr" : $"p{i}", expectedSve.PRegister(i), actualSve.PRegister(i), before.Sve!.PRegister(i));
            }

            for (var i = 0; i < expected.Sme?.StreamingVectorLength && expected.Sme.Za is not null; i++)
            {
                Compare($"za[{i}]", expected.Sme.ArrayVector(i), actual.Sme!.ArrayVector(i), before.Sme!.ArrayVector(i));
            }

            Compare("zt0", expected.Sme?.Zt0 ?? [], actual.Sme?.Zt0 ?? [], before.Sme?.Zt0 ?? []);
        }

        private void Compare(string name, UInt128 expectedValue, UInt128 actualValue, UInt128 beforeValue)
        {
            if (expectedValue != actualValue)
            {
                differences.Add(expectedName == "before"
                    ? $"{name}: emulator 0x{actualValue:x}, but 0x{beforeValue:x} before the fault"
                    : $"{name}: QEMU 0x{expectedValue:x}, emulator 0x{actualValue:x}, before 0x{beforeValue:x}");
            }
        }

        private void Compare(string name, Span<byte> expectedBytes, Span<byte> actualBytes, Span<byte> beforeBytes)
        {
            if (!expectedBytes.SequenceEqual(actualBytes))
            {
                differences.Add(
                    $"{name} (first byte first): {expectedName} {Convert.ToHexString(expectedBytes)}, " +
                    $"emulator {Convert.ToHexString(actualBytes)}, before {Convert.ToHexString(beforeBytes)}");
            }
        }
    }
}
