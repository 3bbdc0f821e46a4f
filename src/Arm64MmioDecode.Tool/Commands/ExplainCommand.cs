using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Machines;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary><c>explain</c>: an abort in words.</summary>
internal static class ExplainCommand
{
    public const string EsrOption = "--esr";

    // A register of more digits is rare enough to ask, if it looks like a decimal number.
    private const int DigitsOf32Bits = 8;

    public static Command Create(ToolConsole console)
    {
        Option<ulong?> esr = Register(EsrOption, "ESR", "ESR_EL2 of the exit, in hexadecimal as all numbers here. To KVM's arm_nisv.esr_iss add 0x92000000.");
        esr.Required = true;
        Option<bool> el1 = new("--el1") { Description = "The register is ESR_EL1: what a guest's kernel prints when it panics." };
        Option<ulong?> far = Register("--far", "FAR", "FAR_EL2, the virtual address.");
        Option<ulong?> ipa = Register("--ipa", "IPA", "The intermediate physical address, when the hypervisor reports it (KVM: arm_nisv.fault_ipa).");
        Option<ulong?> hpfar = Register("--hpfar", "HPFAR", "HPFAR_EL2, instead of --ipa.");
        Option<string?> opcode = new("--opcode") { Description = "The instruction at PC, written as for decode.", HelpName = "WORD" };
        Option<InstructionSet> set = CommonOptions.InstructionSet();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("explain", "Says in words what a data abort is about, why its syndrome is empty, and what to look at next.")
        {
            esr,
            el1,
            far,
            ipa,
            hpfar,
            opcode,
            set,
            json,
        };
        command.Validators.Add(result =>
        {
            // Not their values: those may be what is wrong, which is reported elsewhere.
            if (result.GetResult(ipa) is not null && result.GetResult(hpfar) is not null)
            {
                result.AddError("--ipa and --hpfar say the same: give one of them");
            }
        });
        command.SetAction(parsed =>
        {
            ulong register = parsed.GetValue(esr) ?? 0;
            var syndrome = parsed.GetValue(el1) ? DataAbortSyndrome.FromEsrEL1(register) : DataAbortSyndrome.FromEsr(register);
            ulong? farValue = parsed.GetValue(far);
            InstructionSet instructionSet = parsed.GetValue(set);
            Opcode? word = parsed.GetValue(opcode) is { } text ? Opcode.Parse(Encoding.UTF8.GetBytes(text), instructionSet) : null;
            var exit = new DataAbortExit(syndrome, farValue, Ipa(in syndrome, parsed.GetValue(ipa), parsed.GetValue(hpfar), farValue));
            return Run(console, exit, instructionSet, word, parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(ToolConsole console, in DataAbortExit exit, InstructionSet set, Opcode? opcode, bool json)
    {
        ExitExplanation explanation = opcode is { } word
            ? ExitExplanation.Of(exit, OpcodeDecoder.Decode(word, set, ItState.None, out AccessDescriptor access), access)
            : ExitExplanation.Of(exit);
        var output = new OutputBuffer(console.Output);
        if (json)
        {
            using var lines = new JsonLineWriter(output);
            ExplanationJson.Write(lines.Begin(), explanation, set, opcode);
            lines.End();
        }
        else
        {
            ExplanationText.Write(output, new TextStyle(console.Colour), explanation, set);
        }

        output.Flush();
        return ExitCode.Success;
    }

    private static IntermediatePhysicalAddress Ipa(in DataAbortSyndrome syndrome, ulong? ipa, ulong? hpfar, ulong? far)
    {
        if (ipa is { } given)
        {
            return IntermediatePhysicalAddress.FromAddress(given);
        }

        return hpfar is not { } register ? default
            : far is { } address ? IntermediatePhysicalAddress.FromHpfar(in syndrome, register, address)
            : IntermediatePhysicalAddress.FromHpfar(in syndrome, register);
    }

    private static Option<ulong?> Register(string name, string helpName, string description) => new(name)
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
