using System.Collections.Generic;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>One address translation instruction, as a request to this library, and PAR, as its result would be.</summary>
internal readonly record struct AtInstruction(string Name, TranslationAccess Access, bool Privileged, bool Pan, bool ShortPar)
{
    /// <summary>PAR_EL1.PA.</summary>
    public const ulong AddressMask = 0xF_FFFF_FFFF_F000;

    /// <summary>PAR_EL1.SH and ATTR.</summary>
    public const ulong AttributeMask = 0xFF00_0000_0000_0180;

    private const ulong Supersection = 1 << 24;
    private const ulong OnTableWalk = 1 << 8; // PAR_EL1.PTW
    private const ulong Stage2 = 1 << 9; // PAR_EL1.S
    private const ulong Aborted = 1ul << 62; // walker.c: an External abort, which is no value of PAR_EL1

    /// <summary>What walker.c executes. In the regimes of EL2 the first two are S1E2R and S1E2W, with a stage 2 the first four S12E1R and so on.</summary>
    public static IReadOnlyList<AtInstruction> AArch64 { get; } =
    [
        new("S1E1R", TranslationAccess.Read, true, false, false),
        new("S1E1W", TranslationAccess.Write, true, false, false),
        new("S1E0R", TranslationAccess.Read, false, false, false),
        new("S1E0W", TranslationAccess.Write, false, false, false),
        new("S1E1RP", TranslationAccess.Read, true, true, false),
        new("S1E1WP", TranslationAccess.Write, true, true, false),
    ];

    /// <summary>What walker32.c executes.</summary>
    public static IReadOnlyList<AtInstruction> AArch32 { get; } =
    [
        new("ATS12NSOPR", TranslationAccess.Read, true, false, true),
        new("ATS12NSOPW", TranslationAccess.Write, true, false, true),
        new("ATS12NSOUR", TranslationAccess.Read, false, false, true),
        new("ATS12NSOUW", TranslationAccess.Write, false, false, true),
    ];

    private static ulong StageOf(in TranslationFault fault) => fault.Kind == TranslationFaultKind.ExternalAbortOnWalk ? 0
        : (fault.IsStage2 ? Stage2 : 0) | (fault.IsOnTableWalk ? OnTableWalk : 0);

    public TranslationRequest Request(ulong address) => new(address, Access, Privileged) { Pan = Pan };

    /// <summary>
    /// PAR with F and the fault status, or the address and, in the 64-bit format, SH and ATTR (QEMU has no attributes in the
    /// short format); the other fields are 0.
    /// </summary>
    public ulong Par(in TranslationResult result) => (result.Succeeded, ShortPar) switch
    {
        (false, false) => 1 | ((ulong)result.Fault.FaultStatusCode << 1) | StageOf(result.Fault),
        (false, true) => 1 | ((ulong)result.Fault.ShortFaultStatus << 1),
        (true, false) => (result.PhysicalAddress & AddressMask) | ((ulong)result.Attributes.Shareability << 7) | ((ulong)result.Attributes.Encoding << 56),
        (true, true) => result.BlockSize == Supersection ? (result.PhysicalAddress & 0xFF00_0000) | 2 : result.PhysicalAddress & 0xFFFF_F000,
    };

    /// <summary>The fields of a value of PAR that <see cref="Par"/> gives.</summary>
    public ulong Mask(ulong par) => ((par & 1) != 0, ShortPar) switch
    {
        (true, false) => 0x7F | ((par & Aborted) != 0 ? 0 : Stage2 | OnTableWalk),
        (true, true) => 0x3F,
        (false, false) => 1 | AttributeMask | AddressMask,
        (false, true) => (par & 2) != 0 ? 0xFF00_0003 : 0xFFFF_F003ul,
    };
}
