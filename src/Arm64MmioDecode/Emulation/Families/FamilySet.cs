using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>Which family an instruction belongs to.</summary>
internal sealed class FamilySet
{
    private readonly Exclusives _exclusives;
    private readonly Atomics _atomics;
    private readonly SixtyFourByteAccesses _sixtyFourBytes;
    private readonly TagsAndBlocks _tags;
    private readonly MemoryCopiesAndSets _copies;
    private readonly GuardedControlStack _guardedControlStack;
    private readonly ContiguousVectors _contiguous;
    private readonly GatheredVectors _gathered;
    private readonly ReplicatedVectors _replicated;
    private readonly MatrixAccesses _matrix;

    public FamilySet(EmulatedAccess emulated, bool scalable)
    {
        Transfers = new Transfers(emulated);
        AArch32 = new AArch32Accesses(emulated);
        Hints = new Hints(emulated);
        _exclusives = new Exclusives(emulated);
        _atomics = new Atomics(emulated);
        _sixtyFourBytes = new SixtyFourByteAccesses(emulated);
        _tags = new TagsAndBlocks(emulated);
        _copies = new MemoryCopiesAndSets(emulated);
        _guardedControlStack = new GuardedControlStack(emulated);
        var room = new Lazy<ScalableRoom>(() => new ScalableRoom());
        _contiguous = new ContiguousVectors(emulated, room);
        _gathered = new GatheredVectors(emulated, room);
        _replicated = new ReplicatedVectors(emulated, room);
        _matrix = new MatrixAccesses(emulated, room);
        if (scalable)
        {
            _ = room.Value;
            emulated.Sequence.Reserve(ScalableRoom.MaximumElements);
        }
    }

    public Transfers Transfers { get; }

    public AArch32Accesses AArch32 { get; }

    public Hints Hints { get; }

    /// <summary>The family of an A64 instruction that is no plain load or store.</summary>
    public AccessFamily Of(in AccessDescriptor access)
    {
        switch (access.Kind)
        {
            case AccessKind.Load:
            case AccessKind.Store:
                return OfTransfer(in access);
            case AccessKind.LoadExclusive:
            case AccessKind.StoreExclusive:
                return _exclusives;
            case AccessKind.ReadModifyWrite:
            case AccessKind.CompareAndSwap:
                return _atomics;
            case AccessKind.ZeroBlock:
            case AccessKind.TagLoad:
            case AccessKind.TagStore:
                return _tags;
            case AccessKind.MemoryCopy:
            case AccessKind.MemorySet:
                return _copies;
            case AccessKind.GuardedControlStack:
                return _guardedControlStack;
            default:
                return Hints;
        }
    }

    private AccessFamily OfTransfer(in AccessDescriptor access) => (access.RegisterFile, access.Shape) switch
    {
        (RegisterFile.ZaArray or RegisterFile.Zt0, _) => _matrix,
        (RegisterFile.ScalableVector or RegisterFile.Predicate, TransferShape.ScalableGather) => _gathered,
        (RegisterFile.ScalableVector or RegisterFile.Predicate, TransferShape.ScalableReplicate) => _replicated,
        (RegisterFile.ScalableVector or RegisterFile.Predicate, _) => _contiguous,
        _ => SixtyFourByteAccesses.Contains(in access) ? _sixtyFourBytes : _tags,
    };
}
