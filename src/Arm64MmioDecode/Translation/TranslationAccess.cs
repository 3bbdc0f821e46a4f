namespace Arm64MmioDecode.Translation;

/// <summary>What an access does at the address that is translated.</summary>
public enum TranslationAccess : byte
{
    /// <summary>A data read. The value also suits prefetches.</summary>
    Read,

    /// <summary>A data write, DC ZVA included. An atomic read-modify-write is a write that also needs <see cref="AccessPermissions.Read"/> among the result's permissions.</summary>
    Write,

    /// <summary>An instruction fetch.</summary>
    InstructionFetch,

    /// <summary>Invalidation of data caches by address: DC IVAC, IGVAC, IGDVAC; DCIMVAC. It needs permission to write.</summary>
    DataCacheInvalidate,

    /// <summary>Cleaning of data caches by address: DC CVAC, CVAU, CVAP, CVADP and the like; DCCMVAC, DCCMVAU. At EL0 it needs permission to read.</summary>
    DataCacheClean,

    /// <summary>
    /// Cleaning and invalidation of data caches by address: DC CIVAC and the like; DCCIMVAC. At EL0 it needs permission to read, and with
    /// SCTLR_ELx.CMOW (FEAT_CMOW) permission to write.
    /// </summary>
    DataCacheCleanInvalidate,

    /// <summary>Invalidation of instruction caches by address: IC IVAU; ICIMVAU. It needs a permission, to write, only with FEAT_CMOW.</summary>
    InstructionCacheInvalidate,
}
