namespace Arm64MmioDecode.Descriptors;

/// <summary>How the address is formed and whether the base register changes (Arm ARM, section C1.3.3).</summary>
public enum AddressingMode : byte
{
    /// <summary>Base register alone or plus an offset; the base does not change.</summary>
    Offset = 0,

    /// <summary>The address is base plus offset and is written back to the base.</summary>
    PreIndex,

    /// <summary>The address is the base; base plus offset is written back.</summary>
    PostIndex,

    /// <summary>PC-relative; the base is the address of the instruction as the instruction set defines it.</summary>
    Literal,

    /// <summary>Each element has its own base in an SVE vector, plus an offset or an index register.</summary>
    VectorBase,

    /// <summary>
    /// The address comes with the exit (FAR, or the IPA from a hypervisor that delivers no FAR): the descriptor was made from a
    /// syndrome, which names the data register and no base.
    /// </summary>
    Reported,
}
