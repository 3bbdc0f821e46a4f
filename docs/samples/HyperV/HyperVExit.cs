// Never ran on Windows or under mshv: tested against Microsoft's documented layouts.
using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Samples.HyperV;

/// <summary>
/// What a virtual processor's run ends with: WHV_RUN_VP_EXIT_CONTEXT of Windows and hv_message of mshv both have the reason at offset 0
/// and the intercept at offset 16. Of a memory access that is WHV_MEMORY_ACCESS_CONTEXT, hv_arm64_memory_intercept_message, 64 bytes.
/// </summary>
internal static class HyperVExit
{
    /// <summary>WHvRunVpExitReasonUnmappedGpa, HVMSG_UNMAPPED_GPA: nothing is mapped there.</summary>
    public const uint UnmappedGpa = 0x80000000;

    /// <summary>WHvRunVpExitReasonGpaIntercept, HVMSG_GPA_INTERCEPT: something is mapped, without the permission.</summary>
    public const uint GpaIntercept = 0x80000001;

    private const int Message = 16;

    private const int InterceptAccessType = Message + 5; // of the header: 0 read, 1 write, 2 execute
    private const int InstructionByteCount = Message + 28;
    private const int AccessInfo = Message + 29;
    private const int InstructionBytes = Message + 32;
    private const int GuestVirtualAddress = Message + 40;
    private const int GuestPhysicalAddress = Message + 48;
    private const int Syndrome = Message + 56;
    private const int Length = Message + 64;

    private const byte GvaValid = 1;
    private const byte Execute = 2;

    /// <summary>Takes an exit that is a data abort of the guest's.</summary>
    /// <param name="context">WHV_RUN_VP_EXIT_CONTEXT (272 bytes) or hv_message (256 bytes).</param>
    /// <param name="exit">The exit.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryGetDataAbort(ReadOnlySpan<byte> context, out DataAbortExit exit)
    {
        exit = default;
        if (context.Length < Length
            || BinaryPrimitives.ReadUInt32LittleEndian(context) is not (UnmappedGpa or GpaIntercept)
            || context[InterceptAccessType] == Execute)
        {
            return false;
        }

        ulong syndrome = BinaryPrimitives.ReadUInt64LittleEndian(context[Syndrome..]);
        if ((ExceptionClass)((syndrome >> 26) & 0x3F) != ExceptionClass.DataAbortLowerEl)
        {
            return false;
        }

        ulong? virtualAddress = (context[AccessInfo] & GvaValid) != 0 ? BinaryPrimitives.ReadUInt64LittleEndian(context[GuestVirtualAddress..]) : null;
        ulong physicalAddress = BinaryPrimitives.ReadUInt64LittleEndian(context[GuestPhysicalAddress..]);
        int delivered = Math.Min((int)context[InstructionByteCount], 4);
        exit = DataAbortExit.FromAddresses(syndrome, virtualAddress, physicalAddress)
            .WithInstruction(context.Slice(InstructionBytes, delivered));
        return true;
    }
}
