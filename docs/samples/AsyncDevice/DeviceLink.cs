using System;
using System.Buffers.Binary;
using System.IO;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Samples.AsyncDevice;

/// <summary>A transaction as bytes, and its answer: 18 there (operation, size, address, data), 9 back (whether it succeeded, data).</summary>
internal sealed class DeviceLink(Stream to, Stream from)
{
    public const int RequestLength = 18;
    public const int AnswerLength = 9;

    public void Send(in BusTransaction transaction)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request[0] = (byte)transaction.Operation;
        request[1] = transaction.Size;
        BinaryPrimitives.WriteUInt64LittleEndian(request[2..], transaction.Address);
        BinaryPrimitives.WriteUInt64LittleEndian(request[10..], transaction.Low);
        to.Write(request);
        to.Flush();
    }

    public BusStatus Receive(out ulong data)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        from.ReadExactly(answer);
        data = BinaryPrimitives.ReadUInt64LittleEndian(answer[1..]);
        return answer[0] != 0 ? BusStatus.Success : BusStatus.ExternalAbort;
    }

    public void Close() => to.Close();
}
