using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Leads each part of an access to where its own address translates: to guest memory or to the devices' bus. It remembers the
/// pages of the present access, so that what was checked is what is accessed.
/// </summary>
internal sealed partial class AccessTranslator
{
    // Two pages of the source and two of the destination of a memory copy; other accesses have two. A gather of 64 elements has two
    // for each.
    private const int PageCount = 4;
    private const int ScalablePageCount = 128;
    private const ulong PstatePan = 1u << 22;

    private readonly GuestPage[] _pages;
    private readonly IMmioBus _devices;
    private readonly IStage1Source? _stage1;
    private readonly IGuestMemory? _memory;
    private readonly IGuestRam? _ram;
    private readonly IAtomicGuestMemory? _atomic;
    private readonly RecentTranslations? _recent;

    // The page that a transaction goes to most likely, in parts: a copy of the whole would wait until its parts have been written.
    private ulong _latestVirtual;
    private ulong _latestPhysical;
    private PageAccess _latestAccess;
    private bool _latestIsMemory;

    private ulong _pstate;
    private int _known;
    private int _next;
    private bool _unprivilegedRead;
    private bool _unprivilegedWrite;
    private bool _isGuardedControlStack;

    public AccessTranslator(IMmioBus devices, IStage1Source? stage1, IGuestMemory? memory, bool scalable)
    {
        _pages = new GuestPage[scalable ? ScalablePageCount : PageCount];
        _devices = devices;
        _stage1 = stage1;
        _memory = memory;
        CanTranslate = stage1 is not null && memory is not null;
        _recent = CanTranslate ? new RecentTranslations(memory!) : null;
        _ram = memory as IGuestRam;
        _atomic = memory as IAtomicGuestMemory;
    }

    /// <summary>Whether addresses can be translated.</summary>
    public bool CanTranslate { get; }

    /// <summary>Whether a part of the access has turned out to have no translation, or no permission, when it was its turn.</summary>
    public bool HasFaulted { get; private set; }

    /// <summary>
    /// Whether what was missing is no fault for EL1 to take: one of the guest's own stage 2, which is its hypervisor's, or a
    /// translation that is not followed.
    /// </summary>
    public bool HasUndeliverableFault { get; private set; }

    /// <summary>What an access to <see cref="PageAccess.CacheMaintenance"/> is.</summary>
    public TranslationAccess Maintenance { get; set; }

    /// <summary>The exit has been abandoned: no further transaction is performed.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Abandons it.</summary>
    public void Abandon()
    {
        IsAbandoned = true;
        _latestAccess = PageAccess.None;
    }

    /// <summary>Forgets the exit before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(ulong pstate)
    {
        _pstate = pstate;
        _known = 0;
        _next = 0;
        HasFaulted = false;
        HasUndeliverableFault = false;
        IsAbandoned = false;
        _latestAccess = PageAccess.None;
        _unprivilegedRead = false;
        _unprivilegedWrite = false;
        _isGuardedControlStack = false;
    }

    /// <summary>
    /// The access is one to the Guarded Control Stack, whose permissions are not those of other writes. The processor has checked them on
    /// the page that trapped; the library does not know them, and lets the access go to no other.
    /// </summary>
    public void SetGuardedControlStack() => _isGuardedControlStack = true;

    /// <summary>Says whose permissions the reads and writes of the access are checked with.</summary>
    public void SetUnprivileged(bool reads, bool writes)
    {
        _unprivilegedRead = reads;
        _unprivilegedWrite = writes;
    }

    /// <summary>Remembers a page whose translation the processor itself has reported.</summary>
    public void Add(ulong virtualAddress, ulong physicalAddress, PageAccess access, bool isMemory)
    {
        ref GuestPage page = ref Slot();
        page.Virtual = virtualAddress & ~GuestPage.OffsetMask;
        page.Physical = physicalAddress & ~GuestPage.OffsetMask;
        page.Access = access | PageAccess.Read;
        page.NeedsUpdate = false;
        page.IsDeviceType = false;
        page.IsMemory = isMemory;
        SetLatest(page);
    }

    /// <summary>Finds the page of an address, by translating it if it is not known yet.</summary>
    /// <param name="virtualAddress">The address.</param>
    /// <param name="access">What the access needs.</param>
    /// <param name="isUsed">Whether the access is going to be made: memory is then marked as accessed, and as dirty, where the guest leaves that to the processor.</param>
    /// <param name="page">The number of the page, by which the translator has it.</param>
    /// <param name="fault">Why there is none.</param>
    /// <returns>Whether there is a translation with the permission.</returns>
    public bool TryLocate(ulong virtualAddress, PageAccess access, bool isUsed, out int page, out TranslationFault fault)
    {
        fault = default;
        ulong virtualPage = virtualAddress & ~GuestPage.OffsetMask;
        for (int i = 0; i < _known; i++)
        {
            ref GuestPage known = ref _pages[i];
            if (known.Virtual == virtualPage && known.Allows(access))
            {
                bool ready = !(isUsed && known.NeedsUpdate) || TryUpdate(virtualAddress, access, ref known, out fault);
                page = i;
                return ready;
            }
        }

        page = 0;
        if (!CanTranslate)
        {
            return false;
        }

        TranslationResult result = Translate(virtualAddress, access);
        if (!result.Succeeded)
        {
            fault = result.Fault;
            return false;
        }

        page = _next;
        ref GuestPage slot = ref Slot();
        slot.Virtual = virtualPage;
        slot.Access = access;
        Fill(ref slot, result);
        return !(isUsed && slot.NeedsUpdate) || TryUpdate(virtualAddress, access, ref slot, out fault);
    }

