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
    public const string Name = "decode";

    public static Command Create(ToolConsole console)
    {
        var opcodes = new Argument<string[]>("OPCODE")
        {
            Description = "Opcodes in hexadecimal, 8 digits, or - to read one per line from standard input, which may also be a listing of objdump, llvm-objdump or gdb. T32: 4 digits for a 16-bit instruction, 8 for a 32-bit one (first halfword first).",
            Arity = ArgumentArity.OneOrMore,
        };
        opcodes.RejectUnknownOptions();
        Option<InstructionSet> set = CommonOptions.InstructionSet();
        Option<ItState> itState = CommonOptions.ItCondition();
        Option<bool> json = CommonOptions.Json();
        var command = new Command(Name, "Says what opcodes do to memory, and why a data abort on them has no valid syndrome.")
        {
            opcodes,
            set,
            itState,
            json,
        };
        command.Validators.Add(result =>
        {
            // What --set says may be what is wrong, which is reported elsewhere.
            bool isT32 = result.GetResult(set) is { Tokens: [{ Value: var word }] } && (!InstructionSetWord.TryParse(word, out InstructionSet given) || given == InstructionSet.T32);
            if (result.GetResult(itState) is not null && !isT32)
            {
                result.AddError("--it concerns T32 only: add --set t32");
            }
        });
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
            List<Opcode> opcodesOfLine = [];
            try
            {
                while (reader.MoveNext())
                {
                    ReadOnlySpan<byte> line = reader.Current.Span.Trim(" \t"u8);
                    if (!ListingLine.TryParse(line, set, opcodesOfLine))
                    {
                        opcodesOfLine.Add(Opcode.Parse(line, set));
                    }

                    opcodesOfLine.ForEach(Write);
                    opcodesOfLine.Clear();
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
            string? hint = OpcodeHint.For(opcode, set, status, in access);
            if (json)
            {
                DecodedInstructionJson.Write(lines.Begin(), set, opcode, status, in access, hint);
                lines.End();
            }
            else
            {
                DecodedInstructionText.Write(output, opcode, status, in access, hint);
            }
        }
    }
}
