using System.Collections.Generic;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>What usually lies behind an exit, and what to change, for a reader who does not know the manual.</summary>
internal static class CauseSentences
{
    /// <summary>What usually lies behind it.</summary>
    public static string Usual(ExitCause cause) => cause switch
    {
        ExitCause.PlainAccess =>
            "A driver reads or writes a register of its device, with an instruction that the hardware describes.",
        ExitCause.SyndromeWithheld =>
            "A driver reads or writes a register of its device, with a plain load or store that the hardware describes; the description got lost on the way.",
        ExitCause.MergedAccess =>
            "A driver reads or writes registers of its device one after the other, and its compiler has merged two accesses into one instruction, or an access with the step to the next address. The code is correct; only the hardware's report has no room for it.",
        ExitCause.BulkAccess =>
            "memcpy, memset or memcmp, or a loop that the compiler has vectorised, runs over a device: often a framebuffer, a flash, or a buffer in the device's memory.",
        ExitCause.AtomicOnDevice =>
            "A lock, a reference count or another atomic variable lies where a device is. Most processors refuse exclusive and atomic accesses to devices (fault status 0x35).",
        ExitCause.TagsOnDevice =>
            "Code that tags memory (FEAT_MTE), such as an allocator or a stack, works on an address where there is a device.",
        ExitCause.MissingMemory =>
            "The guest takes the address for RAM: its page tables map it as Normal Cacheable memory. Usually the memory map that it was given (device tree, ACPI tables, firmware) has RAM where the hypervisor has a device or nothing at all.",
        ExitCause.DeviceBuffer =>
            "The guest maps the address as Normal Non-cacheable memory, as drivers do with framebuffers and other memory of a device whose accesses have no side effects (Linux: ioremap_wc).",
        ExitCause.StackOnDevice =>
            "The address comes from a stack pointer, and no stack belongs where this one points: the pointer is wrong, the stack has overflowed, or the memory under it is missing.",
        ExitCause.PageTableOnDevice =>
            "The guest's page tables point to where there is no memory, or no writable memory: its table base register or an entry is wrong, a memory slot is missing, or a device lies over the tables.",
        ExitCause.CacheMaintenanceOnDevice =>
            "The guest cleans or invalidates caches by address, and the range includes a device, a hole or memory that is not mapped now. On real hardware nothing happens.",
        ExitCause.MemorySystemError =>
            "The hardware behind the address answered with an error: a physical device that is absent or broken, or memory with an uncorrectable error.",
        ExitCause.GuestMistake =>
            "The guest does what real hardware would refuse as well: an access to a device at an address that is not a multiple of its size, or through a pointer with the wrong tag.",
        ExitCause.HypervisorState =>
            "The cause is the hypervisor's: its tables, its buffers or its TLB.",
        ExitCause.GuestChanged =>
            "Another virtual CPU has changed code, page tables or the memory map between the abort and now.",
        ExitCause.InstructionNotReadable =>
            "The guest's memory cannot be read by the hypervisor, as in protected and confidential guests, and the interface did not deliver the instruction.",
        ExitCause.NoAccess =>
            "The exception is no access of the guest to memory.",
        _ => "The instruction at PC would tell.",
    };

    /// <summary>What to do and what to change, the nearest first.</summary>
    public static IReadOnlyList<string> Advice(ExitCause cause) => cause switch
    {
        ExitCause.PlainAccess =>
        [
            "Perform the access that the syndrome describes, and advance PC by the instruction's length.",
        ],
        ExitCause.SyndromeWithheld =>
        [
            "Emulate the instruction from its opcode.",
        ],
        ExitCause.MergedAccess =>
        [
            "Emulate the instruction from its opcode.",
            "To avoid the exit, let the driver use accessors that are one plain load or store each, written in assembly (Linux: readl and writel; EDK II: MmioRead32 and MmioWrite32). Volatile alone does not keep a compiler from merging.",
        ],
        ExitCause.BulkAccess =>
        [
            "Emulate the instruction from its opcode. Each one is an exit: a buffer or framebuffer is faster as memory that the hypervisor maps.",
            "To avoid the exit, let the driver use functions that are made for devices (Linux: memcpy_fromio, memcpy_toio, memset_io).",
            "If the address should be RAM, look for a memory slot that is missing.",
        ],
        ExitCause.AtomicOnDevice =>
        [
            "Give the guest the fault, as hardware does, or perform the access under a policy that you choose.",
            "Look for the lock or counter that was placed there, and for the mapping that made it Device or Non-cacheable memory.",
        ],
        ExitCause.TagsOnDevice =>
        [
            "Look for the pointer: tags belong to RAM that the guest maps as Tagged memory.",
        ],
        ExitCause.MissingMemory =>
        [
            "Compare the memory map that the guest was given with the hypervisor's memory slots: each range of RAM needs one, and none may lie over a device.",
            "If it is a device, let the guest map it as Device memory.",
        ],
        ExitCause.DeviceBuffer =>
        [
            "Emulate the instruction from its opcode. If the device only stores what is written, map memory there instead: each access is an exit.",
        ],
        ExitCause.StackOnDevice =>
        [
            "Look at the stack pointer, at what set it, and at the memory that it should point to.",
        ],
        ExitCause.PageTableOnDevice =>
        [
            "Look at the guest's table base registers (TTBR0_EL1, TTBR1_EL1) and at the memory slot for the address of the exit, which is that of a table and not of data.",
            "If the guest is to see it as on hardware, inject an External abort on a translation table walk.",
        ],
        ExitCause.CacheMaintenanceOnDevice =>
        [
            "Skip the instruction: a device has no cache. If memory belongs there, map it and enter the guest again.",
        ],
        ExitCause.MemorySystemError =>
        [
            "Look at the physical memory or the assigned device behind the address. If only the guest is affected, inject the External abort.",
        ],
        ExitCause.GuestMistake =>
        [
            "Inject the fault: the guest's handler reports its own mistake.",
            "In the guest, look for packed structures and for byte-wise copies on Device memory.",
        ],
        ExitCause.HypervisorState =>
        [
            "Repair the hypervisor's state and enter the guest again; the guest's instruction has nothing to do with it.",
        ],
        ExitCause.GuestChanged =>
        [
            "Enter the guest again with nothing changed: it executes what is there now.",
            "If the same exit comes again and again, the views of processor and hypervisor differ: look for a TLB entry that the guest never invalidates, or for a memory slot that the program does not know of.",
        ],
        ExitCause.InstructionNotReadable =>
        [
            "Inject an External abort, or stop the guest with this message: without the instruction nobody can complete it.",
            "Build the guest with accessors that are one plain load or store each: these are described by the hardware and need no instruction.",
        ],
        ExitCause.NoAccess =>
        [
            "Look at the exception class: only a Data Abort is about an access of an instruction.",
        ],
        _ =>
        [
            "Read the instruction at PC through the guest's page tables.",
        ],
    };
}
