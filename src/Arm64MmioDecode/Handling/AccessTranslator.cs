using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Leads each part of an access to where its own address translates: to guest memory or to the devices' bus. It remembers the
/// pages of the present access, so that what was checked is what is accessed.
/// </summary>
internal sealed class AccessTranslator : IWideMmioBus, ITagMemory
{
    // Two pages of the source and two of the destination of a memory copy; other accesses have two.
    private const int PageCount = 4;
    private const ulong PstatePan = 1u << 22;
    private const ulong PstateUao = 1u << 23;

    private readonly GuestPage[] _pages = new GuestPage[PageCount];
    private readonly IMmioBus _devices;
    private readonly IStage1Source? _stage1;
    private readonly IGuestMemory? _memory;
    private readonly IGuestRam? _ram;

    private ulong _pstate;
    private int _known;
    private int _next;
    private bool _unprivilegedRead;
    private bool _unprivilegedWrite;

    public AccessTranslator(IMmioBus devices, IStage1Source? stage1, IGuestMemory? memory)
    {
        _devices = devices;
        _stage1 = stage1;
        _memory = memory;
        _ram = memory as IGuestRam;
    }

    /// <summary>Whether addresses can be translated.</summary>
    public bool CanTranslate => _stage1 is not null && _memory is not null;

    /// <summary>Whether a part of the access has turned out to have no translation, or no permission, when it was its turn.</summary>
    public bool HasFaulted { get; private set; }

    /// <summary>Forgets the exit before.</summary>
    public void Begin(ulong pstate)
    {
        _pstate = pstate;
        _known = 0;
        _next = 0;
        HasFaulted = false;
        _unprivilegedRead = false;
        _unprivilegedWrite = false;
    }

    /// <summary>Says whose permissions the reads and writes of the access are checked with.</summary>
    public void SetUnprivileged(bool reads, bool writes)
    {
        _unprivilegedRead = reads;
        _unprivilegedWrite = writes;
    }

    /// <summary>Remembers a page whose translation the processor itself has reported.</summary>
    public ref readonly GuestPage Add(ulong virtualAddress, ulong physicalAddress, bool write, bool unprivileged)
    {
        ref GuestPage page = ref Slot();
        page.Virtual = virtualAddress & ~GuestPage.OffsetMask;
        page.Physical = physicalAddress & ~GuestPage.OffsetMask;
        page.Permissions = AccessPermissions.Read | (write ? AccessPermissions.Write : AccessPermissions.None);
        page.Unprivileged = unprivileged;
        page.IsMemory = IsMemory(page.Physical, write);
        return ref page;
    }

    /// <summary>Translates without remembering.</summary>
    public TranslationResult Translate(ulong virtualAddress, bool read, bool write, bool unprivileged)
    {
        bool privileged = InstructionFetcher.IsPrivileged(_pstate) && (!unprivileged || HasUserAccessOverride);
        TranslationAccess access = write ? TranslationAccess.Write : TranslationAccess.Read;
        var request = new TranslationRequest(virtualAddress, access, privileged) { Pan = (_pstate & PstatePan) != 0 };
        Stage1Registers registers = _stage1!.ReadRegisters(virtualAddress);
        TranslationResult result = Stage1.Translate(_memory!, registers, request);

        // An atomic needs both permissions; a mapping that can only be written exists with FEAT_S1PIE.
        return write && read && result.Succeeded && (result.Permissions & AccessPermissions.Read) == 0
            ? Stage1.Translate(_memory!, registers, new TranslationRequest(virtualAddress, TranslationAccess.Read, privileged) { Pan = request.Pan })
            : result;
    }

    /// <summary>Translates for what the memory is: whoever may access it, as it is not known whether the instruction is unprivileged.</summary>
    public TranslationResult TranslateForAttributes(ulong virtualAddress, bool write)
    {
        TranslationResult result = Translate(virtualAddress, read: !write, write, unprivileged: false);
        return result.Fault.Kind == TranslationFaultKind.Permission ? Translate(virtualAddress, read: !write, write, unprivileged: true) : result;
    }

