using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>64-byte accesses (FEAT_LS64): LD64B, ST64B, ST64BV, ST64BV0.</summary>
internal sealed class SixtyFourByteAccesses : AccessFamily
{
    // What ST64BV and ST64BV0 return: 0 unless the device says otherwise.
    private ulong _deviceStatus;

    public SixtyFourByteAccesses(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    public static bool Contains(in AccessDescriptor access) => access.ElementCount == 8 && access.RegisterFile == RegisterFile.General;

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (!A64Addressing.TryPlace(Emulated, in access, registers, in options) || !A64Addressing.IsWholeAligned(Emulated, in access))
        {
            return Emulated.Status;
        }

        if (options.SixtyFourBytes == SixtyFourBytePolicy.Fault)
        {
            return Emulated.RaiseUnsupportedAccess();
        }

        _deviceStatus = 0;
        bool isLoad = access.Kind == AccessKind.Load;
        if (!isLoad)
        {
            Gather(in access, registers);
        }

        Phase phase = isLoad ? Phase.Read : Phase.Write;
        if (options.SixtyFourBytes == SixtyFourBytePolicy.SingleTransaction)
        {
            Sequence.Begin(phase, ElementSequence.BlockSize);
        }
        else
        {
            Sequence.Begin(phase);
        }

        return Emulated.Status;
    }

    public override void EndPhase(Phase ended)
    {
        if (ended == Phase.Write && Emulated.Options.SixtyFourBytes == SixtyFourBytePolicy.SingleTransaction)
        {
            _deviceStatus = Sequence[0].Low;
        }
    }

    public override bool Commit(IGuestRegisters registers)
    {
        ref readonly AccessDescriptor access = ref Emulated.Access;
        if (access.Kind == AccessKind.Load)
        {
            Transfers.Scatter(Sequence, in access, registers);
        }
        else if (access.HasStatusRegister)
        {
            registers.SetXUnlessZero(access.Rs, _deviceStatus);
        }

        return true;
    }

    private void Gather(in AccessDescriptor access, IGuestRegisters registers)
    {
        Transfers.Gather(Sequence, in access, registers);
        if (access.Operation == AccessOperation.StoreAccelerationData)
        {
            const ulong Upper = 0xFFFF_FFFF_0000_0000;
            Sequence.Set(0, (registers.GetXOrZero(access.Rt) & Upper) | (registers.GetSystemRegister(SystemRegister.AccdataEl1) & ~Upper));
        }
    }
}
