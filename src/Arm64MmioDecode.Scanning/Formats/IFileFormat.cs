using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>A file format: how it is recognised, and what is in it.</summary>
public interface IFileFormat
{
    /// <summary>The name, for messages and as the format of a file that only holds others: <c>ar</c>, <c>fv</c>.</summary>
    public string Name { get; }

    /// <summary>Whether the bytes look like this format, by their magic number. Never fails.</summary>
    /// <param name="bytes">The file.</param>
    /// <returns>Whether <see cref="Read"/> should be asked.</returns>
    public bool Recognises(ByteSource bytes);

    /// <summary>Finds the code in a file, and the files in it, one after the other.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="options">What the user said.</param>
    /// <returns>The contents, made as they are asked for.</returns>
    /// <exception cref="InvalidImageException">While it is enumerated: the file is truncated or corrupted.</exception>
    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options);
}
