using System;
using System.Text.Json;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>Reads the registers of SVE and SME of a line: those of a machine that has <c>vl</c>.</summary>
internal static class ScalableRegistersReader
{
    /// <summary>Makes the registers of a line, all but the scalable ones still 0; without <c>vl</c> there are no scalable ones.</summary>
    /// <exception cref="BadInputException">A length that does not exist, or a value that fits in no register.</exception>
    public static MachineRegisters Read(JsonElement root)
    {
        if (!JsonInput.TryGet(root, "vl", out JsonElement vl))
        {
            return new MachineRegisters();
        }

        bool isStreaming = JsonInput.TryGet(root, "sm", out JsonElement sm) && JsonInput.Boolean(sm, "sm");
        bool hasZa = JsonInput.TryGet(root, "za", out JsonElement za);
        int streamingLength = JsonInput.TryGet(root, "svl", out JsonElement svl) ? Length(svl, "svl")
            : isStreaming ? throw new BadInputException("sm: true needs svl")
            : hasZa ? throw new BadInputException("za needs svl")
            : 0;
        var registers = new ScalableMachineRegisters(Length(vl, "vl"), streamingLength, isStreaming, hasZa);
        if (JsonInput.TryGet(root, "v", out JsonElement v) && v.ValueKind == JsonValueKind.Object && v.EnumerateObject().MoveNext())
        {
            throw new BadInputException("v: a machine with vl has its V registers in z");
        }

        byte[] buffer = new byte[registers.VectorLength];
        if (JsonInput.TryGet(root, "z", out JsonElement z))
        {
            JsonInput.Registers(z, "z", ScalableMachineRegisters.VectorRegisters, (number, value, name) =>
                registers.WriteZ(number, Value(value, name, buffer)));
        }

        buffer = new byte[registers.VectorLength / 8];
        if (JsonInput.TryGet(root, "p", out JsonElement p))
        {
            JsonInput.Registers(p, "p", ScalableMachineRegisters.PredicateRegisters, (number, value, name) =>
                registers.WriteP(number, Value(value, name, buffer)));
        }

        if (JsonInput.TryGet(root, "ffr", out JsonElement ffr))
        {
            registers.WriteFfr(Value(ffr, "ffr", buffer));
        }

        buffer = new byte[streamingLength];
        if (hasZa)
        {
            JsonInput.Registers(za, "za", streamingLength, (number, value, name) =>
                registers.WriteZa(number, Value(value, name, buffer)));
        }

        if (JsonInput.TryGet(root, "zt0", out JsonElement zt0))
        {
            // Without ZA it is there to be refused when it makes no sense, and counts for nothing.
            ReadOnlySpan<byte> value = Value(zt0, "zt0", new byte[ScalableMachineRegisters.Zt0Bytes]);
            registers.WriteZt0(hasZa ? value : new byte[value.Length]);
        }

        if (JsonInput.TryGet(root, "options", out JsonElement options) && options.ValueKind == JsonValueKind.Object
            && JsonInput.TryGet(options, EmulationOptionsReader.FullA64, out JsonElement fullA64))
        {
            registers.IsFullA64Enabled = JsonInput.Boolean(fullA64, "options." + EmulationOptionsReader.FullA64);
        }

        return registers;
    }

    private static ReadOnlySpan<byte> Value(JsonElement value, string name, byte[] buffer)
    {
        Array.Clear(buffer);
        JsonInput.LongHex(value, name, buffer);
        return buffer;
    }

    private static int Length(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int length) && length is 16 or 32 or 64 or 128 or 256
            ? length
            : throw JsonInput.Expected(name, "a vector length in bytes, 16, 32, 64, 128 or 256,");
}
