using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>Finds what usually lies behind an exit.</summary>
internal static class CauseFinder
{
    private const int StackPointer = 31;
    private const int AArch32StackPointer = 13;

    // What systems leave unmapped for null pointers: at least one page, of up to 64 KiB.
    private const ulong FirstPages = 1 << 16;

    /// <summary>The most likely cause.</summary>
    /// <param name="exit">The exit.</param>
    /// <param name="access">The instruction; empty when it is not known.</param>
    /// <param name="view">What the guest takes the address for.</param>
    /// <param name="outcome">How the exit ended, when it was handled.</param>
    /// <param name="isOther">Whether there is an instruction, and another one than that which trapped.</param>
    public static ExitCause Find(in DataAbortExit exit, in AccessDescriptor access, GuestMemoryView view, in ExitOutcome? outcome, bool isOther)
    {
        DataAbortSyndrome syndrome = exit.Syndrome;
        if (outcome is { Status: ExitStatus.Retry })
        {
            return ExitCause.GuestChanged;
        }

        if (syndrome.Class == DataAbortClass.Stage1Translation)
        {
            return exit.FaultAddress < FirstPages ? ExitCause.NullPointer : ExitCause.WrongPointer;
        }

        if (syndrome.LoadStoreType != LoadStoreType.Unspecified
            || (!isOther && Is64Bytes(access) && syndrome.Class is DataAbortClass.InstructionAccess or DataAbortClass.UnsupportedExclusiveOrAtomic))
        {
            return ExitCause.SixtyFourByteAccess;
        }

        if (!isOther && SyndromeAgreement.MayBeInjected(syndrome, access))
        {
            return ExitCause.UndescribedAccess;
        }

        ExitCause cause = OfClass(syndrome);
        if (cause != ExitCause.Unknown)
        {
            return cause;
        }

        if (outcome is { Reason: ExitReason.OpcodeNotAvailable })
        {
            return ExitCause.InstructionNotReadable;
        }

        if (isOther && !syndrome.Isv)
        {
            return ExitCause.GuestChanged;
        }

        // What the guest takes the memory for says more than the instruction: whoever expects RAM uses any instruction.
        if (view is GuestMemoryView.NormalCacheable or GuestMemoryView.DeclaredMemory)
        {
            return ExitCause.MissingMemory;
        }

        if (view != GuestMemoryView.Device && UsesStackPointer(access))
        {
            return ExitCause.StackOnDevice;
        }

        return view == GuestMemoryView.NormalNonCacheable ? ExitCause.DeviceBuffer
            : syndrome.Isv ? ExitCause.PlainAccess
            : OfInstruction(access);
    }

    private static ExitCause OfClass(in DataAbortSyndrome syndrome) => syndrome.Class switch
    {
        DataAbortClass.InstructionAccess => ExitCause.Unknown,
        DataAbortClass.UnsupportedExclusiveOrAtomic => ExitCause.AtomicOnDevice,
        DataAbortClass.TranslationTableWalk => ExitCause.PageTableOnDevice,
        DataAbortClass.CacheMaintenance => ExitCause.CacheMaintenanceOnDevice,
        DataAbortClass.GuardedControlStack => ExitCause.StackOnDevice,
        DataAbortClass.ExternalAbort or DataAbortClass.ExternalAbortOnWalk => ExitCause.MemorySystemError,
        DataAbortClass.Alignment or DataAbortClass.TagCheck => ExitCause.GuestMistake,
        DataAbortClass.NestedVirtualization or DataAbortClass.UnsupportedAtomicHardwareUpdate or DataAbortClass.DirtyStateTracking
            or DataAbortClass.AddressSize or DataAbortClass.GranuleProtection or DataAbortClass.TlbConflict or DataAbortClass.Lockdown => ExitCause.HypervisorState,
        _ => ExitCause.NoAccess,
    };

    private static ExitCause OfInstruction(in AccessDescriptor access)
    {
        const NoSyndromeReasons Merged = NoSyndromeReasons.Pair | NoSyndromeReasons.Writeback;
        const NoSyndromeReasons Bulk = NoSyndromeReasons.SimdAndFloatingPoint | NoSyndromeReasons.Sve | NoSyndromeReasons.Sme
            | NoSyndromeReasons.MultipleRegisters | NoSyndromeReasons.ZeroBlock | NoSyndromeReasons.MemoryCopyOrSet;
        NoSyndromeReasons reasons = access.NoSyndromeReasons;
        return access.Kind == AccessKind.None ? ExitCause.Unknown
            : (reasons & NoSyndromeReasons.GuardedControlStack) != 0 ? ExitCause.StackOnDevice
            : (reasons & NoSyndromeReasons.Tag) != 0 ? ExitCause.TagsOnDevice
            : (reasons & (NoSyndromeReasons.Exclusive | NoSyndromeReasons.Atomic)) != 0 ? ExitCause.AtomicOnDevice
            : (reasons & NoSyndromeReasons.CacheMaintenance) != 0 ? ExitCause.CacheMaintenanceOnDevice
            : access.AddressingMode == AddressingMode.Literal || access.LoadsProgramCounter ? ExitCause.CodeOnDevice
            : (reasons & Bulk) != 0 ? ExitCause.BulkAccess
            : (reasons & Merged) != 0 ? ExitCause.MergedAccess
            : reasons == NoSyndromeReasons.None ? ExitCause.SyndromeWithheld
            : ExitCause.Unknown;
    }

    private static bool Is64Bytes(in AccessDescriptor access) => access.RegisterFile == RegisterFile.General && access.TotalSize == 64;

    private static bool UsesStackPointer(in AccessDescriptor access) =>
        access.AddressingMode is AddressingMode.Offset or AddressingMode.PreIndex or AddressingMode.PostIndex
        && access.Kind is AccessKind.Load or AccessKind.Store
        && access.Rn == (access.InstructionSet == InstructionSet.A64 ? StackPointer : AArch32StackPointer);
}
