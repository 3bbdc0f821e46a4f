using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using FluentAssertions.Execution;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>
/// Instructions, the machine before them, and what the operation text of the Arm ARM makes of it. Written from that text
/// alone, for what no available processor model executes.
/// </summary>
/// <param name="Code">Words and their assembly: <c>19221020 ldclrp x0, x2, [x1]</c>; several are separated by semicolons.</param>
/// <param name="Before">The state before, as <see cref="ManualState"/> reads it.</param>
/// <param name="After">What is different afterwards, apart from PC, PSTATE.SS and PSTATE.BTYPE.</param>
/// <param name="Bus">The transactions in order, as <see cref="ManualBus.Log"/> writes them, with a <c>u</c> after the size for unprivileged ones.</param>
public sealed record ManualCase(string Code, string Before, string After, string Bus)
{
    /// <summary>Everything is performed; no other choices than the defaults.</summary>
    public static EmulationOptions PerformEverything { get; } = new()
    {
        Exclusives = ExclusivePolicy.Perform,
        Atomics = AtomicPolicy.Perform,
        SixtyFourBytes = SixtyFourBytePolicy.Split,
    };

    public EmulationOptions Options { get; init; } = PerformEverything;

    /// <summary>
    /// The exception that the last instruction ends with, or null: <c>abort DFSC r|w|? ADDRESS</c>, <c>undef</c>, <c>sp</c>,
    /// <c>mops ISS</c>, or <c>notemulated REASON</c>. Registers then stay as they were.
    /// </summary>
    public string? Fault { get; init; }

    /// <summary>What a device answers to a 64-byte store.</summary>
    public ulong DeviceStatus { get; init; }

    private IEnumerable<AccessDescriptor> Instructions => Code.Split("; ").Select(Decode);

    private ManualState Expected
    {
        get
        {
            var expected = ManualState.Parse(Before);
            expected.Advance(Instructions.Count() - (Fault is null ? 0 : 1));
            expected.Assign(After);
            return expected;
        }
    }

    public override string ToString() =>
        $"{Code} | {Before}{(Options.BigEndian ? " | big-endian" : "")}{(Fault is null ? "" : $" | {Fault}")}";

    /// <summary>Checks the case in every way of driving a plan, and that a failing transaction leaves the guest as it was.</summary>
    public void Verify()
    {
        using var scope = new AssertionScope(ToString());
        Verify_on_a_bus();
        Verify_step_by_step();
        foreach (var width in new[] { 1, 2, 4 })
        {
            Verify_on_a_narrow_bus(width);
        }

        for (var i = 0; Fault is null && i < Bus.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length; i++)
        {
            Verify_with_a_failing_transaction(i);
        }
    }

