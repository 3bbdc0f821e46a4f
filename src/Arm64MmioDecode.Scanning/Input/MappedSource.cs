using System;
using System.Buffers;
using System.IO;
using System.IO.MemoryMappedFiles;

namespace Arm64MmioDecode.Scanning.Input;

/// <summary>A file that is mapped into memory.</summary>
internal sealed unsafe class MappedSource : ByteSource
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;

    private MappedSource(FileStream stream)
    {
        Length = stream.Length;
        if (Length == 0)
        {
            stream.Dispose();
            return; // an empty file cannot be mapped
        }

        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public override long Length { get; }

    public static MappedSource Open(string path) => Map(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));

    /// <summary>Maps a file as it is now, and takes it over.</summary>
    public static MappedSource Map(FileStream stream)
    {
        try
        {
            return new MappedSource(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    protected internal override ReadOnlyMemory<byte> GetMemoryCore(long offset, int length) =>
        length == 0 ? default : new Window(_start + offset, length).Memory;

    protected override void Dispose(bool disposing)
    {
        if (disposing && _view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }

        base.Dispose(disposing);
    }

    // A view of a part: Memory<byte> counts in int, files do not.
    private sealed class Window(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
