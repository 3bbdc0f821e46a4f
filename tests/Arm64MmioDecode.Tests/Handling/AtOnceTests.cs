using System;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// What <see cref="ExitHandler.Handle"/> performs at once ends as the same exit does step by step: outcome, registers, transactions, and
/// what the handler says of it afterwards.
/// </summary>
public sealed class AtOnceTests
{
    private static readonly uint[] s_opcodes =
    [
        0xB8404441, // ldr w1, [x2], #4
        0xB8804C41, // ldrsw x1, [x2, #4]!
        0x39C00041, // ldrsb w1, [x2]
        0xF820485F, // str xzr, [x2, w0, uxtw]
        0xA9400440, // ldp x0, x1, [x2]
        0x69400440, // ldpsw x0, x1, [x2]
        0x2940005F, // ldp wzr, w0, [x2]
        0xA9C10042, // ldp x2, x0, [x2, #16]!
        0xA9400040, // ldp x0, x0, [x2]
        0xA8810440, // stp x0, x1, [x2], #16
        0xAD000440, // stp q0, q1, [x2]
        0xACC10440, // ldp q0, q1, [x2], #32
        0x6D400440, // ldp d0, d1, [x2]
        0x2C810440, // stp s0, s1, [x2], #8
        0x3DC00040, // ldr q0, [x2]
        0x7C002440, // str h0, [x2], #2
        0xC8DFFC41, // ldar x1, [x2]
        0xD9411840, // ldiapp x0, x1, [x2]
        0xD9001840, // stilp x0, x1, [x2, #-16]!
        0xB8400841, // ldtr w1, [x2]
    ];

    private static readonly uint[] s_a32Opcodes =
    [
        0xE8920003, // ldm r2, {r0, r1}
        0xE8A26003, // stm r2!, {r0, r1, r13, r14}
        0xE93203F0, // ldmdb r2!, {r4-r9}
        0xE8D26003, // ldm r2, {r0, r1, r13, r14}^
        0xE4921004, // ldr r1, [r2], #4
        0xE1C200D0, // ldrd r0, r1, [r2]
        0xE1C201F0, // strd r0, r1, [r2, #16]
        0xED920B00, // vldr d0, [r2]
        0xEC920A02, // vldm r2, {s0, s1}
        0xECA20B04, // vstm r2!, {d0, d1}
        0xE4B21004, // ldrt r1, [r2], #4
        0xE1D200F0, // ldrsh r0, [r2]
        0x08920003, // ldmeq r2, {r0, r1}
        0xE892800F, // ldm r2, {r0-r3, pc}
    ];

    // 32-bit instructions with their first halfword in bits 31:16.
    private static readonly uint[] s_t32Opcodes =
    [
        0xCA03, // ldm r2!, {r0, r1}
        0xC2F1, // stm r2!, {r0, r4-r7}
        0x6851, // ldr r1, [r2, #4]
        0x8051, // strh r1, [r2, #2]
        0x5611, // ldrsb r1, [r2, r0]
        0xE8924003, // ldm.w r2, {r0, r1, r14}
        0xE8B28103, // ldm.w r2!, {r0, r1, r8, pc}
        0xE9224103, // stmdb r2!, {r0, r1, r8, r14}
        0xE9D20102, // ldrd r0, r1, [r2, #8]
        0xE9E20102, // strd r0, r1, [r2, #8]!
        0xF8521B04, // ldr r1, [r2], #4
        0xF8520030, // ldr.w r0, [r2, r0, lsl #3]
        0xF8521E04, // ldrt r1, [r2, #4]
        0xE8D20FAF, // lda r0, [r2]
        0xE8D2F000, // tbb [r2, r0]
        0xED920B00, // vldr d0, [r2]
    ];

    [Fact]
    public void A_valid_syndrome_ends_as_it_does_step_by_step()
    {
        var random = new Random(5);
        var outcomes = new HashSet<ExitStatus>();
        for (var i = 0; i < 20_000; i++)
        {
            // ISV, SAS, SSE, SRT, SF, AR; LST seldom.
            var iss = (1u << 24) | ((uint)random.Next(4) << 22) | ((uint)random.Next(2) << 21) | ((uint)random.Next(32) << 16)
                | ((uint)random.Next(4) << 14) | (random.Next(20) == 0 ? (uint)random.Next(4) << 11 : 0) | ((uint)random.Next(2) << 6) | 7;
            outcomes.Add(AreAlike(random, 0xB9400041, 0x92000000 | iss));
        }

        outcomes.Should().Contain([ExitStatus.Completed, ExitStatus.GuestFault, ExitStatus.Retry, ExitStatus.Abandoned]);
    }

