using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// An aligned load or store of core registers in A32 and T32 whose condition holds, lists of registers too. Addresses, registers and what it ends with
/// are those of <see cref="AArch32Accesses"/>, which does the same step by step.
/// </summary>
internal struct PlainCoreTransfer : IPlainTransfer
{
    private const int MostRegisters = 16;

    private uint _cpsr;
    private uint _moved;

    /// <inheritdoc/>
    public ulong Address { readonly get; private set; }

    /// <inheritdoc/>
    public readonly ulong AddressMask => uint.MaxValue;

    /// <inheritdoc/>
    public bool TryPlace(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ulong pc)
    {
        _cpsr = (uint)registers.ReadPState();
        if ((_cpsr & AArch32State.E) != 0 || !AArch32State.Executes(in access, _cpsr))
        {
            return false;
        }

        uint address = AArch32Addressing.Place(in access, reportedAddress, registers, _cpsr, out _moved);
        Address = address;
        return (address & (uint)(access.ElementSize - 1)) == 0;
    }

    /// <inheritdoc/>
    public EmulationStatus Perform<TBus>(
        in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, bool topByteIgnored, ulong pc, out BusStatus status)
        where TBus : struct, IMmioBus
    {
        Span<ulong> elements = stackalloc ulong[MostRegisters];
        elements = elements.Slice(0, access.ElementCount);
        bool isLoad = access.Kind == AccessKind.Load;
        int size = access.ElementSize;
        if (!isLoad)
        {
            // All of them before the first transaction, as the device may change registers.
            var stored = new CoreRegisterNumbers(in access);
            for (int i = 0; i < elements.Length; i++)
            {
                elements[i] = registers.GetR(in access, stored.Next(in access, i), _cpsr) & Element.Mask(size);
            }
        }

        status = BusStatus.Success;
        var address = (uint)Address;
        foreach (ref ulong element in elements)
        {
            status = isLoad ? bus.Read(address, size, out element) : bus.Write(address, size, element);
            if (!status.IsSuccess)
            {
                Address = address;
                return EmulationStatus.Fault;
            }

            address += (uint)size;
        }

        if (registers.ReadPc() != pc)
        {
            return EmulationStatus.Abandoned;
        }

        uint next = (uint)pc + (uint)access.Length;
        uint cpsr = AArch32State.Advance(_cpsr, access.InstructionSet);
        if (access.Writeback)
        {
            registers.SetR(access.Rn, _moved, _cpsr);
        }

        if (isLoad)
        {
            bool loadsProgramCounter = false;
            var loaded = new CoreRegisterNumbers(in access);
            for (int i = 0; i < elements.Length; i++)
            {
                loadsProgramCounter |= registers.Load(in access, loaded.Next(in access, i), elements[i] & Element.Mask(size), _cpsr, ref next);
            }

            if (loadsProgramCounter)
            {
                AArch32State.Interwork(ref next, ref cpsr);
            }
        }

        registers.Complete(next, _cpsr, cpsr);
        return EmulationStatus.Completed;
    }
}
