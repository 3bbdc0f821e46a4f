using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;

namespace Arm64MmioDecode.Samples.ToyHypervisor;

/// <summary>The guest: its code, its page tables, and the registers that it starts with.</summary>
internal static class GuestImage
{
    public const ulong MemoryStart = 0x4000_0000;
    public const int MemorySize = 0x10000;
    public const ulong Device = 0x0900_0000;

    // Physical addresses of the guest's pages.
    private const ulong Code = MemoryStart;
    private const ulong Tables = MemoryStart + 0x8000;

    // Virtual ones.
    private const ulong CodeAddress = 0x40_0000;
    private const ulong DeviceAddress = 0x1000_0000;
    private const ulong NothingAddress = 0x1000_1000;
    private const ulong Vectors = CodeAddress + 0x800;

    private const ulong NormalMemory = 0x707; // a page of Normal memory: AttrIndx 1, Access flag, Inner Shareable
    private const ulong DeviceMemory = (3ul << 53) | 0x403; // AttrIndx 0, Access flag, execute-never

    private static readonly uint[] s_code =
    [
        0xB8004548, // str w8, [x10], #4
        0x28C10540, // ldp w0, w1, [x10], #8
        0x29000141, // stp w1, w0, [x10]
        0xF8008585, // str x5, [x12], #8: no device is there
        0xD4400000, // hlt #0
    ];

    public static void Load(GuestRam memory, GuestRegisters registers, SystemRegisterFile system)
    {
        Store(memory, Code, s_code);
        Store(memory, Code + 0x800 + 0x200, [0xD4400000]); // the vector of an exception from EL1 with SP_EL1: hlt #0
        ulong next = Tables + 0x1000;
        Map(memory, ref next, CodeAddress, Code, NormalMemory);
        Map(memory, ref next, DeviceAddress, Device, DeviceMemory);
        Map(memory, ref next, NothingAddress, Device + 0x1000, DeviceMemory);

        registers.Pc = CodeAddress;
        registers.PState = 0x3C5; // EL1 with SP_EL1
        registers.SetX(8, 0xCAFE);
        registers.SetX(10, DeviceAddress);
        registers.SetX(12, NothingAddress);

        system[SystemRegisterId.SctlrEl1] = 1; // M: the MMU is on
        system[SystemRegisterId.TcrEl1] = 25 | (1ul << 23) | (5ul << 32); // T0SZ: 39 bits; EPD1; IPS: 48 bits
        system[SystemRegisterId.Ttbr0El1] = Tables;
        system[SystemRegisterId.MairEl1] = 0xFF00;
        system[SystemRegisterId.VbarEl1] = Vectors;
        system[SystemRegisterId.IdAa64Mmfr0El1] = 5; // 48-bit physical addresses, granules of 4 KB and 64 KB
    }

    // Three levels of tables with 512 descriptors of eight bytes.
    private static void Map(GuestRam memory, ref ulong next, ulong virtualAddress, ulong physicalAddress, ulong attributes)
    {
        ulong table = Tables;
        for (int shift = 30; shift > 12; shift -= 9)
        {
            ulong entry = table + (((virtualAddress >> shift) & 511) * 8);
            ulong descriptor = Load(memory, entry);
            if (descriptor == 0)
            {
                descriptor = next | 3;
                next += 0x1000;
                Store(memory, entry, descriptor);
            }

            table = descriptor & ~0xFFFul;
        }

        Store(memory, table + (((virtualAddress >> 12) & 511) * 8), physicalAddress | attributes);
    }

    private static ulong Load(GuestRam memory, ulong address)
    {
        Span<byte> bytes = stackalloc byte[8];
        memory.TryRead(address, bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private static void Store(GuestRam memory, ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        memory.TryWrite(address, bytes);
    }

    private static void Store(GuestRam memory, ulong address, ReadOnlySpan<uint> words)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, words[i]);
            memory.TryWrite(address + (ulong)(i * 4), bytes);
        }
    }
}
