using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>What a stretch of A64 code says about its accesses: a function, or the surroundings of an instruction of no known function.</summary>
internal sealed class FunctionFacts
{
    private const int WordLength = 4;

    // Linked files have a few sections with code; where there are many, a search for each call would take long.
    private const int MaximumSections = 64;
    private const int BarrierDistance = 4 * WordLength;

    private readonly List<int> _barriers = [];
    private readonly HashSet<(int Register, int Version)> _plainBases = [];
    private readonly Dictionary<int, BaseState> _bases = [];

    private FunctionFacts(CodeSection section, int start, int end)
    {
        Section = section;
        Start = start;
        End = end;
    }

    public CodeSection Section { get; }

    /// <summary>Offset of the first instruction within the section.</summary>
    public int Start { get; }

    public int End { get; }

    /// <summary>Whether a function is called whose name says that it maps devices or accesses them.</summary>
    public bool CallsAccessor { get; private set; }

    public static FunctionFacts Read(CodeImage image, CodeSection section, int start, int end)
    {
        var facts = new FunctionFacts(section, start, end);
        facts.Read(image);
        return facts;
    }

    public bool IsNearBarrier(int offset)
    {
        int index = _barriers.BinarySearch(offset - BarrierDistance);
        index = index < 0 ? ~index : index;
        return index < _barriers.Count && _barriers[index] <= offset + BarrierDistance;
    }

    public bool HasPlainAccessOnBase(int offset) => _bases.TryGetValue(offset, out BaseState state) && _plainBases.Contains((state.Register, state.Version));

    /// <summary>The addresses that the access at an offset starts from, when its base register holds a constant.</summary>
    public bool TryGetAddress(int offset, out ulong address)
    {
        bool found = _bases.TryGetValue(offset, out BaseState state) && state.IsKnown;
        address = state.Address;
        return found;
    }

    private void Read(CodeImage image)
    {
        var tracker = new RegisterTracker();
        ReadOnlySpan<byte> code = Section.Bytes.Span;
        for (int offset = Start; offset + WordLength <= End; offset += WordLength)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(code[offset..]);
            if (InstructionDecoder.DecodeA64(word, out AccessDescriptor access) != DecodeStatus.MemoryAccess)
            {
                ReadOther(image, word, offset, tracker);
                continue;
            }

            if (access.AddressingMode == AddressingMode.Literal)
            {
                tracker.Execute(in access);
                SetLiteral(in access, code, offset, tracker);
                continue;
            }

            AddBase(in access, offset, tracker);
            tracker.Execute(in access);
        }
    }

    private void ReadOther(CodeImage image, uint word, int offset, RegisterTracker tracker)
    {
        // DMB and DSB, of any domain (Arm ARM, C6.2).
        if ((word & 0xFFFFF0DF) is 0xD503309F)
        {
            _barriers.Add(offset);
        }
        else if (!CallsAccessor && (word & 0x7C000000) == 0x14000000 && TryGetTarget(image, word, offset, out string name))
        {
            CallsAccessor = FunctionNames.MapsOrAccesses(name);
        }

        tracker.Execute(word, Section.Address + (ulong)offset);
    }

    private void AddBase(in AccessDescriptor access, int offset, RegisterTracker tracker)
    {
        if (access.HasValidSyndrome)
        {
            _plainBases.Add((access.Rn, tracker.Version(access.Rn)));
            return;
        }

        bool isKnown = tracker.TryGetValue(access.Rn, out ulong value);
        ulong address = access.AddressingMode == AddressingMode.PostIndex || access.HasIndex ? value : value + (ulong)(long)access.Offset;
        CollectionsMarshal.GetValueRefOrAddDefault(_bases, offset, out _) = new BaseState(access.Rn, tracker.Version(access.Rn), isKnown, address);
    }

    private static void SetLiteral(in AccessDescriptor access, ReadOnlySpan<byte> code, int offset, RegisterTracker tracker)
    {
        long target = offset + (long)access.Offset;
        if (access.RegisterFile != RegisterFile.General || target < 0 || target > code.Length - access.TotalSize)
        {
            return;
        }

        ReadOnlySpan<byte> literal = code[(int)target..];
        if (access.TotalSize == sizeof(ulong))
        {
            tracker.Set(access.Rt, BinaryPrimitives.ReadUInt64LittleEndian(literal));
        }
        else if (access.TotalSize == sizeof(uint) && access.Extend == LoadExtend.Zero)
        {
            tracker.Set(access.Rt, BinaryPrimitives.ReadUInt32LittleEndian(literal));
        }
    }

    // The target of B and BL, which a tail call is as well.
    private bool TryGetTarget(CodeImage image, uint word, int offset, out string name)
    {
        name = "";
        if (image.Calls is not null && image.Calls.TryFind(Section, offset, out name))
        {
            return true;
        }

        ulong target = Section.Address + (ulong)offset + (ulong)((long)((int)(word << 6) >> 6) * WordLength);
        if (image.Calls is not null || image.Sections.Count > MaximumSections)
        {
            return false;
        }

        foreach (CodeSection section in image.Sections)
        {
            if (image.Symbols is not null && target >= section.Address && target - section.Address < (ulong)section.Bytes.Length
                && image.Symbols.TryFind(section, target, out CodeSymbol symbol))
            {
                name = symbol.Name;
                return symbol.Address == target;
            }
        }

        return false;
    }

    private readonly record struct BaseState(int Register, int Version, bool IsKnown, ulong Address);
}
