using System;
using System.IO;

namespace Arm64MmioDecode.Scanning.Input;

/// <summary>The bytes of a file or of a part of one, which are read where they lie: a mapping, or memory.</summary>
/// <remarks>
/// A slice shares the bytes of what it was cut from and must not outlive it. Nothing is copied, so that a file of any size can be
/// scanned in little memory.
/// </remarks>
public abstract class ByteSource : IDisposable
{
    /// <summary>Length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>
    /// Where the first byte is in the file that the user named; 0 for the contents of a compressed part, whose offsets count
    /// within the decompressed bytes.
    /// </summary>
    public virtual long FileOffset => 0;

    /// <summary>Makes a source of bytes in memory.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="fileOffset">The value of <see cref="FileOffset"/>.</param>
    /// <returns>The source, which does not own the memory.</returns>
    public static ByteSource FromMemory(ReadOnlyMemory<byte> bytes, long fileOffset = 0) => new MemorySource(bytes, fileOffset);

    /// <summary>Maps a file into memory.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The source; dispose it to unmap the file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ByteSource OpenFile(string path) => MappedSource.Open(path);

    /// <summary>Copies a stream of unknown length, through a temporary file when it is long, so that it can be read at any place.</summary>
    /// <param name="stream">The stream, which is read to its end.</param>
    /// <param name="maximumLength">How many bytes to accept.</param>
    /// <returns>The source; dispose it to delete the temporary file.</returns>
    /// <exception cref="InvalidImageException">The stream has more than <paramref name="maximumLength"/> bytes.</exception>
    public static ByteSource FromStream(Stream stream, long maximumLength) => SpooledSource.Read(stream, maximumLength);

    /// <summary>Returns bytes without copying them.</summary>
    /// <param name="offset">Offset of the first byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="InvalidImageException">They do not lie within the source, or are 2 GiB or more.</exception>
    public ReadOnlyMemory<byte> GetMemory(long offset, long length)
    {
        Check(offset, length);
        if (length > int.MaxValue)
        {
            throw new InvalidImageException($"a part of {length} bytes at 0x{offset:x} is too long: 2 GiB is the limit");
        }

        return GetMemoryCore(offset, (int)length);
    }

    /// <summary>Returns bytes without copying them.</summary>
    /// <param name="offset">Offset of the first byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="InvalidImageException">They do not lie within the source, or are 2 GiB or more.</exception>
    public ReadOnlySpan<byte> GetSpan(long offset, long length) => GetMemory(offset, length).Span;

    /// <summary>Returns the first bytes, to recognise a format by.</summary>
    /// <param name="maximumLength">How many bytes are asked for.</param>
    /// <returns>That many bytes, or all there are.</returns>
    public ReadOnlySpan<byte> GetStart(int maximumLength) => GetMemory(0, Math.Min(maximumLength, Length)).Span;

    /// <summary>Returns a part as a source of its own.</summary>
    /// <param name="offset">Offset of the first byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <returns>The part; it is valid as long as this source.</returns>
    /// <exception cref="InvalidImageException">It does not lie within the source.</exception>
    public ByteSource Slice(long offset, long length)
    {
        Check(offset, length);
        return new SlicedSource(this, offset, length);
    }

    /// <summary>Returns bytes that are known to lie within the source.</summary>
    /// <param name="offset">Offset of the first byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <returns>The bytes.</returns>
    protected internal abstract ReadOnlyMemory<byte> GetMemoryCore(long offset, int length);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the source owns.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    private void Check(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length || length > Length - offset)
        {
            throw new InvalidImageException($"0x{length:x} bytes at 0x{offset:x} lie outside of the 0x{Length:x} bytes that there are");
        }
    }

    private sealed class MemorySource(ReadOnlyMemory<byte> bytes, long fileOffset) : ByteSource
    {
        public override long Length => bytes.Length;

        public override long FileOffset => fileOffset;

        protected internal override ReadOnlyMemory<byte> GetMemoryCore(long offset, int length) => bytes.Slice((int)offset, length);
    }

    private sealed class SlicedSource(ByteSource whole, long start, long length) : ByteSource
    {
        public override long Length => length;

        public override long FileOffset => whole.FileOffset + start;

        protected internal override ReadOnlyMemory<byte> GetMemoryCore(long offset, int length) => whole.GetMemoryCore(start + offset, length);
    }
}
