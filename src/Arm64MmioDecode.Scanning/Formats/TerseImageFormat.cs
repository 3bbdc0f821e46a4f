using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>Terse executables (TE images) of the UEFI Platform Initialization specification, volume 1: PE images with a short header.</summary>
internal sealed class TerseImageFormat : IFileFormat
{
    public string Name => "te";

    public bool Recognises(ByteSource bytes)
    {
        ReadOnlySpan<byte> start = bytes.GetStart(4);
        return start.Length == 4 && start.StartsWith("VZ"u8) && PeCode.IsArm(BinaryPrimitives.ReadUInt16LittleEndian(start[2..]));
    }

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        yield return PeCode.ReadImage(PeHeader.ReadTerse(bytes), Name);
    }
}
