using System;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The output cannot be written, to a disk that is full for instance.</summary>
internal sealed class OutputFailedException(Exception reason) : Exception($"cannot write the output: {reason.Message}", reason);
