using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>What the guest did, in words.</summary>
internal static class GuestActionSentences
{
    /// <summary>One sentence for each fact that is known.</summary>
    public static IReadOnlyList<string> For(ExitExplanation explanation, in InstructionFacts instruction)
    {
        List<string> sentences = [];
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        AccessDescriptor access = instruction.Access;
        bool isDataAbort = syndrome.Class != DataAbortClass.NotDataAbort;
        if (syndrome.Class != DataAbortClass.InstructionAccess)
        {
            sentences.Add(explanation.WhatHappened);
        }

        if (instruction.Decoded is { } decoded)
        {
            string at = (instruction.Pc is { } pc ? FormattableString.Invariant($" at 0x{pc:x}") : string.Empty)
                + (instruction.Symbol is { } symbol ? " (" + symbol + ")" : string.Empty);
            string word = instruction.Word is { } opcode ? " (" + opcode + ")" : string.Empty;
            sentences.Add(decoded switch
            {
                DecodeStatus.MemoryAccess when IsReported(access) => FormattableString.Invariant($"The syndrome describes {access}."),
                DecodeStatus.MemoryAccess => FormattableString.Invariant($"The instruction{at} is {access}: it {Does(access)}."),
                DecodeStatus.Unallocated => FormattableString.Invariant($"The word{at}{word} is no instruction."),
                _ => FormattableString.Invariant($"The instruction{at}{word} is no memory access."),
            });
        }

        else if (explanation.Outcome is null or { Reason: ExitReason.OpcodeNotAvailable or ExitReason.InstructionNotFetched } && instruction.Pc is { } pc)
        {
            string symbol = instruction.Symbol is { } known ? " (" + known + ")" : string.Empty;
            sentences.Add(FormattableString.Invariant($"The instruction at 0x{pc:x}{symbol} is not known."));
        }

        if (instruction.AddressRegisters is { Count: > 0 } registers)
        {
            sentences.Add("Its address comes from " + string.Join(" and ", registers.Select(r => FormattableString.Invariant($"{r.Key} = 0x{r.Value:x}"))) + ".");
        }

        if (Addresses(explanation, instruction) is { Length: > 0 } addresses)
        {
            // Of a walk, FAR is the address that was to be translated, and the IPA that of the table.
            sentences.Add(!isDataAbort
                ? FormattableString.Invariant($"The exit reports {addresses}.")
                : syndrome.Class == DataAbortClass.TranslationTableWalk
                ? FormattableString.Invariant($"The processor read a page table for {addresses} ({syndrome.Dfsc}).")
                : FormattableString.Invariant($"What failed was {What(syndrome)} at {addresses} ({syndrome.Dfsc})."));
        }

        sentences.AddRange(instruction.Facts);
        if (View(explanation.MemoryView) is { } view)
        {
            sentences.Add(view);
        }

        return sentences;
    }

    /// <summary>The same in one clause, for a log.</summary>
    public static string Line(ExitExplanation explanation, in InstructionFacts instruction)
    {
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        string what = instruction.Access.Kind != AccessKind.None ? instruction.Access.ToString()
            : instruction.Word ?? (syndrome.Class == DataAbortClass.NotDataAbort ? ExceptionSentences.Clause(syndrome) : Clause(syndrome.Class));
        string at = instruction.Pc is { } pc ? FormattableString.Invariant($" at PC 0x{pc:x}") : string.Empty;
        string addresses = Addresses(explanation, instruction);
        string direction = syndrome.Class == DataAbortClass.NotDataAbort || !syndrome.IsWnRValid || syndrome.CM || IsReported(instruction.Access) ? string.Empty : syndrome.WnR ? ", write" : ", read";
        string comma = at.Length != 0 && direction.Length == 0 ? "," : string.Empty;
        return what + at + direction + (addresses.Length == 0 ? string.Empty : comma + " at " + addresses);
    }

    // What the abort is, where no instruction is known.
    private static string Clause(DataAbortClass abortClass) => abortClass switch
    {
        DataAbortClass.TranslationTableWalk => "a failed page table walk",
        DataAbortClass.CacheMaintenance => "cache maintenance",
        DataAbortClass.GuardedControlStack => "a failed access to the Guarded Control Stack",
        DataAbortClass.NestedVirtualization => "a register access of a guest hypervisor",
        DataAbortClass.ExternalAbort => "an External abort",
        DataAbortClass.ExternalAbortOnWalk => "an External abort on a page table walk",
        DataAbortClass.Alignment => "an alignment fault",
        DataAbortClass.TagCheck => "a tag check fault",
        DataAbortClass.UnsupportedExclusiveOrAtomic => "an exclusive, atomic or 64-byte access that is not supported there",
        DataAbortClass.UnsupportedAtomicHardwareUpdate => "a failed hardware update of a page table",
        DataAbortClass.DirtyStateTracking => "a fault of dirty state tracking",
        DataAbortClass.AddressSize => "an address size fault",
        DataAbortClass.GranuleProtection => "a Granule Protection Fault",
        DataAbortClass.TlbConflict => "a TLB conflict",
        DataAbortClass.Lockdown => "a Lockdown fault",
        DataAbortClass.Reserved => "an abort with a reserved fault status",
        DataAbortClass.Stage1Translation => "an abort that its own page tables caused",
        _ => "a data abort",
    };