    [Fact]
    public void An_instruction_ends_as_it_does_step_by_step()
    {
        var random = new Random(6);
        var outcomes = new HashSet<ExitStatus>();
        for (var i = 0; i < 20_000; i++)
        {
            outcomes.Add(AreAlike(random, s_opcodes[random.Next(s_opcodes.Length)], random.Next(2) == 0 ? TestGuest.ReadEsr : TestGuest.WriteEsr));
        }

        outcomes.Should().Contain([ExitStatus.Completed, ExitStatus.GuestFault, ExitStatus.Retry, ExitStatus.Abandoned]);
    }

    [Fact]
    public void An_A32_instruction_ends_as_it_does_step_by_step()
    {
        var random = new Random(7);
        var outcomes = new HashSet<ExitStatus>();
        for (var i = 0; i < 20_000; i++)
        {
            outcomes.Add(AreAlike(random, s_a32Opcodes[random.Next(s_a32Opcodes.Length)], random.Next(2) == 0 ? TestGuest.ReadEsr : TestGuest.WriteEsr, aarch32: true));
        }

        outcomes.Should().Contain([ExitStatus.Completed, ExitStatus.GuestFault, ExitStatus.Retry, ExitStatus.Abandoned]);
    }

    [Fact]
    public void A_T32_instruction_ends_as_it_does_step_by_step()
    {
        var random = new Random(8);
        var outcomes = new HashSet<ExitStatus>();
        for (var i = 0; i < 20_000; i++)
        {
            outcomes.Add(AreAlike(random, s_t32Opcodes[random.Next(s_t32Opcodes.Length)], random.Next(2) == 0 ? TestGuest.ReadEsr : TestGuest.WriteEsr, aarch32: true, thumb: true));
        }

        outcomes.Should().Contain([ExitStatus.Completed, ExitStatus.GuestFault, ExitStatus.Retry, ExitStatus.Abandoned]);
    }

    [Theory]
    [InlineData(0xFFC, 0x0003_E892u, 4)] // ldm.w r2, {r0, r1}
    [InlineData(0xFFE, 0x0003_E892u, 4)] // half of it in the next page
    [InlineData(0xFFE, 0xCA03u, 2)] // ldm r2!, {r0, r1} is all that there is: the next page has none
    public void A_T32_instruction_is_read_to_the_end_of_its_page(ulong offset, uint halfwords, int length)
    {
        var guest = new TestGuest(aarch32: true).X(2, TestGuest.Device);
        guest.Registers.PState |= 1 << 5;
        guest.Registers.Pc += offset;
        guest.Memory.Store16(TestGuest.Code + offset, (ushort)halfwords);
        if (length == 4)
        {
            // The page behind lies elsewhere in physical memory.
            const ulong CodeBehind = TestGuest.Code + 0x8000;
            guest.Tables.Map(TestGuest.Pc + 0x1000, CodeBehind, GuestTables.Code);
            guest.Memory.Store16(offset == 0xFFC ? TestGuest.Code + 0xFFE : CodeBehind, (ushort)(halfwords >> 16));
        }

        guest.Handler.Handle(TestGuest.Exit(TestGuest.ReadEsr, TestGuest.Device)).Status.Should().Be(ExitStatus.Completed);

        guest.Registers.Pc.Should().Be(TestGuest.Pc + offset + (ulong)length);
        guest.Memory.Reads.Should().OnlyContain(read => (read.Address & 0xFFF) + (ulong)read.Length <= 0x1000);
    }

