using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>Which instructions are findings, and what of them is left out by default.</summary>
internal static class Rules
{
    private const int AArch32StackPointer = 13;
    private const int AArch32ProgramCounter = 15;
    private const int A64StackPointer = 31;

    /// <summary>
    /// Whether an access would have no valid syndrome. A prefetch has none, and never causes an abort.
    /// </summary>
    public static bool IsFinding(in AccessDescriptor access) =>
        access.Kind is not (AccessKind.None or AccessKind.Prefetch) && access.NoSyndromeReasons != NoSyndromeReasons.None;

    /// <summary>Whether Rn is the base: not for literals, vectors of addresses, operations with the address in Xt, and those on the Guarded Control Stack.</summary>
    public static bool HasBaseRegister(in AccessDescriptor access) =>
        access.AddressingMode is not (AddressingMode.Literal or AddressingMode.VectorBase or AddressingMode.Reported)
        && access.Kind is not (AccessKind.GuardedControlStack or AccessKind.MemoryCopy or AccessKind.MemorySet)
        && !access.IsSystemInstruction;

    /// <summary>Whether the base is the stack pointer.</summary>
    public static bool IsStack(in AccessDescriptor access) =>
        HasBaseRegister(in access) && access.Rn == (access.InstructionSet == InstructionSet.A64 ? A64StackPointer : AArch32StackPointer);

    /// <summary>Whether the base is the PC.</summary>
    public static bool IsLiteral(in AccessDescriptor access) =>
        access.AddressingMode == AddressingMode.Literal
        || (access.InstructionSet != InstructionSet.A64 && HasBaseRegister(in access) && access.Rn == AArch32ProgramCounter);
}
