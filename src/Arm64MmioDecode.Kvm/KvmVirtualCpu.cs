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
    // immediate_exit as RequestExit sets it, and as a KVM_RUN that only completes an access does: any value but 0 ends KVM_RUN.
    private const byte Requested = 1;
    private const byte Completing = 2;

    private readonly SafeFileHandle _handle;
    private readonly int _mappedSize;
    private readonly object _runnerLock = new();
    private KvmRun* _run;
    private nuint _runner;

    private KvmVirtualCpu(SafeFileHandle handle, KvmRun* run, int mappedSize, int index, KvmVcpuFeatures features)
    {
        _handle = handle;
        _run = run;
        _mappedSize = mappedSize;
        Index = index;
        Features = features;
    }

    /// <summary>
    /// A virtual CPU that the VMM has created itself. Nothing of it is owned: <see cref="Dispose"/> closes and unmaps nothing, and the
    /// VMM disposes of this object before it does.
    /// </summary>
    /// <param name="descriptor">The file descriptor that KVM_CREATE_VCPU returned.</param>
    /// <param name="kvmRun">Where the VMM has mapped struct kvm_run; its first page is enough.</param>
    /// <param name="features">The features that KVM_ARM_VCPU_INIT was given.</param>
    /// <returns>The CPU. <see cref="RequestExit"/> signals the thread that is in this object's <see cref="Run"/>; a VMM that runs
    /// the CPU itself has its own way.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="descriptor"/> is negative.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="kvmRun"/> is 0.</exception>
    public static KvmVirtualCpu FromFileDescriptor(int descriptor, nint kvmRun, KvmVcpuFeatures features)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(descriptor);
        ArgumentNullException.ThrowIfNull((void*)kvmRun, nameof(kvmRun));
        return new KvmVirtualCpu(new SafeFileHandle(descriptor, ownsHandle: false), (KvmRun*)kvmRun, mappedSize: 0, index: 0, features);
    }

    internal static KvmVirtualCpu Open(SafeFileHandle handle, int index, int runSize, KvmVcpuFeatures features)
    {
        void* run = Libc.MapMemory(null, (nuint)runSize, Libc.PROT_READ_WRITE, Libc.MAP_SHARED, handle, 0);
        if (run == Libc.MapFailed)
        {
            KvmException failure = KvmException.FromLastError("mmap of kvm_run");
            handle.Dispose();
            throw failure;
        }

        return new KvmVirtualCpu(handle, (KvmRun*)run, runSize, index, features);
    }

    /// <summary>The CPU's number; 0 for one of <see cref="FromFileDescriptor"/>.</summary>
    public int Index { get; }

    /// <summary>The features it was initialised with.</summary>
    public KvmVcpuFeatures Features { get; }

    /// <summary>kvm_run.immediate_exit: while set, KVM_RUN completes a pending access and comes back as
    /// <see cref="KvmExitReason.Interrupted"/> without entering the guest.</summary>
    public bool ImmediateExit
    {
        get => Volatile.Read(ref Shared->ImmediateExit) != 0;
        set => Volatile.Write(ref Shared->ImmediateExit, value ? Requested : (byte)0);
    }

    /// <summary>The access of <see cref="KvmExitReason.Mmio"/>.</summary>
    public KvmMmioExit Mmio
    {
        get
        {
            KvmRun* run = Shared;
            int length = (int)run->MmioLength;
            bool write = run->MmioIsWrite != 0;
            ulong data = write ? run->MmioData & LengthMask(length) : 0;
            return new KvmMmioExit(run->MmioPhysicalAddress, length, write, data);
        }
    }

    /// <summary>The fault of <see cref="KvmExitReason.ArmNisv"/> or <see cref="KvmExitReason.ArmLdst64B"/>.</summary>
    public KvmArmNisvExit ArmNisv => new(Shared->NisvSyndrome, Shared->NisvFaultIpa);

    /// <summary>The event of <see cref="KvmExitReason.SystemEvent"/>.</summary>
    public KvmSystemEvent SystemEvent => (KvmSystemEvent)Shared->SystemEventType;

    /// <summary>The syndrome (ESR_EL2) of <see cref="KvmExitReason.Debug"/>.</summary>
    public uint DebugSyndrome => Shared->DebugSyndrome;

    /// <summary>KVM_RUN: enters the guest until something happens.</summary>
    /// <returns>What happened; <see cref="KvmExitReason.Interrupted"/> for EINTR (a signal, or <see cref="ImmediateExit"/>, which stays
    /// set) and for EAGAIN, which asks for another try.</returns>
    /// <exception cref="KvmException">The run failed with another errno: ENOSYS means a data abort without a valid syndrome on a
    /// machine where <see cref="KvmCapability.ArmNisvToUser"/> is not enabled, ENOEXEC a CPU that is not initialised, EPERM one
    /// whose SVE is not finalised, EFAULT memory that the host could not give.</exception>
    /// <exception cref="ObjectDisposedException">The CPU has been disposed of.</exception>
    public KvmExitReason Run()
    {
        KvmRun* run = Shared;
        ExitSignal.Install(); // here, so that a VMM that runs its CPUs itself keeps its signals
        lock (_runnerLock)
        {
            _runner = Libc.ThreadSelf();
        }

        int result = Libc.IoControl(_handle, KvmRequest.Run, 0);
        int error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        lock (_runnerLock)
        {
            _runner = 0;
        }

        if (result >= 0)
        {
            return (KvmExitReason)run->ExitReason;
        }

        if (error is Libc.EINTR or Libc.EAGAIN)
        {
            return KvmExitReason.Interrupted;
        }

        Marshal.SetLastPInvokeError(error);
        throw KvmException.FromLastError("KVM_RUN");
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The CPU has been disposed of.</exception>
    public void CompletePendingAccess()
    {
        KvmRun* run = Shared;
        bool isOwn = Replace(run, 0, Completing);
        try
        {
            if (Libc.IoControl(_handle, KvmRequest.Run, 0) >= 0)
            {
                throw new KvmException("KVM_RUN came back with an exit although an immediate exit was asked for.");
            }

            if (Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                throw KvmException.FromLastError("KVM_RUN");
            }
        }
        finally
        {
            if (isOwn)
            {
                Replace(run, Completing, 0);
            }
        }
    }

    /// <summary>Makes the current or next <see cref="Run"/> come back as <see cref="KvmExitReason.Interrupted"/>:
    /// sets <see cref="ImmediateExit"/> and signals the thread that is in KVM_RUN. Without effect on a disposed CPU.</summary>
    public void RequestExit()
    {
        lock (_runnerLock)
        {
            if (_run is null)
            {
                return;
            }

            ImmediateExit = true;
            if (_runner != 0)
            {
                _ = Libc.ThreadKill(_runner, ExitSignal.Number);
            }
        }
    }

    /// <summary>Gives the device's answer to a load of <see cref="Mmio"/>; KVM puts it into the register at the next
    /// <see cref="Run"/>.</summary>
    /// <param name="value">The bytes in memory order, the lowest address in the least significant byte.</param>
    public void CompleteMmioRead(ulong value) => Shared->MmioData = value;

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
            if (Libc.IoControl(_handle, KvmRequest.GetOneReg, (nuint)(&argument)) < 0)
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
            if (Libc.IoControl(_handle, KvmRequest.SetOneReg, (nuint)(&argument)) < 0)
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
        Libc.Control(_handle, KvmRequest.ArmVcpuFinalize, ref feature, "KVM_ARM_VCPU_FINALIZE SVE");
    }

    /// <summary>KVM_SET_VCPU_EVENTS with ext_dabt_pending: the guest takes a synchronous external abort (DFSC 0x10)
    /// for its last data abort, with the FAR of that fault, which only KVM knows.</summary>
    /// <exception cref="KvmException">The host lacks <see cref="KvmCapability.ArmInjectExternalDataAbort"/>.</exception>
    public void InjectExternalDataAbort()
    {
        KvmVcpuEvents events = default;
        Libc.Control(_handle, KvmRequest.GetVcpuEvents, ref events, "KVM_GET_VCPU_EVENTS");
        events.ExternalDataAbortPending = 1;
        Libc.Control(_handle, KvmRequest.SetVcpuEvents, ref events, "KVM_SET_VCPU_EVENTS");
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
        Libc.Control(_handle, KvmRequest.SetGuestDebug, ref argument, "KVM_SET_GUEST_DEBUG");
    }

    /// <summary>Closes the CPU. It must not be running.</summary>
    public void Dispose()
    {
        lock (_runnerLock)
        {
            if (_run is not null && _mappedSize != 0)
            {
                _ = Libc.UnmapMemory(_run, (nuint)_mappedSize);
            }

            _run = null;
        }

        _handle.Dispose();
    }

    internal void Initialize(ref KvmVcpuInit init)
    {
        Libc.Control(_handle, KvmRequest.ArmVcpuInit, ref init, "KVM_ARM_VCPU_INIT");
    }

    private KvmRun* Shared => _run is not null ? _run : throw new ObjectDisposedException(nameof(KvmVirtualCpu));

    // Replaces immediate_exit if it has a value. It is in the first word of kvm_run, where arm64's KVM writes nothing.
    private static bool Replace(KvmRun* run, byte expected, byte value)
    {
        ref int word = ref *(int*)run;
        while (true)
        {
            int seen = Volatile.Read(ref word);
            if ((byte)(seen >> 8) != expected)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref word, (seen & ~0xFF00) | (value << 8), seen) == seen)
            {
                return true;
            }
        }
    }

    private static ulong LengthMask(int length) => length >= 8 ? ulong.MaxValue : (1ul << (8 * length)) - 1;
}
