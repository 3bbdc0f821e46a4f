using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>An exit that a hypervisor has recorded: what it knew about the abort, and the vCPU's registers.</summary>
/// <param name="Vcpu">The instruction and the registers.</param>
/// <param name="Syndrome">The syndrome, as far as the hypervisor reported it.</param>
/// <param name="Ipa">The intermediate physical address of the abort.</param>
internal sealed record RecordedExit(EmulationRequest Vcpu, DataAbortSyndrome Syndrome, ulong Ipa);
