using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>Memory copy and set (FEAT_MOPS): CPY*, CPYF*, SET*, SETG*, SETGO*.</content>
/// <remarks>
/// The architecture leaves open how many bytes each of prologue, main part and epilogue transfers. Here each transfers all
/// that is left, up to <see cref="EmulationOptions.CopyLimit"/>: whatever hardware executes the following instruction finds
/// nothing left to do, which every implementation accepts.
/// </remarks>
public sealed partial class AccessPlan
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

    private bool IsMemoryCopyOrSet => _access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet;

    private bool IsCopy => _access.Kind == AccessKind.MemoryCopy;

    private bool SetsTags => (_access.NamedProperties & AccessProperties.WritesTags) != 0;

    // Bits 11:10 are 01 in all forms but SETGO*, which write tags and no data.
    private bool SetsTagsOnly => !IsCopy && (_access.Opcode & (3u << 10)) == 0;

    // CPY has 1 in bit 26 and chooses the direction; CPYF has 0 and is forward only.
    private bool ChoosesDirection => IsCopy && (_access.Opcode & (1u << 26)) != 0;

    // Bits 15:12 of a copy: reads and writes non-temporal, reads unprivileged, writes unprivileged. A set has only
    // non-temporal and unprivileged, in bits 13:12.
    private bool IsWriteUnprivileged => (_access.Opcode & (1u << 12)) != 0;

    private bool IsReadUnprivileged => (_access.Opcode & (1u << 13)) != 0;

    private EmulationStatus PrepareMemoryCopyOrSet(IGuestRegisters registers)
    {
        if (_access.IsUnpredictable)
        {
            // UNDEFINED and NOP are the permitted choices (Unpredictable_MOPSOVERLAP).
            return RaiseException(FaultReason.UndefinedInstruction);
        }

        _destination = registers.GetX(_access.Rt);
        ulong source = SetsTagsOnly ? 0 : GetX(registers, _access.Rs);
        _source = IsCopy ? source : 0;
        _fill = IsCopy ? (byte)0 : (byte)source;
        ulong size = registers.GetX(_access.Rn);
        if (_access.Operation == AccessOperation.Prologue)
        {
            _left = Math.Min(size, MaximumSize);
            _optionB = _options.MemoryCopyOption == MemoryCopyOption.B;
            _backward = ChoosesDirection && MustCopyBackward();
        }
        else
        {
            ReadProgress((long)size, (uint)registers.PState);
            if (_options.CheckMemoryCopyOption && size != 0 && _optionB != (_options.MemoryCopyOption == MemoryCopyOption.B))
            {
                _left = 0;
                return RaiseException(FaultReason.MemoryCopyOrSet, WrongOptionSyndrome);
            }
        }

        if (SetsTags && (((_destination & (TagGranule - 1)) != 0 && _left != 0) || (_left & (TagGranule - 1)) != 0))
        {
            return RaiseDataAbort(FaultStatusCode.Alignment, _destination, isWrite: true);
        }

        if (SetsTagsOnly && !_options.TaggedMemory)
        {
            // Nothing is accessed.
            _destination += _left;
            _transferred = _left;
            _left = 0;
        }

        BeginTransferBlock();
        return _status;
    }

    // The size saturates (descriptions of CPYP, CPYFP, SETP, SETGP).
    private ulong MaximumSize => ChoosesDirection ? 0x007F_FFFF_FFFF_FFFFul : SetsTags ? 0x7FFF_FFFF_FFFF_FFF0ul : 0x7FFF_FFFF_FFFF_FFFFul;

    // ISS of EC 0x27 (ESR_ELx, "ISS encoding for an exception from a Memory Copy and Memory Set instruction").
    private uint WrongOptionSyndrome
    {
        get
        {
            uint options = (_access.Opcode >> 12) & (IsCopy ? 15u : 3u);
            return (IsCopy ? 0 : 1u << 24)
                | (!IsCopy && SetsTags ? 1u << 23 : 0)
                | (options << 19)
                | (_access.Operation == AccessOperation.Epilogue ? 1u << 18 : 0)
                | (1u << 17)
                | (_options.MemoryCopyOption == MemoryCopyOption.A ? 1u << 16 : 0)
                | ((uint)_access.Rt << 10)
                | ((uint)_access.Rs << 5)
                | (uint)_access.Rn;
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
        ulong most = Math.Min(_left, (ulong)_options.CopyLimit - _transferred);
        if (most == 0)
        {
            return;
        }

        _uniform = false;
        _count = 1;
        if (SetsTags)
        {
            _block = TagGranule;
            BeginTransferWrite();
            return;
        }

        ulong end = _backward ? _left : 0;
        ulong alignment = (_destination + end) | (IsCopy ? _source + end : 0);
        _block = _busWidth;
        while ((ulong)_block > most || (alignment & (ulong)(_block - 1)) != 0)
        {
            _block >>= 1;
        }

        if (!IsCopy)
        {
            BeginTransferWrite();
            return;
        }

        _sizeLog2 = Log2(_block);
        _address = _source + (_backward ? _left - (ulong)_block : 0);
        _unprivileged = IsReadUnprivileged;
        Begin(Phase.Read);
    }

    private void BeginTransferWrite()
    {
        _sizeLog2 = Log2(_block);
        _address = _destination + (_backward ? _left - (ulong)_block : 0);
        _unprivileged = IsWriteUnprivileged;
        if (SetsTagsOnly)
        {
            EndMemoryCopyOrSetPhase(Phase.Write);
            return;
        }

        if (!IsCopy)
        {
            ulong value = _fill * 0x0101_0101_0101_0101ul;
            _elements[0].Low = value;
            _elements[0].High = value;
        }

        Begin(Phase.Write);
    }

    private void EndMemoryCopyOrSetPhase(Phase ended)
    {
        if (ended == Phase.Read)
        {
            BeginTransferWrite();
            return;
        }

        if (ended == Phase.Write && SetsTags)
        {
            _elements[0].Low = TagOf(_destination);
            _sizeLog2 = TagGranuleLog2;
            if (_options.TaggedMemory)
            {
                Begin(Phase.WriteTag);
                _pieceSize = TagGranule;
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
    private bool CommitMemoryCopyOrSet(IGuestRegisters registers)
    {
        bool done = _status == EmulationStatus.Pending && _left == 0;
        if (!done && _status == EmulationStatus.Pending)
        {
            _status = EmulationStatus.Continue;
        }

        bool prologue = _access.Operation == AccessOperation.Prologue;
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

        registers.SetX(_access.Rt, destination);
        registers.SetX(_access.Rn, size);
        if (IsCopy)
        {
            registers.SetX(_access.Rs, source);
        }

        if (prologue && done)
        {
            uint flags = !_optionB ? 0 : _backward ? FlagN | FlagC : FlagC;
            registers.PState = (registers.PState & ~ConditionFlags) | flags;
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
}
