using System;

namespace Arm64MmioDecode.Descriptors;

/// <summary>Appends text to a span and remembers whether it fitted.</summary>
internal ref struct SpanWriter
{
    private readonly Span<char> _destination;

    public SpanWriter(Span<char> destination)
    {
        _destination = destination;
        Length = 0;
        Overflowed = false;
    }

    public int Length { get; private set; }

    public bool Overflowed { get; private set; }

    public void Add(char c)
    {
        if (Length < _destination.Length)
        {
            _destination[Length++] = c;
        }
        else
        {
            Overflowed = true;
        }
    }

    public void Add(string text)
    {
        foreach (char c in text)
        {
            Add(c);
        }
    }

    public void Add(int number)
    {
        uint magnitude = (uint)number;
        if (number < 0)
        {
            Add('-');
            magnitude = (uint)-(long)number;
        }

        uint divisor = 1;
        while (magnitude / divisor >= 10)
        {
            divisor *= 10;
        }

        for (; divisor != 0; divisor /= 10)
        {
            Add((char)('0' + (magnitude / divisor % 10)));
        }
    }

    /// <summary>Takes back everything after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;
}
