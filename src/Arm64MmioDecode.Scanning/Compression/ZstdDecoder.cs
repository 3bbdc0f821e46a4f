using System;
using ZstdSharp.Unsafe;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>One frame of Zstandard (RFC 8878), from one span into another: so the output is the window, and its size in the header
/// allocates nothing.</summary>
internal static class ZstdDecoder
{
    public static ReadOnlySpan<byte> Magic => [0x28, 0xB5, 0x2F, 0xFD];

    public static unsafe ExpansionStatus Decode(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        fixed (byte* source = stream)
        fixed (byte* destination = output)
        {
            nuint size = Methods.ZSTD_findFrameCompressedSize(source, (nuint)stream.Length);
            if (Methods.ZSTD_isError(size))
            {
                return Methods.ZSTD_getErrorCode(size) == ZSTD_ErrorCode.ZSTD_error_srcSize_wrong ? ExpansionStatus.Truncated : ExpansionStatus.Corrupt;
            }

            ZSTD_DCtx_s* context = Methods.ZSTD_createDCtx();
            try
            {
                nuint result = Methods.ZSTD_decompressDCtx(context, destination, (nuint)output.Length, source, size);
                if (Methods.ZSTD_isError(result))
                {
                    return Methods.ZSTD_getErrorCode(result) == ZSTD_ErrorCode.ZSTD_error_dstSize_tooSmall ? ExpansionStatus.TooLarge : ExpansionStatus.Corrupt;
                }

                written = (int)result;
            }
            finally
            {
                Methods.ZSTD_freeDCtx(context);
            }

            consumed = (int)size;
            return ExpansionStatus.Done;
        }
    }
}
