using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <content>Loads and stores of general-purpose and SIMD&amp;FP registers at once (<see cref="IPlainTransfer"/>): what most exits are.</content>
public sealed partial class AccessPlan
{
    // Where such an instruction goes, as the bus sees it, for who asks meanwhile; the mask is that of addresses, and 0 for other instructions.
    private ulong _plainAddress;
    private ulong _plainMask;

    /// <summary>Executes an instruction, if it is one of these.</summary>
    /// <returns>False when it is not, and nothing has happened.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryExecutePlain<TBus>(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TBus : struct, IMmioBus
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        return access.IsPlainTransfer ? TryExecute<PlainTransfer, TBus>(_transfers, in access, reportedAddress, registers, ref bus, in options)
            : access.IsPlainCoreTransfer && TryExecute<PlainCoreTransfer, TBus>(_families.AArch32, in access, reportedAddress, registers, ref bus, in options);
    }

    private bool TryExecute<TTransfer, TBus>(
        AccessFamily family, in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TTransfer : struct, IPlainTransfer
        where TBus : struct, IMmioBus
    {
        if (!PlainTransfer.AreEnough(in options) || _isDriving)
        {
            return false;
        }

        TTransfer transfer = default;
        ulong pc = registers.ReadPc();
        if (!transfer.TryPlace(in access, reportedAddress, registers, pc))
        {
            return false;
        }

        _emulated.BeginPlain(in access);
        _sequence.End();
        _plainAddress = DataPath.RemoveTag(transfer.Address, options.TopByteIgnored);
        _plainMask = transfer.AddressMask;
        if (_family != family)
        {
            _family = family;
        }

        _isDriving = true;
        try
        {
            EmulationStatus status = transfer.Perform(in access, registers, ref bus, options.TopByteIgnored, pc, out BusStatus answer);
            if (status == EmulationStatus.Fault)
            {
                _emulated.RaiseDataAbort(answer.StatusCode, transfer.Address, access.Kind == AccessKind.Store);
            }
            else
            {
                _emulated.Status = status;
            }
        }
        finally
        {
            _isDriving = false;
        }

        return true;
    }

    private AddressRange GetPlainRange()
    {
        ref readonly AccessDescriptor access = ref _emulated.Access;
        bool isWritten = access.Kind == AccessKind.Store;
        return new AddressRange(
            _plainAddress, (ulong)access.TotalSize, _plainMask, !isWritten, isWritten, (access.NamedProperties & AccessProperties.Unprivileged) != 0);
    }
}
