using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using FluentAssertions.Execution;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>
/// Memory copy and set (FEAT_MOPS), Arm ARM section C6.2 and "Memory Copy and Memory Set instructions" in C3.2. How many bytes
/// a prologue or main part transfers and in which blocks is IMPLEMENTATION DEFINED, so these tests hold the registers against
/// the invariants of the operation text after every step, whatever the progress.
/// </summary>
public sealed class MopsTests
{
    private const uint Cpy = 0x1D00_0400;
    private const uint Cpyf = 0x1900_0400;
    private const uint Set = 0x19C0_0400;
    private const uint Setg = 0x1DC0_0400;

    /// <summary>Destination, source, size: alignments, overlaps in both directions, sizes around every power of two.</summary>
    public static TheoryData<ulong, ulong, ulong> Copies => new()
    {
        { 0x9000, 0xA000, 0 },
        { 0x9000, 0xA000, 1 },
        { 0x9000, 0xA000, 2 },
        { 0x9000, 0xA000, 3 },
        { 0x9000, 0xA000, 8 },
        { 0xA000, 0x9000, 16 },
        { 0x9000, 0xA000, 17 },
        { 0x9001, 0xA001, 7 },
        { 0x9001, 0xA001, 31 },
        { 0x9001, 0xA002, 33 },
        { 0x9007, 0xA003, 64 },
        { 0xA003, 0x9004, 65 },
        { 0x9ff8, 0xAff1, 40 },
        { 0x9000, 0xA000, 100 },

        // Overlapping, destination first: only a forward copy is right.
        { 0x9000, 0x9001, 16 },
        { 0x9000, 0x9001, 1 },
        { 0x9000, 0x9008, 64 },
        { 0x9003, 0x9004, 33 },
        { 0x9000, 0x9010, 40 },
        { 0x9000, 0x901f, 32 },

        // Overlapping, source first: only a backward copy is right.
        { 0x9001, 0x9000, 16 },
        { 0x9001, 0x9000, 2 },
        { 0x9008, 0x9000, 64 },
        { 0x9004, 0x9003, 33 },
        { 0x9010, 0x9000, 40 },
        { 0x901f, 0x9000, 32 },
        { 0x9007, 0x9000, 50 },

        // Adjacent, equal, and around the end of the address space.
        { 0x9010, 0x9000, 16 },
        { 0x9000, 0x9010, 16 },
        { 0x9000, 0x9000, 24 },
        { 0xffff_ffff_ffff_fff8, 0x9000, 24 },
        { 0x9000, 0xffff_ffff_ffff_fff5, 24 },
    };

    public static TheoryData<ulong, ulong> Sets => new()
    {
        { 0x9000, 0 },
        { 0x9000, 1 },
        { 0x9001, 2 },
        { 0x9003, 5 },
        { 0x9000, 8 },
        { 0x9001, 15 },
        { 0x9000, 16 },
        { 0x9008, 17 },
        { 0x9007, 40 },
        { 0x9ffb, 64 },
        { 0x9000, 100 },
        { 0xffff_ffff_ffff_fff1, 33 },
    };

    public static TheoryData<ulong, ulong> TagSets => new()
    {
        { 0x9000, 0 },
        { 0x9005, 0 },
        { 0x9000, 16 },
        { 0x0300_0000_0000_9010, 32 },
        { 0x0f00_0000_0000_9fe0, 80 },
        { 0xff00_0000_0000_9000, 48 },
    };

    /// <summary>Both options, narrow and wide buses, many small steps or few large ones.</summary>
    private static IEnumerable<EmulationOptions> Machines =>
        from choice in Enumerable.Range(0, Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 32 : 8)
        select new EmulationOptions
        {
            MemoryCopyOption = (choice & 1) == 0 ? MemoryCopyOption.A : MemoryCopyOption.B,
            CopyLimit = (choice & 2) == 0 ? 16 : 4096,
            BusWidth = (choice >> 2) switch { 0 or 5 => 8, 1 or 4 => 1, 2 or 7 => 4, _ => 16 },
            CheckMemoryCopyOption = choice is < 4 or > 23,
            TopByteIgnored = true,
        };

