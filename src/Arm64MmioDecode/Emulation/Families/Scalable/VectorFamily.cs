using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>Families whose data registers are Z registers, with first-fault and non-fault loads.</summary>
internal abstract class VectorFamily : ScalableFamily
{
    // The active elements of a first-fault or non-fault load, of which the policy for unaligned ones may let only some be read.
    private int _listed;

    protected VectorFamily(EmulatedAccess emulated, Lazy<ScalableRoom> room)
        : base(emulated, room)
    {
    }

    /// <summary>The current vector length in bytes.</summary>
    protected int VectorLength { get; set; }

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

    protected override void ReadRegisters(in AccessDescriptor access, IScalableRegisters scalable)
    {
        for (int r = 0; r < access.RegisterCount; r++)
        {
            scalable.ReadZ(access.GetRegister(r), Room.Register(r, VectorLength));
        }
    }

    // Inactive elements become zero.
    protected override void CommitLoad(in AccessDescriptor access, IScalableRegisters scalable)
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
