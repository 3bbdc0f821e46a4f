using System;
using System.Buffers;
using System.IO;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>
/// Collects output and hands it to the stream in large pieces, or when asked to: before the tool waits for input, and at
/// the end. A line that cannot be completed is never handed on in part.
/// </summary>
internal sealed class OutputBuffer : IBufferWriter<byte>
{
    private const int Threshold = 1 << 16;

    private readonly Stream _stream;
    private readonly ByteBuffer _pending = new(Threshold * 2);

    public OutputBuffer(Stream stream)
    {
        _stream = stream;
    }

    public void Advance(int count) => _pending.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => _pending.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _pending.GetSpan(sizeHint);

    public OutputBuffer Write(ReadOnlySpan<char> text)
    {
        _pending.Add(text);
        return this;
    }

    /// <summary>Ends a line; everything up to here may be handed on.</summary>
    public void EndLine()
    {
        GetSpan(1)[0] = (byte)'\n';
        Advance(1);
        if (_pending.Length >= Threshold)
        {
            Flush();
        }
    }

    public void WriteLine(ReadOnlySpan<char> text) => Write(text).EndLine();

    /// <summary>Hands on lines that have been put together elsewhere, after those that are pending.</summary>
    public void WriteLines(ByteBuffer lines)
    {
        Flush();
        Hand(lines.Bytes);
    }

    public void Flush()
    {
        if (_pending.Length != 0)
        {
            Hand(_pending.Bytes);
            _pending.Clear();
        }
    }

    private void Hand(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
            _stream.Flush();
        }
        catch (IOException e)
        {
            throw new OutputFailedException(e);
        }
    }
}
