using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <content>Whether the instruction is the one that trapped, and where the parts of its access lie.</content>
public sealed partial class ExitHandler
{
    // Whether the plan explains the exit (docs/handling.md, "What is checked"). The result is pending when it does; trapped is
    // then the address of the byte that faulted.
    private Verdict Agree(out ulong trapped)
    {
        trapped = _exit.FaultAddress ?? 0;
        ExitReason reason = ExitReason.DirectionDiffers;
        for (int i = 0; i < _rangeCount; i++)
        {
            AddressRange range = GetRange(i);
            if (ContradictsDirection(range))
            {
                continue;
            }

            Verdict outcome = _exit.FaultAddress is { } far ? AgreeWithAddress(range, far) : AgreeWithPage(range, out trapped);
            if (outcome.Status != ExitStatus.Retry || outcome.Reason == ExitReason.IsMemory)
            {
                return outcome;
            }

            // The reason that comes latest in the order of the checks says most.
            reason = outcome.Reason > reason ? outcome.Reason : reason;
        }

        return Verdict.Retry(reason);
    }

    // The same for a plain load or store in one page whose address the exit reports, which is what most exits are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAgreeWithTransfer(ulong address, ulong length, ulong mask, out ulong physicalPage, out Verdict verdict)
    {
        const ulong Untagged = ulong.MaxValue >> 8;
        verdict = Verdict.GoOn;
        physicalPage = 0;
        ulong far = _exit.KnownFaultAddress;
        if (!_exit.HasFaultAddress
            || _exit.Syndrome.FnP
            || IsGuardedControlStack
            || (address & GuestPage.OffsetMask) + length > GuestPage.Size)
        {
            return false;
        }

        bool write = _access.IsWrite;
        if (write != _exit.Syndrome.WnR)
        {
            verdict = Verdict.Retry(ExitReason.DirectionDiffers);
            return true;
        }

        if ((unchecked(far - address) & mask & Untagged) >= length)
        {
            verdict = Verdict.Retry(ExitReason.AddressDiffers);
            return true;
        }

        verdict = AgreeOnPage(far, AccessOfTransfer(), write, out physicalPage);
        return true;
    }

    // FAR leads to the page of the IPA, which is no memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Verdict AgreeOnPage(ulong far, PageAccess access, bool write, out ulong physicalPage)
    {
        if (_translator.CanTranslate)
        {
            if (!_translator.TryTranslatePage(far, access, out physicalPage, out TranslationFault fault))
            {
                return NotLocated(fault, far, write, isTrapped: true);
            }

            if (_exit.IpaPrecision != IpaPrecision.None && ((physicalPage ^ _exit.IpaValue) & ~GuestPage.OffsetMask) != 0)
            {
                return Verdict.Retry(ExitReason.PageDiffers);
            }
        }
        else if (_exit.IpaPrecision == IpaPrecision.None)
        {
            physicalPage = 0;
            return Verdict.NotEmulated(ExitReason.AddressNotAvailable);
        }
        else
        {
            physicalPage = _exit.IpaValue & ~GuestPage.OffsetMask;
        }

        return _translator.IsMemory(physicalPage, write) ? Verdict.Retry(ExitReason.IsMemory) : Verdict.GoOn;
    }

