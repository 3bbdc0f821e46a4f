namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The local monitor of one vCPU for exclusive accesses that are emulated (<see cref="ExclusivePolicy.Perform"/>;
/// Arm ARM, "Synchronization and semaphores").
/// </summary>
/// <remarks>
/// It sees only what the library emulates. CLREX, exceptions and exclusive accesses to RAM execute without an exit:
/// an embedder calls <see cref="Clear"/> where it knows of such events, for example when it injects an exception.
/// </remarks>
public sealed class ExclusiveMonitor
{
    private ulong _address;
    private int _size;

    /// <summary>Whether an exclusive load has marked an address and no exclusive store followed yet.</summary>
    public bool IsExclusive => _size != 0;

    /// <summary>Returns to the Open Access state, as CLREX does.</summary>
    public void Clear() => _size = 0;

    internal void Mark(ulong address, int size)
    {
        _address = address;
        _size = size;
    }

    internal bool Covers(ulong address, int size) => _size == size && _address == address;
}
