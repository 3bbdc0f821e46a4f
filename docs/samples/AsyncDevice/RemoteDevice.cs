using System;
using System.Buffers.Binary;
using System.IO;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Samples.AsyncDevice;

/// <summary>The device's side: half a page of registers that read as their offsets.</summary>
internal static class RemoteDevice
{
    private const ulong Base = 0x0900_0000;
    private const ulong Length = 0x800;

    public static void Serve(Stream requests, Stream answers)
    {
        Span<byte> request = stackalloc byte[DeviceLink.RequestLength];
        Span<byte> answer = stackalloc byte[DeviceLink.AnswerLength];
        while (requests.ReadAtLeast(request, request.Length, throwOnEndOfStream: false) == request.Length)
        {
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(request[2..]) - Base;
            bool isHere = offset < Length;
            answer[0] = (byte)(isHere ? 1 : 0);
            BinaryPrimitives.WriteUInt64LittleEndian(answer[1..], isHere && request[0] == (byte)BusOperation.Read ? offset : 0);
            answers.Write(answer);
            answers.Flush();
        }
    }
}
