using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>The addresses of A64: base registers with offset or index, literals, authentication, alignment.</summary>
internal static class A64Addressing
{
    private const AccessProperties Always = AccessProperties.WritesTags | AccessProperties.GuardedControlStack;
    private const AccessProperties Ordered = AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release;

    /// <summary>Places the elements at the address that the instruction forms, and says what the base register becomes.</summary>
    /// <returns>False after a fault.</returns>
    public static bool TryPlace(EmulatedAccess emulated, in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        ulong address;
        ulong moved;
        if (access.AddressingMode == AddressingMode.Literal)
        {
            address = moved = registers.Pc + (ulong)access.Offset;
        }
        else if (access.AddressingMode == AddressingMode.Reported)
        {
            address = moved = emulated.ReportedAddress;
        }
        else
        {
            int number = access.Rn;
            address = registers.GetXOrSp(number);
            if (number == A64Registers.Number31 && !IsStackPointerAligned(emulated, address, in options))
            {
                return false;
            }

            if ((access.NamedProperties & AccessProperties.Authenticated) != 0)
            {
                // A variable of its own: one whose reference is passed on cannot stay in a register.
                if (!Authenticate(emulated, address, out ulong authenticated))
                {
                    return false;
                }

                address = authenticated;
            }

            moved = address + (access.HasIndex ? GetIndex(in access, registers) : (ulong)access.Offset);
            address = access.AddressingMode == AddressingMode.PostIndex ? address : moved;
        }

        emulated.Writeback = moved;
        emulated.Sequence.Place(address, access.ElementCount, access.ElementSizeLog2);
        return true;
    }

    /// <summary>Checks SP as a base.</summary>
    /// <returns>False after a fault.</returns>
    public static bool IsStackPointerAligned(EmulatedAccess emulated, ulong stackPointer, in EmulationOptions options)
    {
        if (!options.CheckStackPointerAlignment || (stackPointer & 15) == 0)
        {
            return true;
        }

        emulated.RaiseException(FaultReason.StackPointerAlignment);
        return false;
    }

    /// <summary>The index register, extended and shifted.</summary>
    public static ulong GetIndex(in AccessDescriptor access, IGuestRegisters registers) =>
        ExtendIndex(in access, registers.GetXOrZero(access.Rm));

    /// <summary>An index, extended and shifted.</summary>
    public static ulong ExtendIndex(in AccessDescriptor access, ulong index)
    {
        index = access.IndexExtend switch
        {
            IndexExtend.Uxtw => (uint)index,
            IndexExtend.Sxtw => (ulong)(int)index,
            _ => index,
        };
        return index << access.IndexShift;
    }

    // Stores to the Guarded Control Stack always need alignment (Arm ARM, section D11). Acquire, release, exclusives, atomics and 64-byte
    // accesses need alignment whatever SCTLR_ELx.A says: a library that does not know the memory type takes it for Device memory, where
    // FEAT_LSE2 does not relax this (Arm ARM, "Alignment of data accesses"), unless it knows that the processor has passed its check
    // (AArch64.UnalignedAccessFaults()).

    /// <summary>Exclusives, atomics and 64-byte accesses are aligned to their whole size, or with FEAT_LSE2 lie within 16 bytes that are.</summary>
    /// <returns>False after a fault.</returns>
    public static bool IsWholeAligned(EmulatedAccess emulated, in AccessDescriptor access) =>
        (emulated.Sequence.Address & (ulong)(access.TotalSize - 1)) == 0
        || MayBeUnaligned(emulated, in access, access.TotalSize)
        || RaiseAlignmentFault(emulated, in access);

    /// <summary>The elements of the others are aligned one by one. STGP needs the alignment of the granule that it tags.</summary>
    /// <returns>False after a fault.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreElementsAligned(EmulatedAccess emulated, in AccessDescriptor access, in EmulationOptions options)
    {
        AccessProperties properties = access.NamedProperties;
        int alignment = (properties & AccessProperties.WritesTags) != 0 ? TagsAndBlocks.Granule : access.ElementSize;
        return (emulated.Sequence.Address & (ulong)(alignment - 1)) == 0
            || ((properties & (emulated.HasPassedAlignmentCheck ? Always : Ordered | Always)) == 0 && options.Unaligned != UnalignedPolicy.Fault)
            || MayBeUnaligned(emulated, in access, access.TotalSize)
            || RaiseAlignmentFault(emulated, in access);
    }

    // AArch64.UnalignedAccessFaults, for what always needs alignment without FEAT_LSE2. An exit may have shown that this access has
    // passed the check, whatever the memory is.
    private static bool MayBeUnaligned(EmulatedAccess emulated, in AccessDescriptor access, int size)
    {
        const ulong Quantity = 16;
        ref readonly EmulationOptions options = ref emulated.Options;
        bool isKnown = emulated.HasPassedAlignmentCheck || (options.Memory == AccessedMemory.Normal && options.LargeSystemExtensions2);
        AccessProperties properties = access.NamedProperties;
        if (!isKnown || options.Unaligned == UnalignedPolicy.Fault || (properties & (Always | AccessProperties.ReadCheckWrite)) != 0
            || SixtyFourByteAccesses.Contains(in access))
        {
            return false;
        }

        bool isAtomic = access.Kind is not (AccessKind.Load or AccessKind.Store);
        return (emulated.Sequence.Address & (Quantity - 1)) + (ulong)size <= Quantity
            || (!isAtomic && (properties & Ordered) != 0 && options.NonAlignedAccess);
    }

    private static bool RaiseAlignmentFault(EmulatedAccess emulated, in AccessDescriptor access)
    {
        emulated.RaiseDataAbort(FaultStatusCode.Alignment, emulated.Sequence.Address, access.IsWrite);
        return false;
    }

    // M (bit 23) selects key B.
    private static bool Authenticate(EmulatedAccess emulated, ulong signed, out ulong address)
    {
        bool useKeyB = (emulated.Access.Opcode & (1u << 23)) != 0;
        if (emulated.Authentication is null)
        {
            // As XPACD: the code's bits become copies of bit 55, and so does the top byte unless it is ignored.
            ulong code = ulong.MaxValue << emulated.Options.VirtualAddressBits;
            code &= emulated.Options.TopByteIgnored ? ulong.MaxValue >> 8 : ulong.MaxValue;
            address = (signed & (1ul << 55)) != 0 ? signed | code : signed & ~code;
            return true;
        }

        if (emulated.Authentication.TryAuthenticateData(signed, useKeyB, out address))
        {
            return true;
        }

        // ISS of EC 0x1C: bit 1 is 1 for data keys, bit 0 is 1 for key B.
        emulated.RaiseException(FaultReason.PointerAuthentication, useKeyB ? 3u : 2u);
        return false;
    }
}
