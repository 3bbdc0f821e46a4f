using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>
/// Runs a program as a filter: standard input is written, and both outputs are read, at the same time, so that
/// batches of any size pass through the pipes without a deadlock.
/// </summary>
public static class ChildProcess
{
    /// <summary>What a program wrote and how it ended.</summary>
    public sealed record Result<T>(int ExitCode, T Output, string Error);

    /// <summary>
    /// Runs <paramref name="path"/>. A program that runs for longer than <paramref name="timeout"/> is killed, and
    /// the call throws <see cref="TimeoutException"/>.
    /// </summary>
    public static Result<T> Run<T>(
        string path,
        IEnumerable<string> arguments,
        Action<Stream> writeInput,
        Func<Stream, T> readOutput,
        TimeSpan? timeout = null)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(path, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();

        var input = Task.Run(() => WriteAndClose(process.StandardInput.BaseStream, writeInput));
        var output = Task.Run(() => readOutput(process.StandardOutput.BaseStream));
        var error = Task.Run(process.StandardError.ReadToEnd);
        if (!process.WaitForExit(timeout ?? TimeSpan.FromMinutes(10)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{path} did not finish");
        }

        input.GetAwaiter().GetResult();
        return new Result<T>(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Runs a program without input and returns its output as text.</summary>
    public static Result<string> Run(string path, params string[] arguments) =>
        Run(path, arguments, static _ => { }, static stream => new StreamReader(stream).ReadToEnd());

    private static void WriteAndClose(Stream stream, Action<Stream> write)
    {
        try
        {
            using (stream)
            {
                write(stream);
            }
        }
        catch (IOException)
        {
            // The program ended before it read all of its input: its exit code and error text say why.
        }
    }
}
