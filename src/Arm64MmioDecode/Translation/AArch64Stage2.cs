using System;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// Stage 2 of EL1&amp;0 as a guest hypervisor sets it up at its EL2 (AArch64): from an intermediate physical address of its guest to
/// one of its own memory.
/// </summary>
internal static class AArch64Stage2
{
    private const int LevelBeforeWalk = 0;
    private const ulong UnsupportedOfThe = (1ul << 34) | (1ul << 35) | (1ul << 41); // VTCR_EL2.AssuredOnly, TL1, TL0

    /// <summary>Whether the guest's own stage 2 translates what leaves stage 1. HCR_EL2.DC has the effect of VM, too.</summary>
    public static bool Applies(in Stage1Registers registers) => (registers.Hcr & (HcrBits.VM | HcrBits.DC)) != 0 && registers.IsEL10;

    /// <summary>Whether the registers ask for something that is not followed.</summary>
    public static bool IsUnsupported(in Stage1Registers registers)
    {
        const ulong D128 = 1ul << 38;
        Stage1Capabilities cpu = registers.Capabilities;
        ulong vtcr = registers.OwnStage2.Vtcr;
        return ((vtcr & D128) != 0 && cpu.Has(Stage1Features.Descriptors128))
            || ((vtcr & UnsupportedOfThe) != 0 && cpu.Has(Stage1Features.TranslationHardening));
    }

    /// <summary>Translates the address of a descriptor of stage 1, which is read or, to change it, read and written.</summary>
    public static TranslationFault TranslateTable(ref TableReader reader, in Stage1Registers registers, ulong address, bool write, out ulong location)
    {
        TranslationFault fault = Walk(ref reader, registers, address, write, out Stage2Parameters parameters, out LongDescriptor leaf);
        location = leaf.Address;
        if (fault.Kind != TranslationFaultKind.None)
        {
            return fault.OnTableWalk();
        }

        // HCR_EL2.PTW: a walk into Device memory faults; without it the memory is read as Normal Non-cacheable.
        bool ptw = (registers.Hcr & (HcrBits.PTW | HcrBits.TGE)) == HcrBits.PTW;
        AccessPermissions needed = AccessPermissions.Read | (write ? AccessPermissions.Write : AccessPermissions.None);
        if ((Stage2Permissions.Of(registers, parameters, leaf, privileged: true, isTableWalk: true) & needed) != needed
            || (ptw && Stage2Attributes.IsDevice(registers, leaf.Value)))
        {
            reader.FaultIpa = address;
            return new TranslationFault(TranslationFaultKind.Permission, leaf.Level, isStage2: true, onTableWalk: true);
        }

        Change(ref reader, registers, parameters, leaf, write);
        return default;
    }

    /// <summary>Translates what has left stage 1.</summary>
    public static TranslationResult Translate(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request, in TranslationResult stage1)
    {
        ulong ipa = stage1.PhysicalAddress;
        bool write = request.Access == TranslationAccess.Write;
        TranslationFault fault = Walk(ref reader, registers, ipa, write, out Stage2Parameters parameters, out LongDescriptor leaf, request.IsCacheMaintenance);
        if (fault.Kind != TranslationFaultKind.None)
        {
            return new TranslationResult(fault, reader);
        }

        AccessPermissions permissions = Stage2Permissions.Of(registers, parameters, leaf, request.Privileged, isTableWalk: false, ignoreDirty: request.IsCacheMaintenance);
        AccessPermissions needed = NeededPermissions.InStage2(registers, request);
        if ((permissions & needed) != needed)
        {
            reader.FaultIpa = ipa;
            return new TranslationResult(new TranslationFault(TranslationFaultKind.Permission, leaf.Level, isStage2: true), reader);
        }

        Change(ref reader, registers, parameters, leaf, write);
        MemoryAttributes attributes = Stage2Attributes.Combine(registers, stage1.Attributes, leaf.Value, parameters, request.Access);
        return new TranslationResult(
            leaf.Address, attributes, permissions & stage1.Permissions, Math.Min(leaf.BlockBits, stage1.BlockBits), stage1.Level, reader);
    }

    private static TranslationFault Walk(
        ref TableReader reader,
        in Stage1Registers registers,
        ulong ipa,
        bool write,
        out Stage2Parameters parameters,
        out LongDescriptor leaf,
        bool ignoreAccessFlag = false)
    {
        reader.FaultIpa = ipa;
        parameters = new Stage2Parameters(registers);
        if (parameters.IsInvalid || (parameters.InputBits < 64 && ipa >> parameters.InputBits != 0))
        {
            leaf = default;
            return new TranslationFault(TranslationFaultKind.Translation, LevelBeforeWalk, isStage2: true);
        }

        LongDescriptorTables tables = parameters.Tables(registers);
        TranslationFault fault = tables.Walk(ref reader, registers, ipa, out leaf);
        if (fault.Kind == TranslationFaultKind.None && !leaf.AccessFlag && !parameters.HardwareAccessFlag && !ignoreAccessFlag)
        {
            return new TranslationFault(TranslationFaultKind.AccessFlag, leaf.Level, isStage2: true);
        }

        return fault;
    }

    private static void Change(ref TableReader reader, in Stage1Registers registers, in Stage2Parameters parameters, in LongDescriptor leaf, bool write)
    {
        if (!parameters.HardwareAccessFlag)
        {
            return;
        }

        DescriptorUpdates updates = leaf.AccessFlag ? DescriptorUpdates.None : DescriptorUpdates.AccessFlag;
        if (write && parameters.HardwareDirtyState && !leaf.NotDirty && (parameters.PermissionIndirection || leaf.DirtyBitModifier))
        {
            updates |= DescriptorUpdates.DirtyState;
        }

        _ = parameters.Tables(registers).Change(ref reader, registers, leaf, updates);
    }
}
