using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tests.Exceptions;

/// <summary>
/// The memory of <see cref="QemuExceptions"/>: translation tables of four formats with one place for every fault, and
/// vectors that call EL3.
/// </summary>
internal static class ExceptionMachine
{
    /// <summary>Where instructions are put: readable and executable at every level, writable at none.</summary>
    public const ulong Code = QemuExceptions.Image + 0x400000;

    /// <summary>Where instructions are put that EL0 need not execute.</summary>
    public const ulong PrivilegedCode = QemuExceptions.Image + 0x280000;

    /// <summary>A page of the data region, by number.</summary>
    public const ulong Pages = QemuExceptions.Image + 0x600000;

    /// <summary>Vector tables of AArch64, 2 KB each, for VBAR_EL1 and VBAR_EL2.</summary>
    public const ulong Vectors64 = QemuExceptions.Image + 0x200000;

    /// <summary>Vector tables of AArch32 in A32, 32 bytes each.</summary>
    public const ulong VectorsA32 = QemuExceptions.Image + 0x240000;

    /// <summary>Vector tables of AArch32 in T32.</summary>
    public const ulong VectorsT32 = QemuExceptions.Image + 0x250000;

    /// <summary>TTBR0 of AArch64, 4 KB granule, 48 bits.</summary>
    public const ulong Ttbr64 = QemuExceptions.Image;

    /// <summary>TTBR0 of the Long-descriptor format.</summary>
    public const ulong TtbrLong = QemuExceptions.Image + 0x4000;

    /// <summary>TTBR0 of the Short-descriptor format.</summary>
    public const ulong TtbrShort = QemuExceptions.Image + 0x10000;

    /// <summary>DACR: every domain a client but domain 5, which nobody may use.</summary>
    public const ulong Dacr = 0x55555555 & ~(3ul << 10);

    private const ulong HighVectorsPage = QemuExceptions.Image + 0x260000;

    // Nothing is there: the QEMU machine answers with an External abort.
    private const ulong Nowhere = 0x0B000000;

    private const ulong AccessFlag = 1ul << 10;
    private const ulong InnerShareable = 3ul << 8;
    private const ulong EL0Access = 1ul << 6;
    private const ulong ReadOnly = 2ul << 6;
    private const ulong ExecuteNever = (1ul << 54) | (1ul << 53);
    private const ulong Normal = AccessFlag | InnerShareable;

    /// <summary>An access and the stage 1 fault that it raises.</summary>
    /// <param name="Address">Its address.</param>
    /// <param name="Status">The fault.</param>
    /// <param name="OnWrite">Whether the place faults on writes only.</param>
    /// <param name="EL0Only">Whether it faults so at EL0 only.</param>
    /// <param name="PrivilegedOnly">Whether it faults so above EL0 only.</param>
    /// <param name="Domain">The domain in DFSR.</param>
    public readonly record struct Place(
        ulong Address,
        FaultStatusCode Status,
        bool OnWrite = false,
        bool EL0Only = false,
        bool PrivilegedOnly = false,
        int Domain = 0);

    /// <summary>The places of AArch64's tables (and of the Long-descriptor tables, which have the same lower levels).</summary>
    public static IReadOnlyList<Place> LongPlaces { get; } =
    [
        new(0x80000010, FaultStatusCode.Translation(1)),
        new(0x5FFFF008, FaultStatusCode.Translation(2)),
        new(Page(1) + 8, FaultStatusCode.Translation(3)),
        new(Page(2) + 0x120, FaultStatusCode.Permission(3), EL0Only: true),
        new(Page(3) + 0x448, FaultStatusCode.Permission(3), OnWrite: true),
        new(Page(4), FaultStatusCode.AccessFlag(3)),
        new(Page(5) + 0x10, FaultStatusCode.SynchronousExternalAbort, PrivilegedOnly: true),
        new(Page(9) + 0x10, FaultStatusCode.SynchronousExternalAbort, EL0Only: true),
        new(Page(7) + 0xFF8, FaultStatusCode.AddressSize(3)),
        new(QemuExceptions.Image + 0xA00040, FaultStatusCode.Permission(2), EL0Only: true),
        new(QemuExceptions.Image + 0xC00040, FaultStatusCode.Permission(2), OnWrite: true),
        new(QemuExceptions.Image + 0xE00040, FaultStatusCode.SynchronousExternalAbortOnWalk(3)),
        new(QemuExceptions.Image + 0x1000040, FaultStatusCode.AccessFlag(2)),
    ];

    /// <summary>The places that only a 48-bit address space has.</summary>
    public static IReadOnlyList<Place> Places64 { get; } =
    [
        .. LongPlaces,
        new(0x0000008000000000, FaultStatusCode.Translation(0)),
        new(0xFFFF000012345678, FaultStatusCode.Translation(0)),
    ];

