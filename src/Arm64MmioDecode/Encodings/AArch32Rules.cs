using System;

namespace Arm64MmioDecode.Encodings;

/// <summary>
/// Conditions under which the architecture makes an A32 or T32 encoding UNPREDICTABLE. Arm's specification writes them as
/// expressions over the decoded registers; <c>UnpredictableConditions</c> gives that expression for each.
/// </summary>
[Flags]
internal enum AArch32Rules : uint
{
    None = 0,

    /// <summary>The base is R15.</summary>
    N15 = 1 << 0,

    /// <summary>The base is R15 and is written back.</summary>
    WBN15 = 1 << 1,

    /// <summary>A data register is R15.</summary>
    T15 = 1 << 2,

    /// <summary>The second data register is R15.</summary>
    T2_15 = 1 << 3,

    /// <summary>The status register is R15.</summary>
    D15 = 1 << 4,

    /// <summary>The index register is R15.</summary>
    M15 = 1 << 5,

    /// <summary>The base is written back and is also a data register.</summary>
    NT = 1 << 6,

    /// <summary>The first register of a pair is odd.</summary>
    TODD = 1 << 7,

    /// <summary>Both registers of a pair are the same.</summary>
    TT2 = 1 << 8,

    /// <summary>The index register is also loaded.</summary>
    MT = 1 << 9,

    /// <summary>The status register is also stored.</summary>
    DT = 1 << 10,

    /// <summary>The status register is the base.</summary>
    DN = 1 << 11,

    /// <summary>No register is in the list.</summary>
    EMPTYLIST = 1 << 12,

    /// <summary>Only one register is in the list.</summary>
    ONEREGISTER = 1 << 13,

    /// <summary>The base is written back and is in the list.</summary>
    BASEINLIST = 1 << 14,

    /// <summary>SP is in the list.</summary>
    LIST13 = 1 << 15,

    /// <summary>PC is in the list.</summary>
    LIST15 = 1 << 16,

    /// <summary>Both PC and LR are in the list.</summary>
    LISTPCLR = 1 << 17,

    /// <summary>A literal form with W = 1.</summary>
    LITERALW = 1 << 18,

    /// <summary>A literal form with P = 0.</summary>
    LITERALP = 1 << 19,

    /// <summary>PC is loaded in an IT block, and not by its last instruction.</summary>
    PCNOTLASTINIT = 1 << 20,

    /// <summary>A branch in an IT block that is not its last instruction.</summary>
    NOTLASTINIT = 1 << 21,

    /// <summary>A half-precision access that is conditional.</summary>
    HALFCONDITION = 1 << 22,

    /// <summary>A SIMD register list that is empty, longer than 16 doublewords, or goes beyond the last register.</summary>
    REGISTERCOUNT = 1 << 23,

    /// <summary>An FLDM*X or FSTM*X list that goes beyond D15.</summary>
    FLDMX16 = 1 << 24,

    /// <summary>A structure that goes beyond D31.</summary>
    BEYOND31 = 1 << 25,
}
