using System;

namespace Arm64MmioDecode.Handling;

/// <summary>What an access needs of a page: permissions, and whose.</summary>
[Flags]
internal enum PageAccess : byte
{
    None = 0,

    Read = 1,

    Write = 2,

    /// <summary>The permissions are those of EL0.</summary>
    Unprivileged = 4,

    /// <summary>Cache maintenance: <see cref="AccessTranslator.Maintenance"/> says of which kind, and its translation what that needs.</summary>
    CacheMaintenance = 8,
}
