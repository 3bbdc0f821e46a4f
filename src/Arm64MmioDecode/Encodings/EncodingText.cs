using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Encodings;

/// <summary>The parts of a row that only people read: name, feature, assembly template.</summary>
internal static class EncodingText
{
    private const int CatchAllRows = 2;

    public static string GetName(InstructionSet set, int index) =>
        index < CatchAllRows ? "" : Part(A64Text.Names, A64Text.NamesOffsets, index).ToString();

    public static string GetFeature(InstructionSet set, int index) =>
        index < CatchAllRows ? "" : Part(A64Text.Features, A64Text.FeaturesOffsets, A64Text.FeatureIndex[index]).ToString();

    public static ReadOnlySpan<char> GetTemplate(InstructionSet set, int index) =>
        index < CatchAllRows ? default : Part(A64Text.Templates, A64Text.TemplatesOffsets, index);

    public static UnpredictableRules GetRules(InstructionSet set, int index) => (UnpredictableRules)A64Text.Rules[index];

    /// <summary>Should-be bits of the encoding that the opcode does not honour.</summary>
    public static uint GetWrongShouldBeBits(InstructionSet set, int index, uint opcode) =>
        (opcode ^ A64Text.ShouldBeValue[index]) & A64Text.ShouldBeMask[index];

    private static ReadOnlySpan<char> Part(string all, ReadOnlySpan<int> offsets, int index) =>
        all.AsSpan(offsets[index], offsets[index + 1] - offsets[index]);
}
