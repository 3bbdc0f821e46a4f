using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>What the tool says about a descriptor beyond its properties.</summary>
internal static class DescriptorFacts
{
    /// <summary>Whether an A64 instruction is a SYS or SYSL operation: DC, IC, GCSPUSHM …, which have their address in Xt.</summary>
    public static bool IsSystemOperation(this in AccessDescriptor access) =>
        access.InstructionSet == InstructionSet.A64 && (access.Opcode & 0xFFC0_0000) == 0xD500_0000;

    /// <summary>Whether the data register is where STG and its relatives take the tag from, in which 31 is SP.</summary>
    public static bool IsTagSource(this in AccessDescriptor access) =>
        access.Kind == AccessKind.TagStore && access.ElementCount != 0;

    /// <summary>Bytes of one element; null when they depend on registers.</summary>
    public static int? KnownElementSize(this in AccessDescriptor access)
    {
        if (TransfersNothing(in access))
        {
            return 0;
        }

        bool scalable = access.Shape is >= TransferShape.ScalableContiguous and <= TransferShape.ScalableWhole;
        return access.HasFixedSize || scalable ? access.ElementSize : null;
    }

    /// <summary>Number of elements; null when it depends on registers or the vector length.</summary>
    public static int? KnownElementCount(this in AccessDescriptor access) =>
        TransfersNothing(in access) ? 0 : access.HasFixedSize ? access.ElementCount : null;

    /// <summary>Bytes of memory; null when they depend on registers or the vector length.</summary>
    public static int? KnownTotalSize(this in AccessDescriptor access) =>
        TransfersNothing(in access) ? 0 : access.HasFixedSize ? access.TotalSize : null;

    /// <summary>Bits of the register view; null when there is no register or it depends on the vector length.</summary>
    public static int? KnownWidth(this in AccessDescriptor access) =>
        access.RegisterFile is RegisterFile.General or RegisterFile.SimdAndFloatingPoint ? access.RegisterWidth : null;

    private static bool TransfersNothing(in AccessDescriptor access) =>
        access.Kind is AccessKind.Prefetch or AccessKind.CacheMaintenance;
}
