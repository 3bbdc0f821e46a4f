using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// A machine whose state can be foreseen by hand: Xn = 0x55555555_000000nn (in AArch32 without the upper half),
/// Vn = 0xB0 + n : 0xA0 + n, and a device in which the byte at an address is 0x80 | its low seven bits. It writes down what
/// the bus sees.
/// </summary>
internal sealed class PatternMachine : IMmioBus
{
    /// <summary>EL1h in A64.</summary>
    public const uint EL1h = 0x3C5;

    /// <summary>User mode in A32, whose R0 to R14 are X0 to X14.</summary>
    public const uint A32 = 0x10;

    /// <summary>User mode in T32.</summary>
    public const uint T32 = 0x30;

    private const uint AArch32 = 0x10;
    private const uint Thumb = 0x20;

    private readonly AccessPlan _plan = new();
    private readonly GuestRegisters _before = new();
    private readonly List<string> _transactions = [];

    public PatternMachine(uint pstate = EL1h)
    {
        ulong upper = (pstate & AArch32) == 0 ? 0x55555555_00000000ul : 0;
        for (int i = 0; i < 31; i++)
        {
            Registers.SetX(i, upper | (uint)i);
        }

        for (int i = 0; i < 32; i++)
        {
            Registers.SetV(i, 0xA0ul + (uint)i, 0xB0ul + (uint)i);
        }

        Registers.Pc = 0x40000000;
        Registers.PState = pstate;
    }

    public GuestRegisters Registers { get; } = new();

    /// <summary>The number of the transaction that the bus refuses, from 0; −1 for none.</summary>
    public int Refused { get; set; } = -1;

    public EmulationFault Fault => _plan.Fault;

    public string Transactions => string.Join(' ', _transactions);

    /// <summary>Sets registers from text such as <c>x2=9000000 sp=9000010</c>, in hexadecimal.</summary>
    public PatternMachine With(string registers)
    {
        foreach (string assignment in registers.Split(' ', System.StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = assignment.Split('=');
            ulong value = ulong.Parse(sides[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (sides[0] == "sp")
            {
                Registers.Sp = value;
            }
            else
            {
                Registers.SetX(int.Parse(sides[0][1..], CultureInfo.InvariantCulture), value);
            }
        }

        return this;
    }

    public EmulationStatus Execute(uint opcode, EmulationOptions options)
    {
        _before.CopyFrom(Registers);
        _transactions.Clear();
        uint pstate = (uint)Registers.PState;
        InstructionSet set = (pstate & AArch32) == 0 ? InstructionSet.A64 : (pstate & Thumb) == 0 ? InstructionSet.A32 : InstructionSet.T32;
        return InstructionDecoder.Decode(set, opcode, ItState.FromCpsr(pstate), out AccessDescriptor access) == DecodeStatus.MemoryAccess
            ? _plan.Execute(in access, Registers, this, in options)
            : EmulationStatus.NotEmulated;
    }

    /// <summary>The registers that differ from before the last instruction, PC aside.</summary>
    public string Changes()
    {
        var changes = new List<string>();
        for (int i = 0; i < 31; i++)
        {
            if (Registers.GetX(i) != _before.GetX(i))
            {
                changes.Add($"x{i}={Registers.GetX(i):x}");
            }
        }

        if (Registers.Sp != _before.Sp)
        {
            changes.Add($"sp={Registers.Sp:x}");
        }

        for (int i = 0; i < 32; i++)
        {
            Registers.GetV(i, out ulong low, out ulong high);
            _before.GetV(i, out ulong lowBefore, out ulong highBefore);
            if (low != lowBefore || high != highBefore)
            {
                changes.Add($"v{i}={high:x}:{low:x}");
            }
        }

        if (Registers.PState != _before.PState)
        {
            changes.Add($"pstate={Registers.PState:x}");
        }

        return string.Join(' ', changes);
    }

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = 0;
        for (int i = 0; i < size; i++)
        {
            value |= (0x80 | ((address + (ulong)i) & 0x7F)) << (8 * i);
        }

        _transactions.Add($"r{size}@{address:x}");
        return _transactions.Count - 1 == Refused ? BusStatus.ExternalAbort : BusStatus.Success;
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        _transactions.Add($"w{size}@{address:x}={value:x}");
        return _transactions.Count - 1 == Refused ? BusStatus.ExternalAbort : BusStatus.Success;
    }
}
