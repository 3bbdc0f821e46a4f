using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>The guest's page tables in a dump of its physical memory, and the registers of its translation.</summary>
internal sealed record TableInput(FileAt Memory, Stage1Registers Registers);
