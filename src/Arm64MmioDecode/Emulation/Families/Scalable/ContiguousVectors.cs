using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// SVE and SME2 accesses of consecutive memory: LD1, ST1, LDNT1, STNT1, LDFF1, LDNF1 with all element sizes; the structures LD2–LD4,
/// ST2–ST4; several vectors under a predicate-as-counter; whole vectors and predicates (LDR, STR).
/// </summary>
internal sealed class ContiguousVectors : ScalableFamily
{
    public ContiguousVectors(EmulatedAccess emulated, Lazy<ScalableRoom> room)
        : base(emulated, room)
    {
    }

    protected override bool TryList(in AccessDescriptor access, IGuestRegisters registers, IScalableRegisters scalable, in EmulationOptions options)
    {
        VectorLength = ScalableState.CheckLength(scalable.VectorLength);
        if (access.Shape == TransferShape.ScalableWhole)
        {
            return TryListWhole(in access, registers, in options);
        }

        int elements = VectorLength >> access.RegisterSizeLog2;
        bool isInterleaved = access.Shape == TransferShape.ScalableInterleaved;
        bool isCounted = !isInterleaved && access.RegisterCount > 1;
        if (isCounted)
        {
            Room.Mask.ReadCounter(scalable, ScalableState.GoverningCounter(in access), VectorLength);
        }
        else
        {
            Room.Mask.Read(scalable, ScalableState.GoverningPredicate(in access), VectorLength);
        }

        // SP is not checked where no element is active, which the architecture leaves open (Unpredictable_CHECKSPNONEACTIVE).
        if (!Room.Mask.IsAnyActive(elements * (isCounted ? access.RegisterCount : 1), access.RegisterSizeLog2))
        {
            return !IsFaultSuppressing(in access) || TrySuppressFaults(in access, isFirstFault: false, in options);
        }

        if (!TryGetBase(in access, registers, in options, out ulong address))
        {
            return false;
        }

        // An immediate counts vectors of what memory has of them.
        address += access.HasIndex
            ? A64Addressing.GetIndex(in access, registers)
            : (ulong)((long)access.Offset * (elements << access.ElementSizeLog2));
        if (isInterleaved)
        {
            ListStructures(in access, address, elements);
        }
        else
        {
            ListVectors(in access, address, elements);
        }

        return !IsFaultSuppressing(in access) || TrySuppressFaults(in access, access.IsFirstFaulting, in options);
    }

    protected override void ReadRegisters(in AccessDescriptor access, IScalableRegisters scalable)
    {
        if (access.RegisterFile == RegisterFile.Predicate)
        {
            scalable.ReadP(access.Rt & 15, Room.Register(0, VectorLength / 8));
        }
        else
        {
            base.ReadRegisters(in access, scalable);
        }
    }

    protected override void CommitLoad(in AccessDescriptor access, IScalableRegisters scalable)
    {
        if (access.RegisterFile == RegisterFile.Predicate)
        {
            Room.CopyFromElements(Sequence, access.ElementSizeLog2, signed: false);
            scalable.WriteP(access.Rt & 15, Room.Register(0, VectorLength / 8));
        }
        else
        {
            base.CommitLoad(in access, scalable);
        }
    }

    private static bool IsFaultSuppressing(in AccessDescriptor access) => (access.NamedProperties & AccessProperties.FaultSuppressing) != 0;

    // One vector, or several one after the other.
    private void ListVectors(in AccessDescriptor access, ulong address, int elements)
    {
        for (int i = 0; i < elements * access.RegisterCount; i++)
        {
            if (Room.Mask.IsActive(i, access.RegisterSizeLog2))
            {
                int place = ScalableRoom.PlaceOf(i / elements, i % elements, access.RegisterSizeLog2);
                Room.Add(Sequence, address + ((ulong)(uint)i << access.ElementSizeLog2), place);
            }
        }
    }

    // Element by element, within each register by register.
    private void ListStructures(in AccessDescriptor access, ulong address, int elements)
    {
        int registers = access.RegisterCount;
        for (int e = 0; e < elements; e++)
        {
            if (!Room.Mask.IsActive(e, access.RegisterSizeLog2))
            {
                continue;
            }

            for (int r = 0; r < registers; r++)
            {
                Room.Add(Sequence, address + ((ulong)(uint)((e * registers) + r) << access.ElementSizeLog2), ScalableRoom.PlaceOf(r, e, access.RegisterSizeLog2));
            }
        }
    }

    // As bytes, whatever the byte order. A predicate has one bit for each byte of a vector.
    private bool TryListWhole(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        const int PredicateAlignment = 2;
        const int VectorAlignment = 16;
        bool isPredicate = access.RegisterFile == RegisterFile.Predicate;
        int length = isPredicate ? VectorLength / 8 : VectorLength;
        if (!TryGetBase(in access, registers, in options, out ulong address))
        {
            return false;
        }

        address += (ulong)((long)access.Offset * length);
        return TryListBytes(in access, address, length, isPredicate ? PredicateAlignment : VectorAlignment, in options);
    }
}