    /// <summary>Finds the page of an address, by translating it if it is not known yet.</summary>
    /// <returns>Whether there is a translation with the permission; <paramref name="fault"/> says why not.</returns>
    public bool TryLocate(ulong virtualAddress, bool read, bool write, bool unprivileged, out GuestPage page, out TranslationFault fault)
    {
        fault = default;
        AccessPermissions needed = (read ? AccessPermissions.Read : AccessPermissions.None) | (write ? AccessPermissions.Write : AccessPermissions.None);
        ulong virtualPage = virtualAddress & ~GuestPage.OffsetMask;
        for (int i = 0; i < _known; i++)
        {
            page = _pages[i];
            if (page.Virtual == virtualPage && page.Unprivileged == unprivileged && (page.Permissions & needed) == needed)
            {
                return true;
            }
        }

        page = default;
        if (!CanTranslate)
        {
            fault = default;
            return false;
        }

        TranslationResult result = Translate(virtualAddress, read, write, unprivileged);
        if (!result.Succeeded)
        {
            fault = result.Fault;
            return false;
        }

        ref GuestPage slot = ref Slot();
        slot.Virtual = virtualPage;
        slot.Physical = result.PhysicalAddress & ~GuestPage.OffsetMask;
        slot.Permissions = needed;
        slot.Unprivileged = unprivileged;
        slot.IsMemory = IsMemory(slot.Physical, write);
        page = slot;
        return true;
    }

    /// <summary>Finds where a transaction goes.</summary>
    /// <returns>Success, or the fault that the guest sees.</returns>
    public BusStatus Locate(in BusTransaction transaction, out ulong physicalAddress, out bool isMemory)
    {
        bool write = transaction.Operation is BusOperation.Write or BusOperation.WriteTag;
        return Locate(transaction.Address, write, transaction.IsUnprivileged, out physicalAddress, out isMemory);
    }

    /// <summary>Whether a page is memory that can be read here and not written.</summary>
    public bool IsReadOnlyHere(in GuestPage page)
    {
        Span<byte> probe = stackalloc byte[1];
        return _ram is null && _memory is not null && _memory.TryRead(page.Physical, probe);
    }

    /// <summary>Performs all transactions of a plan.</summary>
    public void Perform(AccessPlan plan)
    {
        var reference = new Reference(this);
        plan.Drive(ref reference, this);
    }

    /// <summary>Reads guest memory, in ascending order of addresses.</summary>
    public BusStatus ReadMemory(ulong physicalAddress, Span<byte> data) =>
        _memory is not null && _memory.TryRead(physicalAddress, data) ? BusStatus.Success : BusStatus.ExternalAbort;

    /// <summary>Writes guest memory.</summary>
    public BusStatus WriteMemory(ulong physicalAddress, ReadOnlySpan<byte> data) =>
        _ram is not null && _ram.TryWrite(physicalAddress, data) ? BusStatus.Success : BusStatus.ExternalAbort;

    /// <inheritdoc/>
    public BusStatus Read(ulong address, int size, out ulong value)
    {
        BusStatus status = Locate(address, write: false, _unprivilegedRead, out ulong physicalAddress, out bool isMemory);
        if (!status.IsSuccess || !isMemory)
        {
            value = 0;
            return status.IsSuccess ? _devices.Read(physicalAddress, size, out value) : status;
        }

        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        status = ReadMemory(physicalAddress, data.Slice(0, size));
        value = BinaryPrimitives.ReadUInt64LittleEndian(data);
        return status;
    }

    /// <inheritdoc/>
    public BusStatus Write(ulong address, int size, ulong value)
    {
        BusStatus status = Locate(address, write: true, _unprivilegedWrite, out ulong physicalAddress, out bool isMemory);
        if (!status.IsSuccess || !isMemory)
        {
            return status.IsSuccess ? _devices.Write(physicalAddress, size, value) : status;
        }

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

    // PSTATE.UAO gives unprivileged accesses at EL1 the permissions of EL1; AArch32 has SSBS in its place.
    private bool HasUserAccessOverride => (_pstate & PstateUao) != 0 && InstructionFetcher.GetInstructionSet(_pstate) == Descriptors.InstructionSet.A64;

    private BusStatus Locate(ulong address, bool write, bool unprivileged, out ulong physicalAddress, out bool isMemory)
    {
        if (TryLocate(address, read: !write, write, unprivileged, out GuestPage page, out TranslationFault fault))
        {
            physicalAddress = page.Locate(address);
            isMemory = page.IsMemory;
            return BusStatus.Success;
        }

        HasFaulted = true;
        physicalAddress = 0;
        isMemory = false;
        int code = fault.FaultStatusCode;
        return code == 0 ? BusStatus.ExternalAbort : BusStatus.Fault(new FaultStatusCode(code));
    }

    // Without IGuestRam nobody can say whether a page is memory for a write: a readable page may be a ROM, whose writes exit.
    private bool IsMemory(ulong physicalPage, bool write)
    {
        if (_ram is not null)
        {
            return _ram.Contains(physicalPage, write);
        }

        Span<byte> probe = stackalloc byte[1];
        return !write && _memory is not null && _memory.TryRead(physicalPage, probe);
    }

    private ref GuestPage Slot()
    {
        ref GuestPage slot = ref _pages[_next];
        _next = (_next + 1) % PageCount;
        _known = Math.Min(_known + 1, PageCount);
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
}
