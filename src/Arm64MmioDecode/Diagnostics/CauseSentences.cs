using System.Collections.Generic;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>What usually lies behind an exit, and what to change, for a reader who does not know the manual.</summary>
internal static class CauseSentences
{
    public const string EmulateInstruction = "Emulate the instruction from its opcode, as this library does; a program on KVM that is not to be changed runs with libarm64mmiodecode-kvm.so in LD_PRELOAD.";

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
            "The guest takes the address for RAM. Usually the memory map that it was given (device tree, ACPI tables, firmware) has RAM where the hypervisor has a device or nothing at all.",
        ExitCause.DeviceBuffer =>
            "The guest maps the address as Normal Non-cacheable memory, as drivers do with framebuffers and other memory of a device whose accesses have no side effects (Linux: ioremap_wc).",
        ExitCause.StackOnDevice =>
            "The address comes from a stack pointer, and no stack belongs where this one points: the pointer is wrong, the stack has overflowed, or the memory under it is missing.",
        ExitCause.PageTableOnDevice =>
            "The guest's page tables point to where there is no memory, or no writable memory: its table base register or an entry is wrong, a memory slot is missing, or a device lies over the tables.",
        ExitCause.CacheMaintenanceOnDevice =>
            "The guest cleans or invalidates caches by address, and the range includes a device, a hole or memory that is not mapped now. On real hardware nothing happens.",
        ExitCause.MemorySystemError =>
            "What answers at the address reported an error: a device that is absent or broken, memory with an uncorrectable error, or, to software in a virtual machine, the hypervisor.",
        ExitCause.GuestMistake =>
            "The guest does what real hardware would refuse as well: an access at an address that is not a multiple of its size, where the instruction or Device memory asks for one, or an access through a pointer with the wrong tag.",
        ExitCause.HypervisorState =>
            "The cause is the hypervisor's: its tables, its buffers or its TLB.",
        ExitCause.GuestChanged =>
            "Another virtual CPU has changed code, page tables or the memory map between the abort and now; or PC, the instruction or a register was read wrongly.",
        ExitCause.InstructionNotReadable =>
            "Nobody can read the instruction: the handler was not given the guest's memory or the registers of stage 1, or the memory cannot be read, as that of protected and confidential guests.",
        ExitCause.NoAccess =>
            "The exception is not about the access of a load or store.",
        ExitCause.CodeOnDevice =>
            "The program reads what belongs to itself, a constant beside its code or the address to go on at, where a device or nothing is: a part of the memory that it was loaded to is missing, or it has jumped to a wrong address.",
        ExitCause.SixtyFourByteAccess =>
            "A driver hands a command of 64 bytes to an accelerator, which takes it in one piece (FEAT_LS64), or reads its answer.",
        ExitCause.NullPointer =>
            "Code has followed a null pointer: the address is that of a field of an object which is not there. The code's own page tables leave the first pages unmapped to find such mistakes.",
        ExitCause.WrongPointer =>
            "Code has used a wrong pointer: one to memory that was freed or never mapped, past the end of a buffer or a stack, to read-only data in a write, or to a device that was not mapped first.",
        ExitCause.UndescribedAccess =>
            "In a virtual machine, so ends an access that the hypervisor could not perform: hardware does not describe such an instruction, and QEMU on KVM, for one, then injects an External abort without a message. On hardware, a device or memory answered with an error.",
        _ => "Not known: the instruction at PC tells most about it.",
    };

    /// <summary>What to do about the exit itself; nothing where only a change helps.</summary>
    public static string? Act(ExitCause cause) => cause switch
    {
        ExitCause.PlainAccess =>
            "Perform the access that the syndrome describes, and advance PC by the instruction's length.",
        ExitCause.SyndromeWithheld or ExitCause.MergedAccess or ExitCause.BulkAccess or ExitCause.DeviceBuffer =>
            EmulateInstruction,
        ExitCause.SixtyFourByteAccess =>
            "Perform one access of 64 bytes with eight registers (EmulationOptions.SixtyFourBytes), and for ST64BV and ST64BV0 write the device's answer to the status register.",
        ExitCause.AtomicOnDevice =>
            "Give the guest the fault, as hardware does, or perform the access under a policy that you choose (EmulationOptions.Atomics, Exclusives, SixtyFourBytes).",
        ExitCause.PageTableOnDevice =>
            "Map the memory that the tables should lie in; or, if the guest is to see it as on hardware, inject an External abort on a translation table walk.",
        ExitCause.CacheMaintenanceOnDevice =>
            "Skip the instruction: a device has no cache. If memory belongs there, map it and enter the guest again.",
        ExitCause.MemorySystemError =>
            "If only the guest is affected, inject the External abort.",
        ExitCause.GuestMistake =>
            "Inject the fault: the guest's handler reports its own mistake.",
        ExitCause.HypervisorState =>
            "Repair the hypervisor's state and enter the guest again; the guest's instruction has nothing to do with it.",
        ExitCause.GuestChanged =>
            "Enter the guest again with nothing changed: it executes what is there now.",
        ExitCause.InstructionNotReadable =>
            "Give the handler the guest's memory and the registers of stage 1, or the instruction with the exit (DataAbortExit.WithInstruction). Where neither is to be had, inject an External abort, or stop the guest with this message.",
        ExitCause.NoAccess =>
            "Look at the exception class and the fault status: only a Data Abort with the fault of an address is about the access of an instruction.",
        ExitCause.Unknown =>
            "Read the instruction at PC through the guest's page tables, and explain the exit with it.",
        _ => null,
    };

    /// <summary>What to look at and what to change, so that the exit does not come again: the nearest first.</summary>
    public static IReadOnlyList<string> Change(ExitCause cause) => cause switch
    {
        ExitCause.MergedAccess =>
        [
            "To avoid the exit, let the driver use accessors that are one plain load or store each, written in assembly (Linux: readl and writel; EDK II: MmioRead32 and MmioWrite32). Volatile alone does not keep a compiler from merging.",
        ],
        ExitCause.BulkAccess =>
        [
            "Each such instruction is an exit: a buffer or framebuffer is faster as memory that the hypervisor maps.",
            "To avoid the exit, let the driver use functions that are made for devices (Linux: memcpy_fromio, memcpy_toio, memset_io).",
            "If the address should be RAM, look for a memory slot that is missing.",
        ],
        ExitCause.AtomicOnDevice =>
        [
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
            "If the device only stores what is written, map memory there instead: each access is an exit.",
        ],
        ExitCause.StackOnDevice =>
        [
            "Look at the stack pointer, at what set it, and at the memory that it should point to.",
        ],
        ExitCause.PageTableOnDevice =>
        [
            "Look at the guest's table base registers (TTBR0_EL1, TTBR1_EL1) and at the memory slot for the guest-physical address of the exit, which is that of a table and not of data.",
        ],
        ExitCause.MemorySystemError =>
        [
            "Look at the physical memory or the assigned device behind the address.",
        ],
        ExitCause.GuestMistake =>
        [
            "In the guest, look for packed structures and unaligned copies on Device memory, or, with a wrong tag, for a pointer to memory that has been freed.",
        ],
        ExitCause.GuestChanged =>
        [
            "If the same exit comes again and again, nothing has changed: look for a register that the program reads wrongly (PC, the base, those of translation), for a TLB entry that the guest never invalidates, or for a memory slot that the program does not know of.",
        ],
        ExitCause.InstructionNotReadable =>
        [
            "Build the guest with accessors that are one plain load or store each: these are described by the hardware and need no instruction.",
        ],
        ExitCause.SixtyFourByteAccess =>
        [
            "If the device does not take 64 bytes at once, do not offer FEAT_LS64 to the guest (ID_AA64ISAR1_EL1.LS64).",
        ],
        ExitCause.NullPointer =>
        [
            "Look at the function that PC is in and at its callers, at which pointer the instruction's base register holds, and at who should have set it.",
        ],
        ExitCause.WrongPointer =>
        [
            "Look at the instruction's base register and at where its pointer comes from; then at the page tables of the code that used it, and at what should have mapped the address.",
        ],
        ExitCause.UndescribedAccess =>
        [
            "Let the hypervisor perform such accesses: it finds and emulates the instruction (this library), or, as a program that is not to be changed, runs with libarm64mmiodecode-kvm.so in LD_PRELOAD.",
            "Or let the guest use accessors that are one plain load or store each, written in assembly (Linux: readl and writel; EDK II: MmioRead32 and MmioWrite32). Volatile alone does not keep a compiler from merging.",
        ],
        ExitCause.CodeOnDevice =>
        [
            "Look at PC, at the jump that led there, and at the memory slots around the code: the code and its constants need one.",
        ],
        _ => [],
    };
}
