using System;
using System.Globalization;
using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The outcome of an emulation as JSON: what was accessed, and what has changed.</summary>
internal static class EmulationResultJson
{
    private const int GeneralRegisters = 31;
    private const int AArch32Registers = 15;
    private const int SimdRegisters = 32;
    private const int MaxNumberLength = 20;

    private static readonly JsonEncodedText s_id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText s_status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText s_text = JsonEncodedText.Encode("text");
    private static readonly JsonEncodedText s_reason = JsonEncodedText.Encode("reason");
    private static readonly JsonEncodedText s_fault = JsonEncodedText.Encode("fault");
    private static readonly JsonEncodedText s_write = JsonEncodedText.Encode("write");
    private static readonly JsonEncodedText s_esr = JsonEncodedText.Encode("esr");
    private static readonly JsonEncodedText s_transactions = JsonEncodedText.Encode("transactions");
    private static readonly JsonEncodedText s_op = JsonEncodedText.Encode("op");
    private static readonly JsonEncodedText s_address = JsonEncodedText.Encode("address");
    private static readonly JsonEncodedText s_size = JsonEncodedText.Encode("size");
    private static readonly JsonEncodedText s_value = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText s_x = JsonEncodedText.Encode("x");
    private static readonly JsonEncodedText s_v = JsonEncodedText.Encode("v");
    private static readonly JsonEncodedText s_r = JsonEncodedText.Encode("r");
    private static readonly JsonEncodedText s_d = JsonEncodedText.Encode("d");
    private static readonly JsonEncodedText s_sp = JsonEncodedText.Encode("sp");
    private static readonly JsonEncodedText s_pc = JsonEncodedText.Encode("pc");
    private static readonly JsonEncodedText s_pstate = JsonEncodedText.Encode("pstate");
    private static readonly JsonEncodedText s_dbgdtrtx = JsonEncodedText.Encode("dbgdtrtx");
    private static readonly JsonEncodedText s_gcspr = JsonEncodedText.Encode("gcspr");
    private static readonly JsonEncodedText s_memory = JsonEncodedText.Encode("memory");
    private static readonly JsonEncodedText s_tags = JsonEncodedText.Encode("tags");

    /// <summary>The line of <c>emulate</c>.</summary>
    public static void Write(Utf8JsonWriter json, EmulationRequest request, EmulationResult result)
    {
        WriteOutcome(json, request, result);
        WriteMemory(json, request.Memory);
        WriteTags(json, request.Memory.Tags);
    }

    /// <summary>What happened to the instruction and the registers.</summary>
    public static void WriteOutcome(Utf8JsonWriter json, EmulationRequest request, EmulationResult result)
    {
        WriteId(json, request.Id);
        json.WriteString(s_status, Words.Of(result.Outcome));
        json.WriteString(s_text, result.Access.ToString());
        if (result.Outcome is EmulationOutcome.NotEmulated or EmulationOutcome.Undefined)
        {
            json.WriteString(s_reason, result.Reason);
        }
        else if (result.Outcome == EmulationOutcome.Fault)
        {
            WriteFault(json, result.Fault, result.Before.PState);
        }

        WriteTransactions(json, result);
        WriteRegisters(json, request.InstructionSet, result.Before, result.After);
    }

    private static void WriteMemory(Utf8JsonWriter json, ByteMemory memory)
    {
        json.WriteStartObject(s_memory);
        Span<char> name = stackalloc char[MaxNumberLength];
        foreach ((ulong address, byte[] bytes) in memory.Changes())
        {
            json.WriteString(JsonWriterExtensions.FormatHex(address, 1, name), HexText.Of(bytes));
        }

        json.WriteEndObject();
    }

    /// <summary>The Allocation Tags that have changed; the key is there only when there are some.</summary>
    private static void WriteTags(Utf8JsonWriter json, AllocationTags tags)
    {
        bool begun = false;
        Span<char> name = stackalloc char[MaxNumberLength];
        foreach ((ulong granule, byte tag) in tags.Changes())
        {
            if (!begun)
            {
                json.WriteStartObject(s_tags);
                begun = true;
            }

            json.WriteHex(JsonWriterExtensions.FormatHex(granule, 1, name), tag);
        }

        if (begun)
        {
            json.WriteEndObject();
        }
    }

