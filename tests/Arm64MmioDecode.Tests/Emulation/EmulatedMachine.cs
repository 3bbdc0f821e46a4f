using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Tooling;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>The library as a machine that executes the cases which QEMU judges.</summary>
public sealed class EmulatedMachine : IMachine
{
    private readonly AccessPlan _plan = new();
    private readonly GuestRegisters _registers = new();

    /// <summary>The policies; those that describe QEMU's user mode by default.</summary>
    public EmulationOptions Options { get; init; } = new()
    {
        Exclusives = ExclusivePolicy.Perform,
        Atomics = AtomicPolicy.Perform,
        TopByteIgnored = true,
        ZeroBlockSize = 512,
        TaggedMemory = true,
    };

    /// <summary>Whether fault addresses have the tag bits of the guest's address; Linux removes them, but not from those of tag accesses.</summary>
    public bool ReportsAddressTags { get; init; }

    public MachineState Execute(DifferentialCase differentialCase)
    {
        // In AArch32 CPSR.E says it.
        var options = Options with { BigEndian = differentialCase.BigEndian && differentialCase.Isa == Isa.A64 };
        var state = differentialCase.Initial.Clone();
        var bus = new GuestMemoryBus(state.Memory, _plan);
        IGuestRegisters registers = state.Sve is null ? _registers : ScalableStateCopy.CreateRegisters(state);
        CopyTo(registers, state);
        _plan.Monitor.Clear();
        foreach (var word in differentialCase.Words)
        {
            if (InstructionDecoder.Decode(SetOf(differentialCase.Isa), word, ItState.FromCpsr((uint)registers.PState), out AccessDescriptor access) != DecodeStatus.MemoryAccess)
            {
                throw new InvalidOperationException($"{word:x8} is not decoded");
            }

            var status = _plan.Execute(in access, registers, bus, in options);
            if (status == EmulationStatus.Completed)
            {
                continue;
            }

            (state.Outcome, state.FaultAddress) = status switch
            {
                EmulationStatus.Fault => (OutcomeOf(_plan.Fault), AddressOf(_plan.Fault, access.Kind)),
                EmulationStatus.Undefined => (Outcome.Undefined, 0ul),
                _ => throw new InvalidOperationException($"{status}: {_plan.NotEmulatedReason}"),
            };
            break;
        }

        CopyFrom(registers, state);
        if (registers is IScalableRegisters scalable)
        {
            ScalableStateCopy.CopyFrom(scalable, state);
        }

        return state;
    }

    private static InstructionSet SetOf(Isa isa) => isa switch
    {
        Isa.A64 => InstructionSet.A64,
        Isa.A32 => InstructionSet.A32,
        _ => InstructionSet.T32,
    };

    private static Outcome OutcomeOf(EmulationFault fault) =>
        fault.Reason == FaultReason.UndefinedInstruction ? Outcome.Undefined
        : fault.StatusCode.Kind switch
        {
            FaultKind.Translation => Outcome.TranslationFault,
            FaultKind.Permission => Outcome.PermissionFault,
            FaultKind.Alignment => Outcome.AlignmentFault,
            _ => throw new InvalidOperationException($"{fault.Reason} {fault.StatusCode.Kind}"),
        };

    // QEMU's user mode reports the block of DC ZVA; the manual's FAR_EL1 has the address in Xt.
    private ulong AddressOf(EmulationFault fault, AccessKind kind)
    {
        var address = kind == AccessKind.ZeroBlock ? fault.Address & ~(ulong)(Options.ZeroBlockSize - 1) : fault.Address;
        return ReportsAddressTags ? address : RemoveTag(address);
    }

    private static ulong RemoveTag(ulong address) => (ulong)((long)(address << 8) >> 8);

    private static void CopyTo(IGuestRegisters registers, MachineState state)
    {
        registers.Pc = state.Pc;
        registers.Sp = state.Sp;
        registers.PState = state.PState;
        (registers as GuestRegisters)?.SetSystemRegister(SystemRegister.Fpcr, state.Fpcr);
        for (var i = 0; i < state.X.Length; i++)
        {
            registers.SetX(i, state.X[i]);
        }

        // Z registers hold V registers.
        for (var i = 0; i < state.V.Length && state.Sve is null; i++)
        {
            registers.SetV(i, (ulong)state.V[i], (ulong)(state.V[i] >> 64));
        }
    }

    private static void CopyFrom(IGuestRegisters registers, MachineState state)
    {
        state.Pc = registers.Pc;
        state.Sp = registers.Sp;
        state.PState = (uint)registers.PState;
        for (var i = 0; i < state.X.Length; i++)
        {
            state.X[i] = registers.GetX(i);
        }

        for (var i = 0; i < state.V.Length; i++)
        {
            registers.GetV(i, out var low, out var high);
            state.V[i] = new UInt128(high, low);
        }
    }

    /// <summary>Test memory as a bus that reports faults as an MMU does.</summary>
    private sealed class GuestMemoryBus(GuestMemory memory, AccessPlan plan) : IMmioBus, ITagMemory
    {
        private static readonly FaultStatusCode s_translation = new(0x07);
        private static readonly FaultStatusCode s_permission = new(0x0F);

        private readonly Dictionary<ulong, byte> _tags = [];

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            Span<byte> bytes = stackalloc byte[8];
            var read = memory.TryRead(address, bytes[..size]);
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);

            // An atomic needs the permission to write even if it turns out to write nothing.
            return !read ? BusStatus.Fault(s_translation)
                : plan.GetRange(0).IsWritten && memory.FindFault(address, size, write: true) is not null ? BusStatus.Fault(s_permission)
                : BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            return memory.TryWrite(address, bytes[..size]) ? BusStatus.Success : WriteFault(address, size);
        }

        public BusStatus ReadTag(ulong address, out byte tag)
        {
            tag = IsTagged(address) ? _tags.GetValueOrDefault(address) : (byte)0;
            return memory.FindFault(address, 16, write: false) is null ? BusStatus.Success : BusStatus.Fault(s_translation);
        }

        public BusStatus WriteTag(ulong address, byte tag)
        {
            if (memory.FindFault(address, 16, write: true) is not null)
            {
                return WriteFault(address, 16);
            }

            if (IsTagged(address))
            {
                _tags[address] = tag;
            }

            return BusStatus.Success;
        }

        private bool IsTagged(ulong address) =>
            memory.Pages.Any(x => x.Address == (address & ~0xFFFUL) && x.Access.HasFlag(PageAccess.Tagged));

        private BusStatus WriteFault(ulong address, int size) =>
            BusStatus.Fault(memory.FindFault(address, size, write: false) is null ? s_permission : s_translation);
    }
}
