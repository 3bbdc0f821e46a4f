using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tests.Emulation.SeveralCpus;

/// <summary>Sixteen bytes of memory for several CPUs, as an emulator has them.</summary>
internal sealed class SharedRam : ITransactionBus
{
    private readonly long[] _words = new long[2];
    private readonly object _sixteenBytes = new();

    /// <summary>What was asked for, where somebody wants to know.</summary>
    public List<BusTransaction>? Log { get; init; }

    public long this[int index] => Volatile.Read(ref _words[index]);

    public BusStatus Perform(in BusTransaction transaction, Span<byte> data)
    {
        Log?.Add(transaction);
        int offset = (int)transaction.Address & 15;
        if (offset + data.Length > 16)
        {
            return BusStatus.ExternalAbort;
        }

        if (data.Length == 16)
        {
            // The two halves are one access for other 16-byte accesses.
            lock (_sixteenBytes)
            {
                Access(transaction.Operation, MemoryMarshal.AsBytes(_words.AsSpan()), data, transaction);
            }

            return BusStatus.Success;
        }

        ref long word = ref _words[offset >> 3];
        Span<byte> bytes = stackalloc byte[8];
        Span<byte> replacement = stackalloc byte[8];
        while (true)
        {
            long old = Volatile.Read(ref word);
            BinaryPrimitives.WriteInt64LittleEndian(bytes, old);
            if (transaction.Operation == BusOperation.Read)
            {
                bytes.Slice(offset & 7, data.Length).CopyTo(data);
                return BusStatus.Success;
            }

            data.CopyTo(replacement);
            Access(transaction.Operation, bytes.Slice(offset & 7, data.Length), replacement[..data.Length], transaction);
            if (Interlocked.CompareExchange(ref word, BinaryPrimitives.ReadInt64LittleEndian(bytes), old) == old)
            {
                replacement[..data.Length].CopyTo(data);
                return BusStatus.Success;
            }
        }
    }

    public BusStatus Read(ulong address, int size, out ulong value) => throw new InvalidOperationException("a whole bus is asked whole");

    public BusStatus Write(ulong address, int size, ulong value) => throw new InvalidOperationException("a whole bus is asked whole");

    private static void Access(BusOperation operation, Span<byte> memory, Span<byte> data, in BusTransaction transaction)
    {
        switch (operation)
        {
            case BusOperation.Read:
                memory.CopyTo(data);
                break;
            case BusOperation.Write:
                data.CopyTo(memory);
                break;
            default:
                Span<byte> comparand = stackalloc byte[16];
                BinaryPrimitives.WriteUInt64LittleEndian(comparand, transaction.ComparandLow);
                BinaryPrimitives.WriteUInt64LittleEndian(comparand[8..], transaction.ComparandHigh);
                Span<byte> old = stackalloc byte[16];
                memory.CopyTo(old);
                if (memory.SequenceEqual(comparand[..memory.Length]))
                {
                    data.CopyTo(memory);
                }

                old[..data.Length].CopyTo(data);
                break;
        }
    }
}
