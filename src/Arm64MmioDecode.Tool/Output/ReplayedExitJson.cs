using System.Text.Json;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A replayed exit as JSON: the exit, then what <c>emulate</c> prints, without the memory.</summary>
internal static class ReplayedExitJson
{
    private static readonly JsonEncodedText s_ipa = JsonEncodedText.Encode("ipa");
    private static readonly JsonEncodedText s_write = JsonEncodedText.Encode("write");
    private static readonly JsonEncodedText s_isvReasons = JsonEncodedText.Encode("isvReasons");

    public static void Write(Utf8JsonWriter json, RecordedExit exit, EmulationResult result)
    {
        EmulationResultJson.WriteOutcome(json, exit.Vcpu, result);
        json.WriteHex(s_ipa, exit.Ipa);
        json.WriteBoolean(s_write, exit.Syndrome.WnR);
        DecodedInstructionJson.WriteReasons(json, s_isvReasons, result.Access.NoSyndromeReasons);
    }
}
