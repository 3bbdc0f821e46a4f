using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// An aligned load or store of one or two registers, from its base register to its data: what most exits are, without the state that
/// only other instructions and steps need. Nothing here differs from <see cref="Transfers"/>, which does the same step by step.
/// </summary>
internal struct PlainTransfer : IPlainTransfer
{
    private const int BusWidth = sizeof(ulong);

    private ulong _moved;
    private bool _topByteIgnored;

    /// <summary>The address, as the guest computes it; after a fault that of the word which the bus refused.</summary>
    public ulong Address { get; private set; }

    /// <inheritdoc/>
    public readonly ulong AddressMask => ulong.MaxValue;

    /// <summary>Whether the guest's state and the policies ask for nothing else than plain transactions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreEnough(in EmulationOptions options) =>
        options.BusWidth == BusWidth && !options.BigEndian && options.HasPlainTransactions
        && options.Unpredictable == UnpredictablePolicy.Perform && !options.CheckStackPointerAlignment;

    /// <summary>Finds where an instruction goes, before anything is done.</summary>
    /// <param name="access">The instruction; <see cref="AccessDescriptor.IsPlainTransfer"/>.</param>
    /// <param name="reportedAddress">The address, where the instruction does not tell it.</param>
    /// <param name="registers">The vCPU.</param>
    /// <param name="pc">Its PC.</param>
    /// <returns>Whether it is aligned.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPlace(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ulong pc)
    {
        AddressingMode mode = access.AddressingMode;
        ulong address;
        ulong moved;
        if (mode <= AddressingMode.PostIndex)
        {
            address = registers.GetXOrSp(access.Rn);
            moved = address + (access.HasIndex ? A64Addressing.GetIndex(in access, registers) : (ulong)access.Offset);
            address = mode == AddressingMode.PostIndex ? address : moved;
        }
        else
        {
            address = moved = mode == AddressingMode.Reported ? reportedAddress : pc + (ulong)access.Offset;
        }

        Address = address;
        _moved = moved;
        return (address & (ulong)(access.ElementSize - 1)) == 0;
    }

    /// <summary>
    /// Performs it and, if PC is still the same, commits it. It is the caller who sees to it that the bus does not call back.
    /// </summary>
    /// <returns>
    /// <see cref="EmulationStatus.Completed"/>, <see cref="EmulationStatus.Abandoned"/>, or <see cref="EmulationStatus.Fault"/> for what the bus
    /// has answered.
    /// </returns>
    public EmulationStatus Perform<TBus>(
        in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, bool topByteIgnored, ulong pc, out BusStatus status)
        where TBus : struct, IMmioBus
    {
        _topByteIgnored = topByteIgnored;
        bool isLoad = access.Kind == AccessKind.Load;
        if (access.RegisterFile != RegisterFile.General)
        {
            return PerformVector(in access, registers, ref bus, pc, out status);
        }

        if (access.ElementCount != 1)
        {
            return isLoad ? LoadPair(in access, registers, ref bus, pc, out status) : StorePair(in access, registers, ref bus, pc, out status);
        }

        int size = access.ElementSize;
        ulong address = BusAddress(0);
        ulong value = 0;
        BusStatus answer = isLoad
            ? bus.Read(address, size, out value)
            : bus.Write(address, size, registers.GetXOrZero(access.Rt) & Element.Mask(size));
        status = answer;
        if (!answer.IsSuccess)
        {
            return EmulationStatus.Fault;
        }

        if (registers.ReadPc() != pc)
        {
            return EmulationStatus.Abandoned;
        }

        if (isLoad)
        {
            registers.SetXUnlessZero(access.Rt, Transfers.Extend(in access, value & Element.Mask(size)));
        }

        Complete(in access, registers, pc, _moved);
        return EmulationStatus.Completed;
    }

    /// <summary>What every A64 instruction ends with: writeback, PC and PSTATE.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Complete(in AccessDescriptor access, IGuestRegisters registers, ulong pc, ulong moved)
    {
        if (access.Writeback)
        {
            registers.SetXOrSp(access.Rn, moved);
        }

        Advance(registers, pc);
    }

    /// <summary>What every A64 instruction without writeback ends with: PC and PSTATE.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Advance(IGuestRegisters registers, ulong pc)
    {
        registers.WritePc(pc + 4);
        ulong state = registers.ReadPState();
        if ((state & AccessPlan.ClearedByCompletion) != 0)
        {
            registers.PState = state & ~AccessPlan.ClearedByCompletion;
        }
    }

