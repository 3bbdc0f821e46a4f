using System;
using System.Runtime.Versioning;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Kvm.Vmm;
using Arm64MmioDecode.Kvm.Vmm.Proof;

[assembly: SupportedOSPlatform("linux")]

if (Host.IsInit)
{
    Host.MountFileSystems();
}

int exitCode = 1;
try
{
    using KvmSystem kvm = KvmSystem.Open();
    var report = new Report();
    foreach (GuestSet set in (GuestSet[])[GuestSet.A64, GuestSet.A32, GuestSet.T32])
    {
        var cases = InstructionCase.Load($"/guest/{set.ToString().ToLowerInvariant()}.bin");
        foreach (GuestMode mode in GuestMode.All(set))
        {
            if (args.Length > 0 && !mode.ToString().Contains(args[0].Replace('_', ' '), StringComparison.Ordinal))
            {
                continue;
            }

            InstructionProof.Run(kvm, mode, cases, (_, _) => null, report);
        }
    }

    report.Summarise();
    exitCode = report.Failed == 0 ? 0 : 1;
}
catch (Exception failure) when (Host.IsInit)
{
    Console.WriteLine(failure);
}

if (Host.IsInit)
{
    Host.PowerOff();
}

return exitCode;
