using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Descriptors;

/// <content>Descriptors that do not come from an opcode.</content>
public readonly partial struct AccessDescriptor
{
    /// <summary>
    /// An access as a syndrome reports it: consecutive general-purpose registers, one element each, at an address that comes with
    /// the exit (<see cref="AddressingMode.Reported"/>). <see cref="Opcode"/> is 0 and the names and the text are empty.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Reported(
        InstructionSet set,
        int length,
        AccessKind kind,
        AccessOperation operation,
        AccessProperties properties,
        int elementSizeLog2,
        int registerCount,
        LoadExtend extend,
        int registerSizeLog2,
        int rt,
        int rs,
        out AccessDescriptor access)
    {
        const uint Shape = (uint)TransferShape.OnePerRegister | ((uint)RegisterLayout.Consecutive << 4);
        ulong transfer = (ulong)kind
            | ((ulong)operation << 8)
            | ((ulong)RegisterFile.General << 16)
            | ((ulong)Shape << 24)
            | ((ulong)elementSizeLog2 << 32)
            | ((ulong)registerCount << 40)
            | ((ulong)registerCount << 48)
            | ((ulong)extend << 56)
            | ((ulong)registerSizeLog2 << 58);
        ulong addressing = (ulong)AddressingMode.Reported
            | ((ulong)properties << 16)
            | ((ulong)set << 48)
            | ((ulong)length << 52);
        ulong registers = (uint)rt | ((ulong)(uint)rs << 8) | ((ulong)AlwaysCondition << ConditionPosition);
        access = new AccessDescriptor(0, 0, transfer, addressing, registers);
    }
}
