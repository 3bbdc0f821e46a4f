using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>Compiles an A32 or T32 row. The words are those that the library's AArch32Row names.</summary>
internal static class AArch32RowCompiler
{
    public const int RejectedWord = 6;
    public const int RejectedPosition = 56;

    private const ulong ConditionBits = 0xFul << 36;
    private const ulong AlwaysCondition = 14ul << 36;

    /// <summary>CRd of the only LDC and STC that Armv8 has.</summary>
    private const uint DebugDataTransferRegister = 5;

    /// <param name="row">The row.</param>
    /// <param name="set">Its instruction set.</param>
    /// <param name="index">The encoding's number.</param>
    public static CompiledRow Compile(EncodingRow row, InstructionSet set, int index)
    {
        AArch32Syntax syntax = AArch32Syntax.Parse(row.Assembly, row.Pattern);
        AccessClause access = AccessClause.Parse(row.Access);
        AArch32Variant variant = access.IsSystem && syntax.Mode == AddressingMode.Literal ? AArch32Variant.SystemLiteral : syntax.Variant;
        ulong transfer = Transfer(syntax, access);
        ulong addressing = (ulong)syntax.Mode
            | ((ulong)syntax.Index << 4)
            | ((ulong)syntax.IndexShift << 8)
            | ((ulong)access.Flags << 16)
            | ((ulong)index << 32)
            | ((ulong)set << 48)
            | ((ulong)row.Pattern.Length / 8 << 52);
        RegisterPlaces allRegisters = Registers(row.Pattern, syntax, access);
        ImmediatePlace immediate = Immediate(row.Pattern, syntax);
        ulong condition = row.Pattern.Fields.ContainsKey(EncodingPattern.ConditionField) ? ConditionBits : 0;
        ulong always = condition == 0 ? AlwaysCondition : 0;

        var parts = new List<DecoderRow>();
        foreach (WordSet words in row.Words.Split(AArch32Variants.Fields(variant, row.Pattern, access.ElementSizeLog2) | immediate.Sign))
        {
            if ((AArch32Variants.Special(variant, words.Value) ?? allRegisters.Special) is not { } special)
            {
                Add(words, special: false);
            }
            else
            {
                Add(words with { Mask = words.Mask | special.Mask, Value = words.Value | special.Value }, special: true);
                Add(words with { Exceptions = [.. words.Exceptions, special] }, special: false);
            }
        }

        uint rules = row.Rules.Aggregate(0u, (all, rule) => all | (uint)Enum.Parse<AArch32Rules>(rule));
        return new CompiledRow(row, syntax.Template, "", rules, parts);

        void Add(WordSet words, bool special)
        {
            var part = new AArch32Part { Transfer = transfer, Addressing = addressing, Scale = immediate.SignedScale(words.Value) };
            AArch32Variants.Apply(variant, words.Value, special, part);
            RegisterPlaces registers = special && allRegisters.Special is not null ? allRegisters.WithoutNext : allRegisters;
            uint? spread = !part.IsIrregular ? registers.Spread(set) : null;
            ulong places = spread is { } multiplier
                ? multiplier | ((ulong)registers.First(set) << 32) | ((ulong)registers.Other << 40)
                : registers.Shifts;
            parts.Add(new(
                words,
                row.Rank,
                [
                    DecoderRow.Pair(words.Mask, words.Value),
                    part.Transfer,
                    part.Addressing,
                    registers.Mask | condition,
                    registers.Constants | part.FirstRegister | always,
                    immediate.Mask | ((ulong)part.List << 16) | ((ulong)part.IndexShiftBits << 32) | ((ulong)immediate.LowerMask << 48) | ((ulong)immediate.Shift << 56),
                    places | ((ulong)part.Lane.Mask << 48),
                    DecoderRow.Pair((uint)part.Scale, part.Irregular),
                ],
                IsIrregular: spread is null));
        }
    }

