using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>Memory copy and set (FEAT_MOPS), worked out from the manual's operation text.</summary>
public sealed class MemoryCopyTests
{
    private const uint N = 0x8000_0000;
    private const uint C = 0x2000_0000;

    // [x0]!, [x1]!, x2!
    private static readonly uint[] s_cpyf = [0x19010440, 0x19410440, 0x19810440];
    private static readonly uint[] s_cpy = [0x1D010440, 0x1D410440, 0x1D810440];

    // [x0]!, x2!, x1
    private static readonly uint[] s_set = [0x19C10440, 0x19C14440, 0x19C18440];
    private static readonly uint[] s_setg = [0x1DC10440, 0x1DC14440, 0x1DC18440];

    // [x0]!, x2!
    private static readonly uint[] s_setgo = [0x1DDF0040, 0x1DDF4040, 0x1DDF8040];

    [Theory]
    [InlineData(false, MemoryCopyOption.A, 0x1000ul, 0x2000ul, 0ul)]
    [InlineData(false, MemoryCopyOption.A, 0x1000ul, 0x2000ul, 1ul)]
    [InlineData(false, MemoryCopyOption.A, 0x1000ul, 0x2000ul, 64ul)]
    [InlineData(false, MemoryCopyOption.A, 0x1003ul, 0x2005ul, 77ul)]
    [InlineData(false, MemoryCopyOption.A, 0x1000ul, 0x1003ul, 100ul)] // overlap, source above
    [InlineData(false, MemoryCopyOption.B, 0x1000ul, 0x2000ul, 0ul)]
    [InlineData(false, MemoryCopyOption.B, 0x1003ul, 0x2005ul, 77ul)]
    [InlineData(false, MemoryCopyOption.B, 0x1000ul, 0x1008ul, 100ul)]
    [InlineData(true, MemoryCopyOption.A, 0x1000ul, 0x2000ul, 64ul)]
    [InlineData(true, MemoryCopyOption.A, 0x2000ul, 0x1000ul, 64ul)]
    [InlineData(true, MemoryCopyOption.A, 0x1003ul, 0x1000ul, 100ul)] // overlap, source below: backward
    [InlineData(true, MemoryCopyOption.A, 0x1008ul, 0x1000ul, 9ul)]
    [InlineData(true, MemoryCopyOption.A, 0x1000ul, 0x1001ul, 31ul)]
    [InlineData(true, MemoryCopyOption.A, 0x1000ul, 0x1000ul, 31ul)] // onto itself
    [InlineData(true, MemoryCopyOption.B, 0x1003ul, 0x1000ul, 100ul)]
    [InlineData(true, MemoryCopyOption.B, 0x1000ul, 0x1001ul, 31ul)]
    [InlineData(true, MemoryCopyOption.B, 0x2000ul, 0x1000ul, 0ul)]
    [InlineData(true, MemoryCopyOption.A, 0xFFFF_FFFF_FFFF_FFF0ul, 0x1000ul, 32ul)] // across 2^64
    public void Prologue_main_and_epilogue_copy_everything(bool choosesDirection, MemoryCopyOption option, ulong destination, ulong source, ulong size)
    {
        var machine = Machine(destination, source, size, option);
        var expected = machine.Bytes(source, (int)size);
        var isBackward = choosesDirection && source < destination && source + size > destination;
        foreach (var opcode in choosesDirection ? s_cpy : s_cpyf)
        {
            machine.Execute(opcode).Should().Be(EmulationStatus.Completed);
        }

        machine.Bytes(destination, (int)size).Should().Equal(expected);
        machine.Registers.GetX(0).Should().Be(isBackward ? destination : destination + size);
        machine.Registers.GetX(1).Should().Be(isBackward ? source : source + size);
        machine.Registers.GetX(2).Should().Be(0);
        machine.Registers.PState.Should().Be(option == MemoryCopyOption.A ? 0 : isBackward ? N | C : C);
        machine.Registers.Pc.Should().Be(A64Machine.Pc + 12);
    }

