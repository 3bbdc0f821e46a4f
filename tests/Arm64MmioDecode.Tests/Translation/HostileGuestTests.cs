using System;
using System.Linq;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>
/// Registers, tables and addresses that a guest could choose to hurt its hypervisor: whatever they are, a translation reads no
/// more than one descriptor for each level, allocates nothing, throws nothing, and answers with something that makes sense.
/// </summary>
public sealed class HostileGuestTests
{
    private static readonly Stage1Regime[] s_regimes = Enum.GetValues<Stage1Regime>();

    // 0, the ends of every power of two, and their like in the upper range.
    private static readonly ulong[] s_addresses = [.. Enumerable.Range(0, 64).SelectMany(bit => new[]
    {
        1ul << bit, (1ul << bit) - 1, (1ul << bit) + 1, 0 - (1ul << bit), ~(1ul << bit), (1ul << bit) | (1ul << 55),
    }).Distinct()];

    private static int Rounds => Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 20_000_000 : 300_000;

    [Fact]
    public void Random_registers_and_tables_do_no_harm()
    {
        var random = new Random(1);
        var memory = new HostileMemory();
        for (int i = 0; i < Rounds; i++)
        {
            memory.Next(random);
            Check(memory, RandomRegisters(random), RandomRequest(random));
        }
    }

    [Fact]
    public void Every_wrap_and_boundary_is_harmless()
    {
        var random = new Random(2);
        var memory = new HostileMemory();
        for (int i = 0; i < Math.Max(Rounds / 10_000, 40); i++)
        {
            memory.Next(random);
            Stage1Registers registers = RandomRegisters(random);
            foreach (ulong address in s_addresses)
            {
                Check(memory, registers, new TranslationRequest(address, (TranslationAccess)(i % 3), (i & 4) != 0) { Pan = (i & 8) != 0 });
            }
        }
    }

    [Theory]
    [InlineData(Stage1Regime.EL10, 0x10_0000_0510ul)]
    [InlineData(Stage1Regime.EL10, 0x0880_0006_0000_0000ul | 12)]
    [InlineData(Stage1Regime.EL10, 0x0000_0006_0000_4010ul)]
    [InlineData(Stage1Regime.EL20, 0x0000_0005_0000_8011ul)]
    [InlineData(Stage1Regime.EL2, 0x0005_0019ul)]
    [InlineData(Stage1Regime.AArch32EL10, 0x8000_0000ul)]
    [InlineData(Stage1Regime.AArch32EL10, 0ul)]
    public void Every_flipped_bit_of_a_table_that_refers_to_itself_is_harmless(Stage1Regime regime, ulong tcr)
    {
        // Every descriptor is this one: a table that is its own next level, and at the last level a page that holds the table.
        const ulong Descriptor = 0x4000_0000 | (1 << 10) | (1 << 6) | 0b11;
        for (int bit = -1; bit < 64; bit++)
        {
            var memory = new HostileMemory { Fixed = bit < 0 ? Descriptor : Descriptor ^ (1ul << bit) };
            for (int flip = -1; flip < 64; flip++)
            {
                ulong mask = flip < 0 ? 0 : 1ul << flip;
                foreach (ulong address in new ulong[] { 0, 0x1234_5678_9ABC, ulong.MaxValue, 0x4000_0000 })
                {
                    Check(memory, Registers(tcr ^ mask, 0x1005, 0x4000_0000), new TranslationRequest(address, TranslationAccess.Write, true));
                    Check(memory, Registers(tcr, 0x1005 ^ mask, 0x4000_0000), new TranslationRequest(address, TranslationAccess.Read, false));
                    Check(memory, Registers(tcr, 0x1005, 0x4000_0000 ^ mask), new TranslationRequest(address ^ mask, TranslationAccess.InstructionFetch, true));
                }
            }
        }

        Stage1Registers Registers(ulong tcrValue, ulong sctlr, ulong ttbr) => new()
        {
            Regime = regime,
            Capabilities = new Stage1Capabilities(
                Stage1Features.Lpa2Granule4K | Stage1Features.LargeVirtualAddress | Stage1Features.SmallTables | Stage1Features.HardwareAccessFlag, 52),
            Tcr = tcrValue,
            Sctlr = sctlr,
            Ttbr0 = ttbr,
            Ttbr1 = ttbr,
            Dacr = 0xE4E4_E4E4,
        };
    }