    // All of what is planned lies in one page of devices: done at once, or remembered for the steps, and for an address with another tag
    // than FAR, which is translated by itself.
    private Verdict Transfer(ulong address, ulong physicalPage)
    {
        if (_isAtOnce && _hasPlainOptions && ((address ^ _exit.KnownFaultAddress) & ~GuestPage.OffsetMask) == 0)
        {
            _translator.Perform(_plan, physicalPage);
            return CommitAccess();
        }

        bool unprivileged = (_access.NamedProperties & AccessProperties.Unprivileged) != 0;
        bool write = _access.IsWrite;
        _translator.SetUnprivileged(reads: unprivileged && !write, writes: unprivileged && write);
        _translator.Add(_exit.KnownFaultAddress, physicalPage, AccessOfTransfer(), isMemory: false);
        return Verdict.GoOn;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PageAccess AccessOfTransfer() => (_access.IsWrite ? PageAccess.Write : PageAccess.Read)
        | ((_access.NamedProperties & AccessProperties.Unprivileged) != 0 ? PageAccess.Unprivileged : PageAccess.None);

    private bool ContradictsDirection(in AddressRange range)
    {
        DataAbortSyndrome syndrome = _exit.Syndrome;
        return _access.Kind != AccessKind.CacheMaintenance && (_isPlain || syndrome.IsWnRValid) && !(syndrome.WnR ? range.IsWritten : range.IsRead);
    }

    private bool ContradictsDirection(in AccessDescriptor access) =>
        _exit.Syndrome.IsWnRValid && access.Kind is AccessKind.Load or AccessKind.Store && access.IsWrite != _exit.Syndrome.WnR;

    private Verdict AgreeWithAddress(in AddressRange range, ulong far)
    {
        if (!range.Touches(far, GranuleIfImprecise()))
        {
            return Verdict.Retry(ExitReason.AddressDiffers);
        }

        if (!_translator.CanTranslate)
        {
            // FAR and IPA are what the processor translated. Without FAR's translation only the whole of both will do.
            if (_exit.IpaPrecision == IpaPrecision.None)
            {
                return Verdict.NotEmulated(ExitReason.AddressNotAvailable);
            }

            PageAccess access = AccessOf(range);
            if (_translator.IsMemory(_exit.IpaValue & ~GuestPage.OffsetMask, (access & PageAccess.Write) != 0))
            {
                return Verdict.Retry(ExitReason.IsMemory);
            }

            _translator.Add(far, _exit.IpaValue, access, isMemory: false);
            return Verdict.GoOn;
        }

        return LocatePage(far, AccessOf(range), isTrapped: true);
    }

    // KVM reports no FAR: the address that faulted is in the one of the access's pages that leads to the IPA.
    private Verdict AgreeWithPage(in AddressRange range, out ulong trapped)
    {
        trapped = 0;
        if (!_translator.CanTranslate || _exit.IpaPrecision == IpaPrecision.None)
        {
            return Verdict.NotEmulated(ExitReason.AddressNotAvailable);
        }

        ExitReason reason = ExitReason.None;
        ulong granule = GranuleIfImprecise();
        PageAccess access = AccessOf(range);
        foreach (ulong address in new PagesOfRange(range))
        {
            Verdict located = LocatePage(address, access, isTrapped: true);
            if (located.Status != ExitStatus.Retry || located.Reason == ExitReason.IsMemory)
            {
                // It is the page of the IPA, or nobody can say.
                ulong candidate = (address & ~GuestPage.OffsetMask) | (_exit.IpaValue & GuestPage.OffsetMask);
                if (located.Status == ExitStatus.NotEmulated || _exit.IpaPrecision != IpaPrecision.Byte || range.Touches(candidate, granule))
                {
                    trapped = _exit.IpaPrecision == IpaPrecision.Byte && granule == 1 ? candidate : address;
                    return located;
                }

                located = Verdict.Retry(ExitReason.AddressDiffers);
            }

            reason = located.Reason > reason ? located.Reason : reason;
        }

        return Verdict.Retry(reason);
    }

    // Whose permissions stage 1 does not tell: its pages can be read like others, and written only so.
    private bool IsGuardedControlStack
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _access.Kind == AccessKind.GuardedControlStack || (_access.NamedProperties & AccessProperties.GuardedControlStack) != 0;
    }

    // What an access needs of the pages of a range.
    private PageAccess AccessOf(in AddressRange range) => _access.Kind == AccessKind.CacheMaintenance
        ? AccessOfCacheMaintenance()
        : IsGuardedControlStack ? PageAccess.Read | (range.IsUnprivileged ? PageAccess.Unprivileged : PageAccess.None)
        : (range.IsRead ? PageAccess.Read : PageAccess.None)
            | (range.IsWritten ? PageAccess.Write : PageAccess.None)
            | (range.IsUnprivileged ? PageAccess.Unprivileged : PageAccess.None);

    // CRm tells the instruction cache's operations from those of the data caches, in MCR too.
    private PageAccess AccessOfCacheMaintenance()
    {
        const uint InstructionCache = 5;
        uint crm = (_access.InstructionSet == InstructionSet.A64 ? _access.Opcode >> 8 : _access.Opcode) & 0xF;
        _translator.Maintenance = crm == InstructionCache ? TranslationAccess.InstructionCacheInvalidate
            : _access.Operation switch
            {
                AccessOperation.Clean => TranslationAccess.DataCacheClean,
                AccessOperation.Invalidate => TranslationAccess.DataCacheInvalidate,
                _ => TranslationAccess.DataCacheCleanInvalidate,
            };
        return PageAccess.CacheMaintenance;
    }

