using System;
using System.Globalization;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A decoded opcode in a line for people.</summary>
internal static class DecodedInstructionText
{
    private const int TextColumnWidth = 32;

    public static void Write(OutputBuffer output, Opcode opcode, DecodeStatus status, in AccessDescriptor access, string? hint)
    {
        Span<char> hex = stackalloc char[16];
        output.Write(JsonWriterExtensions.FormatHex(opcode.Value, opcode.Length * 2, hex)).Write("  ");
        if (status != DecodeStatus.MemoryAccess)
        {
            output.Write(status == DecodeStatus.Unallocated ? "unallocated" : "no memory instruction");
            WriteHint(output, hint);
            output.EndLine();
            return;
        }

        output.Write(access.ToString().PadRight(TextColumnWidth)).Write("  ").Write(Summary(in access));
        output.Write(access.HasValidSyndrome ? "; ISV=1" : "; ISV=0: ").Write(Words.Of(access.NoSyndromeReasons));
        if (access.Unpredictable is { } condition)
        {
            output.Write("; constrained unpredictable: ").Write(condition);
        }

        if (access.Feature.Length != 0)
        {
            output.Write("; ").Write(access.Feature);
        }

        WriteHint(output, hint);
        output.EndLine();
    }

    private static void WriteHint(OutputBuffer output, string? hint)
    {
        if (hint is not null)
        {
            output.Write("; ").Write(hint);
        }
    }

    /// <summary>Kind and size: "load, 2 x 8 bytes".</summary>
    public static string Summary(in AccessDescriptor access)
    {
        string kind = access.Kind switch
        {
            AccessKind.Load => "load",
            AccessKind.Store => "store",
            AccessKind.ReadModifyWrite => "atomic read-modify-write",
            AccessKind.CompareAndSwap => "compare and swap",
            AccessKind.LoadExclusive => "load exclusive",
            AccessKind.StoreExclusive => "store exclusive",
            AccessKind.Prefetch => "prefetch",
            AccessKind.CacheMaintenance => "cache maintenance",
            AccessKind.ZeroBlock => "zero a block",
            AccessKind.TagLoad => "tag load",
            AccessKind.TagStore => "tag store",
            AccessKind.MemoryCopy => "memory copy",
            AccessKind.MemorySet => "memory set",
            _ => "guarded control stack access",
        };
        return access.KnownTotalSize() switch
        {
            null or 0 => kind,
            1 => kind + ", 1 byte",
            _ when access.ElementCount == 1 => string.Create(CultureInfo.InvariantCulture, $"{kind}, {access.ElementSize} bytes"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{kind}, {access.ElementCount} x {access.ElementSize} bytes"),
        };
    }
}
