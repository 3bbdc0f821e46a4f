namespace Arm64MmioDecode.Encodings;

/// <summary>
/// The eight numbers that say how the text of an A64 encoding begins: the mnemonic, up to three registers, an immediate. Whatever
/// is missing is written with a length of 0, so no branch depends on the encoding. Few instructions of a program have a tail,
/// a template that is interpreted.
/// </summary>
internal static class A64TextHead
{
    /// <summary>Numbers of a head.</summary>
    public const int Numbers = 8;

    /// <summary>Where the mnemonic starts in the string of all mnemonics.</summary>
    public const int Mnemonic = 0;

    /// <summary>
    /// The first of three registers: from bit 0 where the descriptor's register word has its number, from <see cref="SeparatorShift"/>
    /// the text behind it, from <see cref="ViewShift"/> its view: 0 for no register, then W, X, W or SP, X or SP, B, H, S, D, Q.
    /// </summary>
    public const int Registers = 1;

    /// <summary>How many registers there are.</summary>
    public const int RegisterCount = 3;

    /// <summary>Bits 4:0 are the length of the mnemonic, from <see cref="SeparatorShift"/> on is the text behind the immediate.</summary>
    public const int Ending = 4;

    /// <summary>The head that is used when Rt is the zero register, or 0.</summary>
    public const int Alias = 5;

    /// <summary>The number of the tail; 0 when there is none.</summary>
    public const int Tail = 6;

    /// <summary>Where the text behind a register or the immediate is in its number.</summary>
    public const int SeparatorShift = 6;

    /// <summary>Where the view of a register is in its number.</summary>
    public const int ViewShift = 11;

    /// <summary>Numbers of registers of one view.</summary>
    public const int RegistersOfView = 32;

    /// <summary>The texts behind a register or the immediate.</summary>
    public const int MostSeparators = 1 << (ViewShift - SeparatorShift);

    /// <summary>In <see cref="Ending"/>: there is an immediate.</summary>
    public const int HasImmediate = 1 << 14;

    /// <summary>In <see cref="Ending"/>: it is printed, as "#0", when it is 0; and otherwise begins with a comma.</summary>
    public const int PrintsZero = 1 << 15;

    /// <summary>The longest mnemonic, or what else is before the first register, in characters. As many are copied of every one.</summary>
    public const int MnemonicLength = 16;

    /// <summary>Four characters in one number, the first one lowest: the last one is how many of the others there are.</summary>
    public const int CountShift = 48;

    /// <summary>The most characters of a register or of the text behind it.</summary>
    public const int MostChars = 3;
}
