// Never ran on macOS.
using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Arm64MmioDecode.Samples.HypervisorFramework;

/// <summary>The functions themselves.</summary>
[SupportedOSPlatform("macos11.0")]
internal sealed unsafe partial class HvVcpu(ulong vcpu) : IHvVcpu
{
    private const string Framework = "/System/Library/Frameworks/Hypervisor.framework/Hypervisor";

    // Of hv_shim.c: the framework's own function takes the vector in V0, which .NET cannot pass.
    private const string Shim = "hv_shim";

    public HvReturn GetReg(HvReg register, out ulong value) => hv_vcpu_get_reg(vcpu, register, out value);

    public HvReturn SetReg(HvReg register, ulong value) => hv_vcpu_set_reg(vcpu, register, value);

    public HvReturn GetSysReg(ushort register, out ulong value) => hv_vcpu_get_sys_reg(vcpu, register, out value);

    public HvReturn SetSysReg(ushort register, ulong value) => hv_vcpu_set_sys_reg(vcpu, register, value);

    public HvReturn GetSimdFpReg(uint register, Span<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value.Length, 16);
        fixed (byte* bytes = value)
        {
            return hv_vcpu_get_simd_fp_reg(vcpu, register, bytes);
        }
    }

    public HvReturn SetSimdFpReg(uint register, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value.Length, 16);
        fixed (byte* bytes = value)
        {
            return hv_shim_set_simd_fp_reg(vcpu, register, bytes);
        }
    }

    [LibraryImport(Framework)]
    private static partial HvReturn hv_vcpu_get_reg(ulong vcpu, HvReg register, out ulong value);

    [LibraryImport(Framework)]
    private static partial HvReturn hv_vcpu_set_reg(ulong vcpu, HvReg register, ulong value);

    [LibraryImport(Framework)]
    private static partial HvReturn hv_vcpu_get_sys_reg(ulong vcpu, ushort register, out ulong value);

    [LibraryImport(Framework)]
    private static partial HvReturn hv_vcpu_set_sys_reg(ulong vcpu, ushort register, ulong value);

    [LibraryImport(Framework)]
    private static partial HvReturn hv_vcpu_get_simd_fp_reg(ulong vcpu, uint register, byte* value);

    [LibraryImport(Shim)]
    private static partial HvReturn hv_shim_set_simd_fp_reg(ulong vcpu, uint register, byte* value);
}
