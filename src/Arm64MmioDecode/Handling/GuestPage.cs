using Arm64MmioDecode.Translation;

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

    /// <summary>What stage 1 lets the instruction do.</summary>
    public AccessPermissions Permissions;

    /// <summary>Whether the permissions are those of EL0.</summary>
    public bool Unprivileged;

    /// <summary>Whether the page is guest memory rather than a device.</summary>
    public bool IsMemory;

    public readonly ulong Locate(ulong virtualAddress) => Physical | (virtualAddress & OffsetMask);
}
