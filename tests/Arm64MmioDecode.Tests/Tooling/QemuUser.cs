using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>
/// Executes cases on QEMU's user-mode emulation, as an independent judge of what instructions do. The program that
/// QEMU runs is built from <c>tests/qemu-user</c> once per test run.
/// </summary>
/// <remarks>
/// What user mode cannot give, and what a generator therefore has to leave to other tests:
/// <list type="bullet">
/// <item>Only EL0 (AArch32 User mode): no user-bank LDM/STM, no RFE/SRS, no exception returns, no LDC/STC, no DC IVAC
/// and no AArch32 cache operations (all undefined there); the unprivileged forms are the same as the others.</item>
/// <item>SCTLR is Linux's: SCTLR.A and SA are 0 (no alignment check of ordinary accesses, none of SP), UCI and DZE
/// are 1. TBI is on for A64. All memory is Normal: nothing of Device memory's rules, and no DFSC 0x35.</item>
/// <item>Faults come as signals: an address and translation, permission or alignment, but no syndrome; WnR, level and
/// FnV are not visible. The address has no tag bits, is the first byte that cannot be accessed when an access
/// straddles, and is 0 for an A64 address with neither all zeros nor all ones in its upper bits.</item>
/// <item>Nothing can be mapped at the ends of the address space, so wrapping cannot be observed.</item>
/// <item>Breakpoints and single step (PSTATE.SS) are not visible; BTI is not enforced; tag check faults are off
/// (allocation tags themselves can be stored and loaded, see <see cref="PageAccess.Tagged"/>).</item>
/// <item>QEMU 7.2 has no MOPS, LSE128, RCPC3, LS64, LSUI, LSFE, RCW, LSCP, GCS, SVE2.1 or SME2, and no FEAT_LSE2:
/// exclusives, acquire/release and atomics fault when not aligned to their size (but LDAPR is not checked at
/// all). QEMU 11.1 (<see cref="QemuVersion.Fetched"/>) has MOPS, LSE128, LSE2, SVE2.1, SME2 and the user forms of GCS.</item>
/// <item>QEMU 7.2 commits the stores, and the loads of an LDM, that precede the access that faults; does not access
/// memory in DC CIVAC/CVAC/CVAU and IC IVAU (so that they never fault); checks the alignment of VLD/VST <c>:256</c> to
/// 16 bytes only; has a DC ZVA block of 512 bytes (<c>-cpu max</c>); allows SWP in Arm v8; and misreads the predicate of
/// LDFF1/LDNF1 when the first active element is not element 0.</item>
/// </list>
/// </remarks>
public static class QemuUser
{
    private const int SigIll = 4;
    private const int SigTrap = 5;
    private const int SigBus = 7;
    private const int SigSegv = 11;
    private const int SigProf = 27;
    private const int SegvAccErr = 2;

    private static readonly Lazy<Program> s_a64 = new(() => Build("qemu-aarch64", "aarch64-linux-gnu", "a64.c"));
    private static readonly Lazy<Program> s_a64BigEndian =
        new(() => Build("qemu-aarch64_be", "aarch64-linux-gnu", "a64.c", "-mbig-endian"));

    private static readonly Lazy<Program> s_aarch32 =
        new(() => Build("qemu-arm", "arm-linux-gnueabihf", "aarch32.c", "-marm"));

    /// <summary>The states after each case, in the cases' order. A call costs one process per kind of machine.</summary>
    public static MachineState[] Execute(IReadOnlyList<DifferentialCase> cases, QemuVersion version = QemuVersion.Installed)
    {
        var results = new MachineState[cases.Count];
        foreach (var group in Enumerable.Range(0, cases.Count).GroupBy(i => (ProgramFor(cases[i]), CpuFor(cases[i]))))
        {
            var (program, cpu) = group.Key;
            var emulator = program.Value.EmulatorOf(version);
            var indices = group.ToArray();
            var done = 0;
            var run = ChildProcess.Run(
                emulator,
                ["-cpu", cpu, program.Value.Image],
                stream => WriteCases(stream, indices.Select(i => cases[i])),
                stream =>
                {
                    using var buffered = new BufferedStream(stream, 1 << 16);
                    foreach (var index in indices)
                    {
                        if (TryReadResult(buffered, cases[index]) is not { } result)
                        {
                            break;
                        }

                        results[index] = result;
                        done++;
                    }

                    return done;
                });
            if (run.ExitCode != 0 || run.Output != indices.Length)
            {
                throw new InvalidOperationException(
                    $"{Path.GetFileName(emulator)} ended with {run.ExitCode} after at least {run.Output} " +
                    $"of {indices.Length} cases: {run.Error.Trim()}");
            }
        }

        return results;
    }

