namespace Arm64MmioDecode.Benchmarks;

/// <summary>What traps, and through which tables opcode and data are found.</summary>
public enum TranslatedExitKind
{
    /// <summary>LDP; A64, four levels of 4 KB tables.</summary>
    LoadPair4K,

    /// <summary>The same, with code and data in other pages each time, of which none is among those that were translated last: both walks are whole.</summary>
    LoadPairOtherPages4K,

    /// <summary>LDP; A64, four levels of 16 KB tables.</summary>
    LoadPair16K,

    /// <summary>LDP; A64, three levels of 64 KB tables.</summary>
    LoadPair64K,

    /// <summary>LDM of two registers; T32, three levels of long descriptors.</summary>
    LoadMultipleT32,

    /// <summary>LDM of two registers; A32, two levels of short descriptors.</summary>
    LoadMultipleA32Short,

    /// <summary>LDR with a valid syndrome; A64, four levels of 4 KB tables.</summary>
    LoadWithSyndrome4K,
}
