using System;
using System.Runtime.ExceptionServices;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>Lines that are formatted together.</summary>
internal sealed class LineBatch
{
    // Few enough that their text stays in the level 2 cache.
    private const int MaximumCount = 512;
    private const int MaximumNameLength = 1 << 16;
    private const int UsualTextLength = 1 << 16;
    private const int KeptTextLength = 1 << 20;

    private readonly FindingLine[] _lines = new FindingLine[MaximumCount];
    private readonly LineGroup[] _groups = new LineGroup[MaximumCount];
    private readonly int[] _groupStarts = new int[MaximumCount];
    private ByteBuffer _text = new(UsualTextLength);
    private ExceptionDispatchInfo? _exception;
    private int _count;
    private int _groupCount;
    private long _nameLength;

    public bool IsEmpty => _count == 0;

    /// <summary>Whether the next line belongs into another batch.</summary>
    public bool IsFull => _count == MaximumCount || HasLongNames;

    /// <summary>Whether the names are so long that no other batch should be in memory.</summary>
    public bool HasLongNames => _nameLength >= MaximumNameLength;

    /// <summary>Whether <see cref="Format"/> has been done.</summary>
    public bool IsFormatted { get; set; }

    /// <summary>Starts a group, to which the lines belong that are added next.</summary>
    public void Add(in LineGroup group)
    {
        _groupStarts[_groupCount] = _count;
        _groups[_groupCount++] = group;
        _nameLength += group.NameLength;
    }

    public void Add(in FindingLine line) => _lines[_count++] = line;

    public void Format(ILineFormatter formatter)
    {
#pragma warning disable CA1031 // It is thrown again where the batch is written.
        try
        {
            for (int i = 0; i < _groupCount; i++)
            {
                int end = i + 1 < _groupCount ? _groupStarts[i + 1] : _count;
                formatter.Format(in _groups[i], _lines.AsSpan(_groupStarts[i], end - _groupStarts[i]), _text);
            }
        }
        catch (Exception e)
        {
            _exception = ExceptionDispatchInfo.Capture(e);
        }
#pragma warning restore CA1031
    }

    /// <summary>Writes the text, and empties the batch.</summary>
    public void WriteTo(OutputBuffer output)
    {
        _exception?.Throw();
        output.WriteLines(_text);
        _text.Clear();
        if (_text.Capacity > KeptTextLength)
        {
            _text = new ByteBuffer(UsualTextLength);
        }

        _count = 0;
        _groupCount = 0;
        _nameLength = 0;
        IsFormatted = false;
    }
}
