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

    public FamilySet(EmulatedAccess emulated)
    {
        Transfers = new Transfers(emulated);
        AArch32 = new AArch32Accesses(emulated);
        Hints = new Hints(emulated);
        _exclusives = new Exclusives(emulated);
        _atomics = new Atomics(emulated);
        _sixtyFourBytes = new SixtyFourByteAccesses(emulated);
        _tags = new TagsAndBlocks(emulated);
        _copies = new MemoryCopiesAndSets(emulated);
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
                return access.RegisterFile switch
                {
                    RegisterFile.General when SixtyFourByteAccesses.Contains(in access) => _sixtyFourBytes,
                    <= RegisterFile.SimdAndFloatingPoint => _tags,
                    _ => Hints,
                };
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
            default:
                return Hints;
        }
    }
}
