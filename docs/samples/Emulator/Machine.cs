using System;
using System.Buffers.Binary;
using System.IO;
using System.Threading;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Samples.Emulator;

/// <summary>What the CPUs share: memory that is accessed atomically, code, and a device with a lock.</summary>
internal sealed class Machine(TextWriter output) : ITransactionBus
{
    public const ulong CodeStart = 0x8000;
    public const ulong RamStart = 0x4000_0000;
    public const ulong Uart = 0x0900_0000;

    private static readonly uint[] s_code =
    [
        0xF822001F, // again: stadd x2, [x0]
        0xC85F7C83, // retry: ldxr x3, [x4]
        0x91000463, // add x3, x3, #1
        0xC8057C83, // stxr w5, x3, [x4]
        0x35FFFFA5, // cbnz w5, retry
        0xD1000421, // sub x1, x1, #1
        0xB5FFFF41, // cbnz x1, again
        0x390000E6, // strb w6, [x7]
        0xD4400000, // hlt #0
    ];

    private readonly long[] _ram = new long[512];
    private readonly Lock _device = new();
    private int _lettersSent;

    public long Counter(int index, bool bigEndian)
    {
        long value = Volatile.Read(ref _ram[index]);
        return bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    /// <summary>Instructions are little-endian, whatever the byte order of data.</summary>
    public static uint Fetch(ulong pc) => s_code[(pc - CodeStart) / 4];

    public BusStatus Perform(in BusTransaction transaction, Span<byte> data) =>
        transaction.Address - RamStart < (ulong)_ram.Length * 8 ? Access(transaction, data)
        : transaction is { Address: Uart, Operation: BusOperation.Write } ? Send()
        : BusStatus.ExternalAbort;

    // Not called, as the CPUs ask for whole transactions.
    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = 0;
        return BusStatus.ExternalAbort;
    }

    public BusStatus Write(ulong address, int size, ulong value) => BusStatus.ExternalAbort;

    // Which CPU is first is chance, so the letters are not printed but counted.
    private BusStatus Send()
    {
        lock (_device)
        {
            output.WriteLine($"uart: letter {++_lettersSent}");
            return BusStatus.Success;
        }
    }

    // A part of a word of eight bytes is exchanged with the whole word; an access of 16 bytes, or across words, this memory does not have.
    private BusStatus Access(in BusTransaction transaction, Span<byte> data)
    {
        ulong offset = transaction.Address - RamStart;
        int inWord = (int)(offset % 8);
        if (inWord + data.Length > 8)
        {
            return BusStatus.ExternalAbort;
        }

        ref long word = ref _ram[offset / 8];
        Span<byte> bytes = stackalloc byte[8];
        Span<byte> comparand = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(comparand, transaction.ComparandLow);
        while (true)
        {
            long before = Volatile.Read(ref word);
            BinaryPrimitives.WriteInt64LittleEndian(bytes, before);
            Span<byte> part = bytes.Slice(inWord, data.Length);
            if (transaction.Operation == BusOperation.Read
                || (transaction.Operation == BusOperation.CompareExchange && !part.SequenceEqual(comparand[..data.Length])))
            {
                part.CopyTo(data);
                return BusStatus.Success;
            }

            data.CopyTo(part);
            if (Interlocked.CompareExchange(ref word, BinaryPrimitives.ReadInt64LittleEndian(bytes), before) == before)
            {
                if (transaction.Operation == BusOperation.CompareExchange)
                {
                    comparand[..data.Length].CopyTo(data); // what was there
                }

                return BusStatus.Success;
            }
        }
    }
}
