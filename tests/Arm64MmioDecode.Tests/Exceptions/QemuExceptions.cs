using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using Arm64MmioDecode.Tests.Tooling;

namespace Arm64MmioDecode.Tests.Exceptions;

/// <summary>
/// Lets a processor that QEMU emulates in full take exceptions: the bare-metal program tests/qemu-system/exceptions.S runs
/// a list of cases and reports the registers after each entry.
/// </summary>
/// <remarks>
/// QEMU 7.2 differs from the architecture in what the comparisons leave out or the cases avoid:
/// <list type="bullet">
/// <item>N, Z, C, V and DIT become 0 on entry to AArch64; Arm leaves them (D1.4.2, AArch64.TakeException()).</item>
/// <item>IFSR in the Short-descriptor format has the domain in bits 7:4, which are RES0 (G8.2, IFSR).</item>
/// <item>PAN = 1 keeps EL1 in AArch32 from executing pages that EL0 may read; it concerns data only (D8.4).</item>
/// <item>SPSR_abt and SPSR_und cannot be read from AArch64 while AArch32 is in that mode, so AArch32 code reads them.</item>
/// <item>ISV is 1 for stage 1 faults that are taken to EL2; the instructions here never have a valid syndrome.</item>
/// <item>No SP alignment check, no DFSC 0x35, no faults of cache maintenance: those are not covered here.</item>
/// </list>
/// </remarks>
internal static class QemuExceptions
{
    /// <summary>Where a byte image of the caller's making starts in the guest's memory; it is identity-mapped where it is mapped.</summary>
    public const ulong Image = 0x43000000;

    /// <summary>Where the cases go, right behind the image.</summary>
    public const ulong Cases = 0x43800000;

    /// <summary>What FAR_EL1 and FAR_EL2 hold before the exception, twice, and X3, X4, X20 and X22 once.</summary>
    public const uint Seed = 0x5A5A5A5A;

    private const int CaseSize = 120;
    private const int ResultSize = 16 * 8;

    private static readonly Lazy<string> s_program = new(Build);

    /// <summary>A PSTATE and PC to start from, the instruction there, and the control registers.</summary>
    public sealed record Case
    {
        public ulong PState { get; init; }

        public ulong Pc { get; init; }

        /// <summary>Written to PC before the start; null for an address that is not memory.</summary>
        public uint? Opcode { get; init; }

        /// <summary>X1, or R1: the base register of the instructions.</summary>
        public ulong X1 { get; init; }

        public ulong Hcr { get; init; }

        public ulong SctlrEL1 { get; init; }

        public ulong TcrEL1 { get; init; }

        public ulong Ttbr0EL1 { get; init; }

        public ulong VbarEL1 { get; init; }

        public ulong Dacr { get; init; }

        public ulong SctlrEL2 { get; init; }

        public ulong TcrEL2 { get; init; }

        public ulong Ttbr0EL2 { get; init; }

        public ulong VbarEL2 { get; init; }
    }

    /// <summary>
    /// The registers in the handler: its PSTATE is SpsrEL3, its address just before ElrEL3. X3 and X4 are
    /// <see cref="Seed"/> unless an AArch32 vector read its SPSR into one of them.
    /// </summary>
    public readonly record struct Result(
        ulong EsrEL1,
        ulong FarEL1,
        ulong ElrEL1,
        ulong SpsrEL1,
        ulong EsrEL2,
        ulong FarEL2,
        ulong ElrEL2,
        ulong SpsrEL2,
        ulong EsrEL3,
        ulong ElrEL3,
        ulong SpsrEL3,
        ulong Ifsr,
        ulong X3,
        ulong X4,
        ulong X20,
        ulong X22)
    {
        /// <summary>Whether it was an SMC that ended the case, so that the exception was taken to EL1 or EL2.</summary>
        public bool IsTaken => (EsrEL3 >> 26) is 0x13 or 0x17;
    }

