using System.Globalization;
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
