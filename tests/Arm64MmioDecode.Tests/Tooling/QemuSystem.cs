using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>A bare-metal program in tests/qemu-system: what compiles it, and the machine that it runs on.</summary>
/// <param name="Sources">The names of its source files; the first one names the program.</param>
public sealed record QemuProgram(params string[] Sources)
{
    /// <summary>The emulator of the whole machine.</summary>
    public string Emulator { get; init; } = "qemu-system-aarch64";

    /// <summary>The compiler's target.</summary>
    public string Target { get; init; } = "aarch64-linux-gnu";

    /// <summary>Options of the compiler beside those that make the program freestanding.</summary>
    public IReadOnlyList<string> CompilerOptions { get; init; } = [];

    /// <summary>Options of -M virt, such as <c>virtualization=on</c>.</summary>
    public required string Machine { get; init; }

    /// <summary>The machine's RAM, which starts at 0x40000000; the program lies at 0x40200000.</summary>
    public int RamMegabytes { get; init; } = 128;
}

/// <summary>
/// Runs bare-metal programs on a whole machine that QEMU emulates (-M virt -cpu max). A program writes its results to the UART
/// or to the console of semihosting, and ends through semihosting.
/// </summary>
public static class QemuSystem
{
    private static readonly ConcurrentDictionary<QemuProgram, Lazy<string>> s_images = new();

    /// <summary>Runs a program and returns what it wrote.</summary>
    /// <param name="program">The program.</param>
    /// <param name="images">What lies in memory at the start.</param>
    public static byte[] Run(QemuProgram program, params (ulong Address, byte[] Bytes)[] images)
    {
        var qemu = ExternalTool.Require(program.Emulator, "qemu-system-arm");
        var image = s_images.GetOrAdd(program, p => new Lazy<string>(() => Build(p))).Value;
        var folder = Directory.CreateTempSubdirectory("qemu-system-");
        try
        {
            List<string> arguments =
            [
                "-M", "virt," + program.Machine, "-cpu", "max", "-m", program.RamMegabytes.ToString(CultureInfo.InvariantCulture),
                "-nodefaults", "-display", "none", "-chardev", "stdio,mux=on,id=console", "-serial", "chardev:console",
                "-semihosting-config", "enable=on,target=native,chardev=console",
                "-device", $"loader,file={image},cpu-num=0",
            ];
            for (var i = 0; i < images.Length; i++)
            {
                var file = Path.Combine(folder.FullName, i.ToString(CultureInfo.InvariantCulture));
                File.WriteAllBytes(file, images[i].Bytes);
                arguments.Add("-device");
                arguments.Add(FormattableString.Invariant($"loader,file={file},addr={images[i].Address},force-raw=on"));
            }

            var run = ChildProcess.Run(qemu, arguments, static _ => { }, ReadAll, TimeSpan.FromMinutes(5));
            return run.ExitCode == 0
                ? run.Output
                : throw new InvalidOperationException($"{program.Emulator} ended with {run.ExitCode}: {run.Error.Trim()}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static string Build(QemuProgram program)
    {
        var compiler = ExternalTool.Require($"{program.Target}-gcc", $"gcc-{program.Target}");
        var folder = Path.Combine(AppContext.BaseDirectory, "qemu-system");
        var image = Path.Combine(folder, Path.ChangeExtension(program.Sources[0], ".elf"));

        // Built under a name of its own first: another test process may be running the one that is there.
        var fresh = $"{image}.{Environment.ProcessId}";
        var build = ChildProcess.Run(
            compiler,
            [
                "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-builtin", "-fno-pic", "-fno-stack-protector",
                "-nostdlib", "-static", "-no-pie", "-Wl,-Ttext=0x40200000", "-Wl,--build-id=none", .. program.CompilerOptions,
                "-o", fresh, .. program.Sources.Select(x => Path.Combine(folder, x)),
            ]);
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(compiler)}: {build.Error}");
        }

        File.Move(fresh, image, overwrite: true);
        return image;
    }
}
