using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>COFF objects, big objects, and the members of import libraries, in which there is no code.</summary>
internal sealed class CoffObjectFormat : IFileFormat
{
    private const int HeaderLength = 20;

    private static readonly Guid s_bigObject = new("d1baa1c7-baee-4ba9-af20-faf66aa4dcb8");

    public string Name => "coff";

    public bool Recognises(ByteSource bytes)
    {
        ReadOnlySpan<byte> start = bytes.GetStart(HeaderLength);
        if (start.Length < HeaderLength)
        {
            return false;
        }

        // There is no magic number but the machine, so the other fields have to be plausible as well.
        return IsAnonymous(start)
            ? PeCode.IsArm(BinaryPrimitives.ReadUInt16LittleEndian(start[6..]))
            : PeCode.IsArm(BinaryPrimitives.ReadUInt16LittleEndian(start)) && BinaryPrimitives.ReadUInt16LittleEndian(start[16..]) == 0
                && HeaderLength + (BinaryPrimitives.ReadUInt16LittleEndian(start[2..]) * 40L) <= bytes.Length;
    }

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        if (!IsAnonymous(bytes.GetStart(HeaderLength)))
        {
            yield return PeCode.ReadObject(PeHeader.ReadObject(bytes));
        }
        else if (bytes.Length >= 28 && new Guid(bytes.GetSpan(12, 16)) == s_bigObject)
        {
            yield return PeCode.ReadObject(PeHeader.ReadBigObject(bytes));
        }
        else
        {
            yield return new SkippedPart { Note = "an import, without code" };
        }
    }

    private static bool IsAnonymous(ReadOnlySpan<byte> start) => BinaryPrimitives.ReadUInt32LittleEndian(start) == 0xFFFF0000;
}
