using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Encodings;

/// <summary>The parts of a row that only people read: name, feature, assembly text, conditions.</summary>
internal static class EncodingText
{
    public static string GetName(InstructionSet set, int index) => set switch
    {
        InstructionSet.A64 => Part(A64Text.Names, A64Text.NamesOffsets, index).ToString(),
        InstructionSet.A32 => Part(A32Text.Names, A32Text.NamesOffsets, index).ToString(),
        _ => Part(T32Text.Names, T32Text.NamesOffsets, index).ToString(),
    };

    public static string GetFeature(InstructionSet set, int index) => set switch
    {
        InstructionSet.A64 => Part(A64Text.Features, A64Text.FeaturesOffsets, A64Text.FeatureIndex[index]).ToString(),
        InstructionSet.A32 => Part(A32Text.Features, A32Text.FeaturesOffsets, A32Text.FeatureIndex[index]).ToString(),
        _ => Part(T32Text.Features, T32Text.FeaturesOffsets, T32Text.FeatureIndex[index]).ToString(),
    };

    public static ReadOnlySpan<char> GetAArch32Template(InstructionSet set, int index) => set == InstructionSet.A32
        ? Part(A32Text.Templates, A32Text.TemplatesOffsets, index)
        : Part(T32Text.Templates, T32Text.TemplatesOffsets, index);

    /// <summary>The numbers of an <see cref="A64TextHead"/>.</summary>
    public static ReadOnlySpan<ushort> GetA64Head(int index) => A64Text.Heads.Slice(index * A64TextHead.Numbers, A64TextHead.Numbers);

    public static ReadOnlySpan<char> GetA64Tail(int number) => Part(A64Text.Tails, A64Text.TailsOffsets, number);

    public static UnpredictableRules GetA64Rules(int index) => (UnpredictableRules)A64Text.Rules[index];

    public static AArch32Rules GetAArch32Rules(InstructionSet set, int index) =>
        (AArch32Rules)(set == InstructionSet.A32 ? A32Text.Rules[index] : T32Text.Rules[index]);

    /// <summary>Should-be bits of the encoding that the opcode does not honour.</summary>
    public static uint GetWrongShouldBeBits(InstructionSet set, int index, uint opcode) => set switch
    {
        InstructionSet.A64 => (opcode ^ A64Text.ShouldBeValue[index]) & A64Text.ShouldBeMask[index],
        InstructionSet.A32 => (opcode ^ A32Text.ShouldBeValue[index]) & A32Text.ShouldBeMask[index],
        _ => (opcode ^ T32Text.ShouldBeValue[index]) & T32Text.ShouldBeMask[index],
    };

    private static ReadOnlySpan<char> Part(string all, ReadOnlySpan<int> offsets, int index) =>
        all.AsSpan(offsets[index], offsets[index + 1] - offsets[index]);
}