    [Theory]
    [InlineData(MemoryCopyOption.A, 0x1000ul, 0ul)]
    [InlineData(MemoryCopyOption.A, 0x1000ul, 5ul)]
    [InlineData(MemoryCopyOption.A, 0x1007ul, 60ul)]
    [InlineData(MemoryCopyOption.B, 0x1000ul, 0ul)]
    [InlineData(MemoryCopyOption.B, 0x1007ul, 60ul)]
    [InlineData(MemoryCopyOption.B, 0xFFFF_FFFF_FFFF_FFF8ul, 16ul)]
    public void Prologue_main_and_epilogue_set_everything(MemoryCopyOption option, ulong destination, ulong size)
    {
        var machine = Machine(destination, 0x1122_3344_5566_77A5, size, option);
        foreach (var opcode in s_set)
        {
            machine.Execute(opcode).Should().Be(EmulationStatus.Completed);
        }

        machine.Bytes(destination, (int)size).All(x => x == 0xA5).Should().BeTrue();
        machine.Memory.Should().HaveCount((int)size);
        machine.Registers.GetX(0).Should().Be(destination + size);
        machine.Registers.GetX(1).Should().Be(0x1122_3344_5566_77A5);
        machine.Registers.GetX(2).Should().Be(0);
        machine.Registers.PState.Should().Be(option == MemoryCopyOption.A ? 0 : C);
    }

    [Fact]
    public void The_zero_register_sets_zeros()
    {
        var machine = Machine(0x1000, 0x77, 3, MemoryCopyOption.A);

        machine.Execute(0x19DF0440).Should().Be(EmulationStatus.Completed); // setp [x0]!, x2!, xzr

        machine.Bytes(0x1000, 3).Should().Equal(0, 0, 0);
    }

    // What main part and epilogue find and leave, when they do all the work. Option A: x0 and x1 are the ends and x2 is minus
    // the size, or x0 and x1 are the starts and x2 is the size of a backward copy. Option B: x0 and x1 are the next addresses.
    [Theory]
    [InlineData("x0=1010 x1=2010 x2=fffffffffffffff0", 0u, "x0=1010 x1=2010 x2=0", 0x1000ul, 0x2000ul, 16)]
    [InlineData("x0=1010 x1=2010 x2=fffffffffffffffd", 0u, "x0=1010 x1=2010 x2=0", 0x100Dul, 0x200Dul, 3)]
    [InlineData("x0=1000 x1=2000 x2=10", 0u, "x0=1000 x1=2000 x2=0", 0x1000ul, 0x2000ul, 16)]
    [InlineData("x0=1004 x1=1000 x2=b", 0u, "x0=1004 x1=1000 x2=0", 0x1004ul, 0x1000ul, 11)]
    [InlineData("x0=1000 x1=2000 x2=10", C, "x0=1010 x1=2010 x2=0", 0x1000ul, 0x2000ul, 16)]
    [InlineData("x0=1003 x1=2001 x2=5", C, "x0=1008 x1=2006 x2=0", 0x1003ul, 0x2001ul, 5)]
    [InlineData("x0=1010 x1=2010 x2=10", N | C, "x0=1000 x1=2000 x2=0", 0x1000ul, 0x2000ul, 16)]
    [InlineData("x0=100f x1=100b x2=b", N | C, "x0=1004 x1=1000 x2=0", 0x1004ul, 0x1000ul, 11)]
    [InlineData("x0=1010 x1=2010 x2=0", 0u, "x0=1010 x1=2010 x2=0", 0x1000ul, 0x2000ul, 0)]
    [InlineData("x0=1010 x1=2010 x2=0", C, "x0=1010 x1=2010 x2=0", 0x1000ul, 0x2000ul, 0)]
    [InlineData("x0=1010 x1=2010 x2=8000000000000000", C, "x0=1010 x1=2010 x2=8000000000000000", 0x1000ul, 0x2000ul, 0)]
    public void Main_part_and_epilogue_go_on_where_the_registers_say(string before, uint pstate, string after, ulong destination, ulong source, int size)
    {
        foreach (var opcode in s_cpy.Skip(1))
        {
            var machine = new A64Machine().With(before);
            machine.Registers.PState = pstate;
            var expected = machine.Bytes(source, size);
            var untouched = machine.Clone().With(after);

            machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

            machine.ChangesSince(untouched).Should().BeEmpty();
            machine.Bytes(destination, size).Should().Equal(expected);
            machine.Memory.Should().HaveCount(size);
        }
    }

