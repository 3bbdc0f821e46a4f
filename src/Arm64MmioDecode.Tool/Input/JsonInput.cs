using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>Reads the values of an input line; a complaint names the property.</summary>
internal static class JsonInput
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>Parses a line. All strings and names in it are valid Unicode.</summary>
    /// <exception cref="BadInputException">It is no JSON object.</exception>
    public static JsonDocument ParseObject(ReadOnlyMemory<byte> line)
    {
        JsonDocument document;
        try
        {
            CheckStrings(line.Span);
            document = JsonDocument.Parse(line, s_options);
        }
        catch (JsonException e)
        {
            throw new BadInputException(
                FindRepeatedName(line.Span) is { } name ? $"the key {Quoted.Text(name)} is there twice" : $"malformed JSON at byte {(e.BytePositionInLine ?? 0) + 1}", e);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw new BadInputException("a JSON object is expected");
        }

        return document;
    }

    /// <summary>A value that is given: null is as if it were not there.</summary>
    public static bool TryGet(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Expected(name, "a string");

    public static bool Boolean(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Expected(name, "true or false"),
    };

    public static int Integer(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Expected(name, "a whole number");

    /// <summary>A string of <c>0x</c> and digits.</summary>
    public static UInt128 Hex(JsonElement value, string name, int bits)
    {
        string text = Text(value, name);
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            || !HexNumber.TryParse(Encoding.UTF8.GetBytes(text), out UInt128 number, out _)
            || (bits < 128 && number >> bits != 0))
        {
            throw new BadInputException($"{name}: {Quoted.Text(text)} is not a hexadecimal number \"0x…\" of up to {bits} bits");
        }

        return number;
    }

    public static ulong Hex64(JsonElement value, string name) => (ulong)Hex(value, name, 64);

    /// <summary>A string of bytes in ascending order, two digits each.</summary>
    public static byte[] Bytes(JsonElement value, string name)
    {
        string text = Text(value, name);
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException e)
        {
            throw new BadInputException($"{name}: {Quoted.Text(text)} is not a string of bytes, two hexadecimal digits each", e);
        }
    }

    /// <summary>A little-endian number of any length, written <c>0x…</c>: an SVE register.</summary>
    public static void LongHex(JsonElement value, string name, Span<byte> destination)
    {
        string text = Text(value, name);
        ReadOnlySpan<char> digits = text;
        bool good = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && digits.Length > 2;
        digits = good ? digits[2..] : "";
        int length = 0;
        for (; good && !digits.IsEmpty; digits = digits[..^Math.Min(2, digits.Length)])
        {
            good = byte.TryParse(digits[^Math.Min(2, digits.Length)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte part)
                && (length < destination.Length || part == 0);
            if (good && length < destination.Length)
            {
                destination[length++] = part;
            }
        }

        if (!good)
        {
            throw new BadInputException($"{name}: {Quoted.Text(text)} is not a hexadecimal number \"0x…\" of up to {destination.Length * 8} bits");
        }
    }

    /// <summary>Numbered registers: an object with numbers as names, or an array that starts with register 0.</summary>
    public static void Registers(JsonElement value, string name, int count, Action<int, JsonElement, string> set)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                        || number >= count
                        || property.Name != number.ToString(CultureInfo.InvariantCulture))
                    {
                        throw new BadInputException($"{name}: unknown register {Quoted.Text(property.Name)}, 0 to {count - 1} are known");
                    }

                    if (property.Value.ValueKind != JsonValueKind.Null)
                    {
                        set(number, property.Value, $"{name}.{property.Name}");
                    }
                }

                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement element in value.EnumerateArray())
                {
                    if (index == count)
                    {
                        throw new BadInputException($"{name}: more than {count} registers");
                    }

                    if (element.ValueKind != JsonValueKind.Null)
                    {
                        set(index, element, $"{name}.{index}");
                    }

                    index++;
                }

                break;
            default:
                throw Expected(name, "an object of registers");
        }
    }

    /// <summary>One of several words.</summary>
    public static T Word<T>(JsonElement value, string name, ReadOnlySpan<(string Word, T Value)> words)
    {
        string text = Text(value, name);
        string known = "";
        foreach ((string word, T result) in words)
        {
            if (word == text)
            {
                return result;
            }

            known += known.Length == 0 ? word : ", " + word;
        }

        throw new BadInputException($"{name}: {Quoted.Text(text)} is not one of {known}");
    }

    public static BadInputException Expected(string name, string what) => new($"{name}: {what} is expected");

    // The parser refuses an object that has a name twice, and does not tell it from other mistakes.
    private static string? FindRepeatedName(ReadOnlySpan<byte> line)
    {
        var objects = new Stack<HashSet<string>>();
        var reader = new Utf8JsonReader(line);
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects.Push([]);
                        break;
                    case JsonTokenType.EndObject:
                        objects.Pop();
                        break;
                    case JsonTokenType.PropertyName when reader.GetString() is { } name && !objects.Peek().Add(name):
                        return name;
                }
            }
        }
        catch (JsonException)
        {
            // What is wrong comes before any such name.
        }

        return null;
    }

    // A string may hold bytes that are no UTF-8, or half a surrogate pair as an escape. The parser lets both pass until someone
    // asks for the string.
    private static void CheckStrings(ReadOnlySpan<byte> line)
    {
        if (Utf8.IsValid(line) && line.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(line);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new BadInputException($"the string at byte {reader.TokenStartIndex + 1} is not valid Unicode", e);
        }
    }
}
