namespace Arm64MmioDecode.Translation;

/// <summary>The Block or Page descriptor at the end of a walk, with what the Table descriptors on the way said.</summary>
internal readonly struct LongDescriptor
{
    public const int AccessFlagBit = 10;
    public const int DirtyBit = 7;
    public const int DirtyBitModifierBit = 51;

    public ulong Value { get; init; }

    /// <summary>Where the descriptor is: the address that leaves stage 1.</summary>
    public ulong TableAddress { get; init; }

    /// <summary>Where the descriptor is in guest memory.</summary>
    public ulong Location { get; init; }

    /// <summary>The output address of the access.</summary>
    public ulong Address { get; init; }

    public int Level { get; init; }

    /// <summary>The base-2 logarithm of the block or page size.</summary>
    public int BlockBits { get; init; }

    /// <summary>APTable[1:0] of all levels: 1 takes EL0's access away, 2 takes writes away.</summary>
    public int ApTable { get; init; }

    /// <summary>UXNTable or XNTable of any level.</summary>
    public bool XnTable { get; init; }

    /// <summary>PXNTable of any level.</summary>
    public bool PxnTable { get; init; }

    public int AttrIndx => Bits.Field(Value, 4, 2);

    /// <summary>AP[1]: accessible at EL0.</summary>
    public bool Ap1 => Bits.Bit(Value, 6);

    /// <summary>AP[2]: read-only.</summary>
    public bool Ap2 => Bits.Bit(Value, 7);

    /// <summary>The same bit with indirect permissions: nDirty; in stage 2 it is S2AP[1] or the dirty state, and 1 means dirty.</summary>
    public bool NotDirty => Bits.Bit(Value, 7);

    public bool AccessFlag => Bits.Bit(Value, AccessFlagBit);

    public bool DirtyBitModifier => Bits.Bit(Value, DirtyBitModifierBit);

    public bool Pxn => Bits.Bit(Value, 53);

    /// <summary>UXN, or XN in regimes with one privilege level and in AArch32.</summary>
    public bool Xn => Bits.Bit(Value, 54);

    /// <summary>SH[1:0], or the value given instead of it; the reserved value reads as Non-shareable.</summary>
    public static Shareability ShareabilityOf(int sh) => sh == 0b01 ? Shareability.NonShareable : (Shareability)sh;
}
