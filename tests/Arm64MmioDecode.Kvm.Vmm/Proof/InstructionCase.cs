using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Arm64MmioDecode.Kvm.Vmm.Devices;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>One case of a file that tests/kvm/guests/case.inc describes.</summary>
internal sealed class InstructionCase
{
    private readonly List<(bool IsWrite, int Size, bool AnySplit, long Offset)> _accesses = [];

    private InstructionCase(byte[] code, string accesses, string text)
    {
        Code = code;
        Text = text;
        foreach (string word in accesses.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Parse(word);
        }
    }

    /// <summary>The instructions' bytes.</summary>
    public byte[] Code { get; }

    /// <summary>The instructions as they were given to the assembler.</summary>
    public string Text { get; }

    public bool NeedsTranslation { get; private set; }

    public bool NeedsEl1 { get; private set; }

    public bool NeedsSystemMode { get; private set; }

    public bool NeedsSve { get; private set; }

    /// <summary>Offset from the base of the word that must hold the address of an instruction, or -1.</summary>
    public int BranchTargetAt { get; private set; } = -1;

    /// <summary>Offset from the base of the word that must hold a CPSR, or -1.</summary>
    public int StatusAt { get; private set; } = -1;

    /// <summary>Offset from the base of the byte that the device refuses, or null.</summary>
    public long? AbortAt { get; private set; }

    /// <summary>Whether the refused access is a write.</summary>
    public bool AbortIsWrite { get; private set; }

    private bool AnyAccesses { get; set; }

    public static List<InstructionCase> Load(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        List<InstructionCase> cases = [];
        for (int at = 0; at + 8 <= file.Length;)
        {
            int codeLength = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            int textLength = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            at += 8;
            string text = Encoding.ASCII.GetString(file, at + codeLength, textLength);
            int bar = text.IndexOf('|', StringComparison.Ordinal);
            cases.Add(new InstructionCase(file[at..(at + codeLength)], text[..bar], text[(bar + 1)..].Trim()));
            at = (at + codeLength + textLength + 3) & ~3;
        }

        return cases;
    }

    /// <summary>Compares what the device saw with what the case says.</summary>
    /// <returns>Null if they agree, or the difference.</returns>
    public string? Check(IReadOnlyList<DeviceAccess> log, ulong baseOffset)
    {
        if (AnyAccesses)
        {
            return null;
        }

        int next = 0;
        foreach ((bool isWrite, int size, bool anySplit, long offset) in _accesses)
        {
            ulong at = baseOffset + (ulong)offset;
            for (int left = size; left > 0;)
            {
                if (next == log.Count)
                {
                    return "an access is missing";
                }

                DeviceAccess access = log[next++];
                bool sizeFits = anySplit ? access.Size <= left : access.Size == size;
                if (access.IsWrite != isWrite || access.Offset != at || !sizeFits)
                {
                    return $"access {next} is {access}, not {(isWrite ? 'w' : 'r')}{size}@0x{at:x}";
                }

                at += (ulong)access.Size;
                left -= access.Size;
            }
        }

        return next == log.Count ? null : $"{log.Count - next} accesses too many, the first {log[next]}";
    }

    private void Parse(string word)
    {
        switch (word)
        {
            case "mmu":
                NeedsTranslation = true;
                return;
            case "el1":
                NeedsEl1 = true;
                return;
            case "sys":
                NeedsSystemMode = true;
                return;
            case "sve":
                NeedsSve = true;
                return;
            case "any":
                AnyAccesses = true;
                return;
        }

        if (word.StartsWith("pc@", StringComparison.Ordinal))
        {
            BranchTargetAt = (int)Number(word[3..]);
        }
        else if (word.StartsWith("cpsr@", StringComparison.Ordinal))
        {
            StatusAt = (int)Number(word[5..]);
        }
        else if (word.IndexOf("abort@", StringComparison.Ordinal) == 1)
        {
            AbortIsWrite = word[0] == 'w';
            AbortAt = word[7] == '-' ? -Number(word[8..]) : Number(word[7..]);
        }
        else
        {
            int sign = word.IndexOfAny(['+', '-']);
            bool anySplit = word[1] == '[';
            int size = (int)Number(word[1..sign].Trim('[', ']'));
            long offset = Number(word[(sign + 1)..]);
            _accesses.Add((word[0] == 'w', size, anySplit, word[sign] == '-' ? -offset : offset));
        }
    }

    private static long Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : long.Parse(text, CultureInfo.InvariantCulture);
}
