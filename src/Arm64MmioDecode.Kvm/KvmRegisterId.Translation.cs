namespace Arm64MmioDecode.Kvm;

/// <content>The registers that control translation, beside the ones of every guest.</content>
public readonly partial record struct KvmRegisterId
{
    /// <summary>SP_EL2, of a CPU with <see cref="KvmVcpuFeatures.HasEl2"/>.</summary>
    public static KvmRegisterId SpEl2 => System(3, 6, 4, 1, 0);

    /// <summary>TCR2_EL1.</summary>
    public static KvmRegisterId Tcr2El1 => System(3, 0, 2, 0, 3);

    /// <summary>PIRE0_EL1.</summary>
    public static KvmRegisterId Pire0El1 => System(3, 0, 10, 2, 2);

    /// <summary>PIR_EL1.</summary>
    public static KvmRegisterId PirEl1 => System(3, 0, 10, 2, 3);

    /// <summary>POR_EL1.</summary>
    public static KvmRegisterId PorEl1 => System(3, 0, 10, 2, 4);

    /// <summary>POR_EL0.</summary>
    public static KvmRegisterId PorEl0 => System(3, 3, 10, 2, 4);

    /// <summary>MAIR2_EL1.</summary>
    public static KvmRegisterId Mair2El1 => System(3, 0, 10, 2, 1);

    /// <summary>S2POR_EL1.</summary>
    public static KvmRegisterId S2porEl1 => System(3, 0, 10, 2, 5);

    /// <summary>HCR_EL2.</summary>
    public static KvmRegisterId HcrEl2 => System(3, 4, 1, 1, 0);

    /// <summary>HCRX_EL2.</summary>
    public static KvmRegisterId HcrxEl2 => System(3, 4, 1, 2, 2);

    /// <summary>SCTLR_EL2.</summary>
    public static KvmRegisterId SctlrEl2 => System(3, 4, 1, 0, 0);

    /// <summary>TCR_EL2.</summary>
    public static KvmRegisterId TcrEl2 => System(3, 4, 2, 0, 2);

    /// <summary>TTBR0_EL2.</summary>
    public static KvmRegisterId Ttbr0El2 => System(3, 4, 2, 0, 0);

    /// <summary>TTBR1_EL2.</summary>
    public static KvmRegisterId Ttbr1El2 => System(3, 4, 2, 0, 1);

    /// <summary>MAIR_EL2.</summary>
    public static KvmRegisterId MairEl2 => System(3, 4, 10, 2, 0);

    /// <summary>MAIR2_EL2.</summary>
    public static KvmRegisterId Mair2El2 => System(3, 4, 10, 1, 1);

    /// <summary>TCR2_EL2.</summary>
    public static KvmRegisterId Tcr2El2 => System(3, 4, 2, 0, 3);

    /// <summary>PIRE0_EL2.</summary>
    public static KvmRegisterId Pire0El2 => System(3, 4, 10, 2, 2);

    /// <summary>PIR_EL2.</summary>
    public static KvmRegisterId PirEl2 => System(3, 4, 10, 2, 3);

    /// <summary>POR_EL2.</summary>
    public static KvmRegisterId PorEl2 => System(3, 4, 10, 2, 4);

    /// <summary>VTTBR_EL2.</summary>
    public static KvmRegisterId VttbrEl2 => System(3, 4, 2, 1, 0);

    /// <summary>VTCR_EL2.</summary>
    public static KvmRegisterId VtcrEl2 => System(3, 4, 2, 1, 2);

    /// <summary>S2PIR_EL2.</summary>
    public static KvmRegisterId S2pirEl2 => System(3, 4, 10, 2, 5);

    /// <summary>ID_AA64ISAR0_EL1.</summary>
    public static KvmRegisterId IdAa64Isar0El1 => System(3, 0, 0, 6, 0);

    /// <summary>ID_AA64ISAR2_EL1.</summary>
    public static KvmRegisterId IdAa64Isar2El1 => System(3, 0, 0, 6, 2);
}
