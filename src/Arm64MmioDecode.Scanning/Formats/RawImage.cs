using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Formats.AArch32;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>Bytes without a format: the user says what they are.</summary>
public static class RawImage
{
    /// <summary>Makes an image of bytes that are code throughout.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="instructionSet">Their instruction set.</param>
    /// <param name="address">The address of the first byte.</param>
    /// <returns>The image, of one section.</returns>
    /// <exception cref="InvalidImageException">There are 2 GiB or more.</exception>
    public static CodeImage Create(ByteSource bytes, InstructionSet instructionSet, ulong address)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ReadOnlyMemory<byte> code = bytes.GetMemory(0, bytes.Length);
        var region = new CodeRegion(0, code.Length, instructionSet, Sureness.Sweep);
        return new CodeImage
        {
            Format = "raw",
            Sections = [new CodeSection("raw", 0, address, bytes.FileOffset, code, [region])],
        };
    }

    /// <summary>Makes an image of bytes that a file's format says are code.</summary>
    internal static CodeImage Create(ByteSource bytes, RawCode raw)
    {
        if (!raw.IsGuessed)
        {
            return Create(bytes, raw.InstructionSet, raw.Address);
        }

        ReadOnlyMemory<byte> code = bytes.GetMemory(0, bytes.Length);
        string offsets = raw.Address == 0 ? ", and addresses are offsets" : "";
        return new CodeImage
        {
            Format = "raw",
            Sections = [new CodeSection("raw", 0, raw.Address, bytes.FileOffset, code, GuessedCode.FindRegions(code.Span, (long)raw.Address, out string guess))],
            Notes = [$"{guess}; data is among what was taken for code{offsets}"],
        };
    }
}
