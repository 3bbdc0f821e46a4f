using System;
using System.IO;
using Arm64MmioDecode.Kvm.Vmm.Preload;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>The VMM of docs/samples/native/vmm.c, which has the C library, prints what it should.</summary>
internal static class CVmmProof
{
    public static void Run(string program, string expected, Report report)
    {
        using var vmm = new ChildProgram(program, "LD_LIBRARY_PATH=/lib");
        int code = vmm.Wait(TimeSpan.FromMinutes(1));
        report.Check(
            code == 0 && vmm.Output.Trim() == File.ReadAllText(expected).Trim(),
            "the C VMM completes pairs, writeback and SIMD",
            vmm.Output + vmm.Errors);
    }
}
