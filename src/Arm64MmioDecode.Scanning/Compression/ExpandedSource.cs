using System;
using System.Buffers;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>
/// What a compressed part became, in native memory: pages that nothing was written to cost nothing, so that a decompressor can be
/// offered all the room that is left, and the memory is given back at once and not at some collection.
/// </summary>
internal sealed unsafe class ExpandedSource : ByteSource
{
    private readonly ExpansionBudget _budget;
    private readonly NativeBuffer _buffer;

    public ExpandedSource(ExpansionBudget budget)
    {
        _budget = budget;
        _buffer = new NativeBuffer(budget.Remaining);
        budget.Take(_buffer.Length);
    }

    public override long Length => _buffer.Length;

    public Span<byte> Room => _buffer.GetSpan();

    /// <summary>Gives back what lies behind the first bytes.</summary>
    public void Trim(int used)
    {
        _budget.AddTotal(used);
        _budget.Return(_buffer.Length - used);
        _buffer.Trim(used);
    }

    protected internal override ReadOnlyMemory<byte> GetMemoryCore(long offset, int length) => _buffer.Memory.Slice((int)offset, length);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _budget.Return(_buffer.Length);
            ((IDisposable)_buffer).Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class NativeBuffer : MemoryManager<byte>
    {
        private byte* _start;

        public NativeBuffer(int length)
        {
            Length = length;
            _start = (byte*)NativeMemory.Alloc((nuint)Math.Max(length, 1));
        }

        public int Length { get; private set; }

        public void Trim(int length)
        {
            _start = (byte*)NativeMemory.Realloc(_start, (nuint)Math.Max(length, 1));
            Length = length;
        }

        public override Span<byte> GetSpan() => new(_start, Length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
            NativeMemory.Free(_start);
            _start = null;
            Length = 0;
        }
    }
}
