using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Loads and stores of A64 between memory and general-purpose or SIMD&amp;FP registers: single ones, pairs, and the structures of
/// AdvSIMD (<see cref="VectorTransfers"/>). What nearly every exit is.
/// </summary>
internal sealed class Transfers : AccessFamily
{
    public Transfers(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    /// <summary>Whether an A64 instruction is one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Contains(in AccessDescriptor access) => access.Kind is AccessKind.Load or AccessKind.Store
        && access.RegisterFile <= RegisterFile.SimdAndFloatingPoint
        && (access.NamedProperties & AccessProperties.WritesTags) == 0
        && !SixtyFourByteAccesses.Contains(in access);

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (!A64Addressing.TryPlace(Emulated, in access, registers, in options) || !A64Addressing.AreElementsAligned(Emulated, in access, in options))
        {
            return Emulated.Status;
        }

        if (access.Kind == AccessKind.Load)
        {
            Sequence.Begin(Phase.Read);
            return EmulationStatus.Pending;
        }

        Gather(Sequence, in access, registers);

        // STILP with writeback stores Rt2, the higher one, first (Arm ARM, description of STILP).
        if ((access.NamedProperties & AccessProperties.Release) != 0 && access.AddressingMode == AddressingMode.PreIndex && access.ElementCount == 2)
        {
            Sequence.SetDescending(true);
        }

        Sequence.Begin(Phase.Write);
        return EmulationStatus.Pending;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool Commit(IGuestRegisters registers)
    {
        if (Emulated.Access.Kind == AccessKind.Load)
        {
            Scatter(Sequence, in Emulated.Access, registers);
        }

        return true;
    }

    /// <summary>Sets the elements from the data registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather(ElementSequence sequence, in AccessDescriptor access, IGuestRegisters registers)
    {
        if (access.RegisterFile != RegisterFile.General)
        {
            VectorTransfers.Gather(sequence, in access, registers);
            return;
        }

        // The first element here, and what few stores have in a method of its own.
        sequence.Set(0, registers.GetXOrZero(access.Rt));
        if (access.ElementCount > 1)
        {
            GatherOthers(sequence, in access, registers);
        }
    }

    /// <summary>Sets the data registers from the elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter(ElementSequence sequence, in AccessDescriptor access, IGuestRegisters registers)
    {
        if (access.RegisterFile != RegisterFile.General)
        {
            VectorTransfers.Scatter(sequence, in access, registers);
            return;
        }

        // Backwards, so that of a pair with Rt = Rt2, which is CONSTRAINED UNPREDICTABLE, the first element stays.
        for (int i = access.ElementCount - 1; i > 0; i--)
        {
            registers.SetXUnlessZero(access.GetRegister(i), Extend(in access, sequence.Get(i)));
        }

        registers.SetXUnlessZero(access.Rt, Extend(in access, sequence.Get(0)));
    }

    /// <summary>What a register becomes. A W destination clears bits 63:32, whatever the extension.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extend(in AccessDescriptor access, ulong value)
    {
        if (access.Extend != LoadExtend.Sign)
        {
            return value;
        }

        int unused = 64 - (8 << access.ElementSizeLog2);
        ulong extended = (ulong)((long)(value << unused) >> unused);
        return access.RegisterWidth == 32 ? (uint)extended : extended;
    }

    private static void GatherOthers(ElementSequence sequence, in AccessDescriptor access, IGuestRegisters registers)
    {
        for (int i = 1; i < access.ElementCount; i++)
        {
            sequence.Set(i, registers.GetXOrZero(access.GetRegister(i)));
        }
    }
}
