using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>What the vCPU's state allows of SVE and SME, and what their encodings say that the descriptor does not.</summary>
internal static class ScalableState
{
    /// <summary>The governing predicate, bits 12:10: P0 to P7.</summary>
    public static int GoverningPredicate(in AccessDescriptor access) => (int)(access.Opcode >> 10) & 7;

    /// <summary>The governing predicate-as-counter, bits 12:10: PN8 to PN15.</summary>
    public static int GoverningCounter(in AccessDescriptor access) => 8 + GoverningPredicate(in access);

    /// <summary>Bits 31:25 of LD1RQ* and LD1RO* are 1010010, of LD1R* 1000010; bit 21 is 1 in LD1RO*.</summary>
    public static bool ReplicatesQuadwords(in AccessDescriptor access) => access.Opcode >> 25 == 0x52;

    /// <summary>Whether this is LD1RO*: 32 bytes replicated.</summary>
    public static bool ReplicatesOctawords(in AccessDescriptor access) =>
        access.Shape == TransferShape.ScalableReplicate && ReplicatesQuadwords(in access) && (access.Opcode & (1u << 21)) != 0;

    /// <summary>Why the state does not allow the instruction.</summary>
    public static UndefinedReason Check(in AccessDescriptor access, IScalableRegisters registers)
    {
        bool isMatrix = access.RegisterFile is RegisterFile.ZaArray or RegisterFile.Zt0;
        bool isTileSlice = isMatrix && access.Shape == TransferShape.ScalableContiguous;
        bool isStreaming = registers.IsStreaming;
        if (!isStreaming && (isTileSlice || access.Layout is RegisterLayout.StrideEight or RegisterLayout.StrideFour))
        {
            return UndefinedReason.NotStreaming;
        }

        if (isMatrix && !registers.IsZaEnabled)
        {
            return UndefinedReason.ZaNotEnabled;
        }

        if (isStreaming && !isMatrix && !IsLegalInStreamingMode(in access) && !registers.IsFullA64Enabled)
        {
            return UndefinedReason.NotLegalInStreamingMode;
        }

        return ReplicatesOctawords(in access) && registers.VectorLength < 32 ? UndefinedReason.VectorLength : UndefinedReason.None;
    }

    /// <summary>The vector length in use.</summary>
    /// <exception cref="InvalidOperationException">The registers have a length that no processor has.</exception>
    public static int CheckLength(int length) =>
        length is >= 16 and <= ScalableRoom.MaximumVectorLength && (length & (length - 1)) == 0
            ? length
            : throw new InvalidOperationException("a vector length is a power of two from 16 to 256 bytes");

    // CheckNonStreamingSVEEnabled in the descriptions: vectors of addresses, first-fault and non-fault loads, LD1RO*, and quadwords
    // of which memory has only a part.
    private static bool IsLegalInStreamingMode(in AccessDescriptor access)
    {
        const int Quadword = 4;
        bool isPartOfQuadword = access.Shape == TransferShape.ScalableContiguous && access.RegisterSizeLog2 == Quadword && access.ElementSizeLog2 != Quadword;
        return access.Shape != TransferShape.ScalableGather
            && (access.NamedProperties & AccessProperties.FaultSuppressing) == 0
            && !ReplicatesOctawords(in access)
            && !isPartOfQuadword;
    }
}
