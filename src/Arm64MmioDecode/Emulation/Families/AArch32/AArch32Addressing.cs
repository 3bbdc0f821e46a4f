using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>The addresses of A32 and T32.</summary>
internal static class AArch32Addressing
{
    /// <summary>Finds the lowest address that an instruction accesses.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="reportedAddress">The address, where the instruction does not tell it.</param>
    /// <param name="registers">The vCPU.</param>
    /// <param name="cpsr">Its CPSR.</param>
    /// <param name="moved">What the base register becomes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Place(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, uint cpsr, out uint moved)
    {
        AddressingMode mode = access.AddressingMode;
        uint address = mode > AddressingMode.PostIndex || access.RegisterFile != RegisterFile.General
            ? GetOtherBase(in access, (uint)reportedAddress, registers, cpsr)
            : registers.GetR(in access, access.Rn, cpsr);
        uint index = access.HasIndex ? GetIndex(in access, registers, cpsr) : 0;
        moved = address + (uint)access.Offset + index;
        return address + (uint)access.StartOffset + (mode == AddressingMode.PostIndex ? 0 : index);
    }

    private static uint GetOtherBase(in AccessDescriptor access, uint reportedAddress, IGuestRegisters registers, uint cpsr)
    {
        if (access.AddressingMode == AddressingMode.Reported)
        {
            return reportedAddress;
        }

        if (access.AddressingMode == AddressingMode.Literal || (access.Rn == CoreRegisters.ProgramCounter && access.RegisterFile == RegisterFile.SimdAndFloatingPoint))
        {
            return CoreRegisters.ReadProgramCounter(in access, registers.Pc) & ~3u;
        }

        return access.Operation == AccessOperation.StoreReturnState
            ? registers.GetR(in access, CoreRegisters.StackPointer, access.Opcode)
            : registers.GetR(in access, access.Rn, cpsr);
    }

    private static uint GetIndex(in AccessDescriptor access, IGuestRegisters registers, uint cpsr)
    {
        uint index = registers.GetR(in access, access.Rm, cpsr);
        int amount = access.IndexShift;
        index = access.IndexExtend switch
        {
            IndexExtend.Lsr => amount == 32 ? 0 : index >> amount,
            IndexExtend.Asr => (uint)((int)index >> (amount == 32 ? 31 : amount)),
            IndexExtend.Ror => (index >> amount) | (index << (32 - amount)),
            IndexExtend.Rrx => (index >> 1) | ((cpsr << 2) & 0x80000000),
            _ => index << amount,
        };
        return (access.NamedProperties & AccessProperties.SubtractIndex) != 0 ? (uint)-(int)index : index;
    }
}
