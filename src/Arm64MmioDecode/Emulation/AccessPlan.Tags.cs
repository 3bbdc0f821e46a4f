using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>Allocation Tags (FEAT_MTE) and the block operations DC ZVA, DC GVA and DC GZVA.</content>
public sealed partial class AccessPlan
{
    private const int TagGranule = 16;
    private const int TagGranuleLog2 = 4;
    private const int TagShift = 56;

    // Tag that a store writes to every granule.
    private byte _tag;

    // The address in Xt that a block operation was given.
    private ulong _given;

    private bool IsBulk => _access.ElementCount == 0;

    // Where there are tags, a block is no smaller than the granule of one (DCZID_EL0.BS).
    private int ZeroBlockSize => _access.Kind == AccessKind.TagStore || (_access.NamedProperties & AccessProperties.WritesTags) != 0
        ? Math.Max(_options.ZeroBlockSize, TagGranule)
        : _options.ZeroBlockSize;

    // DC ZVA, DC GVA, DC GZVA: the whole block around the address in Xt.
    private EmulationStatus PrepareBlock(IGuestRegisters registers)
    {
        _given = GetX(registers, _access.Rt);
        _address = _given & ~(ulong)(ZeroBlockSize - 1);
        _tag = TagOf(_given);
        if (_access.Kind == AccessKind.ZeroBlock)
        {
            BeginZeros(ZeroBlockSize);
        }
        else
        {
            BeginTags(ZeroBlockSize / TagGranule);
        }

        return _status;
    }

    // LDG, STG, ST2G, STZG, STZ2G, LDGM, STGM, STZGM.
    private EmulationStatus PrepareTags(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (!ComputeAddress(in access, registers))
        {
            return _status;
        }

        bool zeroes = (_access.NamedProperties & AccessProperties.ZeroesData) != 0;
        if (IsBulk)
        {
            int size = zeroes ? ZeroBlockSize : _options.TagBlockSize;
            _address &= ~(ulong)(size - 1);
            return PrepareBulkTags(registers, size, zeroes);
        }

        if (_access.Kind == AccessKind.TagLoad)
        {
            _address &= ~(ulong)(TagGranule - 1);
            BeginTags(1);
            return _status;
        }

        if ((_address & (TagGranule - 1)) != 0)
        {
            return RaiseDataAbort(FaultStatusCode.Alignment, _address, isWrite: true);
        }

        // Register 31 is SP as the source of a tag.
        _tag = TagOf(_access.Rt == ZeroRegister ? registers.Sp : registers.GetX(_access.Rt));
        if (zeroes)
        {
            BeginZeros(_access.TotalSize);
        }
        else
        {
            BeginTags(_access.ElementCount);
        }

        return _status;
    }

    private EmulationStatus PrepareBulkTags(IGuestRegisters registers, int size, bool zeroes)
    {
        if (_access.Kind == AccessKind.TagLoad)
        {
            BeginTags(size / TagGranule);
            return _status;
        }

        ulong data = GetX(registers, _access.Rt);
        if (zeroes)
        {
            _tag = (byte)(data & 15);
            BeginZeros(size);
            return _status;
        }

        // The register has one tag for each of the sixteen granules of 256 bytes.
        BeginTags(size / TagGranule);
        _uniform = false;
        for (int i = 0; i < size / TagGranule; i++)
        {
            _elements[i].Low = (data >> (4 * (FirstTagIndex + i))) & 15;
        }

        return _status;
    }

    private int FirstTagIndex => (int)(_address >> TagGranuleLog2) & 15;

    private static byte TagOf(ulong address) => (byte)((address >> TagShift) & 15);

    // Writes zeros in transactions as wide as the bus. The size is a power of two of at least 4, and the address a multiple of
    // it, or of 16.
    private void BeginZeros(int size)
    {
        _sizeLog2 = 0;
        while (2 << _sizeLog2 <= _busWidth && 2 << _sizeLog2 <= size)
        {
            _sizeLog2++;
        }

        _count = size >> _sizeLog2;
        _uniform = true;
        _elements[0] = default;
        Begin(Phase.Write);
    }

    private void BeginTagsAfterData()
    {
        if ((_access.NamedProperties & AccessProperties.WritesTags) == 0)
        {
            return;
        }

        if (_access.Kind == AccessKind.Store)
        {
            // STGP takes the tag from the address.
            _tag = TagOf(_address);
        }

        BeginTags((_count << _sizeLog2) / TagGranule);
    }

    // Memory that is not Tagged reads as tag 0 and ignores writes of tags, as if nothing were accessed.
    private void BeginTags(int granules)
    {
        _sizeLog2 = TagGranuleLog2;
        _count = granules;
        if (!_options.TaggedMemory)
        {
            return;
        }

        bool load = _access.Kind == AccessKind.TagLoad;
        _uniform = !load;
        _elements[0].Low = _tag;
        Begin(load ? Phase.ReadTag : Phase.WriteTag);
        _pieceSize = TagGranule;
    }

    private void CommitTagLoad(IGuestRegisters registers)
    {
        ulong tags = 0;
        for (int i = 0; _options.TaggedMemory && i < _count; i++)
        {
            tags |= (_elements[i].Low & 15) << (IsBulk ? 4 * (FirstTagIndex + i) : TagShift);
        }

        if (!IsBulk)
        {
            tags |= GetX(registers, _access.Rt) & ~(15ul << TagShift);
        }

        SetX(registers, _access.Rt, tags);
    }
}
