using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// SVE accesses whose elements have an address each (gathers, scatters): a vector of addresses with an immediate or a scalar, or a
/// scalar with a vector of offsets; first-fault and non-temporal ones, and the quadwords LD1Q and ST1Q.
/// </summary>
internal sealed class GatheredVectors : ScalableFamily
{
    private const int DoublewordLog2 = 3;

    public GatheredVectors(EmulatedAccess emulated, Lazy<ScalableRoom> room)
        : base(emulated, room)
    {
    }

    protected override bool TryList(in AccessDescriptor access, IGuestRegisters registers, IScalableRegisters scalable, in EmulationOptions options)
    {
        VectorLength = ScalableState.CheckLength(scalable.VectorLength);
        int sizeLog2 = access.RegisterSizeLog2;
        int elements = VectorLength >> sizeLog2;
        Room.Mask.Read(scalable, ScalableState.GoverningPredicate(in access), VectorLength);
        bool isVectorBase = access.AddressingMode == AddressingMode.VectorBase;
        ulong scalar = 0;
        if (isVectorBase)
        {
            scalar = access.HasIndex ? A64Addressing.GetIndex(in access, registers) : (ulong)access.Offset;
        }
        else if (Room.Mask.IsAnyActive(elements, sizeLog2) && !TryGetBase(in access, registers, in options, out scalar))
        {
            return false;
        }

        scalable.ReadZ(isVectorBase ? access.Rn : access.Rm, Room.Register(0, VectorLength));
        for (int e = 0; e < elements; e++)
        {
            if (Room.Mask.IsActive(e, sizeLog2))
            {
                // A quadword has its address in the lower half.
                int place = ScalableRoom.PlaceOf(0, e, sizeLog2);
                ulong vector = Room.Get(place, Math.Min(sizeLog2, DoublewordLog2));
                Room.Add(Sequence, scalar + (isVectorBase ? vector : A64Addressing.ExtendIndex(in access, vector)), place);
            }
        }

        return (access.NamedProperties & AccessProperties.FaultSuppressing) == 0 || TrySuppressFaults(in access, isFirstFault: true, in options);
    }
}
