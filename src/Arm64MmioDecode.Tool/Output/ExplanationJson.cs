using System.Collections.Generic;
using System.Text.Json;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Explanations;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The explanation of an abort as JSON.</summary>
internal static class ExplanationJson
{
    private static readonly JsonEncodedText s_esr = JsonEncodedText.Encode("esr");
    private static readonly JsonEncodedText s_value = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText s_far = JsonEncodedText.Encode("far");
    private static readonly JsonEncodedText s_ipa = JsonEncodedText.Encode("ipa");

    public static void Write(Utf8JsonWriter json, AbortExplanation abort)
    {
        json.WriteHex(s_esr, abort.Syndrome.Value);
        json.WriteStartArray("fields");
        foreach (SyndromeField field in SyndromeDescription.Describe(abort.Syndrome))
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("longName", field.LongName);
            json.WriteNumber("high", field.HighBit);
            json.WriteNumber("low", field.LowBit);
            json.WriteHex(s_value, field.Value);
            json.WriteString("meaning", field.Meaning);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("class", JsonNamingPolicy.CamelCase.ConvertName(abort.Syndrome.Class.ToString()));
        json.WriteString("summary", abort.Syndrome.Class.ToWords());
        WriteAddress(json, s_far, abort.Far);
        WriteAddress(json, s_ipa, abort.Ipa.Precision == IpaPrecision.None ? null : abort.Ipa.Value);
        json.WriteString("ipaPrecision", JsonNamingPolicy.CamelCase.ConvertName(abort.Ipa.Precision.ToString()));
        json.WritePropertyName("instruction");
        if (abort.Opcode is { } opcode)
        {
            json.WriteStartObject();
            DecodedInstructionJson.Write(json, abort.InstructionSet, opcode, abort.Decoded, abort.Access);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        WriteAll(json, "whyNoSyndrome", abort.WhyNoSyndrome);
        json.WritePropertyName("agrees");
        if (abort.Agrees is { } agrees)
        {
            json.WriteBooleanValue(agrees);
        }
        else
        {
            json.WriteNullValue();
        }

        WriteAll(json, "differences", abort.Differences);
        WriteAll(json, "next", abort.Next);
    }

    private static void WriteAddress(Utf8JsonWriter json, JsonEncodedText name, ulong? address)
    {
        if (address is { } value)
        {
            json.WriteHex(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteAll(Utf8JsonWriter json, string name, IReadOnlyList<string> sentences)
    {
        json.WriteStartArray(name);
        foreach (string sentence in sentences)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
    }
}
