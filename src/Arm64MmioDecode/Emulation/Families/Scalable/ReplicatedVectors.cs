using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// SVE loads of few elements to the whole vector: one element to all active ones (LD1R*), the active elements of 16 or 32 bytes to
/// each such part (LD1RQ*, LD1RO*).
/// </summary>
internal sealed class ReplicatedVectors : ScalableFamily
{
    private const int Quadword = 16;
    private const int Octaword = 32;

    public ReplicatedVectors(EmulatedAccess emulated, Lazy<ScalableRoom> room)
        : base(emulated, room)
    {
    }

    protected override bool TryList(in AccessDescriptor access, IGuestRegisters registers, IScalableRegisters scalable, in EmulationOptions options)
    {
        VectorLength = ScalableState.CheckLength(scalable.VectorLength);
        Room.Mask.Read(scalable, ScalableState.GoverningPredicate(in access), VectorLength);
        int sizeLog2 = access.RegisterSizeLog2;
        bool isSegment = ScalableState.ReplicatesQuadwords(in access);
        int elements = (isSegment ? SegmentLength(in access) : VectorLength) >> sizeLog2;
        if (!Room.Mask.IsAnyActive(elements, sizeLog2))
        {
            return true;
        }

        if (!TryGetBase(in access, registers, in options, out ulong address))
        {
            return false;
        }

        address += access.HasIndex ? A64Addressing.GetIndex(in access, registers) : (ulong)access.Offset;
        if (!isSegment)
        {
            Room.Add(Sequence, address, 0);
            return true;
        }

        for (int e = 0; e < elements; e++)
        {
            if (Room.Mask.IsActive(e, sizeLog2))
            {
                Room.Add(Sequence, address + ((ulong)(uint)e << sizeLog2), ScalableRoom.PlaceOf(0, e, sizeLog2));
            }
        }

        return true;
    }

    protected override void CommitLoad(in AccessDescriptor access, IScalableRegisters scalable)
    {
        int sizeLog2 = access.RegisterSizeLog2;
        Room.Clear(1);
        Room.CopyFromElements(Sequence, sizeLog2, access.Extend == LoadExtend.Sign);
        Span<byte> vector = Room.Register(0, VectorLength);
        if (ScalableState.ReplicatesQuadwords(in access))
        {
            int length = SegmentLength(in access);
            for (int at = length; at < VectorLength; at += length)
            {
                vector.Slice(0, length).CopyTo(vector.Slice(at));
            }
        }
        else
        {
            ulong value = Room.Get(0, sizeLog2);
            for (int e = 0; e < VectorLength >> sizeLog2; e++)
            {
                Room.Set(ScalableRoom.PlaceOf(0, e, sizeLog2), sizeLog2, Room.Mask.IsActive(e, sizeLog2) ? value : 0, 0);
            }
        }

        scalable.WriteZ(access.Rt, vector);
    }

    private static int SegmentLength(in AccessDescriptor access) => ScalableState.ReplicatesOctawords(in access) ? Octaword : Quadword;
}
