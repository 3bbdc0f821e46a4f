using System;
using System.IO;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The output cannot be written, to a disk that is full for instance.</summary>
internal sealed class OutputFailedException(IOException reason) : Exception($"cannot write the output: {reason.Message}", reason);
