using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.SystemRegisters;

/// <summary>From the few registers that instructions read to their encodings.</summary>
public static class SystemRegisterExtensions
{
    /// <summary>
    /// The encoding of a register that a plan asks for: with it, <see cref="IGuestRegisters.GetSystemRegister"/> is one line over
    /// <see cref="ISystemRegisters.TryRead"/>.
    /// </summary>
    /// <param name="name">The register.</param>
    /// <returns>Its encoding; <see cref="SystemRegisterId.None"/> for an upper half of 128 bits, which MRS does not read.</returns>
    public static SystemRegisterId ToId(this SystemRegister name) => name switch
    {
        SystemRegister.Fpcr => SystemRegisterId.Fpcr,
        SystemRegister.AccdataEl1 => SystemRegisterId.AccdataEl1,
        SystemRegister.RcwMaskEl1 => SystemRegisterId.RcwMaskEl1,
        SystemRegister.RcwSMaskEl1 => SystemRegisterId.RcwSMaskEl1,
        SystemRegister.SpsrSvc => SystemRegisterId.SpsrEl1,
        SystemRegister.SpsrAbt => SystemRegisterId.SpsrAbt,
        SystemRegister.SpsrUnd => SystemRegisterId.SpsrUnd,
        SystemRegister.SpsrIrq => SystemRegisterId.SpsrIrq,
        SystemRegister.SpsrFiq => SystemRegisterId.SpsrFiq,
        _ => SystemRegisterId.None,
    };
}
