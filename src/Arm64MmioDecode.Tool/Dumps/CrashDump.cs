using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>What a dump of registers says; null where it does not.</summary>
internal sealed class CrashDump
{
    private const int ModeMask = 0x1F;
    private const ulong EL1h = 0x3C5;
    private const int LastBeforeLinkRegister = 29;
    private const int StackPointer = 31;

    /// <summary>What printed it.</summary>
    public required string Format { get; init; }

    public ulong? Esr { get; set; }

    /// <summary>Whether <see cref="Esr"/> is ESR_EL1, the guest's own.</summary>
    public bool IsEsrEL1 { get; set; }

    public ulong? Far { get; set; }

    public ulong? Ipa { get; set; }

    public ulong? Hpfar { get; set; }

    public ulong? Pc { get; set; }

    /// <summary>PC as the program was linked, where it was moved afterwards.</summary>
    public ulong? LinkedPc { get; set; }

    public ulong? PState { get; set; }

    public ulong? Sp { get; set; }

    /// <summary>X0 to X30 of AArch64.</summary>
    public ulong?[] X { get; } = new ulong?[31];

    /// <summary>R0 to R14 of AArch32, as the current mode sees them.</summary>
    public uint?[] R { get; } = new uint?[15];

    /// <summary>The function that PC is in, as the dump names it.</summary>
    public string? Symbol { get; set; }

    /// <summary>The word at PC, as it is written for the instruction set.</summary>
    public string? Opcode { get; set; }

    /// <summary>The bytes at PC in ascending order, where the dump has them as bytes.</summary>
    public byte[]? Bytes { get; set; }

    /// <summary>What has to be said about it, one sentence each.</summary>
    public List<string> Notes { get; } = [];

    public InstructionSet InstructionSet => PState is { } pstate ? InstructionFetcher.GetInstructionSet(pstate)
        : R[0] is not null ? InstructionSet.A32
        : InstructionSet.A64;

    /// <summary>The registers, if all that the instruction's address can be made of are there: U-Boot prints no SP.</summary>
    public GuestRegisters? Registers(in AccessDescriptor access)
    {
        bool isA64 = InstructionSet == InstructionSet.A64;
        var registers = new GuestRegisters { Pc = Pc ?? 0, Sp = Sp ?? 0, PState = PState ?? EL1h };
        for (int i = 0; i < (isA64 ? X.Length : R.Length); i++)
        {
            ulong? value = isA64 ? X[i] : R[i];
            if (value is null && i <= (isA64 ? LastBeforeLinkRegister : R.Length))
            {
                return null;
            }

            registers.SetX(isA64 ? i : AArch32RegisterView.ToAArch64(i, (int)registers.PState & ModeMask), value ?? 0);
        }

        return isA64 && Sp is null && MayHaveBaseSP(access) ? null : registers;
    }

    private static bool MayHaveBaseSP(in AccessDescriptor access) =>
        access.Kind == AccessKind.None || access.Rn == StackPointer;
}
