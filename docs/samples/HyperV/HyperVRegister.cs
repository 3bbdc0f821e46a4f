// Never ran on Windows or under mshv: tested against Microsoft's documented values.
using Arm64MmioDecode.SystemRegisters;

namespace Arm64MmioDecode.Samples.HyperV;

/// <summary>WHV_REGISTER_NAME of Windows (WHvArm64Register…) and hv_register_name of mshv (HV_ARM64_REGISTER_…): the same numbers.</summary>
internal static class HyperVRegister
{
    public const uint X0 = 0x00020000; // to X28; Fp and Lr follow as 29 and 30
    public const uint Pc = 0x00020022;
    public const uint PState = 0x00020023;
    public const uint Q0 = 0x00030000;

    private const uint Identification = 0x00022000;
    private const int FirstIdentification = 0xC000; // S3_0_C0_C0_0
    private const int LastIdentification = 0xC07F;

    /// <summary>The name of a system register; 0 for one that has none.</summary>
    public static uint Of(SystemRegisterId id) => id switch
    {
        // CRm and op2.
        _ when (int)id is >= FirstIdentification and <= LastIdentification => Identification | ((uint)id & 0x7F),
        SystemRegisterId.SpEl0 => 0x00020020,
        SystemRegisterId.SpEl1 => 0x00020021,
        SystemRegisterId.SctlrEl1 => 0x00040002,
        SystemRegisterId.Ttbr0El1 => 0x00040005,
        SystemRegisterId.Ttbr1El1 => 0x00040006,
        SystemRegisterId.TcrEl1 => 0x00040007,
        SystemRegisterId.EsrEl1 => 0x00040008,
        SystemRegisterId.FarEl1 => 0x00040009,
        SystemRegisterId.MairEl1 => 0x0004000B,
        SystemRegisterId.VbarEl1 => 0x0004000C,
        SystemRegisterId.Fpcr => 0x00040012,
        SystemRegisterId.SpsrEl1 => 0x00040014,
        SystemRegisterId.ElrEl1 => 0x00040015,
        _ => 0,
    };
}
