using System;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// Stage 1 tables of a test guest: 4 KB pages, in AArch64 with 39-bit addresses in the lower range, in AArch32 with long
/// descriptors (which have the same format, two bits shorter).
/// </summary>
/// <param name="ram">Where the tables lie.</param>
/// <param name="aarch32">Whether EL1 uses AArch32.</param>
/// <param name="root">The address of the first table; the others follow.</param>
internal sealed class GuestTables(TestRam ram, bool aarch32 = false, ulong root = 0x7000_0000)
{
    public const ulong Valid = 3;
    public const ulong UnprivilegedAccess = 1ul << 6;
    public const ulong ReadOnly = 1ul << 7;
    public const ulong AccessFlag = 1ul << 10;
    public const ulong Pxn = 1ul << 53;
    public const ulong Uxn = 1ul << 54;

    /// <summary>AttrIndx 1: Normal memory; 0 is Device-nGnRnE.</summary>
    public const ulong Normal = 1ul << 2;

    /// <summary>A page that EL1 reads, writes and executes.</summary>
    public const ulong Code = Normal | AccessFlag | Valid | (3ul << 8);

    /// <summary>A page that EL1 reads and writes.</summary>
    public const ulong Device = AccessFlag | Valid | Uxn | Pxn;

    private ulong _next = root + 0x1000;

    /// <summary>The registers that use the tables.</summary>
    public Stage1Registers Registers { get; set; } = aarch32
        ? Stage1Registers.AArch32(default, sctlr: 0x1005, ttbcr: 1u << 31, ttbr0: root, ttbr1: 0, prrrOrMair0: 0xff00, nmrrOrMair1: 0, dacr: 0)
        : new Stage1Registers
        {
            Regime = Stage1Regime.EL10,
            Sctlr = 0x1005,
            Tcr = 25 | (1ul << 23) | (5ul << 32),
            Ttbr0 = root,
            Mair = 0xff00,
        };

    /// <summary>Maps a page.</summary>
    /// <param name="virtualAddress">Its address.</param>
    /// <param name="physicalAddress">Where it lies.</param>
    /// <param name="attributes">The descriptor's other bits; 0 for a page that is not there.</param>
    public void Map(ulong virtualAddress, ulong physicalAddress, ulong attributes) =>
        ram.Store64(DescriptorAddress(virtualAddress), attributes == 0 ? 0 : physicalAddress | attributes);

    /// <summary>The address of the level 3 descriptor of a page.</summary>
    public ulong DescriptorAddress(ulong virtualAddress)
    {
        var table = root;
        for (var level = 1; level < 3; level++)
        {
            var entry = table + (((virtualAddress >> (39 - (9 * level))) & 511) * 8);
            var descriptor = BitConverter.ToUInt64(ram.Load(entry, 8));
            if (descriptor == 0)
            {
                descriptor = _next | Valid;
                ram.Add(_next);
                ram.Store64(entry, descriptor);
                _next += 0x1000;
            }

            table = descriptor & ~0xFFFul;
        }

        return table + (((virtualAddress >> 12) & 511) * 8);
    }
}
