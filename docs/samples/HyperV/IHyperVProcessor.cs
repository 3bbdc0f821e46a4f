// Never ran on Windows or under mshv.
using System;

namespace Arm64MmioDecode.Samples.HyperV;

/// <summary>A virtual processor's registers, several in one call, as each call is one into the hypervisor.</summary>
internal interface IHyperVProcessor
{
    /// <summary>WHvGetVirtualProcessorRegisters; under mshv HVCALL_GET_VP_REGISTERS.</summary>
    /// <returns>Whether all of them have been read.</returns>
    public bool TryGetRegisters(ReadOnlySpan<uint> names, Span<UInt128> values);

    /// <summary>WHvSetVirtualProcessorRegisters; under mshv HVCALL_SET_VP_REGISTERS.</summary>
    /// <returns>Whether all of them have been written.</returns>
    public bool TrySetRegisters(ReadOnlySpan<uint> names, ReadOnlySpan<UInt128> values);
}
