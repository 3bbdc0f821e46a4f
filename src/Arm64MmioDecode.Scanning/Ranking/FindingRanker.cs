using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>
/// Says how likely findings access devices. What is known of A32 and T32 code is the function's name, the base register and the kind of
/// access; the rules that follow registers, calls and barriers are for A64.
/// </summary>
/// <remarks>Findings of one function should come one after the other, as a scan delivers them: what is known of it is kept until the next.</remarks>
public sealed class FindingRanker
{
    private const int WordLength = 4;
    private const int PageLength = 4096;

    // What is looked at around instructions of no known function, those of a block at a time, and at most of a function, in bytes.
    private const int BlockLength = 256 * WordLength;
    private const int Surroundings = 64 * WordLength;
    private const int MaximumFunctionLength = 1 << 16;

    private readonly RankingOptions _options;
    private FunctionFacts? _facts;
    private (CodeSection? Section, int Page, bool IsData) _page;

    /// <summary>Creates a ranker.</summary>
    /// <param name="options">Which rules count, and where devices are.</param>
    public FindingRanker(RankingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>Ranks a finding.</summary>
    /// <param name="finding">The finding, during a scan.</param>
    /// <returns>The rules that apply to it, of those that count.</returns>
    public FindingRank Rank(in Finding finding)
    {
        AccessDescriptor access = finding.Decode();
        RankingRules rules = OfInstruction(in access);
        bool hasSymbol = finding.TryGetSymbol(out CodeSymbol symbol);
        if (hasSymbol)
        {
            rules |= FunctionNames.IsAccessor(symbol.Name) ? RankingRules.AccessorName : RankingRules.None;
            rules |= FunctionNames.IsMemoryFunction(symbol.Name) ? RankingRules.MemoryFunction : RankingRules.None;
        }

        if (finding.InstructionSet == InstructionSet.A64)
        {
            rules |= OfCode(in finding, hasSymbol ? symbol : null);
            rules |= IsInData(in finding) ? RankingRules.ProbablyData : RankingRules.None;
        }

        return new FindingRank(rules & _options.Rules);
    }

    private static RankingRules OfInstruction(in AccessDescriptor access)
    {
        const NoSyndromeReasons locks = NoSyndromeReasons.Exclusive | NoSyndromeReasons.Atomic;
        RankingRules rules = (access.NoSyndromeReasons & locks) != 0 ? RankingRules.LockOrCounter : RankingRules.None;
        bool isFrame = access.InstructionSet switch
        {
            InstructionSet.A64 => access.Rn == 29,
            InstructionSet.A32 => access.Rn == 11,
            _ => access.Rn is 7 or 11,
        };
        return isFrame ? rules | RankingRules.FramePointer : rules;
    }

    private RankingRules OfCode(in Finding finding, CodeSymbol? symbol)
    {
        FunctionFacts facts = GetFacts(in finding, symbol);
        int offset = finding.SectionOffset;
        RankingRules rules = facts.CallsAccessor ? RankingRules.CallsAccessor : RankingRules.None;
        rules |= facts.IsNearBarrier(offset) ? RankingRules.NearBarrier : RankingRules.None;
        rules |= facts.HasPlainAccessOnBase(offset) ? RankingRules.PlainAccessOnBase : RankingRules.None;
        if (facts.TryGetAddress(offset, out ulong address))
        {
            foreach (DeviceRange device in _options.Devices)
            {
                if (device.Contains(address))
                {
                    return rules | RankingRules.DeviceAddress;
                }
            }
        }

        return rules;
    }

    private FunctionFacts GetFacts(in Finding finding, CodeSymbol? symbol)
    {
        int offset = finding.SectionOffset;
        CodeSection section = finding.Section;
        int block = offset & -BlockLength;
        int start = Math.Max(0, block - Surroundings);
        int end = (int)Math.Min(section.Bytes.Length, (long)block + BlockLength + Surroundings);
        if (symbol is { } function && function.Address >= section.Address && offset - (long)(function.Address - section.Address) < MaximumFunctionLength)
        {
            start = (int)(function.Address - section.Address) & ~(WordLength - 1);
            if (_facts is not null && _facts.Section == section && _facts.Start == start && offset < _facts.End)
            {
                return _facts;
            }

            end = FindEnd(finding.Image, section, function, offset);
        }
        else if (_facts is not null && _facts.Section == section && _facts.Start == start && _facts.End == end)
        {
            return _facts;
        }

        return _facts = FunctionFacts.Read(finding.Image, section, start, end);
    }

    private static int FindEnd(CodeImage image, CodeSection section, CodeSymbol function, int offset)
    {
        int limit = (int)Math.Min(section.Bytes.Length, (long)offset + MaximumFunctionLength);
        int end = offset + WordLength;
        while (end < limit && image.Symbols!.TryFind(section, section.Address + (ulong)end, out CodeSymbol next) && next.Address == function.Address)
        {
            end += WordLength;
        }

        return Math.Min(end, limit);
    }

    private bool IsInData(in Finding finding)
    {
        int page = finding.SectionOffset & -PageLength;
        if (_page.Section != finding.Section || _page.Page != page)
        {
            ReadOnlySpan<byte> bytes = finding.Section.Bytes.Span;
            _page = (finding.Section, page, IsData(bytes.Slice(page, Math.Min(PageLength, bytes.Length - page))));
        }

        return _page.IsData;
    }

    // Bits 28:25 of 0001 and 0011 are unallocated, and 0000 has little but UDF and SME where bit 31 is 0 (Arm ARM, C4.1).
    private static bool IsData(ReadOnlySpan<byte> bytes)
    {
        int words = bytes.Length / WordLength;
        int unallocated = 0;
        for (int i = 0; i < words; i++)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * WordLength)..]);
            uint group = (word >> 25) & 15;
            unallocated += group is 1 or 3 || (group == 0 && word >> 31 == 0) ? 1 : 0;
        }

        return unallocated * 20 >= words;
    }
}
