using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;

namespace Arm64MmioDecode.Kvm.Vmm.Boot;

/// <summary>Loads an arm64 Linux Image as Documentation/arm64/booting.rst of the kernel asks for.</summary>
internal static class LinuxBoot
{
    private const uint ImageMagic = 0x644d5241; // "ARM\x64" at offset 56
    private const ulong TwoMegabytes = 0x20_0000;
    private const uint Phandle = 1;

    public static void Load(Machine machine, string kernelPath, string initrdPath, string commandLine)
    {
        byte[] kernel = File.ReadAllBytes(kernelPath);
        if (kernel.Length < 64 || BinaryPrimitives.ReadUInt32LittleEndian(kernel.AsSpan(56)) != ImageMagic)
        {
            throw new InvalidDataException($"{kernelPath} is not an uncompressed arm64 Image.");
        }

        byte[] initrd = File.ReadAllBytes(initrdPath);
        ulong textOffset = BinaryPrimitives.ReadUInt64LittleEndian(kernel.AsSpan(8));
        ulong imageSize = BinaryPrimitives.ReadUInt64LittleEndian(kernel.AsSpan(16));
        ulong entry = Machine.RamBase + textOffset;
        ulong deviceTree = AlignUp(entry + imageSize, TwoMegabytes);
        ulong initrdStart = deviceTree + TwoMegabytes;

        byte[] blob = Describe(machine, commandLine, initrdStart, initrdStart + (ulong)initrd.Length);
        Place(machine, entry, kernel);
        Place(machine, deviceTree, blob);
        Place(machine, initrdStart, initrd);

        KvmVirtualCpu boot = machine.Cpus[0];
        boot.SetRegister(KvmRegisterId.X(0), deviceTree);
        boot.SetRegister(KvmRegisterId.Pc, entry);
    }

    private static byte[] Describe(Machine machine, string commandLine, ulong initrdStart, ulong initrdEnd)
    {
        const uint Ppi = 1;
        const uint Spi = 0;
        const uint LevelHigh = 4;
        FlattenedDeviceTree tree = new();
        tree.BeginNode(string.Empty)
            .Property("compatible", "linux,dummy-virt")
            .Property("#address-cells", 2u)
            .Property("#size-cells", 2u)
            .Property("interrupt-parent", Phandle)
            .BeginNode("chosen")
            .Property("bootargs", commandLine)
            .Property("stdout-path", Hex("/serial@", Machine.Uart))
            .Property("linux,initrd-start", initrdStart)
            .Property("linux,initrd-end", initrdEnd)
            .EndNode()
            .BeginNode(Hex("memory@", Machine.RamBase))
            .Property("device_type", "memory")
            .Property("reg", Machine.RamBase, machine.RamSize)
            .EndNode()
            .BeginNode("psci")
            .Property("compatible", "arm,psci-1.0", "arm,psci-0.2")
            .Property("method", "hvc")
            .EndNode()
            .BeginNode("cpus")
            .Property("#address-cells", 1u)
            .Property("#size-cells", 0u);
        for (uint i = 0; i < machine.Cpus.Count; i++)
        {
            tree.BeginNode(Hex("cpu@", i))
                .Property("device_type", "cpu")
                .Property("compatible", "arm,armv8")
                .Property("enable-method", "psci")
                .Property("reg", i)
                .EndNode();
        }

        tree.EndNode()
            .BeginNode("timer")
            .Property("compatible", "arm,armv8-timer")
            .Property("always-on")
            .Property("interrupts", Ppi, 13, LevelHigh, Ppi, 14, LevelHigh, Ppi, 11, LevelHigh, Ppi, 10, LevelHigh)
            .EndNode()
            .BeginNode(Hex("interrupt-controller@", Machine.GicDistributor))
            .Property("compatible", "arm,gic-v3")
            .Property("interrupt-controller")
            .Property("#interrupt-cells", 3u)
            .Property("phandle", Phandle)
            .Property("reg", Machine.GicDistributor, 0x1_0000, Machine.GicRedistributors, 0x2_0000ul * (ulong)machine.Cpus.Count)
            .EndNode()
            .BeginNode(Hex("serial@", Machine.Uart))
            .Property("compatible", "ns16550a")
            .Property("reg", Machine.Uart, 0x1000)
            .Property("clock-frequency", 1843200u)
            .Property("interrupts", Spi, Machine.UartInterrupt - 32, LevelHigh)
            .EndNode()
            .EndNode();
        return tree.ToArray();
    }

    private static void Place(Machine machine, ulong address, byte[] bytes)
    {
        if (!machine.Vm.Memory.TryWrite(address, bytes))
        {
            throw new InvalidDataException($"{bytes.Length} bytes at 0x{address:x} do not fit the guest's RAM.");
        }
    }

    private static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);

    private static string Hex(string prefix, ulong value) =>
        prefix + value.ToString("x", CultureInfo.InvariantCulture);
}