    // Finds the page of an address. The one that trapped must be the page of the IPA, and no memory.
    private Verdict LocatePage(ulong address, PageAccess access, bool isTrapped)
    {
        bool write = (access & PageAccess.Write) != 0;
        bool isLocated = _translator.TryLocate(address, access, isUsed: !isTrapped, out int found, out TranslationFault fault);
        ref readonly GuestPage page = ref _translator[found];
        if (!isLocated)
        {
            return NotLocated(fault, address, write, isTrapped);
        }

        if (isTrapped)
        {
            ulong compared = ~(Math.Max(GranuleIfImprecise(), GuestPage.Size) - 1);
            return _exit.IpaPrecision != IpaPrecision.None && ((page.Physical ^ _exit.IpaValue) & compared) != 0
                ? Verdict.Retry(ExitReason.PageDiffers)
                : page.IsMemory || IsRefusedByMemory(page) ? Verdict.Retry(ExitReason.IsMemory) : Verdict.GoOn;
        }

        return write && _translator.IsReadOnlyHere(page) ? Verdict.NotEmulated(ExitReason.MemoryNotWritable) : Verdict.GoOn;
    }

    // A fault of the guest's own stage 2 at what trapped: the processor finds it, too, and the guest's hypervisor takes it.
    private Verdict NotLocated(in TranslationFault fault, ulong address, bool write, bool isTrapped) =>
        fault.Kind == TranslationFaultKind.NotSupported || (fault.IsStage2 && !isTrapped) ? Verdict.NotEmulated(ExitReason.TranslationNotSupported)
        : fault.Kind == TranslationFaultKind.None ? Verdict.NotEmulated(ExitReason.AddressNotAvailable)
        : isTrapped ? Verdict.Retry(ExitReason.NotTranslated)
        : Fault(
            ExitReason.OtherPartNotTranslated,
            EmulationFault.DataAbort(new FaultStatusCode(fault.FaultStatusCode), address, write, fault.Domain));

    // A processor refuses exclusives and atomics (DFSC 0x35) also where stage 2 maps memory, be it a ROM.
    private bool IsRefusedByMemory(in GuestPage page) =>
        _exit.Syndrome.Class == DataAbortClass.UnsupportedExclusiveOrAtomic && _translator.IsReadOnlyHere(page);

    // The pages of the access that did not trap are translated before anything is accessed, so that a fault of a later part
    // comes before the first part has had an effect. A memory copy or set takes its pages, and their faults, one by one.
    private Verdict LocateOtherPages(ulong trapped)
    {
        const ulong PageMask = (ulong.MaxValue >> 8) & ~GuestPage.OffsetMask;
        if (_rangeCount == 1 && ((_range.Address ^ trapped) & PageMask) == 0 && (_range.Address & GuestPage.OffsetMask) + _range.Length <= GuestPage.Size)
        {
            return Verdict.GoOn;
        }

        bool byAndBy = _access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet;
        for (int i = 0; i < _rangeCount; i++)
        {
            AddressRange range = GetRange(i);
            if (((range.Address ^ trapped) & PageMask) == 0 && (range.Address & GuestPage.OffsetMask) + range.Length <= GuestPage.Size)
            {
                continue;
            }

            PageAccess access = AccessOf(range);
            foreach (ulong address in new PagesOfRange(range))
            {
                if (((address ^ trapped) & PageMask) == 0)
                {
                    continue;
                }

                if (IsGuardedControlStack)
                {
                    return Verdict.NotEmulated(ExitReason.TranslationNotSupported);
                }

                Verdict located = LocatePage(address, access, isTrapped: false);
                if (!located.IsGoOn && !(byAndBy && located.Reason == ExitReason.OtherPartNotTranslated))
                {
                    return located;
                }
            }
        }

        return Verdict.GoOn;
    }

    // The bytes around FAR of which one faulted: SVE accesses (FnP) and memory copies tell only the granule, cache maintenance
    // only the page.
    private ulong GranuleIfImprecise() =>
        _exit.Syndrome.FnP || _access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet ? LargestGranule
        : _access.Kind == AccessKind.CacheMaintenance ? GuestPage.Size
        : 1;

    private const ulong LargestGranule = 1ul << 16;
}
