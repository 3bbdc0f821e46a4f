namespace Arm64MmioDecode.Tool.Machines;

/// <summary>How an emulation ended.</summary>
internal enum EmulationOutcome
{
    Completed,
    Fault,
    NotEmulated,
    Undefined,
    NotMemory,
}
