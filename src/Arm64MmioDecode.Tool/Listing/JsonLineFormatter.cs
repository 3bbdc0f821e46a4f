using System;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Scanning.Sweeping;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>A JSON object for each finding, put together from parts that are encoded once.</summary>
/// <param name="file">The file that is scanned.</param>
/// <param name="withRank">Whether to say how likely findings access a device.</param>
internal sealed class JsonLineFormatter(CurrentFile file, bool withRank) : ILineFormatter
{
    // Everything of a line but its names.
    private const int FixedLength = 2048;
    private const int KeptLength = 256;

    private readonly InstructionTexts _instructions = new(KeptLength, Describe);

    // The start of a line, which is the same for all of a section; the last symbol and source file.
    private string? _file;
    private string? _member;
    private string? _section;
    private byte[] _head = [];
    private string? _symbolName;
    private byte[] _symbol = [];
    private string? _sourceName;
    private byte[] _source = [];

    // Compiled at once and in full: most scans are over before the runtime would find out that it matters.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Format(in LineGroup group, ReadOnlySpan<FindingLine> lines, ByteBuffer text)
    {
        EncodeNames(in group);
        foreach (ref readonly FindingLine finding in lines)
        {
            ReadOnlySpan<byte> instruction = _instructions.Get(finding.Hit, out int rest);
            var line = new Utf8Text(text.GetSpan(FixedLength + _head.Length + _symbol.Length + _source.Length));
            line.Add(_head);
            line.AddHex(finding.Address);
            line.Add("\",\"offset\":\"0x"u8);
            line.AddHex((ulong)finding.FileOffset);
            line.Add(instruction[..rest]);
            if (group.HasSymbol)
            {
                line.Add("\""u8);
                line.Add(_symbol);
                line.Add("+0x"u8);
                line.AddHex(finding.Address - group.Symbol.Address);
                line.Add("\",\"source\":"u8);
            }
            else
            {
                line.Add("null,\"source\":"u8);
            }

            if (group.SourceFile is not null)
            {
                line.Add("{\"file\":\""u8);
                line.Add(_source);
                line.Add("\",\"line\":"u8);
                line.AddNumber(finding.SourceLine);
                line.Add("}"u8);
            }
            else
            {
                line.Add("null"u8);
            }

            line.Add(instruction[rest..]);
            line.Add(finding.Severity switch
            {
                Severity.Error => "\"error\",\"sureness\":"u8,
                Severity.Warning => "\"warning\",\"sureness\":"u8,
                _ => "\"note\",\"sureness\":"u8,
            });
            line.Add(group.Sureness switch
            {
                Sureness.Symbols => "\"symbols\""u8,
                Sureness.Sweep => "\"sweep\""u8,
                _ => "\"guess\""u8,
            });
            if (withRank)
            {
                AddRank(ref line, finding.Rank);
            }

            line.Add("}\n"u8);
            text.Advance(line.Length);
        }
    }

    // What is between the file offset and the symbol, and what is between the source line and the severity.
    private static int Describe(in InstructionHit hit, ref Utf8Text text)
    {
        AccessDescriptor access = hit.Decode();
        text.Add(access.InstructionSet switch
        {
            InstructionSet.A64 => "\",\"set\":\"a64\",\"opcode\":\"0x"u8,
            InstructionSet.A32 => "\",\"set\":\"a32\",\"opcode\":\"0x"u8,
            _ => "\",\"set\":\"t32\",\"opcode\":\"0x"u8,
        });
        text.AddHex(access.Opcode, access.Length * 2);
        text.Add("\",\"text\":\""u8);
        text.Add(in access);
        text.Add("\",\"reasons\":["u8);
        AddReasons(ref text, hit.Reasons);
        text.Add("],\"base\":"u8);
        if (BaseRegister.GetName(in access) is { } name)
        {
            text.Add("\""u8);
            text.Add(name);
            text.Add("\""u8);
        }
        else
        {
            text.Add("null"u8);
        }

        text.Add(",\"symbol\":"u8);
        int rest = text.Length;
        text.Add(",\"feature\":\""u8);
        text.Add(access.Feature);
        text.Add("\",\"severity\":"u8);
        return rest;
    }

    private static void AddReasons(ref Utf8Text text, NoSyndromeReasons reasons)
    {
        bool isFirst = true;
        foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
        {
            if ((reasons & reason) != 0)
            {
                text.Add(isFirst ? "\""u8 : ",\""u8);
                text.Add(word);
                text.Add("\""u8);
                isFirst = false;
            }
        }
    }

    private static void AddRank(ref Utf8Text line, FindingRank rank)
    {
        line.Add(",\"rank\":{\"score\":"u8);
        line.AddNumber(rank.Score);
        line.Add(",\"rules\":["u8);
        bool isFirst = true;
        foreach ((RankingRules rule, string word) in FindingWords.Rules)
        {
            if ((rank.Rules & rule) != 0)
            {
                line.Add(isFirst ? "\""u8 : ",\""u8);
                line.Add(word);
                line.Add("\""u8);
                isFirst = false;
            }
        }

        line.Add("]}"u8);
    }

    private static byte[] Encode(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    private static byte[] Quote(string? text) => text is null ? [.. "null"u8] : [(byte)'"', .. Encode(text), (byte)'"'];

    private void EncodeNames(in LineGroup group)
    {
        if (!ReferenceEquals(_section, group.Section) || !ReferenceEquals(_member, group.Member) || !ReferenceEquals(_file, file.Name))
        {
            _file = file.Name;
            _member = group.Member;
            _section = group.Section;
            _head = [.. "{\"file\":\""u8, .. Encode(_file), .. "\",\"member\":"u8, .. Quote(_member), .. ",\"section\":\""u8, .. Encode(_section), .. "\",\"address\":\"0x"u8];
        }

        if (group.HasSymbol && !ReferenceEquals(group.Symbol.Name, _symbolName))
        {
            _symbolName = group.Symbol.Name;
            _symbol = Encode(_symbolName);
        }

        if (group.SourceFile is not null && !ReferenceEquals(group.SourceFile, _sourceName))
        {
            _sourceName = group.SourceFile;
            _source = Encode(_sourceName);
        }
    }
}
