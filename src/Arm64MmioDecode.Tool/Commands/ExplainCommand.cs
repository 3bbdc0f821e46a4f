using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Dumps;
using Arm64MmioDecode.Tool.Explaining;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>explain</c>: an abort in words.</summary>
internal static class ExplainCommand
{
    public const string EsrOption = "--esr";
    public const string DumpOption = "--dump";

    // A register of more digits is rare enough to ask, if it looks like a decimal number.
    private const int DigitsOf32Bits = 8;

    public const string Name = "explain";

    public static Command Create(ToolConsole console)
    {
        Option<ulong?> esr = Register(EsrOption, "ESR", "ESR_EL2 of the exit, in hexadecimal as all numbers here. To KVM's arm_nisv.esr_iss add 0x92000000.");
        Option<bool> el1 = new("--el1") { Description = "The register is ESR_EL1: what a guest's kernel prints when it panics." };
        Option<ulong?> far = Register("--far", "FAR", "FAR_EL2, the virtual address.");
        Option<ulong?> ipa = Register("--ipa", "IPA", "The intermediate physical address, when the hypervisor reports it (KVM: arm_nisv.fault_ipa).");
        Option<ulong?> hpfar = Register("--hpfar", "HPFAR", "HPFAR_EL2, instead of --ipa.");
        Option<ulong?> pc = Register("--pc", "PC", "PC, to find the instruction with --elf or --memory.");
        Option<string?> opcode = new("--opcode") { Description = "The instruction at PC, written as for decode.", HelpName = "WORD" };
        Option<string?> dump = new(DumpOption)
        {
            Description = "A log with a register dump of QEMU, kvmtool, Linux, EDK2, U-Boot, Xen, Hafnium or TF-A; - is standard input.",
            HelpName = "FILE",
        };
        Option<string?> program = new("--elf") { Description = "The program that ran, for the instruction at PC and its function.", HelpName = "FILE" };
        Option<FileAt?> memory = MemoryFile("--memory", "The bytes around PC, as the program sees them, and the address of the first.");
        Option<string[]> trees = new("--dtb")
        {
            Description = "The guest's device tree, to name what is at the address; once more for the hypervisor's.",
            HelpName = "FILE",
            Arity = new ArgumentArity(1, 2),
        };
        var tables = new TableOptions();
        Option<InstructionSet> set = CommonOptions.InstructionSet();
        Option<bool> json = CommonOptions.Json();
        var command = new Command(Name, "Says in words what a data abort is about, why its syndrome is empty, and what to look at next.")
        {
            esr,
            el1,
            far,
            ipa,
            hpfar,
            pc,
            opcode,
            set,
            dump,
            program,
            memory,
            trees,
        };
        tables.AddTo(command);
        command.Add(json);
        command.Validators.Add(result =>
        {
            // Not their values: those may be what is wrong, which is reported elsewhere.
            if (result.GetResult(ipa) is not null && result.GetResult(hpfar) is not null)
            {
                result.AddError("--ipa and --hpfar say the same: give one of them");
            }

            if (result.GetResult(esr) is null && result.GetResult(dump) is null)
            {
                result.AddError("give the syndrome with --esr, or a log with --dump");
            }
        });
        command.SetAction(parsed =>
        {
            var input = new ExplainInput
            {
                Esr = parsed.GetValue(esr),
                IsEsrEL1 = parsed.GetValue(el1),
                Far = parsed.GetValue(far),
                Ipa = parsed.GetValue(ipa),
                Hpfar = parsed.GetValue(hpfar),
                Pc = parsed.GetValue(pc),
                Opcode = parsed.GetValue(opcode),
                InstructionSet = parsed.GetResult(set) is { Implicit: false } ? parsed.GetValue(set) : null,
                Dump = parsed.GetValue(dump) is { } file ? ReadDump(file, console) : null,
                Program = parsed.GetValue(program),
                Memory = parsed.GetValue(memory),
                DeviceTrees = parsed.GetValue(trees) ?? [],
                Tables = tables.Read(parsed),
            };
            return Run(console, Explainer.Explain(input), parsed.GetValue(json));
        });
        return command;
    }

    private static CrashDump ReadDump(string file, ToolConsole console)
    {
        using Stream stream = InputFile.Open(file, console);
        var reader = new LineReader(stream, static () => { });
        try
        {
            return DumpReader.Read(reader);
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"{(file == InputFile.StandardInput ? "standard input" : Quoted.Text(file))}: {e.Message}", e);
        }
    }

    private static int Run(ToolConsole console, ExplainedExit exit, bool json)
    {
        var output = new OutputBuffer(console.Output);
        if (json)
        {
            using var lines = new JsonLineWriter(output);
            ExplanationJson.Write(lines.Begin(), exit);
            lines.End();
        }
        else
        {
            ExplanationText.Write(output, new TextStyle(console.Colour), exit);
        }

        output.Flush();
        return ExitCode.Success;
    }

    /// <summary>An option with a file of memory, <c>FILE@ADDR</c>.</summary>
    public static Option<FileAt?> MemoryFile(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE@ADDR",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!FileAt.TryParse(text, out FileAt? file))
            {
                result.AddError($"{name}: {Quoted.Text(text)} is not FILE@ADDR, a file and the hexadecimal address of its first byte");
            }

            return file;
        },
    };

    /// <summary>An option with the value of a register.</summary>
    public static Option<ulong?> Register(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            Token token = result.Tokens[0];
            if (token.Value.Length > DigitsOf32Bits && token.Value.All(char.IsAsciiDigit) && ulong.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
            {
                result.AddError($"{name}: {Quoted.Text(token.Value)} looks like a decimal number: write 0x{number:x} for it, or 0x{token.Value} if it is hexadecimal");
                return null;
            }

            if (HexNumber.TryParse(Encoding.UTF8.GetBytes(token.Value), out UInt128 value, out _) && value <= ulong.MaxValue)
            {
                return (ulong)value;
            }

            result.AddError($"{name}: {Quoted.Text(token.Value)} is not a hexadecimal number of up to 64 bits");
            return null;
        },
    };
}