    /// <summary>Runs all cases in one machine.</summary>
    /// <param name="image">Tables and vectors for <see cref="Image"/>, up to 8 MB.</param>
    /// <param name="cases">The cases.</param>
    public static Result[] Run(byte[] image, IReadOnlyList<Case> cases)
    {
        var qemu = ExternalTool.Require("qemu-system-aarch64", "qemu-system-arm");
        var folder = Directory.CreateTempSubdirectory("exceptions-");
        try
        {
            var imageFile = Path.Combine(folder.FullName, "image.bin");
            var caseFile = Path.Combine(folder.FullName, "cases.bin");
            File.WriteAllBytes(imageFile, image);
            File.WriteAllBytes(caseFile, Encode(cases));
            var run = ChildProcess.Run(
                qemu,
                [
                    "-M", "virt,secure=on,virtualization=on,mte=on", "-cpu", "max", "-m", "128",
                    "-nodefaults", "-display", "none", "-serial", "stdio",
                    "-semihosting-config", "enable=on,target=native",
                    "-device", $"loader,file={s_program.Value},cpu-num=0",
                    "-device", FormattableString.Invariant($"loader,file={imageFile},addr={Image},force-raw=on"),
                    "-device", FormattableString.Invariant($"loader,file={caseFile},addr={Cases},force-raw=on"),
                ],
                static _ => { },
                stream =>
                {
                    using var copy = new MemoryStream();
                    stream.CopyTo(copy);
                    return copy.ToArray();
                },
                TimeSpan.FromMinutes(5));
            if (run.ExitCode != 0 || run.Output.Length != cases.Count * ResultSize)
            {
                throw new InvalidOperationException(
                    $"qemu-system-aarch64 ended with {run.ExitCode} after {run.Output.Length / ResultSize} of {cases.Count} cases: {run.Error.Trim()}");
            }

            return Decode(run.Output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Encode(IReadOnlyList<Case> cases)
    {
        var bytes = new byte[8 + (cases.Count * CaseSize)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)cases.Count);
        for (var i = 0; i < cases.Count; i++)
        {
            var c = cases[i];
            var span = bytes.AsSpan(8 + (i * CaseSize), CaseSize);
            ulong[] fields =
            [
                c.PState, c.Pc, c.Opcode is null ? 0 : c.Pc, c.Opcode ?? 0, c.X1, c.Hcr,
                c.SctlrEL1, c.TcrEL1, c.Ttbr0EL1, c.VbarEL1, c.Dacr, c.SctlrEL2, c.TcrEL2, c.Ttbr0EL2, c.VbarEL2,
            ];
            for (var j = 0; j < fields.Length; j++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(span[(j * 8)..], fields[j]);
            }
        }

        return bytes;
    }

    private static Result[] Decode(byte[] bytes)
    {
        var results = new Result[bytes.Length / ResultSize];
        for (var i = 0; i < results.Length; i++)
        {
            var start = i * ResultSize;
            ulong Field(int index) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(start + (index * 8)));
            results[i] = new Result(
                Field(0), Field(1), Field(2), Field(3), Field(4), Field(5), Field(6), Field(7),
                Field(8), Field(9), Field(10), Field(11), Field(12), Field(13), Field(14), Field(15));
        }

        return results;
    }

    private static string Build()
    {
        var compiler = ExternalTool.Require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        var folder = Path.Combine(AppContext.BaseDirectory, "qemu-system");
        var program = Path.Combine(folder, "exceptions.elf");

        // Built under a name of its own first: another test process may be running the one that is there.
        var fresh = $"{program}.{Environment.ProcessId}";
        var build = ChildProcess.Run(
            compiler,
            "-nostdlib", "-static", "-Wl,-Ttext=0x40200000", "-Wl,--build-id=none", "-o", fresh,
            Path.Combine(folder, "exceptions.S"));
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(compiler)}: {build.Error}");
        }

        File.Move(fresh, program, overwrite: true);
        return program;
    }
}
