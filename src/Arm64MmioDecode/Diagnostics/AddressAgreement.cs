using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>Compares the addresses of an exit with those that an instruction accesses, with the registers that it had.</summary>
internal static class AddressAgreement
{
    private const ulong PageOffset = 0xFFF;
    private const ulong Page = PageOffset + 1;
    private const ulong LargestGranule = 1ul << 16;

    /// <summary>The first address that the instruction accesses; null when it accesses none, or it cannot be told.</summary>
    public static ulong? FirstAddress(in AccessDescriptor access, IGuestRegisters registers)
    {
        AccessPlan plan = Prepare(access, registers);
        return plan.RangeCount == 0 ? null : plan.GetRange(0).Address;
    }

    /// <summary>One sentence if none of the instruction's addresses is the one that faulted; null if one is, or it cannot be told.</summary>
    public static string? Difference(in DataAbortExit exit, in AccessDescriptor access, IGuestRegisters registers)
    {
        if (exit.FaultAddress is null && exit.Ipa.Precision != IpaPrecision.Byte)
        {
            return null;
        }

        AccessPlan plan = Prepare(access, registers);
        ulong granule = exit.Syndrome.FnP || access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet ? LargestGranule
            : access.Kind is AccessKind.CacheMaintenance or AccessKind.ZeroBlock or AccessKind.TagStore or AccessKind.TagLoad ? Page
            : 1;
        for (int i = 0; i < plan.RangeCount; i++)
        {
            AddressRange range = plan.GetRange(i);
            if (exit.FaultAddress is { } far ? range.Touches(far, granule) : TouchesOffset(range, exit.Ipa.Value & PageOffset, granule))
            {
                return null;
            }
        }

        return plan.RangeCount == 0 ? null : FormattableString.Invariant(
            $"The address differs: {(exit.FaultAddress is { } address ? FormattableString.Invariant($"0x{address:x}") : FormattableString.Invariant($"…{exit.Ipa.Value & PageOffset:x3}"))} faulted, and with these registers the instruction accesses {plan.GetRange(0).Length} bytes at 0x{plan.GetRange(0).Address:x}.");
    }

    // Translation leaves bits 11:0 alone. An access of less than a page lies in one page or in two.
    private static bool TouchesOffset(in AddressRange range, ulong offset, ulong granule)
    {
        ulong page = range.Address & ~PageOffset;
        return range.Length >= Page || range.Touches(page | offset, granule) || range.Touches((page + Page) | offset, granule);
    }

    private static AccessPlan Prepare(in AccessDescriptor access, IGuestRegisters registers)
    {
        var plan = new AccessPlan();
        plan.Prepare(access, registers, new EmulationOptions { Exclusives = ExclusivePolicy.AlwaysSucceed, Atomics = AtomicPolicy.Perform, SixtyFourBytes = SixtyFourBytePolicy.Split });
        return plan;
    }
}
