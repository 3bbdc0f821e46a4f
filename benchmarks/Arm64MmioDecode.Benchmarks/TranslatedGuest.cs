using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>A guest's memory with code and page tables in it, and the registers that make use of them.</summary>
internal sealed class TranslatedGuest : IGuestRam, IStage1Source
{
    public const ulong Code = 0x40_0000;
    public const ulong CodeSize = 0x1000;
    public const ulong Device = 0x1000_0000;
    public const ulong DeviceIpa = 0x0900_0000;

    /// <summary>How many pages of devices there are for exits that go to another each time; the same code is mapped as often.</summary>
    public const int OtherPages = 16;

    // Tables from 0, code behind them.
    private const ulong CodeIpa = 0x10_0000;
    private const ulong Page = 0x403;
    private const ulong Normal = 1ul << 2;

    // C code has its address.
    private readonly byte[] _memory = GC.AllocateArray<byte>(0x20_0000, pinned: true);
    private readonly Stage1Registers _registers;
    private ulong _nextTable;

    public TranslatedGuest(TranslatedExitKind kind)
    {
        if (kind == TranslatedExitKind.LoadMultipleA32Short)
        {
            // A table of 16 KB at 0, and a second-level table behind it for each of the two sections.
            MapShort(Code, CodeIpa, 0x4000);
            MapShort(Device, DeviceIpa, 0x4400);
            _registers = Stage1Registers.AArch32(default, sctlr: 1, ttbcr: 0, ttbr0: 0, ttbr1: 0, prrrOrMair0: 0, nmrrOrMair1: 0, dacr: 1);
            return;
        }

        bool aarch32 = kind == TranslatedExitKind.LoadMultipleT32;
        int granuleBits = kind switch
        {
            TranslatedExitKind.LoadPair16K => 14,
            TranslatedExitKind.LoadPair64K => 16,
            _ => 12,
        };
        int levels = aarch32 || granuleBits == 16 ? 3 : 4;
        _nextTable = 1ul << granuleBits;
        int pages = kind == TranslatedExitKind.LoadPairOtherPages4K ? OtherPages : 1;
        for (ulong offset = 0; offset < (ulong)pages * CodeSize; offset += CodeSize)
        {
            Map(Code + offset, CodeIpa, Normal, granuleBits, levels);
            Map(Device + offset, DeviceIpa + offset, 0, granuleBits, levels);
        }

        const ulong DisableUpper = 1 << 23;
        const ulong Ips48 = 5ul << 32;
        ulong granule = granuleBits switch
        {
            14 => 2ul << 14,
            16 => 1ul << 14,
            _ => 0,
        };
        _registers = aarch32
            ? Stage1Registers.AArch32(default, sctlr: 1, ttbcr: 1u << 31, ttbr0: 0, ttbr1: 0, prrrOrMair0: 0xFF00, nmrrOrMair1: 0, dacr: 0)
            : new Stage1Registers { Regime = Stage1Regime.EL10, Sctlr = 1, Tcr = 16 | granule | DisableUpper | Ips48, Mair = 0xFF00 };
    }

    /// <summary>The bytes from guest-physical address 0 up, where this process has them.</summary>
    public (nint Address, int Length) Memory => (Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0), _memory.Length);

    public void Store(ulong virtualAddress, uint opcode) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan((int)(virtualAddress - Code + CodeIpa)), opcode);

    public Stage1Registers ReadRegisters(ulong virtualAddress) => _registers;

    public ulong ReadSctlr() => _registers.Sctlr;

    public bool Contains(ulong physicalAddress, bool write) => physicalAddress < (ulong)_memory.Length;

    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        if (physicalAddress > (ulong)(_memory.Length - destination.Length))
        {
            return false;
        }

        _memory.AsSpan((int)physicalAddress, destination.Length).CopyTo(destination);
        return true;
    }

    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source)
    {
        if (physicalAddress > (ulong)(_memory.Length - source.Length))
        {
            return false;
        }

        source.CopyTo(_memory.AsSpan((int)physicalAddress));
        return true;
    }

    private void Map(ulong virtualAddress, ulong physicalAddress, ulong attributes, int granuleBits, int levels)
    {
        int stride = granuleBits - 3;
        ulong table = 0;
        for (int level = levels - 1; level > 0; level--)
        {
            ulong entry = table + Entry(virtualAddress, granuleBits + (level * stride), stride);
            table = Read(entry) & ~3ul;
            if (table == 0)
            {
                table = _nextTable;
                _nextTable += 1ul << granuleBits;
                Write(entry, table | 3);
            }
        }

        Write(table + Entry(virtualAddress, granuleBits, stride), physicalAddress | attributes | Page);
    }

    private void MapShort(ulong virtualAddress, ulong physicalAddress, ulong secondLevel)
    {
        const uint SmallPage = 2 | (3 << 4);
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan((int)(virtualAddress >> 20) * 4), (uint)secondLevel | 1);
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.AsSpan((int)secondLevel + ((int)(virtualAddress >> 12 & 0xFF) * 4)), (uint)physicalAddress | SmallPage);
    }

    private static ulong Entry(ulong virtualAddress, int lowBit, int stride) => ((virtualAddress >> lowBit) & ((1ul << stride) - 1)) * sizeof(ulong);

    private ulong Read(ulong address) => BinaryPrimitives.ReadUInt64LittleEndian(_memory.AsSpan((int)address));

    private void Write(ulong address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_memory.AsSpan((int)address), value);
}
