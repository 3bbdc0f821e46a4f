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
using static Arm64MmioDecode.Tests.Emulation.AArch32Machine;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>Rules that hold for A32 and T32 as a whole: conditions, wrapping, alignment, precision, allocation.</summary>
public sealed class AArch32RuleTests
{
    private static readonly uint[] s_cornerRegisters = [0, 13, 14, 15];

    [Fact]
    public void An_instruction_whose_condition_fails_does_nothing_but_advance()
    {
        // popeq {r0, pc} with Z = 0.
        var machine = new AArch32Machine(Supervisor);

        machine.Execute(0x08BD8001).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().BeEmpty();
        machine.Plan.RangeCount.Should().Be(0);
        machine.Registers.Pc.Should().Be(Pc + 4);
        machine.Registers.PState.Should().Be(Supervisor);
    }

    [Theory]
    [InlineData(0x40000000u, true)] // Z = 1: the condition of the first instruction of ITE EQ holds
    [InlineData(0u, false)]
    public void ITSTATE_decides_and_advances_whatever_the_opcode_was_decoded_with(uint flags, bool executes)
    {
        // ITSTATE of the first instruction of ITE EQ: 0000 1100.
        uint cpsr = User | Thumb | flags | new ItState(0b00001100).ToCpsr(0);
        var machine = new AArch32Machine(cpsr).With(0x2000, 5);
        machine[User, 0] = 0x2000;
        InstructionDecoder.DecodeT32(0x6801, out AccessDescriptor access); // ldr r1, [r0]

        machine.Plan.Execute(in access, machine.Registers, machine, default).Should().Be(EmulationStatus.Completed);

        machine[User, 1].Should().Be(executes ? 5u : 0);
        machine.Registers.Pc.Should().Be(Pc + 2);
        ItState.FromCpsr((uint)machine.Registers.PState).Should().Be(ItState.ForCondition(1), "NE for the last instruction");
        (machine.Registers.PState & ~0x0600FC00u).Should().Be(User | Thumb | flags);
    }

    [Fact]
    public void Completion_clears_the_single_step_bit()
    {
        var machine = new AArch32Machine(Supervisor | (1u << 21));

        machine.Execute(0xE5901000).Should().Be(EmulationStatus.Completed);

        machine.Registers.PState.Should().Be(Supervisor);
    }

    [Fact]
    public void Addresses_wrap_modulo_two_to_the_32()
    {
        // ldm r0!, {r1-r4}
        var machine = new AArch32Machine(User).With(0xFFFFFFF8, 1, 2).With(0, 3, 4);
        machine[User, 0] = 0xFFFFFFF8;
        AccessDescriptor access = machine.Decode(0xE8B0001E);

        machine.Plan.Prepare(in access, machine.Registers, default);
        AddressRange range = machine.Plan.GetRange(0);
        new[] { range.Contains(0xFFFFFFF8), range.Contains(7), range.Contains(8), range.Contains(0x1_0000_0000) }.Should().Equal(true, true, false, false);
        machine.Execute(0xE8B0001E).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal("rfffffff8:4", "rfffffffc:4", "r0:4", "r4:4");
        Enumerable.Range(1, 4).Select(i => machine[User, i]).Should().Equal(1, 2, 3, 4);
        machine[User, 0].Should().Be(8);
    }

    [Fact]
    public void An_unaligned_word_wraps_in_the_middle()
    {
        var machine = new AArch32Machine(User).With(0xFFFFFFFC, 0x11223344).With(0, 0x55667788);
        machine[User, 0] = 0xFFFFFFFE;

        machine.Execute(0xE5901000).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Equal("rfffffffe:2", "r0:2");
        machine[User, 1].Should().Be(0x77881122);
    }

    [Fact]
    public void A_fault_in_the_middle_reports_the_wrapped_address()
    {
        var machine = new AArch32Machine(User);
        machine[User, 0] = 0xFFFFFFFC;
        AccessDescriptor access = machine.Decode(0xE8900006); // ldm r0, {r1, r2}
        machine.Plan.Prepare(in access, machine.Registers, default);
        machine.Plan.TryGetNext(out _);
        machine.Plan.Complete(1);
        machine.Plan.TryGetNext(out _);

        machine.Plan.Fail(BusStatus.ExternalAbort);

        machine.Plan.Fault.Address.Should().Be(0);
    }

