using System.Collections.Generic;

namespace Arm64MmioDecode.SystemRegisters;

/// <summary>System registers in plain memory: for embedders that have them at hand, and for tests. One that was never written reads as 0.</summary>
public sealed class SystemRegisterFile : ISystemRegisters
{
    private readonly Dictionary<SystemRegisterId, ulong> _values = [];

    /// <summary>A register's value.</summary>
    /// <param name="id">The register.</param>
    public ulong this[SystemRegisterId id]
    {
        get => _values.TryGetValue(id, out ulong value) ? value : 0;
        set => _values[id] = value;
    }

    /// <inheritdoc/>
    public bool TryRead(SystemRegisterId id, out ulong value)
    {
        value = this[id];
        return true;
    }

    /// <inheritdoc/>
    public void Write(SystemRegisterId id, ulong value) => this[id] = value;
}
