using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// Another vCPU rewrites code, page tables and mappings while an exit is handled: at every point between the trap and the
/// commit. Whatever comes out must be what the guest could have done itself: an instruction that was there, as a whole, at
/// addresses that its page tables gave at that time or later; or nothing.
/// </summary>
public sealed class RaceTests
{
    private const ulong Base = TestGuest.Device + 0xFF8;
    private const ulong FirstPage = TestGuest.Device;
    private const ulong SecondPage = TestGuest.Device + 0x1000;

    private static readonly Instruction[] s_instructions =
    [
        new(0xB8404441, 4, [0], false, 4), // ldr w1, [x2], #4
        new(0xB8404C41, 4, [4], false, 4), // ldr w1, [x2, #4]!
        new(0xA9400440, 8, [0, 8], false, 0), // ldp x0, x1, [x2]
        new(0xA8810440, 8, [0, 8], true, 16), // stp x0, x1, [x2], #16
        new(0xF8008448, 8, [0], true, 8), // str x8, [x2], #8
        new(0xD503201F, 0, [], false, 0), // nop
    ];

    private static readonly Change[] s_changes =
    [
        .. s_instructions.Select(i => new Change(Target.Code, i.Opcode)),
        new(Target.CodePage, 0),
        new(Target.CodePage, GuestTables.Code | GuestTables.Pxn),
        new(Target.FirstPage, 0),
        new(Target.FirstPage, GuestTables.Device | GuestTables.ReadOnly),
        new(Target.FirstPage, GuestTables.Device, 0x0A00_0000),
        new(Target.SecondPage, 0),
        new(Target.SecondPage, GuestTables.Device | GuestTables.ReadOnly),
        new(Target.SecondPage, GuestTables.Device, 0x0A00_0000),
        new(Target.SecondPage, GuestTables.Device, TestGuest.DeviceIpa),
        new(Target.Memory, 0),
    ];

    private enum Target
    {
        Code,
        CodePage,
        FirstPage,
        SecondPage,
        Memory,
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public void One_change_at_any_point_leads_to_nothing_that_the_guest_could_not_have_done(bool kvm, bool stepwise, bool repeated)
    {
        var outcomes = new HashSet<ExitStatus>();
        foreach (var instruction in s_instructions.Where(i => i.Size != 0))
        {
            foreach (var change in s_changes)
            {
                var points = 1;
                for (var point = 0; point < points; point++)
                {
                    var race = new Race(instruction, kvm, stepwise, repeated, [(point, change)]);
                    outcomes.Add(race.Run());
                    points = race.Points + 1;
                }
            }
        }

        outcomes.Should().Contain([ExitStatus.Completed, ExitStatus.Retry, ExitStatus.GuestFault]);
    }

    [Fact]
    public void Many_changes_at_random_points_lead_to_nothing_that_the_guest_could_not_have_done()
    {
        var rounds = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 1_000_000 : 20_000;
        var random = new Random(11);
        var completed = 0;
        for (var i = 0; i < rounds; i++)
        {
            var instruction = s_instructions[random.Next(s_instructions.Length - 1)];
            var changes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (random.Next(16), s_changes[random.Next(s_changes.Length)])).ToArray();
            completed += new Race(instruction, random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0, changes).Run() == ExitStatus.Completed ? 1 : 0;
        }

        completed.Should().BeGreaterThan(rounds / 10);
    }

    private sealed record Instruction(uint Opcode, int Size, int[] Offsets, bool Write, ulong Writeback)
    {
        // The pre-indexed form accesses what it writes back.
        public IEnumerable<ulong> Addresses => Offsets.Select(offset => Base + (ulong)offset);
    }

    /// <param name="Target">What changes.</param>
    /// <param name="Value">The opcode, or the attributes of the page.</param>
    /// <param name="Address">Where the page leads to; 0 for where it led before.</param>
    private sealed record Change(Target Target, ulong Value, ulong Address = 0);

    private sealed record Mapping(ulong Physical, bool Readable, bool Writable);

    /// <summary>What something was, from one point in time up to another.</summary>
    private sealed record Version<T>(T Value, int Start)
    {
        public int End { get; set; } = int.MaxValue;
    }

    /// <summary>One exit and what happens meanwhile.</summary>
    private sealed class Race
    {
        private readonly TestGuest _guest = new();
        private readonly (int Point, Change Change)[] _changes;
        private readonly List<Version<Instruction?>> _code = [];
        private readonly List<Version<Mapping?>> _first = [];
        private readonly List<Version<Mapping?>> _second = [];
        private readonly List<Version<bool>> _isMemory = [];
        private readonly bool _kvm;
        private readonly bool _stepwise;
        private readonly Stage1Recorder _stage1;
        private readonly ExitHandler _handler;
        private ulong _codeAttributes = GuestTables.Code;
        private uint _opcode;
        private bool _quiet;

