// Never ran on Windows.
using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Arm64MmioDecode.Samples.HyperV;

/// <summary>A virtual processor of a partition of the Windows Hypervisor Platform (Windows 11 24H2 and Server 2025 on Arm).</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class WindowsProcessor(nint partition, uint index) : IHyperVProcessor
{
    private const string Library = "WinHvPlatform.dll";
    private const int RegistersInACall = 64;

    // WHV_REGISTER_VALUE is a union of 16 bytes that is aligned to 16, as UInt128 is.
    public bool TryGetRegisters(ReadOnlySpan<uint> names, Span<UInt128> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Length, Math.Min(values.Length, RegistersInACall));
        UInt128* aligned = stackalloc UInt128[RegistersInACall + 1];
        aligned = Align(aligned);
        fixed (uint* name = names)
        {
            bool succeeded = WHvGetVirtualProcessorRegisters(partition, index, name, (uint)names.Length, aligned) >= 0;
            new ReadOnlySpan<UInt128>(aligned, names.Length).CopyTo(values);
            return succeeded;
        }
    }

    public bool TrySetRegisters(ReadOnlySpan<uint> names, ReadOnlySpan<UInt128> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Length, Math.Min(values.Length, RegistersInACall));
        UInt128* aligned = stackalloc UInt128[RegistersInACall + 1];
        aligned = Align(aligned);
        values[..names.Length].CopyTo(new Span<UInt128>(aligned, RegistersInACall));
        fixed (uint* name = names)
        {
            return WHvSetVirtualProcessorRegisters(partition, index, name, (uint)names.Length, aligned) >= 0;
        }
    }

    private static UInt128* Align(UInt128* pointer) => (UInt128*)(((nuint)pointer + 15) & ~(nuint)15);

    [LibraryImport(Library)]
    private static partial int WHvGetVirtualProcessorRegisters(nint partition, uint index, uint* names, uint count, UInt128* values);

    [LibraryImport(Library)]
    private static partial int WHvSetVirtualProcessorRegisters(nint partition, uint index, uint* names, uint count, UInt128* values);
}
