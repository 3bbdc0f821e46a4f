using System;

namespace Arm64MmioDecode.Translation;

/// <summary>One access whose virtual address is to be translated.</summary>
public readonly record struct TranslationRequest
{
    /// <summary>Describes an access.</summary>
    /// <param name="virtualAddress">The virtual address, with its tag if it has one. AArch32: 32 bits; the upper half is ignored.</param>
    /// <param name="access">What the access does.</param>
    /// <param name="privileged">
    /// Whether permissions are those of EL1 or EL2 (any AArch32 mode but User) rather than those of EL0. An unprivileged load or
    /// store at EL1 (LDTR, STTR, LDRT …) is not privileged, unless <see cref="Stage1Registers.IsUnprivilegedAccessPrivileged"/>. Ignored in
    /// <see cref="Stage1Regime.EL2"/>.
    /// </param>
    public TranslationRequest(ulong virtualAddress, TranslationAccess access, bool privileged)
    {
        VirtualAddress = virtualAddress;
        Access = access;
        Privileged = privileged;
    }

    /// <summary>The virtual address.</summary>
    public ulong VirtualAddress { get; }

    /// <summary>What the access does.</summary>
    public TranslationAccess Access { get; }

    /// <summary>Whether the permissions of EL1 or EL2 apply, rather than those of EL0.</summary>
    public bool Privileged { get; }

    /// <summary>PSTATE.PAN: a privileged data access may not touch what EL0 may touch. It has no effect on unprivileged accesses, fetches and cache maintenance.</summary>
    public bool Pan { get; init; }

    /// <summary>
    /// The access is one that TCR.NFDx turns away without a walk when made at EL0: those of SVE non-fault loads, and those of
    /// first-fault loads after the first active element.
    /// </summary>
    public bool NonFault { get; init; }

    internal bool IsCacheMaintenance => Access >= TranslationAccess.DataCacheInvalidate;

    /// <summary>The request in a line: "Read of 0xffff800008000000, privileged".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"{Access} of 0x{VirtualAddress:x}, {(Privileged ? "privileged" : "unprivileged")}");
}
