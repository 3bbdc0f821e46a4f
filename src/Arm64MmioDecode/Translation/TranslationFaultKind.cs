namespace Arm64MmioDecode.Translation;

/// <summary>Why a translation failed.</summary>
public enum TranslationFaultKind : byte
{
    /// <summary>It did not fail.</summary>
    None,

    /// <summary>Address size fault: a table's or the output address is larger than TCR.IPS or the physical address size allows.</summary>
    AddressSize,

    /// <summary>Translation fault: no mapping (an invalid or reserved descriptor, an address outside of both ranges, a disabled range).</summary>
    Translation,

    /// <summary>Access flag fault: the mapping's Access flag is 0 and hardware does not manage it.</summary>
    AccessFlag,

    /// <summary>Permission fault: mapped, but not for this access.</summary>
    Permission,

    /// <summary>Domain fault (AArch32 short descriptors): DACR gives no access to the mapping's domain.</summary>
    Domain,

    /// <summary>Synchronous External abort on a translation table walk: a descriptor could not be read (<see cref="IGuestMemory.TryRead"/> failed).</summary>
    ExternalAbortOnWalk,

    /// <summary>
    /// The guest uses a translation that this library does not follow (128-bit descriptors, HCR_EL2.{NV, NV1} = {1, 1}, stage 2 controls
    /// of FEAT_THE), or depends on a register that cannot be read. Nothing is known about the address, and there is no fault status to
    /// inject.
    /// </summary>
    NotSupported,
}
