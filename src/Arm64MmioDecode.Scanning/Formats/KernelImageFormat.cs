using System;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>
/// The Image of an arm64 kernel (Documentation/arch/arm64/booting.rst), also of Xen, U-Boot and others that boot like one. With an EFI
/// stub it is a PE image as well, and read as such.
/// </summary>
internal sealed class KernelImageFormat : IFileFormat
{
    private const int MagicOffset = 0x38;

    public string Name => "arm64-image";

    public bool Recognises(ByteSource bytes)
    {
        ReadOnlySpan<byte> start = bytes.GetStart(MagicOffset + 4);
        return start.Length == MagicOffset + 4 && start[MagicOffset..].SequenceEqual("ARMd"u8) && !PeHeader.HasPeSignature(bytes);
    }

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        ReadOnlyMemory<byte> code = bytes.GetMemory(0, bytes.Length);
        var region = new CodeRegion(0, code.Length, InstructionSet.A64, Sureness.Sweep);
        yield return new CodeImage
        {
            Format = Name,
            Sections = [new CodeSection("Image", 0, 0, bytes.FileOffset, code, [region])],
            Notes = ["the file has no sections: data is among what was taken for code, and addresses are offsets"],
        };
    }
}
