using System.IO;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>What a user should know although the input can be used: each said once, on standard error.</summary>
internal sealed class Warnings
{
    private readonly TextWriter _error;
    private bool _saidUnknownKey;

    public Warnings(TextWriter error)
    {
        _error = error;
    }

    /// <summary>Says which key of a line was passed over, the first time.</summary>
    public void UnknownKey(string? key, long line)
    {
        if (key is null || _saidUnknownKey)
        {
            return;
        }

        _saidUnknownKey = true;
        _error.WriteLine($"{CommandLineTool.Name}: warning: line {line}: the key {Quoted.Text(key)} means nothing here and is passed over (so are others like it)");
    }
}
