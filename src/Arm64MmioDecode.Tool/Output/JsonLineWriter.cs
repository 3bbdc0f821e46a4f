using System;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Writes one JSON object per line.</summary>
internal sealed class JsonLineWriter : IDisposable
{
    // The output is no HTML: only what JSON itself requires is escaped.
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly OutputBuffer _buffer;
    private readonly Utf8JsonWriter _writer;

    public JsonLineWriter(OutputBuffer buffer)
    {
        _buffer = buffer;
        _writer = new Utf8JsonWriter(buffer, s_options);
    }

    /// <summary>Starts the object of the next line.</summary>
    public Utf8JsonWriter Begin()
    {
        _writer.Reset();
        _writer.WriteStartObject();
        return _writer;
    }

    /// <summary>Ends the object and the line.</summary>
    public void End()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        _buffer.EndLine();
    }

    public void Dispose() => _writer.Dispose();
}
