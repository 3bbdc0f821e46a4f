using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>A pipe whose reader has gone.</summary>
internal sealed class ClosedPipe : MemoryStream
{
    public override void Write(byte[] buffer, int offset, int count) => throw new OutputClosedException();

    public override void Write(ReadOnlySpan<byte> buffer) => throw new OutputClosedException();
}

/// <summary>A program that asks two questions, each after it has seen how many answers there are.</summary>
internal sealed class Questions : MemoryStream
{
    private readonly MemoryStream _answers;

    public Questions(MemoryStream answers)
    {
        _answers = answers;
    }

    public List<int> LinesAnsweredAtEachRead { get; } = [];

    public override int Read(byte[] buffer, int offset, int count)
    {
        LinesAnsweredAtEachRead.Add(_answers.ToArray().Count(b => b == '\n'));
        if (LinesAnsweredAtEachRead.Count > 2)
        {
            return 0;
        }

        "f9400041\n"u8.CopyTo(buffer.AsSpan(offset, count));
        return 9;
    }
}

/// <summary>A device that fails when its first text has been read.</summary>
internal sealed class BrokenInput : MemoryStream
{
    public BrokenInput(string text)
        : base(System.Text.Encoding.UTF8.GetBytes(text))
    {
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        Position < Length ? base.Read(buffer, offset, count) : throw new IOException("The cable is gone");
}

/// <summary>One line that never ends.</summary>
internal sealed class EndlessInput : MemoryStream
{
    public override int Read(byte[] buffer, int offset, int count)
    {
        buffer.AsSpan(offset, count).Fill((byte)'0');
        return count;
    }
}
