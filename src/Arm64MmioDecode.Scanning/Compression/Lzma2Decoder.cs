using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>LZMA2: chunks of LZMA and of plain bytes. A reset of the dictionary needs no work where the output is the dictionary,
/// except that later distances may not reach before it.</summary>
internal static class Lzma2Decoder
{
    private const int MaximumLiteralBits = 4;

    public static ExpansionStatus Decode(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        var decoder = new LzmaDecoder(MaximumLiteralBits);
        int dictionaryStart = 0;
        bool needsDictionary = true;
        bool needsProperties = true;
        bool needsState = true;
        while (true)
        {
            if (consumed >= stream.Length)
            {
                return ExpansionStatus.Truncated;
            }

            int control = stream[consumed];
            if (control == 0)
            {
                consumed++;
                return ExpansionStatus.Done;
            }

            if (control == 1 || control >= 0xE0)
            {
                dictionaryStart = written;
                needsDictionary = false;
            }

            if (needsDictionary || control is > 2 and < 0x80)
            {
                return ExpansionStatus.Corrupt;
            }

            int headerSize = control < 0x80 ? 3 : control >= 0xC0 ? 6 : 5;
            if (headerSize > stream.Length - consumed)
            {
                return ExpansionStatus.Truncated;
            }

            ReadOnlySpan<byte> header = stream[consumed..];
            consumed += headerSize;
            int size = BinaryPrimitives.ReadUInt16BigEndian(header[1..]) + 1 + (control >= 0x80 ? (control & 0x1F) << 16 : 0);
            if (size > output.Length - written)
            {
                return ExpansionStatus.TooLarge;
            }

            int packedSize = control < 0x80 ? size : BinaryPrimitives.ReadUInt16BigEndian(header[3..]) + 1;
            if (packedSize > stream.Length - consumed)
            {
                return ExpansionStatus.Truncated;
            }

            ReadOnlySpan<byte> packed = stream.Slice(consumed, packedSize);
            consumed += packedSize;
            if (control < 0x80)
            {
                packed.CopyTo(output[written..]);
                written += size;
                continue;
            }

            if (control >= 0xC0)
            {
                if (!LzmaDecoder.TryReadProperties(header[5], out int lc, out int lp, out int pb) || lc + lp > MaximumLiteralBits)
                {
                    return ExpansionStatus.Corrupt;
                }

                decoder.ResetState(lc, lp, pb);
                needsProperties = needsState = false;
            }
            else if (control >= 0xA0)
            {
                decoder.ResetState();
                needsState = false;
            }

            if (needsProperties || needsState || !decoder.StartChunk(packed))
            {
                return ExpansionStatus.Corrupt;
            }

            int position = written - dictionaryStart;
            ExpansionStatus status = decoder.Decode(output[dictionaryStart..], ref position, position + size, sizeKnown: true);
            if (status != ExpansionStatus.Done || !decoder.IsFinished)
            {
                return ExpansionStatus.Corrupt;
            }

            written = dictionaryStart + position;
        }
    }
}
