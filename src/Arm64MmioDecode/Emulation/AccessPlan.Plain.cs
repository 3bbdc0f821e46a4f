using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <content>Loads and stores of one or two registers at once (<see cref="PlainTransfer"/>): what most exits are.</content>
public sealed partial class AccessPlan
{
    /// <summary>Executes an instruction, if it is one of these.</summary>
    /// <returns>False when it is not, and nothing has happened.</returns>
    private bool TryExecutePlain<TBus>(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TBus : struct, IMmioBus
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        if (!access.IsPlainTransfer || !PlainTransfer.AreEnough(in options) || _isDriving)
        {
            return false;
        }

        ulong pc = registers.Pc;
        PlainTransfer transfer = default;
        if (!transfer.TryPlace(in access, reportedAddress, registers, pc))
        {
            return false;
        }

        _emulated.BeginPlain(in access);
        _sequence.End();
        if (_family != _transfers)
        {
            _family = _transfers;
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
}
