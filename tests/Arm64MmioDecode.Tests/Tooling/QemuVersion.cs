namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>Which QEMU executes a case.</summary>
public enum QemuVersion
{
    /// <summary>The distribution's own, 7.2 on Debian 12.</summary>
    Installed,

    /// <summary>11.1, which <c>tests/qemu-user/fetch.sh</c> fetches.</summary>
    Fetched,
}
