extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>Rules that hold for every A64 instruction: precision, stepping, bounds, allocation, ranges.</summary>
public sealed class A64RuleTests
{
    // Every transaction of one instruction, apart from memory copies and sets.
    private const int MaxTransactions = 2048 + 128;

    private static readonly uint[] s_cornerRegisters = [0, 1, 30, 31];

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    public void A_fault_at_any_transaction_changes_no_register_and_a_retry_gives_the_same_result(int busWidth)
    {
        var random = new Random(busWidth);
        foreach (var (opcode, machine) in Machines(random, 1, busWidth).Where(x => !IsMemoryCopyOrSet(x.Opcode)))
        {
            var before = machine.RegisterText();
            var reference = machine.Clone();
            Arm(reference);
            var status = reference.Execute(opcode);
            for (var failing = 0; failing < reference.Transactions.Count; failing = Next(failing, reference.Transactions.Count))
            {
                var faulty = machine.Clone();
                Arm(faulty);
                faulty.Refused = failing;

                faulty.Execute(opcode).Should().Be(EmulationStatus.Fault, "of {0:x8}", opcode);
                faulty.RegisterText().Should().Be(before, "of {0:x8} with transaction {1} failing", opcode, failing);
                faulty.Plan.Fault.Reason.Should().Be(FaultReason.DataAbort);
                faulty.Plan.Fault.StatusCode.Should().Be(FaultStatusCode.SynchronousExternalAbort);
                faulty.Plan.Fault.IsWrite.Should().Be(reference.Transactions[failing][0] == 'w');

                faulty.Restore(machine);
                faulty.Execute(opcode).Should().Be(status, "of {0:x8} after transaction {1} failed", opcode, failing);
                faulty.RegisterText().Should().Be(reference.RegisterText(), "of {0:x8} after transaction {1} failed", opcode, failing);
                faulty.Trace.Should().Be(reference.Trace);
            }

            var stepped = machine.Clone();
            Arm(stepped);
            stepped.Step(opcode).Should().Be(status);
            stepped.RegisterText().Should().Be(reference.RegisterText(), "of {0:x8} step by step", opcode);
            stepped.Trace.Should().Be(reference.Trace);
        }
    }

    [Theory]
    [InlineData(MemoryCopyOption.A)]
    [InlineData(MemoryCopyOption.B)]
    public void A_memory_copy_or_set_that_faults_anywhere_goes_on_from_there(MemoryCopyOption option)
    {
        var random = new Random(7);
        foreach (var (opcode, machine) in Machines(random, 2, busWidth: 8).Where(x => IsMemoryCopyOrSet(x.Opcode)))
        {
            machine.Options = machine.Options with { MemoryCopyOption = option };
            SetUpTransfer(machine, opcode, random);
            var reference = machine.Clone();
            reference.Execute(opcode).Should().Be(EmulationStatus.Completed, "of {0:x8}", opcode);

            // A prologue that is executed again chooses the direction again. What is left of a backward copy may not overlap
            // any more; it then goes on forward, and its registers are those of a forward copy.
            var access = A64Machine.Decode(opcode);
            var choosesAgain = access.Kind == AccessKind.MemoryCopy && access.Operation == AccessOperation.Prologue
                && machine.Registers.GetX(access.Rs) < machine.Registers.GetX(access.Rt);
            for (var failing = 0; failing < reference.Transactions.Count; failing = Next(failing, reference.Transactions.Count))
            {
                var faulty = machine.Clone();
                faulty.Refused = failing;

                faulty.Execute(opcode).Should().Be(EmulationStatus.Fault, "of {0:x8}", opcode);
                faulty.Registers.Pc.Should().Be(A64Machine.Pc);
                faulty.Registers.PState.Should().Be(machine.Registers.PState);
                faulty.Execute(opcode).Should().Be(EmulationStatus.Completed);
                if (!choosesAgain)
                {
                    faulty.RegisterText().Should().Be(reference.RegisterText(), "of {0:x8} after transaction {1} failed", opcode, failing);
                }

                faulty.Registers.GetX(access.Rn).Should().Be(0);
                Same(faulty.Memory, reference.Memory).Should().BeTrue("of {0:x8}", opcode);
                Same(faulty.Tags, reference.Tags).Should().BeTrue("of {0:x8}", opcode);
            }

            var stepped = machine.Clone();
            stepped.Step(opcode).Should().Be(EmulationStatus.Completed);
            stepped.RegisterText().Should().Be(reference.RegisterText());
            stepped.Trace.Should().Be(reference.Trace);

            var bounded = machine.Clone();
            bounded.Options = bounded.Options with { CopyLimit = 16 };
            EmulationStatus status;
            while ((status = bounded.Execute(opcode)) == EmulationStatus.Continue)
            {
            }

            status.Should().Be(EmulationStatus.Completed);
            if (!choosesAgain)
            {
                bounded.RegisterText().Should().Be(reference.RegisterText(), "of {0:x8} in pieces", opcode);
            }

            Same(bounded.Memory, reference.Memory).Should().BeTrue("of {0:x8}", opcode);
        }
    }

