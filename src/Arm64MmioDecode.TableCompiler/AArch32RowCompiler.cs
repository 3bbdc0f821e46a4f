using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>Compiles an A32 or T32 row. The words are those that the library's AArch32Row names.</summary>
internal static class AArch32RowCompiler
{
    /// <summary>A reject that can never match compares no bits with a one.</summary>
    private const ulong NoReject = 1ul << 32;

    private const uint RegisterBits = 0xF;

    /// <summary>CRd of the only LDC and STC that Armv8 has.</summary>
    private const uint DebugDataTransferRegister = 5;

    /// <summary>The words of a row that matches every word.</summary>
    public static ulong[] CatchAll => [0, NoReject, 0, 0, 0, 0, 0, 0];

    /// <param name="row">The row.</param>
    /// <param name="set">Its instruction set.</param>
    /// <param name="index">The encoding's number.</param>
    /// <param name="keys">What the lookup tells apart.</param>
    public static CompiledRow Compile(EncodingRow row, InstructionSet set, int index, LookupKeys keys)
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
        (uint shifts, uint mask, uint constants) = Registers(row.Pattern, syntax, access);
        uint immediate = Immediate(row.Pattern, syntax);
        uint places = shifts | (row.Pattern.Length == 16 ? 1u << 20 : 0);

        var parts = new List<DecoderRow>();
        foreach (WordSet words in row.Words.Split(AArch32Variants.Fields(variant, row.Pattern, access.ElementSizeLog2)))
        {
            if (AArch32Variants.Special(variant, words.Value) is not { } special)
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
        return new CompiledRow(row, syntax.Template, rules, parts);

        void Add(WordSet words, bool special)
        {
            (uint Mask, uint Value)[] rejects = [.. words.Exceptions.Where(reject => !keys.Tell(reject))];
            if (rejects.Length > 1)
            {
                throw new InvalidDataException("more than one rejected field value");
            }

            var part = new AArch32Part { Transfer = transfer, Addressing = addressing };
            AArch32Variants.Apply(variant, words.Value, special, part);
            parts.Add(new(words, row.Rank,
            [
                DecoderRow.Pair(words.Mask, words.Value),
                rejects.Length == 0 ? NoReject : DecoderRow.Pair(rejects[0].Mask, rejects[0].Value),
                part.Transfer,
                part.Addressing,
                DecoderRow.Pair(part.HasImmediate ? immediate : 0, places),
                DecoderRow.Pair(mask, constants | part.FirstRegister),
                part.Amounts,
                0,
            ]));
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

    private static uint Immediate(EncodingPattern pattern, AArch32Syntax syntax)
    {
        if (syntax.Immediate is not { } immediate)
        {
            return 0;
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

        return (uint)shift | (lower << 5) | ((uint)immediate.Scale << 9) | (mask << 20)
            | (immediate.SignBit is { } sign ? ((uint)sign << 11) | (1u << 16) : 0);
    }

    private static (uint Shifts, uint Mask, uint Constants) Registers(EncodingPattern pattern, AArch32Syntax syntax, AccessClause access)
    {
        uint shifts = 0;
        uint mask = 0;
        uint constants = 0;

        // An S register is Vd:D, a D register D:Vd: D is added.
        Take(0, "Rt");
        Take(0, "Vd");
        if (syntax.Variant is AArch32Variant.Single or AArch32Variant.SingleList)
        {
            shifts--;
            mask <<= 1;
        }

        // The address of a cache operation is in Rt.
        Take(1, syntax.NextRegister ? "Rt" : "Rt2");
        Take(2, access.Kind == AccessKind.CacheMaintenance ? "Rt" : "Rn");
        Take(3, pattern.Fields.ContainsKey("Rd") ? "Rd" : "Rm");
        mask &= syntax.EvenRegisters ? ~0x0101u : uint.MaxValue;
        constants |= syntax.NextRegister ? 1u << 8 : 0;
        constants |= (uint)(syntax.FixedBase ?? 0) << 16;
        constants |= access.IsSystem ? DebugDataTransferRegister : 0;
        return (shifts, mask, constants);

        void Take(int position, string field)
        {
            if (pattern.Fields.TryGetValue(field, out (int High, int Width) place))
            {
                shifts |= (uint)(place.High - place.Width + 1) << (5 * position);
                mask |= (RegisterBits >> (4 - place.Width)) << (8 * position);
            }
        }
    }
}
