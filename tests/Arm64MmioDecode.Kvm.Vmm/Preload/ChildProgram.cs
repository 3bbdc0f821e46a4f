using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Threading;
using Arm64MmioDecode.Kvm.Vmm.Proof;

namespace Arm64MmioDecode.Kvm.Vmm.Preload;

/// <summary>A program of the machine's, with or without the preload library, and what it has printed so far.</summary>
internal sealed class ChildProgram : IDisposable
{
    public const string Library = "/lib/libarm64mmiodecode-kvm.so";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    /// <param name="command">The program and its arguments, separated by blanks.</param>
    /// <param name="environment">NAME=VALUE; a program that has the library also has LD_PRELOAD.</param>
    public ChildProgram(string command, params string[] environment)
        : this(command.Split(' ', StringSplitOptions.RemoveEmptyEntries), environment)
    {
    }

    public ChildProgram(string[] words, string[] environment)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string variable in environment)
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            start.Environment[variable[..equals]] = variable[(equals + 1)..];
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException($"{words[0]} did not start");
        Collect(_process.StandardOutput, _output);
        Collect(_process.StandardError, _errors);
    }

    public static string Preloaded => "LD_PRELOAD=" + Library;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    public IEnumerable<string> Lines => Output.Split('\n').Select(line => line.TrimEnd('\r'));

    public bool HasExited => _process.HasExited;

    /// <summary>Waits for the end; a program that does not end is ended.</summary>
    /// <returns>The exit code, or -1.</returns>
    public int Wait(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit))
        {
            _process.Kill();
            return -1;
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Waits until a text has been printed so many times, or the program has ended.</summary>
    public bool WaitFor(string text, int times, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (Count(text) < times)
        {
            if (HasExited || clock.Elapsed > limit)
            {
                return Count(text) >= times;
            }

            Thread.Sleep(20);
        }

        return true;
    }

    public int Count(string text) => Output.Split(text).Length - 1;

    /// <summary>Counts the lines of a guest's or a program's that say PASS or FAIL.</summary>
    public void Take(string title, Report report)
    {
        foreach (string line in Lines)
        {
            int pass = line.IndexOf("PASS ", StringComparison.Ordinal);
            int fail = line.IndexOf("FAIL ", StringComparison.Ordinal);
            if (pass >= 0)
            {
                report.Check(true, $"{title}: {line[(pass + 5)..]}", string.Empty);
            }
            else if (fail >= 0)
            {
                report.Fail($"{title}: {line[(fail + 5)..]}");
            }
        }
    }

    /// <summary>Checks that a guest has come to its end, and that the library has told its counts.</summary>
    public void Ended(string what, Report report) => report.Check(
        Output.Contains("guest done", StringComparison.Ordinal) && Errors.Contains("accesses without a syndrome", StringComparison.Ordinal),
        $"{what} ends, and the library says what it did",
        Output + Errors);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static void Collect(System.IO.StreamReader from, StringBuilder to)
    {
        var thread = new Thread(() =>
        {
            char[] buffer = new char[1024];
            int length;
            while ((length = from.Read(buffer, 0, buffer.Length)) > 0)
            {
                lock (to)
                {
                    to.Append(buffer, 0, length);
                }
            }
        })
        { IsBackground = true };
        thread.Start();
    }
}
