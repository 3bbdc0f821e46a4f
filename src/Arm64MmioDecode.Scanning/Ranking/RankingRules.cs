using System;

namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>What speaks for an access to a device, and what against it. Each is a hint: nothing in a binary says what a pointer points to.</summary>
[Flags]
public enum RankingRules
{
    /// <summary>Nothing speaks for or against it.</summary>
    None = 0,

    /// <summary>The base register holds a constant in a device's address range (weight 8).</summary>
    DeviceAddress = 1 << 0,

    /// <summary>The function is named as register accessors are: <c>readl</c>, <c>MmioWrite32</c>, <c>memcpy_toio</c> … (weight 4).</summary>
    AccessorName = 1 << 1,

    /// <summary>The function calls one that maps devices or accesses their registers: <c>ioremap</c>, <c>MmioRead32</c> … (weight 3).</summary>
    CallsAccessor = 1 << 2,

    /// <summary>A DMB or DSB is among the four instructions before or after it (weight 2).</summary>
    NearBarrier = 1 << 3,

    /// <summary>The function makes an access that has a syndrome through the same base register, unchanged (weight 1).</summary>
    PlainAccessOnBase = 1 << 4,

    /// <summary>The access is exclusive or atomic, as those to locks and counters in normal memory are (weight -2).</summary>
    LockOrCounter = 1 << 5,

    /// <summary>The function is one of the C library for strings and memory, which is seldom called with devices (weight -2).</summary>
    MemoryFunction = 1 << 6,

    /// <summary>The base register is the frame pointer: x29, r11, and r7 in T32 code (weight -4).</summary>
    FramePointer = 1 << 7,

    /// <summary>At least 5 % of the words of its 4 KiB page are no A64 instructions: it is probably data (weight -6).</summary>
    ProbablyData = 1 << 8,

    /// <summary>All of them.</summary>
    All = (1 << 9) - 1,
}
