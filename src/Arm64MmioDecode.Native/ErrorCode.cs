using System;

namespace Arm64MmioDecode.Native;

/// <summary>arm64mmio_error.</summary>
internal static class ErrorCode
{
    public const int None = 0;
    public const int Argument = -1;
    public const int Size = -2;
    public const int State = -3;
    public const int Busy = -4;
    public const int Overlap = -5;
    public const int Internal = -6;

    /// <summary>What the core says with an exception, which is never about something that a guest did.</summary>
    public static int Of(Exception exception) => exception switch
    {
        ArgumentException => Argument,
        InvalidOperationException => State,
        _ => Internal,
    };
}
