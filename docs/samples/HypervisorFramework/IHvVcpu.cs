// Never ran on macOS.
using System;

namespace Arm64MmioDecode.Samples.HypervisorFramework;

/// <summary>The functions of Hypervisor.framework that an exit needs, of one vCPU. Call them on the thread that created it.</summary>
internal interface IHvVcpu
{
    public HvReturn GetReg(HvReg register, out ulong value);

    public HvReturn SetReg(HvReg register, ulong value);

    /// <summary>The number is that of MRS: HV_SYS_REG_… and SystemRegisterId are the same.</summary>
    public HvReturn GetSysReg(ushort register, out ulong value);

    public HvReturn SetSysReg(ushort register, ulong value);

    /// <summary>Reads 16 bytes.</summary>
    public HvReturn GetSimdFpReg(uint register, Span<byte> value);

    /// <summary>Writes 16 bytes.</summary>
    public HvReturn SetSimdFpReg(uint register, ReadOnlySpan<byte> value);
}
