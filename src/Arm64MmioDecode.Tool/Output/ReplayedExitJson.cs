using System.Text.Json;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A replayed exit as JSON: what <c>emulate</c> prints, without the memory, then the exit and its cause.</summary>
internal static class ReplayedExitJson
{
    private static readonly JsonEncodedText s_ipa = JsonEncodedText.Encode("ipa");
    private static readonly JsonEncodedText s_write = JsonEncodedText.Encode("write");
    private static readonly JsonEncodedText s_isvReasons = JsonEncodedText.Encode("isvReasons");
    private static readonly JsonEncodedText s_cause = JsonEncodedText.Encode("cause");
    private static readonly JsonEncodedText s_summary = JsonEncodedText.Encode("summary");

    public static void Write(Utf8JsonWriter json, RecordedExit exit, EmulationResult result, ExitExplanation explanation)
    {
        EmulationResultJson.WriteOutcome(json, exit.Vcpu, result);
        json.WriteHex(s_ipa, exit.Ipa);
        json.WriteBoolean(s_write, exit.Syndrome.WnR);
        DecodedInstructionJson.WriteReasons(json, s_isvReasons, result.Access.NoSyndromeReasons);
        json.WriteString(s_cause, JsonNamingPolicy.CamelCase.ConvertName(explanation.Cause.ToString()));
        json.WriteString(s_summary, explanation.Summary);
    }
}
