using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>A load or store from its base register to its data, without the state that only other instructions and steps need.</summary>
internal interface IPlainTransfer
{
    /// <summary>The address, as the guest computes it; after a fault that of the word which the bus refused.</summary>
    public ulong Address { get; }

    /// <summary>Modulo what addresses wrap, minus one.</summary>
    public ulong AddressMask { get; }

    /// <summary>Finds where an instruction goes, before anything is done.</summary>
    /// <param name="access">The instruction, which is one of this kind.</param>
    /// <param name="reportedAddress">The address, where the instruction does not tell it.</param>
    /// <param name="registers">The vCPU.</param>
    /// <param name="pc">Its PC.</param>
    /// <returns>Whether it goes there as simply as that: aligned, and executed at all.</returns>
    public bool TryPlace(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ulong pc);

    /// <summary>
    /// Performs it and, if PC is still the same, commits it. It is the caller who sees to it that the bus does not call back.
    /// </summary>
    /// <returns>
    /// <see cref="EmulationStatus.Completed"/>, <see cref="EmulationStatus.Abandoned"/>, or <see cref="EmulationStatus.Fault"/> for what the bus
    /// has answered.
    /// </returns>
    public EmulationStatus Perform<TBus>(
        in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, bool topByteIgnored, ulong pc, out BusStatus status)
        where TBus : struct, IMmioBus;
}
