using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>What transfers nothing: prefetches, and cache maintenance by address.</summary>
internal sealed class Hints : AccessFamily
{
    public Hints(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        switch (access.Kind)
        {
            case AccessKind.Prefetch:
                return PreparePrefetch(in access, registers);
            case AccessKind.CacheMaintenance:
                Sequence.Place(registers.GetXOrZero(access.Rt), 1, 0);
                return options.CacheMaintenance == CacheMaintenancePolicy.Ignore
                    ? Emulated.Status
                    : Emulated.Refuse(NotEmulatedReason.CacheMaintenance);
            default:
                return Emulated.Refuse(NotEmulatedReason.NotMemoryAccess);
        }
    }

    public override bool Commit(IGuestRegisters registers) => true;

    // Those with a vector of addresses are not legal in Streaming SVE mode, where the vCPU has it.
    private EmulationStatus PreparePrefetch(in AccessDescriptor access, IGuestRegisters registers)
    {
        UndefinedReason reason = access.Shape == TransferShape.ScalableGather && registers is IScalableRegisters scalable
            ? ScalableState.Check(in access, scalable)
            : UndefinedReason.None;
        return reason == UndefinedReason.None ? Emulated.Status : Emulated.Undefined(reason);
    }

    // The one byte of its address; a write, as in ESR_ELx.WnR.
    public override AddressRange GetRange(int index) => RangeOf(Sequence.Address, 1, isRead: false, isWritten: true);
}
