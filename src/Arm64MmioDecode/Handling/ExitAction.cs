namespace Arm64MmioDecode.Handling;

/// <summary>What to do about an abort that is not an instruction's own access (<see cref="ExitStatus.NotInstructionAccess"/>).</summary>
public enum ExitAction : byte
{
    /// <summary>The status says what to do.</summary>
    None = 0,

    /// <summary>Give the guest the exception <see cref="ExitOutcome.Fault"/>.</summary>
    InjectFault,

    /// <summary>Step over the instruction (<see cref="ExitHandler.SkipInstruction"/>): it has nothing to do on a device.</summary>
    SkipInstruction,

    /// <summary>Give the address a stage 2 mapping that allows the access, and re-enter the guest.</summary>
    MapMemory,

    /// <summary>Repair the hypervisor's own state (its tables, its TLB, its buffers), and re-enter the guest.</summary>
    RepairHypervisor,

    /// <summary>
    /// Nothing here: the exit is no data abort, not one that the architecture defines, or not a guest's
    /// (<see cref="Syndromes.DataAbortSyndrome.IsGuestExit"/>: EC 0x25, or ESR_EL1).
    /// </summary>
    HandOver,
}
