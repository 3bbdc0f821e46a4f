namespace Arm64MmioDecode.Handling;

/// <summary>Where a page of an access lies: what stage 1 said once, so that check and access see the same.</summary>
internal struct GuestPage
{
    /// <summary>The smallest page of any regime: what an address's translation holds for at least.</summary>
    public const ulong Size = 4096;

    public const ulong OffsetMask = Size - 1;

    /// <summary>The virtual address of the page, with its tag.</summary>
    public ulong Virtual;

    /// <summary>The guest-physical address of the page.</summary>
    public ulong Physical;

    /// <summary>What stage 1 lets the instruction do, and as what.</summary>
    public PageAccess Access;

    /// <summary>Whether a processor would set the Access flag or dirty state before it uses the page.</summary>
    public bool NeedsUpdate;

    /// <summary>Whether the page is guest memory rather than a device.</summary>
    public bool IsMemory;

    /// <summary>Whether stage 1 says Device memory, to which no non-fault read goes.</summary>
    public bool IsDeviceType;

    /// <summary>Whether the page has been found for an access like this one, or one that needs more.</summary>
    public readonly bool Allows(PageAccess access) => Allows(Access, access);

    public static bool Allows(PageAccess found, PageAccess access)
    {
        const PageAccess As = PageAccess.Unprivileged | PageAccess.CacheMaintenance;
        return (found & access) == access && (found & As) == (access & As);
    }

    public readonly ulong Locate(ulong virtualAddress) => Physical | (virtualAddress & OffsetMask);
}
