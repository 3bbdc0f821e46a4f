extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>
/// The published C library does what the C# library does: words of every encoding are decoded and emulated through both, with the
/// same registers on the same device.
/// </summary>
public unsafe partial class NativeConformanceTests
{
    private const ulong Failing = 0xBAD0;

    private static readonly bool s_full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";

    [SkippableTheory]
    [InlineData(InstructionSet.A64)]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void Words_of_every_encoding_decode_and_run_alike(InstructionSet set)
    {
        var random = new Random(7);
        int instructions = 0, transactions = 0;
        EncodingsFile file = EncodingsFile.Read(
            Repository.File("src", "Arm64MmioDecode", "Encodings", set + ".encodings"), registerWidth: set == InstructionSet.A64 ? 5 : 4);
        nint vcpu = Create(VirtualCpuFlags.None);
        try
        {
            foreach (EncodingRow row in file.Rows)
            {
                foreach (uint word in RowWords.Random(row, random, s_full ? 40 : 4, [0, 1, 30, 31]))
                {
                    uint opcode = set == InstructionSet.T32 && word >> 29 != 7 ? word >> 16 : word;
                    if (Decode(set, opcode) is { } access)
                    {
                        transactions += Run(vcpu, access, random);
                        instructions++;
                    }
                }
            }
        }
        finally
        {
            NativeLibrary.DestroyVirtualCpu(vcpu);
        }

        instructions.Should().BeGreaterThan(400);
        transactions.Should().BeGreaterThan(400);
    }

    private static nint Create(VirtualCpuFlags flags)
    {
        var options = new OptionsStructure { Size = (uint)sizeof(OptionsStructure), BusWidth = 8, Exclusives = 2, Atomics = 1, SixtyFourBytes = 1 };
        nint vcpu;
        NativeLibrary.CreateVirtualCpu(0, &options, (uint)flags, &vcpu).Should().Be(0);
        return vcpu;
    }

    private static AccessDescriptor? Decode(InstructionSet set, uint opcode)
    {
        DecodeStatus status = InstructionDecoder.Decode(set, opcode, default, out AccessDescriptor access);
        var structure = new AccessStructure { Size = (uint)sizeof(AccessStructure) };
        byte* text = stackalloc byte[256];
        int native = NativeLibrary.Decode((uint)set, opcode, 0, &structure);
        native.Should().Be(status == DecodeStatus.NeedMoreData ? 0 : (int)status);
        if (status != DecodeStatus.MemoryAccess)
        {
            return null;
        }

        int length = NativeLibrary.DecodeText((uint)set, opcode, 0, text, 256);
        Encoding.UTF8.GetString(text, length).Should().Be(access.ToString());
        (structure.Kind, structure.Rt, structure.Rn, structure.Offset, structure.TotalSize, structure.Length, (structure.NoSyndromeReasons == 0))
            .Should().Be(((byte)access.Kind, (byte)access.Rt, (byte)access.Rn, access.Offset, (uint)access.TotalSize, (byte)access.Length, access.HasValidSyndrome));
        return access;
    }

    // How many transactions there were.
    private static int Run(nint vcpu, in AccessDescriptor access, Random random)
    {
        var registers = new GuestRegisters { Pc = 0x40000000, PState = access.InstructionSet switch { InstructionSet.A64 => 0x3C5, InstructionSet.A32 => 0x1D3, _ => 0x1F3 } };
        for (int i = 0; i < 31; i++)
        {
            ulong value = 0x9000000 + ((ulong)random.Next(64) * (random.Next(8) == 0 ? 1u : 16u));
            registers.SetX(i, value);
        }

        registers.Sp = 0x9000400;
        for (int i = 0; i < 32; i++)
        {
            registers.SetV(i, (ulong)random.NextInt64(), (ulong)random.NextInt64());
        }

        var native = new RegistersStructure { Size = (uint)sizeof(RegistersStructure) };
        Fill(&native, registers);
        int transactions = RunBoth(vcpu, access, registers, &native);
        var after = new RegistersStructure { Size = native.Size };
        Fill(&after, registers);
        new ReadOnlySpan<byte>(&native, sizeof(RegistersStructure)).SequenceEqual(new ReadOnlySpan<byte>(&after, sizeof(RegistersStructure)))
            .Should().BeTrue(access.ToString());
        return transactions;
    }

