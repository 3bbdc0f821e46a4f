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
                return Emulated.Status;
            case AccessKind.CacheMaintenance:
                Sequence.Place(registers.GetXOrZero(access.Rt), 1, 0);
                return options.CacheMaintenance == CacheMaintenancePolicy.Ignore
                    ? Emulated.Status
                    : Emulated.Refuse(NotEmulatedReason.CacheMaintenance);
            case AccessKind.GuardedControlStack:
                return Emulated.Unsupported(NotEmulatedReason.GuardedControlStack);
            case AccessKind.Load:
            case AccessKind.Store:
                return Emulated.Unsupported(NotEmulatedReason.Scalable);
            default:
                return Emulated.Refuse(NotEmulatedReason.NotMemoryAccess);
        }
    }

    public override bool Commit(IGuestRegisters registers) => true;

    // The one byte of its address; a write, as in ESR_ELx.WnR.
    public override AddressRange GetRange(int index) => RangeOf(Sequence.Address, 1, isRead: false, isWritten: true);
}
