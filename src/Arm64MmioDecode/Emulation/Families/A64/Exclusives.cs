using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>Load and store exclusives of A64.</summary>
internal sealed class Exclusives : AccessFamily
{
    private bool _storeFailed;

    public Exclusives(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (!A64Addressing.TryPlace(Emulated, in access, registers, in options) || !A64Addressing.IsWholeAligned(Emulated, in access))
        {
            return Emulated.Status;
        }

        if (options.Exclusives == ExclusivePolicy.Fault)
        {
            return Emulated.RaiseUnsupportedAccess();
        }

        if (access.Kind == AccessKind.LoadExclusive)
        {
            Sequence.Begin(Phase.Read);
            return Emulated.Status;
        }

        _storeFailed = options.Exclusives == ExclusivePolicy.Perform && !Emulated.Monitor.Covers(MonitoredAddress, access.TotalSize);
        if (!_storeFailed)
        {
            Transfers.Gather(Sequence, in access, registers);
            BeginStore(Emulated, options);
        }

        return Emulated.Status;
    }

    public override void EndPhase(Phase ended)
    {
        _storeFailed |= HasStoreFailed(Sequence, ended);
    }

    /// <summary>Begins the write of a store exclusive.</summary>
    public static void BeginStore(EmulatedAccess emulated, in EmulationOptions options)
    {
        if (options.WholeTransactions && options.Exclusives == ExclusivePolicy.Perform)
        {
            emulated.Sequence.BeginCompareExchange(in emulated.Monitor.Data);
        }
        else
        {
            emulated.Sequence.Begin(Phase.Write);
        }
    }

    /// <summary>Whether memory no longer held what the load exclusive had read.</summary>
    public static bool HasStoreFailed(ElementSequence sequence, Phase ended) =>
        ended == Phase.CompareExchange && !sequence.Whole.Equals(sequence.Comparand);

    public override bool Commit(IGuestRegisters registers)
    {
        ref readonly AccessDescriptor access = ref Emulated.Access;
        if (access.Kind == AccessKind.StoreExclusive)
        {
            Emulated.Monitor.Clear();
            registers.SetXUnlessZero(access.Rs, _storeFailed ? 1u : 0u);
            return true;
        }

        Transfers.Scatter(Sequence, in access, registers);
        if (access.ElementCount == 2 && access.Rt == access.Rt2)
        {
            // CONSTRAINED UNPREDICTABLE; unlike that of LDP, the second element stays, as on QEMU.
            registers.SetXUnlessZero(access.Rt2, Transfers.Extend(in access, Sequence.Get(1)));
        }

        Emulated.Monitor.Mark(MonitoredAddress, access.TotalSize, Sequence.Whole);
        return true;
    }

    private ulong MonitoredAddress => Sequence.Path.RemoveTag(Sequence.Address);
}
