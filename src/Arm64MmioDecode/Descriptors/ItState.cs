using System;

namespace Arm64MmioDecode.Descriptors;

/// <summary>
/// The state of a T32 IT block, PSTATE.IT (Arm ARM, section F1.3.3): the condition of the next instruction in bits 7:4, and
/// in bits 3:0 how many instructions follow. 0 is outside of any IT block.
/// </summary>
public readonly struct ItState : IEquatable<ItState>
{
    private const int LastInstruction = 0b1000;

    private readonly byte _value;

    /// <summary>Makes a state of the eight bits of ITSTATE.</summary>
    /// <param name="value">ITSTATE&lt;7:0&gt;. A value with bits 3:0 = 0 is taken as "in no IT block", as the architecture does.</param>
    public ItState(byte value) => _value = (value & 0xF) == 0 ? (byte)0 : value;

    /// <summary>In no IT block.</summary>
    public static ItState None => default;

    /// <summary>Whether the instruction is in an IT block.</summary>
    public bool InBlock => _value != 0;

    /// <summary>Whether the instruction is the last one of its IT block.</summary>
    public bool IsLast => (_value & 0xF) == LastInstruction;

    /// <summary>The condition under which the instruction executes, 0 to 14; <see cref="AccessDescriptor.AlwaysCondition"/> in no IT block.</summary>
    public int Condition => _value == 0 ? AccessDescriptor.AlwaysCondition : _value >> 4;

    /// <summary>The eight bits of ITSTATE.</summary>
    public byte Value => _value;

    /// <summary>The state of the only instruction of an IT block.</summary>
    /// <param name="condition">The condition, 0 (EQ) to 14 (AL).</param>
    /// <returns>The state in which the last instruction of an IT block is.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="condition"/> is negative or above 14.</exception>
    public static ItState ForCondition(int condition) =>
        condition is >= 0 and <= AccessDescriptor.AlwaysCondition
            ? new ItState((byte)((condition << 4) | LastInstruction))
            : throw new ArgumentOutOfRangeException(nameof(condition));

    /// <summary>Reads ITSTATE from a CPSR or SPSR: IT[7:2] in bits 15:10 and IT[1:0] in bits 26:25.</summary>
    /// <param name="cpsr">The program status register.</param>
    /// <returns>The state.</returns>
    public static ItState FromCpsr(uint cpsr) => new((byte)(((cpsr >> 8) & 0xFC) | ((cpsr >> 25) & 3)));

    /// <summary>Puts the state into a CPSR or SPSR.</summary>
    /// <param name="cpsr">The program status register.</param>
    /// <returns>The same register with its IT bits replaced.</returns>
    public uint ToCpsr(uint cpsr) => (cpsr & ~0x0600FC00u) | ((uint)(_value & 0xFC) << 8) | ((uint)(_value & 3) << 25);

    /// <summary>The state of the next instruction (Arm ARM, ITAdvance).</summary>
    /// <returns>The advanced state; <see cref="None"/> after the last instruction of a block.</returns>
    public ItState Advance() => (_value & 7) == 0 ? default : new ItState((byte)((_value & 0xE0) | ((_value << 1) & 0x1F)));

    /// <inheritdoc/>
    public bool Equals(ItState other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ItState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value;

    /// <summary>Compares two states.</summary>
    /// <param name="left">One state.</param>
    /// <param name="right">The other state.</param>
    /// <returns>Whether they are equal.</returns>
    public static bool operator ==(ItState left, ItState right) => left.Equals(right);

    /// <summary>Compares two states.</summary>
    /// <param name="left">One state.</param>
    /// <param name="right">The other state.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(ItState left, ItState right) => !left.Equals(right);

    /// <summary>The condition in words: "eq", "al"; "no IT block" outside one.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => InBlock
        ? s_conditions[Condition & 0xF] + (IsLast ? ", the last of its block" : string.Empty)
        : "no IT block";

    private static readonly string[] s_conditions =
        ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];
}
