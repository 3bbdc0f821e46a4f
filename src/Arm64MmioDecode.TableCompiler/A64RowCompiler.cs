using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>Compiles an A64 row. The words are those that the library's A64Row names.</summary>
internal static class A64RowCompiler
{
    public const int RejectedWord = 5;
    public const int RejectedPosition = 24;

    private const uint RegisterBits = 31;
    private const int Rt2Shift = 10;

    // 128-bit atomics and LDIAPP have Rt2 where others have Rs.
    private const int HighRt2Shift = 16;
    private const uint RmMask = RegisterBits << 16;

    /// <param name="row">The row.</param>
    /// <param name="index">The encoding's number.</param>
    public static CompiledRow Compile(EncodingRow row, int index)
    {
        AssemblySyntax syntax = AssemblySyntax.Parse(row.Assembly, row.Pattern);
        AccessClause access = AccessClause.Parse(row.Access);
        A64Variant variant = access.Variant != A64Variant.None ? access.Variant : syntax.Variant;
        if (variant == A64Variant.None && syntax.Immediate is { Field: "S.imm9" })
        {
            variant = A64Variant.AuthenticatedImmediate;
        }

        (ulong transfer, AccessProperties flags) = Transfer(syntax, access, addressesMemory: row.Assembly.Contains('[', StringComparison.Ordinal));
        ulong addressing = (ulong)syntax.Mode
            | ((ulong)syntax.Index << 4)
            | ((ulong)syntax.IndexShift << 8)
            | ((ulong)flags << 16)
            | ((ulong)index << 32)
            | ((ulong)InstructionSet.A64 << 48)
            | (4ul << 52);
        int offset = syntax.OffsetIsTotal ? access.ElementCount << access.ElementSizeLog2 : syntax.Constant;
        ImmediateField immediate = Immediate(row.Pattern, syntax, variant);
        uint registers = FirstRegisterBits(variant, syntax.RegisterCount) | (RegisterBits << 8) | (RegisterBits << 16) | (RegisterBits << 24);
        uint places = immediate.Left | (immediate.Right << 8) | ((uint)(variant == A64Variant.HighRt2 ? HighRt2Shift : Rt2Shift) << 16);

        var parts = new List<DecoderRow>();
        foreach (WordSet words in row.Words.Split(A64Variants.Fields(variant)))
        {
            ulong partTransfer = transfer;
            ulong partAddressing = addressing;
            int partOffset = offset;
            A64Variants.Apply(variant, words.Value, ref partOffset, ref partTransfer, ref partAddressing);
            parts.Add(new(
                words,
                row.Rank,
                [
                    DecoderRow.Pair(words.Mask, words.Value),
                    partTransfer,
                    partAddressing,
                    DecoderRow.Pair(registers, immediate.Mask),
                    DecoderRow.Pair(immediate.Scale, (uint)partOffset),
                    places,
                ]));
        }

        if (variant == A64Variant.ZeroableIndex)
        {
            // Register 31 as index is the zero register here: the form without an index.
            WordSet withoutIndex = row.Words with { Mask = row.Pattern.Mask | RmMask, Value = row.Pattern.Value | RmMask };
            parts.Add(new(withoutIndex, row.Rank + 1, [DecoderRow.Pair(withoutIndex.Mask, withoutIndex.Value), transfer, addressing & ~0xFFF0ul, .. parts[0].Data[3..]]));
        }

        uint rules = row.Rules.Aggregate(0u, (all, rule) => all | (uint)Enum.Parse<UnpredictableRules>(rule));
        return new CompiledRow(row, syntax.Template, A64Aliases.Of(syntax, access), rules, parts);
    }

    private static uint FirstRegisterBits(A64Variant variant, int registers) => (variant, registers) switch
    {
        (A64Variant.ConsecutiveGroup, 2) => 0b11110,
        (A64Variant.ConsecutiveGroup, _) => 0b11100,
        (A64Variant.StridedGroup, 2) => 0b10111,
        (A64Variant.StridedGroup, _) => 0b10011,
        _ => RegisterBits,
    };

    private static (ulong Transfer, AccessProperties Flags) Transfer(AssemblySyntax syntax, AccessClause access, bool addressesMemory)
    {
        // The register of DC GVA is an address, that of STG a tag.
        bool transfers = access.Kind is not (AccessKind.Prefetch or AccessKind.CacheMaintenance or AccessKind.ZeroBlock)
            && (access.Kind != AccessKind.TagStore || addressesMemory);
        RegisterFile file = transfers ? syntax.File : RegisterFile.None;
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
        int destinationSizeLog2 = file switch
        {
            RegisterFile.General => syntax.RegisterSizeLog2,
            RegisterFile.ScalableVector => syntax.ScalableElementSizeLog2,
            _ => 0,
        };
        LoadExtend extend = !loads || access.ElementSizeLog2 >= destinationSizeLog2 ? LoadExtend.None
            : access.Signed ? LoadExtend.Sign : LoadExtend.Zero;

        int registerSizeLog2 = file == RegisterFile.ScalableVector ? syntax.ScalableElementSizeLog2 : syntax.RegisterSizeLog2;
        ulong transfer = (ulong)access.Kind
            | ((ulong)access.Operation << 8)
            | ((ulong)file << 16)
            | ((ulong)shape << 24)
            | ((ulong)layout << 28)
            | ((ulong)access.ElementSizeLog2 << 32)
            | ((ulong)access.ElementCount << 40)
            | ((ulong)registers << 48)
            | ((ulong)extend << 56)
            | ((ulong)registerSizeLog2 << 58);
        return (transfer, access.Flags | (syntax.VectorLengthScaled ? AccessProperties.VectorLengthScaled : AccessProperties.None));
    }

    private static ImmediateField Immediate(EncodingPattern pattern, AssemblySyntax syntax, A64Variant variant)
    {
        (string field, int scale, bool signed) = syntax.Immediate ?? variant switch
        {
            A64Variant.ZaVector => ("off4", 1, false),
            _ => ("", 0, false),
        };
        switch (variant)
        {
            case A64Variant.AuthenticatedImmediate:
                (field, signed) = ("imm9", false);
                break;
            case A64Variant.SplitImm9:
                (field, scale) = ("imm9h", 8);
                break;
            default:
                break;
        }

        if (field.Length == 0)
        {
            return default;
        }

        (int high, int width) = pattern.Fields[field];
        return new((uint)(31 - high), (uint)(32 - width), signed ? uint.MaxValue : (1u << width) - 1, (uint)scale);
    }

    // Shift left, arithmetic shift right, the bits after them, and the scale.
    private readonly record struct ImmediateField(uint Left, uint Right, uint Mask, uint Scale);
}