    /// <summary>A page that has been located.</summary>
    public ref readonly GuestPage this[int page] => ref _pages[page];

    private void Fill(ref GuestPage page, in TranslationResult result)
    {
        page.Physical = result.PhysicalAddress & ~GuestPage.OffsetMask;
        page.IsMemory = IsMemory(page.Physical, (page.Access & (PageAccess.Write | PageAccess.CacheMaintenance)) != 0);
        page.IsDeviceType = result.Attributes.IsDevice;
        page.NeedsUpdate = page.IsMemory && result.PendingUpdates != DescriptorUpdates.None;
    }

    /// <summary>Finds where a transaction goes.</summary>
    /// <returns>Success, or the fault that the guest sees.</returns>
    public BusStatus Locate(in BusTransaction transaction, out ulong physicalAddress, out bool isMemory)
    {
        if (transaction.IsNonFault)
        {
            isMemory = true;
            return LocateNonFault(transaction.Address, out physicalAddress);
        }

        bool write = transaction.Operation is BusOperation.Write or BusOperation.WriteTag or BusOperation.CompareExchange;
        return Locate(transaction.Address, write, transaction.IsUnprivileged, out physicalAddress, out isMemory);
    }

    /// <summary>Whether a page is memory that can be read here and not written.</summary>
    public bool IsReadOnlyHere(in GuestPage page) => _ram is null && _memory is not null && CanRead(_memory, page.Physical);

    // Device memory, and what is no memory at all, is not read speculatively (Arm ARM, AArch64.MemSingleRead with a non-fault access).
    private BusStatus LocateNonFault(ulong address, out ulong physicalAddress)
    {
        bool found = TryLocate(address, PageAccess.Read, isUsed: true, out int located, out _);
        ref readonly GuestPage page = ref _pages[located];
        physicalAddress = page.Locate(address);
        return found && !IsAbandoned && page.IsMemory && !page.IsDeviceType ? BusStatus.Success : BusStatus.ExternalAbort;
    }

    private BusStatus Locate(ulong address, bool write, bool unprivileged, out ulong physicalAddress, out bool isMemory)
    {
        // Nearly always the page that was found last.
        PageAccess access = (write && !_isGuardedControlStack ? PageAccess.Write : PageAccess.Read) | (unprivileged ? PageAccess.Unprivileged : PageAccess.None);
        if (_latestVirtual == (address & ~GuestPage.OffsetMask) && GuestPage.Allows(_latestAccess, access))
        {
            physicalAddress = _latestPhysical | (address & GuestPage.OffsetMask);
            isMemory = _latestIsMemory;
            return BusStatus.Success;
        }

        return LocateOther(address, access, out physicalAddress, out isMemory);
    }

    private void SetLatest(in GuestPage page)
    {
        _latestVirtual = page.Virtual;
        _latestPhysical = page.Physical;
        _latestAccess = page.Access;
        _latestIsMemory = page.IsMemory;
    }

    private BusStatus LocateOther(ulong address, PageAccess access, out ulong physicalAddress, out bool isMemory)
    {
        TranslationFault fault = default;
        if (!IsAbandoned && !(_isGuardedControlStack && !IsKnown(address)) && TryLocate(address, access, isUsed: true, out int located, out fault))
        {
            ref readonly GuestPage page = ref _pages[located];
            SetLatest(page);
            physicalAddress = page.Locate(address);
            isMemory = page.IsMemory;
            return BusStatus.Success;
        }

        HasFaulted = true;
        HasUndeliverableFault |= IsUndeliverable(fault);
        physicalAddress = 0;
        isMemory = false;
        return fault.Kind is TranslationFaultKind.None or TranslationFaultKind.NotSupported
            ? BusStatus.ExternalAbort
            : BusStatus.Fault(new FaultStatusCode(fault.FaultStatusCode));
    }

    private bool IsKnown(ulong address)
    {
        for (int i = 0; i < _known; i++)
        {
            if (_pages[i].Virtual == (address & ~GuestPage.OffsetMask))
            {
                return true;
            }
        }

        return false;
    }

    // Without IGuestRam nobody can say whether a page is memory for a write: a readable page may be a ROM, whose writes exit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsMemory(ulong physicalPage, bool write) =>
        _ram is not null ? _ram.Contains(physicalPage, write) : !write && _memory is not null && CanRead(_memory, physicalPage);

    private static bool CanRead(IGuestMemory memory, ulong physicalAddress)
    {
        Span<byte> probe = stackalloc byte[1];
        return memory.TryRead(physicalAddress, probe);
    }

    private ref GuestPage Slot()
    {
        ref GuestPage slot = ref _pages[_next];
        _next = _next + 1 < _pages.Length ? _next + 1 : 0;
        _known = Math.Min(_known + 1, _pages.Length);
        return ref slot;
    }
}
