using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>Makes a machine from a line of JSON. What is not listed, or null, is 0; names that mean nothing to the machine are passed over.</summary>
internal static class EmulationRequestReader
{
    private const int GeneralRegisters = 31;
    private const int SimdRegisters = 32;
    private const int AArch32Registers = 15;

    /// <summary>Reads a line.</summary>
    /// <param name="root">The line's object, which must outlive the request.</param>
    /// <exception cref="BadInputException">Something in it cannot be used; the message says what.</exception>
    public static EmulationRequest Read(JsonElement root)
    {
        var request = new EmulationRequest
        {
            InstructionSet = JsonInput.TryGet(root, "set", out JsonElement set) ? Set(set) : InstructionSet.A64,
        };
        if (!JsonInput.TryGet(root, "opcode", out JsonElement opcode))
        {
            throw new BadInputException("opcode is missing");
        }

        request.Opcode = Opcode.ParseNumber(Encoding.UTF8.GetBytes(JsonInput.Text(opcode, "opcode")), request.InstructionSet);
        if (request.InstructionSet == InstructionSet.A64)
        {
            request.Registers = ScalableRegistersReader.Read(root);
        }

        // The mode says which registers are meant.
        request.Registers.PState = JsonInput.TryGet(root, "pstate", out JsonElement pstate) ? (ulong)JsonInput.Hex(pstate, "pstate", request.InstructionSet == InstructionSet.A64 ? 64 : 32) : 0;
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                continue; // as if it were not there; id is null without it, too
            }

            if (request.InstructionSet == InstructionSet.A64 ? !ReadA64(request, property) : !ReadAArch32(request, property))
            {
                ReadCommon(request, property);
            }
        }

        return request;
    }

    public static InstructionSet Set(JsonElement value) =>
        InstructionSetWord.TryParse(JsonInput.Text(value, "set"), out InstructionSet set)
            ? set
            : throw JsonInput.Expected("set", "a64, a32 or t32");

    private static void ReadCommon(EmulationRequest request, JsonProperty property)
    {
        switch (property.Name)
        {
            case "id":
                request.Id = property.Value;
                break;
            case "pc":
                request.Registers.Pc = JsonInput.Hex64(property.Value, property.Name);
                break;
            case "system":
                SystemRegistersReader.Read(property.Value, request.Registers);
                break;
            case "memory":
                ReadMemory(request.Memory, property.Value);
                break;
            case "tags":
                ReadTags(request.Memory, property.Value);
                break;
            case "options":
                request.Options = EmulationOptionsReader.Read(property.Value, request.Options);
                break;
            case "set" or "opcode" or "pstate" or "vl" or "svl" or "sm" or "z" or "p" or "ffr" or "za" or "zt0":
                // Read before the others.
                break;
            case "exit" or "esr_iss" or "fault_ipa":
                // Of a recorded exit.
                break;
            default:
                request.UnknownKey ??= property.Name;
                break;
        }
    }

    private static bool ReadA64(EmulationRequest request, JsonProperty property)
    {
        switch (property.Name)
        {
            case "sp":
                request.Registers.Sp = JsonInput.Hex64(property.Value, property.Name);
                return true;
            case "x":
                JsonInput.Registers(property.Value, property.Name, GeneralRegisters, (number, value, name) =>
                    request.Registers.SetX(number, JsonInput.Hex64(value, name)));
                return true;
            case "gcspr":
                request.Registers.Gcspr = JsonInput.Hex64(property.Value, property.Name);
                return true;
            case "v":
                JsonInput.Registers(property.Value, property.Name, SimdRegisters, (number, value, name) =>
                {
                    UInt128 contents = JsonInput.Hex(value, name, 128);
                    request.Registers.SetV(number, (ulong)contents, (ulong)(contents >> 64));
                });
                return true;
            default:
                return false;
        }
    }

    private static bool ReadAArch32(EmulationRequest request, JsonProperty property)
    {
        switch (property.Name)
        {
            case "r":
                JsonInput.Registers(property.Value, property.Name, AArch32Registers, (number, value, name) =>
                    request.Registers.SetR(number, request.Registers.PState, (ulong)JsonInput.Hex(value, name, 32)));
                return true;
            case "x":
                // The registers of other modes, where AArch64 has them.
                JsonInput.Registers(property.Value, property.Name, GeneralRegisters, (number, value, name) =>
                    request.Registers.SetX(number, (ulong)JsonInput.Hex(value, name, 32)));
                return true;
            case "spsr":
                request.Registers.SetSystemRegister(
                    GuestRegistersExtensions.SpsrOf(request.Registers.PState), (ulong)JsonInput.Hex(property.Value, property.Name, 32));
                return true;
            case "d":
                JsonInput.Registers(property.Value, property.Name, SimdRegisters, (number, value, name) =>
                    request.Registers.SetD(number, JsonInput.Hex64(value, name)));
                return true;
            default:
                return false;
        }
    }

    private static void ReadMemory(ByteMemory memory, JsonElement value)
    {
        foreach ((ulong address, JsonElement bytes, string name) in Addresses(value, "memory"))
        {
            memory.Add(address, JsonInput.Bytes(bytes, name));
        }
    }

    private static void ReadTags(ByteMemory memory, JsonElement value)
    {
        const int TagBits = 4;
        foreach ((ulong address, JsonElement tag, string name) in Addresses(value, "tags"))
        {
            if (address % ByteMemory.GranuleSize != 0)
            {
                throw new BadInputException($"{name}: a granule starts at a multiple of {ByteMemory.GranuleSize}");
            }

            memory.Tags.Add(address, (byte)JsonInput.Hex(tag, name, TagBits));
        }
    }

    private static IEnumerable<(ulong Address, JsonElement Value, string Name)> Addresses(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw JsonInput.Expected(what, "an object of addresses");
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (!property.Name.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                || !ulong.TryParse(property.Name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address))
            {
                throw new BadInputException($"{what}: {Quoted.Text(property.Name)} is not an address \"0x…\"");
            }

            yield return (address, property.Value, $"{what}.{property.Name}");
        }
    }
}
