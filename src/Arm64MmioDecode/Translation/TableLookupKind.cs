namespace Arm64MmioDecode.Translation;

/// <summary>What a descriptor of a translation table is.</summary>
public enum TableLookupKind : byte
{
    /// <summary>Invalid, or reserved at its level: a Translation fault.</summary>
    Invalid,

    /// <summary>The address of the next table.</summary>
    Table,

    /// <summary>A block of memory; with short descriptors a Section or Supersection.</summary>
    Block,

    /// <summary>A page of memory; with short descriptors a Small or Large page.</summary>
    Page,

    /// <summary>It could not be read: a synchronous External abort.</summary>
    Unreadable,
}
