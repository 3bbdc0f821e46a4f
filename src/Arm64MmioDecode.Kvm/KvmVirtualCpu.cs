using System;
using System.Runtime.InteropServices;
using System.Threading;
using Arm64MmioDecode.Kvm.Interop;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm;

/// <summary>A virtual CPU. One thread runs it and reads its registers; <see cref="RequestExit"/> may come from any
/// thread.</summary>
public sealed unsafe class KvmVirtualCpu : IKvmVirtualCpu, IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly int _descriptor;
    private readonly int _runSize;
    private readonly object _runnerLock = new();
    private KvmRun* _run;
    private nuint _runner;

    internal KvmVirtualCpu(int descriptor, int index, int runSize, KvmVcpuFeatures features)
    {
        _descriptor = descriptor;
        _runSize = runSize;
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Index = index;
        Features = features;
        void* run = Libc.MapMemory(null, (nuint)runSize, Libc.PROT_READ_WRITE, Libc.MAP_SHARED, descriptor, 0);
        if (run == Libc.MapFailed)
        {
            _handle.Dispose();
            throw KvmException.FromLastError("mmap of kvm_run");
        }

        _run = (KvmRun*)run;
    }

    /// <summary>The CPU's number.</summary>
    public int Index { get; }

    /// <summary>The features it was initialised with.</summary>
    public KvmVcpuFeatures Features { get; }

    /// <summary>kvm_run.immediate_exit: while set, KVM_RUN completes a pending access and comes back as
    /// <see cref="KvmExitReason.Interrupted"/> without entering the guest.</summary>
    public bool ImmediateExit
    {
        get => Volatile.Read(ref _run->ImmediateExit) != 0;
        set => Volatile.Write(ref _run->ImmediateExit, value ? (byte)1 : (byte)0);
    }

    /// <summary>The access of <see cref="KvmExitReason.Mmio"/>.</summary>
    public KvmMmioExit Mmio
    {
        get
        {
            int length = (int)_run->MmioLength;
            bool write = _run->MmioIsWrite != 0;
            ulong data = write ? _run->MmioData & LengthMask(length) : 0;
            return new KvmMmioExit(_run->MmioPhysicalAddress, length, write, data);
        }
    }

    /// <summary>The fault of <see cref="KvmExitReason.ArmNisv"/>.</summary>
    public KvmArmNisvExit ArmNisv => new(_run->NisvSyndrome, _run->NisvFaultIpa);

    /// <summary>The event of <see cref="KvmExitReason.SystemEvent"/>.</summary>
    public KvmSystemEvent SystemEvent => (KvmSystemEvent)_run->SystemEventType;

    /// <summary>The syndrome (ESR_EL2) of <see cref="KvmExitReason.Debug"/>.</summary>
    public uint DebugSyndrome => _run->DebugSyndrome;

    /// <summary>KVM_RUN: enters the guest until something happens.</summary>
    /// <returns>What happened.</returns>
    /// <exception cref="KvmException">The run failed. ENOSYS here means a data abort without a valid syndrome on a
    /// machine where <see cref="KvmCapability.ArmNisvToUser"/> is not enabled.</exception>
    public KvmExitReason Run()
    {
        lock (_runnerLock)
        {
            _runner = Libc.ThreadSelf();
        }

        int result = Libc.IoControl(_descriptor, KvmRequest.Run, 0);
        int error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        lock (_runnerLock)
        {
            _runner = 0;
        }

        if (result >= 0)
        {
            return (KvmExitReason)_run->ExitReason;
        }

        if (error is Libc.EINTR or Libc.EAGAIN)
        {
            return KvmExitReason.Interrupted;
        }

        Marshal.SetLastPInvokeError(error);
        throw KvmException.FromLastError("KVM_RUN");
    }

    /// <summary>Makes the current or next <see cref="Run"/> come back as <see cref="KvmExitReason.Interrupted"/>:
    /// sets <see cref="ImmediateExit"/> and signals the thread that is in KVM_RUN.</summary>
    public void RequestExit()
    {
        ImmediateExit = true;
        lock (_runnerLock)
        {
            if (_runner != 0)
            {
                _ = Libc.ThreadKill(_runner, ExitSignal.Number);
            }
        }
    }

    /// <summary>Gives the device's answer to a load of <see cref="Mmio"/>; KVM puts it into the register at the next
    /// <see cref="Run"/>.</summary>
    /// <param name="value">The bytes in memory order, the lowest address in the least significant byte.</param>
    public void CompleteMmioRead(ulong value) => _run->MmioData = value;

    /// <summary>KVM_GET_ONE_REG for a register of up to 64 bits.</summary>
    /// <param name="id">The register.</param>
    /// <returns>Its value, zero-extended.</returns>
    /// <exception cref="KvmException">This CPU has no such register.</exception>
    public ulong GetRegister(KvmRegisterId id)
    {
        ulong value = 0;
        GetRegister(id, MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }

    /// <summary>KVM_GET_ONE_REG.</summary>
    /// <param name="id">The register.</param>
    /// <param name="destination">At least <see cref="KvmRegisterId.Size"/> bytes; receives the value, little-endian.</param>
    /// <exception cref="ArgumentException">The buffer is too small.</exception>
    /// <exception cref="KvmException">This CPU has no such register.</exception>
    public void GetRegister(KvmRegisterId id, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, id.Size, nameof(destination));
        fixed (byte* value = destination)
        {
            var argument = new KvmOneRegister { Id = id.Value, Address = (ulong)value };
            if (Libc.IoControl(_descriptor, KvmRequest.GetOneReg, (nuint)(&argument)) < 0)
            {
                throw KvmException.FromLastError($"KVM_GET_ONE_REG {id}");
            }
        }
    }

    /// <summary>KVM_SET_ONE_REG for a register of up to 64 bits.</summary>
    /// <param name="id">The register.</param>
    /// <param name="value">Its new value.</param>
    /// <exception cref="KvmException">This CPU has no such register, or the value is not allowed in it.</exception>
    public void SetRegister(KvmRegisterId id, ulong value) =>
        SetRegister(id, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));

    /// <summary>KVM_SET_ONE_REG.</summary>
    /// <param name="id">The register.</param>
    /// <param name="source">At least <see cref="KvmRegisterId.Size"/> bytes: the new value, little-endian.</param>
    /// <exception cref="ArgumentException">The buffer is too small.</exception>
    /// <exception cref="KvmException">This CPU has no such register, or the value is not allowed in it.</exception>
    public void SetRegister(KvmRegisterId id, ReadOnlySpan<byte> source)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, id.Size, nameof(source));
        fixed (byte* value = source)
        {
            var argument = new KvmOneRegister { Id = id.Value, Address = (ulong)value };
            if (Libc.IoControl(_descriptor, KvmRequest.SetOneReg, (nuint)(&argument)) < 0)
            {
                throw KvmException.FromLastError($"KVM_SET_ONE_REG {id}");
            }
        }
    }

    /// <summary>KVM_ARM_VCPU_FINALIZE for SVE: fixes the vector lengths; before it the CPU cannot run.</summary>
    /// <exception cref="KvmException">The CPU was not initialised with <see cref="KvmVcpuFeatures.Sve"/>.</exception>
    public void FinalizeSve()
    {
        int feature = 4; // KVM_ARM_VCPU_SVE
        Libc.Control(_descriptor, KvmRequest.ArmVcpuFinalize, ref feature, "KVM_ARM_VCPU_FINALIZE SVE");
    }

    /// <summary>KVM_SET_VCPU_EVENTS with ext_dabt_pending: the guest takes a synchronous external abort (DFSC 0x10)
    /// for its last data abort, with the FAR of that fault, which only KVM knows.</summary>
    /// <exception cref="KvmException">The host lacks <see cref="KvmCapability.ArmInjectExternalDataAbort"/>.</exception>
    public void InjectExternalDataAbort()
    {
        KvmVcpuEvents events = default;
        Libc.Control(_descriptor, KvmRequest.GetVcpuEvents, ref events, "KVM_GET_VCPU_EVENTS");
        events.ExternalDataAbortPending = 1;
        Libc.Control(_descriptor, KvmRequest.SetVcpuEvents, ref events, "KVM_SET_VCPU_EVENTS");
    }

    /// <summary>KVM_SET_GUEST_DEBUG: whether breakpoint instructions (BRK, BKPT) of the guest come back as
    /// <see cref="KvmExitReason.Debug"/>.</summary>
    /// <param name="enabled">On or off.</param>
    /// <exception cref="KvmException">The host lacks <see cref="KvmCapability.SetGuestDebug"/>.</exception>
    public void SetSoftwareBreakpoints(bool enabled)
    {
        var argument = new KvmGuestDebug
        {
            Control = enabled ? KvmGuestDebug.Enable | KvmGuestDebug.UseSoftwareBreakpoints : 0,
        };
        Libc.Control(_descriptor, KvmRequest.SetGuestDebug, ref argument, "KVM_SET_GUEST_DEBUG");
    }

    /// <summary>Closes the CPU. It must not be running.</summary>
    public void Dispose()
    {
        if (_run is not null)
        {
            _ = Libc.UnmapMemory(_run, (nuint)_runSize);
            _run = null;
        }

        _handle.Dispose();
    }

    internal void Initialize(ref KvmVcpuInit init)
    {
        ExitSignal.Install();
        Libc.Control(_descriptor, KvmRequest.ArmVcpuInit, ref init, "KVM_ARM_VCPU_INIT");
    }

    private static ulong LengthMask(int length) => length >= 8 ? ulong.MaxValue : (1ul << (8 * length)) - 1;
}
