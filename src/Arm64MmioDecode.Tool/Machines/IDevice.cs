using System;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>What answers on a bus.</summary>
internal interface IDevice
{
    /// <summary>Reads bytes in ascending order of addresses; false when not all of them are there.</summary>
    public bool TryRead(ulong address, Span<byte> destination);

    /// <summary>Writes bytes in ascending order of addresses; false, and nothing is written, when not all of them are there.</summary>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes);
}
