using System.Text.Json;
using Arm64MmioDecode.Tool.Explaining;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A walk of stage 1 as JSON.</summary>
internal static class WalkJson
{
    private static readonly JsonEncodedText s_address = JsonEncodedText.Encode("address");
    private static readonly JsonEncodedText s_at = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText s_descriptor = JsonEncodedText.Encode("descriptor");
    private static readonly JsonEncodedText s_physicalAddress = JsonEncodedText.Encode("physicalAddress");

    public static void Write(Utf8JsonWriter json, TableWalk? walk)
    {
        json.WritePropertyName("walk");
        if (walk is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteHex(s_address, walk.Address);
        json.WriteStartArray("lookups");
        foreach (TableLookup lookup in walk.Lookups)
        {
            json.WriteStartObject();
            json.WriteNumber("level", lookup.Level);
            json.WriteHex(s_at, lookup.Address);
            json.WriteHex(s_descriptor, lookup.Descriptor);
            json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(lookup.Kind.ToString()));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (walk.Result.Succeeded)
        {
            json.WriteHex(s_physicalAddress, walk.Result.PhysicalAddress);
            json.WriteString("attributes", walk.Result.Attributes.ToString());
            json.WriteNull("fault");
        }
        else
        {
            json.WriteNull(s_physicalAddress);
            json.WriteNull("attributes");
            json.WriteString("fault", walk.Result.Fault.ToString());
        }

        json.WriteEndObject();
    }
}
