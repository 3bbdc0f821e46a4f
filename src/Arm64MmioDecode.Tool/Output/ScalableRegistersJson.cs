using System;
using System.Globalization;
using System.Text.Json;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The registers of SVE and SME that an emulation has changed, whole registers.</summary>
internal static class ScalableRegistersJson
{
    private const int LongestRegister = 256;

    private static readonly JsonEncodedText s_z = JsonEncodedText.Encode("z");
    private static readonly JsonEncodedText s_p = JsonEncodedText.Encode("p");
    private static readonly JsonEncodedText s_za = JsonEncodedText.Encode("za");

    private delegate void Reader(ScalableMachineRegisters registers, int number, Span<byte> destination);

    public static void Write(Utf8JsonWriter json, ScalableMachineRegisters before, ScalableMachineRegisters after)
    {
        int length = after.VectorLength;
        WriteChanges(json, s_z, ScalableMachineRegisters.VectorRegisters, length, before, after, static (r, n, to) => r.ReadZ(n, to));
        WriteChanges(json, s_p, ScalableMachineRegisters.PredicateRegisters, length / 8, before, after, static (r, n, to) => r.ReadP(n, to));
        int vectors = after.IsZaEnabled ? after.StreamingVectorLength : 0;
        WriteChanges(json, s_za, vectors, vectors, before, after, static (r, n, to) => r.ReadZa(n, to));
        WriteChange(json, "ffr", 0, length / 8, before, after, static (r, _, to) => r.ReadFfr(to));
        if (after.IsZaEnabled)
        {
            WriteChange(json, "zt0", 0, ScalableMachineRegisters.Zt0Bytes, before, after, static (r, _, to) => r.ReadZt0(to));
        }
    }

    private static void WriteChanges(
        Utf8JsonWriter json, JsonEncodedText name, int count, int length, ScalableMachineRegisters before, ScalableMachineRegisters after, Reader read)
    {
        json.WriteStartObject(name);
        for (int i = 0; i < count; i++)
        {
            WriteChange(json, i.ToString(CultureInfo.InvariantCulture), i, length, before, after, read);
        }

        json.WriteEndObject();
    }

    private static void WriteChange(
        Utf8JsonWriter json, string name, int number, int length, ScalableMachineRegisters before, ScalableMachineRegisters after, Reader read)
    {
        Span<byte> old = stackalloc byte[LongestRegister];
        Span<byte> value = stackalloc byte[LongestRegister];
        old = old[..length];
        value = value[..length];
        read(before, number, old);
        read(after, number, value);
        if (!value.SequenceEqual(old))
        {
            json.WriteString(name, Number(value));
        }
    }

    /// <summary>A little-endian number as <c>0x…</c> without leading zeros.</summary>
    private static string Number(Span<byte> value)
    {
        value.Reverse();
        string digits = HexText.Of(value).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }
}
