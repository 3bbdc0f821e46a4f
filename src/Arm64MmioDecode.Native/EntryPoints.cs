using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Native.Exports;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;

// Room for structures of callers that have fewer members is hardly ever used, and cleared then.
[module: SkipLocalsInit]

namespace Arm64MmioDecode.Native;

/// <summary>
/// The functions of arm64mmiodecode.h, in its order. Each calls a method that is never inlined: an exported method with a
/// stackalloc of its own aborts the process if it is the first one that is called, before the runtime has started.
/// </summary>
internal static unsafe class EntryPoints
{
    private const uint AbiVersion = (1 << 16) | 0;

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_abi_version")]
    public static uint GetAbiVersion() => AbiVersion;

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_version")]
    public static byte* GetVersion() => ConstantText.Version;

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_error_text")]
    public static byte* GetErrorText(int error) => ConstantText.Error(error);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_decode")]
    public static int Decode(uint set, uint opcode, uint itState, AccessStructure* access) => DecodeFunctions.Decode(set, opcode, itState, access);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_decode_text")]
    public static int DecodeText(uint set, uint opcode, uint itState, byte* buffer, nuint capacity) =>
        DecodeFunctions.CopyText(set, opcode, itState, InstructionText.Assembly, buffer, capacity);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_decode_encoding")]
    public static int DecodeEncoding(uint set, uint opcode, uint itState, byte* buffer, nuint capacity) =>
        DecodeFunctions.CopyText(set, opcode, itState, InstructionText.Encoding, buffer, capacity);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_decode_feature")]
    public static int DecodeFeature(uint set, uint opcode, uint itState, byte* buffer, nuint capacity) =>
        DecodeFunctions.CopyText(set, opcode, itState, InstructionText.Feature, buffer, capacity);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_decode_unpredictable")]
    public static int DecodeUnpredictable(uint set, uint opcode, uint itState, byte* buffer, nuint capacity) =>
        DecodeFunctions.CopyText(set, opcode, itState, InstructionText.Unpredictable, buffer, capacity);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_syndrome_parse")]
    public static int ParseSyndrome(ulong esr, SyndromeStructure* syndrome) => SyndromeFunctions.Parse(esr, syndrome);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_explain")]
    public static int Explain(ExitStructure* exit, uint set, uint opcode, int hasOpcode, byte* buffer, nuint capacity) =>
        SyndromeFunctions.Explain(exit, set, opcode, hasOpcode != 0, buffer, capacity);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_memory_create")]
    public static int CreateMemory(nint* memory) => MemoryFunctions.Create(memory);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_memory_destroy")]
    public static void DestroyMemory(nint memory) => Handle.Free(memory);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_memory_add")]
    public static int AddMemory(nint memory, ulong address, nint host, ulong length, uint flags) =>
        MemoryFunctions.Add(memory, address, host, length, flags);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_memory_remove")]
    public static int RemoveMemory(nint memory, ulong address) => MemoryFunctions.Remove(memory, address);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_stage1_translate")]
    public static int Translate(nint memory, Stage1Structure* registers, ulong address, uint access, uint flags, TranslationStructure* translation) =>
        TranslationFunctions.Translate(memory, registers, address, access, flags, translation);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_create")]
    public static int CreateVirtualCpu(nint memory, OptionsStructure* options, uint flags, nint* vcpu) =>
        VirtualCpuFunctions.Create(memory, options, flags, vcpu);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_destroy")]
    public static void DestroyVirtualCpu(nint vcpu) => Handle.Free(vcpu);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_begin")]
    public static int Begin(nint vcpu, ExitStructure* exit, RegistersStructure* registers, Stage1Structure* stage1, OutcomeStructure* outcome) =>
        VirtualCpuFunctions.Begin(vcpu, exit, registers, stage1, outcome);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_next")]
    public static int Next(nint vcpu, TransactionStructure* transaction) => VirtualCpuFunctions.Next(vcpu, transaction);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_complete")]
    public static int Complete(nint vcpu, byte* data, nuint length) => VirtualCpuFunctions.Complete(vcpu, data, length);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_fail")]
    public static int Fail(nint vcpu, uint dfsc) => VirtualCpuFunctions.Fail(vcpu, dfsc);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_commit")]
    public static int Commit(nint vcpu, OutcomeStructure* outcome) => VirtualCpuFunctions.Commit(vcpu, outcome);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_abandon")]
    public static int Abandon(nint vcpu) => VirtualCpuFunctions.Abandon(vcpu);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_vcpu_explain")]
    public static int ExplainVirtualCpu(nint vcpu, byte* buffer, nuint capacity) => VirtualCpuFunctions.Explain(vcpu, buffer, capacity);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_exception_entry")]
    public static int EnterException(
        ExceptionContextStructure* context, RegistersStructure* registers, FaultStructure* fault, ExceptionStateStructure* state) =>
        FaultFunctions.Enter(context, registers, fault, state);

    [UnmanagedCallersOnly(EntryPoint = "arm64mmio_scan_code")]
    public static int ScanCode(uint set, byte* code, nuint length, uint flags, nuint* offset, FindingStructure* findings, nuint capacity) =>
        ScanFunctions.Scan(set, code, length, flags, offset, findings, capacity);
}
