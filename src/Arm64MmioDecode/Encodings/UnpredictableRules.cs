using System;

namespace Arm64MmioDecode.Encodings;

/// <summary>
/// Conditions on register fields under which the architecture makes an encoding CONSTRAINED UNPREDICTABLE. The names are
/// those of the Unpredictable enumeration in Arm's specification.
/// </summary>
[Flags]
internal enum UnpredictableRules : uint
{
    None = 0,

    /// <summary>Load pair with Rt = Rt2.</summary>
    LDPOVERLAP = 1 << 0,

    /// <summary>Load with writeback whose base is a destination, and the base is not SP.</summary>
    WBOVERLAPLD = 1 << 1,

    /// <summary>Store with writeback whose base is also stored, and the base is not SP.</summary>
    WBOVERLAPST = 1 << 2,

    /// <summary>Store exclusive whose status register is also stored.</summary>
    DATAOVERLAP = 1 << 3,

    /// <summary>Store exclusive whose status register is the base, and the base is not SP.</summary>
    BASEOVERLAP = 1 << 4,

    /// <summary>128-bit atomic with Rt = Rt2.</summary>
    LSE128OVERLAP = 1 << 5,

    /// <summary>Memory copy or set whose registers are not distinct, or one of them is 31 where that is not allowed.</summary>
    MOPSOVERLAP = 1 << 6,

    /// <summary>SETGO* whose two registers are the same or register 31.</summary>
    SETGOOVERLAP = 1 << 7,
}
