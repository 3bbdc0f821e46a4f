using System;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>Compiles an A64 row.</summary>
internal static class A64RowCompiler
{
    /// <summary>Number of 32-bit words of a row: mask, value, two rejects, transfer (2), addressing (2), immediate mask, immediate shape.</summary>
    public const int Words = 12;

    /// <summary>Number of rejected field values that a row can have.</summary>
    public const int Rejects = 2;

    public static CompiledRow Compile(EncodingRow row, int index)
    {
        AssemblySyntax syntax = AssemblySyntax.Parse(row.Assembly, row.Pattern);
        AccessClause access = AccessClause.Parse(row.Access);
        if (row.Rejects.Count > Rejects)
        {
            throw new InvalidDataException("more than two rejected field values");
        }

        (ulong transfer, AccessProperties flags) = Transfer(syntax, access);
        ulong addressing = (ulong)syntax.Mode
            | ((ulong)syntax.Index << 4)
            | ((ulong)syntax.IndexShift << 8)
            | ((ulong)flags << 16)
            | ((ulong)index << 32)
            | ((ulong)InstructionSet.A64 << 48)
            | (4ul << 52);
        (uint immediateMask, uint immediateShape) = Immediate(row, syntax, access);
        uint rules = row.Rules.Aggregate(0u, (all, rule) => all | (uint)Enum.Parse<UnpredictableRules>(rule));
        return new CompiledRow(row, syntax.Template, rules,
        [
            row.Pattern.Mask, row.Pattern.Value,
            RejectMask(0), RejectValue(0), RejectMask(1), RejectValue(1),
            (uint)transfer, (uint)(transfer >> 32), (uint)addressing, (uint)(addressing >> 32),
            immediateMask, immediateShape,
        ]);

        // A reject that can never match compares no bits with a one.
        uint RejectMask(int i) => i < row.Rejects.Count ? row.Rejects[i].Mask : 0;
        uint RejectValue(int i) => i < row.Rejects.Count ? row.Rejects[i].Value : 1;
    }

    private static (ulong Transfer, AccessProperties Flags) Transfer(AssemblySyntax syntax, AccessClause access)
    {
        RegisterFile file = access.Kind is AccessKind.Prefetch or AccessKind.CacheMaintenance or AccessKind.ZeroBlock ? RegisterFile.None : syntax.File;
        RegisterLayout layout = file == RegisterFile.None ? RegisterLayout.None : syntax.Layout;
        int registers = layout == RegisterLayout.None ? 0 : syntax.RegisterCount;
        if (layout == RegisterLayout.OperandAndTarget && (access.Kind == AccessKind.StoreExclusive
            || access.Operation is AccessOperation.StoreWithStatus or AccessOperation.StoreAccelerationData))
        {
            // The first register is the status register, which is not transferred.
            layout = RegisterLayout.Consecutive;
            registers = 1;
        }

        if (file == RegisterFile.General && layout == RegisterLayout.Consecutive && access.ElementCount == 8)
        {
            registers = 8;
        }

        TransferShape shape = access.Shape ?? (layout == RegisterLayout.None ? TransferShape.None : TransferShape.OnePerRegister);
        bool loads = access.Kind is AccessKind.Load or AccessKind.LoadExclusive or AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap;
        LoadExtend extend = file != RegisterFile.General || !loads || access.ElementSizeLog2 >= syntax.RegisterSizeLog2 ? LoadExtend.None
            : access.Signed ? LoadExtend.Sign : LoadExtend.Zero;
        if (file == RegisterFile.ScalableVector && access.Signed)
        {
            extend = LoadExtend.Sign;
        }

        ulong transfer = (ulong)access.Kind
            | ((ulong)access.Operation << 8)
            | ((ulong)file << 16)
            | ((ulong)shape << 24)
            | ((ulong)layout << 28)
            | ((ulong)access.ElementSizeLog2 << 32)
            | ((ulong)access.ElementCount << 40)
            | ((ulong)registers << 48)
            | ((ulong)extend << 56)
            | ((ulong)syntax.RegisterSizeLog2 << 58);
        return (transfer, access.Flags | (syntax.VectorLengthScaled ? AccessProperties.VectorLengthScaled : AccessProperties.None));
    }

    // Shape word: shift left (5 bits), arithmetic shift right (5), scale (6), variant (5), signed constant (8).
    private static (uint Mask, uint Shape) Immediate(EncodingRow row, AssemblySyntax syntax, AccessClause access)
    {
        DecodeVariant variant = access.Variant != DecodeVariant.None ? access.Variant : syntax.Variant;
        int constant = syntax.OffsetIsTotal ? access.ElementCount << access.ElementSizeLog2 : syntax.Constant;
        uint shape = ((uint)variant << 16) | ((uint)(byte)constant << 24);
        if (syntax.Immediate is not { } immediate)
        {
            return (0, shape);
        }

        string[] fields = immediate.Field.Split('.');
        if (fields.Length == 2)
        {
            // Split fields belong to a variant; the scale still comes from the row.
            return (0, shape | ((variant == DecodeVariant.None ? (uint)DecodeVariant.AuthenticatedImmediate : 0u) << 16) | ((uint)immediate.Scale << 10));
        }

        (int high, int width) = row.Pattern.Fields[immediate.Field];
        uint mask = immediate.Signed ? uint.MaxValue : (1u << width) - 1;
        return (mask, shape | (uint)(31 - high) | ((uint)(32 - width) << 5) | ((uint)immediate.Scale << 10));
    }
}
