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

    /// <summary>Bits of the opcode that are a list of registers.</summary>
    public ushort List { get; set; }

    /// <summary>By what the immediate and the number of registers in <see cref="List"/> are multiplied, to be the offset.</summary>
    public int Scale { get; set; }

    /// <summary>Shift right from the immediate to a number of vector registers; none are left by default.</summary>
    public int ImmediateToRegisters { get; set; } = NoRegisters;

    /// <summary>What is added to the offset.</summary>
    public int Offset { get; set; }

    /// <summary>Bits of the word that are the shift amount of the index register.</summary>
    public uint IndexShiftBits { get; set; }

    /// <summary>The field that is the lane of a structure: shift right, bits after the shift.</summary>
    public (int Shift, uint Mask) Lane { get; set; }

    /// <summary>Whether the decoder needs more than the arithmetic that most rows share.</summary>
    public bool IsIrregular => ImmediateToRegisters != NoRegisters || Offset != 0 || Lane.Mask != 0;

    /// <summary>The upper half of the last word of the library's AArch32Row.</summary>
    public uint Irregular => (ushort)Offset | ((uint)ImmediateToRegisters << 16) | ((uint)Lane.Shift << 24);

    private const int NoRegisters = 31;
}
