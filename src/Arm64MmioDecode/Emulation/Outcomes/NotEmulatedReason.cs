namespace Arm64MmioDecode.Emulation;

/// <summary>Why an instruction was not emulated.</summary>
public enum NotEmulatedReason : byte
{
    /// <summary>It was, or nothing was attempted.</summary>
    None = 0,

    /// <summary>The descriptor is empty: no memory access.</summary>
    NotMemoryAccess,

    /// <summary>
    /// SVE, SME or a Guarded Control Stack operation, whose registers the embedder does not offer (<see cref="IScalableRegisters"/>,
    /// <see cref="IGuardedControlStackRegisters"/>).
    /// </summary>
    RegistersNotAvailable,

    /// <summary>LDC or STC, whose registers the vCPU does not have (<see cref="IDebugTransferRegisters"/>).</summary>
    DebugTransfer,

    /// <summary>The register fields make the instruction CONSTRAINED UNPREDICTABLE and the policy is <see cref="UnpredictablePolicy.Report"/>.</summary>
    ConstrainedUnpredictable,

    /// <summary>Cache maintenance, with <see cref="CacheMaintenancePolicy.Report"/>.</summary>
    CacheMaintenance,
}
