using System;
using System.IO;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>
/// Reads UTF-8 text line by line with memory bounded by the longest line. Before every read that may have to wait, the
/// output is flushed, so that a program at both ends of the tool gets its answer before it asks again.
/// </summary>
internal sealed class LineReader
{
    private const int InitialLength = 1 << 16;

    private readonly Stream _stream;
    private readonly Action _beforeRead;
    private byte[] _buffer = new byte[InitialLength];
    private int _start;
    private int _end;
    private bool _atEnd;

    public LineReader(Stream stream, Action beforeRead)
    {
        _stream = stream;
        _beforeRead = beforeRead;
    }

    /// <summary>The longest line that is accepted, in bytes.</summary>
    public const int MaxLineLength = 1 << 26;

    /// <summary>The number of the current line, from 1; when reading fails, that of the line that cannot be read.</summary>
    public long Number { get; private set; }

    /// <summary>The current line without its end, valid until the next <see cref="MoveNext"/>.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>Goes to the next line that is not blank.</summary>
    public bool MoveNext()
    {
        while (ReadLine())
        {
            if (!Current.Span.Trim(" \t"u8).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private bool ReadLine()
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                Take(searched + length, 1);
                return true;
            }

            searched = _end - _start;
            if (_atEnd)
            {
                bool any = searched != 0;
                if (any)
                {
                    Take(searched, 0);
                }

                return any;
            }

            Fill();
        }
    }

    private void Take(int length, int terminator)
    {
        Number++;
        ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
        if (Number == 1 && line.Span.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        Current = line.Span.EndsWith("\r"u8) ? line[..^1] : line;
        _start += length + terminator;
    }

    private void Fill()
    {
        if (_start != 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_end >= MaxLineLength)
            {
                Number++;
                throw new BadInputException($"longer than {MaxLineLength} bytes");
            }

            Array.Resize(ref _buffer, _end * 2);
        }

        _beforeRead();
        try
        {
            int count = _stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += count;
            _atEnd = count == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Number++;
            throw new BadInputException($"cannot read the input: {e.Message}", e);
        }
    }
}