    private static ulong Transfer(AArch32Syntax syntax, AccessClause access)
    {
        bool transfers = access.Kind is not (AccessKind.Prefetch or AccessKind.CacheMaintenance or AccessKind.None);
        RegisterFile file = !transfers ? RegisterFile.None : access.IsSystem ? RegisterFile.System : syntax.File;
        RegisterLayout layout = !transfers ? RegisterLayout.None : access.IsSystem ? RegisterLayout.Consecutive : syntax.Layout;
        int registers = layout == RegisterLayout.None ? 0 : access.IsSystem ? 1 : syntax.RegisterCount;
        TransferShape shape = access.Shape ?? (layout == RegisterLayout.None ? TransferShape.None : TransferShape.OnePerRegister);
        bool loads = access.Kind is AccessKind.Load or AccessKind.LoadExclusive;
        LoadExtend extend = !loads || !access.HasSize || access.ElementSizeLog2 >= syntax.RegisterSizeLog2 || shape != TransferShape.OnePerRegister
            ? LoadExtend.None
            : access.Signed ? LoadExtend.Sign : LoadExtend.Zero;
        return (ulong)access.Kind
            | ((ulong)access.Operation << 8)
            | ((ulong)file << 16)
            | ((ulong)shape << 24)
            | ((ulong)layout << 28)
            | ((ulong)access.ElementSizeLog2 << 32)
            | ((ulong)(HasCount(syntax.Variant) ? access.ElementCount : 0) << 40)
            | ((ulong)registers << 48)
            | ((ulong)extend << 56)
            | ((ulong)syntax.RegisterSizeLog2 << 58);
    }

    /// <summary>The variants in which the number of elements comes from the row.</summary>
    private static bool HasCount(AArch32Variant variant) => variant is not (AArch32Variant.RegisterList or AArch32Variant.NarrowList
        or AArch32Variant.Stack or AArch32Variant.SingleList or AArch32Variant.DoubleList);

    private static ImmediatePlace Immediate(EncodingPattern pattern, AArch32Syntax syntax)
    {
        if (syntax.Immediate is not { } immediate)
        {
            return default;
        }

        (int high, int width) = pattern.Fields[immediate.Fields[0]];
        int shift = high - width + 1;
        uint mask = (1u << width) - 1;
        uint lower = 0;
        if (immediate.Fields.Length == 2)
        {
            // imm4H:imm4L, the lower one in bits 3:0.
            lower = (1u << pattern.Fields[immediate.Fields[1]].Width) - 1;
            shift -= pattern.Fields[immediate.Fields[1]].Width;
            mask <<= pattern.Fields[immediate.Fields[1]].Width;
        }

        return new(shift, mask, lower, 1 << immediate.Scale, immediate.SignBit is { } sign ? 1u << sign : 0);
    }

    private static RegisterPlaces Registers(EncodingPattern pattern, AArch32Syntax syntax, AccessClause access)
    {
        // An S register is Vd:D, a D register D:Vd: D is added.
        int doubled = syntax.Variant is AArch32Variant.Single or AArch32Variant.SingleList ? 1 : 0;
        RegisterPlace rt = Place("Rt") ?? Place("Vd") ?? default;

        // The address of a cache operation is in Rt.
        RegisterPlace rn = Place(access.Kind == AccessKind.CacheMaintenance ? "Rt" : "Rn") ?? default;
        RegisterPlace rm = Place(pattern.Fields.ContainsKey("Rd") ? "Rd" : "Rm") ?? default;

        // A register after Rt comes from the same bits as Rt.
        RegisterPlace rt2 = (syntax.NextRegister ? rt : Place("Rt2")) ?? default;
        uint constants = (syntax.NextRegister ? 1u << RegisterPlaces.Rt2Position : 0)
            | ((uint)(syntax.FixedBase ?? 0) << RegisterPlaces.RnPosition)
            | (access.IsSystem ? DebugDataTransferRegister : 0);
        return new(rt with { Doubled = doubled }, rm, rn, rt2, syntax.NextRegister, syntax.EvenRegisters, constants);

        RegisterPlace? Place(string field) =>
            pattern.Fields.TryGetValue(field, out (int High, int Width) place) ? new(place.High - place.Width + 1, place.Width, 0) : null;
    }

    private readonly record struct ImmediatePlace(int Shift, uint Mask, uint LowerMask, int Scale, uint Sign)
    {
        public int SignedScale(uint word) => Sign != 0 && (word & Sign) == 0 ? -Scale : Scale;
    }
}
