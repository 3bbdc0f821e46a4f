namespace Arm64MmioDecode.Syndromes;

/// <summary>ESR_ELx.SET: the PE's error state after a synchronous External abort (FEAT_RAS).</summary>
public enum SynchronousErrorType : byte
{
    /// <summary>0b00: Recoverable state (UER); also the value without FEAT_RAS.</summary>
    Recoverable = 0,

    /// <summary>0b01: reserved.</summary>
    Reserved = 1,

    /// <summary>0b10: Uncontainable (UC).</summary>
    Uncontainable = 2,

    /// <summary>0b11: Restartable state (UEO).</summary>
    Restartable = 3,
}
