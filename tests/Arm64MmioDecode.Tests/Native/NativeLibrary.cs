using System;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Tests.Tooling;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>The functions of the published C library, called as C calls them.</summary>
internal static unsafe class NativeLibrary
{
    private static readonly Lazy<nint> s_library = new(() => System.Runtime.InteropServices.NativeLibrary.Load(
        ExternalTool.RequireFetched("native", $"{Rid}/lib/libarm64mmiodecode.so", $"src/Arm64MmioDecode.Native/build.sh {Rid}")));

    private static string Rid => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    public static int Decode(uint set, uint opcode, uint itState, AccessStructure* access) =>
        ((delegate* unmanaged<uint, uint, uint, AccessStructure*, int>)Export("arm64mmio_decode"))(set, opcode, itState, access);

    public static int DecodeText(uint set, uint opcode, uint itState, byte* buffer, nuint capacity) =>
        ((delegate* unmanaged<uint, uint, uint, byte*, nuint, int>)Export("arm64mmio_decode_text"))(set, opcode, itState, buffer, capacity);

    public static int CreateVirtualCpu(nint memory, OptionsStructure* options, uint flags, nint* vcpu) =>
        ((delegate* unmanaged<nint, OptionsStructure*, uint, nint*, int>)Export("arm64mmio_vcpu_create"))(memory, options, flags, vcpu);

    public static void DestroyVirtualCpu(nint vcpu) => ((delegate* unmanaged<nint, void>)Export("arm64mmio_vcpu_destroy"))(vcpu);

    public static int Begin(nint vcpu, ExitStructure* exit, RegistersStructure* registers, Stage1Structure* stage1, OutcomeStructure* outcome) =>
        ((delegate* unmanaged<nint, ExitStructure*, RegistersStructure*, Stage1Structure*, OutcomeStructure*, int>)Export("arm64mmio_vcpu_begin"))(
            vcpu, exit, registers, stage1, outcome);

    public static int Next(nint vcpu, TransactionStructure* transaction) =>
        ((delegate* unmanaged<nint, TransactionStructure*, int>)Export("arm64mmio_vcpu_next"))(vcpu, transaction);

    public static int Complete(nint vcpu, byte* data, nuint length) =>
        ((delegate* unmanaged<nint, byte*, nuint, int>)Export("arm64mmio_vcpu_complete"))(vcpu, data, length);

    public static int Fail(nint vcpu, uint dfsc) => ((delegate* unmanaged<nint, uint, int>)Export("arm64mmio_vcpu_fail"))(vcpu, dfsc);

    public static int Commit(nint vcpu, OutcomeStructure* outcome) =>
        ((delegate* unmanaged<nint, OutcomeStructure*, int>)Export("arm64mmio_vcpu_commit"))(vcpu, outcome);

    public static int CreateMemory(nint* memory) => ((delegate* unmanaged<nint*, int>)Export("arm64mmio_memory_create"))(memory);

    public static void DestroyMemory(nint memory) => ((delegate* unmanaged<nint, void>)Export("arm64mmio_memory_destroy"))(memory);

    public static int AddMemory(nint memory, ulong address, nint host, ulong length, uint flags) =>
        ((delegate* unmanaged<nint, ulong, nint, ulong, uint, int>)Export("arm64mmio_memory_add"))(memory, address, host, length, flags);

    public static int Translate(nint memory, Stage1Structure* registers, ulong address, uint access, uint flags, TranslationStructure* translation) =>
        ((delegate* unmanaged<nint, Stage1Structure*, ulong, uint, uint, TranslationStructure*, int>)Export("arm64mmio_stage1_translate"))(
            memory, registers, address, access, flags, translation);

    public static int Enter(ExceptionContextStructure* context, RegistersStructure* registers, FaultStructure* fault, ExceptionStateStructure* state) =>
        ((delegate* unmanaged<ExceptionContextStructure*, RegistersStructure*, FaultStructure*, ExceptionStateStructure*, int>)Export("arm64mmio_exception_entry"))(
            context, registers, fault, state);

    public static nint Export(string name) => System.Runtime.InteropServices.NativeLibrary.GetExport(s_library.Value, name);
}
