using System;
using System.Collections.Generic;
using System.IO.Enumeration;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Findings;

/// <summary>Which findings are wanted. Every list that is not empty has to agree.</summary>
public sealed class FindingFilter
{
    /// <summary>Functions, as patterns with <c>*</c> and <c>?</c>; code of unknown functions is then left out.</summary>
    public IReadOnlyList<string> Functions { get; init; } = [];

    /// <summary>Functions that are left out, as patterns with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> ExcludedFunctions { get; init; } = [];

    /// <summary>Reasons, of which one has to apply; none to allow all.</summary>
    public NoSyndromeReasons Reasons { get; init; }

    /// <summary>Base registers, as the disassembler names them (<c>x10</c>, <c>r3</c>, <c>sp</c>).</summary>
    public IReadOnlyList<string> Bases { get; init; } = [];

    /// <summary>Base registers that are left out, for example <c>x29</c> where it is the frame pointer.</summary>
    public IReadOnlyList<string> ExcludedBases { get; init; } = [];

    /// <summary>Sections, as patterns with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Sections { get; init; } = [];

    /// <summary>The lowest address.</summary>
    public ulong FirstAddress { get; init; }

    /// <summary>The highest address.</summary>
    public ulong LastAddress { get; init; } = ulong.MaxValue;

    /// <summary>Whether only code of known functions is wanted, which leaves out what may be data.</summary>
    public bool FunctionsOnly { get; init; }

    /// <summary>Whether nothing is left out.</summary>
    public bool IsEmpty => Functions.Count + ExcludedFunctions.Count + Bases.Count + ExcludedBases.Count + Sections.Count == 0
        && Reasons == NoSyndromeReasons.None && FirstAddress == 0 && LastAddress == ulong.MaxValue && !FunctionsOnly;

    internal bool AcceptsSection(string name) => Sections.Count == 0 || MatchesAny(Sections, name);

    internal bool Accepts(in Finding finding)
    {
        if (finding.Address < FirstAddress || finding.Address > LastAddress || (Reasons != NoSyndromeReasons.None && (finding.Reasons & Reasons) == 0))
        {
            return false;
        }

        if (Bases.Count + ExcludedBases.Count != 0)
        {
            AccessDescriptor access = finding.Decode();
            string name = BaseRegister.GetName(in access) ?? "";
            if ((Bases.Count != 0 && !Contains(Bases, name)) || Contains(ExcludedBases, name))
            {
                return false;
            }
        }

        if (Functions.Count + ExcludedFunctions.Count == 0 && !FunctionsOnly)
        {
            return true;
        }

        bool isKnown = finding.TryGetSymbol(out CodeSymbol symbol);
        return isKnown
            ? (Functions.Count == 0 || MatchesAny(Functions, symbol.Name)) && !MatchesAny(ExcludedFunctions, symbol.Name)
            : Functions.Count == 0 && !FunctionsOnly;
    }

    private static bool Contains(IReadOnlyList<string> names, string name)
    {
        foreach (string each in names)
        {
            if (string.Equals(each, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MatchesAny(IReadOnlyList<string> patterns, string name)
    {
        foreach (string pattern in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
