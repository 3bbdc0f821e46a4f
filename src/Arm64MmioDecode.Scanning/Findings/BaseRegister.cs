using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Arm64MmioDecode.Scanning.Findings;

/// <summary>The register that an address starts from.</summary>
public static class BaseRegister
{
    private static readonly string[] s_x = Names("x", 32, (31, "sp"));
    private static readonly string[] s_z = Names("z", 32);
    private static readonly string[] s_r = Names("r", 16, (13, "sp"), (14, "lr"), (15, "pc"));

    /// <summary>Names the base register as a disassembler does.</summary>
    /// <param name="access">An access.</param>
    /// <returns>
    /// <c>x10</c>, <c>sp</c>, <c>pc</c> of a literal, <c>z3</c> of a vector of addresses; of a memory copy or set the destination;
    /// null for an operation on the Guarded Control Stack.
    /// </returns>
    public static string? GetName(in AccessDescriptor access)
    {
        if (Rules.IsLiteral(in access))
        {
            return "pc";
        }

        if (access.InstructionSet != InstructionSet.A64)
        {
            return s_r[access.Rn & 15];
        }

        if (access.AddressingMode == AddressingMode.VectorBase)
        {
            return s_z[access.Rn & 31];
        }

        if (Rules.HasBaseRegister(in access))
        {
            return s_x[access.Rn & 31];
        }

        return access.Kind == AccessKind.GuardedControlStack ? null : access.Rt == 31 ? "xzr" : s_x[access.Rt & 31];
    }

    /// <summary>Finds the names of <see cref="GetName"/> that a register has which is named as people do.</summary>
    /// <param name="text">
    /// A name in upper or lower case: a register of addresses (<c>x9</c>, <c>r9</c>, <c>z9</c>, <c>sp</c>, <c>pc</c>), its lower half
    /// (<c>w9</c>, <c>wsp</c>), or one of the names by use: <c>fp</c>, <c>lr</c>, <c>ip</c>, <c>ip0</c>, <c>ip1</c>, <c>sb</c>, <c>sl</c>.
    /// </param>
    /// <param name="names">
    /// The names, when the result is true; several where the instruction sets call different registers the same (<c>fp</c> is x29 and r11).
    /// </param>
    /// <returns>Whether there is such a register.</returns>
    public static bool TryParse(string text, out IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(text);
        string name = text.ToLowerInvariant();
        names = name switch
        {
            // The procedure call standards' names, IHI 0042 and IHI 0055.
            "fp" => [s_x[29], "r11"],
            "lr" => [s_x[30], s_r[14]],
            "ip" => ["r12"],
            "ip0" => [s_x[16]],
            "ip1" => [s_x[17]],
            "sb" => ["r9"],
            "sl" => ["r10"],
            "xzr" or "wzr" => ["xzr"],
            "wsp" or "r13" => [s_r[13]],
            "r14" => [s_r[14]],
            "r15" => [s_r[15]],
            _ when name.StartsWith('w') => Array.FindAll(s_x, each => each.AsSpan(1).SequenceEqual(name.AsSpan(1)) && each[0] == 'x'),
            _ => [.. s_x.Concat(s_z).Concat(s_r).Where(each => each == name).Distinct()],
        };
        return names.Count != 0;
    }

    private static string[] Names(string prefix, int count, params (int Number, string Name)[] special)
    {
        var names = new string[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = prefix + i.ToString(CultureInfo.InvariantCulture);
        }

        foreach ((int number, string name) in special)
        {
            names[number] = name;
        }

        return names;
    }
}
