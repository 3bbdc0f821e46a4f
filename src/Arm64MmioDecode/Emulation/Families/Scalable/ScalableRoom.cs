using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Room for what an SVE or SME instruction works on: up to four registers as bytes, its predicate, and where in the registers
/// each memory element belongs. One for all scalable families of a plan, made once.
/// </summary>
internal sealed class ScalableRoom
{
    /// <summary>The longest vector in bytes: 2048 bits.</summary>
    public const int MaximumVectorLength = 256;

    private const int MaximumRegisters = 4;

    private readonly byte[] _registers = new byte[MaximumRegisters * MaximumVectorLength];
    private readonly ushort[] _places = new ushort[MaximumRegisters * MaximumVectorLength];

    /// <summary>Which elements are active.</summary>
    public PredicateMask Mask { get; } = new();

    /// <summary>The most memory elements that one instruction has: LD4B with vectors of 256 bytes.</summary>
    public static int MaximumElements => MaximumRegisters * MaximumVectorLength;

    /// <summary>The place of an element of a register: its byte in the room.</summary>
    public static int PlaceOf(int register, int element, int sizeLog2) => (register * MaximumVectorLength) + (element << sizeLog2);

    /// <summary>One of the registers.</summary>
    public Span<byte> Register(int index, int length) => _registers.AsSpan(index * MaximumVectorLength, length);

    /// <summary>Makes a number of registers zero.</summary>
    public void Clear(int registers) => _registers.AsSpan(0, registers * MaximumVectorLength).Clear();

    /// <summary>Adds a memory element that belongs to a place.</summary>
    public void Add(ElementSequence sequence, ulong address, int place) => _places[sequence.Add(address)] = (ushort)place;

    /// <summary>The place of a memory element.</summary>
    public int PlaceOf(int element) => _places[element];

    /// <summary>Sets the memory elements from their places.</summary>
    public void CopyToElements(ElementSequence sequence)
    {
        for (int i = 0; i < sequence.Count; i++)
        {
            ReadOnlySpan<byte> place = _registers.AsSpan(_places[i]);
            switch (sequence.SizeLog2)
            {
                case 0:
                    sequence.Set(i, place[0]);
                    break;
                case 1:
                    sequence.Set(i, BinaryPrimitives.ReadUInt16LittleEndian(place));
                    break;
                case 2:
                    sequence.Set(i, BinaryPrimitives.ReadUInt32LittleEndian(place));
                    break;
                case 3:
                    sequence.Set(i, BinaryPrimitives.ReadUInt64LittleEndian(place));
                    break;
                default:
                    sequence.Set(i, BinaryPrimitives.ReadUInt64LittleEndian(place), BinaryPrimitives.ReadUInt64LittleEndian(place.Slice(sizeof(ulong))));
                    break;
            }
        }
    }

    /// <summary>Sets the places of the memory elements that were transferred.</summary>
    /// <param name="sequence">The elements.</param>
    /// <param name="sizeLog2">Log2 of the size that an element has in the register.</param>
    /// <param name="signed">Whether it is sign-extended to that size, rather than zero-extended.</param>
    public void CopyFromElements(ElementSequence sequence, int sizeLog2, bool signed)
    {
        int unused = 64 - (8 << Math.Min(sequence.SizeLog2, 3));
        for (int i = 0; i < sequence.Transferred; i++)
        {
            sequence.Get(i, out ulong low, out ulong high);
            low = signed ? (ulong)((long)(low << unused) >> unused) : low;
            Set(_places[i], sizeLog2, low, sequence.SizeLog2 == 4 ? high : 0);
        }
    }

    /// <summary>Sets one element of a register.</summary>
    public void Set(int place, int sizeLog2, ulong low, ulong high)
    {
        Span<byte> bytes = _registers.AsSpan(place);
        switch (sizeLog2)
        {
            case 0:
                bytes[0] = (byte)low;
                break;
            case 1:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)low);
                break;
            case 2:
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)low);
                break;
            case 3:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, low);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, low);
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.Slice(sizeof(ulong)), high);
                break;
        }
    }

    /// <summary>An element of up to 8 bytes of a register.</summary>
    public ulong Get(int place, int sizeLog2)
    {
        ReadOnlySpan<byte> bytes = _registers.AsSpan(place);
        return sizeLog2 switch
        {
            0 => bytes[0],
            1 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            2 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
    }
}
