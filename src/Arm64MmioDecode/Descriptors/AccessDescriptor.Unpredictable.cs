using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <content>CONSTRAINED UNPREDICTABLE conditions.</content>
public readonly partial struct AccessDescriptor
{
    /// <summary>
    /// The CONSTRAINED UNPREDICTABLE condition that the register fields or should-be bits of this opcode meet, with the name
    /// that Arm's specification gives it; <see langword="null"/> when the behaviour is fully defined.
    /// </summary>
    public string? Unpredictable
    {
        get
        {
            string conditions = InstructionSet == InstructionSet.A64
                ? UnpredictableConditions.Describe(UnpredictableConditions.Met(in this))
                : AArch32Conditions.Describe(AArch32Conditions.Met(in this));
            return conditions.Length != 0 ? conditions : HasWrongShouldBeBits ? "should-be-one or should-be-zero bits have the other value" : null;
        }
    }

    /// <summary>Whether <see cref="Unpredictable"/> is not null, without making the text.</summary>
    public bool IsUnpredictable => HasWrongShouldBeBits || (InstructionSet == InstructionSet.A64
        ? UnpredictableConditions.Met(in this) != UnpredictableRules.None
        : AArch32Conditions.Met(in this) != AArch32Rules.None);

    private bool HasWrongShouldBeBits => EncodingText.GetWrongShouldBeBits(InstructionSet, EncodingIndex, _opcode) != 0;
}
