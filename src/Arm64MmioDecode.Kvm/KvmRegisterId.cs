using System;
using System.Globalization;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Kvm;

/// <summary>The name of a register for KVM_GET_ONE_REG and KVM_SET_ONE_REG (KVM_REG_ARM64_… of asm/kvm.h).</summary>
/// <param name="Value">The 64-bit id.</param>
public readonly partial record struct KvmRegisterId(ulong Value)
{
    private const ulong Arm64 = 0x6000_0000_0000_0000;
    private const ulong Size32 = 0x0020_0000_0000_0000;
    private const ulong Size64 = 0x0030_0000_0000_0000;
    private const ulong Size128 = 0x0040_0000_0000_0000;
    private const ulong Size256 = 0x0050_0000_0000_0000;
    private const ulong Size512 = 0x0060_0000_0000_0000;
    private const ulong Size2048 = 0x0080_0000_0000_0000;

    private const ulong CoreClass = 0x10 << 16;
    private const ulong SystemClass = 0x13 << 16;
    private const ulong SveClass = 0x15 << 16;

    // Offsets in struct kvm_regs, which ids of the core class hold in units of 32 bits.
    private const int SpOffset = 0xf8;
    private const int PcOffset = 0x100;
    private const int PStateOffset = 0x108;
    private const int SpEl1Offset = 0x110;
    private const int ElrEl1Offset = 0x118;
    private const int SpsrOffset = 0x120;
    private const int VectorsOffset = 0x150;
    private const int FpsrOffset = 0x350;
    private const int FpcrOffset = 0x354;

    /// <summary>SP_EL0.</summary>
    public static KvmRegisterId SpEl0 => Core(SpOffset, Size64);

    /// <summary>The program counter.</summary>
    public static KvmRegisterId Pc => Core(PcOffset, Size64);

    /// <summary>PSTATE in the format of SPSR_EL1; the CPSR while the CPU is in AArch32.</summary>
    public static KvmRegisterId PState => Core(PStateOffset, Size64);

    /// <summary>SP_EL1.</summary>
    public static KvmRegisterId SpEl1 => Core(SpEl1Offset, Size64);

    /// <summary>ELR_EL1.</summary>
    public static KvmRegisterId ElrEl1 => Core(ElrEl1Offset, Size64);

    /// <summary>SPSR_EL1, which is SPSR_svc in AArch32.</summary>
    public static KvmRegisterId SpsrEl1 => Core(SpsrOffset, Size64);

    /// <summary>SPSR_abt.</summary>
    public static KvmRegisterId SpsrAbort => Core(SpsrOffset + 0x8, Size64);

    /// <summary>SPSR_und.</summary>
    public static KvmRegisterId SpsrUndefined => Core(SpsrOffset + 0x10, Size64);

    /// <summary>SPSR_irq.</summary>
    public static KvmRegisterId SpsrIrq => Core(SpsrOffset + 0x18, Size64);

    /// <summary>SPSR_fiq.</summary>
    public static KvmRegisterId SpsrFiq => Core(SpsrOffset + 0x20, Size64);

    /// <summary>FPSR.</summary>
    public static KvmRegisterId Fpsr => Core(FpsrOffset, Size32);

    /// <summary>FPCR.</summary>
    public static KvmRegisterId Fpcr => Core(FpcrOffset, Size32);

    /// <summary>SCTLR_EL1; SCTLR of an AArch32 guest.</summary>
    public static KvmRegisterId SctlrEl1 => System(3, 0, 1, 0, 0);

    /// <summary>SCTLR2_EL1, of a CPU with FEAT_SCTLR2.</summary>
    public static KvmRegisterId Sctlr2El1 => System(3, 0, 1, 0, 3);

    /// <summary>GCSCR_EL1, of a CPU with FEAT_GCS.</summary>
    public static KvmRegisterId GcscrEl1 => System(3, 0, 2, 5, 0);

    /// <summary>ACCDATA_EL1, of a CPU with FEAT_LS64_ACCDATA.</summary>
    public static KvmRegisterId AccdataEl1 => System(3, 0, 13, 0, 5);

    /// <summary>CPACR_EL1.</summary>
    public static KvmRegisterId CpacrEl1 => System(3, 0, 1, 0, 2);

    /// <summary>ZCR_EL1.</summary>
    public static KvmRegisterId ZcrEl1 => System(3, 0, 1, 2, 0);

    /// <summary>TTBR0_EL1; TTBR0.</summary>
    public static KvmRegisterId Ttbr0El1 => System(3, 0, 2, 0, 0);

    /// <summary>TTBR1_EL1; TTBR1.</summary>
    public static KvmRegisterId Ttbr1El1 => System(3, 0, 2, 0, 1);

    /// <summary>TCR_EL1; TTBCR (and TTBCR2 in the upper half).</summary>
    public static KvmRegisterId TcrEl1 => System(3, 0, 2, 0, 2);

    /// <summary>AFSR0_EL1; ADFSR.</summary>
    public static KvmRegisterId Afsr0El1 => System(3, 0, 5, 1, 0);

    /// <summary>ESR_EL1; DFSR.</summary>
    public static KvmRegisterId EsrEl1 => System(3, 0, 5, 2, 0);

    /// <summary>FAR_EL1; DFAR in bits 31:0 and IFAR in bits 63:32.</summary>
    public static KvmRegisterId FarEl1 => System(3, 0, 6, 0, 0);

    /// <summary>MAIR_EL1; PRRR or MAIR0 in bits 31:0, NMRR or MAIR1 in bits 63:32.</summary>
    public static KvmRegisterId MairEl1 => System(3, 0, 10, 2, 0);

    /// <summary>VBAR_EL1; VBAR.</summary>
    public static KvmRegisterId VbarEl1 => System(3, 0, 12, 0, 0);

    /// <summary>DACR32_EL2, which is the DACR of an AArch32 guest.</summary>
    public static KvmRegisterId Dacr32El2 => System(3, 4, 3, 0, 0);

    /// <summary>FPEXC32_EL2, which is the FPEXC of an AArch32 guest.</summary>
    public static KvmRegisterId Fpexc32El2 => System(3, 4, 5, 3, 0);

    /// <summary>ID_AA64MMFR0_EL1.</summary>
    public static KvmRegisterId IdAa64Mmfr0El1 => System(3, 0, 0, 7, 0);

    /// <summary>ID_AA64MMFR1_EL1.</summary>
    public static KvmRegisterId IdAa64Mmfr1El1 => System(3, 0, 0, 7, 1);

    /// <summary>ID_AA64MMFR2_EL1.</summary>
    public static KvmRegisterId IdAa64Mmfr2El1 => System(3, 0, 0, 7, 2);

    /// <summary>ID_AA64MMFR3_EL1.</summary>
    public static KvmRegisterId IdAa64Mmfr3El1 => System(3, 0, 0, 7, 3);

    /// <summary>ID_AA64PFR0_EL1.</summary>
    public static KvmRegisterId IdAa64Pfr0El1 => System(3, 0, 0, 4, 0);

    /// <summary>ID_AA64PFR1_EL1.</summary>
    public static KvmRegisterId IdAa64Pfr1El1 => System(3, 0, 0, 4, 1);

    /// <summary>ID_AA64ISAR1_EL1.</summary>
    public static KvmRegisterId IdAa64Isar1El1 => System(3, 0, 0, 6, 1);

    /// <summary>ID_MMFR4_EL1, for an EL1 in AArch32.</summary>
    public static KvmRegisterId IdMmfr4El1 => System(3, 0, 0, 2, 6);

    /// <summary>The first-fault register, FFR.</summary>
    public static KvmRegisterId FirstFault => P(16);

    /// <summary>KVM_REG_ARM64_SVE_VLS: bit VQ − 1 is set for each vector length of VQ × 16 bytes.</summary>
    public static KvmRegisterId SveVectorLengths => new(Arm64 | SveClass | Size512 | 0xffff);

    /// <summary>Bytes of the register's value.</summary>
    public int Size => 1 << (int)((Value >> 52) & 0xf);

    /// <summary>A general-purpose register of AArch64. In an AArch32 guest the registers of all modes are mapped to
    /// X0–X30 as the architecture defines.</summary>
    /// <param name="number">0 to 30.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public static KvmRegisterId X(int number)
    {
        ThrowIfOutside(number, 30);
        return Core(number * 8, Size64);
    }

    /// <summary>A general-purpose register of an AArch32 guest, in the bank of a mode (Arm ARM, "Mapping of the
    /// general-purpose registers between the Execution states").</summary>
    /// <param name="number">0 to 14; R15 is <see cref="Pc"/>.</param>
    /// <param name="mode">CPSR.M, bits 4:0.</param>
    /// <returns>Its id. A mode that does not exist below EL2 has the User mode's registers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public static KvmRegisterId R(int number, int mode)
    {
        ThrowIfOutside(number, 14);
        return X(AArch32RegisterView.ToAArch64(number, mode));
    }

    /// <summary>A SIMD and floating-point register (128 bits) of a CPU without <see cref="KvmVcpuFeatures.Sve"/>;
    /// with it, KVM knows only <see cref="Z"/>.</summary>
    /// <param name="number">0 to 31.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public static KvmRegisterId V(int number)
    {
        ThrowIfOutside(number, 31);
        return Core(VectorsOffset + (number * 16), Size128);
    }

    /// <summary>A scalable vector register (2048 bits, whatever the vector length).</summary>
    /// <param name="number">0 to 31.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public static KvmRegisterId Z(int number)
    {
        ThrowIfOutside(number, 31);
        return new KvmRegisterId(Arm64 | SveClass | Size2048 | ((ulong)number << 5));
    }

    /// <summary>A predicate register (256 bits, whatever the vector length); number 16 is FFR.</summary>
    /// <param name="number">0 to 16.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public static KvmRegisterId P(int number)
    {
        ThrowIfOutside(number, 16);
        return new KvmRegisterId(Arm64 | SveClass | Size256 | 0x400 | ((ulong)number << 5));
    }

    /// <summary>A system register by its MSR/MRS encoding.</summary>
    /// <param name="op0">2 or 3.</param>
    /// <param name="op1">0 to 7.</param>
    /// <param name="crn">0 to 15.</param>
    /// <param name="crm">0 to 15.</param>
    /// <param name="op2">0 to 7.</param>
    /// <returns>Its id.</returns>
    public static KvmRegisterId System(int op0, int op1, int crn, int crm, int op2) =>
        new(Arm64 | SystemClass | Size64 | (uint)((op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2));

    /// <summary>The id in hexadecimal, as kernel documentation writes it.</summary>
    /// <returns>Text such as 0x6030000000100040.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x16}");

    private static KvmRegisterId Core(int offset, ulong size) => new(Arm64 | CoreClass | size | (uint)(offset / 4));

    private static void ThrowIfOutside(int number, int last)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, last);
    }
}
