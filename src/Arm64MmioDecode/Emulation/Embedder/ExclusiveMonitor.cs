namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The local monitor of one vCPU for exclusive accesses that are emulated (<see cref="ExclusivePolicy.Perform"/>;
/// Arm ARM, "Synchronization and semaphores").
/// </summary>
/// <remarks>
/// <para>
/// With <see cref="EmulationOptions.WholeTransactions"/> a store exclusive is a compare-and-exchange with what the load exclusive has read, so
/// that it fails when another CPU has written something else meanwhile; a value that was changed and changed back is not noticed.
/// Without it the monitor knows of no other CPU: only a machine with one CPU may use it then.
/// </para>
/// <para>
/// It sees only what the library emulates. CLREX, exceptions and exclusive accesses to RAM execute without an exit:
/// an embedder calls <see cref="Clear"/> where it knows of such events, for example when it injects an exception.
/// </para>
/// </remarks>
public sealed class ExclusiveMonitor
{
    private ulong _address;
    private int _size;
    private Element _data;

    /// <summary>Whether an exclusive load has marked an address and no exclusive store followed yet.</summary>
    public bool IsExclusive => _size != 0;

    /// <summary>Returns to the Open Access state, as CLREX does.</summary>
    public void Clear() => _size = 0;

    /// <summary>What the exclusive load read, for a store that is a compare-and-exchange.</summary>
    internal ref readonly Element Data => ref _data;

    internal void Mark(ulong address, int size, in Element data)
    {
        _address = address;
        _size = size;
        _data = data;
    }

    internal bool Covers(ulong address, int size) => _size == size && _address == address;
}
