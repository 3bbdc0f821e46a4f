using System;
using System.Diagnostics;
using System.Runtime.Versioning;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Kvm.Vmm;
using Arm64MmioDecode.Kvm.Vmm.Boot;

[assembly: SupportedOSPlatform("linux")]

if (Host.IsInit)
{
    Host.MountFileSystems();
}

int exitCode = 1;
try
{
    using KvmSystem kvm = KvmSystem.Open();
    var clock = Stopwatch.StartNew();
    using var machine = new Machine(kvm, 256 << 20, 2, KvmVcpuFeatures.Psci02, true, line => Console.WriteLine($"guest| {line}"));
    LinuxBoot.Load(machine, "/guest/Image", "/guest/initrd", "console=ttyS0 earlycon=uart8250,mmio,0x9000000 quiet");
    Stop stop = machine.Run(_ => null, TimeSpan.FromSeconds(120));
    Console.WriteLine($"{stop} after {clock.Elapsed.TotalSeconds:f1} s");
    exitCode = 0;
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
