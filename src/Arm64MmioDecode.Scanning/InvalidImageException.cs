using System;

namespace Arm64MmioDecode.Scanning;

/// <summary>A file is not what it claims to be: truncated, corrupted, or in a format that is not supported. The message says what is wrong, on one line.</summary>
public sealed class InvalidImageException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public InvalidImageException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What is wrong, on one line and without the file's name.</param>
    public InvalidImageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What is wrong, on one line and without the file's name.</param>
    /// <param name="innerException">What led to it.</param>
    public InvalidImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
