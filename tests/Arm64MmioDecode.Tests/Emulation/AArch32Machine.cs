using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>A 32-bit guest in a mode of its own: registers by mode and number, words of memory, and what the bus saw.</summary>
internal sealed class AArch32Machine : IMmioBus
{
    public const uint User = AArch32RegisterView.UserMode;
    public const uint Fiq = AArch32RegisterView.FiqMode;
    public const uint Irq = AArch32RegisterView.IrqMode;
    public const uint Supervisor = AArch32RegisterView.SupervisorMode;
    public const uint Abort = AArch32RegisterView.AbortMode;
    public const uint UndefinedMode = AArch32RegisterView.UndefinedMode;
    public const uint System = AArch32RegisterView.SystemMode;
    public const uint Thumb = 1u << 5;
    public const uint Pc = 0x8000;

    private readonly Dictionary<ulong, byte> _memory = [];

    public AArch32Machine(uint cpsr)
    {
        Registers.Pc = Pc;
        Registers.PState = cpsr;
    }

    public GuestRegisters Registers { get; init; } = new();

    public AccessPlan Plan { get; } = new();

    public EmulationOptions Options { get; set; }

    /// <summary>Each transaction, such as <c>r2000:4</c> or <c>w2000:4=1</c>.</summary>
    public List<string> Transactions { get; } = [];

    public static uint SpsrBits(uint mode, uint flags = 0) => mode | flags;

    /// <summary>R0 to R14 of a mode; R15 is PC.</summary>
    public uint this[uint mode, int number]
    {
        get => (uint)Registers.GetX(AArch32RegisterView.ToAArch64(number, (int)mode));
        set => Registers.SetX(AArch32RegisterView.ToAArch64(number, (int)mode), value);
    }

    public uint Word(uint address) => (uint)Enumerable.Range(0, 4).Sum(i => (long)_memory.GetValueOrDefault((uint)(address + i)) << (8 * i));

    /// <summary>Puts words at ascending addresses.</summary>
    public AArch32Machine With(uint address, params uint[] words)
    {
        foreach (uint word in words)
        {
            Store(address, 4, word);
            address += 4;
        }

        return this;
    }

    public AccessDescriptor Decode(uint opcode)
    {
        InstructionSet set = (Registers.PState & Thumb) != 0 ? InstructionSet.T32 : InstructionSet.A32;
        InstructionDecoder.Decode(set, opcode, ItState.FromCpsr((uint)Registers.PState), out AccessDescriptor access);
        return access;
    }

    public EmulationStatus Execute(uint opcode) => Plan.Execute(Decode(opcode), Registers, this, Options);

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        Transactions.Add($"r{address:x}:{size}");
        value = 0;
        for (int i = size - 1; i >= 0; i--)
        {
            value = (value << 8) | _memory.GetValueOrDefault((uint)(address + (uint)i));
        }

        return BusStatus.Success;
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        Transactions.Add($"w{address:x}:{size}={value:x}");
        Store(address, size, value);
        return BusStatus.Success;
    }

    private void Store(ulong address, int size, ulong value)
    {
        for (int i = 0; i < size; i++)
        {
            _memory[(uint)(address + (uint)i)] = (byte)(value >> (8 * i));
        }
    }
}
