namespace Arm64MmioDecode.Handling;

/// <summary>Why an exit ended as it did.</summary>
public enum ExitReason : byte
{
    /// <summary>The status says everything.</summary>
    None = 0,

    /// <summary>Retry: PC has no translation with execute permission, or it does not lead to memory.</summary>
    InstructionNotFetched,

    /// <summary>Retry: the instruction at PC is no memory access.</summary>
    NotMemoryAccess,

    /// <summary>Retry: the instruction at PC accesses nothing: its condition fails, it is a prefetch, a size of 0, or UNDEFINED in the vCPU's state.</summary>
    NoAccess,

    /// <summary>
    /// Retry: the exit is about cache maintenance, or about an exclusive or atomic access (DFSC 0x35), and the instruction is
    /// none.
    /// </summary>
    KindDiffers,

    /// <summary>Retry: the exit reports a read and the instruction only writes, or the other way round.</summary>
    DirectionDiffers,

    /// <summary>Retry: FAR is none of the bytes that the instruction accesses.</summary>
    AddressDiffers,

    /// <summary>Retry: stage 1 has no translation, or no permission, for the instruction's own access.</summary>
    NotTranslated,

    /// <summary>Retry: the instruction's own address translates to another page than the exit reports.</summary>
    PageDiffers,

    /// <summary>Retry: the page is memory that the guest can access without an exit; or the page table walk that failed does not fail now.</summary>
    IsMemory,

    /// <summary>Not emulated: the opcode cannot be read (a protected guest) and the hypervisor did not deliver it.</summary>
    OpcodeNotAvailable,

    /// <summary>Not emulated: neither FAR nor an IPA is known, or there is no way to get from one to the other.</summary>
    AddressNotAvailable,

    /// <summary>Not emulated: the guest uses a stage 1 translation that the library does not follow (128-bit descriptors).</summary>
    TranslationNotSupported,

    /// <summary>Not emulated: a part of the access writes guest memory, and the embedder gave no way to do so.</summary>
    MemoryNotWritable,

    /// <summary>Not emulated: the plan refused the instruction, <see cref="ExitOutcome.NotEmulatedReason"/>.</summary>
    InstructionNotEmulated,

    /// <summary>Guest fault: the device refused the access.</summary>
    DeviceRefused,

    /// <summary>Guest fault: another part of the access than the one of this exit has no stage 1 translation or permission.</summary>
    OtherPartNotTranslated,

    /// <summary>Guest fault: the instruction itself, or a policy, asks for it (alignment, exclusives on a device …).</summary>
    Instruction,
}