    // A device of one byte's width refuses the write of the sixth byte.
    [Theory]
    [InlineData(0, MemoryCopyOption.A, "x0=1000 x1=2000 x2=10", 0u, "x0=1005 x1=2005 x2=b", 0x1005ul)] // the prologue's arguments again
    [InlineData(0, MemoryCopyOption.B, "x0=1000 x1=2000 x2=10", 0u, "x0=1005 x1=2005 x2=b", 0x1005ul)]
    [InlineData(0, MemoryCopyOption.A, "x0=1008 x1=1000 x2=10", 0u, "x0=1008 x1=1000 x2=b", 0x1012ul)] // backward
    [InlineData(0, MemoryCopyOption.B, "x0=1008 x1=1000 x2=10", 0u, "x0=1008 x1=1000 x2=b", 0x1012ul)]
    [InlineData(1, MemoryCopyOption.A, "x0=1010 x1=2010 x2=fffffffffffffff0", 0u, "x0=1010 x1=2010 x2=fffffffffffffff5", 0x1005ul)]
    [InlineData(1, MemoryCopyOption.A, "x0=1008 x1=1000 x2=10", 0u, "x0=1008 x1=1000 x2=b", 0x1012ul)]
    [InlineData(1, MemoryCopyOption.B, "x0=1000 x1=2000 x2=10", C, "x0=1005 x1=2005 x2=b", 0x1005ul)]
    [InlineData(1, MemoryCopyOption.B, "x0=1018 x1=1010 x2=10", N | C, "x0=1013 x1=100b x2=b", 0x1012ul)]
    [InlineData(2, MemoryCopyOption.A, "x0=1010 x1=2010 x2=fffffffffffffff0", 0u, "x0=1010 x1=2010 x2=fffffffffffffff5", 0x1005ul)]
    [InlineData(2, MemoryCopyOption.B, "x0=1018 x1=1010 x2=10", N | C, "x0=1013 x1=100b x2=b", 0x1012ul)]
    public void A_fault_in_the_middle_leaves_registers_that_go_on(int part, MemoryCopyOption option, string before, uint pstate, string after, ulong address)
    {
        var machine = new A64Machine { Refused = 11 }.With(before);
        machine.Options = machine.Options with { BusWidth = 1, MemoryCopyOption = option };
        machine.Registers.PState = pstate;
        var whole = machine.Clone();
        whole.Refused = -1;
        var expected = machine.Clone().With(after);

        machine.Execute(s_cpy[part]).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.SynchronousExternalAbort, address, isWrite: true));
        machine.ChangesSince(expected).Should().BeEmpty();
        machine.Registers.Pc.Should().Be(A64Machine.Pc);

        machine.Execute(s_cpy[part]).Should().Be(EmulationStatus.Completed);
        whole.Execute(s_cpy[part]).Should().Be(EmulationStatus.Completed);
        machine.Memory.Should().Equal(whole.Memory);
        machine.Registers.GetX(2).Should().Be(0);
    }

    [Fact]
    public void A_fault_of_the_first_access_changes_nothing()
    {
        var machine = Machine(0x1000, 0x2000, 0xFFFF_FFFF_FFFF_FFFF, MemoryCopyOption.A);
        machine.Refused = 0;
        var before = machine.RegisterText();

        machine.Execute(s_cpy[0]).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.SynchronousExternalAbort, 0x2000, isWrite: false));
        machine.RegisterText().Should().Be(before);
    }

    [Theory]
    [InlineData(true, 0x1D010440u, 0x007F_FFFF_FFFF_FFFFul)] // cpyp
    [InlineData(true, 0x19010440u, 0x7FFF_FFFF_FFFF_FFFFul)] // cpyfp
    [InlineData(false, 0x19C10440u, 0x7FFF_FFFF_FFFF_FFFFul)] // setp
    [InlineData(false, 0x1DC10440u, 0x7FFF_FFFF_FFFF_FFF0ul)] // setgp
    public void The_size_saturates_and_one_call_does_a_bounded_part(bool copies, uint opcode, ulong maximum)
    {
        var machine = Machine(0x1000, 0x2000, 0xFFFF_FFFF_FFFF_FFF0, MemoryCopyOption.A);
        machine.Options = machine.Options with { CopyLimit = 32 };

        machine.Execute(opcode).Should().Be(EmulationStatus.Continue);

        machine.Registers.GetX(0).Should().Be(0x1020);
        machine.Registers.GetX(1).Should().Be(copies ? 0x2020ul : 0x2000);
        machine.Registers.GetX(2).Should().Be(maximum - 32);
        machine.Registers.Pc.Should().Be(A64Machine.Pc);
        machine.Registers.PState.Should().Be(0);
    }

    [Theory]
    [InlineData(MemoryCopyOption.A, 0x0A00_0000_0000_1000ul, 48ul)]
    [InlineData(MemoryCopyOption.B, 0x0F00_0000_0000_1010ul, 16ul)]
    [InlineData(MemoryCopyOption.A, 0x0300_0000_0000_1000ul, 0ul)]
    public void Setg_writes_the_tag_of_the_address_behind_the_data_of_each_granule(MemoryCopyOption option, ulong destination, ulong size)
    {
        var machine = Machine(destination, 0x5A, size, option);
        machine.Options = machine.Options with { TaggedMemory = true, TopByteIgnored = true };
        foreach (var opcode in s_setg)
        {
            machine.Execute(opcode).Should().Be(EmulationStatus.Completed);
        }

        var address = destination & 0xFFFF;
        machine.Bytes(address, (int)size).All(x => x == 0x5A).Should().BeTrue();
        machine.Tags.Keys.Should().BeEquivalentTo(Enumerable.Range(0, (int)size / 16).Select(i => address + (16ul * (ulong)i)));
        machine.Tags.Values.All(x => x == (byte)(destination >> 56)).Should().BeTrue();
        machine.Registers.GetX(0).Should().Be(destination + size);
    }

    [Theory]
    [InlineData(0x1008ul, 16ul)]
    [InlineData(0x1000ul, 8ul)]
    [InlineData(0x1000ul, 17ul)]
    public void Setg_needs_whole_granules(ulong destination, ulong size)
    {
        var machine = Machine(destination, 0, size, MemoryCopyOption.A);

        machine.Execute(s_setg[0]).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.Alignment, destination, isWrite: true));
        machine.Registers.GetX(2).Should().Be(size);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Setgo_writes_tags_and_no_data(bool tagged)
    {
        var machine = Machine(0x0500_0000_0000_1000, 0, 64, MemoryCopyOption.A);
        machine.Options = machine.Options with { TaggedMemory = tagged, TopByteIgnored = true };
        foreach (var opcode in s_setgo)
        {
            machine.Execute(opcode).Should().Be(EmulationStatus.Completed);
        }

        machine.Memory.Should().BeEmpty();
        machine.Tags.Should().HaveCount(tagged ? 4 : 0);
        machine.Registers.GetX(0).Should().Be(0x0500_0000_0000_1040);
        machine.Registers.GetX(2).Should().Be(0);
    }

    [Theory]
    [InlineData(0x1D000440u)] // cpyp [x0]!, [x0]!, x2!
    [InlineData(0x1D010420u)] // cpyp [x0]!, [x1]!, x1!
    [InlineData(0x1D01045Fu)] // destination 31
    [InlineData(0x1D1F0440u)] // source 31
    [InlineData(0x19C707E0u)] // setp with size 31
    public void Registers_that_overlap_are_undefined(uint opcode)
    {
        var machine = Machine(0x1000, 0x2000, 8, MemoryCopyOption.A);

        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Reason.Should().Be(FaultReason.UndefinedInstruction);
        machine.Transactions.Should().BeEmpty();
    }

    // MemInst, isSETG, options, FromEpilogue, WrongOption, OptionA, destreg, srcreg, sizereg.
    [Theory]
    [InlineData(0x1D410440u, MemoryCopyOption.A, C, 0x0003_0022u)] // cpym
    [InlineData(0x1D810440u, MemoryCopyOption.B, 0u, 0x0006_0022u)] // cpye
    [InlineData(0x19C14440u, MemoryCopyOption.A, C, 0x0103_0022u)] // setm
    [InlineData(0x1DC18440u, MemoryCopyOption.B, 0u, 0x0186_0022u)] // setge
    [InlineData(0x1D44B4A3u, MemoryCopyOption.A, C, 0x005B_0C85u)] // cpym with options 1011: [x3]!, [x4]!, x5!
    public void A_processor_of_one_option_refuses_to_go_on_with_the_other(uint opcode, MemoryCopyOption option, uint pstate, uint syndrome)
    {
        var machine = new A64Machine().With("x0=1000 x1=2000 x2=10 x3=1000 x4=2000 x5=10");
        machine.Registers.PState = pstate;
        machine.Options = machine.Options with { MemoryCopyOption = option, CheckMemoryCopyOption = true };

        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Should().Be(EmulationFault.Exception(FaultReason.MemoryCopyOrSet, syndrome));
        machine.Transactions.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0x19012440u, true, false)] // cpyfprt: reads unprivileged
    [InlineData(0x19011440u, false, true)] // cpyfpwt: writes unprivileged
    [InlineData(0x1D013440u, true, true)] // cpypt: both
    [InlineData(0x1D010440u, false, false)] // cpyp: neither
    public void Options_say_which_accesses_are_unprivileged(uint opcode, bool reads, bool writes)
    {
        var machine = Machine(0x1000, 0x2000, 8, MemoryCopyOption.A);
        var access = A64Machine.Decode(opcode);
        machine.Plan.Prepare(in access, machine.Registers, machine.Options);

        machine.Plan.TryGetNext(out var read).Should().BeTrue();
        machine.Plan.Complete(1);
        machine.Plan.TryGetNext(out var write).Should().BeTrue();

        (read.Operation, write.Operation).Should().Be((BusOperation.Read, BusOperation.Write));
        (read.IsUnprivileged, write.IsUnprivileged).Should().Be((reads, writes));
    }

    [Fact]
    public void Blocks_are_as_wide_as_source_and_destination_allow()
    {
        var machine = Machine(0x1006, 0x2002, 15, MemoryCopyOption.A);

        machine.Execute(s_cpyf[0]).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Where(x => x[0] == 'r').Should().Equal("r2@2002", "r4@2004", "r4@2008", "r4@200c", "r1@2010");
        machine.Transactions.Where(x => x[0] == 'w').Select(x => x.Split('=')[0]).Should().Equal("w2@1006", "w4@1008", "w4@100c", "w4@1010", "w1@1014");
    }

    [Theory]
    [InlineData("x0=1010 x1=2010 x2=fffffffffffffff0", 0x2000ul, 0x1000ul, 16ul)]
    [InlineData("x0=1000000 x1=2000000 x2=fffffffffff00000", 0x1F00000ul, 0xF00000ul, 4096ul)] // what one call transfers
    [InlineData("x0=1000 x1=2000 x2=100000", 0x101000ul, 0x100000ul, 4096ul)] // backward: the upper end
    public void The_ranges_are_what_the_plan_copies(string registers, ulong from, ulong to, ulong length)
    {
        var machine = new A64Machine().With(registers);
        var access = A64Machine.Decode(s_cpy[1]);

        machine.Plan.Prepare(in access, machine.Registers, machine.Options);

        machine.Plan.RangeCount.Should().Be(2);
        var (source, destination) = (machine.Plan.GetRange(0), machine.Plan.GetRange(1));
        (source.Address, source.Length, source.IsRead, source.IsWritten).Should().Be((from, length, true, false));
        (destination.Address, destination.Length, destination.IsRead, destination.IsWritten).Should().Be((to, length, false, true));
    }

    private static A64Machine Machine(ulong x0, ulong x1, ulong x2, MemoryCopyOption option)
    {
        var machine = new A64Machine();
        machine.Options = machine.Options with { MemoryCopyOption = option };
        machine.Registers.SetX(0, x0);
        machine.Registers.SetX(1, x1);
        machine.Registers.SetX(2, x2);
        return machine;
    }
}
