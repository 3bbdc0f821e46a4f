namespace Arm64MmioDecode.Translation;

/// <summary>
/// The EL2 registers with which a guest that is a hypervisor itself controls stage 2 of its own guests (EL1&amp;0 with
/// <see cref="Stage1Registers.Hcr"/>.VM). They are the vCPU's own registers, not those of the hypervisor that it runs under.
/// </summary>
public readonly record struct Stage2Registers
{
    /// <summary>VTCR_EL2.</summary>
    public ulong Vtcr { get; init; }

    /// <summary>VTTBR_EL2. The VMID is ignored.</summary>
    public ulong Vttbr { get; init; }

    /// <summary>SCTLR_EL2, of which EE is the byte order of the tables of stage 2.</summary>
    public ulong Sctlr { get; init; }

    /// <summary>S2PIR_EL2 (FEAT_S2PIE): the permissions by index.</summary>
    public ulong S2pir { get; init; }

    /// <summary>S2POR_EL1 (FEAT_S2POE): the overlays by index.</summary>
    public ulong S2por { get; init; }

    /// <summary>HCRX_EL2, of which CMOW makes cache maintenance need write permission in stage 2. 0 where it is not implemented.</summary>
    public ulong Hcrx { get; init; }
}
