using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Tests.Tooling;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>The scalable registers of a case as the library sees them, and back.</summary>
internal static class ScalableStateCopy
{
    public static ScalableGuestRegisters CreateRegisters(MachineState state)
    {
        var registers = new ScalableGuestRegisters(state.Sme?.VectorLength ?? state.Sve!.VectorLength, state.Sme?.StreamingVectorLength ?? 0)
        {
            IsStreaming = state.Sme?.IsStreaming ?? false,
            IsZaEnabled = state.Sme?.Za is not null,
            IsFullA64Enabled = state.Sme?.IsFullA64Enabled ?? false,
        };
        for (var i = 0; i < 32; i++)
        {
            registers.WriteZ(i, state.Sve!.ZRegister(i));
        }

        for (var i = 0; i < 16; i++)
        {
            registers.WriteP(i, state.Sve!.PRegister(i));
        }

        registers.WriteFfr(state.Sve!.PRegister(16));
        for (var i = 0; state.Sme?.Za is not null && i < state.Sme.StreamingVectorLength; i++)
        {
            registers.WriteZa(i, state.Sme.ArrayVector(i));
        }

        if (state.Sme?.Zt0 is { } zt0)
        {
            registers.WriteZt0(zt0);
        }

        return registers;
    }

    public static void CopyFrom(IScalableRegisters registers, MachineState state)
    {
        for (var i = 0; i < 32; i++)
        {
            registers.ReadZ(i, state.Sve!.ZRegister(i));
        }

        for (var i = 0; i < 16; i++)
        {
            registers.ReadP(i, state.Sve!.PRegister(i));
        }

        registers.ReadFfr(state.Sve!.PRegister(16));
        for (var i = 0; state.Sme?.Za is not null && i < state.Sme.StreamingVectorLength; i++)
        {
            registers.ReadZa(i, state.Sme.ArrayVector(i));
        }

        if (state.Sme?.Zt0 is { } zt0)
        {
            registers.ReadZt0(zt0);
        }
    }
}
