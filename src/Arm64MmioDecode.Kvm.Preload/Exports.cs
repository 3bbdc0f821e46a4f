using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
[assembly: DisableRuntimeMarshalling]

namespace Arm64MmioDecode.Kvm.Preload;

/// <summary>What the front calls: see managed_… in front.h. No exception crosses. The bodies are elsewhere, not inlined: the first
/// exported method that is called must have no stackalloc of its own.</summary>
internal static unsafe class Exports
{
    private const int Refused = -1;

    [UnmanagedCallersOnly(EntryPoint = "managed_start")]
    public static void Start()
    {
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_begin")]
    public static int Begin(FrontCpu* cpu, ulong syndrome, ulong faultIpa) => BeginCore(cpu, syndrome, faultIpa);

    [UnmanagedCallersOnly(EntryPoint = "managed_next")]
    public static int Next(FrontCpu* cpu) => NextCore(cpu);

    [UnmanagedCallersOnly(EntryPoint = "managed_abandon")]
    public static void Abandon(FrontCpu* cpu) => AbandonCore(cpu);

    [UnmanagedCallersOnly(EntryPoint = "managed_forget")]
    public static void Forget(nint handle) => ForgetCore(handle);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetCore(nint handle) => GCHandle.FromIntPtr(handle).Free();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int BeginCore(FrontCpu* cpu, ulong syndrome, ulong faultIpa)
    {
        try
        {
            return (int)Of(cpu).Begin(new KvmArmNisvExit(syndrome, faultIpa));
        }
#pragma warning disable CA1031 // An exception must not cross into the VMM; the exit goes its old way.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ExplainLog.Report(failure);
            return Refused;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int NextCore(FrontCpu* cpu)
    {
        try
        {
            return (int)Of(cpu).Next();
        }
#pragma warning disable CA1031
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ExplainLog.Report(failure);
            return Refused;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AbandonCore(FrontCpu* cpu)
    {
        if (cpu->Handle != 0)
        {
            Of(cpu).Abandon();
        }
    }

    private static ServedCpu Of(FrontCpu* cpu)
    {
        if (cpu->Handle == 0)
        {
            cpu->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(new ServedCpu(cpu)));
        }

        return (ServedCpu)GCHandle.FromIntPtr(cpu->Handle).Target!;
    }
}
