namespace Arm64MmioDecode.Emulation;

/// <summary>Where an emulation stands.</summary>
public enum EmulationStatus : byte
{
    /// <summary>Prepared: transactions are outstanding, or the commit is.</summary>
    Pending = 0,

    /// <summary>The instruction is done; registers and PC are updated.</summary>
    Completed,

    /// <summary>
    /// Part of a memory copy or set is done and its registers say so, but PC still points at it: execute it again, by
    /// re-entering the guest or by emulating again. It bounds the work of one call.
    /// </summary>
    Continue,

    /// <summary>
    /// The guest should take an exception: <see cref="AccessPlan.Fault"/>. No register has changed, apart from the progress
    /// of a memory copy or set.
    /// </summary>
    Fault,

    /// <summary>The library does not emulate this instruction, or a policy says not to: <see cref="AccessPlan.NotEmulatedReason"/>. Nothing happened.</summary>
    NotEmulated,

    /// <summary>
    /// The instruction does not access memory in the vCPU's present state: <see cref="AccessPlan.UndefinedReason"/>. Nothing
    /// happened. The vCPU that executes it takes the exception itself.
    /// </summary>
    Undefined,

    /// <summary>
    /// PC was another at the commit than when the plan was prepared: somebody has reset or restored the vCPU meanwhile. Transactions that
    /// were performed stay; no register has changed.
    /// </summary>
    Abandoned,
}
