using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>
/// QEMU's system emulation as a page table walker: a program at EL3 (tests/qemu-system) sets up each layout for the Exception
/// levels below, and asks the processor about its addresses with the address translation instructions.
/// </summary>
internal sealed class QemuWalker
{
    private const int MaxInputBytes = 0x0800_0000;
    private const int MaxOutputBytes = 0x0700_0000;

    private static Stage1Capabilities? s_capabilities;

    private readonly string _emulator;
    private readonly Lazy<string> _program;
    private readonly int _idRegisters;

    private QemuWalker(string emulator, string target, string source, int idRegisters, IReadOnlyList<AtInstruction> instructions, params string[] options)
    {
        _emulator = emulator;
        _program = new Lazy<string>(() => Build(target, source, options));
        _idRegisters = idRegisters;
        Instructions = instructions;
    }

    /// <summary>A guest whose EL3 is AArch64; what is below can be either.</summary>
    public static QemuWalker AArch64 { get; } = new(
        "qemu-system-aarch64", "aarch64-linux-gnu", "walker", 7, AtInstruction.AArch64, "-march=armv8.2-a", "-mgeneral-regs-only", "-mstrict-align");

    /// <summary>A guest whose EL3 is AArch32, for short descriptors: its PAR has their own fault status.</summary>
    public static QemuWalker AArch32 { get; } = new(
        "qemu-system-arm", "arm-linux-gnueabihf", "walker32", 0, AtInstruction.AArch32, "-march=armv8-a", "-marm", "-mfloat-abi=soft", "-mno-unaligned-access");

    /// <summary>What the identification registers of QEMU's <c>max</c> say.</summary>
    public static Stage1Capabilities Capabilities => s_capabilities ??= AArch64.Run([]).Capabilities;

    /// <summary>The instructions that the guest executes on every address, in the order of the results.</summary>
    public IReadOnlyList<AtInstruction> Instructions { get; }

    /// <summary>The values of PAR for every address of every layout, <see cref="Instructions"/> of them for each.</summary>
    public (Stage1Capabilities Capabilities, ulong[][] Results) Run(IReadOnlyList<Layout> layouts)
    {
        string qemu = ExternalTool.Require(_emulator, "qemu-system-arm");
        string folder = Directory.CreateTempSubdirectory("arm64mmiodecode-").FullName;
        try
        {
            string input = Path.Combine(folder, "in");
            string output = Path.Combine(folder, "out");
            File.WriteAllBytes(input, Serialize(layouts, output));
            ChildProcess.Result<string> result = ChildProcess.Run(
                qemu,
                "-M", "virt,secure=on,virtualization=on,highmem=off", "-cpu", "max", "-m", "1G",
                "-nodefaults", "-display", "none", "-serial", "none", "-monitor", "none",
                "-semihosting-config", "enable=on,target=native",
                "-kernel", _program.Value,
                "-device", $"loader,file={input},addr=0x48000000,force-raw=on");
            if (result.ExitCode != 0)
            {
                throw new InvalidOperationException($"the guest ended with {result.ExitCode} (0x80 + EC is an exception): {result.Error}");
            }

            return Parse(File.ReadAllBytes(output), layouts);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Build(string target, string source, string[] options)
    {
        string compiler = ExternalTool.Require($"{target}-gcc", $"gcc-{target}");
        string sources = Path.Combine(AppContext.BaseDirectory, "qemu-system");

        // Built under a name of its own first: another test process may be running the one that is there.
        string program = Path.Combine(sources, $"{source}.elf");
        string fresh = $"{program}.{Environment.ProcessId}";
        ChildProcess.Result<string> result = ChildProcess.Run(
            compiler,
            [
                "-Wall", "-Wextra", "-Werror", "-O2", "-ffreestanding", "-fno-builtin", "-fno-pic", "-fno-stack-protector",
                "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-Ttext=0x40100000", .. options,
                "-o", fresh, Path.Combine(sources, $"{source}-start.S"), Path.Combine(sources, $"{source}.c"),
            ]);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"the guest does not compile: {result.Error}");
        }

        File.Move(fresh, program, overwrite: true);
        return program;
    }

    private byte[] Serialize(IReadOnlyList<Layout> layouts, string outputPath)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        byte[] path = new byte[256];
        Encoding.UTF8.GetBytes(outputPath, path);
        writer.Write(path);
        writer.Write((ulong)layouts.Count);
        long results = _idRegisters;
        foreach (Layout layout in layouts)
        {
            Stage1Registers r = layout.Registers;
            const ulong HcrDc = 1ul << 12;
            ulong[] header =
            [
                (ulong)r.Regime, r.Sctlr, r.Tcr, r.Ttbr0, r.Ttbr1, r.Mair, r.Dacr, r.DefaultCacheable ? HcrDc : 0,
                (ulong)layout.Words.Count, (ulong)layout.Addresses.Count,
            ];
            foreach (ulong value in header)
            {
                writer.Write(value);
            }

            foreach ((ulong address, ulong value) in layout.Words)
            {
                if (address is < Layout.ArenaStart or >= Layout.ArenaEnd || address % 8 != 0)
                {
                    throw new InvalidOperationException($"a layout has memory at 0x{address:x}");
                }

                writer.Write(address);
                writer.Write(value);
            }

            foreach (ulong address in layout.Addresses)
            {
                writer.Write(address);
            }

            results += layout.Addresses.Count * Instructions.Count;
        }

        if (stream.Length > MaxInputBytes || results * 8 > MaxOutputBytes)
        {
            throw new InvalidOperationException("too many layouts for one run");
        }

        return stream.ToArray();
    }

    private (Stage1Capabilities Capabilities, ulong[][] Results) Parse(byte[] bytes, IReadOnlyList<Layout> layouts)
    {
        int at = 0;
        ulong[] id = new ulong[7];
        for (int i = 0; i < _idRegisters; i++)
        {
            id[i] = Next();
        }

        ulong[][] results = new ulong[layouts.Count][];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = new ulong[layouts[i].Addresses.Count * Instructions.Count];
            for (int j = 0; j < results[i].Length; j++)
            {
                results[i][j] = Next();
            }
        }

        return (Stage1Capabilities.FromIdRegisters(id[0], id[1], id[2], id[3], id[4], id[5], id[6]), results);

        ulong Next()
        {
            at += 8;
            return BitConverter.ToUInt64(bytes, at - 8);
        }
    }
}
