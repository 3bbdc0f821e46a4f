using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>Memory copy and set (FEAT_MOPS): CPY*, CPYF*, SET*, SETG*, SETGO*.</summary>
/// <remarks>
/// The architecture leaves open how many bytes each of prologue, main part and epilogue transfers. Here each transfers all
/// that is left, up to <see cref="EmulationOptions.CopyLimit"/>: whatever hardware executes the following instruction finds
/// nothing left to do, which every implementation accepts.
/// </remarks>
internal sealed class MemoryCopiesAndSets : AccessFamily
{
    private const uint FlagN = 1u << 31;
    private const uint FlagC = 1u << 29;

    // The lowest address that is still to be written and read, and how many bytes are; _transferred are done in this plan.
    private ulong _destination;
    private ulong _source;
    private ulong _left;
    private ulong _transferred;
    private int _block;
    private bool _backward;
    private bool _optionB;
    private byte _fill;

    public MemoryCopiesAndSets(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    public override bool KeepsProgress => true;

    // The source of a copy first.
    public override int RangeCount => _left == 0 ? 0 : IsCopy ? 2 : 1;

    private ref readonly AccessDescriptor Access => ref Emulated.Access;

    private bool IsCopy => Access.Kind == AccessKind.MemoryCopy;

    private bool SetsTags => (Access.NamedProperties & AccessProperties.WritesTags) != 0;

    // Bits 11:10 are 01 in all forms but SETGO*, which write tags and no data.
    private bool SetsTagsOnly => !IsCopy && (Access.Opcode & (3u << 10)) == 0;

    // CPY has 1 in bit 26 and chooses the direction; CPYF has 0 and is forward only.
    private bool ChoosesDirection => IsCopy && (Access.Opcode & (1u << 26)) != 0;

    // Bits 15:12 of a copy: reads and writes non-temporal, reads unprivileged, writes unprivileged. A set has only
    // non-temporal and unprivileged, in bits 13:12.
    private bool IsWriteUnprivileged => (Access.Opcode & (1u << 12)) != 0;

    private bool IsReadUnprivileged => (Access.Opcode & (1u << 13)) != 0;

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        _left = 0;
        _transferred = 0;
        if (access.IsUnpredictable)
        {
            // UNDEFINED and NOP are the permitted choices (Unpredictable_MOPSOVERLAP).
            return Emulated.RaiseException(FaultReason.UndefinedInstruction);
        }

        _destination = registers.GetX(Access.Rt);
        ulong source = SetsTagsOnly ? 0 : registers.GetXOrZero(access.Rs);
        _source = IsCopy ? source : 0;
        _fill = IsCopy ? (byte)0 : (byte)source;
        ulong size = registers.GetX(Access.Rn);
        if (Access.Operation == AccessOperation.Prologue)
        {
            _left = Math.Min(size, MaximumSize);
            _optionB = Emulated.Options.MemoryCopyOption == MemoryCopyOption.B;
            _backward = ChoosesDirection && MustCopyBackward();
        }
        else
        {
            ReadProgress((long)size, (uint)registers.PState);
            if (Emulated.Options.CheckMemoryCopyOption && size != 0 && _optionB != (Emulated.Options.MemoryCopyOption == MemoryCopyOption.B))
            {
                _left = 0;
                return Emulated.RaiseException(FaultReason.MemoryCopyOrSet, WrongOptionSyndrome);
            }
        }

        if (SetsTags && (((_destination & (TagsAndBlocks.Granule - 1)) != 0 && _left != 0) || (_left & (TagsAndBlocks.Granule - 1)) != 0))
        {
            return Emulated.RaiseDataAbort(FaultStatusCode.Alignment, _destination, isWrite: true);
        }

        if (SetsTagsOnly && !Emulated.Options.TaggedMemory)
        {
            // Nothing is accessed.
            _destination += _left;
            _transferred = _left;
            _left = 0;
        }

        BeginTransferBlock();
        return Emulated.Status;
    }

    // The size saturates (descriptions of CPYP, CPYFP, SETP, SETGP).
    private ulong MaximumSize => ChoosesDirection ? 0x007F_FFFF_FFFF_FFFFul : SetsTags ? 0x7FFF_FFFF_FFFF_FFF0ul : 0x7FFF_FFFF_FFFF_FFFFul;

    // ISS of EC 0x27 (ESR_ELx, "ISS encoding for an exception from a Memory Copy and Memory Set instruction").
    private uint WrongOptionSyndrome
    {
        get
        {
            uint options = (Access.Opcode >> 12) & (IsCopy ? 15u : 3u);
            return (IsCopy ? 0 : 1u << 24)
                | (!IsCopy && SetsTags ? 1u << 23 : 0)
                | (options << 19)
                | (Access.Operation == AccessOperation.Epilogue ? 1u << 18 : 0)
                | (1u << 17)
                | (Emulated.Options.MemoryCopyOption == MemoryCopyOption.A ? 1u << 16 : 0)
                | ((uint)Access.Rt << 10)
                | ((uint)Access.Rs << 5)
                | (uint)Access.Rn;
        }
    }