    [Fact]
    public void A_translation_allocates_nothing()
    {
        var random = new Random(3);
        var memory = new HostileMemory();
        Stage1Registers[] registers = [.. Enumerable.Range(0, 2000).Select(_ => RandomRegisters(random))];
        TranslationRequest[] requests = [.. Enumerable.Range(0, registers.Length).Select(_ => RandomRequest(random))];
        memory.Next(random);
        Run();

        long before = GC.GetAllocatedBytesForCurrentThread();
        int succeeded = Run();
        long after = GC.GetAllocatedBytesForCurrentThread();

        (after - before).Should().Be(0);
        succeeded.Should().BeInRange(1, registers.Length - 1);

        int Run()
        {
            int count = 0;
            for (int i = 0; i < registers.Length; i++)
            {
                TranslationResult result = Stage1.Translate(memory, registers[i], requests[i]);
                count += result.Succeeded && result.Fault.FaultStatusCode == 0 && result.Attributes.Type <= MemoryType.Normal ? 1 : 0;
            }

            return count;
        }
    }

    [Fact]
    public void What_is_remembered_of_a_walk_answers_as_a_walk()
    {
        var random = new Random(4);
        HostileMemory[] memories = [.. Enumerable.Range(0, 3).Select(_ => new HostileMemory())];
        foreach (var each in memories)
        {
            each.Next(random);
        }

        var switched = new SwitchedMemory();
        int repeated = 0;
        for (int i = 0; i < Rounds / 300; i++)
        {
            var recent = new RecentTranslations(switched);
            Stage1Registers registers = RandomRegisters(random);
            Stage1Registers[] sets = [registers, registers, OneOtherRegister(registers, random), OneOtherRegister(registers, random)];
            TranslationRequest request = RandomRequest(random);
            for (int j = 0; j < 40; j++)
            {
                // Mostly what has just been: the same tables, registers and page. Sometimes another page in the place of the same one.
                switched.Memory = random.Next(4) == 0 ? memories[random.Next(memories.Length)] : switched.Memory ?? memories[0];
                ref readonly Stage1Registers set = ref sets[random.Next(sets.Length)];
                ulong address = (request.VirtualAddress & ~0xFFFul) + (ulong)random.Next(0x1000) + (random.Next(8) == 0 ? 8ul << (12 + random.Next(40)) : 0);
                TranslationRequest next = random.Next(8) == 0
                    ? RandomRequest(random)
                    : new TranslationRequest(address, request.Access, request.Privileged ^ (random.Next(8) == 0)) { Pan = request.Pan ^ (random.Next(8) == 0), NonFault = request.NonFault };

                TranslationResult expected = Stage1.Translate(switched, set, next);
                if (recent.Find(set, next) is { } found && found.Holds(switched))
                {
                    found.At(next.VirtualAddress).Should().Be(expected);
                    found.PhysicalAddress(next.VirtualAddress).Should().Be(expected.PhysicalAddress);
                    found.Permissions.Should().Be(expected.Permissions);
                }

                TranslationResult first = recent.Translate(set, next);
                switched.Reads = 0;
                TranslationResult again = recent.Translate(set, next);

                first.Should().Be(expected);
                again.Should().Be(expected);
                switched.Reads.Should().Be(expected.TableReads);
                repeated += expected.Succeeded ? 1 : 0;
            }
        }

        repeated.Should().BeGreaterThan(Rounds / 200);

        static Stage1Registers OneOtherRegister(Stage1Registers registers, Random random)
        {
            ulong bit = 1ul << random.Next(64);
            return random.Next(16) switch
            {
                0 => registers with { Sctlr = registers.Sctlr ^ bit },
                1 => registers with { Tcr = registers.Tcr ^ bit },
                2 => registers with { Tcr2 = registers.Tcr2 ^ bit },
                3 => registers with { Ttbr0 = registers.Ttbr0 ^ bit },
                4 => registers with { Ttbr1 = registers.Ttbr1 ^ bit },
                5 => registers with { Mair = registers.Mair ^ bit },
                6 => registers with { Mair2 = registers.Mair2 ^ bit },
                7 => registers with { Pir = registers.Pir ^ bit },
                8 => registers with { Pire0 = registers.Pire0 ^ bit },
                9 => registers with { Por = registers.Por ^ bit },
                10 => registers with { PorEl0 = registers.PorEl0 ^ bit },
                11 => registers with { Dacr = registers.Dacr ^ (uint)bit },
                12 => registers with { DefaultCacheable = !registers.DefaultCacheable },
                13 => registers with { Capabilities = new Stage1Capabilities(registers.Capabilities.Features ^ (Stage1Features)(bit & 0x7FFFF), registers.Capabilities.PhysicalAddressBits) },
                14 => registers with { Capabilities = new Stage1Capabilities(registers.Capabilities.Features, 40) },
                _ => registers with { IsIncomplete = true },
            };
        }
    }

