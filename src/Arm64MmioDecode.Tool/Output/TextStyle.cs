namespace Arm64MmioDecode.Tool.Output;

/// <summary>Colours for a terminal; plain text everywhere else.</summary>
internal sealed class TextStyle
{
    private const string Reset = "\e[0m";

    private readonly bool _colour;

    public TextStyle(bool colour)
    {
        _colour = colour;
    }

    public string Heading(string text) => Apply("\e[1m", text);

    public string Good(string text) => Apply("\e[32m", text);

    public string Bad(string text) => Apply("\e[31m", text);

    private string Apply(string style, string text) => _colour ? style + text + Reset : text;
}