    private static ExitStatus AreAlike(Random random, uint opcode, ulong esr, bool aarch32 = false, bool thumb = false)
    {
        var seed = random.Next();
        var far = TestGuest.Device + (ulong)random.Next(random.Next(2) == 0 ? 0x20 : 0x1000);
        far &= random.Next(3) != 0 ? ~15ul : ~0ul;
        far = random.Next(30) == 0 ? TestGuest.Data + (far & 0xFFF) : far;
        var atOnce = Guest(opcode, far, seed, aarch32, thumb);
        var stepwise = Guest(opcode, far, seed, aarch32, thumb);
        var exit = random.Next(10) == 0 ? DataAbortExit.FromAddresses(esr, null, TestGuest.Ipa(far)) : TestGuest.Exit(esr, far);

        var outcome = atOnce.Handler.Handle(exit);

        Steps(stepwise, exit).Should().Be(outcome, "{0:x} {1:x} {2}", opcode, esr, exit);
        atOnce.Devices.Log.Should().Equal(stepwise.Devices.Log);
        State(atOnce.Registers).Should().Equal(State(stepwise.Registers), "{0:x} {1:x} {2}", opcode, esr, exit);
        atOnce.Handler.Access.Should().Be(stepwise.Handler.Access);
        atOnce.Handler.Fetch.Should().Be(stepwise.Handler.Fetch);
        return outcome.Status;
    }

    private static TestGuest Guest(uint opcode, ulong far, int seed, bool aarch32, bool thumb)
    {
        var random = new Random(seed);
        var options = new EmulationOptions { Unaligned = random.Next(4) == 0 ? UnalignedPolicy.Fault : UnalignedPolicy.Split };
        var guest = new TestGuest(aarch32, options).With(thumb && opcode > ushort.MaxValue ? (opcode << 16) | (opcode >> 16) : opcode);
        for (var i = 0; i < 31; i++)
        {
            guest.X(i, (ulong)random.NextInt64());
            guest.Registers.SetV(i, (ulong)random.NextInt64(), (ulong)random.NextInt64());
        }

        // A tag in the pointer that FAR does not have, with or without TBI.
        guest.X(0, (ulong)random.Next(2) * 8).X(2, (far - (ulong)(random.Next(4) * 8)) ^ (random.Next(10) == 0 ? 0x5Aul << 56 : 0));
        if (random.Next(2) == 0)
        {
            guest.Tables.Registers = guest.Tables.Registers with { Tcr = guest.Tables.Registers.Tcr | (aarch32 ? 0 : 1ul << 37) };
        }

        if (aarch32)
        {
            // Z, E, FIQ or User mode.
            guest.Registers.PState ^= (random.Next(2) == 0 ? 1ul << 30 : 0) | (random.Next(8) == 0 ? 1ul << 9 : 0)
                | (random.Next(5) == 0 ? 2ul : random.Next(8) == 0 ? 3ul : 0);
            if (thumb)
            {
                guest.Registers.PState |= 1ul << 5;
                guest.Registers.PState = random.Next(2) == 0 ? guest.Registers.PState : new ItState((byte)random.Next(256)).ToCpsr((uint)guest.Registers.PState);
            }
        }
        else
        {
            // BTYPE; EL0.
            guest.Registers.PState ^= ((ulong)random.Next(4) << 10) | (random.Next(10) == 0 ? 4ul : 0);
        }

        if (!aarch32 && random.Next(10) == 0)
        {
            guest.Tables.Registers = guest.Tables.Registers with { Sctlr = 0x1005 | (1 << 24) | ((uint)random.Next(2) << 25) };
        }

        var refused = random.Next(8);
        guest.Devices.Refuses = number => number == refused;
        if (random.Next(20) == 0)
        {
            guest.Devices.BeforeAccess = () => guest.Registers.Pc += 8;
        }
        else if (random.Next(20) == 0)
        {
            guest.Devices.BeforeAccess = guest.Handler.Abandon;
        }

        return guest;
    }

    private static ExitOutcome Steps(TestGuest guest, in DataAbortExit exit)
    {
        guest.Handler.Begin(exit);
        while (guest.Handler.TryGetNext(out var transaction))
        {
            ulong value = 0;
            var status = transaction.Operation == BusOperation.Read
                ? guest.Devices.Read(transaction.Address, transaction.Size, out value)
                : guest.Devices.Write(transaction.Address, transaction.Size, transaction.Low);
            if (guest.Handler.Outcome.Status != ExitStatus.Pending)
            {
                break;
            }

            if (status.IsSuccess)
            {
                guest.Handler.Complete(value);
            }
            else
            {
                guest.Handler.Fail(status);
            }
        }

        return guest.Handler.Commit();
    }

    private static IEnumerable<ulong> State(GuestRegisters registers)
    {
        for (var i = 0; i < 31; i++)
        {
            registers.GetV(i, out var low, out var high);
            yield return registers.GetX(i);
            yield return low;
            yield return high;
        }

        yield return registers.Pc;
        yield return registers.PState;
    }
}
