using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>
/// Runs bare-metal programs on a whole machine that QEMU emulates (qemu-system-aarch64 -M virt). A program is one assembly
/// file in tests/qemu-system; it writes its results to the UART and ends through semihosting.
/// </summary>
public static class QemuSystem
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_programs = new();

    /// <summary>Runs a program and returns what it wrote to the UART.</summary>
    /// <param name="source">The assembly file's name.</param>
    /// <param name="machine">Options of -M virt, such as <c>virtualization=on</c>.</param>
    /// <param name="cpu">The CPU model.</param>
    /// <param name="images">What lies in memory at the start.</param>
    public static byte[] Run(string source, string machine, string cpu, params (ulong Address, byte[] Bytes)[] images)
    {
        var qemu = ExternalTool.Require("qemu-system-aarch64", "qemu-system-arm");
        var program = s_programs.GetOrAdd(source, s => new Lazy<string>(() => Build(s))).Value;
        var folder = Directory.CreateTempSubdirectory("qemu-system-");
        try
        {
            List<string> arguments =
            [
                "-M", "virt," + machine, "-cpu", cpu, "-m", "128", "-nodefaults", "-display", "none", "-serial", "stdio",
                "-semihosting-config", "enable=on,target=native",
                "-device", $"loader,file={program},cpu-num=0",
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
                : throw new InvalidOperationException($"qemu-system-aarch64 ended with {run.ExitCode}: {run.Error.Trim()}");
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

    private static string Build(string source)
    {
        var compiler = ExternalTool.Require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        var folder = Path.Combine(AppContext.BaseDirectory, "qemu-system");
        var program = Path.Combine(folder, Path.ChangeExtension(source, ".elf"));

        // Built under a name of its own first: another test process may be running the one that is there.
        var fresh = $"{program}.{Environment.ProcessId}";
        var build = ChildProcess.Run(
            compiler,
            "-nostdlib", "-static", "-Wl,-Ttext=0x40200000", "-Wl,--build-id=none", "-o", fresh, Path.Combine(folder, source));
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(compiler)}: {build.Error}");
        }

        File.Move(fresh, program, overwrite: true);
        return program;
    }
}
