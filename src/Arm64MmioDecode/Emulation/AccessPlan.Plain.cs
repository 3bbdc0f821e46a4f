using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <content>
/// Loads and stores of one or two registers at once: what most exits are, without the state that only other instructions and
/// steps need. Nothing here differs from <see cref="Transfers"/>, which does the same step by step.
/// </content>
public sealed partial class AccessPlan
{
    private const int PlainBusWidth = sizeof(ulong);

    // Two elements of 16 bytes are four.
    private readonly ulong[] _words = new ulong[4];

    /// <summary>Executes an instruction, if it is one of these.</summary>
    /// <returns>False when it is not, and nothing has happened.</returns>
    private bool TryExecutePlain<TBus>(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TBus : struct, IMmioBus
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        if (!TryPlacePlain(in access, reportedAddress, registers, in options, out ulong pc, out ulong address, out ulong moved))
        {
            return false;
        }

        _isDriving = true;
        try
        {
            ExecutePlain(in access, registers, ref bus, in options, pc, address, moved);
        }
        finally
        {
            _isDriving = false;
        }

        return true;
    }

    /// <summary>Where a plain load or store goes, before anything is done.</summary>
    /// <returns>Whether it is one that <see cref="ExecutePlain"/> performs.</returns>
    internal bool TryPlacePlain(
        in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, in EmulationOptions options, out ulong pc, out ulong address, out ulong moved)
    {
        if (!IsPlain(in access) || !IsPlain(in options) || _isDriving)
        {
            pc = 0;
            address = 0;
            moved = 0;
            return false;
        }

        pc = registers.Pc;
        switch (access.AddressingMode)
        {
            case AddressingMode.Reported:
                address = moved = reportedAddress;
                break;
            case AddressingMode.Literal:
                address = moved = pc + (ulong)access.Offset;
                break;
            default:
                address = registers.GetXOrSp(access.Rn);
                moved = address + (access.HasIndex ? A64Addressing.GetIndex(in access, registers) : (ulong)access.Offset);
                address = access.AddressingMode == AddressingMode.PostIndex ? address : moved;
                break;
        }

        int size = access.ElementSize;
        return (address & (ulong)(size - 1)) == 0 || (size <= PlainBusWidth && MayBeUnaligned(in access, in options));
    }

