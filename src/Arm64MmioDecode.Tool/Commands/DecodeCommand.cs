using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Machines;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>decode</c>: what opcodes mean.</summary>
internal static class DecodeCommand
{
    public static Command Create(ToolConsole console)
    {
        var opcodes = new Argument<string[]>("OPCODE")
        {
            Description = "Opcodes in hexadecimal, or - to read one per line from standard input. T32: 4 digits for a 16-bit instruction, 8 for a 32-bit one (first halfword first).",
            Arity = ArgumentArity.OneOrMore,
        };
        opcodes.RejectUnknownOptions();
        Option<InstructionSet> set = CommonOptions.InstructionSet();
        Option<ItState> itState = CommonOptions.ItCondition();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("decode", "Says what opcodes do to memory, and why a data abort on them has no valid syndrome.")
        {
            opcodes,
            set,
            itState,
            json,
        };
        command.SetAction(parsed => Run(
            console,
            parsed.GetRequiredValue(opcodes),
            parsed.GetValue(set),
            parsed.GetValue(itState),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(ToolConsole console, string[] arguments, InstructionSet set, ItState itState, bool json)
    {
        var output = new OutputBuffer(console.Output);
        using var lines = new JsonLineWriter(output);
        if (arguments is [InputFile.StandardInput])
        {
            var reader = new LineReader(console.Input, output.Flush);
            try
            {
                while (reader.MoveNext())
                {
                    Write(Opcode.Parse(reader.Current.Span.Trim(" \t"u8), set));
                }
            }
            catch (BadInputException e)
            {
                output.Flush();
                throw e.AtLine(reader.Number);
            }
        }
        else
        {
            // All of them are read before anything is said about the first.
            List<Opcode> opcodes = [];
            foreach (string argument in arguments)
            {
                opcodes.Add(Opcode.Parse(Encoding.UTF8.GetBytes(argument), set));
            }

            opcodes.ForEach(Write);
        }

        output.Flush();
        return ExitCode.Success;

        void Write(Opcode opcode)
        {
            DecodeStatus status = OpcodeDecoder.Decode(opcode, set, itState, out AccessDescriptor access);
            if (json)
            {
                DecodedInstructionJson.Write(lines.Begin(), set, opcode, status, in access);
                lines.End();
            }
            else
            {
                DecodedInstructionText.Write(output, opcode, status, in access);
            }
        }
    }
}
