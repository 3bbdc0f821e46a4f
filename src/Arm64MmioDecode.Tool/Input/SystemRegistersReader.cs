using System;
using System.Text.Json;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>Reads the <c>system</c> of a line: the system registers that a few instructions depend on.</summary>
internal static class SystemRegistersReader
{
    private static readonly (string Name, int Bits, SystemRegister Low, SystemRegister? High)[] s_registers =
    [
        ("fpcr", 64, SystemRegister.Fpcr, null),
        ("accdata_el1", 64, SystemRegister.AccdataEl1, null),
        ("rcwmask_el1", 128, SystemRegister.RcwMaskEl1, SystemRegister.RcwMaskEl1High),
        ("rcwsmask_el1", 128, SystemRegister.RcwSMaskEl1, SystemRegister.RcwSMaskEl1High),
    ];

    /// <summary>Sets the registers of a machine.</summary>
    /// <exception cref="BadInputException">A register or value that does not exist.</exception>
    public static void Read(JsonElement value, MachineRegisters registers)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw JsonInput.Expected("system", "an object of registers");
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            string name = "system." + property.Name;
            if (ReadOther(property, name, registers))
            {
                continue;
            }

            (string? known, int bits, SystemRegister low, SystemRegister? high) = Array.Find(s_registers, register => register.Name == property.Name);
            if (known is null)
            {
                throw new BadInputException($"system: unknown register {Quoted.Text(property.Name)}");
            }

            UInt128 contents = JsonInput.Hex(property.Value, name, bits);
            registers.SetSystemRegister(low, (ulong)contents);
            if (high is { } upper)
            {
                registers.SetSystemRegister(upper, (ulong)(contents >> 64));
            }
        }
    }

    // What the library does not know by a name of SystemRegister. ELR, SPSR and GCSCR are those of the current Exception level.
    private static bool ReadOther(JsonProperty property, string name, MachineRegisters registers)
    {
        switch (property.Name)
        {
            case "dbgdtrrx":
                registers.Received = (uint)JsonInput.Hex(property.Value, name, 32);
                return true;
            case "elr":
                registers.Elr = JsonInput.Hex64(property.Value, name);
                return true;
            case "spsr":
                registers.Spsr = JsonInput.Hex64(property.Value, name);
                return true;
            case "gcscr":
                registers.Gcscr = JsonInput.Hex64(property.Value, name);
                return true;
            default:
                return false;
        }
    }
}
