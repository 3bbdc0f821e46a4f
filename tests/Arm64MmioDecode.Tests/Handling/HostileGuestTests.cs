using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>Whatever a guest puts into registers, page tables and code: no exception, and bounded work.</summary>
public sealed class HostileGuestTests
{
    // Two fetches of a T32 instruction across pages, and two walks for each of two pages of two ranges, 5 reads each; a memory
    // copy translates its other pages by and by.
    private const int MostReads = (2 * 12) + (8 * 10) + 2;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_throws_and_the_work_is_bounded(int seed)
    {
        var random = new Random(seed);
        var ram = new TestRam();
        var page = new byte[4096];
        for (var i = 0; i < 12; i++)
        {
            random.NextBytes(page);
            for (var j = 0; j < page.Length; j += 8)
            {
                // Descriptors that point at each other and at nothing, mostly with the Access flag.
                BitConverter.TryWriteBytes(page.AsSpan(j), ((ulong)random.Next(16) << 12) | 0x403 | ((ulong)random.NextInt64() & 0x7CC0_0000_0000_0BFC & (ulong)random.NextInt64()));
            }

            ram.Store((ulong)i << 12, page);
        }

        var counts = new int[7];
        var rounds = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 3_000_000 : 60_000;
        var registers = new GuestRegisters();
        var devices = new TestDevices();
        var stage1 = new RandomStage1(random);
        for (var i = 0; i < rounds; i++)
        {
            var options = new EmulationOptions
            {
                Exclusives = (ExclusivePolicy)random.Next(3),
                Atomics = (AtomicPolicy)random.Next(2),
                SixtyFourBytes = (SixtyFourBytePolicy)random.Next(3),
                Unaligned = (UnalignedPolicy)random.Next(3),
                Unpredictable = (UnpredictablePolicy)random.Next(3),
                CacheMaintenance = (CacheMaintenancePolicy)random.Next(2),
                BusWidth = 1 << random.Next(5),
                CopyLimit = 256,
            };
            var handler = new ExitHandler(registers, devices, random.Next(8) == 0 ? null : stage1, random.Next(8) == 0 ? null : ram, options);
            for (var x = 0; x < 31; x++)
            {
                registers.SetX(x, Address(random));
            }

            registers.Sp = Address(random);
            registers.Pc = random.Next(4) == 0 ? Address(random) : (ulong)random.Next(12 << 12) & ~1ul;
            registers.PState = (uint)(random.Next(3) switch { 0 => 0x3C5, 1 => 0x1D3 | (random.Next(2) << 5), _ => random.Next() });
            stage1.Next((uint)registers.PState);
            var opcode = new byte[4];
            random.NextBytes(opcode);
            if (random.Next(2) == 0)
            {
                // Loads and stores of A64.
                opcode[3] = (byte)((opcode[3] & 0xF5) | 0x08);
            }

            if (random.Next(4) != 0 && (registers.Pc & 0xFFF) < 0xFFC)
            {
                ram.Store(registers.Pc & 0xFFFF, opcode);
            }

            var far = random.Next(4) == 0 ? Address(random) : registers.GetX(opcode[0] & 15) + (ulong)random.Next(8);
            var esr = random.Next(2) == 0 ? (ulong)random.NextInt64() : 0x92000000ul | (ulong)random.Next(1 << 25);
            var exit = random.Next(3) switch
            {
                0 => DataAbortExit.FromKvmNisv(esr, Address(random)),
                1 => DataAbortExit.FromAddresses(esr, far, Address(random)),
                _ => DataAbortExit.FromRegisters(esr, far, (ulong)random.NextInt64()),
            };
            if (random.Next(3) == 0)
            {
                // An exit that is likely to be true, so that the rest of the way is gone too.
                stage1.Off((uint)registers.PState);
                far &= 0xFFFF_FFF0;
                registers.SetX(((opcode[0] >> 5) | ((opcode[1] & 3) << 3)) % 31, far);
                exit = DataAbortExit.FromAddresses(0x92000007 | (ulong)(random.Next(2) << 6), far, far);
            }

            if (random.Next(4) == 0)
            {
                exit = exit.WithInstruction(opcode.AsSpan(0, random.Next(5)));
            }

            ram.Reads.Clear();
            devices.Log.Clear();
            var outcome = handler.Begin(exit);
            ram.Reads.Count.Should().BeLessThanOrEqualTo(MostReads);
            devices.Log.Should().BeEmpty();
            var before = ram.Reads.Count;
            if (outcome.Status == ExitStatus.Pending)
            {
                outcome = handler.Handle(exit);
            }

            (ram.Reads.Count - before).Should().BeLessThanOrEqualTo(MostReads + (6 * 256));
            devices.Log.Count.Should().BeLessThanOrEqualTo(2048);
            outcome.Status.Should().NotBe(ExitStatus.Pending);
            counts[(int)outcome.Status]++;
        }

        counts[(int)ExitStatus.Completed].Should().BeGreaterThan(50);
        counts[(int)ExitStatus.Retry].Should().BeGreaterThan(50);
        counts[(int)ExitStatus.GuestFault].Should().BeGreaterThan(50);
    }

    private static ulong Address(Random random) => random.Next(6) switch
    {
        0 => (ulong)random.NextInt64(),
        1 => ulong.MaxValue - (ulong)random.Next(16),
        2 => (1ul << random.Next(64)) - (ulong)random.Next(16),
        3 => uint.MaxValue - (uint)random.Next(16),
        _ => (ulong)random.Next(32 << 12),
    };

    private sealed class RandomStage1(Random random) : IStage1Source
    {
        private Stage1Registers _registers;

        public void Next(uint pstate) => _registers = new Stage1Registers
        {
            Regime = (pstate & 16) != 0 ? Stage1Regime.AArch32EL10 : (Stage1Regime)random.Next(3),
            Capabilities = new Stage1Capabilities((Stage1Features)random.Next(1 << 19), 52),
            Sctlr = random.Next(4) == 0 ? 0 : (ulong)random.NextInt64(),
            Tcr = random.Next(2) == 0 ? 25 | (25ul << 16) | (2ul << 30) | (5ul << 32) : (ulong)random.NextInt64(),
            Tcr2 = random.Next(8) == 0 ? (ulong)random.NextInt64() : 0,
            Ttbr0 = (ulong)random.Next(16) << 12,
            Ttbr1 = random.Next(2) == 0 ? (ulong)random.Next(16) << 12 : (ulong)random.NextInt64(),
            Mair = (ulong)random.NextInt64(),
            Pir = (ulong)random.NextInt64(),
            Dacr = (uint)random.NextInt64(),
        };

        public void Off(uint pstate) => _registers = new Stage1Registers
        {
            Regime = (pstate & 16) != 0 ? Stage1Regime.AArch32EL10 : Stage1Regime.EL10,
        };

        public Stage1Registers ReadRegisters(ulong virtualAddress) => _registers;

        public ulong ReadSctlr() => _registers.Sctlr;
    }
}
