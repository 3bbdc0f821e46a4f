namespace Arm64MmioDecode.Emulation;

/// <summary>
/// What to do with load and store exclusives. Arm lets Device memory refuse them with the fault status code 0b110101
/// (Arm ARM, "Load-Exclusive and Store-Exclusive instruction usage restrictions"), and processors usually do.
/// </summary>
public enum ExclusivePolicy : byte
{
    /// <summary>Raise the data abort "unsupported Exclusive or Atomic access", as most processors do.</summary>
    Fault = 0,

    /// <summary>Perform them under the <see cref="ExclusiveMonitor"/> of the plan: a store without a matching load fails with status 1.</summary>
    Perform,

    /// <summary>Perform them without a monitor: every store exclusive succeeds. For machines with one vCPU and one writer.</summary>
    AlwaysSucceed,
}