    [Fact]
    public void A_walk_that_a_memory_breaks_off_leaves_nothing_behind()
    {
        const ulong Table = 0x4000_0000;
        var registers = new Stage1Registers { Sctlr = 1, Tcr = 25 | (5ul << 32), Ttbr0 = Table };
        var memory = new SparseMemory();
        AArch64Tables.Map(memory, Table, 12, 39, 1, 3, va: 0x1000, leaf: 0x9000 | AArch64Tables.AF | 3);
        AArch64Tables.Map(memory, Table, 12, 39, 1, 3, va: 0x9000, leaf: 0xA000 | AArch64Tables.AF | 3);
        var breaking = new BreakingMemory(memory);
        var recent = new RecentTranslations(breaking);
        Translate(0x1000).Should().Be(0x9000);

        // 0x9000 is kept in the place of 0x1000; the third read of its walk throws, and that of 0x1000 is gone as a whole.
        breaking.Reads = -2;
        FluentActions.Invoking(() => Translate(0x9000)).Should().Throw<TimeoutException>();

        Translate(0x1000).Should().Be(0x9000);
        Translate(0x9000).Should().Be(0xA000);

        ulong Translate(ulong address) => recent.Translate(registers, new TranslationRequest(address, TranslationAccess.Read, true)).PhysicalAddress;
    }

    [Fact]
    public void A_missing_memory_is_the_callers_mistake()
    {
        FluentActions.Invoking(() => Stage1.Translate(null!, default, default)).Should().Throw<ArgumentNullException>();
    }

    private static void Check(HostileMemory memory, in Stage1Registers registers, in TranslationRequest request)
    {
        memory.Reads = 0;
        TranslationResult result = Stage1.Translate(memory, registers, request);

        bool shortFormat = registers.Regime == Stage1Regime.AArch32EL10 && (registers.Tcr >> 31 & 1) == 0;
        bool sound = memory.Reads == result.TableReads
            && result.TableReads <= (shortFormat ? 2 : registers.Regime == Stage1Regime.AArch32EL10 ? 3 : 5)
            && result.Level is >= -1 and <= 3
            && (result.Succeeded ? IsSoundSuccess(registers, request, result) : IsSoundFault(shortFormat, result));
        if (!sound)
        {
            throw new InvalidOperationException(
                $"{registers.Regime} TCR 0x{registers.Tcr:x} SCTLR 0x{registers.Sctlr:x} TTBR0 0x{registers.Ttbr0:x} TTBR1 0x{registers.Ttbr1:x} "
                + $"VA 0x{request.VirtualAddress:x}: {result.Fault} {result.PhysicalAddress:x} reads {memory.Reads}");
        }
    }

    private static bool IsSoundSuccess(in Stage1Registers registers, in TranslationRequest request, in TranslationResult result)
    {
        AccessPermissions needed = request.Access switch
        {
            TranslationAccess.Read => AccessPermissions.Read,
            TranslationAccess.Write => AccessPermissions.Write,
            _ => AccessPermissions.Execute,
        };
        int bits = registers.Regime == Stage1Regime.AArch32EL10 ? 40 : registers.Capabilities.PhysicalAddressBits;
        return (result.Permissions & needed) != 0
            && result.PhysicalAddress >> bits == 0
            && result.BlockSize is >= 4096 and <= 1ul << 47
            && ((result.PhysicalAddress ^ request.VirtualAddress) & (result.BlockSize - 1)) == 0;
    }