    public static MachineState Execute(DifferentialCase differentialCase, QemuVersion version = QemuVersion.Installed) =>
        Execute([differentialCase], version)[0];

    private static Lazy<Program> ProgramFor(DifferentialCase c) =>
        c.Isa != Isa.A64 ? s_aarch32 : c.BigEndian ? s_a64BigEndian : s_a64;

    private static string CpuFor(DifferentialCase c) =>
        c.Initial.Sme is { } sme
            ? $"{c.Cpu},sve-default-vector-length={sme.VectorLength},sme-default-vector-length={sme.StreamingVectorLength}"
        : c.Initial.Sve is { } sve ? $"{c.Cpu},sve-default-vector-length={sve.VectorLength}"
        : c.Cpu;

    private static Program Build(string emulator, string target, string architecture, params string[] options)
    {
        var compiler = ExternalTool.Require($"{target}-gcc", $"gcc-{target}");
        var folder = Path.Combine(AppContext.BaseDirectory, "qemu-user");
        var image = Path.Combine(folder, emulator + ".elf");

        // Built under a name of its own first: another test process may be running the one that is there.
        var fresh = $"{image}.{Environment.ProcessId}";
        var build = ChildProcess.Run(
            compiler,
            [
                "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fomit-frame-pointer",
                "-fno-tree-loop-distribute-patterns", "-nostdlib", "-static",
                "-Wl,-Ttext-segment=0x70000000", "-Wl,--build-id=none", .. options, "-o", fresh,
                Path.Combine(folder, "harness.c"), Path.Combine(folder, architecture),
            ]);
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(compiler)}: {build.Error}");
        }

        File.Move(fresh, image, overwrite: true);
        return new Program(emulator, image);
    }

    // The format of cases and results is described in tests/qemu-user/harness.h.
    private static void WriteCases(Stream stream, IEnumerable<DifferentialCase> cases)
    {
        using var writer = new BinaryWriter(new BufferedStream(stream, 1 << 16), Encoding.ASCII, leaveOpen: true);
        foreach (var c in cases)
        {
            var state = c.Initial;
            writer.Write((ulong)(state.Sve?.VectorLength ?? 0));
            writer.Write((ulong)(state.Sme?.StreamingVectorLength ?? 0));
            writer.Write(SvcrOf(state.Sme));
            foreach (var value in state.X)
            {
                writer.Write(value);
            }

            writer.Write(state.Sp);
            writer.Write(c.Entry);
            writer.Write((ulong)c.EntryPState);
            writer.Write((ulong)state.Fpsr);
            writer.Write((ulong)state.Fpcr);
            foreach (var value in state.V)
            {
                writer.Write((ulong)value);
                writer.Write((ulong)(value >> 64));
            }

            if (state.Sve is { } sve)
            {
                WritePadded(writer, sve.Z);
                WritePadded(writer, sve.P);
                writer.Write(state.Sme?.Za ?? []);
                writer.Write(state.Sme?.Zt0 ?? []);
            }

            writer.Write((ulong)state.Memory.Pages.Count());
            foreach (var (address, access, _) in state.Memory.Pages)
            {
                writer.Write(address | (ulong)access);
            }

            WriteContents(writer, state.Memory);
        }
    }

    /// <summary>Writes the parts of memory that are not zero, in pieces of 64 bytes at least.</summary>
    private static void WriteContents(BinaryWriter writer, GuestMemory memory)
    {
        const int Piece = 64;
        var contents = new List<(ulong Address, ReadOnlyMemory<byte> Bytes)>();
        foreach (var (address, _, bytes) in memory.Pages)
        {
            for (var offset = 0; offset < bytes.Length; offset += Piece)
            {
                var start = offset;
                while (offset < bytes.Length && bytes.Span.Slice(offset, Piece).ContainsAnyExcept((byte)0))
                {
                    offset += Piece;
                }

                if (offset != start)
                {
                    contents.Add((address + (ulong)start, bytes[start..offset]));
                }
            }
        }

        writer.Write((ulong)contents.Count);
        foreach (var (address, bytes) in contents)
        {
            writer.Write(address);
            writer.Write((ulong)bytes.Length);
            writer.Write(bytes.Span);
        }
    }

    private static void WritePadded(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes);
        writer.Write(stackalloc byte[-bytes.Length & 7]);
    }

    /// <summary>The next result; null where the emulator ended before it had written it.</summary>
    private static MachineState? TryReadResult(Stream stream, DifferentialCase c)
    {
        try
        {
            return ReadResult(stream, c);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private static MachineState? ReadResult(Stream stream, DifferentialCase c)
    {
        Span<byte> first = stackalloc byte[8];
        if (stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) < first.Length)
        {
            return null;
        }

        var signal = (int)BinaryPrimitives.ReadUInt64LittleEndian(first);
        using var reader = new BinaryReader(stream, Encoding.ASCII, leaveOpen: true);
        var code = (int)reader.ReadUInt64();
        var faultAddress = reader.ReadUInt64();

        var state = c.Initial.Clone();
        for (var i = 0; i < state.X.Length; i++)
        {
            state.X[i] = reader.ReadUInt64();
        }

        state.Sp = reader.ReadUInt64();
        state.Pc = reader.ReadUInt64();
        state.PState = (uint)reader.ReadUInt64();
        state.Fpsr = (uint)reader.ReadUInt64();
        state.Fpcr = (uint)reader.ReadUInt64();
        for (var i = 0; i < state.V.Length; i++)
        {
            var low = reader.ReadUInt64();
            state.V[i] = new UInt128(reader.ReadUInt64(), low);
        }

        if (state.Sve is { } sve)
        {
            ReadPadded(reader, sve.Z);
            ReadPadded(reader, sve.P);
            stream.ReadExactly(state.Sme?.Za ?? []);
            stream.ReadExactly(state.Sme?.Zt0 ?? []);
        }

        for (var changes = reader.ReadUInt64(); changes != 0; changes--)
        {
            var address = reader.ReadUInt64();
            state.Memory.Load(address, reader.ReadBytes((int)reader.ReadUInt64()));
        }

        state.Outcome = OutcomeOf(signal, code, c, state.Pc);
        state.FaultAddress =
            state.Outcome is Outcome.TranslationFault or Outcome.PermissionFault or Outcome.AlignmentFault ? faultAddress : 0;
        return state;
    }

    private static ulong SvcrOf(SmeState? sme) =>
        sme is null ? 0 : (sme.IsStreaming ? 1ul : 0) | (sme.Za is null ? 0 : 2ul) | (sme.Zt0 is null ? 0 : 4ul);

    private static void ReadPadded(BinaryReader reader, byte[] bytes)
    {
        reader.BaseStream.ReadExactly(bytes);
        reader.BaseStream.ReadExactly(stackalloc byte[-bytes.Length & 7]);
    }

    private static Outcome OutcomeOf(int signal, int code, DifferentialCase c, ulong pc)
    {
        // Whatever happens elsewhere (the breakpoint at the end, the lack of code where a branch went) happens after
        // the instructions were completed.
        var isAtInstruction = pc >= c.Entry && pc < c.End;
        return signal switch
        {
            SigProf => Outcome.Stuck,
            _ when !isAtInstruction => Outcome.Completed,
            SigSegv => code == SegvAccErr ? Outcome.PermissionFault : Outcome.TranslationFault,
            SigBus => Outcome.AlignmentFault,
            SigIll or SigTrap => Outcome.Undefined,
            _ => throw new InvalidOperationException($"signal {signal}"),
        };
    }

    private sealed record Program(string Emulator, string Image)
    {
        public string EmulatorOf(QemuVersion version) => version == QemuVersion.Installed
            ? ExternalTool.Require(Emulator, "qemu-user")
            : ExternalTool.RequireFetched("qemu-user", Emulator, "tests/qemu-user/fetch.sh");
    }
}