    /// <summary>The name that a line of the input has, as it was; null when it has none.</summary>
    private static void WriteId(Utf8JsonWriter json, JsonElement id)
    {
        json.WritePropertyName(s_id);
        if (id.ValueKind == JsonValueKind.Undefined)
        {
            json.WriteNullValue();
        }
        else
        {
            id.WriteTo(json);
        }
    }

    private static void WriteTransactions(Utf8JsonWriter json, EmulationResult result)
    {
        json.WriteStartArray(s_transactions);
        foreach (Transaction transaction in result.Transactions)
        {
            json.WriteStartObject();
            json.WriteString(s_op, transaction.IsWrite ? "write" : "read");
            json.WriteHex(s_address, transaction.Address);
            json.WriteNumber(s_size, transaction.Data.Length);
            json.WriteString(s_value, transaction.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFault(Utf8JsonWriter json, in EmulationFault fault, ulong pstate)
    {
        json.WriteStartObject(s_fault);
        if (fault.Reason != FaultReason.DataAbort || fault.AddressNotValid)
        {
            json.WriteNull(s_address); // exception entry leaves FAR alone
        }
        else
        {
            json.WriteHex(s_address, fault.Address);
        }

        json.WriteBoolean(s_write, fault.IsWrite);
        json.WriteHex(s_esr, FaultSyndrome.Of(in fault, pstate));
        json.WriteEndObject();
    }

    /// <summary>The registers that differ, and PC.</summary>
    private static void WriteRegisters(Utf8JsonWriter json, InstructionSet set, MachineRegisters before, MachineRegisters after)
    {
        bool a64 = set == InstructionSet.A64;
        json.WriteStartObject(a64 ? s_x : s_r);
        for (int i = 0; i < (a64 ? GeneralRegisters : AArch32Registers); i++)
        {
            WriteChange(json, i, a64 ? before.GetX(i) : before.GetR(i, before.PState), a64 ? after.GetX(i) : after.GetR(i, before.PState));
        }

        json.WriteEndObject();
        if (!a64)
        {
            WriteOtherModes(json, before, after);
        }

        if (before is ScalableMachineRegisters scalableBefore && after is ScalableMachineRegisters scalableAfter)
        {
            ScalableRegistersJson.Write(json, scalableBefore, scalableAfter);
        }
        else
        {
            WriteVectors(json, a64, before, after);
        }

        if (before.Sp != after.Sp)
        {
            json.WriteHex(s_sp, after.Sp);
        }

        json.WriteHex(s_pc, after.Pc);
        if (before.PState != after.PState)
        {
            json.WriteHex(s_pstate, after.PState);
        }

        if (before.Transmitted != after.Transmitted)
        {
            json.WriteHex(s_dbgdtrtx, after.Transmitted);
        }

        if (before.Gcspr != after.Gcspr)
        {
            json.WriteHex(s_gcspr, after.Gcspr);
        }
    }

    private static void WriteVectors(Utf8JsonWriter json, bool a64, MachineRegisters before, MachineRegisters after)
    {
        json.WriteStartObject(a64 ? s_v : s_d);
        for (int i = 0; i < SimdRegisters; i++)
        {
            if (a64)
            {
                WriteChange(json, i, before.GetV(i), after.GetV(i));
            }
            else
            {
                WriteChange(json, i, before.GetD(i), after.GetD(i));
            }
        }

        json.WriteEndObject();
    }

    // Registers that the mode does not see, where AArch64 has them; the key is there only when one has changed.
    private static void WriteOtherModes(Utf8JsonWriter json, MachineRegisters before, MachineRegisters after)
    {
        bool begun = false;
        for (int i = 0; i < GeneralRegisters; i++)
        {
            if (before.GetX(i) != after.GetX(i) && !AArch32RegisterView.TryFromAArch64(i, (int)before.PState, out _))
            {
                if (!begun)
                {
                    json.WriteStartObject(s_x);
                    begun = true;
                }

                WriteChange(json, i, before.GetX(i), after.GetX(i));
            }
        }

        if (begun)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteChange(Utf8JsonWriter json, int number, UInt128 before, UInt128 after)
    {
        if (before != after)
        {
            Span<char> name = stackalloc char[MaxNumberLength];
            number.TryFormat(name, out int length, provider: CultureInfo.InvariantCulture);
            json.WriteHex(name[..length], after);
        }
    }
}
