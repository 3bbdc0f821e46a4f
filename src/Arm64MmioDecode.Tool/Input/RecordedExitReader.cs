using System.Text.Json;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>
/// Reads a recorded exit from a line of JSON: the registers as for <c>emulate</c>, and the abort as KVM_EXIT_ARM_NISV
/// reports it (<c>esr_iss</c>, <c>fault_ipa</c>).
/// </summary>
internal static class RecordedExitReader
{
    public static RecordedExit Read(JsonElement root)
    {
        EmulationRequest vcpu = EmulationRequestReader.Read(root);
        return new RecordedExit(
            vcpu,
            DataAbortSyndrome.FromKvmNisv(Required(root, "esr_iss")),
            Required(root, "fault_ipa"));
    }

    private static ulong Required(JsonElement root, string name) =>
        JsonInput.TryGet(root, name, out JsonElement value)
            ? JsonInput.Hex64(value, name)
            : throw new BadInputException($"{name} is missing");
}
