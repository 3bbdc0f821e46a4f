using System;

namespace Arm64MmioDecode.Translation;

/// <summary>The outcome of a translation: an address with its attributes, or a fault.</summary>
public readonly record struct TranslationResult
{
    private readonly sbyte _level;
    private readonly byte _blockBits;
    private readonly byte _tableReads;

    private readonly ulong _address;

    internal TranslationResult(in TranslationFault fault, in TableReader reader)
    {
        Fault = fault;
        _address = fault.IsStage2 ? reader.FaultIpa : 0;
        _level = (sbyte)fault.Level;
        _tableReads = (byte)reader.Count;
    }

    internal TranslationResult(ulong address, MemoryAttributes attributes, AccessPermissions permissions, int blockBits, int level, in TableReader reader)
    {
        _address = address;
        Attributes = attributes;
        Permissions = permissions;
        _blockBits = (byte)blockBits;
        _level = (sbyte)level;
        _tableReads = (byte)reader.Count;
        PendingUpdates = reader.PendingUpdates;
    }

    private TranslationResult(in TranslationResult result, ulong address)
    {
        this = result;
        _address = address;
    }

    /// <summary>Whether the access is translated and allowed.</summary>
    public bool Succeeded => Fault.Kind == TranslationFaultKind.None;

    /// <summary>The fault, when there is one.</summary>
    public TranslationFault Fault { get; }

    /// <summary>
    /// The guest-physical address, up to 52 bits: what the vCPU takes for a physical address, and its hypervisor for an IPA. 0 when
    /// there is a fault.
    /// </summary>
    public ulong PhysicalAddress => Succeeded ? _address : 0;

    /// <summary>The address that the guest's own stage 2 did not translate, as for HPFAR_EL2; 0 when there is no stage 2 fault.</summary>
    public ulong FaultIpa => Fault.IsStage2 ? _address : 0;

    /// <summary>
    /// What a processor that makes this access would first write into the tables; a translation only says so. See
    /// <see cref="Stage1.TranslateAndUpdate"/>.
    /// </summary>
    public DescriptorUpdates PendingUpdates { get; }

    /// <summary>The memory attributes of the access; meaningless when there is a fault.</summary>
    public MemoryAttributes Attributes { get; }

    /// <summary>What the mapping allows at the request's privilege; the access that was requested is always among it.</summary>
    public AccessPermissions Permissions { get; }

    /// <summary>
    /// The bytes that the one descriptor maps: the page or block size (not that of a contiguous set); 4KB when translation is
    /// off. The whole naturally aligned block of this size lies behind this result. 0 when there is a fault.
    /// </summary>
    public ulong BlockSize => Succeeded ? 1ul << _blockBits : 0;

    internal int BlockBits => _blockBits;

    /// <summary>The lookup level of the final descriptor of stage 1, or of the fault: -1 to 3; 0 when translation is off.</summary>
    public int Level => _level;

    /// <summary>The number of descriptors that were read: at most 5, and under a stage 2 of the guest's own at most <see cref="Stage1.MaxTableLookups"/>.</summary>
    public int TableReads => _tableReads;

    /// <summary>The same result for another address of the same 4 KB, of which this is the offset.</summary>
    internal TranslationResult At(ulong offset) => new(this, (_address & ~Stage1.SmallestPageMask) | offset);

    /// <summary>The address as it is, while stage 1 is off.</summary>
    internal static TranslationResult Flat(ulong address, MemoryAttributes attributes) => new(
        address, attributes, AccessPermissions.Read | AccessPermissions.Write | AccessPermissions.Execute, blockBits: 12, level: 0, default);

    /// <summary>Where the address leads, or the fault: "0x9000000 (Device-nGnRE, 4 KiB at level 3)".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Succeeded
        ? FormattableString.Invariant($"0x{PhysicalAddress:x} ({Attributes}, {Permissions}, 0x{BlockSize:x} bytes mapped at level {Level})")
        : Fault.ToString();
}
