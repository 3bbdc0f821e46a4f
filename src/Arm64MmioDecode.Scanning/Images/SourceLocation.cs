namespace Arm64MmioDecode.Scanning.Images;

/// <summary>A line of source code.</summary>
/// <param name="File">The file, as the debug information names it.</param>
/// <param name="Line">The line, from 1.</param>
public readonly record struct SourceLocation(string File, int Line);
