using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <content>Stage 1, for whoever makes the access.</content>
internal sealed partial class AccessTranslator
{
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

    /// <summary>Whether a fault is none that EL1 takes.</summary>
    public static bool IsUndeliverable(in TranslationFault fault) => fault.IsStage2 || fault.Kind == TranslationFaultKind.NotSupported;
}