    // The source overlaps the destination from below. Bits 63:56 may be tags and are not compared.
    private bool MustCopyBackward()
    {
        const ulong Untagged = ulong.MaxValue >> 8;
        ulong from = _source & Untagged;
        ulong to = _destination & Untagged;
        return from < to && ((from + _left) & Untagged) > to;
    }

    // Main part and epilogue go on with the option that the prologue chose, on whatever processor it ran: PSTATE.C tells.
    private void ReadProgress(long size, uint state)
    {
        _optionB = (state & FlagC) != 0;
        if (_optionB)
        {
            _backward = ChoosesDirection && (state & FlagN) != 0;
            _left = size > 0 ? (ulong)size : 0;
            if (_backward)
            {
                _destination -= _left;
                _source -= _left;
            }

            return;
        }

        // Option A: a negative size is added to the ends, a positive one to the starts of a backward copy.
        _backward = size > 0 && IsCopy;
        _left = size < 0 ? 0 - (ulong)size : _backward ? (ulong)size : 0;
        if (size < 0)
        {
            _destination -= _left;
            _source -= _left;
        }
    }

    // One block: the largest naturally aligned piece that source and destination have in common, or a granule of tags.
    private void BeginTransferBlock()
    {
        ulong most = Math.Min(_left, (ulong)Emulated.Options.CopyLimit - _transferred);
        if (most == 0)
        {
            return;
        }

        if (SetsTags)
        {
            _block = TagsAndBlocks.Granule;
            BeginTransferWrite();
            return;
        }

        ulong end = _backward ? _left : 0;
        ulong alignment = (_destination + end) | (IsCopy ? _source + end : 0);
        _block = Sequence.Path.BusWidth;
        while ((ulong)_block > most || (alignment & (ulong)(_block - 1)) != 0)
        {
            _block >>= 1;
        }

        if (!IsCopy)
        {
            BeginTransferWrite();
            return;
        }

        Sequence.Place(_source + (_backward ? _left - (ulong)_block : 0), 1, Log2(_block));
        Sequence.SetUnprivileged(IsReadUnprivileged);
        Sequence.Begin(Phase.Read);
    }

    private void BeginTransferWrite()
    {
        Sequence.Place(_destination + (_backward ? _left - (ulong)_block : 0), 1, Log2(_block));
        Sequence.SetUnprivileged(IsWriteUnprivileged);
        if (SetsTagsOnly)
        {
            EndPhase(Phase.Write);
            return;
        }

        if (!IsCopy)
        {
            ulong value = _fill * 0x0101_0101_0101_0101ul;
            Sequence[0].Low = value;
            Sequence[0].High = value;
        }

        Sequence.Begin(Phase.Write);
    }

    public override void EndPhase(Phase ended)
    {
        if (ended == Phase.Read)
        {
            BeginTransferWrite();
            return;
        }

        if (ended == Phase.Write && SetsTags)
        {
            Sequence[0].Low = TagsAndBlocks.TagOf(_destination);
            if (Emulated.Options.TaggedMemory)
            {
                Sequence.Begin(Phase.WriteTag, TagsAndBlocks.Granule);
                return;
            }
        }

        if (!_backward)
        {
            _destination += (ulong)_block;
            _source += (ulong)_block;
        }

        _left -= (ulong)_block;
        _transferred += (ulong)_block;
        BeginTransferBlock();
    }

    // Returns whether the instruction is done.
    public override bool Commit(IGuestRegisters registers)
    {
        bool done = Emulated.Status == EmulationStatus.Pending && _left == 0;
        if (!done && Emulated.Status == EmulationStatus.Pending)
        {
            Emulated.Status = EmulationStatus.Continue;
        }

        bool prologue = Access.Operation == AccessOperation.Prologue;
        if (_transferred == 0 && !(prologue && done))
        {
            return done;
        }

        ulong destination = _destination;
        ulong source = _source;
        ulong size = _left;
        if (prologue && !done)
        {
            // The registers stay in the form of the prologue's arguments, so that it can be executed again.
        }
        else if (_optionB ? _backward : !_backward)
        {
            // Option A forward and option B backward count from the end.
            destination += _left;
            source += _left;
            size = _optionB ? _left : 0 - _left;
        }

        registers.SetX(Access.Rt, destination);
        registers.SetX(Access.Rn, size);
        if (IsCopy)
        {
            registers.SetX(Access.Rs, source);
        }

        if (prologue && done)
        {
            uint flags = !_optionB ? 0 : _backward ? FlagN | FlagC : FlagC;
            registers.PState = (registers.PState & ~AccessPlan.ConditionFlags) | flags;
        }

        return done;
    }

    private static int Log2(int powerOfTwo)
    {
        int log2 = 0;
        while (powerOfTwo >> log2 > 1)
        {
            log2++;
        }

        return log2;
    }

    public override AddressRange GetRange(int index) => IsCopy && index == 0
        ? TransferRange(_source, isWritten: false, IsReadUnprivileged)
        : TransferRange(_destination, isWritten: true, IsWriteUnprivileged);

    private AddressRange TransferRange(ulong address, bool isWritten, bool isUnprivileged)
    {
        ulong length = Math.Min(_left, (ulong)Emulated.Options.CopyLimit);
        address += _backward ? _left - length : 0;
        return RangeOf(address, length, !isWritten, isWritten, isUnprivileged);
    }
}
