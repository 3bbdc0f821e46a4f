using System;
using System.Collections.Generic;
using System.Numerics;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Findings;

/// <summary>What a scan of a file came to.</summary>
public sealed class ScanSummary
{
    // Of what a file with a great many members would have to say.
    private const int MaximumTexts = 100;

    private readonly long[] _byReason = new long[32];
    private readonly List<string> _notes = [];
    private readonly List<string> _errors = [];
    private int _omittedNotes;

    /// <summary>The format of the file.</summary>
    public string Format { get; internal set; } = "";

    /// <summary>How many images of code were read.</summary>
    public int Images { get; internal set; }

    /// <summary>How many findings there are, filters applied.</summary>
    public long Findings { get; internal set; }

    /// <summary>How many further ones are known and accepted.</summary>
    public long Known { get; internal set; }

    /// <summary>How many accesses with the stack pointer as base were left out.</summary>
    public long OmittedStack { get; internal set; }

    /// <summary>How many literals were left out.</summary>
    public long OmittedLiterals { get; internal set; }

    /// <summary>How many instructions were looked at.</summary>
    public long Instructions { get; internal set; }

    /// <summary>How many of them are none (see <see cref="Sweeping.InstructionSweep.Undecoded"/>).</summary>
    public long Undecoded { get; internal set; }

    /// <summary>How many bytes of code were looked at.</summary>
    public long Bytes { get; internal set; }

    /// <summary>What was guessed, and what was not looked at.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>What could not be read. A file with an error has not been scanned in full.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>How many findings have a reason.</summary>
    /// <param name="reason">One reason.</param>
    /// <returns>Their number; a finding counts for each of its reasons.</returns>
    public long Count(NoSyndromeReasons reason) => reason == NoSyndromeReasons.None ? 0 : _byReason[BitOperations.TrailingZeroCount((uint)reason)];

    internal int Sections { get; set; }

    internal void Add(NoSyndromeReasons reasons)
    {
        Findings++;
        for (uint rest = (uint)reasons; rest != 0; rest &= rest - 1)
        {
            _byReason[BitOperations.TrailingZeroCount(rest)]++;
        }
    }

    internal void AddNote(string? member, string note)
    {
        string text = ToLine(member, note);
        if (_notes.Count < MaximumTexts)
        {
            _notes.Add(text);
        }
        else
        {
            _notes[^1] = $"and {++_omittedNotes + 1} more notes";
        }
    }

    internal void AddError(string? member, string error)
    {
        if (_errors.Count < MaximumTexts)
        {
            _errors.Add(ToLine(member, error));
        }
    }

    // Names in a file may hold anything.
    private static string ToLine(string? member, string text)
    {
        string line = member is null ? text : $"{member}: {text}";
        return line.AsSpan().ContainsAnyInRange('\0', '\x1F')
            ? string.Create(line.Length, line, static (characters, from) =>
            {
                for (int i = 0; i < characters.Length; i++)
                {
                    characters[i] = from[i] < ' ' ? ' ' : from[i];
                }
            })
            : line;
    }
}
