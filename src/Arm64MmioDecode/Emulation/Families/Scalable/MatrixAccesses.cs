using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// SME accesses of ZA and ZT0: slices of tiles under a predicate (LD1, ST1), vectors of the ZA array and ZT0 as bytes (LDR, STR).
/// </summary>
internal sealed class MatrixAccesses : ScalableFamily
{
    private const int Zt0Length = 64;
    private const int VectorAlignment = 16;

    // The number of the array vector, or of the slice within its tile.
    private int _vector;

    public MatrixAccesses(EmulatedAccess emulated, Lazy<ScalableRoom> room)
        : base(emulated, room)
    {
    }

    protected override bool TryList(in AccessDescriptor access, IGuestRegisters registers, IScalableRegisters scalable, in EmulationOptions options)
    {
        VectorLength = ScalableState.CheckLength(scalable.StreamingVectorLength);
        if (access.Shape == TransferShape.ScalableContiguous)
        {
            return TryListSlice(in access, registers, scalable, in options);
        }

        if (!TryGetBase(in access, registers, in options, out ulong address))
        {
            return false;
        }

        if (access.RegisterFile == RegisterFile.Zt0)
        {
            return TryListBytes(in access, address, Zt0Length, VectorAlignment, in options);
        }

        // The offset in bits 3:0 counts both vectors of the array and of memory.
        int offset = (int)access.Opcode & 15;
        _vector = (int)((SliceRegister(in access, registers) + (uint)offset) % (uint)VectorLength);
        return TryListBytes(in access, address + (ulong)(offset * VectorLength), VectorLength, VectorAlignment, in options);
    }

    protected override void ReadRegisters(in AccessDescriptor access, IScalableRegisters scalable)
    {
        if (access.RegisterFile == RegisterFile.Zt0)
        {
            scalable.ReadZt0(Room.Register(0, Zt0Length));
        }
        else if (!IsVertical(in access))
        {
            scalable.ReadZa(ArrayVector(in access), Room.Register(0, VectorLength));
        }
        else
        {
            TransferColumn(in access, scalable, isStore: true);
        }
    }

    // Inactive elements of a slice become zero.
    protected override void CommitLoad(in AccessDescriptor access, IScalableRegisters scalable)
    {
        Room.Clear(1);
        Room.CopyFromElements(Sequence, access.ElementSizeLog2, signed: false);
        if (access.RegisterFile == RegisterFile.Zt0)
        {
            scalable.WriteZt0(Room.Register(0, Zt0Length));
        }
        else if (!IsVertical(in access))
        {
            scalable.WriteZa(ArrayVector(in access), Room.Register(0, VectorLength));
        }
        else
        {
            TransferColumn(in access, scalable, isStore: false);
        }
    }

    // V, bit 15, of a tile slice.
    private static bool IsVertical(in AccessDescriptor access) =>
        access.Shape == TransferShape.ScalableContiguous && (access.Opcode & (1u << 15)) != 0;

    // W12 to W15, bits 14:13.
    private static uint SliceRegister(in AccessDescriptor access, IGuestRegisters registers) =>
        (uint)registers.GetX(12 + ((int)(access.Opcode >> 13) & 3));

    // Bits 3:0 are the tile, then the offset of the slice: there are as many tiles as an element has bytes.
    private static int Tile(in AccessDescriptor access) => ((int)access.Opcode & 15) >> (4 - access.ElementSizeLog2);

    private bool TryListSlice(in AccessDescriptor access, IGuestRegisters registers, IScalableRegisters scalable, in EmulationOptions options)
    {
        int sizeLog2 = access.ElementSizeLog2;
        int elements = VectorLength >> sizeLog2;
        uint offset = access.Opcode & 15 & ((1u << (4 - sizeLog2)) - 1);
        _vector = (int)((SliceRegister(in access, registers) + offset) % (uint)elements);
        Room.Mask.Read(scalable, ScalableState.GoverningPredicate(in access), VectorLength);
        if (!Room.Mask.IsAnyActive(elements, sizeLog2))
        {
            return true;
        }

        if (!TryGetBase(in access, registers, in options, out ulong address))
        {
            return false;
        }

        address += A64Addressing.GetIndex(in access, registers);
        for (int e = 0; e < elements; e++)
        {
            if (Room.Mask.IsActive(e, sizeLog2))
            {
                Room.Add(Sequence, address + ((ulong)(uint)e << sizeLog2), ScalableRoom.PlaceOf(0, e, sizeLog2));
            }
        }

        return true;
    }

    // A tile's horizontal slices are every so many vectors of the array (Arm ARM, "ZA tile access").
    private int ArrayVector(in AccessDescriptor access) =>
        access.Shape == TransferShape.ScalableWhole ? _vector : (_vector << access.ElementSizeLog2) + Tile(in access);

    // One element of each horizontal slice.
    private void TransferColumn(in AccessDescriptor access, IScalableRegisters scalable, bool isStore)
    {
        int sizeLog2 = access.ElementSizeLog2;
        Span<byte> column = Room.Register(0, VectorLength);
        Span<byte> row = Room.Register(1, VectorLength);
        for (int e = 0; e < VectorLength >> sizeLog2; e++)
        {
            int vector = (e << sizeLog2) + Tile(in access);
            scalable.ReadZa(vector, row);
            Span<byte> element = column.Slice(e << sizeLog2, 1 << sizeLog2);
            Span<byte> slice = row.Slice(_vector << sizeLog2, 1 << sizeLog2);
            if (isStore)
            {
                slice.CopyTo(element);
            }
            else
            {
                element.CopyTo(slice);
                scalable.WriteZa(vector, row);
            }
        }
    }
}