    /// <summary>Decodes a word and checks that it is the instruction that its text says.</summary>
    /// <param name="instruction">The word in hexadecimal, a blank, and its assembly.</param>
    public static AccessDescriptor Decode(string instruction)
    {
        var word = uint.Parse(instruction[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        InstructionDecoder.DecodeA64(word, out var access).Should().Be(DecodeStatus.MemoryAccess, instruction);
        access.ToString().Should().Be(instruction[9..]);
        return access;
    }

    /// <summary>Performs one transaction for the caller of a plan.</summary>
    public static void Step(AccessPlan plan, ManualBus bus, BusTransaction transaction)
    {
        Span<byte> data = stackalloc byte[64];
        data = data[..transaction.Size];
        var status = BusStatus.Success;
        ulong answer = 0;
        switch (transaction.Operation)
        {
            case BusOperation.Read:
                status = bus.ReadWide(transaction.Address, data);
                break;
            case BusOperation.Write:
                plan.CopyData(data);
                status = bus.WriteWide(transaction.Address, data, out answer);
                break;
            case BusOperation.ReadTag:
                status = bus.ReadTag(transaction.Address, out var tag);
                answer = tag;
                break;
            case BusOperation.WriteTag:
                status = bus.WriteTag(transaction.Address, (byte)transaction.Low);
                break;
            default:
                throw new InvalidOperationException($"{transaction.Operation}");
        }

        if (!status.IsSuccess)
        {
            plan.Fail(status);
        }
        else if (transaction.Operation == BusOperation.Read)
        {
            plan.Complete(data);
        }
        else
        {
            plan.Complete(answer);
        }
    }

    private void Verify_on_a_bus()
    {
        var (state, bus, plan, status) = Run(Options);

        CheckEnd(status, plan);
        string.Join(' ', bus.Log).Should().Be(Bus.Replace("u@", "@", StringComparison.Ordinal));
        ManualState.Differences(state, Expected).Should().BeEmpty("Execute drives the plan");
    }

    private void Verify_on_a_narrow_bus(int width)
    {
        var (state, bus, plan, status) = Run(Options with { BusWidth = width });

        CheckEnd(status, plan);
        if (Options.SixtyFourBytes != SixtyFourBytePolicy.SingleTransaction)
        {
            bus.Log.Should().NotContain(t => t[1] != 't' && t[1] - '0' > width);
        }

        ManualState.Differences(state, Expected).Should().BeEmpty($"a bus of {width} bytes gives the same result");
    }

    private void Verify_step_by_step()
    {
        var state = ManualState.Parse(Before);
        var bus = new ManualBus(state) { DeviceStatus = DeviceStatus };
        var plan = new AccessPlan();
        var log = new List<string>();
        var status = EmulationStatus.Completed;
        foreach (var access in Instructions)
        {
            status = plan.Prepare(in access, state.Registers, Options);
            while (status == EmulationStatus.Pending && plan.TryGetNext(out var transaction))
            {
                Step(plan, bus, transaction);
                log.Add(bus.Log[^1].Replace("@", transaction.IsUnprivileged ? "u@" : "@", StringComparison.Ordinal));
            }

            status = plan.Commit(state.Registers);
        }

        CheckEnd(status, plan);
        string.Join(' ', log).Should().Be(Bus);
        ManualState.Differences(state, Expected).Should().BeEmpty("the plan is driven step by step");
    }

    private void Verify_with_a_failing_transaction(int index)
    {
        var state = ManualState.Parse(Before);
        var bus = new ManualBus(state) { DeviceStatus = DeviceStatus, FailAt = index };
        var plan = new AccessPlan();
        var status = EmulationStatus.Completed;
        var unchanged = state.Clone();
        foreach (var access in Instructions)
        {
            unchanged.Registers.CopyFrom(state.Registers);
            status = plan.Execute(in access, state.Registers, bus, Options);
            if (status != EmulationStatus.Completed)
            {
                break;
            }
        }

        status.Should().Be(EmulationStatus.Fault);
        plan.Fault.Reason.Should().Be(FaultReason.DataAbort);
        plan.Fault.StatusCode.Should().Be(FaultStatusCode.Permission(3));
        plan.Fault.IsWrite.Should().Be(bus.Log[index][0] == 'w');
        if (!Options.TopByteIgnored)
        {
            $"{plan.Fault.Address:x}".Should().Be(bus.Log[index].Split('@')[1]);
        }

        bus.Log.Should().HaveCount(index + 1, "nothing follows a fault");
        foreach (var address in state.Memory.Keys)
        {
            unchanged.Memory[address] = state.Memory[address];
        }

        ManualState.Differences(state, unchanged).Should().BeEmpty($"transaction {index} failed");
    }

    private (ManualState State, ManualBus Bus, AccessPlan Plan, EmulationStatus Status) Run(EmulationOptions options)
    {
        var state = ManualState.Parse(Before);
        var bus = new ManualBus(state) { DeviceStatus = DeviceStatus };
        var plan = new AccessPlan();
        var status = EmulationStatus.Completed;
        foreach (var access in Instructions)
        {
            status.Should().Be(EmulationStatus.Completed);
            status = plan.Execute(in access, state.Registers, bus, in options);
        }

        return (state, bus, plan, status);
    }

    private void CheckEnd(EmulationStatus status, AccessPlan plan)
    {
        if (Fault is null)
        {
            status.Should().Be(EmulationStatus.Completed, $"{plan.Fault.Reason} {plan.Fault.StatusCode.Value:x2} {plan.NotEmulatedReason} is wrong");
            return;
        }

        var words = Fault.Split(' ');
        if (words[0] == "notemulated")
        {
            status.Should().Be(EmulationStatus.NotEmulated);
            plan.NotEmulatedReason.ToString().Should().Be(words[1]);
            return;
        }

        status.Should().Be(EmulationStatus.Fault);
        var fault = plan.Fault;
        var direction = words is ["abort", _, "?", _] ? "?" : fault.IsWrite ? "w" : "r";
        var actual = fault.Reason switch
        {
            FaultReason.DataAbort => $"abort {fault.StatusCode.Value:x2} {direction} {fault.Address:x}",
            FaultReason.UndefinedInstruction => "undef",
            FaultReason.StackPointerAlignment => "sp",
            FaultReason.MemoryCopyOrSet => $"mops {fault.Syndrome:x}",
            _ => fault.Reason.ToString(),
        };
        actual.Should().Be(Fault);
    }
}
