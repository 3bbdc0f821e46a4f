// Never ran on macOS: tested against Apple's documented layouts.
using System.Runtime.InteropServices;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Samples.HypervisorFramework;

/// <summary>hv_exit_reason_t.</summary>
internal enum HvExitReason : uint
{
    Canceled = 0,
    Exception = 1,
    VTimerActivated = 2,
    Unknown = 3,
}

/// <summary>hv_vcpu_exit_t, 32 bytes: what hv_vcpu_create gives a pointer to, and hv_vcpu_run fills.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct HvVcpuExit(HvExitReason reason, ulong syndrome, ulong virtualAddress, ulong physicalAddress)
{
    private readonly HvExitReason _reason = reason;

    // hv_vcpu_exit_exception_t, at offset 8: ESR_EL2, FAR_EL2, and the IPA that HPFAR_EL2 is a part of.
    private readonly ulong _syndrome = syndrome;
    private readonly ulong _virtualAddress = virtualAddress;
    private readonly ulong _physicalAddress = physicalAddress;

    public HvExitReason Reason => _reason;

    public ulong Syndrome => _syndrome;

    /// <summary>Takes an exit that is a data abort of the guest's.</summary>
    public bool TryGetDataAbort(out DataAbortExit exit)
    {
        bool isDataAbort = _reason == HvExitReason.Exception && (ExceptionClass)((_syndrome >> 26) & 0x3F) == ExceptionClass.DataAbortLowerEl;
        exit = isDataAbort ? DataAbortExit.FromAddresses(_syndrome, _virtualAddress, _physicalAddress) : default;
        return isDataAbort;
    }
}