    // The same access on the same device through both, each with registers of its own; how many transactions there were.
    private static int RunBoth(nint vcpu, in AccessDescriptor access, IGuestRegisters registers, RegistersStructure* native)
    {
        // The exit is about the first transaction.
        var plan = new AccessPlan();
        var options = new EmulationOptions
        {
            BusWidth = 8,
            Exclusives = ExclusivePolicy.AlwaysSucceed,
            Atomics = AtomicPolicy.Perform,
            SixtyFourBytes = SixtyFourBytePolicy.Split,
        };
        if (plan.Prepare(access, registers, options) != EmulationStatus.Pending || !plan.TryGetNext(out BusTransaction first))
        {
            return 0;
        }

        ulong esr = access.IsWrite && access.Kind != AccessKind.ReadModifyWrite && access.Kind != AccessKind.CompareAndSwap ? 0x92000046ul : 0x92000006;
        byte* bytes = stackalloc byte[4];
        uint stored = access.InstructionSet == InstructionSet.T32 && access.Length == 4 ? (access.Opcode << 16) | (access.Opcode >> 16) : access.Opcode;
        *(uint*)bytes = stored;
        DataAbortExit exit = DataAbortExit.FromAddresses(esr, first.Address, first.Address).WithInstruction(new ReadOnlySpan<byte>(bytes, access.Length));
        var expected = new List<string>();
        ExitOutcome outcome = Managed(new ExitHandler(registers, new Refusing(), options: options), exit, expected);

        var structure = new ExitStructure
        {
            Size = (uint)sizeof(ExitStructure),
            Source = 1,
            Flags = ExitStructure.HasFar,
            Syndrome = esr,
            Far = first.Address,
            Ipa = first.Address,
            InstructionLength = (uint)access.Length,
        };
        *(uint*)structure.Instruction = stored;
        var actual = new List<string>();
        OutcomeStructure result = Native(vcpu, &structure, native, actual);

        string name = access.ToString();
        actual.Should().Equal(expected, name);
        ((ExitStatus)result.Status, result.Fault.Address, (FaultReason)result.Fault.Reason, (int)result.Fault.Dfsc)
            .Should().Be((outcome.Status, outcome.Fault.Address, outcome.Fault.Reason, (int)outcome.Fault.StatusCode.Value), name);
        return actual.Count;
    }

    private static ExitOutcome Managed(ExitHandler handler, in DataAbortExit exit, List<string> log)
    {
        handler.Begin(exit);
        byte[] data = new byte[64];
        while (handler.TryGetNext(out BusTransaction next))
        {
            bool isRead = next.Operation == BusOperation.Read;
            if (!isRead)
            {
                handler.CopyData(data);
            }

            Log(log, next.Operation, next.Address, next.Size, data);
            if ((next.Address & 0xFFFF) == Failing)
            {
                handler.Fail(BusStatus.ExternalAbort);
            }
            else if (isRead)
            {
                Answer(next.Address, data.AsSpan(0, next.Size));
                handler.Complete(data.AsSpan(0, next.Size));
            }
            else
            {
                handler.Complete();
            }
        }

        return handler.Commit();
    }

    private static OutcomeStructure Native(nint vcpu, ExitStructure* exit, RegistersStructure* registers, List<string> log)
    {
        var outcome = new OutcomeStructure { Size = (uint)sizeof(OutcomeStructure) };
        var next = new TransactionStructure { Size = (uint)sizeof(TransactionStructure) };
        NativeLibrary.Begin(vcpu, exit, registers, null, &outcome).Should().Be(0);
        while (NativeLibrary.Next(vcpu, &next) == 1)
        {
            bool isRead = (BusOperation)next.Operation == BusOperation.Read;
            var data = new Span<byte>(next.Data, next.Length);
            Log(log, (BusOperation)next.Operation, next.Address, next.Length, data);
            if ((next.Address & 0xFFFF) == Failing)
            {
                NativeLibrary.Fail(vcpu, 0x10).Should().Be(0);
            }
            else if (isRead)
            {
                Answer(next.Address, data);
                NativeLibrary.Complete(vcpu, next.Data, next.Length).Should().Be(0);
            }
            else
            {
                NativeLibrary.Complete(vcpu, null, 0).Should().Be(0);
            }
        }

        NativeLibrary.Commit(vcpu, &outcome).Should().Be(0);
        return outcome;
    }

    private static void Log(List<string> log, BusOperation operation, ulong address, int size, ReadOnlySpan<byte> data) =>
        log.Add($"{operation} {address:x} {(operation == BusOperation.Read ? size.ToString(CultureInfo.InvariantCulture) : Convert.ToHexString(data[..size]))}");

    private static void Answer(ulong address, Span<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (byte)((address + (ulong)i) * 37);
        }
    }

    private static void Fill(RegistersStructure* destination, IGuestRegisters registers)
    {
        for (int i = 0; i < 31; i++)
        {
            destination->X[i] = registers.GetX(i);
        }

        for (int i = 0; i < 32; i++)
        {
            registers.GetV(i, out ulong low, out ulong high);
            destination->V[2 * i] = low;
            destination->V[(2 * i) + 1] = high;
        }

        destination->Sp = registers.Sp;
        destination->Pc = registers.Pc;
        destination->PState = registers.PState;
    }

    private sealed class Refusing : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return BusStatus.ExternalAbort;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.ExternalAbort;
    }
}
