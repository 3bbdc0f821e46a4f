using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Allocation Tags (FEAT_MTE): LDG, STG, STGP and their relatives; and the block operations DC ZVA, DC GVA and DC GZVA. Data is
/// written before tags.
/// </summary>
internal sealed class TagsAndBlocks : AccessFamily
{
    /// <summary>The bytes that have one Allocation Tag.</summary>
    public const int Granule = 1 << GranuleLog2;

    private const int GranuleLog2 = 4;
    private const int TagShift = 56;

    // Tag that a store writes to every granule.
    private byte _tag;

    // The address in Xt that a block operation was given.
    private ulong _given;

    public TagsAndBlocks(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    /// <summary>The Logical Address Tag of an address.</summary>
    public static byte TagOf(ulong address) => (byte)((address >> TagShift) & 15);

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (access.IsSystemInstruction)
        {
            PrepareBlock(in access, registers, in options);
        }
        else if (A64Addressing.TryPlace(Emulated, in access, registers, in options))
        {
            if (access.Kind == AccessKind.Store)
            {
                PrepareStorePair(in access, registers, in options);
            }
            else if (access.ElementCount == 0)
            {
                PrepareBulk(in access, registers, in options);
            }
            else
            {
                PrepareGranules(in access, registers);
            }
        }

        return Emulated.Status;
    }

    public override void EndPhase(Phase ended)
    {
        if (ended == Phase.Write && (Emulated.Access.NamedProperties & AccessProperties.WritesTags) != 0)
        {
            BeginTags((int)Sequence.TotalSize / Granule);
        }
    }

    // An MMU fault of a block operation reports the address in Xt (Arm ARM, AArch64.DataMemZero and AArch64.WriteTagMem).
    public override ulong FaultAddress(bool isExternalAbort) =>
        Emulated.Access.IsSystemInstruction && !isExternalAbort ? _given : Sequence.NextAddress;

    public override bool Commit(IGuestRegisters registers)
    {
        if (Emulated.Access.Kind == AccessKind.TagLoad)
        {
            CommitLoad(in Emulated.Access, registers);
        }

        return true;
    }

    // The whole block around the address in Xt.
    private void PrepareBlock(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        int size = ZeroBlockSize(in access, in options);
        _given = registers.GetXOrZero(access.Rt);
        _tag = TagOf(_given);
        Sequence.Place(_given & ~(ulong)(size - 1), 0, 0);
        if (access.Kind == AccessKind.ZeroBlock)
        {
            BeginZeros(size);
        }
        else
        {
            BeginTags(size / Granule);
        }
    }

    // STGP takes the tag from the address.
    private void PrepareStorePair(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (!A64Addressing.AreElementsAligned(Emulated, in access, in options))
        {
            return;
        }

        _tag = TagOf(Sequence.Address);
        Transfers.Gather(Sequence, in access, registers);
        Sequence.Begin(Phase.Write);
    }

    // LDG, STG, ST2G, STZG, STZ2G.
    private void PrepareGranules(in AccessDescriptor access, IGuestRegisters registers)
    {
        ulong address = Sequence.Address;
        if (access.Kind == AccessKind.TagLoad)
        {
            Sequence.Place(address & ~(ulong)(Granule - 1), 0, 0);
            BeginTags(1);
            return;
        }

        if ((address & (Granule - 1)) != 0)
        {
            Emulated.RaiseDataAbort(FaultStatusCode.Alignment, address, isWrite: true);
            return;
        }

        // Register 31 is SP as the source of a tag.
        _tag = TagOf(registers.GetXOrSp(access.Rt));
        if ((access.NamedProperties & AccessProperties.ZeroesData) != 0)
        {
            BeginZeros(access.TotalSize);
        }
        else
        {
            BeginTags(access.ElementCount);
        }
    }

    // LDGM, STGM, STZGM.
    private void PrepareBulk(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        bool zeroes = (access.NamedProperties & AccessProperties.ZeroesData) != 0;
        int size = zeroes ? ZeroBlockSize(in access, in options) : options.TagBlockSize;
        Sequence.Place(Sequence.Address & ~(ulong)(size - 1), 0, 0);
        if (access.Kind == AccessKind.TagLoad)
        {
            BeginTags(size / Granule);
            return;
        }

        ulong data = registers.GetXOrZero(access.Rt);
        if (zeroes)
        {
            _tag = (byte)(data & 15);
            BeginZeros(size);
            return;
        }

        // The register has one tag for each of the sixteen granules of 256 bytes.
        BeginTags(size / Granule);
        Sequence.SetUniform(false);
        for (int i = 0; i < size / Granule; i++)
        {
            Sequence[i].Low = (data >> (4 * (FirstTagIndex + i))) & 15;
        }
    }

    // Where there are tags, a block is no smaller than the granule of one (DCZID_EL0.BS).
    private static int ZeroBlockSize(in AccessDescriptor access, in EmulationOptions options) =>
        access.Kind == AccessKind.TagStore || (access.NamedProperties & AccessProperties.WritesTags) != 0
            ? Math.Max(options.ZeroBlockSize, Granule)
            : options.ZeroBlockSize;

    private int FirstTagIndex => (int)(Sequence.Address >> GranuleLog2) & 15;

    // Writes zeros in transactions as wide as the bus. The size is a power of two of at least 4, and the address a multiple of
    // it, or of 16.
    private void BeginZeros(int size)
    {
        int sizeLog2 = 0;
        while (2 << sizeLog2 <= Sequence.Path.BusWidth && 2 << sizeLog2 <= size)
        {
            sizeLog2++;
        }

        Sequence.Place(Sequence.Address, size >> sizeLog2, sizeLog2);
        Sequence.SetUniform(true);
        Sequence[0] = default;
        Sequence.Begin(Phase.Write);
    }

    // Memory that is not Tagged reads as tag 0 and ignores writes of tags, as if nothing were accessed.
    private void BeginTags(int granules)
    {
        Sequence.Place(Sequence.Address, granules, GranuleLog2);
        if (!Emulated.Options.TaggedMemory)
        {
            return;
        }

        bool load = Emulated.Access.Kind == AccessKind.TagLoad;
        Sequence.SetUniform(!load);
        Sequence[0].Low = _tag;
        Sequence.Begin(load ? Phase.ReadTag : Phase.WriteTag, Granule);
    }

    private void CommitLoad(in AccessDescriptor access, IGuestRegisters registers)
    {
        bool isBulk = access.ElementCount == 0;
        ulong tags = 0;
        for (int i = 0; Emulated.Options.TaggedMemory && i < Sequence.Count; i++)
        {
            tags |= (Sequence[i].Low & 15) << (isBulk ? 4 * (FirstTagIndex + i) : TagShift);
        }

        if (!isBulk)
        {
            tags |= registers.GetXOrZero(access.Rt) & ~(15ul << TagShift);
        }

        registers.SetXUnlessZero(access.Rt, tags);
    }
}
