using System;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Nobody reads the output any more.</summary>
internal sealed class OutputClosedException : Exception
{
    public OutputClosedException()
    {
    }

    public OutputClosedException(string message)
        : base(message)
    {
    }

    public OutputClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