    [Theory]
    [InlineData(0xE5901000, false)] // ldr
    [InlineData(0xE1D010B0, false)] // ldrh
    [InlineData(0xF420178F, false)] // vld1.32 {d1}, [r0]
    [InlineData(0xE8900006, true)] // ldm r0, {r1, r2}
    [InlineData(0xE1C020D0, true)] // ldrd r2, r3, [r0]
    [InlineData(0xE1901C9F, true)] // lda r1, [r0]
    [InlineData(0xED901B00, true)] // vldr d1, [r0]
    [InlineData(0xED901A00, true)] // vldr s2, [r0]
    [InlineData(0xEC901B02, true)] // vldmia r0, {d1}
    [InlineData(0xF420179F, true)] // vld1.32 {d1}, [r0:64]
    [InlineData(0xF8900A00, true)] // rfeia r0
    public void Alignment_is_checked_where_the_manual_demands_it_and_elsewhere_by_policy(uint opcode, bool always)
    {
        foreach (UnalignedPolicy policy in (UnalignedPolicy[])[UnalignedPolicy.Split, UnalignedPolicy.Pass, UnalignedPolicy.Fault])
        {
            var machine = new AArch32Machine(Supervisor) { Options = new EmulationOptions { Unaligned = policy } };
            machine[Supervisor, 0] = 0x2001;
            bool faults = always || policy == UnalignedPolicy.Fault;

            machine.Execute(opcode).Should().Be(faults ? EmulationStatus.Fault : EmulationStatus.Completed, "of {0}", policy);

            if (faults)
            {
                machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.Alignment, 0x2001, isWrite: false));
                machine.Transactions.Should().BeEmpty();
            }
        }
    }

    [Theory]
    [InlineData(0xF420273F, 32, false)] // vld1.8 {d2}, … with align 11: not allocated
    [InlineData(0xF420023F, 32, true)] // vld1.8 {d0-d3}, [r0:256]
    [InlineData(0xF420022F, 16, true)] // [r0:128]
    [InlineData(0xF4A00CDF, 0, false)] // vld1.64 to all lanes: not allocated
    [InlineData(0xF4A00FFF, 16, true)] // vld4.32 {d0[], d2[], d4[], d6[]}, [r0:128]
    [InlineData(0xF4A00FBF, 8, true)] // [r0:64]
    public void Structures_need_the_alignment_that_they_ask_for(uint opcode, int alignment, bool allocated)
    {
        var machine = new AArch32Machine(User);
        AccessDescriptor access = machine.Decode(opcode);
        (access.Kind == AccessKind.Load).Should().Be(allocated);
        if (allocated)
        {
            access.StructureAlignment.Should().Be(alignment);
            machine[User, 0] = 0x2000 + (uint)(alignment / 2);
            machine.Execute(opcode).Should().Be(EmulationStatus.Fault);
            machine[User, 0] = 0x2000;
            machine.Execute(opcode).Should().Be(EmulationStatus.Completed);
        }
    }

    [Fact]
    public void Exclusives_fault_by_default_as_most_processors_do_on_Device_memory()
    {
        var machine = new AArch32Machine(User);
        machine[User, 0] = 0x2000;

        machine.Execute(0xE1901F9F).Should().Be(EmulationStatus.Fault); // ldrex r1, [r0]

        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, 0x2000, isWrite: false));
    }

    [Theory]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void A_fault_at_any_transaction_changes_no_register_and_a_retry_gives_the_same_result(InstructionSet set)
    {
        var random = new Random(4);
        foreach ((uint opcode, AArch32Machine machine) in Machines(set, random, 4))
        {
            AccessDescriptor access = machine.Decode(opcode);
            var before = Copy(machine.Registers);
            machine.Plan.Monitor.Clear();
            EmulationStatus status = machine.Execute(opcode);
            var after = Copy(machine.Registers);
            int count = machine.Transactions.Count;
            for (int failing = 0; failing < count; failing++)
            {
                machine.Registers.CopyFrom(before);
                machine.Plan.Monitor.Clear();
                Step(machine, in access, failing).Should().Be(EmulationStatus.Fault);
                Same(machine.Registers, before).Should().BeTrue("of {0} with transaction {1} failing", access, failing);
            }

            machine.Registers.CopyFrom(before);
            machine.Plan.Monitor.Clear();
            Step(machine, in access, failing: -1).Should().Be(status);
            Same(machine.Registers, after).Should().BeTrue("of {0} step by step", access);
        }
    }

    [Fact]
    public void Emulation_allocates_nothing()
    {
        var random = new Random(5);
        foreach (InstructionSet set in (InstructionSet[])[InstructionSet.A32, InstructionSet.T32])
        {
            foreach ((uint opcode, AArch32Machine machine) in Machines(set, random, 1))
            {
                var bus = new ZeroBus();
                AccessDescriptor access = machine.Decode(opcode);
                EmulationOptions options = machine.Options;
                machine.Plan.Execute(in access, machine.Registers, bus, in options);
                long before = GC.GetAllocatedBytesForCurrentThread();
                machine.Plan.Execute(in access, machine.Registers, bus, in options);
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "of {0}", access);
            }
        }
    }

    [Fact]
    public void Random_words_in_random_states_never_throw_and_make_a_bounded_number_of_transactions()
    {
        // 64 words of four bytes each on a bus of one byte.
        const int MaxTransactions = 256;
        var random = new Random(6);
        var registers = new GuestRegisters();
        var plan = new AccessPlan();
        var policies = (UnalignedPolicy[])[UnalignedPolicy.Split, UnalignedPolicy.Fault, UnalignedPolicy.Pass];
        for (int i = 0; i < 300_000; i++)
        {
            uint cpsr = (uint)random.NextInt64(1L << 32);
            InstructionSet set = (cpsr & Thumb) != 0 ? InstructionSet.T32 : InstructionSet.A32;
            uint opcode = (uint)random.NextInt64(1L << 32);
            opcode = set == InstructionSet.A32 ? opcode | 0x04000000 : opcode >> 27 < 0x1D ? opcode >> 16 : opcode;
            if (InstructionDecoder.Decode(set, opcode, ItState.FromCpsr(cpsr), out AccessDescriptor access) != DecodeStatus.MemoryAccess)
            {
                continue;
            }

            registers.Pc = (uint)random.NextInt64(1L << 32);
            registers.PState = cpsr;
            for (int r = 0; r < 31; r++)
            {
                registers.SetX(r, (ulong)random.NextInt64(long.MinValue, long.MaxValue));
            }

            var options = new EmulationOptions
            {
                BusWidth = 1 << random.Next(5),
                Unaligned = policies[random.Next(3)],
                Exclusives = (ExclusivePolicy)random.Next(3),
                BigEndian = random.Next(2) == 0,
                TopByteIgnored = random.Next(2) == 0,
            };
            plan.Prepare(in access, registers, in options);
            int transactions = 0;
            for (; plan.TryGetNext(out BusTransaction transaction); transactions++)
            {
                transaction.Address.Should().BeLessThan(1L << 32);
                if (random.Next(50) == 0)
                {
                    plan.Fail(BusStatus.ExternalAbort);
                }
                else
                {
                    plan.Complete((ulong)random.NextInt64());
                }
            }

            transactions.Should().BeLessThanOrEqualTo(MaxTransactions);
            if (plan.Commit(registers) == EmulationStatus.Completed)
            {
                registers.Pc.Should().BeLessThan(1L << 32);
            }
        }
    }

    // A word of each encoding, and registers with which it accesses memory.
    private static IEnumerable<(uint Opcode, AArch32Machine Machine)> Machines(InstructionSet set, Random random, int count)
    {
        List<EncodingRow> rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", $"{set}.encodings"), registerWidth: 4).Rows;
        foreach (EncodingRow row in rows.Where(row => !row.IsHint))
        {
            foreach (uint word in RowWords.Random(row, random, count, s_cornerRegisters))
            {
                uint opcode = row.Pattern.Length == 16 ? word >> 16 : set == InstructionSet.A32 && word >> 28 != 15 ? word | 0xE0000000 & ~0x10000000u : word;
                var machine = new AArch32Machine(Supervisor | (set == InstructionSet.T32 ? Thumb : 0))
                {
                    Options = new EmulationOptions { Exclusives = ExclusivePolicy.AlwaysSucceed },
                };
                for (int i = 0; i < 31; i++)
                {
                    machine.Registers.SetX(i, (uint)random.Next() & ~31u);
                }

                for (int i = 0; i < 16; i++)
                {
                    machine.Registers.SetV(i, (ulong)random.NextInt64(), (ulong)random.NextInt64());
                }

                yield return (opcode, machine);
            }
        }
    }

    private static EmulationStatus Step(AArch32Machine machine, in AccessDescriptor access, int failing)
    {
        EmulationOptions options = machine.Options;
        machine.Plan.Prepare(in access, machine.Registers, in options);
        for (int i = 0; machine.Plan.TryGetNext(out BusTransaction transaction); i++)
        {
            if (i == failing)
            {
                machine.Plan.Fail(BusStatus.ExternalAbort);
                break;
            }

            ulong value = 0;
            if (transaction.Operation == BusOperation.Read)
            {
                machine.Read(transaction.Address, transaction.Size, out value);
            }

            machine.Plan.Complete(value);
        }

        return machine.Plan.Commit(machine.Registers);
    }

    private static GuestRegisters Copy(GuestRegisters registers)
    {
        var copy = new GuestRegisters();
        copy.CopyFrom(registers);
        return copy;
    }

    private static bool Same(GuestRegisters one, GuestRegisters other)
    {
        bool same = one.Pc == other.Pc && one.PState == other.PState;
        for (int i = 0; i < 31; i++)
        {
            same &= one.GetX(i) == other.GetX(i);
        }

        for (int i = 0; i < 32; i++)
        {
            one.GetV(i, out ulong low, out ulong high);
            other.GetV(i, out ulong otherLow, out ulong otherHigh);
            same &= low == otherLow && high == otherHigh;
        }

        return same;
    }

    private sealed class ZeroBus : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }
}
