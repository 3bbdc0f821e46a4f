using System;
using System.Text.Json;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A decoded opcode as JSON: every key in every object, in the order of the documentation.</summary>
internal static class DecodedInstructionJson
{
    private static readonly JsonEncodedText s_set = JsonEncodedText.Encode("set");
    private static readonly JsonEncodedText s_opcode = JsonEncodedText.Encode("opcode");
    private static readonly JsonEncodedText s_status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText s_encoding = JsonEncodedText.Encode("encoding");
    private static readonly JsonEncodedText s_mnemonic = JsonEncodedText.Encode("mnemonic");
    private static readonly JsonEncodedText s_text = JsonEncodedText.Encode("text");
    private static readonly JsonEncodedText s_feature = JsonEncodedText.Encode("feature");
    private static readonly JsonEncodedText s_kind = JsonEncodedText.Encode("kind");
    private static readonly JsonEncodedText s_file = JsonEncodedText.Encode("file");
    private static readonly JsonEncodedText s_registers = JsonEncodedText.Encode("registers");
    private static readonly JsonEncodedText s_elementSize = JsonEncodedText.Encode("elementSize");
    private static readonly JsonEncodedText s_elementCount = JsonEncodedText.Encode("elementCount");
    private static readonly JsonEncodedText s_totalSize = JsonEncodedText.Encode("totalSize");
    private static readonly JsonEncodedText s_extend = JsonEncodedText.Encode("extend");
    private static readonly JsonEncodedText s_width = JsonEncodedText.Encode("width");
    private static readonly JsonEncodedText s_base = JsonEncodedText.Encode("base");
    private static readonly JsonEncodedText s_index = JsonEncodedText.Encode("index");
    private static readonly JsonEncodedText s_indexExtend = JsonEncodedText.Encode("indexExtend");
    private static readonly JsonEncodedText s_indexShift = JsonEncodedText.Encode("indexShift");
    private static readonly JsonEncodedText s_offset = JsonEncodedText.Encode("offset");
    private static readonly JsonEncodedText s_mode = JsonEncodedText.Encode("mode");
    private static readonly JsonEncodedText s_writeback = JsonEncodedText.Encode("writeback");
    private static readonly JsonEncodedText s_ordering = JsonEncodedText.Encode("ordering");
    private static readonly JsonEncodedText s_statusRegister = JsonEncodedText.Encode("status_register");
    private static readonly JsonEncodedText s_isv = JsonEncodedText.Encode("isv");
    private static readonly JsonEncodedText s_isvReasons = JsonEncodedText.Encode("isvReasons");
    private static readonly JsonEncodedText s_unpredictable = JsonEncodedText.Encode("unpredictable");
    private static readonly JsonEncodedText s_hint = JsonEncodedText.Encode("hint");

    public static void Write(Utf8JsonWriter json, InstructionSet set, Opcode opcode, DecodeStatus status, in AccessDescriptor access, string? hint = null)
    {
        json.WriteString(s_set, Words.Of(set));
        json.WriteHex(s_opcode, opcode.Value, opcode.Length * 2);
        json.WriteString(s_status, Words.Of(status));
        if (status == DecodeStatus.MemoryAccess)
        {
            WriteAccess(json, in access);
        }
        else
        {
            WriteNothing(json);
        }

        if (hint is not null)
        {
            json.WriteString(s_hint, hint);
        }
    }

