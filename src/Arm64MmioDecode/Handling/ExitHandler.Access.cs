using System.Runtime.CompilerServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Handling;

/// <content>The access, from a valid syndrome or from the instruction.</content>
public sealed partial class ExitHandler
{
    private Verdict BeginAccess()
    {
        if (!AccessSyndrome.TryGetAccess(_exit.Syndrome, _pstate, out AccessDescriptor access))
        {
            return BeginInstruction();
        }

        return _translator.CanTranslate && LeavesOpenWhere(access) ? BeginInstruction() : BeginReported(access);
    }

    // Whether only the instruction tells all addresses of an access that the syndrome describes, and whose permissions it has.
    private bool LeavesOpenWhere(in AccessDescriptor access)
    {
        if (_exit.IpaPrecision == IpaPrecision.None)
        {
            // A translation has to tell the page, with the permissions of EL0 for an unprivileged access.
            return true;
        }

        ulong offset = (_exit.FaultAddress ?? _exit.IpaValue) & GuestPage.OffsetMask;
        if (offset + (ulong)access.TotalSize > GuestPage.Size)
        {
            // The next page too.
            return true;
        }

        if (offset != 0 || access.TotalSize is 1 or MaxTransaction)
        {
            // 64 bytes are aligned to their size, or they are an alignment fault.
            return false;
        }

        // An access that is not aligned may cross into the page that faulted; then FAR is the start of that page, and not that
        // of the access. Stage 1 must have said Normal memory, or it would have been an alignment fault.
        return _exit.FaultAddress is not { } far || _translator.TranslateForAttributes(far, access.IsWrite) is { Succeeded: true, Attributes.IsDevice: false };
    }

    // The syndrome describes the access, and FAR and IPA say where it goes.
    private Verdict BeginReported(in AccessDescriptor access)
    {
        access.CopyTo(ref _access);
        _hasAccess = true;
        bool write = access.IsWrite;
        ulong address;
        if (_exit.FaultAddress is { } far)
        {
            address = far;
        }
        else if (_exit.IpaPrecision == IpaPrecision.Byte)
        {
            address = _exit.IpaValue;
        }
        else
        {
            return Verdict.NotEmulated(ExitReason.AddressNotAvailable);
        }

        bool isLocated = _exit.IpaPrecision != IpaPrecision.None;
        if (isLocated)
        {
            if (_translator.IsMemory(_exit.IpaValue & ~GuestPage.OffsetMask, write))
            {
                return Verdict.Retry(ExitReason.IsMemory);
            }
        }
        else if (!_translator.CanTranslate)
        {
            return Verdict.NotEmulated(ExitReason.AddressNotAvailable);
        }

        SetGuestState();
        if (isLocated)
        {
            _translator.Add(address, _exit.IpaValue, write ? PageAccess.Write : PageAccess.Read, isMemory: false);
        }

        if (Prepare(access, address) is { IsGoOn: false } ended)
        {
            return ended;
        }

        if (isLocated && (address & GuestPage.OffsetMask) + (ulong)access.TotalSize <= GuestPage.Size)
        {
            return Verdict.GoOn;
        }

        TakeRanges();

        if (!isLocated && LocatePage(address, write ? PageAccess.Write : PageAccess.Read, isTrapped: true) is { IsGoOn: false } elsewhere)
        {
            return elsewhere;
        }

        return LocateOtherPages(address);
    }

    // The instruction says what is accessed, if it is the one that trapped. Not inlined: an exit with a valid syndrome needs no room for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Verdict BeginInstruction()
    {
        if (FetchInstruction() is { IsGoOn: false } notFetched)
        {
            return notFetched;
        }

        return Decode() == DecodeStatus.MemoryAccess ? BeginDecoded() : Verdict.Retry(ExitReason.NotMemoryAccess);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Verdict BeginDecoded()
    {
        bool isUnsupported = !_isPlain && _exit.Syndrome.Class == DataAbortClass.UnsupportedExclusiveOrAtomic;
        if (isUnsupported && !NeedsSpecialMemory(_access))
        {
            return Verdict.Retry(ExitReason.KindDiffers);
        }

        SetGuestState();
        if (_isAtOnce && _isPlain && TryTransferDecoded(out Verdict transferred))
        {
            return transferred;
        }

        return BeginPrepared(isUnsupported);
    }

    // What goes by steps, or does not happen. Not inlined, as the above is all that most exits need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Verdict BeginPrepared(bool isUnsupported)
    {
        if (LowestExceptionLevel.IsAbove(_pstate, in _access))
        {
            return Verdict.Retry(ExitReason.NoAccess);
        }

        Verdict prepared = Prepare(_access, 0);
        if (prepared.IsGoOn && _isPlain
            && _plan.TryGetTransfer(out ulong start, out ulong length, out ulong mask)
            && TryAgreeWithTransfer(start, length, mask, out ulong physicalPage, out Verdict verdict))
        {
            return verdict.IsGoOn ? Transfer(start, physicalPage) : verdict;
        }

        TakeRanges();
        if (_rangeCount == 0)
        {
            // An instruction that accesses nothing did not trap; but it may be one that is to fault, or is not known well enough.
            return prepared.IsGoOn ? Verdict.Retry(ExitReason.NoAccess)
                : prepared.Status == ExitStatus.NotEmulated && ContradictsDirection(_access) ? Verdict.Retry(ExitReason.DirectionDiffers)
                : prepared;
        }

        Verdict agreed = Agree(out ulong trapped);
        bool isMemory = agreed.Reason == ExitReason.IsMemory;
        if (agreed.IsGoOn || isMemory)
        {
            _trapped = trapped;
            _hasTrapped = true;
        }

        if (isUnsupported && isMemory)
        {
            // Memory that the processor refuses an exclusive or atomic access to: the guest's stage 1 attributes are the cause.
            return Fault(
                ExitReason.Instruction,
                EmulationFault.DataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, trapped, _access.IsWrite));
        }

        return !agreed.IsGoOn ? agreed
            : !prepared.IsGoOn ? prepared
            : LocateOtherPages(trapped);
    }

