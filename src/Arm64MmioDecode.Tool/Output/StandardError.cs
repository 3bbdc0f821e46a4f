using System;
using System.IO;
using System.Text;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Standard error, where there is nobody left to tell that it cannot be written: the exit code still says how the tool ended.</summary>
internal sealed class StandardError : TextWriter
{
    public override Encoding Encoding => Console.Error.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Write(string? value)
    {
        try
        {
            Console.Error.Write(value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a descriptor that is closed.
        }
    }
}
