using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// What the families of SVE and SME have in common: they list their active elements, in the order of the operation text, with an
/// address and a place in a register each; inactive ones are not there. Then all are transferred, then whole registers committed, and
/// FFR. The registers are Z registers unless a family says otherwise.
/// </summary>
internal abstract class ScalableFamily : AccessFamily
{
    private readonly Lazy<ScalableRoom> _room;

    // The active elements of a first-fault or non-fault load, of which the policy for unaligned ones may let only some be read.
    private int _listed;

    protected ScalableFamily(EmulatedAccess emulated, Lazy<ScalableRoom> room)
        : base(emulated)
    {
        _room = room;
    }

    public override int RangeCount => Sequence.IsScattered ? Sequence.Count : base.RangeCount;

    protected ScalableRoom Room => _room.Value;

    /// <summary>The vector length in bytes.</summary>
    protected int VectorLength { get; set; }

    public sealed override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (registers is not IScalableRegisters scalable)
        {
            return Emulated.Unsupported(NotEmulatedReason.RegistersNotAvailable);
        }

        UndefinedReason reason = ScalableState.Check(in access, scalable);
        if (reason != UndefinedReason.None)
        {
            return Emulated.Undefined(reason);
        }

        Sequence.Scatter(ScalableRoom.MaximumElements, access.ElementSizeLog2);
        if (TryList(in access, registers, scalable, in options))
        {
            Begin(in access, scalable, in options);
        }

        return Emulated.Status;
    }

    public sealed override bool Commit(IGuestRegisters registers)
    {
        if (Emulated.Access.Kind == AccessKind.Load)
        {
            CommitLoad(in Emulated.Access, (IScalableRegisters)registers);
        }

        return true;
    }

    // Any active element may be the one that faulted.
    public override AddressRange GetRange(int index)
    {
        if (!Sequence.IsScattered)
        {
            return base.GetRange(index);
        }

        bool isWritten = Emulated.Access.IsWrite;
        return RangeOf(Sequence.ElementAddress(index), 1ul << Sequence.SizeLog2, !isWritten, isWritten);
    }

    /// <summary>Lists the active elements.</summary>
    /// <returns>False after a fault.</returns>
    protected abstract bool TryList(in AccessDescriptor access, IGuestRegisters registers, IScalableRegisters scalable, in EmulationOptions options);

    /// <summary>Brings the data registers of a store into the room.</summary>
    protected virtual void ReadRegisters(in AccessDescriptor access, IScalableRegisters scalable)
    {
        for (int r = 0; r < access.RegisterCount; r++)
        {
            scalable.ReadZ(access.GetRegister(r), Room.Register(r, VectorLength));
        }
    }

    /// <summary>Writes the data registers of a load. Inactive elements become zero.</summary>
    protected virtual void CommitLoad(in AccessDescriptor access, IScalableRegisters scalable)
    {
        Room.Clear(access.RegisterCount);
        Room.CopyFromElements(Sequence, access.RegisterSizeLog2, access.Extend == LoadExtend.Sign);
        if ((access.NamedProperties & AccessProperties.FaultSuppressing) != 0)
        {
            ClearFirstFaultRegister(access.RegisterSizeLog2, scalable);
        }

        for (int r = 0; r < access.RegisterCount; r++)
        {
            scalable.WriteZ(access.GetRegister(r), Room.Register(r, VectorLength));
        }
    }

    /// <summary>Says which reads of a first-fault or non-fault load must not fault: all but the first active one, or all.</summary>
    /// <returns>False after a fault.</returns>
    protected bool TrySuppressFaults(in AccessDescriptor access, bool isFirstFault, in EmulationOptions options)
    {
        _listed = Sequence.Count;
        int aligned = options.Unaligned == UnalignedPolicy.Fault ? FindUnaligned() : _listed;
        if (isFirstFault && aligned == 0 && _listed != 0)
        {
            Emulated.RaiseDataAbort(FaultStatusCode.Alignment, Sequence.ElementAddress(0), isWrite: false);
            return false;
        }

        Sequence.SetNonFaultFrom(isFirstFault ? 1 : 0);
        Sequence.Truncate(aligned);
        return true;
    }

    /// <summary>The base register, SP checked.</summary>
    /// <returns>False after a fault.</returns>
    protected bool TryGetBase(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options, out ulong address)
    {
        address = registers.GetXOrSp(access.Rn);
        return access.Rn != A64Registers.Number31 || A64Addressing.IsStackPointerAligned(Emulated, address, in options);
    }

    /// <summary>Lists all bytes of the first register. They are aligned as a whole where the policy asks for it.</summary>
    /// <returns>False after a fault.</returns>
    protected bool TryListBytes(in AccessDescriptor access, ulong address, int length, int alignment, in EmulationOptions options)
    {
        if (options.Unaligned == UnalignedPolicy.Fault && (address & (ulong)(alignment - 1)) != 0)
        {
            Emulated.RaiseDataAbort(FaultStatusCode.Alignment, address, access.IsWrite);
            return false;
        }

        for (int i = 0; i < length; i++)
        {
            Room.Add(Sequence, address + (ulong)(uint)i, i);
        }

        return true;
    }

    // The first element that is not aligned, or the number of elements. The whole of others is checked by themselves.
    private int FindUnaligned()
    {
        ulong mask = (1ul << Sequence.SizeLog2) - 1;
        int i = 0;
        while (i < Sequence.Count && (Sequence.ElementAddress(i) & mask) == 0)
        {
            i++;
        }

        return i;
    }

    private void Begin(in AccessDescriptor access, IScalableRegisters scalable, in EmulationOptions options)
    {
        bool suppresses = (access.NamedProperties & AccessProperties.FaultSuppressing) != 0;
        if (options.Unaligned == UnalignedPolicy.Fault && !suppresses)
        {
            int unaligned = FindUnaligned();
            if (unaligned < Sequence.Count)
            {
                Emulated.RaiseDataAbort(FaultStatusCode.Alignment, Sequence.ElementAddress(unaligned), access.IsWrite);
                return;
            }
        }

        if (access.Kind == AccessKind.Store)
        {
            ReadRegisters(in access, scalable);
            Room.CopyToElements(Sequence);
        }

        if (!suppresses)
        {
            Sequence.JoinIfConsecutive();
        }

        Sequence.Begin(access.Kind == AccessKind.Load ? Phase.Read : Phase.Write);
    }

    // FFR becomes FALSE from the first element on that was active and not read. From the first element on that is FALSE, now or
    // before, the destination is CONSTRAINED UNPREDICTABLE: it becomes zero.
    private void ClearFirstFaultRegister(int sizeLog2, IScalableRegisters scalable)
    {
        Span<byte> ffr = stackalloc byte[ScalableRoom.MaximumVectorLength / 8];
        ffr = ffr.Slice(0, VectorLength / 8);
        scalable.ReadFfr(ffr);
        int missing = Sequence.Transferred;
        if (missing != _listed)
        {
            int bit = Room.PlaceOf(missing);
            ffr[bit >> 3] &= (byte)((1 << (bit & 7)) - 1);
            ffr.Slice((bit >> 3) + 1).Clear();
            scalable.WriteFfr(ffr);
        }

        for (int at = 0; at < VectorLength; at += 1 << sizeLog2)
        {
            if ((ffr[at >> 3] >> (at & 7) & 1) == 0)
            {
                Room.Register(0, VectorLength).Slice(at).Clear();
                return;
            }
        }
    }
}
