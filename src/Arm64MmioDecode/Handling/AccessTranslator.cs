using System.Runtime.CompilerServices;
using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Leads each part of an access to where its own address translates: to guest memory or to the devices' bus. It remembers the
/// pages of the present access, so that what was checked is what is accessed.
/// </summary>
internal sealed class AccessTranslator : INonFaultMmioBus, ITagMemory, ITransactionBus
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

    /// <summary>Translates without remembering.</summary>
    public TranslationResult Translate(ulong virtualAddress, PageAccess access) => Translate(virtualAddress, access, _stage1!.ReadRegisters(virtualAddress), null);

    /// <summary>Translates for what the memory is: whoever may access it, as it is not known whether the instruction is unprivileged.</summary>
    public TranslationResult TranslateForAttributes(ulong virtualAddress, bool write)
    {
        PageAccess access = write ? PageAccess.Write : PageAccess.Read;
        TranslationResult result = Translate(virtualAddress, access);
        return result.Fault.Kind == TranslationFaultKind.Permission ? Translate(virtualAddress, access | PageAccess.Unprivileged) : result;
    }

    /// <summary>
    /// The same from the tables alone: for explanations, which may be asked for at any time, and so use nothing that is kept.
    /// </summary>
    public TranslationResult WalkForAttributes(ulong virtualAddress, bool write)
    {
        Stage1Registers registers = _stage1!.ReadRegisters(virtualAddress);
        PageAccess access = write ? PageAccess.Write : PageAccess.Read;
        TranslationResult result = Stage1.Translate(_memory!, registers, RequestOf(virtualAddress, access, registers));
        return result.Fault.Kind == TranslationFaultKind.Permission
            ? Stage1.Translate(_memory!, registers, RequestOf(virtualAddress, access | PageAccess.Unprivileged, registers))
            : result;
    }

    /// <summary>The lookups of stage 1 for an address, in their order.</summary>
    public TableLookup[] Walk(ulong virtualAddress, bool write)
    {
        var request = new TranslationRequest(virtualAddress, write ? TranslationAccess.Write : TranslationAccess.Read, InstructionFetcher.IsPrivileged(_pstate));
        var lookups = new TableLookup[Stage1.MaxTableLookups];
        TranslationResult result = Stage1.Translate(_memory!, _stage1!.ReadRegisters(virtualAddress), request, lookups);
        return lookups.AsSpan(0, Math.Min(lookups.Length, result.TableReads)).ToArray();
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

    /// <summary>Finds the physical page of an address without remembering it: for an access that is performed at once.</summary>
    /// <returns>Whether there is a translation with the permission; <paramref name="fault"/> says why not.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // room for the registers would be cleared for every exit
    public bool TryTranslatePage(ulong virtualAddress, PageAccess access, out ulong physicalPage, out TranslationFault fault)
    {
        Stage1Registers registers = _stage1!.ReadRegisters(virtualAddress);
        if (_recent!.Find(registers, RequestOf(virtualAddress, access, registers)) is { } known
            && (known.Permissions & PermissionsOf(access)) == PermissionsOf(access)
            && known.Holds(_memory!))
        {
            physicalPage = known.PhysicalAddress(0);
            fault = default;
            return true;
        }

        TranslationResult result = Translate(virtualAddress, access, registers, null);
        physicalPage = result.PhysicalAddress & ~GuestPage.OffsetMask;
        fault = result.Fault;
        return result.Succeeded;
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

    // What a processor does before it accesses memory. Where the embedder gives no way to do it, or the tables cannot be written,
    // the access is not made either: the guest's software is told, as on a processor that leaves this to it.
    private bool TryUpdate(ulong virtualAddress, PageAccess access, ref GuestPage page, out TranslationFault fault)
    {
        const int Attempts = 8;
        Stage1Registers registers = _stage1!.ReadRegisters(virtualAddress);
        TranslationResult result = default;
        for (int i = 0; i < Attempts; i++)
        {
            result = Translate(virtualAddress, access, registers, _atomic);
            fault = result.Fault;
            if (!result.Succeeded)
            {
                return false;
            }

            // The Access flag of a table only tells how old what it leads to is.
            if ((result.PendingUpdates & ~DescriptorUpdates.TableAccessFlag) == DescriptorUpdates.None)
            {
                Fill(ref page, result);
                page.NeedsUpdate = false;
                return true;
            }

            if (_atomic is null)
            {
                break;
            }
        }

        TranslationFaultKind kind = (result.PendingUpdates & DescriptorUpdates.AccessFlag) != 0 ? TranslationFaultKind.AccessFlag : TranslationFaultKind.Permission;
        fault = new TranslationFault(AArch64Stage2.Applies(registers) ? TranslationFaultKind.NotSupported : kind, result.Level);
        return false;
    }

    private TranslationResult Translate(ulong virtualAddress, PageAccess needed, in Stage1Registers registers, IAtomicGuestMemory? updated)
    {
        TranslationRequest request = RequestOf(virtualAddress, needed, registers);
        TranslationResult result = updated is null ? _recent!.Translate(registers, request) : Stage1.TranslateAndUpdate(updated, registers, request);

        // An atomic needs both permissions: a mapping that can only be written exists with FEAT_S1PIE.
        AccessPermissions permissions = PermissionsOf(needed);
        return result.Succeeded && (result.Permissions & permissions) != permissions
            ? Stage1.Translate(_memory!, registers, new TranslationRequest(virtualAddress, TranslationAccess.Read, request.Privileged) { Pan = request.Pan })
            : result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TranslationRequest RequestOf(ulong virtualAddress, PageAccess needed, in Stage1Registers registers)
    {
        bool privileged = InstructionFetcher.IsPrivileged(_pstate) && ((needed & PageAccess.Unprivileged) == 0 || registers.IsUnprivilegedAccessPrivileged(_pstate));
        TranslationAccess access = (needed & PageAccess.CacheMaintenance) != 0 ? Maintenance
            : (needed & PageAccess.Write) != 0 ? TranslationAccess.Write : TranslationAccess.Read;
        return new TranslationRequest(virtualAddress, access, privileged) { Pan = (_pstate & PstatePan) != 0 };
    }

    private static AccessPermissions PermissionsOf(PageAccess needed) => (AccessPermissions)(needed & (PageAccess.Read | PageAccess.Write));

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

    /// <summary>Performs all transactions of a plan.</summary>
    public void Perform(AccessPlan plan)
    {
        var reference = new Reference(this);
        plan.Drive(ref reference, this);
    }

    /// <summary>Performs all transactions of a plan, of up to 8 bytes, in a device's page.</summary>
    public void Perform(AccessPlan plan, ulong physicalPage)
    {
        var page = new DevicePage(this, physicalPage);
        plan.Drive(ref page, null);
    }

    /// <summary>Performs a plain load or store in a device's page, unless its exit is abandoned in the middle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EmulationStatus Perform<TTransfer>(
        ref TTransfer transfer, in AccessDescriptor access, IGuestRegisters registers, ulong physicalPage, ulong pc, out BusStatus answer)
        where TTransfer : struct, IPlainTransfer
    {
        var page = new DevicePage(this, physicalPage);
        return transfer.Perform(in access, registers, ref page, topByteIgnored: false, pc, out answer);
    }

    /// <summary>Reads guest memory, in ascending order of addresses.</summary>
    public BusStatus ReadMemory(ulong physicalAddress, Span<byte> data) =>
        _memory is not null && _memory.TryRead(physicalAddress, data) ? BusStatus.Success : BusStatus.ExternalAbort;

    /// <summary>Writes guest memory.</summary>
    public BusStatus WriteMemory(ulong physicalAddress, ReadOnlySpan<byte> data) =>
        _ram is not null && _ram.TryWrite(physicalAddress, data) ? BusStatus.Success : BusStatus.ExternalAbort;

    /// <inheritdoc/>
    public BusStatus Perform(in BusTransaction transaction, Span<byte> data)
    {
        BusStatus status = Locate(transaction, out ulong physicalAddress, out bool isMemory);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (!isMemory || transaction.Operation is BusOperation.ReadTag or BusOperation.WriteTag)
        {
            return _devices is ITransactionBus devices
                ? devices.Perform(transaction.At(physicalAddress), data)
                : throw new InvalidOperationException("WholeTransactions needs devices that are an ITransactionBus");
        }

        // Atomics never lie partly in memory: they are aligned, or within sixteen bytes.
        return transaction.Operation switch
        {
            BusOperation.Read => ReadMemory(physicalAddress, data),
            BusOperation.Write => WriteMemory(physicalAddress, data),
            _ => BusStatus.ExternalAbort,
        };
    }

    /// <inheritdoc/>
    public BusStatus Read(ulong address, int size, out ulong value)
    {
        BusStatus status = Locate(address, write: false, _unprivilegedRead, out ulong physicalAddress, out bool isMemory);
        if (status.IsSuccess)
        {
            status = isMemory ? ReadMemory(physicalAddress, size, out value) : _devices.Read(physicalAddress, size, out value);
            return IsAbandoned ? BusStatus.ExternalAbort : status;
        }

        value = 0;
        return status;
    }

    /// <inheritdoc/>
    public BusStatus Write(ulong address, int size, ulong value)
    {
        BusStatus status = Locate(address, write: true, _unprivilegedWrite, out ulong physicalAddress, out bool isMemory);
        if (status.IsSuccess)
        {
            status = isMemory ? WriteMemory(physicalAddress, size, value) : _devices.Write(physicalAddress, size, value);
        }

        return IsAbandoned ? BusStatus.ExternalAbort : status;
    }

    // Apart, as room for bytes has a price also where it is not used.
    private BusStatus ReadMemory(ulong physicalAddress, int size, out ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        BusStatus status = ReadMemory(physicalAddress, data.Slice(0, size));
        value = BinaryPrimitives.ReadUInt64LittleEndian(data);
        return status;
    }

    private BusStatus WriteMemory(ulong physicalAddress, int size, ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(data, value);
        return WriteMemory(physicalAddress, data.Slice(0, size));
    }

    /// <inheritdoc/>
    public BusStatus ReadWide(ulong address, Span<byte> data)
    {
        BusStatus status = Locate(address, write: false, _unprivilegedRead, out ulong physicalAddress, out bool isMemory);
        return !status.IsSuccess ? status
            : isMemory ? ReadMemory(physicalAddress, data)
            : Wide().ReadWide(physicalAddress, data);
    }

    /// <inheritdoc/>
    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = 0;
        BusStatus status = Locate(address, write: true, _unprivilegedWrite, out ulong physicalAddress, out bool isMemory);
        return !status.IsSuccess ? status
            : isMemory ? WriteMemory(physicalAddress, data)
            : Wide().WriteWide(physicalAddress, data, out deviceStatus);
    }

    /// <inheritdoc/>
    public BusStatus ReadTag(ulong address, out byte tag)
    {
        tag = 0;
        BusStatus status = Locate(address, write: false, _unprivilegedRead, out ulong physicalAddress, out _);
        return status.IsSuccess ? Tags().ReadTag(physicalAddress, out tag) : status;
    }

    /// <inheritdoc/>
    public BusStatus WriteTag(ulong address, byte tag)
    {
        BusStatus status = Locate(address, write: true, _unprivilegedWrite, out ulong physicalAddress, out _);
        return status.IsSuccess ? Tags().WriteTag(physicalAddress, tag) : status;
    }

    /// <inheritdoc/>
    public BusStatus ReadNonFault(ulong address, int size, out ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        BusStatus status = ReadNonFaultWide(address, data.Slice(0, size));
        value = BinaryPrimitives.ReadUInt64LittleEndian(data);
        return status;
    }

    /// <inheritdoc/>
    public BusStatus ReadNonFaultWide(ulong address, Span<byte> data)
    {
        BusStatus status = LocateNonFault(address, out ulong physicalAddress);
        return status.IsSuccess ? ReadMemory(physicalAddress, data) : status;
    }

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

    /// <summary>Whether a fault is none that EL1 takes.</summary>
    public static bool IsUndeliverable(in TranslationFault fault) => fault.IsStage2 || fault.Kind == TranslationFaultKind.NotSupported;

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

    private IWideMmioBus Wide() => _devices as IWideMmioBus
        ?? throw new InvalidOperationException("transactions of more than 8 bytes need devices that are an IWideMmioBus");

    private ITagMemory Tags() => _devices as ITagMemory
        ?? throw new InvalidOperationException("TaggedMemory needs devices that are an ITagMemory");

    // As a struct, so that the plan's driver has code of its own for it that calls without a detour.
    private readonly struct Reference(AccessTranslator translator) : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value) => translator.Read(address, size, out value);

        public BusStatus Write(ulong address, int size, ulong value) => translator.Write(address, size, value);
    }

    // The devices behind one page of the guest's, all of whose addresses lead there.
    private readonly struct DevicePage(AccessTranslator translator, ulong physicalPage) : IMmioBus
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            BusStatus status = translator._devices.Read(physicalPage | (address & GuestPage.OffsetMask), size, out value);
            return translator.IsAbandoned ? BusStatus.ExternalAbort : status;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public BusStatus Write(ulong address, int size, ulong value)
        {
            BusStatus status = translator._devices.Write(physicalPage | (address & GuestPage.OffsetMask), size, value);
            return translator.IsAbandoned ? BusStatus.ExternalAbort : status;
        }
    }
}
