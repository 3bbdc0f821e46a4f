using System;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>The user gave something that cannot be used; the message says what and where.</summary>
internal sealed class BadInputException : Exception
{
    public BadInputException()
    {
    }

    public BadInputException(string message)
        : base(message)
    {
    }

    public BadInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The same complaint with the line of the input that it is about.</summary>
    public BadInputException AtLine(long number) => new($"line {number}: {Message}", this);
}
