using System;
using System.Runtime.CompilerServices;
#if !NETSTANDARD2_0
using System.Runtime.InteropServices;
#endif

namespace Arm64MmioDecode.Translation;

/// <summary>
/// A translation, with the descriptors that its walk read. While each of them says the same, a walk would come to the same result.
/// </summary>
internal sealed class RecentTranslation
{
    // Longer walks, and those that read descriptors of both sizes, are not kept: they are those under a stage 2 of the guest's own.
    private const int MostReads = 5;

    private const ulong PageMask = ~(ulong)Stage1.SmallestPageMask;

    private readonly TableRead[] _reads = new TableRead[MostReads];
    private readonly byte[] _bytes = new byte[sizeof(ulong)];
    private Stage1Registers _registers;
    private TranslationResult _result;
    private ulong _page;
    private ulong _physicalPage;
    private AccessPermissions _permissions;
    private uint _kind;
    private int _count;

    // Of each descriptor of the walk: 4 or 8 bytes.
    private int _size;

    /// <summary>Whether there is one.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Whether this is the translation of such an access by registers with these values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsOf(in Stage1Registers registers, in TranslationRequest request) =>
        IsKept && _page == (request.VirtualAddress & PageMask) && _kind == KindOf(request) && AreEqual(registers, _registers);

    /// <summary>Reads every descriptor again, in the order of the walk.</summary>
    /// <returns>Whether all of them say what they said.</returns>
    public bool Holds(IGuestMemory memory)
    {
        // The bytes behind a short descriptor stay 0.
        Span<byte> bytes = _bytes.AsSpan(0, _size);
        ref byte first = ref _bytes[0];
        foreach (ref readonly TableRead read in _reads.AsSpan(0, _count))
        {
            if (!memory.TryRead(read.Address, bytes) || Unsafe.ReadUnaligned<ulong>(ref first) != read.Raw)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where an address in the same page leads.</summary>
    public ulong PhysicalAddress(ulong virtualAddress) => _physicalPage | (virtualAddress & Stage1.SmallestPageMask);

    /// <summary>What the mapping allows.</summary>
    public AccessPermissions Permissions => _permissions;

    /// <summary>The result for an address in the same page.</summary>
    public TranslationResult At(ulong virtualAddress) => _result.At(virtualAddress & Stage1.SmallestPageMask);

    /// <summary>Begins to keep another translation, whose descriptors are noted one by one.</summary>
    public void Begin()
    {
        // Also for a walk that does not come to its end: guest memory is the embedder's code.
        IsKept = false;
        _count = 0;
        _size = 0;
    }

    /// <summary>Reads a descriptor of 8 bytes, as they lie in memory, and notes it.</summary>
    public bool TryRead(IGuestMemory memory, ulong address, out ulong raw)
    {
        bool read = memory.TryRead(address, _bytes);
        raw = Unsafe.ReadUnaligned<ulong>(ref _bytes[0]);
        Note(address, sizeof(ulong), raw);
        return read;
    }

    /// <summary>Notes a descriptor, as its bytes lie in memory with zeros behind them.</summary>
    public void Note(ulong address, int size, ulong raw)
    {
        int i = _count++;
        if (i < _reads.Length && (i == 0 || size == _size))
        {
            _reads[i] = new TableRead { Address = address, Raw = raw };
            _size = size;
        }
        else
        {
            _count = MostReads + 1;
        }
    }

    /// <summary>Ends the walk.</summary>
    public void End(in Stage1Registers registers, in TranslationRequest request, in TranslationResult result)
    {
        if (!result.Succeeded || _count > MostReads)
        {
            return;
        }

        if (_size != sizeof(ulong))
        {
            Array.Clear(_bytes, 0, _bytes.Length);
        }

        IsKept = true;
        _registers = registers;
        _page = request.VirtualAddress & PageMask;
        _kind = KindOf(request);
        _result = result;
        _physicalPage = result.PhysicalAddress & PageMask;
        _permissions = result.Permissions;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint KindOf(in TranslationRequest request) =>
        (uint)request.Access | (request.Privileged ? 1u << 8 : 0) | (request.Pan ? 1u << 9 : 0) | (request.NonFault ? 1u << 10 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreEqual(in Stage1Registers one, in Stage1Registers other)
    {
#if NETSTANDARD2_0
        return one.Equals(other);
#else
        // Byte by byte: padding that differs costs a walk.
        return MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in one, 1)).SequenceEqual(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in other, 1)));
#endif
    }

    private struct TableRead
    {
        public ulong Address;
        public ulong Raw;
    }
}