    [Theory]
    [MemberData(nameof(Copies))]
    public void A_copy_moves_memory_and_its_registers_say_so_after_every_step(ulong destination, ulong source, ulong size)
    {
        foreach (var options in Machines)
        {
            new Run(Cpy, options, destination, source, size).ToTheEnd();
        }
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void A_forward_copy_goes_forward(ulong destination, ulong source, ulong size)
    {
        if (source < destination && destination - source < size)
        {
            return; // The instructions are not meant for this: the result depends on the block size.
        }

        foreach (var options in Machines)
        {
            var run = new Run(Cpyf, options, destination, source, size);
            run.ToTheEnd();
            run.WentBackward.Should().BeFalse();
        }
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void A_copy_that_faults_anywhere_goes_on_from_there(ulong destination, ulong source, ulong size)
    {
        foreach (var options in Machines)
        {
            var transactions = new Run(Cpy, options, destination, source, size).ToTheEnd();
            for (var failing = 0; failing < transactions; failing++)
            {
                new Run(Cpy, options, destination, source, size) { FailAt = failing }.ToTheEnd();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_set_fills_memory_and_its_registers_say_so_after_every_step(ulong destination, ulong size)
    {
        foreach (var options in Machines)
        {
            var transactions = new Run(Set, options, destination, 0xFFFF_FF5C, size).ToTheEnd();
            for (var failing = 0; failing < transactions; failing++)
            {
                new Run(Set, options, destination, 0xFFFF_FF5C, size) { FailAt = failing }.ToTheEnd();
            }
        }
    }

    [Theory]
    [MemberData(nameof(TagSets))]
    public void A_set_with_tags_stores_the_tag_of_the_address(ulong destination, ulong size)
    {
        foreach (var options in Machines)
        {
            var tagged = options with { TaggedMemory = true };
            var transactions = new Run(Setg, tagged, destination, 0x77, size).ToTheEnd();
            for (var failing = 0; failing < transactions; failing++)
            {
                new Run(Setg, tagged, destination, 0x77, size) { FailAt = failing }.ToTheEnd();
            }

            // Memory without tags ignores them.
            new Run(Setg, options, destination, 0x77, size).ToTheEnd();
        }
    }

    [Fact]
    public void Xzr_sets_memory_to_zero()
    {
        foreach (var options in Machines)
        {
            new Run(Set, options, 0x9000, 0, 20, sourceRegister: 31).ToTheEnd();
        }
    }

    [Theory]
    [InlineData(Set, 0x9008UL, 16UL, 0x9008UL)]
    [InlineData(Setg, 0x9008UL, 16UL, 0x9008UL)]
    [InlineData(Setg, 0x9001UL, 16UL, 0x9001UL)]
    [InlineData(Setg, 0x9000UL, 8UL, 0x9000UL)]
    [InlineData(Setg, 0x9000UL, 17UL, 0x9000UL)]
    public void A_set_with_tags_needs_aligned_granules(uint instruction, ulong destination, ulong size, ulong address)
    {
        var state = ManualState.Parse($"x0={destination:x} x1={size:x} x2=5c @9000={new string('0', 128)}");
        var before = state.Clone();
        var bus = new ManualBus(state);
        var plan = new AccessPlan();

        var status = plan.Execute(Decode(instruction, 0, 0), state.Registers, bus, default);

        if (instruction == Set)
        {
            status.Should().Be(EmulationStatus.Completed);
            return;
        }

        status.Should().Be(EmulationStatus.Fault);
        plan.Fault.StatusCode.Value.Should().Be(0x21);
        plan.Fault.IsWrite.Should().BeTrue();
        plan.Fault.Address.Should().Be(address);
        bus.Log.Should().BeEmpty();
        ManualState.Differences(state, before).Should().BeEmpty();
    }

    [Theory]
    [InlineData(Cpy, 0xFFFF_FFFF_FFFF_FFFFUL, 0x007F_FFFF_FFFF_FFFFUL)]
    [InlineData(Cpy, 0x0080_0000_0000_0000UL, 0x007F_FFFF_FFFF_FFFFUL)]
    [InlineData(Cpy, 0x007F_FFFF_FFFF_FFFFUL, 0x007F_FFFF_FFFF_FFFFUL)]
    [InlineData(Cpyf, 0xFFFF_FFFF_FFFF_FFFFUL, 0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData(Cpyf, 0x8000_0000_0000_0000UL, 0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData(Cpyf, 0x0080_0000_0000_0000UL, 0x0080_0000_0000_0000UL)]
    [InlineData(Set, 0x8000_0000_0000_0001UL, 0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData(Set, 0x7FFF_FFFF_FFFF_FFFFUL, 0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData(Setg, 0xFFFF_FFFF_FFFF_FFF0UL, 0x7FFF_FFFF_FFFF_FFF0UL)]
    [InlineData(Setg, 0x8000_0000_0000_0000UL, 0x7FFF_FFFF_FFFF_FFF0UL)]
    public void A_prologue_saturates_the_size(uint family, ulong size, ulong saturated)
    {
        // The source is far above the destination and overlaps it, so that the copy goes forward.
        foreach (var option in new[] { MemoryCopyOption.A, MemoryCopyOption.B })
        {
            var options = new EmulationOptions { MemoryCopyOption = option, CopyLimit = 64 };
            var run = new Run(family, options, 0x9000, 0xA000, size, exists: 128);

            run.Prologue();

            run.Size.Should().Be(saturated);
        }
    }

    [Theory]
    [InlineData(0xFF00_0000_0000_9004UL, 0x0000_0000_0000_9000UL, true)]
    [InlineData(0x0000_0000_0000_9004UL, 0xFF00_0000_0000_9000UL, true)]
    [InlineData(0xFF00_0000_0000_9000UL, 0x0000_0000_0000_9004UL, false)]
    [InlineData(0x0000_0000_0000_9000UL, 0xA500_0000_0000_9004UL, false)]
    public void The_direction_depends_on_the_addresses_without_their_tags(ulong destination, ulong source, bool backward)
    {
        foreach (var options in Machines)
        {
            var run = new Run(Cpy, options, destination, source, 24);
            run.ToTheEnd();
            run.WentBackward.Should().Be(backward);
        }
    }

    public static TheoryData<string, string, string, string> MainPartsAndEpilogues => new()
    {
        // Option A, forward: the addresses are those of the end, the size is negative.
        { "19810440 cpyfe [x0]!, [x1]!, x2!", "nzcv=0 x0=9020 x1=9108 x2=fffffffffffffff8 @9018=eeeeeeeeeeeeeeee @9100=0011223344556677", "x2=0 @9018=0011223344556677", "r8@9100 w8@9018" },
        { "1d810440 cpye [x0]!, [x1]!, x2!", "nzcv=0 x0=9020 x1=9108 x2=fffffffffffffff8 @9018=eeeeeeeeeeeeeeee @9100=0011223344556677", "x2=0 @9018=0011223344556677", "r8@9100 w8@9018" },

        // Option A, backward: the addresses are those of the start, the size is positive.
        { "1d810440 cpye [x0]!, [x1]!, x2!", "nzcv=0 x0=9018 x1=9100 x2=8 @9018=eeeeeeeeeeeeeeee @9100=0011223344556677", "x2=0 @9018=0011223344556677", "r8@9100 w8@9018" },

        // Option B, forward (N = 0) and backward (N = 1): the addresses are those of the next byte.
        { "19810440 cpyfe [x0]!, [x1]!, x2!", "nzcv=2 x0=9018 x1=9100 x2=8 @9018=eeeeeeeeeeeeeeee @9100=0011223344556677", "x0=9020 x1=9108 x2=0 @9018=0011223344556677", "r8@9100 w8@9018" },
        { "1d810440 cpye [x0]!, [x1]!, x2!", "nzcv=2 x0=9018 x1=9100 x2=8 @9018=eeeeeeeeeeeeeeee @9100=0011223344556677", "x0=9020 x1=9108 x2=0 @9018=0011223344556677", "r8@9100 w8@9018" },
        { "1d810440 cpye [x0]!, [x1]!, x2!", "nzcv=a x0=9020 x1=9108 x2=8 @9018=eeeeeeeeeeeeeeee @9100=0011223344556677", "x0=9018 x1=9100 x2=0 @9018=0011223344556677", "r8@9100 w8@9018" },

        // Sets.
        { "19c28420 sete [x0]!, x1!, x2", "nzcv=0 x0=9020 x1=fffffffffffffff8 x2=ffffff5c @9018=eeeeeeeeeeeeeeee", "x1=0 @9018=5c5c5c5c5c5c5c5c", "w8@9018" },
        { "19c28420 sete [x0]!, x1!, x2", "nzcv=2 x0=9018 x1=8 x2=ffffff5c @9018=eeeeeeeeeeeeeeee", "x0=9020 x1=0 @9018=5c5c5c5c5c5c5c5c", "w8@9018" },
        { "1dc28420 setge [x0]!, x1!, x2", "nzcv=0 x0=9020 x1=fffffffffffffff0 x2=5c @9010=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee", "x1=0 @9010=5c5c5c5c5c5c5c5c_5c5c5c5c5c5c5c5c", "w8@9010 w8@9018" },
        { "1dc28420 setge [x0]!, x1!, x2", "nzcv=2 x0=9010 x1=10 x2=5c @9010=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee", "x0=9020 x1=0 @9010=5c5c5c5c5c5c5c5c_5c5c5c5c5c5c5c5c", "w8@9010 w8@9018" },

        // Nothing left.
        { "1d810440 cpye [x0]!, [x1]!, x2!", "nzcv=0 x0=9018 x1=9100 x2=0", "", "" },
        { "1d810440 cpye [x0]!, [x1]!, x2!", "nzcv=a x0=9018 x1=9100 x2=0", "", "" },
        { "19410440 cpyfm [x0]!, [x1]!, x2!", "nzcv=2 x0=9018 x1=9100 x2=0", "", "" },
        { "19c24420 setm [x0]!, x1!, x2", "nzcv=2 x0=9018 x1=0", "", "" },
    };

    /// <summary>An epilogue transfers all that is left, so that its end is architectural.</summary>
    [Theory]
    [MemberData(nameof(MainPartsAndEpilogues))]
    public void An_epilogue_ends_in_the_state_of_its_option(string code, string before, string after, string bus)
    {
        var option = before.Contains("nzcv=0", StringComparison.Ordinal) ? MemoryCopyOption.A : MemoryCopyOption.B;
        foreach (var check in new[] { false, true })
        {
            var state = ManualState.Parse(before);
            var expected = state.Clone();
            expected.Advance(1);
            expected.Assign(after);
            var log = new ManualBus(state);

            var status = new AccessPlan().Execute(ManualCase.Decode(code), state.Registers, log, new EmulationOptions { MemoryCopyOption = option, CheckMemoryCopyOption = check });

            status.Should().Be(EmulationStatus.Completed);
            string.Join(' ', log.Log).Should().Be(bus);
            ManualState.Differences(state, expected).Should().BeEmpty();
        }
    }

    /// <summary>ISS of EC 0x27: MemInst 24, isSETG 23, Options 22:19, FromEpilogue 18, WrongOption 17, OptionA 16, Rd 14:10, Rs 9:5, Rn 4:0.</summary>
    [Theory]
    [InlineData(Cpy, 1, 0u, MemoryCopyOption.A, 0x0003_0062u)]
    [InlineData(Cpy, 2, 0u, MemoryCopyOption.A, 0x0007_0062u)]
    [InlineData(Cpy, 1, 0u, MemoryCopyOption.B, 0x0002_0062u)]
    [InlineData(Cpy, 2, 0u, MemoryCopyOption.B, 0x0006_0062u)]
    [InlineData(Cpy, 1, 15u, MemoryCopyOption.A, 0x007B_0062u)]
    [InlineData(Cpy, 2, 5u, MemoryCopyOption.B, 0x002E_0062u)]
    [InlineData(Cpyf, 1, 8u, MemoryCopyOption.A, 0x0043_0062u)]
    [InlineData(Cpyf, 2, 1u, MemoryCopyOption.B, 0x000E_0062u)]
    [InlineData(Set, 1, 0u, MemoryCopyOption.A, 0x0103_0062u)]
    [InlineData(Set, 2, 3u, MemoryCopyOption.A, 0x011F_0062u)]
    [InlineData(Set, 2, 1u, MemoryCopyOption.B, 0x010E_0062u)]
    [InlineData(Setg, 1, 2u, MemoryCopyOption.A, 0x0193_0062u)]
    [InlineData(Setg, 2, 0u, MemoryCopyOption.B, 0x0186_0062u)]
    public void Registers_of_the_other_option_raise_an_exception_where_the_processor_knows_one_option(
        uint family, int stage, uint hints, MemoryCopyOption option, uint syndrome)
    {
        var state = ManualState.Parse($"nzcv={(option == MemoryCopyOption.A ? 2 : 0)} x0=9000 x3=9100 x2=10");
        var before = state.Clone();
        var plan = new AccessPlan();
        var bus = new ManualBus(state);

        var status = plan.Execute(
            Decode(family, stage, hints, d: 0, s: 3, n: 2), state.Registers, bus, new EmulationOptions { MemoryCopyOption = option, CheckMemoryCopyOption = true });

        status.Should().Be(EmulationStatus.Fault);
        plan.Fault.Reason.Should().Be(FaultReason.MemoryCopyOrSet);
        plan.Fault.Syndrome.Should().Be(syndrome);
        bus.Log.Should().BeEmpty();
        ManualState.Differences(state, before).Should().BeEmpty();
    }

    [Fact]
    public void Hints_choose_the_privilege_of_reads_and_writes_and_nothing_else()
    {
        foreach (var family in new[] { Cpy, Cpyf, Set, Setg })
        {
            for (var hints = 0u; hints < (family is Cpy or Cpyf ? 16 : 4); hints++)
            {
                var access = Decode(family, 0, hints);
                var state = ManualState.Parse($"x0=9000 x1=9100 x2=20 @9000={new string('0', 64)} @9100={new string('1', 64)}");
                if (family is Set or Setg)
                {
                    state.Assign("x1=20");
                }

                var plan = new AccessPlan();
                var bus = new ManualBus(state);
                var count = 0;
                plan.Prepare(in access, state.Registers, default).Should().Be(EmulationStatus.Pending);
                for (; plan.TryGetNext(out var transaction); count++)
                {
                    var isUnprivileged = transaction.Operation == BusOperation.Read ? (hints & 2) != 0 : (hints & 1) != 0;
                    transaction.IsUnprivileged.Should().Be(isUnprivileged, $"{access}: {transaction.Operation}");
                    ManualCase.Step(plan, bus, transaction);
                }

                count.Should().BePositive();
                plan.Commit(state.Registers).Should().Be(EmulationStatus.Completed);
            }
        }
    }

    /// <summary>The constraint is UNDEFINED or no operation (Arm ARM, section K1.2); the library documents UNDEFINED.</summary>
    [Theory]
    [InlineData(Cpy, 0, 0, 2)]
    [InlineData(Cpy, 0, 1, 0)]
    [InlineData(Cpy, 0, 1, 1)]
    [InlineData(Cpy, 31, 1, 2)]
    [InlineData(Cpy, 0, 31, 2)]
    [InlineData(Cpyf, 0, 1, 31)]
    [InlineData(Cpyf, 31, 31, 31)]
    [InlineData(Set, 0, 0, 2)]
    [InlineData(Set, 0, 2, 2)]
    [InlineData(Set, 0, 1, 0)]
    [InlineData(Set, 31, 1, 2)]
    [InlineData(Setg, 0, 1, 31)]
    public void Equal_registers_and_register_31_are_undefined(uint family, int d, int s, int n)
    {
        for (var stage = 0; stage < 3; stage++)
        {
            var state = ManualState.Parse("nzcv=0 x0=9000 x1=9000 x2=0 @9000=00");
            var before = state.Clone();
            var plan = new AccessPlan();
            var access = Decode(family, stage, 0, d, s, n);

            plan.Execute(in access, state.Registers, new ManualBus(state), default).Should().Be(EmulationStatus.Fault);

            plan.Fault.Reason.Should().Be(FaultReason.UndefinedInstruction);
            access.IsUnpredictable.Should().BeTrue();
            ManualState.Differences(state, before).Should().BeEmpty();
        }
    }

    private static AccessDescriptor Decode(uint family, int stage, uint hints, int d = 0, int s = -1, int n = -1)
    {
        var isCopy = family is Cpy or Cpyf;
        s = s >= 0 ? s : isCopy ? 1 : 2;
        n = n >= 0 ? n : isCopy ? 2 : 1;
        var word = family | ((uint)s << 16) | ((uint)n << 5) | (uint)d
            | (isCopy ? ((uint)stage << 22) | (hints << 12) : ((uint)stage << 14) | (hints << 12));
        InstructionDecoder.DecodeA64(word, out var access).Should().Be(DecodeStatus.MemoryAccess, $"{word:x8}");
        return access;
    }

    /// <summary>
    /// Prologue, main part and epilogue, each repeated until it completes. What is left to do is an interval of offsets; after
    /// each step the registers must describe it in the form of the stage.
    /// </summary>
    private sealed class Run
    {
        private readonly uint _family;
        private readonly EmulationOptions _options;
        private readonly ulong _destination;
        private readonly ulong _source;
        private readonly int _sourceRegister;
        private readonly byte[] _data;
        private readonly ManualState _state;
        private readonly ManualBus _bus;
        private readonly AccessPlan _plan = new();
        private ulong _low;
        private ulong _high;

        public Run(uint family, EmulationOptions options, ulong destination, ulong source, ulong size, int sourceRegister = -1, ulong? exists = null)
        {
            (_family, _options, _destination, _source) = (family, options, destination, source);
            _sourceRegister = sourceRegister >= 0 ? sourceRegister : IsCopy ? 1 : 2;
            Size = Math.Min(size, family switch { Cpy => ulong.MaxValue >> 9, Setg => (ulong.MaxValue >> 1) - 15, _ => ulong.MaxValue >> 1 });
            _high = Size;
            _state = ManualState.Parse($"nzcv=5 x0={destination:x} x{(IsCopy ? 2 : 1)}={size:x}");
            if (_sourceRegister != 31)
            {
                _state.Registers.SetX(_sourceRegister, source);
            }

            _bus = new ManualBus(_state);
            _data = new byte[exists ?? size];
            for (var i = 0; i < _data.Length; i++)
            {
                _data[i] = IsCopy ? (byte)((i * 7) + 3) : (byte)source;
                _state.Memory[Strip(destination + (ulong)i)] = 0xEE;
            }

            for (var i = 0; IsCopy && i < _data.Length; i++)
            {
                _state.Memory[Strip(source + (ulong)i)] = _data[i];
            }
        }

        /// <summary>Which transaction of the whole sequence fails once, or none.</summary>
        public int FailAt { init => _bus.FailAt = value; }

        /// <summary>The saturated size.</summary>
        public ulong Size { get; }

        public bool WentBackward { get; private set; }

        private bool IsCopy => _family is Cpy or Cpyf;

        private int SizeRegister => IsCopy ? 2 : 1;

        private (ulong Destination, ulong Source, ulong Size) Registers =>
            (_state.Registers.GetX(0), IsCopy ? _state.Registers.GetX(1) : 0, _state.Registers.GetX(SizeRegister));

        /// <summary>Executes everything.</summary>
        /// <returns>The number of transactions.</returns>
        public int ToTheEnd()
        {
            using var scope = new AssertionScope(
                $"{_family:x} {_options.MemoryCopyOption} width {_options.BusWidth} limit {_options.CopyLimit} failing {_bus.FailAt}: {_destination:x} {_source:x} {Size:x}");
            for (var stage = 0; stage < 3 && !scope.HasFailures(); stage++)
            {
                for (var steps = 0; Step(stage) != EmulationStatus.Completed; steps++)
                {
                    steps.Should().BeLessThan(100);
                    if (scope.HasFailures())
                    {
                        return 0;
                    }
                }
            }

            (_high - _low).Should().Be(0);
            CheckMemory();
            _state.Registers.Pc.Should().Be(ManualState.InitialPc + 12);
            return _bus.Log.Count;
        }

        public void Prologue() => Step(0);

        private EmulationStatus Step(int stage)
        {
            var before = Registers;
            var pstate = _state.Registers.PState;
            var pc = _state.Registers.Pc;
            var transactions = _bus.Log.Count;
            var n = IsCopy ? 2 : 1;
            var status = _plan.Execute(Decode(_family, stage, 0, 0, _sourceRegister, n), _state.Registers, _bus, in _options);

            status.Should().BeOneOf(EmulationStatus.Completed, EmulationStatus.Continue, EmulationStatus.Fault);
            var completed = status == EmulationStatus.Completed;
            _state.Registers.Pc.Should().Be(completed ? pc + 4 : pc);
            var flags = (uint)(pstate & 0xF000_0000) >> 28;
            if (stage == 0)
            {
                CheckPrologue(before, completed, flags);
            }
            else
            {
                CheckLaterStage(before, flags);
                ((uint)_state.Registers.PState >> 28).Should().Be(flags);
            }

            if (stage == 2 && completed)
            {
                Registers.Size.Should().Be(0);
            }

            if (status == EmulationStatus.Fault)
            {
                var failed = _bus.Log[^1].Split('@');
                Strip(_plan.Fault.Address).Should().Be(ulong.Parse(failed[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                _plan.Fault.IsWrite.Should().Be(failed[0][0] == 'w');
                _state.Registers.PState.Should().Be(pstate);
                (_bus.Log.Count - 1).Should().Be(_bus.FailAt, "only that transaction fails");
                if (_family is not Setg && _bus.Log.Count - transactions > 2)
                {
                    Registers.Should().NotBe(before, "at least one block was transferred before");
                }
            }

            // Every step is bounded: a read and a write for each byte, and the tags.
            (_bus.Log.Count - transactions).Should().BeLessThanOrEqualTo((2 * _options.CopyLimit) + (_options.CopyLimit / 16) + 1);
            return status;
        }

        /// <summary>The arguments of a prologue that did not complete are those of a prologue for the rest.</summary>
        private void CheckPrologue((ulong Destination, ulong Source, ulong Size) before, bool completed, uint flags)
        {
            var after = Registers;
            var left = _high - _low;
            var nzcv = _state.Registers.PState >> 28;
            if (!completed)
            {
                nzcv.Should().Be(flags);
                if (after == before)
                {
                    return;
                }

                var done = left - after.Size;
                done.Should().BeLessThanOrEqualTo(left);
                var forward = after.Destination != before.Destination;
                after.Should().Be((before.Destination + (forward ? done : 0), before.Source + (forward && IsCopy ? done : 0), left - done));
                Progress(forward, done);
                return;
            }

            bool isForward;
            ulong remaining;
            if (_options.MemoryCopyOption == MemoryCopyOption.A)
            {
                nzcv.Should().Be(0);
                isForward = left == 0 || after.Destination == before.Destination + left;
                remaining = isForward ? 0 - after.Size : after.Size;
                var offset = isForward ? left : 0;
                (after.Destination, after.Source).Should().Be((before.Destination + offset, before.Source + (IsCopy ? offset : 0)));
            }
            else
            {
                (nzcv & 7).Should().Be(2);
                isForward = nzcv == 2;
                remaining = after.Size;
                var offset = isForward ? left - remaining : remaining;
                (after.Destination, after.Source).Should().Be((before.Destination + offset, before.Source + (IsCopy ? offset : 0)));
            }

            remaining.Should().BeLessThanOrEqualTo(left);
            Progress(isForward, left - remaining);
            WentBackward |= !isForward;
        }

        private void CheckLaterStage((ulong Destination, ulong Source, ulong Size) before, uint flags)
        {
            var after = Registers;
            bool forward;
            ulong done;
            if (_options.MemoryCopyOption == MemoryCopyOption.A)
            {
                forward = (long)before.Size < 0;
                done = forward ? after.Size - before.Size : before.Size - after.Size;
                (after.Destination, after.Source).Should().Be((before.Destination, before.Source));
            }
            else
            {
                forward = (flags & 8) == 0;
                done = before.Size - after.Size;
                var offset = forward ? done : 0 - done;
                (after.Destination, after.Source).Should().Be((before.Destination + offset, before.Source + (IsCopy ? offset : 0)));
            }

            done.Should().BeLessThanOrEqualTo(_high - _low);
            Progress(forward, done);
        }

        private void Progress(bool forward, ulong done)
        {
            if (forward)
            {
                _low += done;
            }
            else
            {
                _high -= done;
            }

            CheckMemory();
        }

        /// <summary>What the registers call done is done, and what is still to be read has not changed.</summary>
        private void CheckMemory()
        {
            for (var i = 0UL; i < (ulong)_data.Length; i++)
            {
                var isDone = i < _low || i >= _high;
                var address = Strip((isDone ? _destination : _source) + i);
                if ((isDone || IsCopy) && _state.Memory[address] != _data[i])
                {
                    Execute.Assertion.FailWith($"byte {i} of the {(isDone ? "destination is not done" : "source is overwritten")}");
                }

                if (isDone && _family == Setg && _options.TaggedMemory)
                {
                    _state.Tags.GetValueOrDefault(address & ~15UL).Should().Be((byte)((_destination >> 56) & 15));
                }
            }

            if (!_options.TaggedMemory)
            {
                _state.Tags.Should().BeEmpty();
            }
        }

        // The top byte is ignored: it becomes a copy of bit 55.
        private static ulong Strip(ulong address) => (ulong)((long)(address << 8) >> 8);
    }
}
