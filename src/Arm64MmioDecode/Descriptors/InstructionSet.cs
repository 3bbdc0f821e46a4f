namespace Arm64MmioDecode.Descriptors;

/// <summary>The instruction set that an opcode belongs to (Arm ARM, sections A1.3 and E1.3).</summary>
public enum InstructionSet : byte
{
    /// <summary>A64: AArch64 state, 32-bit opcodes.</summary>
    A64 = 0,

    /// <summary>A32: AArch32 state with PSTATE.T = 0, 32-bit opcodes.</summary>
    A32 = 1,

    /// <summary>T32: AArch32 state with PSTATE.T = 1, 16-bit and 32-bit opcodes.</summary>
    T32 = 2,
}
