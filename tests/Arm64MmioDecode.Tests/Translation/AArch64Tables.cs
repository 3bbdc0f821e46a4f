namespace Arm64MmioDecode.Tests.Translation;

/// <summary>Writes the descriptors that lead to one page or block, for a single address.</summary>
internal static class AArch64Tables
{
    public const ulong AF = 1ul << 10;

    /// <summary>The type bits of a Page descriptor at level 3, and of a Block descriptor elsewhere.</summary>
    public static ulong LeafType(int level) => level == 3 ? 0b11ul : 0b01;

    /// <summary>
    /// Fills one entry for each level from <paramref name="startLevel"/>, whose table is at <paramref name="table"/>, to
    /// <paramref name="leafLevel"/>; the tables between lie in the 64KB units behind it.
    /// </summary>
    /// <param name="memory">Receives the descriptors.</param>
    /// <param name="table">The address of the initial table.</param>
    /// <param name="granuleBits">12, 14 or 16.</param>
    /// <param name="inputBits">The number of address bits that are translated.</param>
    /// <param name="startLevel">The level of the first lookup.</param>
    /// <param name="leafLevel">The level of <paramref name="leaf"/>.</param>
    /// <param name="va">The virtual address.</param>
    /// <param name="leaf">The whole descriptor at the leaf level.</param>
    /// <param name="tableAttributes">Bits to set in every Table descriptor.</param>
    public static void Map(
        SparseMemory memory, ulong table, int granuleBits, int inputBits, int startLevel, int leafLevel, ulong va, ulong leaf, ulong tableAttributes = 0)
    {
        ulong next = (table & ~0xFFFFul) + 0x1_0000;
        for (int level = startLevel; ; level++)
        {
            int low = granuleBits + ((granuleBits - 3) * (3 - level));
            int high = level == startLevel ? inputBits : low + granuleBits - 3;
            ulong entry = table + (((va >> low) & ((1ul << (high - low)) - 1)) * 8);
            if (level == leafLevel)
            {
                memory[entry] = leaf;
                return;
            }

            memory[entry] = next | tableAttributes | 0b11;
            table = next;
            next += 0x1_0000;
        }
    }
}
