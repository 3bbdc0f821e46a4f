using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Handling;

/// <summary>How the handling of an exit ended, and why, in words.</summary>
internal static class OutcomeSentences
{
    /// <summary>One clause for a log, without a full stop.</summary>
    public static string For(in ExitOutcome outcome) => outcome.Status switch
    {
        ExitStatus.Pending => "transactions with devices are outstanding",
        ExitStatus.Completed => "completed",
        ExitStatus.Continue => "partly done; the guest executes the rest",
        ExitStatus.Retry => "not performed, the guest is to execute what is there now: " + For(outcome.Reason),
        ExitStatus.GuestFault => "the guest takes " + outcome.Fault + ": " + For(outcome.Reason),
        ExitStatus.Abandoned => "abandoned: the vCPU is no longer where it was at the exit",
        ExitStatus.NotInstructionAccess => For(outcome.Action, outcome.Fault),
        _ => "not emulated: " + (outcome.Reason == ExitReason.InstructionNotEmulated ? For(outcome.NotEmulatedReason) : For(outcome.Reason)),
    };

    /// <summary>The same as a sentence.</summary>
    public static string Sentence(in ExitOutcome outcome)
    {
        string clause = For(outcome);
        return FormattableString.Invariant($"{char.ToUpperInvariant(clause[0])}{clause.Substring(1)}.");
    }

    /// <summary>Why an exit ended as it did.</summary>
    public static string For(ExitReason reason) => reason switch
    {
        ExitReason.InstructionNotFetched => "the program counter leads to no executable memory now",
        ExitReason.NotMemoryAccess => "the instruction at the program counter is no memory access",
        ExitReason.NoAccess => "the instruction at the program counter accesses nothing (a prefetch, a condition that fails, a size of 0, or not allowed in this state)",
        ExitReason.KindDiffers => "the instruction is not of the kind that the exit reports",
        ExitReason.DirectionDiffers => "the exit reports the other direction than the instruction's",
        ExitReason.AddressDiffers => "the address that faulted is none that the instruction accesses",
        ExitReason.NotTranslated => "the guest's page tables do not allow the instruction's access now",
        ExitReason.PageDiffers => "the instruction's address leads to another page than the exit reports",
        ExitReason.IsMemory => "by the guest's page tables and memory it would succeed now, without an exit",
        ExitReason.OpcodeNotAvailable => "the instruction cannot be read",
        ExitReason.AddressNotAvailable => "the exit does not say enough about the address",
        ExitReason.TranslationNotSupported => "the guest's page tables have a format that the library does not follow (128-bit descriptors)",
        ExitReason.MemoryNotWritable => "a part of the access writes guest memory, and the program gave no way to do so",
        ExitReason.InstructionNotEmulated => "the instruction is not emulated",
        ExitReason.DeviceRefused => "the device refused the access, or there is none",
        ExitReason.OtherPartNotTranslated => "the guest's page tables do not allow another part of the access",
        ExitReason.Instruction => "the instruction, or a policy, asks for it",
        _ => "the abort is handled",
    };

    private static string For(NotEmulatedReason reason) => reason switch
    {
        NotEmulatedReason.RegistersNotAvailable => "the registers of SVE, SME or the Guarded Control Stack are not there",
        NotEmulatedReason.DebugTransfer => "the debug data transfer register is not there",
        NotEmulatedReason.ConstrainedUnpredictable => "the instruction is CONSTRAINED UNPREDICTABLE, and the policy is to report it",
        NotEmulatedReason.CacheMaintenance => "it is cache maintenance, and the policy is to report it",
        _ => "there is no memory access to emulate",
    };

    private static string For(ExitAction action, in EmulationFault fault) => action switch
    {
        ExitAction.InjectFault => "the guest is to take " + fault,
        ExitAction.SkipInstruction => "the instruction is to be skipped",
        ExitAction.MapMemory => "the address needs a mapping that allows the access",
        ExitAction.RepairHypervisor => "the hypervisor has to repair its own state",
        _ => "the exit is for other parts of the hypervisor",
    };
}
