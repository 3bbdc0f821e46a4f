using System;
using System.CommandLine;
using System.IO;
using System.Text;
using Arm64MmioDecode.Tool.Commands;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool;

/// <summary>The command line: which commands there are, and what becomes of everything that goes wrong.</summary>
internal static class CommandLineTool
{
    /// <summary>The command's name.</summary>
    public const string Name = "mmiodecode";

    /// <summary>Runs the tool.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="console">The streams to use.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, ToolConsole console)
    {
        try
        {
            ParseResult parsed = Build(console, args.Length == 0 ? "" : args[0]).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.UnmatchedTokens.Count != 0)
            {
                string word = parsed.UnmatchedTokens[0];
                return Complain(console, $"unknown command or option {Quoted.Text(word)}{Suggestion.For(word, parsed.CommandResult.Command)}", ExitCode.BadInput);
            }

            if (parsed.Errors.Count != 0)
            {
                return Complain(console, $"{parsed.Errors[0].Message.TrimEnd('.')} (--help explains)", ExitCode.BadInput);
            }

            using var output = new StreamWriter(console.Output, new UTF8Encoding(false), leaveOpen: true);
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (BadInputException e)
        {
            return Complain(console, e.Message, ExitCode.BadInput);
        }
        catch (OutputClosedException)
        {
            return ExitCode.Success;
        }
        catch (OutputFailedException e)
        {
            return Complain(console, e.Message, ExitCode.BadInput);
        }
#pragma warning disable CA1031 // Whatever goes wrong, the user gets one line and never a stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Complain(console, $"internal error: {e.GetType().Name}: {e.Message}", ExitCode.InternalError);
        }
    }

    // Options cost time to make: when the first word is a command, the others are left out.
    private static RootCommand Build(ToolConsole console, string first)
    {
        var root = new RootCommand("Decodes, emulates and finds the Arm memory instructions that leave a hypervisor without a syndrome (ESR_ELx.ISV = 0).");
        root.Directives.Clear();
        Command? only = first switch
        {
            DecodeCommand.Name => DecodeCommand.Create(console),
            EmulateCommand.Name => EmulateCommand.Create(console),
            ExplainCommand.Name => ExplainCommand.Create(console),
            ReplayCommand.Name => ReplayCommand.Create(console),
            ScanCommand.Name => ScanCommand.Create(console),
            RunCommand.Name => RunCommand.Create(),
            _ => null,
        };
        if (only is not null)
        {
            root.Add(only);
            return root;
        }

        root.Add(DecodeCommand.Create(console));
        root.Add(EmulateCommand.Create(console));
        root.Add(ExplainCommand.Create(console));
        root.Add(ReplayCommand.Create(console));
        root.Add(ScanCommand.Create(console));
        root.Add(RunCommand.Create());
        return root;
    }

    private static int Complain(ToolConsole console, string message, int exitCode)
    {
        int end = message.AsSpan().IndexOfAny('\r', '\n');
        console.Error.WriteLine($"{Name}: {(end < 0 ? message : message.AsSpan(0, end))}");
        return exitCode;
    }
}
