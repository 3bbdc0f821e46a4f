using System;
using System.Collections.Generic;
using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>The words with certain bits, except those with certain other ones.</summary>
/// <param name="Mask">The bits that are compared.</param>
/// <param name="Value">Their values.</param>
/// <param name="Exceptions">Mask and value of the words that do not belong to the set.</param>
internal readonly record struct WordSet(uint Mask, uint Value, IReadOnlyList<(uint Mask, uint Value)> Exceptions)
{
    /// <summary>Parses an encoding space: a pattern and, after a bar, field values that are excepted.</summary>
    public static WordSet Parse(string text, int registerWidth)
    {
        string[] columns = text.Split(" | ", StringSplitOptions.TrimEntries);
        EncodingPattern pattern = EncodingPattern.Parse(columns[0], registerWidth);
        var exceptions = new List<(uint, uint)>();
        AddCondition(pattern, exceptions);
        foreach (string rule in columns.Skip(1).SelectMany(column => column.Split(' ')))
        {
            if (!TryParseException(rule, pattern, exceptions))
            {
                throw new FormatException($"{rule} is no exception");
            }
        }

        return new WordSet(pattern.Mask, pattern.Value, exceptions);
    }

    /// <summary>Adds the exception that comes with a condition field.</summary>
    public static void AddCondition(EncodingPattern pattern, List<(uint Mask, uint Value)> exceptions)
    {
        if (pattern.Fields.ContainsKey(EncodingPattern.ConditionField))
        {
            exceptions.Add(pattern.Condition(EncodingPattern.ConditionField, "1111"));
        }
    }

    /// <summary>Parses an exception such as <c>Rm!=11x1</c> or <c>size:Q!=110</c>.</summary>
    public static bool TryParseException(string rule, EncodingPattern pattern, List<(uint Mask, uint Value)> exceptions)
    {
        int separator = rule.IndexOf("!=", StringComparison.Ordinal);
        if (separator <= 0)
        {
            return false;
        }

        exceptions.Add(pattern.Condition(rule[..separator], rule[(separator + 2)..]));
        return true;
    }

    /// <summary>Whether a word with these bits can be in the set, as far as fixed bits tell.</summary>
    public bool MayContain(uint mask, uint value) =>
        ((Value ^ value) & Mask & mask) == 0
        && !Exceptions.Any(exception => (exception.Mask & ~mask) == 0 && (value & exception.Mask) == exception.Value);

    /// <summary>The parts of the set that differ in certain bits: one for each combination of those that are free.</summary>
    public IEnumerable<WordSet> Split(uint bits)
    {
        uint free = bits & ~Mask;
        uint value = free;
        do
        {
            WordSet part = this with { Mask = Mask | free, Value = Value | value };
            if (part.MayContain(part.Mask, part.Value))
            {
                yield return part;
            }

            value = (value - 1) & free;
        }
        while (value != free);
    }

    /// <summary>Whether all words of the other set are in this one, as far as the other's fixed bits tell.</summary>
    public bool Contains(WordSet other) => (Mask & ~other.Mask) == 0 && ((Value ^ other.Value) & Mask) == 0 && MayContain(other.Mask, other.Value);

    /// <summary>Whether no word can be in both sets, because of a fixed bit or an exception that the fixed bits of both meet.</summary>
    public bool IsDisjointFrom(WordSet other)
    {
        uint mask = Mask | other.Mask;
        uint value = Value | other.Value;
        return ((Value ^ other.Value) & Mask & other.Mask) != 0
            || Exceptions.Concat(other.Exceptions).Any(exception => (exception.Mask & ~mask) == 0 && (value & exception.Mask) == exception.Value);
    }
}
