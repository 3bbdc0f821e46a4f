namespace Arm64MmioDecode.TableCompiler;

/// <summary>What one decoder row of an A32 or T32 encoding says besides its registers and its immediate.</summary>
internal sealed class AArch32Part
{
    /// <summary>The words of the descriptor that the row gives.</summary>
    public ulong Transfer { get; set; }

    /// <inheritdoc cref="Transfer"/>
    public ulong Addressing { get; set; }

    /// <summary>What is added to the first data register.</summary>
    public uint FirstRegister { get; set; }

    /// <summary>Whether the encoding's immediate is an offset.</summary>
    public bool HasImmediate { get; set; } = true;

    /// <summary>Bits of the opcode that are a list of registers.</summary>
    public ushort List { get; set; }

    /// <summary>Shift right from the immediate's magnitude to a number of registers; none are left by default.</summary>
    public int ImmediateToRegisters { get; set; } = 31;

    /// <summary>What is added to the offset.</summary>
    public int Offset { get; set; }

    /// <summary>What is added to the offset for each register that is counted.</summary>
    public int OffsetPerRegister { get; set; }

    /// <summary>A field that is copied into <see cref="Addressing"/>: shift right, bits after the shift, shift left.</summary>
    public (int Shift, uint Mask, int Target) Field { get; set; }

    /// <summary>The word that the library's AArch32Row names Amounts.</summary>
    public ulong Amounts => List
        | ((ulong)(ushort)Offset << 16)
        | ((ulong)(byte)OffsetPerRegister << 32)
        | ((ulong)Field.Shift << 40)
        | ((ulong)Field.Mask << 45)
        | ((ulong)Field.Target << 50)
        | ((ulong)ImmediateToRegisters << 56);
}
