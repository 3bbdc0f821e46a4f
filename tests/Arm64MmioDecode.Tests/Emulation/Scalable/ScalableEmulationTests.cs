using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tests.Tooling.Scalable;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Scalable;

/// <summary>
/// SVE and SME accesses against the model of the manual's operation text, which has nothing in common with the library: registers,
/// memory, faults, and the transactions in the order of the elements.
/// </summary>
public sealed class ScalableEmulationTests
{
    private static readonly bool s_full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_encoding_does_what_the_operation_text_says(bool bigEndian) =>
        Check(ScalablePlan.Random(_ => true, s_full ? 200 : 10, seed: 1204, bigEndian));

    [Fact]
    public void A_fault_at_every_element_is_reported_there_and_changes_nothing() =>
        Check(ScalablePlan.EveryElement(s_full ? 256 : 32, seed: 1205));

    [Fact]
    public void Every_mode_allows_what_the_manual_allows() => Check(ScalablePlan.EveryMode(32, seed: 1206));

    private static void Check(IEnumerable<ScalableCase> cases)
    {
        var plan = new AccessPlan(new ExclusiveMonitor(), scalable: true);
        var differences = new SortedDictionary<string, string>();
        var count = 0;
        foreach (var c in cases)
        {
            count++;
            var registers = ToRegisters(c.Case.Initial);
            var actual = c.Case.Initial.Clone();
            var bus = new Bus(actual.Memory);
            InstructionDecoder.DecodeA64(c.Word, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
            var options = new EmulationOptions { BigEndian = c.Case.BigEndian, TopByteIgnored = true };

            var status = plan.Execute(in access, registers, bus, options);

            FromRegisters(registers, actual);
            if (status == EmulationStatus.Fault)
            {
                actual.Outcome = plan.Fault.StatusCode.Kind == FaultKind.Translation ? Outcome.TranslationFault : Outcome.PermissionFault;
                actual.FaultAddress = (ulong)((long)(plan.Fault.Address << 8) >> 8);
            }
            else if (status == EmulationStatus.Undefined)
            {
                actual.Outcome = Outcome.Undefined;
            }

            var expected = ScalableModel.Execute(c);
            var found = StateComparer.Compare(c.Case, expected, actual).ToList();
            if (status == EmulationStatus.Completed && !c.Form.SuppressesFaults && bus.Addresses.Count != 0)
            {
                CompareOrder(c, bus.Addresses, found);
            }

            if (found.Count != 0)
            {
                differences.TryAdd(c.Form.Name, $"{c.Form.Name} {c.Word:x8} {status} {plan.UndefinedReason}: {string.Join("; ", found.Take(4))}");
            }
        }

        count.Should().BePositive();
        differences.Values.Should().BeEmpty();
    }

    // Each active element once, in order; those that are not aligned or wider than the bus in pieces, ascending.
    private static void CompareOrder(ScalableCase c, List<ulong> addresses, List<string> found)
    {
        var expected = new List<ulong>();
        foreach (var element in c.Elements.Where(x => x.IsActive))
        {
            for (int done = 0, size; done < element.Size; done += size)
            {
                size = Math.Min(element.Size, 8);
                while (done + size > element.Size || (element.Address + (ulong)done) % (ulong)size != 0)
                {
                    size /= 2;
                }

                expected.Add(element.Address + (ulong)done);
            }
        }

        if (!addresses.SequenceEqual(expected))
        {
            found.Add($"order {string.Join(',', addresses.Take(6).Select(x => $"{x:x}"))} for {string.Join(',', expected.Take(6).Select(x => $"{x:x}"))}");
        }
    }

    private static ScalableGuestRegisters ToRegisters(MachineState state)
    {
        var sve = state.Sve!;
        var sme = state.Sme;
        var registers = new ScalableGuestRegisters(sme?.VectorLength ?? sve.VectorLength, sme?.StreamingVectorLength ?? 0)
        {
            Pc = state.Pc,
            Sp = state.Sp,
            PState = state.PState,
            IsStreaming = sme?.IsStreaming ?? false,
            IsFullA64Enabled = sme?.IsFullA64Enabled ?? false,
            IsZaEnabled = sme?.Za is not null,
        };
        for (var i = 0; i < 31; i++)
        {
            registers.SetX(i, state.X[i]);
        }

        for (var i = 0; i < 32; i++)
        {
            registers.WriteZ(i, sve.ZRegister(i));
        }

        for (var i = 0; i < 16; i++)
        {
            registers.WriteP(i, sve.PRegister(i));
        }

        registers.WriteFfr(sve.PRegister(16));
        for (var i = 0; sme?.Za is not null && i < sme.StreamingVectorLength; i++)
        {
            registers.WriteZa(i, sme.ArrayVector(i));
        }

        if (sme?.Zt0 is not null)
        {
            registers.WriteZt0(sme.Zt0);
        }

        return registers;
    }

    private static void FromRegisters(ScalableGuestRegisters registers, MachineState state)
    {
        state.Pc = registers.Pc;
        state.Sp = registers.Sp;
        state.PState = (uint)registers.PState;
        for (var i = 0; i < 31; i++)
        {
            state.X[i] = registers.GetX(i);
        }

        for (var i = 0; i < 32; i++)
        {
            registers.ReadZ(i, state.Sve!.ZRegister(i));
        }

        for (var i = 0; i < 16; i++)
        {
            registers.ReadP(i, state.Sve!.PRegister(i));
        }

        registers.ReadFfr(state.Sve!.PRegister(16));
        for (var i = 0; state.Sme?.Za is not null && i < state.Sme.StreamingVectorLength; i++)
        {
            registers.ReadZa(i, state.Sme.ArrayVector(i));
        }

        if (state.Sme?.Zt0 is not null)
        {
            registers.ReadZt0(state.Sme.Zt0);
        }

        ScalableModel.CopyLowHalves(state);
    }

    // Writes are kept back until it is known that there is no fault, as the model has it. One address for each element.
    private sealed class Bus(GuestMemory memory) : IMmioBus
    {
        private readonly byte[] _bytes = new byte[8];

        public List<ulong> Addresses { get; } = [];

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            Array.Clear(_bytes);
            var read = memory.TryRead(address, _bytes.AsSpan(0, size));
            value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes);
            Addresses.Add(address);
            return read ? BusStatus.Success : BusStatus.Fault(new FaultStatusCode(0x07));
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_bytes, value);
            Addresses.Add(address);
            return memory.TryWrite(address, _bytes.AsSpan(0, size)) ? BusStatus.Success
                : BusStatus.Fault(new FaultStatusCode((byte)(memory.FindFault(address, size, write: false) is null ? 0x0F : 0x07)));
        }
    }
}
