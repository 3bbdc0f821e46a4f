using System.Text;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>Shows what a user wrote in a message: on one line, without control characters, cut when it is long.</summary>
internal static class Quoted
{
    private const int MaxLength = 40;

    /// <summary>The text in quotation marks.</summary>
    public static string Text(string text) => $"'{Printable(text)}'";

    /// <summary>The text without quotation marks.</summary>
    public static string Printable(string text, int maxLength = MaxLength)
    {
        var result = new StringBuilder();
        foreach (char c in text)
        {
            if (result.Length == maxLength)
            {
                result.Append('…');
                break;
            }

            result.Append(char.IsControl(c) ? '?' : c);
        }

        return result.ToString();
    }
}