    private static string Addresses(ExitExplanation explanation, in InstructionFacts instruction)
    {
        ulong? address = instruction.Address ?? explanation.Exit.FaultAddress;
        if (explanation.Exit.Syndrome is { Class: DataAbortClass.NotDataAbort } other && !other.ExceptionClass.IsInstructionAbort())
        {
            // An HVC, say, has no address: what an interface reports with it is left from another exception.
            return string.Empty;
        }

        IntermediatePhysicalAddress ipa = explanation.Exit.Ipa;
        bool isWalk = explanation.Exit.Syndrome.Class == DataAbortClass.TranslationTableWalk;
        string physical = ipa.Precision switch
        {
            IpaPrecision.Byte => FormattableString.Invariant($"guest-physical address 0x{ipa.Value:x}"),
            IpaPrecision.Page => FormattableString.Invariant($"the guest-physical page 0x{ipa.Value & ~0xFFFul:x}"),
            _ => string.Empty,
        };
        return address is not { } known ? physical
            : physical.Length == 0 ? FormattableString.Invariant($"address 0x{known:x}")
            : FormattableString.Invariant($"address 0x{known:x}, {(isWalk ? "in " : string.Empty)}{physical}");
    }

    private static string What(in DataAbortSyndrome syndrome) =>
        syndrome.CM ? "cache maintenance" : !syndrome.IsWnRValid ? "an access" : syndrome.WnR ? "a write" : "a read";

    // A descriptor that was made from a syndrome has no instruction and so no text.
    private static bool IsReported(in AccessDescriptor access) => access.Kind != AccessKind.None && access.AddressingMode == AddressingMode.Reported;

    private static string Bytes(int size) => size == 1 ? "1 byte" : FormattableString.Invariant($"{size} bytes");

    private static string Does(in AccessDescriptor access)
    {
        string size = !access.HasFixedSize ? "as many bytes as its vectors hold"
            : access.ElementCount > 1 ? FormattableString.Invariant($"{access.ElementCount} times {Bytes(access.ElementSize)}")
            : Bytes(access.TotalSize);
        string does = access.Kind switch
        {
            AccessKind.Load => "reads " + size,
            AccessKind.Store => "writes " + size,
            AccessKind.ReadModifyWrite => "reads, changes and writes " + size + " atomically",
            AccessKind.CompareAndSwap => "replaces " + size + " atomically, if the old value is the expected one",
            AccessKind.LoadExclusive => "reads " + size + ", marked for exclusive access",
            AccessKind.StoreExclusive => "writes " + size + ", if its exclusive access still holds",
            AccessKind.Prefetch => "only announces an access, and never causes an abort",
            AccessKind.CacheMaintenance => "maintains caches and transfers no data",
            AccessKind.ZeroBlock => "writes zeros to a whole block",
            AccessKind.TagLoad => "reads Allocation Tags",
            AccessKind.TagStore => "writes Allocation Tags",
            AccessKind.MemoryCopy => "copies memory",
            AccessKind.MemorySet => "fills memory",
            _ => "accesses the Guarded Control Stack",
        };
        return access.Writeback ? does + " and moves its base register" : does;
    }

    private static string? View(GuestMemoryView view) => view switch
    {
        GuestMemoryView.TranslationOff => "The guest's address translation is off: it has not said whether it expects memory or a device there.",
        GuestMemoryView.Device => "The guest's page tables map the address as Device memory: it knows that there is a device.",
        GuestMemoryView.NormalNonCacheable => "The guest's page tables map the address as Normal Non-cacheable memory: it expects memory of a device, or memory that it shares with one.",
        GuestMemoryView.NormalCacheable => "The guest's page tables map the address as Normal Cacheable memory: it expects RAM there.",
        GuestMemoryView.DeclaredMemory => "The device tree that the guest was given has memory at the address: it expects RAM there.",
        GuestMemoryView.NotMapped => "The guest's page tables do not map the address any more.",
        _ => null,
    };
}
