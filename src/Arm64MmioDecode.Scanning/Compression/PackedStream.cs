using System;
using System.IO;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The compressed bytes, given out in pieces that are small enough to be searched for the end.</summary>
internal sealed unsafe class PackedStream(byte* start, int length) : Stream
{
    private const int ChunkSize = 4096;

    public int Given { get; private set; }

    /// <summary>Where the piece that was given out last begins.</summary>
    public int LastChunk { get; private set; }

    public bool AskedBeyondEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(buffer.Length, ChunkSize), length - Given);
        if (count == 0)
        {
            AskedBeyondEnd |= buffer.Length > 0;
            return 0;
        }

        new ReadOnlySpan<byte>(start + Given, count).CopyTo(buffer);
        LastChunk = Given;
        Given += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // The base class makes an array for each byte, and bzip2's decoder reads byte by byte.
    public override int ReadByte()
    {
        byte value = 0;
        return Read(new Span<byte>(ref value)) == 0 ? -1 : value;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
