using System;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>The SVE registers at one vector length, each as its bytes, least significant first.</summary>
/// <param name="vectorLength">Bytes in a Z register: a multiple of 16 up to 256.</param>
public sealed class SveState(int vectorLength)
{
    public int VectorLength { get; } = vectorLength;

    /// <summary>Z0–Z31, one after the other.</summary>
    public byte[] Z { get; } = new byte[32 * vectorLength];

    /// <summary>P0–P15 and FFR, one after the other.</summary>
    public byte[] P { get; } = new byte[17 * vectorLength / 8];

    public Span<byte> ZRegister(int number) => Z.AsSpan(number * VectorLength, VectorLength);

    /// <summary>A predicate register; number 16 is FFR.</summary>
    public Span<byte> PRegister(int number) => P.AsSpan(number * VectorLength / 8, VectorLength / 8);

    public SveState Clone()
    {
        var copy = new SveState(VectorLength);
        Z.CopyTo(copy.Z, 0);
        P.CopyTo(copy.P, 0);
        return copy;
    }
}

/// <summary>What FEAT_SME adds to the SVE registers: the second vector length, PSTATE.SM and ZA, ZA and ZT0.</summary>
/// <param name="vectorLength">Bytes in a Z register with PSTATE.SM = 0.</param>
/// <param name="streamingVectorLength">Bytes in a Z register with PSTATE.SM = 1, and in an array vector of ZA.</param>
public sealed class SmeState(int vectorLength, int streamingVectorLength)
{
    public int VectorLength { get; } = vectorLength;

    public int StreamingVectorLength { get; } = streamingVectorLength;

    /// <summary>PSTATE.SM: the case's <see cref="SveState"/> has the streaming vector length.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Whether Streaming SVE mode has all instructions: FEAT_SME_FA64.</summary>
    public bool IsFullA64Enabled { get; init; } = true;

    /// <summary>ZA by array vectors; null with PSTATE.ZA = 0.</summary>
    public byte[]? Za { get; init; }

    /// <summary>ZT0; null with PSTATE.ZA = 0 and on a machine without FEAT_SME2.</summary>
    public byte[]? Zt0 { get; init; }

    public Span<byte> ArrayVector(int number) => Za.AsSpan(number * StreamingVectorLength, StreamingVectorLength);

    public SmeState Clone() => new(VectorLength, StreamingVectorLength)
    {
        IsStreaming = IsStreaming,
        IsFullA64Enabled = IsFullA64Enabled,
        Za = (byte[]?)Za?.Clone(),
        Zt0 = (byte[]?)Zt0?.Clone(),
    };
}
