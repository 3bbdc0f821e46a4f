using System.Globalization;
using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>
/// A format of register dumps. It sees every line of a log, finds where its dump begins, and takes what it knows; the first dump of
/// the log counts.
/// </summary>
internal abstract class DumpFormat
{
    private bool _begun;
    private bool _ended;

    protected DumpFormat(string name)
    {
        Dump = new CrashDump { Format = name };
    }

    /// <summary>The dump, once the log has been read; null when it has none of this format.</summary>
    public CrashDump? Result => _begun && Conclude() ? Dump : null;

    protected CrashDump Dump { get; }

    protected bool HasBegun => _begun;

    /// <summary>Reads a line of the log, without time stamps.</summary>
    public void Read(string line)
    {
        if (IsBeginning(line))
        {
            _ended |= _begun && Dump.Pc is not null;
            _begun = true;
        }

        if (_begun && !_ended)
        {
            Take(line);
        }
    }

    /// <summary>Whether a dump begins with this line.</summary>
    protected abstract bool IsBeginning(string line);

    /// <summary>Takes the values of a line.</summary>
    protected abstract void Take(string line);

    /// <summary>Puts together what several lines said; false when they are not a dump of this format.</summary>
    protected virtual bool Conclude() => (Dump.Esr ?? Dump.Pc) is not null;

    /// <summary>Takes the numbered registers of a line; a pattern's first group is the number, the second the value.</summary>
    protected void TakeX(Regex pattern, string line)
    {
        foreach (Match match in pattern.Matches(line))
        {
            if (int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < Dump.X.Length)
            {
                Dump.X[number] ??= Hex(match.Groups[2]);
            }
        }
    }

    /// <summary>The number that the first group of a pattern matches in a line; null without a match.</summary>
    protected static ulong? Find(Regex pattern, string line) => pattern.Match(line) is { Success: true } match ? Hex(match.Groups[1]) : null;

    /// <summary>A group's hexadecimal number; null when it has none, or one of more than 64 bits.</summary>
    protected static ulong? Hex(Group group) =>
        group.Success && ulong.TryParse(group.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : null;
}