    private static void WriteAccess(Utf8JsonWriter json, in AccessDescriptor access)
    {
        Span<char> name = stackalloc char[RegisterNames.MaxLength];
        Span<char> buffer = stackalloc char[AccessDescriptor.MaxTextLength];
        access.TryFormat(buffer, out int length);
        ReadOnlySpan<char> text = buffer[..length];
        int blank = text.IndexOf(' ');

        json.WriteString(s_encoding, access.EncodingName);
        json.WriteString(s_mnemonic, blank < 0 ? text : text[..blank]);
        json.WriteString(s_text, text);
        json.WriteString(s_feature, access.Feature);
        json.WriteString(s_kind, Words.Of(access.Kind));
        json.WriteString(s_file, Words.Of(access.RegisterFile));
        WriteRegisters(json, in access, text, name);
        json.WriteNumberOrNull(s_elementSize, access.KnownElementSize());
        json.WriteNumberOrNull(s_elementCount, access.KnownElementCount());
        json.WriteNumberOrNull(s_totalSize, access.KnownTotalSize());
        json.WriteString(s_extend, Words.Of(access.Extend));
        json.WriteNumberOrNull(s_width, access.KnownWidth());
        json.WriteTextOrNull(s_base, RegisterNames.Base(in access, name));
        json.WriteTextOrNull(s_index, RegisterNames.Index(in access, name));
        json.WriteTextOrNull(s_indexExtend, Words.Of(access.IndexExtend));
        json.WriteNumber(s_indexShift, access.IndexShift);
        json.WriteNumber(s_offset, access.Offset);
        json.WriteString(s_mode, Words.Of(access.AddressingMode));
        json.WriteBoolean(s_writeback, access.Writeback);
        WriteOrdering(json, access.Properties);
        json.WriteTextOrNull(s_statusRegister, RegisterNames.Status(in access, name));
        json.WriteBoolean(s_isv, access.HasValidSyndrome);
        WriteReasons(json, s_isvReasons, access.NoSyndromeReasons);
        json.WriteTextOrNull(s_unpredictable, access.Unpredictable);
    }

    private static void WriteRegisters(Utf8JsonWriter json, in AccessDescriptor access, ReadOnlySpan<char> text, Span<char> name)
    {
        json.WriteStartArray(s_registers);
        if (access.RegisterFile is RegisterFile.ZaArray or RegisterFile.Zt0)
        {
            json.WriteStringValue(RegisterNames.Matrix(in access, text));
        }
        else
        {
            // STADD and the other ST forms of atomics name no target: their LD forms have the zero register there.
            bool isStoreForm = access.Kind == AccessKind.ReadModifyWrite && text.StartsWith("st");
            int count = isStoreForm ? 1 : access.RegisterCount;
            for (int i = 0; i < count; i++)
            {
                json.WriteStringValue(RegisterNames.Data(in access, i, name));
            }
        }

        json.WriteEndArray();
    }

    private static void WriteOrdering(Utf8JsonWriter json, AccessProperties properties)
    {
        bool limited = (properties & AccessProperties.LimitedOrdering) != 0;
        json.WriteStartArray(s_ordering);
        foreach ((AccessProperties property, string plain, string limitedWord) in Words.Ordering)
        {
            if ((properties & property) != 0)
            {
                json.WriteStringValue(limited ? limitedWord : plain);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Why there is no valid syndrome, as an array of words.</summary>
    public static void WriteReasons(Utf8JsonWriter json, JsonEncodedText name, NoSyndromeReasons reasons)
    {
        json.WriteStartArray(name);
        foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
        {
            if ((reasons & reason) != 0)
            {
                json.WriteStringValue(word);
            }
        }

        json.WriteEndArray();
    }

    // No instruction that concerns us: texts are empty, flags are false, everything else is null.
    private static void WriteNothing(Utf8JsonWriter json)
    {
        json.WriteString(s_encoding, "");
        json.WriteString(s_mnemonic, "");
        json.WriteString(s_text, "");
        json.WriteString(s_feature, "");
        json.WriteNull(s_kind);
        json.WriteNull(s_file);
        json.WriteStartArray(s_registers);
        json.WriteEndArray();
        json.WriteNull(s_elementSize);
        json.WriteNull(s_elementCount);
        json.WriteNull(s_totalSize);
        json.WriteNull(s_extend);
        json.WriteNull(s_width);
        json.WriteNull(s_base);
        json.WriteNull(s_index);
        json.WriteNull(s_indexExtend);
        json.WriteNull(s_indexShift);
        json.WriteNull(s_offset);
        json.WriteNull(s_mode);
        json.WriteBoolean(s_writeback, false);
        json.WriteStartArray(s_ordering);
        json.WriteEndArray();
        json.WriteNull(s_statusRegister);
        json.WriteBoolean(s_isv, false);
        json.WriteStartArray(s_isvReasons);
        json.WriteEndArray();
        json.WriteNull(s_unpredictable);
    }
}
