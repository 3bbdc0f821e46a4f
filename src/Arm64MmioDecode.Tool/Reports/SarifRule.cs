using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;

namespace Arm64MmioDecode.Tool.Reports;

/// <summary>A rule of a SARIF report: one for each reason.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Id">A stable name that never changes its meaning.</param>
/// <param name="Name">The name for people.</param>
/// <param name="Level">How bad it is on a device.</param>
/// <param name="Summary">What it is.</param>
/// <param name="Help">What to do.</param>
internal sealed record SarifRule(NoSyndromeReasons Reason, string Id, string Name, Severity Level, string Summary, string Help)
{
    private const string Accessor =
        "Access device registers through functions that compile to exactly one load or store of one general-purpose register, such as "
        + "Linux's readl and writel or EDK2's MmioRead32 and MmioWrite32: inline assembly, or an assembly file.";

    /// <summary>In the order in which they name a finding that has several reasons: what has to be changed first.</summary>
    public static readonly SarifRule[] All =
    [
        new(NoSyndromeReasons.Exclusive, "MMIO006", "ExclusiveAccess", Severity.Error,
            "Load-exclusive or store-exclusive instruction",
            "Exclusives need a monitor, which device memory does not have (Arm ARM, B2.12). Keep locks and counters in normal memory. " + Accessor),
        new(NoSyndromeReasons.Atomic, "MMIO007", "AtomicAccess", Severity.Error,
            "Atomic read-modify-write or compare-and-swap instruction",
            "Most devices do not support atomics, and a hypervisor gets no syndrome for them. Keep locks and counters in normal memory. " + Accessor),
        new(NoSyndromeReasons.ZeroBlock, "MMIO010", "ZeroBlock", Severity.Error,
            "DC ZVA or a relative of it, which sets a whole block to zero",
            "On device memory these cause an alignment fault (Arm ARM, DC ZVA). Do not use memset on a device; write its registers one by one, as memset_io does."),
        new(NoSyndromeReasons.MemoryCopyOrSet, "MMIO012", "MemoryCopyOrSet", Severity.Warning,
            "CPY* or SET* instruction",
            "Memory copy and set instructions access memory in pieces of any size. Copy to and from devices with memcpy_toio and memcpy_fromio, or a loop over single accesses."),
        new(NoSyndromeReasons.MultipleRegisters, "MMIO003", "MultipleRegisters", Severity.Warning,
            "Instruction that transfers a list of registers or a structure",
            "LDM, STM, LD1 and their like transfer several registers; the architecture gives a hypervisor no syndrome for that. " + Accessor),
        new(NoSyndromeReasons.Sme, "MMIO011", "SmeAccess", Severity.Warning,
            "Access with SME registers",
            "The architecture gives a hypervisor no syndrome for SME accesses. " + Accessor),
        new(NoSyndromeReasons.Sve, "MMIO005", "SveAccess", Severity.Warning,
            "Access with SVE registers",
            "The architecture gives a hypervisor no syndrome for SVE accesses. Build code that touches devices without SVE (-mgeneral-regs-only). " + Accessor),
        new(NoSyndromeReasons.SimdAndFloatingPoint, "MMIO004", "SimdAccess", Severity.Warning,
            "Access with SIMD and floating-point registers",
            "Compilers use SIMD registers to copy structures, and memcpy does. Build code that touches devices with -mgeneral-regs-only. " + Accessor),
        new(NoSyndromeReasons.Pair, "MMIO002", "RegisterPair", Severity.Warning,
            "Load or store of a pair of registers",
            "Compilers merge neighbouring accesses into LDP and STP unless they are volatile, and some even then. " + Accessor),
        new(NoSyndromeReasons.Writeback, "MMIO001", "Writeback", Severity.Warning,
            "Load or store that also changes its base register",
            "Compilers merge an access with the increment of its pointer. -fno-auto-inc-dec (GCC) avoids it for *p++; a volatile access alone does not, before LLVM 23. " + Accessor),
        new(NoSyndromeReasons.NotListed, "MMIO008", "NotListed", Severity.Warning,
            "AArch32 instruction outside of the architecture's list",
            "LDRD, STRD, LDC, SWP and others have no valid syndrome. " + Accessor),
        new(NoSyndromeReasons.ProgramCounter, "MMIO009", "ProgramCounter", Severity.Warning,
            "AArch32 access that transfers R15",
            "A load of the program counter from a device makes little sense: this is probably data, or a jump table."),
        new(NoSyndromeReasons.Tag, "MMIO013", "AllocationTag", Severity.Warning,
            "Access to Allocation Tags",
            "Devices have no Allocation Tags. Do not map devices as Tagged memory, and do not tag pointers to them."),
        new(NoSyndromeReasons.GuardedControlStack, "MMIO014", "GuardedControlStack", Severity.Warning,
            "Access to the Guarded Control Stack",
            "The Guarded Control Stack has to be in normal memory."),
        new(NoSyndromeReasons.CacheMaintenance, "MMIO015", "CacheMaintenance", Severity.Note,
            "Cache maintenance by address",
            "Legal on device addresses, where it does nothing, but a hypervisor gets no syndrome. Common around DMA buffers in normal memory, which is fine."),
        new(NoSyndromeReasons.Prefetch, "MMIO016", "Prefetch", Severity.Note,
            "Prefetch",
            "A prefetch never faults."),
    ];

    /// <summary>The rule that names a finding.</summary>
    public static int IndexOf(NoSyndromeReasons reasons)
    {
        for (int i = 0; i < All.Length; i++)
        {
            if ((All[i].Reason & reasons) != 0)
            {
                return i;
            }
        }

        return All.Length - 1;
    }
}
