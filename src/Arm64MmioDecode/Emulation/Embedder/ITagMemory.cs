namespace Arm64MmioDecode.Emulation;

/// <summary>The Allocation Tags of a guest's memory (FEAT_MTE), for an embedder whose bus has Tagged memory.</summary>
public interface ITagMemory
{
    /// <summary>Reads the Allocation Tag of a granule.</summary>
    /// <param name="address">The address of the 16-byte granule, a multiple of 16.</param>
    /// <param name="tag">The tag, 0 to 15; 0 where memory is not Tagged.</param>
    /// <returns>Whether the access succeeded.</returns>
    public BusStatus ReadTag(ulong address, out byte tag);

    /// <summary>Writes the Allocation Tag of a granule; without effect where memory is not Tagged.</summary>
    /// <param name="address">The address of the 16-byte granule, a multiple of 16.</param>
    /// <param name="tag">The tag, 0 to 15.</param>
    /// <returns>Whether the access succeeded.</returns>
    public BusStatus WriteTag(ulong address, byte tag);
}
