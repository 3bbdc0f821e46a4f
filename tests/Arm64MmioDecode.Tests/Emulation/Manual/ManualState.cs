using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>
/// Registers and memory of a <see cref="ManualCase"/>, written as blank-separated assignments in hexadecimal:
/// <c>x2=9000 sp=.. v3=.. pc=.. nzcv=6 fpcr=.. @9000=bytes t9000=tag</c>. Bytes are in ascending order of addresses; <c>_</c>
/// groups digits. What is not assigned holds a pattern of its own, so that a stray write shows.
/// </summary>
public sealed class ManualState
{
    public const ulong InitialPc = 0x4000_0000;

    // DAIF masked, EL1h, Z and V set, and the two fields that every completed instruction clears: SS (bit 21) and BTYPE (bits 11:10).
    private const uint InitialPState = 0x5000_03C5 | SingleStepAndBranchType;
    private const uint SingleStepAndBranchType = 0x0020_0C00;

    private static readonly Dictionary<string, SystemRegister> s_systemRegisters = new()
    {
        ["fpcr"] = SystemRegister.Fpcr,
        ["accdata"] = SystemRegister.AccdataEl1,
        ["rcwmask"] = SystemRegister.RcwMaskEl1,
        ["rcwmaskh"] = SystemRegister.RcwMaskEl1High,
        ["rcwsmask"] = SystemRegister.RcwSMaskEl1,
        ["rcwsmaskh"] = SystemRegister.RcwSMaskEl1High,
    };

    private ManualState()
    {
    }

    public GuestRegisters Registers { get; } = new();

    /// <summary>Every byte that exists, by address.</summary>
    public SortedDictionary<ulong, byte> Memory { get; } = [];

    /// <summary>The Allocation Tag of every 16-byte granule that has one.</summary>
    public SortedDictionary<ulong, byte> Tags { get; } = [];

    public static ManualState Parse(string assignments)
    {
        var state = new ManualState();
        state.Registers.Pc = InitialPc;
        state.Registers.PState = InitialPState;
        state.Registers.Sp = 0x5A5A_0000_0000_0FF0;
        for (var i = 0; i < 31; i++)
        {
            state.Registers.SetX(i, 0xA5A5_0000_1111_0000 + (ulong)i);
        }

        for (var i = 0; i < 32; i++)
        {
            state.Registers.SetV(i, 0xB6B6_0000_2222_0000 + (ulong)i, 0xC7C7_0000_3333_0000 + (ulong)i);
        }

        state.Assign(assignments);
        return state;
    }

    public ManualState Clone()
    {
        var copy = new ManualState();
        copy.Registers.CopyFrom(Registers);
        foreach (var (address, value) in Memory)
        {
            copy.Memory[address] = value;
        }

        foreach (var (address, value) in Tags)
        {
            copy.Tags[address] = value;
        }

        return copy;
    }

    /// <summary>What every completed instruction does besides its own effect.</summary>
    /// <param name="instructions">How many there were.</param>
    public void Advance(int instructions)
    {
        Registers.Pc += 4UL * (ulong)instructions;
        Registers.PState &= instructions == 0 ? ~0U : ~SingleStepAndBranchType;
    }

    public void Assign(string assignments)
    {
        foreach (var assignment in assignments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = assignment.Split('=') is [var left, var right]
                ? (left, right.Replace("_", "", StringComparison.Ordinal))
                : throw new FormatException(assignment);
            switch (name[0])
            {
                case '@':
                    AssignBytes(Hex(name[1..]), Convert.FromHexString(value));
                    break;
                case 't':
                    Tags[Hex(name[1..])] = (byte)Hex(value);
                    break;
                case 'x':
                    Registers.SetX(int.Parse(name[1..], CultureInfo.InvariantCulture), Hex(value));
                    break;
                case 'v':
                    var v = UInt128.Parse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    Registers.SetV(int.Parse(name[1..], CultureInfo.InvariantCulture), (ulong)v, (ulong)(v >> 64));
                    break;
                default:
                    AssignSpecial(name, Hex(value));
                    break;
            }
        }
    }

    /// <summary>Everything by name, for comparisons.</summary>
    public Dictionary<string, string> ToDictionary()
    {
        var all = new Dictionary<string, string>
        {
            ["pc"] = Text(Registers.Pc),
            ["sp"] = Text(Registers.Sp),
            ["pstate"] = Text(Registers.PState),
        };
        for (var i = 0; i < 31; i++)
        {
            all[$"x{i}"] = Text(Registers.GetX(i));
        }

        for (var i = 0; i < 32; i++)
        {
            Registers.GetV(i, out var low, out var high);
            all[$"v{i}"] = $"{high:x16}_{low:x16}";
        }

        // Rows of 16 bytes, with -- for addresses that do not exist.
        foreach (var row in Memory.GroupBy(b => b.Key & ~15UL))
        {
            all[$"@{row.Key:x}"] = string.Concat(Enumerable.Range(0, 16).Select(i => Memory.TryGetValue(row.Key + (ulong)i, out var b) ? $"{b:x2}" : "--"));
        }

        foreach (var (address, tag) in Tags)
        {
            all[$"t{address:x}"] = $"{tag:x}";
        }

        return all;
    }

    /// <summary>The differences of two states, one line each.</summary>
    public static IEnumerable<string> Differences(ManualState actual, ManualState expected)
    {
        var (a, e) = (actual.ToDictionary(), expected.ToDictionary());
        return e.Keys.Union(a.Keys).Where(k => a.GetValueOrDefault(k) != e.GetValueOrDefault(k))
            .Select(k => $"{k}: expected {e.GetValueOrDefault(k)}, got {a.GetValueOrDefault(k)}");
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Text(ulong value) => $"{value:x}";

    private void AssignBytes(ulong address, byte[] bytes)
    {
        foreach (var value in bytes)
        {
            Memory[unchecked(address++)] = value;
        }
    }

    private void AssignSpecial(string name, ulong value)
    {
        switch (name)
        {
            case "pc":
                Registers.Pc = value;
                break;
            case "sp":
                Registers.Sp = value;
                break;
            case "nzcv":
                Registers.PState = (Registers.PState & 0x0FFF_FFFF) | ((uint)value << 28);
                break;
            default:
                Registers.SetSystemRegister(s_systemRegisters[name], value);
                break;
        }
    }
}
