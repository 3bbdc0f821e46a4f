using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>Texts that stay valid for ever, with a NUL.</summary>
internal static unsafe class ConstantText
{
    private static readonly byte* s_version = Keep(typeof(ConstantText).Assembly.GetName().Version!.ToString(3));

    public static byte* Version
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => s_version;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte* Error(int error) => Literal(error switch
    {
        >= ErrorCode.None => "no error\0"u8,
        ErrorCode.Argument => "an argument is NULL or out of its range\0"u8,
        ErrorCode.Size => "a structure's size is wrong, or a member that this version does not know is not 0\0"u8,
        ErrorCode.State => "not in this state: no transaction is outstanding, or some are\0"u8,
        ErrorCode.Busy => "another call on the same object is at work\0"u8,
        ErrorCode.Overlap => "the memory slot overlaps another one\0"u8,
        ErrorCode.Internal => "a fault of the library\0"u8,
        _ => "an unknown error\0"u8,
    });

    // Literals lie in the image, which does not move.
    private static byte* Literal(ReadOnlySpan<byte> text) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(text));

    private static byte* Keep(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte* copy = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }
}