    /// <summary>The places of the Short-descriptor tables.</summary>
    public static IReadOnlyList<Place> ShortPlaces { get; } =
    [
        new(0x80000010, Short(0b00101)), // translation, section
        new(0x43A00000, Short(0b00011)), // access flag, section
        new(0x43B00004, Short(0b01101), OnWrite: true, Domain: 3), // permission, section
        new(0x43C00004, Short(0b01001), Domain: 5), // domain, section
        new(0x43D00008, Short(0b01110), Domain: 2), // External abort on the second level
        new(Page(1) + 8, Short(0b00111), Domain: 4), // translation, page
        new(Page(2) + 0x120, Short(0b01111), EL0Only: true, Domain: 4), // permission, page
        new(Page(3) + 0x448, Short(0b01111), OnWrite: true, Domain: 4),
        new(Page(4), Short(0b00110), Domain: 4), // access flag, page
        new(Page(5) + 0x10, Short(0b01000), PrivilegedOnly: true), // External abort
        new(Page(9) + 0x10, Short(0b01000), EL0Only: true),
        new(0x43E00FFC, Short(0b01011), Domain: 5), // domain, page
    ];

    /// <summary>The places that an instruction fetch fails at, of AArch64's and the Long-descriptor tables.</summary>
    public static IReadOnlyList<Place> LongFetchPlaces { get; } =
    [
        new(0x80000010, FaultStatusCode.Translation(1)),
        new(0x5FFFF008, FaultStatusCode.Translation(2)),
        new(Page(1) + 8, FaultStatusCode.Translation(3)),
        new(Page(4), FaultStatusCode.AccessFlag(3)),
        new(Page(6) + 0x40, FaultStatusCode.Permission(3)),
        new(Page(7) + 0x40, FaultStatusCode.AddressSize(3)),
        new(QemuExceptions.Image + 0xE00040, FaultStatusCode.SynchronousExternalAbortOnWalk(3)),
        new(QemuExceptions.Image + 0x1000040, FaultStatusCode.AccessFlag(2)),
        new(QemuExceptions.Image + 0x1200040, FaultStatusCode.Permission(2)),
    ];

    /// <summary>The places that an instruction fetch fails at, of the Short-descriptor tables.</summary>
    public static IReadOnlyList<Place> ShortFetchPlaces { get; } =
    [
        new(0x80000010, Short(0b00101)),
        new(0x43A00000, Short(0b00011)),
        new(0x43C00004, Short(0b01001)),
        new(0x43D00008, Short(0b01110)),
        new(Page(1) + 8, Short(0b00111)),
        new(Page(4), Short(0b00110)),
        new(Page(6) + 0x20, Short(0b01111)),
    ];

    /// <summary>A page that EL1 and EL2 may use (and EL0 may not), and one that EL0 may use.</summary>
    public static ulong UsablePage(int exceptionLevel) => exceptionLevel == 0 ? Page(8) : Page(2);

    /// <summary>The start of page <paramref name="number"/> of the data region.</summary>
    public static ulong Page(int number) => Pages + ((ulong)number << 12);

    /// <summary>The tables and vectors.</summary>
    public static byte[] BuildImage()
    {
        var image = new byte[QemuExceptions.Cases - QemuExceptions.Image];

        // AArch64: level 0 → level 1 → level 2, whose entries cover 2 MB each from 0x40000000.
        Write64(image, Ttbr64, (QemuExceptions.Image + 0x1000) | 3);
        Write64(image, QemuExceptions.Image + 0x1008, (QemuExceptions.Image + 0x2000) | 3);

        // The Long-descriptor format of AArch32 starts at level 1 and shares level 2.
        Write64(image, TtbrLong + 8, (QemuExceptions.Image + 0x2000) | 3);
        Write64(image, TtbrLong + 24, (QemuExceptions.Image + 0x5000) | 3);

        const ulong Level2 = QemuExceptions.Image + 0x2000;
        Block(Vectors64, ReadOnly | Normal);
        Block(Code, ReadOnly | EL0Access | Normal);
        Write64(image, Level2 + (27 * 8), (QemuExceptions.Image + 0x3000) | 3); // Pages
        Block(QemuExceptions.Image + 0xA00000, Normal);
        Block(QemuExceptions.Image + 0xC00000, ReadOnly | EL0Access | Normal);
        Write64(image, Level2 + (31 * 8), Nowhere | 3); // a table where nothing answers
        Block(QemuExceptions.Image + 0x1000000, InnerShareable);
        Block(QemuExceptions.Image + 0x1200000, ReadOnly | EL0Access | ExecuteNever | Normal);
        void Block(ulong address, ulong attributes) =>
            Write64(image, Level2 + (((address >> 21) & 511) * 8), address | attributes | 1);

        Leaf(0, Page(0) | EL0Access | Normal);
        Leaf(2, Page(2) | Normal);
        Leaf(3, Page(3) | ReadOnly | EL0Access | Normal);
        Leaf(4, Page(4) | EL0Access | InnerShareable);
        Leaf(5, Nowhere | Normal);
        Leaf(6, Page(6) | ReadOnly | EL0Access | ExecuteNever | Normal);
        Leaf(7, (1ul << 44) | Normal); // beyond TCR.IPS, and beyond the 40 bits of AArch32
        Leaf(8, Page(8) | EL0Access | Normal);
        Leaf(9, Nowhere | EL0Access | Normal);
        void Leaf(int number, ulong descriptor) =>
            Write64(image, QemuExceptions.Image + 0x3000 + ((ulong)number * 8), descriptor | 3);

        // The high vectors of the Long-descriptor format: level 2 entry 511 of the fourth gigabyte, level 3 entry 496.
        Write64(image, QemuExceptions.Image + 0x5000 + (511 * 8), (QemuExceptions.Image + 0x6000) | 3);
        Write64(image, QemuExceptions.Image + 0x6000 + (0x1F0 * 8), HighVectorsPage | ReadOnly | Normal | 3);

        BuildShortTables(image);

        for (ulong offset = 0; offset < 0x40000; offset += 0x80)
        {
            Write32(image, Vectors64 + offset, 0xD4000003); // smc #0
        }

        // 0x04 Undefined: mrs r3, spsr; smc. 0x0C Prefetch Abort: mrs r3, spsr, then as 0x10 Data Abort: mrs r4, spsr; smc.
        uint[] a32 = [0xE1600070, 0xE14F3000, 0xE1600070, 0xE14F3000, 0xE14F4000, 0xE1600070, 0xE1600070, 0xE1600070];
        uint[] t32 = [0x8000F7F0, 0x8300F3FF, 0x8000F7F0, 0x8300F3FF, 0x8400F3FF, 0x8000F7F0, 0x8000F7F0, 0x8000F7F0];
        for (ulong offset = 0; offset < 0x10000; offset += 4)
        {
            Write32(image, VectorsA32 + offset, a32[(offset >> 2) & 7]);
            Write32(image, VectorsT32 + offset, t32[(offset >> 2) & 7]);
        }

        for (ulong offset = 0; offset < 0x20; offset += 4)
        {
            Write32(image, HighVectorsPage + offset, a32[offset >> 2]);
        }

        return image;
    }

