using System;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>The vector lengths and the mode that a case runs in.</summary>
/// <param name="VectorLength">Bytes of a vector with PSTATE.SM = 0.</param>
/// <param name="StreamingVectorLength">Bytes of a vector with PSTATE.SM = 1; 0 for a case that has nothing of SME.</param>
/// <param name="IsStreaming">PSTATE.SM.</param>
/// <param name="HasZa">PSTATE.ZA.</param>
/// <param name="HasZt0">Whether there is a ZT0 in ZA storage: FEAT_SME2.</param>
/// <param name="IsFullA64Enabled">FEAT_SME_FA64.</param>
internal sealed record ScalableMachine(
    int VectorLength, int StreamingVectorLength, bool IsStreaming, bool HasZa, bool HasZt0, bool IsFullA64Enabled = true)
{
    /// <summary>Without anything of SME.</summary>
    public static ScalableMachine Sve(int vectorLength) => new(vectorLength, 0, false, false, false);

    /// <summary>In Streaming SVE mode with ZA on.</summary>
    public static ScalableMachine Sme(int vectorLength, int streamingVectorLength) => new(vectorLength, streamingVectorLength, true, true, true);

    /// <summary>QEMU's processor model.</summary>
    public string Cpu => IsFullA64Enabled ? "max" : "max,sme_fa64=off";

    /// <summary>Gives a state registers of these lengths with random contents.</summary>
    public void Fill(MachineState state, Random random)
    {
        state.Sve = new SveState(IsStreaming ? StreamingVectorLength : VectorLength);
        random.NextBytes(state.Sve.Z);
        random.NextBytes(state.Sve.P);
        if (StreamingVectorLength == 0)
        {
            return;
        }

        state.Sme = new SmeState(VectorLength, StreamingVectorLength)
        {
            IsStreaming = IsStreaming,
            IsFullA64Enabled = IsFullA64Enabled,
            Za = HasZa ? new byte[StreamingVectorLength * StreamingVectorLength] : null,
            Zt0 = HasZa && HasZt0 ? new byte[64] : null,
        };
        random.NextBytes(state.Sme.Za ?? []);
        random.NextBytes(state.Sme.Zt0 ?? []);
    }
}
