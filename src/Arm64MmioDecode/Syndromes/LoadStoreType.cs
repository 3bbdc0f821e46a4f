namespace Arm64MmioDecode.Syndromes;

/// <summary>ESR_ELx.LST: which 64-byte load or store raised a translation, access flag or permission fault (FEAT_LS64).</summary>
public enum LoadStoreType : byte
{
    /// <summary>0b00: not specified, so not a 64-byte access.</summary>
    Unspecified = 0,

    /// <summary>0b01: ST64BV.</summary>
    St64bv = 1,

    /// <summary>0b10: LD64B or ST64B.</summary>
    Ld64bOrSt64b = 2,

    /// <summary>0b11: ST64BV0.</summary>
    St64bv0 = 3,
}
