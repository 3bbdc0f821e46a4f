namespace Arm64MmioDecode.Emulation;

/// <summary>What a <see cref="BusTransaction"/> asks for.</summary>
public enum BusOperation : byte
{
    /// <summary>Read data.</summary>
    Read = 0,

    /// <summary>Write data.</summary>
    Write,

    /// <summary>Read one Allocation Tag (FEAT_MTE): 4 bits for the 16-byte granule at the address. Only with <see cref="EmulationOptions.TaggedMemory"/>.</summary>
    ReadTag,

    /// <summary>Write one Allocation Tag (FEAT_MTE). Only with <see cref="EmulationOptions.TaggedMemory"/>.</summary>
    WriteTag,

    /// <summary>
    /// Compare what is there with <see cref="BusTransaction.ComparandLow"/> and <see cref="BusTransaction.ComparandHigh"/>, write
    /// the data if they are equal, and tell what was there in any case: one single-copy atomic access. Only with
    /// <see cref="EmulationOptions.WholeTransactions"/>.
    /// </summary>
    CompareExchange,
}