    private EmulationStatus LoadPair<TBus>(in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, ulong pc, out BusStatus status)
        where TBus : struct, IMmioBus
    {
        int size = access.ElementSize;
        status = bus.Read(BusAddress(0), size, out ulong first);
        if (!status.IsSuccess)
        {
            return EmulationStatus.Fault;
        }

        status = bus.Read(BusAddress(size), size, out ulong second);
        if (!status.IsSuccess)
        {
            return FaultAt(size);
        }

        if (registers.ReadPc() != pc)
        {
            return EmulationStatus.Abandoned;
        }

        // Of a pair with Rt = Rt2, which is CONSTRAINED UNPREDICTABLE, the first element stays.
        registers.SetXUnlessZero(access.Rt2, Transfers.Extend(in access, second & Element.Mask(size)));
        registers.SetXUnlessZero(access.Rt, Transfers.Extend(in access, first & Element.Mask(size)));
        Complete(in access, registers, pc, _moved);
        return EmulationStatus.Completed;
    }

    private EmulationStatus StorePair<TBus>(in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, ulong pc, out BusStatus status)
        where TBus : struct, IMmioBus
    {
        // Both before the first transaction, as the device may change registers.
        int size = access.ElementSize;
        ulong first = registers.GetXOrZero(access.Rt) & Element.Mask(size);
        ulong second = registers.GetXOrZero(access.Rt2) & Element.Mask(size);
        status = bus.Write(BusAddress(0), size, first);
        if (!status.IsSuccess)
        {
            return EmulationStatus.Fault;
        }

        status = bus.Write(BusAddress(size), size, second);
        if (!status.IsSuccess)
        {
            return FaultAt(size);
        }

        if (registers.ReadPc() != pc)
        {
            return EmulationStatus.Abandoned;
        }

        Complete(in access, registers, pc, _moved);
        return EmulationStatus.Completed;
    }

    // Up to four words of eight bytes, or two of fewer: a quadword is two.
    private EmulationStatus PerformVector<TBus>(
        in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, ulong pc, out BusStatus status)
        where TBus : struct, IMmioBus
    {
        bool isLoad = access.Kind == AccessKind.Load;
        bool isQuadword = access.ElementSize > BusWidth;
        bool isPair = access.ElementCount == 2;
        int size = isQuadword ? BusWidth : access.ElementSize;
        ulong low = 0;
        ulong high = 0;
        ulong secondLow = 0;
        ulong secondHigh = 0;
        if (!isLoad)
        {
            registers.ReadV(access.Rt, out low, out high);
            if (isPair)
            {
                registers.ReadV(access.Rt2, out secondLow, out secondHigh);
            }
        }

        int done = 0;
        status = Word(ref bus, isLoad, size, ref done, ref low);
        if (status.IsSuccess && isQuadword)
        {
            status = Word(ref bus, isLoad, size, ref done, ref high);
        }

        if (status.IsSuccess && isPair)
        {
            status = Word(ref bus, isLoad, size, ref done, ref secondLow);
            if (status.IsSuccess && isQuadword)
            {
                status = Word(ref bus, isLoad, size, ref done, ref secondHigh);
            }
        }

        if (!status.IsSuccess)
        {
            return FaultAt(done);
        }

        if (registers.ReadPc() != pc)
        {
            return EmulationStatus.Abandoned;
        }

        if (isLoad)
        {
            registers.WriteV(access.Rt, low, high);
            if (isPair)
            {
                registers.WriteV(access.Rt2, secondLow, secondHigh);
            }
        }

        Complete(in access, registers, pc, _moved);
        return EmulationStatus.Completed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly BusStatus Word<TBus>(ref TBus bus, bool isLoad, int size, ref int done, ref ulong word)
        where TBus : struct, IMmioBus
    {
        BusStatus status;
        if (isLoad)
        {
            status = bus.Read(BusAddress(done), size, out ulong value);
            word = value & Element.Mask(size);
        }
        else
        {
            status = bus.Write(BusAddress(done), size, word & Element.Mask(size));
        }

        done += status.IsSuccess ? size : 0;
        return status;
    }

    // The next word is a number of bytes behind the address as the guest computes it, and loses its tag by itself (Arm ARM, LDP: Mem[] of address
    // and of AddressIncrement(address, dbytes)): it may have another bit 55.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ulong BusAddress(int offset) => DataPath.RemoveTag(Address + (uint)offset, _topByteIgnored);

    private EmulationStatus FaultAt(int offset)
    {
        Address += (uint)offset;
        return EmulationStatus.Fault;
    }
}