    [Fact]
    public void Every_transaction_lies_in_a_range_that_says_so()
    {
        var random = new Random(9);
        foreach (var (opcode, machine) in Machines(random, 2, busWidth: 8))
        {
            if (IsMemoryCopyOrSet(opcode))
            {
                SetUpTransfer(machine, opcode, random);
            }

            var access = A64Machine.Decode(opcode);
            Arm(machine);
            machine.Plan.Prepare(in access, machine.Registers, machine.Options);
            var ranges = Enumerable.Range(0, machine.Plan.RangeCount).Select(machine.Plan.GetRange).ToList();
            machine.Execute(opcode);
            foreach (var transaction in machine.Transactions)
            {
                var address = ulong.Parse(transaction.Split('@', '=')[1], System.Globalization.NumberStyles.HexNumber, null);
                ranges.Any(x => x.Contains(address) && (transaction[0] == 'r' ? x.IsRead : x.IsWritten))
                    .Should().BeTrue("of {0:x8}, {1}", opcode, transaction);
            }
        }
    }

    [Fact]
    public void Emulation_allocates_nothing()
    {
        var random = new Random(11);
        var bus = new EmptyBus();
        var plan = new AccessPlan();
        foreach (var (opcode, machine) in Machines(random, 1, busWidth: 16))
        {
            var access = A64Machine.Decode(opcode);
            var options = machine.Options;
            if (IsMemoryCopyOrSet(opcode))
            {
                SetUpTransfer(machine, opcode, random);
            }

            plan.Execute(in access, machine.Registers, bus, in options);
            var before = GC.GetAllocatedBytesForCurrentThread();
            plan.Execute(in access, machine.Registers, bus, in options);
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "of {0:x8}", opcode);
        }
    }

    [Fact]
    public void Random_words_in_random_states_never_throw_and_make_a_bounded_number_of_transactions()
    {
        var random = new Random(13);
        var registers = new GuestRegisters();
        var plan = new AccessPlan();
        for (var i = 0; i < 100_000; i++)
        {
            var opcode = ((uint)random.NextInt64(1L << 32) & 0xF7FF_FFFF) | 0x0800_0000;
            if (random.Next(10) == 0)
            {
                opcode = 0xD508_7000 | ((uint)random.Next(1 << 20) & 0x0007_0FFF) | ((uint)random.Next(4) << 16);
            }

            if (InstructionDecoder.DecodeA64(opcode, out var access) != DecodeStatus.MemoryAccess)
            {
                continue;
            }

            var options = RandomOptions(random);
            Randomise(registers, random);
            plan.Prepare(in access, registers, in options);
            var bound = IsMemoryCopyOrSet(opcode) ? 2 * (options.CopyLimit + 16) : MaxTransactions;
            var transactions = 0;
            while (plan.TryGetNext(out var transaction))
            {
                transactions++;
                if (random.Next(100) == 0)
                {
                    plan.Fail(BusStatus.ExternalAbort);
                }
                else if (transaction.Size == 64 && transaction.Operation == BusOperation.Read)
                {
                    plan.Complete(new byte[64]);
                }
                else
                {
                    plan.Complete((ulong)random.NextInt64(), (ulong)random.NextInt64());
                }
            }

            transactions.Should().BeLessThanOrEqualTo(bound, "of {0:x8}", opcode);
            plan.Commit(registers);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_width_of_the_bus_does_not_change_the_result(bool bigEndian)
    {
        var random = new Random(17);
        foreach (var (opcode, machine) in Machines(random, 1, busWidth: 8).Where(x => !IsMemoryCopyOrSet(x.Opcode)))
        {
            machine.Options = machine.Options with { BigEndian = bigEndian };
            var reference = machine.Clone();
            Arm(reference);
            reference.Execute(opcode);
            foreach (var width in (int[])[1, 2, 4, 16])
            {
                var other = machine.Clone();
                other.Options = other.Options with { BusWidth = width };
                Arm(other);
                other.Execute(opcode);

                other.RegisterText().Should().Be(reference.RegisterText(), "of {0:x8} on a bus of {1} bytes", opcode, width);
                Same(other.Memory, reference.Memory).Should().BeTrue("of {0:x8} on a bus of {1} bytes", opcode, width);
            }
        }
    }

    private static bool Same(IReadOnlyDictionary<ulong, byte> one, IReadOnlyDictionary<ulong, byte> other) =>
        one.Count == other.Count && one.All(x => other.TryGetValue(x.Key, out var value) && value == x.Value);

    /// <summary>Marks what a lone store exclusive needs.</summary>
    private static void Arm(A64Machine machine) => machine.Options = machine.Options with { Exclusives = ExclusivePolicy.AlwaysSucceed };

    // Every transaction of short instructions; of long ones the first, the last and some between.
    private static int Next(int index, int count) => count <= 8 || index < 2 || index >= count - 2 ? index + 1 : Math.Min(index + 1 + (count / 4), count - 2);

    private static bool IsMemoryCopyOrSet(uint opcode) =>
        InstructionDecoder.DecodeA64(opcode, out var access) == DecodeStatus.MemoryAccess && access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet;

    /// <summary>Gives the registers of a memory copy or set values that the previous part would have left.</summary>
    private static void SetUpTransfer(A64Machine machine, uint opcode, Random random)
    {
        var access = A64Machine.Decode(opcode);
        var granule = (access.Properties & AccessProperties.WritesTags) != 0 ? 16 : 1;
        var size = (ulong)(random.Next(1, 60) * granule);
        var destination = 0x2000 + (ulong)(random.Next(64) * granule);
        var isForwardOnly = (opcode & (1 << 26)) == 0;
        var source = isForwardOnly || random.Next(2) == 0 ? destination + (ulong)random.Next(1, 40) : destination - (ulong)random.Next(1, 40);
        var isBackward = access.Kind == AccessKind.MemoryCopy && source < destination && source + size > destination;
        var registers = machine.Registers;
        registers.PState = 0;
        if (access.Operation == AccessOperation.Prologue)
        {
            registers.SetX(access.Rn, size);
        }
        else if (machine.Options.MemoryCopyOption == MemoryCopyOption.B)
        {
            registers.PState = isBackward ? 0xA000_0000 : 0x2000_0000;
            destination += isBackward ? size : 0;
            source += isBackward ? size : 0;
            registers.SetX(access.Rn, size);
        }
        else
        {
            destination += isBackward ? 0 : size;
            source += isBackward ? 0 : size;
            registers.SetX(access.Rn, isBackward ? size : 0 - size);
        }

        registers.SetX(access.Rt, destination);
        if (access.Kind == AccessKind.MemoryCopy)
        {
            registers.SetX(access.Rs, source);
        }
    }

    // A word of each encoding that is emulated, with registers that make it access memory.
    private static IEnumerable<(uint Opcode, A64Machine Machine)> Machines(Random random, int count, int busWidth)
    {
        var rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5).Rows;
        foreach (var row in rows)
        {
            foreach (var opcode in RowWords.Random(row, random, count, s_cornerRegisters))
            {
                if (InstructionDecoder.DecodeA64(opcode, out var access) != DecodeStatus.MemoryAccess
                    || access.RegisterFile > RegisterFile.SimdAndFloatingPoint
                    || access.Kind == AccessKind.GuardedControlStack
                    || (access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet && access.IsUnpredictable))
                {
                    continue;
                }

                var machine = new A64Machine();
                Randomise(machine.Registers, random);
                for (var i = 0; i < 31; i++)
                {
                    // Aligned for everything that insists on it.
                    machine.Registers.SetX(i, machine.Registers.GetX(i) & ~63UL);
                }

                machine.Registers.Sp &= ~63UL;
                machine.Registers.Pc = A64Machine.Pc;
                machine.Options = machine.Options with
                {
                    BusWidth = busWidth,
                    TaggedMemory = random.Next(2) == 0,
                    SixtyFourBytes = busWidth == 16 ? SixtyFourBytePolicy.SingleTransaction : SixtyFourBytePolicy.Split,
                    ProtectionEnabled = random.Next(2) == 0,
                };
                yield return (opcode, machine);
            }
        }
    }

    private static void Randomise(GuestRegisters registers, Random random)
    {
        registers.Pc = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        registers.Sp = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        registers.PState = (uint)random.NextInt64(1L << 32);
        for (var i = 0; i < 31; i++)
        {
            registers.SetX(i, (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
        }

        for (var i = 0; i < 32; i++)
        {
            registers.SetV(i, (ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue));
        }

        foreach (var register in Enum.GetValues<SystemRegister>())
        {
            registers.SetSystemRegister(register, (ulong)random.NextInt64(long.MinValue, long.MaxValue));
        }
    }

    private static EmulationOptions RandomOptions(Random random) => new()
    {
        BusWidth = 1 << random.Next(5),
        Unaligned = (UnalignedPolicy)random.Next(3),
        Exclusives = (ExclusivePolicy)random.Next(3),
        Atomics = (AtomicPolicy)random.Next(2),
        SixtyFourBytes = (SixtyFourBytePolicy)random.Next(3),
        CacheMaintenance = (CacheMaintenancePolicy)random.Next(2),
        Unpredictable = (UnpredictablePolicy)random.Next(3),
        Unsupported = (UnsupportedPolicy)random.Next(3),
        MemoryCopyOption = (MemoryCopyOption)random.Next(2),
        CheckMemoryCopyOption = random.Next(2) == 0,
        CheckStackPointerAlignment = random.Next(2) == 0,
        BigEndian = random.Next(2) == 0,
        TopByteIgnored = random.Next(2) == 0,
        TaggedMemory = random.Next(2) == 0,
        ProtectionEnabled = random.Next(2) == 0,
        ZeroBlockSize = 4 << random.Next(10),
        TagBlockSize = 16 << random.Next(5),
        CopyLimit = 16 << random.Next(4),
    };

    /// <summary>Takes everything, keeps nothing.</summary>
    private sealed class EmptyBus : IWideMmioBus, ITagMemory
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;

        public BusStatus ReadWide(ulong address, Span<byte> data)
        {
            data.Clear();
            return BusStatus.Success;
        }

        public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
        {
            deviceStatus = 0;
            return BusStatus.Success;
        }

        public BusStatus ReadTag(ulong address, out byte tag)
        {
            tag = 0;
            return BusStatus.Success;
        }

        public BusStatus WriteTag(ulong address, byte tag) => BusStatus.Success;
    }
}
