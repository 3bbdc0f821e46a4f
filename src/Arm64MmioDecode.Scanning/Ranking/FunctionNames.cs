using System;

namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>What names of functions say.</summary>
internal static class FunctionNames
{
    // Parts of names of Linux's, EDK2's, Zephyr's, U-Boot's, FreeBSD's and Rust's accessors; what begins with ^ only at the start.
    private static readonly string[] s_accessors =
    [
        "^readb", "^readw", "^readl", "^readq", "^writeb", "^writew", "^writel", "^writeq",
        "_readb", "_readw", "_readl", "_readq", "_writeb", "_writew", "_writel", "_writeq",
        "ioread", "iowrite", "Mmio", "mmio", "sys_read", "sys_write", "raw_read", "raw_write",
        "_toio", "_fromio", "memset_io", "reg_read", "reg_write", "read_reg", "write_reg", "reg32", "regmap",
        "bus_space_", "bus_read_", "bus_write_", "in_be32", "out_be32", "in_le32", "out_le32",
        "read_volatile", "write_volatile", "READ_REGISTER", "WRITE_REGISTER", "PioRead", "PioWrite",
    ];

    private static readonly string[] s_mappers =
    [
        "ioremap", "of_iomap", "pci_iomap", "pcim_iomap", "iomap_", "acpi_os_map_iomem", "dev_remap_addr", "dev_read_addr", "device_map",
    ];

    private static readonly string[] s_memoryFunctions =
    [
        "mem", "__mem", "__pi_mem", "str", "__str", "__pi_str", "bcopy", "bzero", "InternalMemCopyMem", "InternalMemSetMem", "CopyMem", "SetMem", "ZeroMem",
        "clear_page", "copy_page", "__clear_user", "__arch_copy_", "__arch_clear_user",
    ];

    public static bool IsAccessor(string name) => ContainsAny(name, s_accessors);

    public static bool MapsOrAccesses(string name) => ContainsAny(name, s_mappers) || IsAccessor(name);

    public static bool IsMemoryFunction(string name)
    {
        foreach (string start in s_memoryFunctions)
        {
            if (name.StartsWith(start, StringComparison.Ordinal))
            {
                return !IsAccessor(name);
            }
        }

        return false;
    }

    private static bool ContainsAny(string name, string[] parts)
    {
        foreach (string part in parts)
        {
            bool found = part[0] == '^'
                ? name.AsSpan().StartsWith(part.AsSpan(1), StringComparison.Ordinal)
                : name.Contains(part, StringComparison.Ordinal);
            if (found)
            {
                return true;
            }
        }

        return false;
    }
}
