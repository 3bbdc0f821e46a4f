using System;
using System.Buffers;
using System.Text;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Bytes that have been put together and not yet written.</summary>
internal sealed class ByteBuffer(int capacity) : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public int Capacity => _bytes.Length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - Length));
        Length += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_bytes.Length - Length < Math.Max(sizeHint, 1))
        {
            Grow(Math.Max(sizeHint, 1));
        }

        return _bytes.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public void Add(ReadOnlySpan<char> text)
    {
        Span<byte> place = GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        Advance(Encoding.UTF8.GetBytes(text, place));
    }

    public void Clear() => Length = 0;

    private void Grow(int count)
    {
        int doubled = (int)Math.Min(2L * _bytes.Length, Array.MaxLength);
        Array.Resize(ref _bytes, Math.Max(doubled, checked(Length + count)));
    }
}