        public Race(Instruction instruction, bool kvm, bool stepwise, bool repeated, (int, Change)[] changes)
        {
            _kvm = kvm;
            _stepwise = stepwise;
            _changes = changes;
            _opcode = instruction.Opcode;
            _guest.With(instruction.Opcode).X(2, Base).X(0, 0x1111).X(1, 0x2222).X(8, 0x3333);
            _stage1 = new Stage1Recorder(this);
            _handler = new ExitHandler(_guest.Registers, _guest.Devices, _stage1, _guest.Memory);
            Record(_code, instruction);
            Record(_first, new Mapping(TestGuest.DeviceIpa, true, true));
            Record(_second, new Mapping(TestGuest.DeviceIpa + 0x5000, true, true));
            Record(_isMemory, false);
            if (repeated)
            {
                // The handler has met the pages before, as they were then.
                _quiet = true;
                Handle(TrapOf(instruction)!.Value).Status.Should().Be(ExitStatus.Completed);
                _guest.X(2, Base).X(0, 0x1111).X(1, 0x2222).Registers.Pc = TestGuest.Pc;
                _guest.Devices.Log.Clear();
                _quiet = false;
            }

            _guest.Memory.BeforeAccess = Point;
            _guest.Devices.BeforeAccess = Point;
        }

        public int Points { get; private set; }

        public ExitStatus Run()
        {
            var exit = TrapOf(_code[0].Value!)!.Value;
            Point();
            var outcome = Handle(exit);
            Check(outcome);

            // Nobody interferes any more: what the guest does now succeeds.
            _quiet = true;
            for (var i = 0; outcome.Status == ExitStatus.Retry && i < 3; i++)
            {
                if (_code[^1].Value is not { Size: not 0 } instruction || TrapOf(instruction) is not { } next)
                {
                    break;
                }

                outcome = Handle(next);
                (outcome.Status is ExitStatus.Completed or ExitStatus.GuestFault).Should().BeTrue($"{outcome.Status} {outcome.Reason} after {Describe()}");
            }

            return outcome.Status;
        }

        private ExitOutcome Handle(in DataAbortExit exit)
        {
            if (!_stepwise)
            {
                return _handler.Handle(exit);
            }

            if (_handler.Begin(exit).Status != ExitStatus.Pending)
            {
                return _handler.Outcome;
            }

            Point();
            while (_handler.TryGetNext(out var transaction))
            {
                Point();
                var status = transaction.Operation == BusOperation.Read
                    ? _guest.Devices.Read(transaction.Address, transaction.Size, out var value)
                    : _guest.Devices.Write(transaction.Address, transaction.Size, value = transaction.Low);
                status.IsSuccess.Should().BeTrue();
                _handler.Complete(value);
                Point();
            }

            return _handler.Commit();
        }

        // What the processor reports when it executes the instruction now; null when it does not trap.
        private DataAbortExit? TrapOf(Instruction instruction)
        {
            foreach (var address in instruction.Addresses)
            {
                var mapping = (address < SecondPage ? _first : _second)[^1].Value;
                if (mapping is null || (instruction.Write && !mapping.Writable))
                {
                    return null;
                }

                if (mapping.Physical != TestGuest.DeviceIpa || !_isMemory[^1].Value)
                {
                    var ipa = mapping.Physical | (address & 0xFFF);
                    var esr = instruction.Write ? TestGuest.WriteEsr : TestGuest.ReadEsr;
                    return _kvm ? DataAbortExit.FromKvmNisv(esr, ipa) : DataAbortExit.FromRegisters(esr, address, ipa >> 12 << 4);
                }
            }

            return null;
        }

        private void Point()
        {
            if (_quiet)
            {
                return;
            }

            foreach (var (point, change) in _changes)
            {
                if (point == Points)
                {
                    Apply(change);
                }
            }

            Points++;
        }

        private void Apply(Change change)
        {
            var before = _guest.Memory.BeforeAccess;
            _guest.Memory.BeforeAccess = null;
            switch (change.Target)
            {
                case Target.Code:
                    _opcode = (uint)change.Value;
                    _guest.With(_opcode);
                    break;
                case Target.CodePage:
                    _codeAttributes = change.Value;
                    _guest.Tables.Map(TestGuest.Pc, TestGuest.Code, change.Value);
                    break;
                case Target.FirstPage:
                    Remap(FirstPage, _first, change);
                    break;
                case Target.SecondPage:
                    Remap(SecondPage, _second, change);
                    break;
                default:
                    _guest.Memory.Add(TestGuest.DeviceIpa);
                    Record(_isMemory, true);
                    break;
            }

            Record(_code, _codeAttributes == GuestTables.Code ? s_instructions.Single(i => i.Opcode == _opcode) : null);
            _guest.Memory.BeforeAccess = before;
        }

