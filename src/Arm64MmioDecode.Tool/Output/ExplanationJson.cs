using System.Collections.Generic;
using System.Text.Json;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Explaining;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The explanation of an abort as JSON.</summary>
internal static class ExplanationJson
{
    private static readonly JsonEncodedText s_esr = JsonEncodedText.Encode("esr");
    private static readonly JsonEncodedText s_value = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText s_far = JsonEncodedText.Encode("far");
    private static readonly JsonEncodedText s_pc = JsonEncodedText.Encode("pc");
    private static readonly JsonEncodedText s_start = JsonEncodedText.Encode("start");
    private static readonly JsonEncodedText s_length = JsonEncodedText.Encode("length");
    private static readonly JsonEncodedText s_ipa = JsonEncodedText.Encode("ipa");

    public static void Write(Utf8JsonWriter json, ExplainedExit exit)
    {
        ExitExplanation explanation = exit.Explanation;
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        IntermediatePhysicalAddress ipa = explanation.Exit.Ipa;
        json.WriteHex(s_esr, syndrome.Value);
        json.WriteStartArray("fields");
        foreach (SyndromeField field in SyndromeDescription.Describe(syndrome, exit.InstructionSet))
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
        json.WriteString("class", JsonNamingPolicy.CamelCase.ConvertName(syndrome.Class.ToString()));
        json.WriteString("summary", explanation.WhatHappened);
        WriteAddress(json, s_far, explanation.Exit.FaultAddress);
        WriteAddress(json, s_ipa, ipa.Precision == IpaPrecision.None ? null : ipa.Value);
        json.WriteString("ipaPrecision", JsonNamingPolicy.CamelCase.ConvertName(ipa.Precision.ToString()));
        json.WriteBoolean("assumed", exit.IsSyndromeAssumed);
        json.WriteString("dump", exit.DumpFormat);
        WriteAddress(json, s_pc, exit.Pc);
        json.WriteString("symbol", exit.Symbol);
        WriteAll(json, "guestAction", explanation.GuestAction);
        json.WriteString("memoryView", JsonNamingPolicy.CamelCase.ConvertName(explanation.MemoryView.ToString()));
        json.WriteStartObject("addressRegisters");
        foreach (KeyValuePair<string, ulong> register in explanation.AddressRegisters)
        {
            json.WriteHex(JsonEncodedText.Encode(register.Key), register.Value);
        }

        json.WriteEndObject();
        WriteTrees(json, exit.DeviceTrees);
        WalkJson.Write(json, exit.Walk);
        json.WritePropertyName("instruction");
        if (exit.Opcode is { } opcode)
        {
            json.WriteStartObject();
            DecodedInstructionJson.Write(json, exit.InstructionSet, opcode, explanation.Decoded ?? DecodeStatus.NotMemoryAccess, explanation.Access);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        WriteAll(json, "whyNoSyndrome", explanation.WhyNoSyndrome);
        json.WritePropertyName("agrees");
        if (explanation.Agrees is { } agrees)
        {
            json.WriteBooleanValue(agrees);
        }
        else
        {
            json.WriteNullValue();
        }

        WriteAll(json, "differences", explanation.Differences);
        WriteAll(json, "contradictions", explanation.Contradictions);
        json.WriteString("cause", JsonNamingPolicy.CamelCase.ConvertName(explanation.Cause.ToString()));
        json.WriteString("usualCause", explanation.UsualCause);
        WriteAll(json, "next", exit.Next);
    }

    private static void WriteTrees(Utf8JsonWriter json, IReadOnlyList<TreeAnswer> trees)
    {
        json.WriteStartArray("deviceTrees");
        foreach (TreeAnswer tree in trees)
        {
            json.WriteStartObject();
            json.WriteString("file", tree.File);
            json.WriteString("node", tree.Node?.Path);
            json.WriteString("compatible", tree.Node?.Compatible);
            json.WriteBoolean("memory", tree.Node is { IsMemory: true });
            WriteAddress(json, s_start, tree.Node?.Start);
            WriteAddress(json, s_length, tree.Node?.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
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
