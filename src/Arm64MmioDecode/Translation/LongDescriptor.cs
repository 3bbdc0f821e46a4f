namespace Arm64MmioDecode.Translation;

/// <summary>The Block or Page descriptor at the end of a walk, with what the Table descriptors on the way said.</summary>
internal readonly struct LongDescriptor
{
    public ulong Value { get; init; }

    /// <summary>The output address of the access.</summary>
    public ulong Address { get; init; }

    /// <summary>Where the descriptor itself lies.</summary>
    public ulong Location { get; init; }

    /// <summary>A Table descriptor on the way has an Access flag of 0 that hardware would set.</summary>
    public bool TableAccessFlagPending { get; init; }

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

    /// <summary>The same bit with indirect permissions: nDirty.</summary>
    public bool NotDirty => Bits.Bit(Value, 7);

    public bool AccessFlag => Bits.Bit(Value, 10);

    public bool DirtyBitModifier => Bits.Bit(Value, 51);

    public bool Pxn => Bits.Bit(Value, 53);

    /// <summary>UXN, or XN in regimes with one privilege level and in AArch32.</summary>
    public bool Xn => Bits.Bit(Value, 54);

    /// <summary>SH[1:0], or the value given instead of it; the reserved value reads as Non-shareable.</summary>
    public static Shareability ShareabilityOf(int sh) => sh == 0b01 ? Shareability.NonShareable : (Shareability)sh;
}
