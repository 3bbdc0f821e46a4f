namespace Arm64MmioDecode.Kvm;

/// <summary>How an exit was served.</summary>
public enum KvmExitOutcome
{
    /// <summary>The instruction was performed and the CPU continues behind it, or a bounded part of a memory copy or set was
    /// and the CPU continues with the rest.</summary>
    Completed = 0,

    /// <summary>The access failed; the CPU continues at the guest's exception handler.</summary>
    FaultDelivered,

    /// <summary>What lies at PC now does not explain the exit, or could not be fetched. Nothing changed: run the CPU again,
    /// and it executes what is there.</summary>
    Retry,

    /// <summary>The instruction is not emulated; nothing changed. <see cref="KvmExitHandler.Access"/> says which it is.</summary>
    NotEmulated,

    /// <summary>Only from <see cref="KvmExitHandler.Begin"/>: transactions are to be performed.</summary>
    Pending,

    /// <summary>The CPU was given another state meanwhile (<see cref="KvmExitHandler.Abandon"/>, or PC in KVM is another). No register
    /// was written: run the CPU with the state that it has.</summary>
    Abandoned,
}