    // The byte order of data, and for LDRAA and LDRAB the place of the authentication code. Addresses keep their tags: it is
    // translation that knows whether they are ignored.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetGuestState()
    {
        if (_stage1 is not null && InstructionFetcher.GetInstructionSet(_pstate) == InstructionSet.A64)
        {
            bool bigEndian = IsBigEndian();
            if (bigEndian != _options.BigEndian || _options.TopByteIgnored || (_access.NamedProperties & AccessProperties.Authenticated) != 0)
            {
                SetGuestState(bigEndian);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SetGuestState(bool bigEndian)
    {
        if (bigEndian != _options.BigEndian || _options.TopByteIgnored)
        {
            _options = _options with { BigEndian = bigEndian, TopByteIgnored = false };
            _hasPlainOptions = PlainTransfer.AreEnough(_options);
            _hasGuestState = true;
        }

        if ((_access.Properties & AccessProperties.Authenticated) != 0)
        {
            ulong pointer = _access.Rn == 31 ? _registers.Sp : _registers.GetX(_access.Rn);
            _options = AddressState.For(pointer, _stage1!.ReadRegisters(pointer), _options);
            _hasGuestState = true;
        }
    }

    // What the plan does not emulate is answered by the handler, as the exit tells the address.
    private void ResetOptions()
    {
        _options = _policies.Unsupported == UnsupportedPolicy.Report ? _policies : _policies with { Unsupported = UnsupportedPolicy.Report };
        _hasPlainOptions = PlainTransfer.AreEnough(_options);
        _hasGuestState = false;
    }

    // An Alignment fault, also one by the memory type of stage 1, has priority over the faults of stage 2 (Arm ARM, "Prioritization of
    // Synchronous Data Abort exceptions"). An exit with one of these says that the access was aligned enough, for what stage 1
    // says of the memory.
    private bool HasPassedAlignmentCheck()
    {
        EmulationFault fault = _plan.Fault;
        return fault.Reason == FaultReason.DataAbort && fault.StatusCode == FaultStatusCode.Alignment
            && _exit.Syndrome.Class == DataAbortClass.InstructionAccess
            && (!_translator.CanTranslate || _translator.TranslateForAttributes(fault.Address, fault.IsWrite) is { Succeeded: true, Attributes.IsDevice: false });
    }

    private Verdict Prepare(in AccessDescriptor access, ulong address)
    {
        _plan.HasPassedAlignmentCheck = false;
        EmulationStatus prepared = _plan.Prepare(access, address, _registers, _options);
        if (prepared == EmulationStatus.Fault && HasPassedAlignmentCheck())
        {
            _plan.HasPassedAlignmentCheck = true;
            prepared = _plan.Prepare(access, address, _registers, _options);
        }

        switch (prepared)
        {
            case EmulationStatus.Pending:
                return Verdict.GoOn;
            case EmulationStatus.Fault:
                return Fault(ExitReason.Instruction, PlanFault);
            case EmulationStatus.Undefined:
                // What traps is no such instruction; the vCPU that executes it takes the exception.
                return Verdict.Retry(ExitReason.NoAccess);
            default:
                return Verdict.NotEmulated(ExitReason.InstructionNotEmulated);
        }
    }

    // The ranges as they are before the first transaction. Nearly all accesses have one.
    private void TakeRanges()
    {
        _rangeCount = _plan.FaultingRangeCount;
        if (_rangeCount == 0)
        {
            return;
        }

        _range = _plan.GetRange(0);
        bool reads = _range.IsRead && _range.IsUnprivileged;
        bool writes = _range.IsWritten && _range.IsUnprivileged;
        for (int i = 1; i < _rangeCount; i++)
        {
            AddressRange range = _plan.GetRange(i);
            reads |= range.IsRead && range.IsUnprivileged;
            writes |= range.IsWritten && range.IsUnprivileged;
        }

        _translator.SetUnprivileged(reads, writes);
        if (IsGuardedControlStack)
        {
            _translator.SetGuardedControlStack();
        }
    }

    private AddressRange GetRange(int index) => index == 0 ? _range : _plan.GetRange(index);

    /// <summary>Whether an instruction is of the kind that memory may refuse with DFSC 0x35.</summary>
    internal static bool NeedsSpecialMemory(in AccessDescriptor access) =>
        access.Kind is AccessKind.LoadExclusive or AccessKind.StoreExclusive or AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap
        || (access.RegisterFile == RegisterFile.General && access.TotalSize == 64);
}
