using System;

namespace Arm64MmioDecode.Translation;

/// <summary>What a processor would write into the translation tables on behalf of an access (FEAT_HAFDBS, FEAT_HAFT).</summary>
[Flags]
public enum DescriptorUpdates : byte
{
    /// <summary>Nothing: all is set already, or the guest has not enabled it.</summary>
    None = 0,

    /// <summary>The Access flag of the Block or Page descriptor (TCR.HA).</summary>
    AccessFlag = 1,

    /// <summary>The dirty state of the Block or Page descriptor: AP[2], or nDirty with indirect permissions, becomes 0 (TCR.HD).</summary>
    DirtyState = 2,

    /// <summary>The Access flag of a Table descriptor (TCR2.HAFT).</summary>
    TableAccessFlag = 4,
}
