using System.Globalization;

namespace Arm64MmioDecode.Syndromes;

/// <summary>One field of a syndrome register with its value in words. Made for people and logs, not for decisions.</summary>
public sealed class SyndromeField
{
    internal SyndromeField(string name, string longName, int highBit, int lowBit, ulong register, string meaning)
    {
        Name = name;
        LongName = longName;
        HighBit = highBit;
        LowBit = lowBit;
        Value = (register >> lowBit) & ((1ul << (highBit - lowBit + 1)) - 1);
        Meaning = meaning;
    }

    /// <summary>Arm's name of the field, such as "WnR".</summary>
    public string Name { get; }

    /// <summary>What the name stands for, such as "Write not Read".</summary>
    public string LongName { get; }

    /// <summary>The field's highest bit in the register, 0 to 63. ISS2 starts at bit 32.</summary>
    public int HighBit { get; }

    /// <summary>The field's lowest bit.</summary>
    public int LowBit { get; }

    /// <summary>The field's bits, shifted down to bit 0.</summary>
    public ulong Value { get; }

    /// <summary>What the value means.</summary>
    public string Meaning { get; }

    /// <summary>Name, bits, value and meaning in a line: "WnR[6] = 0x1: a write".</summary>
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture,
        HighBit == LowBit ? "{0}[{1}] = 0x{3:x}: {4}" : "{0}[{1}:{2}] = 0x{3:x}: {4}",
        Name,
        HighBit,
        LowBit,
        Value,
        Meaning);
}
