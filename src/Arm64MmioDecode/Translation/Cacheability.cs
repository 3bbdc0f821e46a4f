namespace Arm64MmioDecode.Translation;

/// <summary>How Normal memory is cached, at one level of caches (inner or outer).</summary>
public enum Cacheability : byte
{
    /// <summary>Non-cacheable.</summary>
    NonCacheable,

    /// <summary>Write-Through Cacheable.</summary>
    WriteThrough,

    /// <summary>Write-Back Cacheable.</summary>
    WriteBack,
}
