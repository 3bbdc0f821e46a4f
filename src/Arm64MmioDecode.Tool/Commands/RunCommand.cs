using System;
using System.CommandLine;
using System.IO;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>run</c>: becomes another program, with the preload library for VMMs on KVM in it.</summary>
internal static partial class RunCommand
{
    private const string LibraryName = "libarm64mmiodecode-kvm.so";
    private const string LibraryVariable = "ARM64MMIODECODE_LIBRARY";
    private const int SigPipe = 13;
    private const nint DefaultAction = 0; // SIG_DFL

    public const string Name = "run";

    public static Command Create()
    {
        var library = new Option<string>("--library")
        {
            Description = $"The library; without it ${LibraryVariable}, or {LibraryName} beside this tool, in ../lib, in /usr/local/lib or in /usr/lib.",
        };
        var words = new Argument<string[]>("CMD")
        {
            Description = "The program and its arguments, behind --.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command(Name, "Runs a VMM of arm64 Linux, such as qemu-system-aarch64, so that accesses without a syndrome (KVM_EXIT_ARM_NISV) are completed on its own devices: sets LD_PRELOAD and executes it.")
        {
            library,
            words,
        };
        command.SetAction(parsed => Run(parsed.GetValue(library), parsed.GetRequiredValue(words)));
        return command;
    }

    private static int Run(string? library, string[] words)
    {
        string path = Find(library);
        string? others = Environment.GetEnvironmentVariable("LD_PRELOAD");
        _ = SetVariable("LD_PRELOAD", string.IsNullOrEmpty(others) ? path : $"{path}:{others}", overwrite: 1);

        // The runtime ignores SIGPIPE, and what is ignored stays so in the program that is executed.
        _ = SetAction(SigPipe, DefaultAction);
        _ = Execute(words[0], [.. words, null]);
        throw new BadInputException($"{Quoted.Text(words[0])}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static string Find(string? given)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BadInputException("run needs Linux");
        }

        string? named = given ?? Environment.GetEnvironmentVariable(LibraryVariable);
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named) ? Path.GetFullPath(named) : throw new BadInputException($"there is no file {Quoted.Text(named)}");
        }

        if (RuntimeInformation.OSArchitecture != Architecture.Arm64)
        {
            throw new BadInputException("run needs arm64 Linux, whose KVM it is about");
        }

        foreach (string folder in (string[])[AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "../lib"), "/usr/local/lib", "/usr/lib"])
        {
            string path = Path.Combine(folder, LibraryName);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new BadInputException($"{LibraryName} is not found: --library says where it is");
    }

    // The program gets the C library's environment, in which every other variable has the bytes that it had.
    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string file, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SetAction(int signal, nint action);
}