        private void Remap(ulong page, List<Version<Mapping?>> history, Change change)
        {
            var physical = change.Address != 0 ? change.Address : page == FirstPage ? TestGuest.DeviceIpa : TestGuest.DeviceIpa + 0x5000;
            _guest.Tables.Map(page, physical, change.Value);
            Record(history, change.Value == 0 ? null : new Mapping(physical, true, (change.Value & GuestTables.ReadOnly) == 0));
        }

        private void Record<T>(List<Version<T>> history, T value)
        {
            if (history.Count != 0)
            {
                history[^1].End = Points;
            }

            history.Add(new Version<T>(value, Points));
        }

        private void Check(in ExitOutcome outcome)
        {
            var log = _guest.Devices.Log;
            switch (outcome.Status)
            {
                case ExitStatus.Completed:
                    CouldHaveBeen(log).Should().BeTrue($"[{string.Join("; ", log)}] after {Describe()}");
                    break;
                case ExitStatus.Retry:
                    log.Should().BeEmpty(Describe());
                    Unchanged().Should().BeTrue(Describe());
                    break;
                case ExitStatus.GuestFault:
                    log.Should().BeEmpty(Describe());
                    Unchanged().Should().BeTrue(Describe());
                    outcome.Reason.Should().Be(ExitReason.OtherPartNotTranslated);
                    (outcome.Fault.Address >= SecondPage ? _second : _first)
                        .Any(version => version.Value is null || !version.Value.Writable).Should().BeTrue(Describe());
                    break;
                default:
                    Assert.Fail($"{outcome.Status} {outcome.Reason} after {Describe()}");
                    break;
            }
        }

        private bool Unchanged() => _guest.Registers.Pc == TestGuest.Pc && _guest.Registers.GetX(2) == Base
            && _guest.Registers.GetX(0) == 0x1111 && _guest.Registers.GetX(1) == 0x2222;

        // Some instruction that was there, with translations that its page tables gave then or later.
        private bool CouldHaveBeen(List<string> log) =>
            (from code in _code
             where code.Value is { Size: not 0 }
             from first in _first
             from second in _second
             where code.Start <= first.End && code.Start <= second.End
             from secondIsMemory in new[] { false, second.Value?.Physical == TestGuest.DeviceIpa && _isMemory[^1].Value }
             let expected = Expected(code.Value!, first.Value, second.Value, secondIsMemory)
             where expected is not null && expected.SequenceEqual(log)
                 && _guest.Registers.GetX(2) == Base + code.Value!.Writeback && _guest.Registers.Pc == TestGuest.Pc + 4
             select code).Any();

        private static List<string>? Expected(Instruction instruction, Mapping? first, Mapping? second, bool secondIsMemory)
        {
            List<string> log = [];
            ulong[] data = instruction.Opcode == 0xF8008448 ? [0x3333] : [0x1111, 0x2222];
            foreach (var (address, index) in instruction.Addresses.Select((address, index) => (address, index)))
            {
                if ((address < SecondPage ? first : second) is not { } mapping || (instruction.Write && !mapping.Writable))
                {
                    return null;
                }

                if (secondIsMemory && address >= SecondPage)
                {
                    continue;
                }

                var physical = mapping.Physical | (address & 0xFFF);
                log.Add(instruction.Write
                    ? string.Create(CultureInfo.InvariantCulture, $"write {physical:x} {instruction.Size} = {data[index]:x}")
                    : string.Create(CultureInfo.InvariantCulture, $"read {physical:x} {instruction.Size}"));
            }

            return log;
        }

        private string Describe() => string.Create(
            CultureInfo.InvariantCulture,
            $"{_code[0].Value!.Opcode:x8} and {string.Join(", ", _changes.Select(c => $"{c.Change} at {c.Point}"))} (kvm {_kvm}, stepwise {_stepwise})");

        private sealed class Stage1Recorder(Race race) : IStage1Source
        {
            public Stage1Registers ReadRegisters(ulong virtualAddress)
            {
                race.Point();
                return race._guest.ReadRegisters(virtualAddress);
            }

            public ulong ReadSctlr() => race._guest.ReadSctlr();
        }
    }
}
