namespace Arm64MmioDecode.Scanning.Findings;

/// <summary>What becomes of an access when it touches a device.</summary>
public enum Severity
{
    /// <summary>Legal on devices, and common in code that shares memory with them: cache maintenance.</summary>
    Note,

    /// <summary>Works on a processor with many devices, and not in a virtual machine that emulates them.</summary>
    Warning,

    /// <summary>Wrong on devices without a hypervisor as well: exclusives, atomics, DC ZVA, LDM and STM.</summary>
    Error,
}