    private static bool IsSoundFault(bool shortFormat, in TranslationResult result) =>
        result.PhysicalAddress == 0
        && result.BlockSize == 0
        && result.Permissions == AccessPermissions.None
        && result.Fault.IsShortDescriptor == (shortFormat && result.Fault.Kind != TranslationFaultKind.NotSupported)
        && (result.Fault.ShortFaultStatus != 0) == shortFormat
        && result.Fault.FaultStatusCode is <= 0b010111 or 0b101001 or 0b101011 or 0b111101 or 0b111110;

    private static Stage1Registers RandomRegisters(Random random)
    {
        int[] sizes = [32, 36, 40, 42, 44, 48, 52];
        ulong tcr = Bits(random);
        if (random.Next(2) == 0)
        {
            // Sizes that are in range, or nothing would ever be read.
            tcr = (tcr & ~0x3F_003Ful) | (uint)random.Next(12, 49) | ((ulong)(uint)random.Next(12, 49) << 16);
        }

        return new Stage1Registers
        {
            Regime = s_regimes[random.Next(s_regimes.Length)],
            Capabilities = new Stage1Capabilities((Stage1Features)random.Next(1 << 19), sizes[random.Next(sizes.Length)]),
            Sctlr = Bits(random) | (random.Next(8) == 0 ? 0u : 1u),
            Tcr = tcr,
            Tcr2 = random.Next(3) == 0 ? Bits(random) : 0,
            Ttbr0 = Bits(random) & (random.Next(2) == 0 ? ulong.MaxValue : 0xFFFF_FFFF),
            Ttbr1 = Bits(random) & (random.Next(2) == 0 ? ulong.MaxValue : 0xFFFF_FFFF),
            Mair = Bits(random),
            Mair2 = Bits(random),
            Pir = Bits(random),
            Pire0 = Bits(random),
            Por = Bits(random),
            PorEl0 = Bits(random),
            Dacr = (uint)Bits(random),
            DefaultCacheable = random.Next(50) == 0,
        };
    }

    private static TranslationRequest RandomRequest(Random random) => new(
        random.Next(4) == 0 ? s_addresses[random.Next(s_addresses.Length)] : Bits(random) >> random.Next(48) << random.Next(12) ^ (0 - (ulong)random.Next(2)),
        (TranslationAccess)random.Next(3),
        random.Next(2) == 0)
    {
        Pan = random.Next(2) == 0,
        NonFault = random.Next(2) == 0,
    };

    private static ulong Bits(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>Throws at the read that makes the count 1.</summary>
    private sealed class BreakingMemory(SparseMemory memory) : IGuestMemory
    {
        public int Reads { get; set; } = 1;

        public bool TryRead(ulong physicalAddress, Span<byte> destination) =>
            ++Reads == 1 ? throw new TimeoutException() : memory.TryRead(physicalAddress, destination);
    }

    /// <summary>Now one memory, now another.</summary>
    private sealed class SwitchedMemory : IGuestMemory
    {
        public HostileMemory? Memory { get; set; }

        public int Reads { get; set; }

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            Reads++;
            return Memory!.TryRead(physicalAddress, destination);
        }
    }

    /// <summary>Memory in which every address holds a descriptor, mostly a valid one, and some cannot be read.</summary>
    private sealed class HostileMemory : IGuestMemory
    {
        private ulong _seed;
        private ulong _mask;

        public int Reads { get; set; }

        /// <summary>What every address holds, instead of something that depends on the address.</summary>
        public ulong? Fixed { get; init; }

        public void Next(Random random)
        {
            _seed = Bits(random);
            _mask = random.Next(2) == 0 ? ulong.MaxValue : 0xFFF0_0000_FFFF_FFFF;
        }

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            Reads++;
            ulong value = Fixed ?? Mix(physicalAddress ^ _seed);
            if (Fixed is null)
            {
                if ((value >> 20 & 0x3F) == 0)
                {
                    return false;
                }

                value = (value >> 26 & 7) == 0 ? value : (value & _mask) | 0b11 | (1 << 10);
            }

            Span<byte> bytes = stackalloc byte[8];
            BitConverter.TryWriteBytes(bytes, value);
            bytes[..destination.Length].CopyTo(destination);
            return physicalAddress % (ulong)destination.Length == 0;
        }

        private static ulong Mix(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
            x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
            return x ^ (x >> 31);
        }
    }
}
