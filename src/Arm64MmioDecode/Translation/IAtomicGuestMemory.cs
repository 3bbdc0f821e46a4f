namespace Arm64MmioDecode.Translation;

/// <summary>
/// A guest's physical memory in which descriptors can be replaced atomically: what a processor does for guests that leave
/// Access flags and dirty state to it (FEAT_HAFDBS).
/// </summary>
public interface IAtomicGuestMemory : IGuestMemory
{
    /// <summary>
    /// Replaces eight bytes if they have not changed, atomically towards all vCPUs, as <c>Interlocked.CompareExchange</c> does.
    /// A hypervisor that logs dirty pages logs this write as any other.
    /// </summary>
    /// <param name="physicalAddress">The guest-physical address, a multiple of 8.</param>
    /// <param name="comparand">The bytes that are expected, the one at the lowest address least significant.</param>
    /// <param name="replacement">The bytes to put in their place, likewise.</param>
    /// <param name="previous">The bytes that were there; they have been replaced if they equal <paramref name="comparand"/>.</param>
    /// <returns>Whether the address is memory that can be written; when not, nothing has changed. It must not throw for any address.</returns>
    public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous);
}
