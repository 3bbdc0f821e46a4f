namespace Arm64MmioDecode.Translation;

/// <summary>The shareability of a mapping. The values are those of a descriptor's SH field and of PAR_EL1.SH.</summary>
public enum Shareability : byte
{
    /// <summary>Non-shareable.</summary>
    NonShareable = 0b00,

    /// <summary>Outer Shareable, which Device and Non-cacheable memory always are.</summary>
    OuterShareable = 0b10,

    /// <summary>Inner Shareable.</summary>
    InnerShareable = 0b11,
}