    /// <summary>
    /// Performs what <see cref="TryPlacePlain"/> has placed. <see cref="Status"/> says how it ended. It is the caller who sees to it that
    /// the bus does not call back.
    /// </summary>
    internal void ExecutePlain<TBus>(
        in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, in EmulationOptions options, ulong pc, ulong address, ulong moved)
        where TBus : struct, IMmioBus
    {
        // Words of up to 8 bytes: elements, or halves of them.
        int size = access.ElementSize;
        int count = access.ElementCount;
        bool isLoad = access.Kind == AccessKind.Load;
        if (size > PlainBusWidth)
        {
            size = PlainBusWidth;
            count *= 2;
        }

        _emulated.BeginPlain(in access);
        _sequence.End();
        if (_family != _transfers)
        {
            _family = _transfers;
        }

        if (count == 1 && access.RegisterFile == RegisterFile.General && (address & (ulong)(size - 1)) == 0)
        {
            // What most exits are: nothing of it needs a place in memory.
            ulong at = options.TopByteIgnored ? (ulong)((long)(address << 8) >> 8) : address;
            ulong word = 0;
            BusStatus answer = isLoad
                ? bus.Read(at, size, out word)
                : bus.Write(at, size, registers.GetXOrZero(access.Rt) & Element.Mask(size));
            if (!answer.IsSuccess)
            {
                _emulated.RaiseDataAbort(answer.StatusCode, address, !isLoad);
            }
            else if (registers.Pc == pc)
            {
                if (isLoad)
                {
                    registers.SetXUnlessZero(access.Rt, Transfers.Extend(in access, word & Element.Mask(size)));
                }

                CompleteA64(in access, registers, pc, moved);
            }

            return;
        }

        if (!isLoad)
        {
            GatherPlain(in access, registers);
        }

        BusStatus status = Transfer(ref bus, isLoad, ref address, size, count, options.TopByteIgnored);
        if (!status.IsSuccess)
        {
            _emulated.RaiseDataAbort(status.StatusCode, address, !isLoad);
        }
        else if (registers.Pc == pc)
        {
            if (isLoad)
            {
                ScatterPlain(in access, registers);
            }

            CompleteA64(in access, registers, pc, moved);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(in AccessDescriptor access)
    {
        const AccessProperties Others = AccessProperties.Authenticated | AccessProperties.WritesTags;
        return access.Kind is AccessKind.Load or AccessKind.Store
            && access.RegisterFile is RegisterFile.General or RegisterFile.SimdAndFloatingPoint
            && access.Shape == TransferShape.OnePerRegister
            && access.ElementCount <= 2
            && access.InstructionSet == InstructionSet.A64
            && (access.NamedProperties & Others) == 0
            && (access.ElementCount == 1 || (access.NamedProperties & AccessProperties.Release) == 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(in EmulationOptions options) =>
        options.BusWidth == PlainBusWidth && !options.BigEndian && options.HasPlainTransactions
        && options.Unpredictable == UnpredictablePolicy.Perform && !options.CheckStackPointerAlignment;

    private static bool MayBeUnaligned(in AccessDescriptor access, in EmulationOptions options)
    {
        const AccessProperties Aligned = AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release | AccessProperties.GuardedControlStack;
        return options.Unaligned == UnalignedPolicy.Split && (access.NamedProperties & Aligned) == 0;
    }

    // Says in the address where it failed.
    private BusStatus Transfer<TBus>(ref TBus bus, bool isLoad, ref ulong address, int size, int count, bool topByteIgnored)
        where TBus : struct, IMmioBus
    {
        if ((address & (ulong)(size - 1)) != 0)
        {
            return TransferInPieces(ref bus, isLoad, ref address, size, count, topByteIgnored);
        }

        ref ulong word = ref _words[0];
        for (int i = 0; i < count; i++, address += (uint)size, word = ref Unsafe.Add(ref word, 1))
        {
            ulong at = topByteIgnored ? (ulong)((long)(address << 8) >> 8) : address;
            BusStatus status;
            if (isLoad)
            {
                status = bus.Read(at, size, out ulong value);
                word = value & Element.Mask(size);
            }
            else
            {
                status = bus.Write(at, size, word & Element.Mask(size));
            }

            if (!status.IsSuccess)
            {
                return status;
            }
        }

        return BusStatus.Success;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BusStatus TransferInPieces<TBus>(ref TBus bus, bool isLoad, ref ulong address, int size, int count, bool topByteIgnored)
        where TBus : struct, IMmioBus
    {
        for (int i = 0; i < count; i++)
        {
            ulong word = isLoad ? 0 : _words[i];
            int done = 0;
            do
            {
                // The largest power of two that is left and does not leave its own alignment.
                int limit = (int)(address | PlainBusWidth);
                int piece = Math.Min(limit & -limit, size - done);
                piece = piece == 3 ? 2 : piece is > 4 and < 8 ? 4 : piece;
                ulong at = topByteIgnored ? (ulong)((long)(address << 8) >> 8) : address;
                BusStatus status;
                if (isLoad)
                {
                    status = bus.Read(at, piece, out ulong value);
                    word |= (value & Element.Mask(piece)) << (8 * done);
                }
                else
                {
                    status = bus.Write(at, piece, (word >> (8 * done)) & Element.Mask(piece));
                }

                if (!status.IsSuccess)
                {
                    return status;
                }

                address += (uint)piece;
                done += piece;
            }
            while (done < size);

            _words[i] = word;
        }

        return BusStatus.Success;
    }

    private void GatherPlain(in AccessDescriptor access, IGuestRegisters registers)
    {
        ulong[] words = _words;
        if (access.RegisterFile == RegisterFile.General)
        {
            words[0] = registers.GetXOrZero(access.Rt);
            if (access.ElementCount == 2)
            {
                words[1] = registers.GetXOrZero(access.GetRegister(1));
            }

            return;
        }

        registers.GetV(access.Rt, out words[0], out words[1]);
        if (access.ElementCount == 2)
        {
            int second = access.ElementSize > PlainBusWidth ? 2 : 1;
            registers.GetV(access.GetRegister(1), out words[second], out words[3]);
        }
    }

    private void ScatterPlain(in AccessDescriptor access, IGuestRegisters registers)
    {
        ulong[] words = _words;
        if (access.RegisterFile == RegisterFile.General)
        {
            // Of a pair with Rt = Rt2 the first element stays.
            if (access.ElementCount == 2)
            {
                registers.SetXUnlessZero(access.GetRegister(1), Transfers.Extend(in access, words[1]));
            }

            registers.SetXUnlessZero(access.Rt, Transfers.Extend(in access, words[0]));
            return;
        }

        bool isQuadword = access.ElementSize > PlainBusWidth;
        registers.SetV(access.Rt, words[0], isQuadword ? words[1] : 0);
        if (access.ElementCount == 2)
        {
            registers.SetV(access.GetRegister(1), words[isQuadword ? 2 : 1], isQuadword ? words[3] : 0);
        }
    }
}