    // With SCTLR.AFE = 1: AP[0] is the access flag, AP[2:1] are read-only and EL0 access.
    private static void BuildShortTables(byte[] image)
    {
        const ulong Af = 1ul << 10;
        const ulong EL0 = 1ul << 11;
        const ulong RO = 1ul << 15;
        const ulong Tex1 = (1ul << 12) | (3ul << 2); // Normal Write-Back, write-allocate
        Section(0x43200000, RO | Af | Tex1, domain: 0);
        Section(0x43400000, RO | EL0 | Af | Tex1, domain: 0);
        Section(0x43500000, RO | EL0 | Af | Tex1, domain: 0);
        Section(0x43A00000, EL0 | Tex1, domain: 0);
        Section(0x43B00000, RO | EL0 | Af | Tex1, domain: 3);
        Section(0x43C00000, EL0 | Af | Tex1, domain: 5);
        void Section(ulong address, ulong attributes, int domain) =>
            Write32(image, TtbrShort + ((address >> 20) * 4), (uint)(address | attributes | ((ulong)domain << 5) | 2));

        Table(0x43600000, QemuExceptions.Image + 0x20000, domain: 4);
        Table(0x43D00000, Nowhere, domain: 2);
        Table(0x43E00000, QemuExceptions.Image + 0x20400, domain: 5);
        Table(0xFFF00000, QemuExceptions.Image + 0x20800, domain: 0);
        void Table(ulong address, ulong table, int domain) =>
            Write32(image, TtbrShort + ((address >> 20) * 4), (uint)(table | ((ulong)domain << 5) | 1));

        const ulong PageAf = 1ul << 4;
        const ulong PageEL0 = 1ul << 5;
        const ulong PageRO = 1ul << 9;
        const ulong PageNormal = (1ul << 6) | (3ul << 2);
        const ulong PageXN = 1;
        Small(0x20000, 2, Page(2) | PageAf | PageNormal);
        Small(0x20000, 3, Page(3) | PageRO | PageEL0 | PageAf | PageNormal);
        Small(0x20000, 4, Page(4) | PageEL0 | PageNormal);
        Small(0x20000, 5, Nowhere | PageAf | PageNormal);
        Small(0x20000, 6, Page(6) | PageRO | PageEL0 | PageAf | PageNormal | PageXN);
        Small(0x20000, 8, Page(8) | PageEL0 | PageAf | PageNormal);
        Small(0x20000, 9, Nowhere | PageEL0 | PageAf | PageNormal);
        Small(0x20400, 0, 0x43E00000 | PageEL0 | PageAf | PageNormal);
        Small(0x20800, 0xF0, HighVectorsPage | PageRO | PageAf | PageNormal);
        void Small(ulong table, int number, ulong descriptor) =>
            Write32(image, QemuExceptions.Image + table + ((ulong)number * 4), (uint)(descriptor | 2));
    }

    private static FaultStatusCode Short(int fs) => new(fs, FaultStatusFormat.AArch32Short);

    private static void Write64(byte[] image, ulong address, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan((int)(address - QemuExceptions.Image)), value);

    private static void Write32(byte[] image, ulong address, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan((int)(address - QemuExceptions.Image)), value);
}
