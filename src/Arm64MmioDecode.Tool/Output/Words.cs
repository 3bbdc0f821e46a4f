using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Tool.Machines;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The words by which the tool's JSON names the library's enumerations.</summary>
internal static class Words
{
    public static string Of(InstructionSet set) => set switch
    {
        InstructionSet.A64 => "a64",
        InstructionSet.A32 => "a32",
        _ => "t32",
    };

    public static string Of(DecodeStatus status) => status switch
    {
        DecodeStatus.MemoryAccess => "memory",
        DecodeStatus.Unallocated => "unallocated",
        _ => "other",
    };

    public static string Of(AccessKind kind) => kind switch
    {
        AccessKind.Load => "load",
        AccessKind.Store => "store",
        AccessKind.ReadModifyWrite => "rmw",
        AccessKind.CompareAndSwap => "cas",
        AccessKind.LoadExclusive => "loadExclusive",
        AccessKind.StoreExclusive => "storeExclusive",
        AccessKind.Prefetch => "prefetch",
        AccessKind.CacheMaintenance => "cache",
        AccessKind.ZeroBlock => "zero",
        AccessKind.TagLoad => "tagLoad",
        AccessKind.TagStore => "tagStore",
        AccessKind.MemoryCopy => "copy",
        AccessKind.MemorySet => "set",
        AccessKind.GuardedControlStack => "gcs",
        _ => "",
    };

    public static string Of(RegisterFile file) => file switch
    {
        RegisterFile.General => "general",
        RegisterFile.SimdAndFloatingPoint => "simd",
        RegisterFile.ScalableVector => "sve",
        RegisterFile.Predicate => "predicate",
        RegisterFile.ZaArray => "za",
        RegisterFile.Zt0 => "zt",
        RegisterFile.System => "system",
        _ => "none",
    };

    public static string Of(LoadExtend extend) => extend switch
    {
        LoadExtend.Zero => "zero",
        LoadExtend.Sign => "sign",
        _ => "none",
    };

    public static string Of(IndexExtend extend) => extend switch
    {
        IndexExtend.Lsl => "lsl",
        IndexExtend.Uxtw => "uxtw",
        IndexExtend.Sxtw => "sxtw",
        IndexExtend.Sxtx => "sxtx",
        IndexExtend.Lsr => "lsr",
        IndexExtend.Asr => "asr",
        IndexExtend.Ror => "ror",
        IndexExtend.Rrx => "rrx",
        _ => "",
    };

    public static string Of(AddressingMode mode) => mode switch
    {
        AddressingMode.PreIndex => "pre",
        AddressingMode.PostIndex => "post",
        AddressingMode.Literal => "literal",
        _ => "offset",
    };

    public static string Of(EmulationOutcome outcome) => outcome switch
    {
        EmulationOutcome.Completed => "completed",
        EmulationOutcome.Fault => "fault",
        EmulationOutcome.NotMemory => "notMemory",
        EmulationOutcome.Undefined => "undefined",
        _ => "notEmulated",
    };

    /// <summary>What the state does not allow.</summary>
    public static string Of(UndefinedReason reason) => reason switch
    {
        UndefinedReason.NotStreaming => "streaming",
        UndefinedReason.ZaNotEnabled => "za",
        UndefinedReason.NotLegalInStreamingMode => "fa64",
        UndefinedReason.VectorLength => "vl",
        _ => "",
    };

    public static string Of(NotEmulatedReason reason) => reason switch
    {
        NotEmulatedReason.RegistersNotAvailable => "registersNotAvailable",
        NotEmulatedReason.DebugTransfer => "debugTransfer",
        NotEmulatedReason.ConstrainedUnpredictable => "constrainedUnpredictable",
        NotEmulatedReason.CacheMaintenance => "cacheMaintenance",
        _ => "notMemoryAccess",
    };

    /// <summary>The memory ordering, one bit after the other.</summary>
    public static readonly (AccessProperties Property, string Plain, string Limited)[] Ordering =
    [
        (AccessProperties.Acquire, "acquire", "loAcquire"),
        (AccessProperties.AcquirePC, "acquirePC", "acquirePC"),
        (AccessProperties.Release, "release", "loRelease"),
    ];

    /// <summary>Why the architecture gives no valid syndrome.</summary>
    public static readonly (NoSyndromeReasons Reason, string Word)[] Reasons =
    [
        (NoSyndromeReasons.Pair, "pair"),
        (NoSyndromeReasons.MultipleRegisters, "multipleRegisters"),
        (NoSyndromeReasons.SimdAndFloatingPoint, "simd"),
        (NoSyndromeReasons.Sve, "sve"),
        (NoSyndromeReasons.Sme, "sme"),
        (NoSyndromeReasons.Exclusive, "exclusive"),
        (NoSyndromeReasons.Atomic, "atomic"),
        (NoSyndromeReasons.Prefetch, "prefetch"),
        (NoSyndromeReasons.CacheMaintenance, "cache"),
        (NoSyndromeReasons.ZeroBlock, "zero"),
        (NoSyndromeReasons.Tag, "tag"),
        (NoSyndromeReasons.MemoryCopyOrSet, "memoryCopy"),
        (NoSyndromeReasons.GuardedControlStack, "gcs"),
        (NoSyndromeReasons.ProgramCounter, "pc"),
        (NoSyndromeReasons.NotListed, "notListed"),
        (NoSyndromeReasons.Writeback, "writeback"),
    ];

    public static string Of(NoSyndromeReasons reasons)
    {
        string text = "";
        foreach ((NoSyndromeReasons reason, string word) in Reasons)
        {
            if ((reasons & reason) != 0)
            {
                text += text.Length == 0 ? word : ", " + word;
            }
        }

        return text;
    }
}
