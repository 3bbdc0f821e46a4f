namespace Arm64MmioDecode.Emulation;

/// <summary>
/// What to do with an instruction whose register fields make it CONSTRAINED UNPREDICTABLE
/// (Arm ARM, "Architectural Constraints on UNPREDICTABLE behaviors"). docs/emulation.md lists the choice for each condition.
/// </summary>
public enum UnpredictablePolicy : byte
{
    /// <summary>Execute it in the permitted way that the documentation states.</summary>
    Perform = 0,

    /// <summary>Report it (<see cref="EmulationStatus.NotEmulated"/>).</summary>
    Report,

    /// <summary>Raise an Undefined Instruction exception, which the architecture permits for every such condition.</summary>
    Undefined,
}
