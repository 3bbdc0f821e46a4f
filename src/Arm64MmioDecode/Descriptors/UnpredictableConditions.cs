using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <summary>Evaluates the CONSTRAINED UNPREDICTABLE rules of an A64 encoding on the registers of an opcode.</summary>
internal static class UnpredictableConditions
{
    private const int StackPointer = 31;

    public static UnpredictableRules Met(in AccessDescriptor access)
    {
        UnpredictableRules rules = EncodingText.GetA64Rules(access.EncodingIndex);
        if (rules == UnpredictableRules.None)
        {
            return rules;
        }

        bool pair = access.Layout == RegisterLayout.Pair;
        bool baseIsData = access.Rn != StackPointer && (access.Rt == access.Rn || (pair && access.Rt2 == access.Rn));
        UnpredictableRules met = UnpredictableRules.None;
        Add(UnpredictableRules.LDPOVERLAP, access.Rt == access.Rt2);
        Add(UnpredictableRules.WBOVERLAPLD, baseIsData);
        Add(UnpredictableRules.WBOVERLAPST, baseIsData);
        Add(UnpredictableRules.DATAOVERLAP, access.Rs == access.Rt || (pair && access.Rs == access.Rt2));
        Add(UnpredictableRules.BASEOVERLAP, access.Rs == access.Rn && access.Rn != StackPointer);
        Add(UnpredictableRules.LSE128OVERLAP, access.Rt == access.Rs);
        Add(UnpredictableRules.MOPSOVERLAP, MemoryCopyOrSetOverlaps(in access));
        Add(UnpredictableRules.SETGOOVERLAP, access.Rt == access.Rn || access.Rt == 31 || access.Rn == 31);
        return met & rules;

        void Add(UnpredictableRules rule, bool condition) => met |= condition ? rule : UnpredictableRules.None;
    }

    public static string Describe(UnpredictableRules met)
    {
        string text = "";
        Add(UnpredictableRules.LDPOVERLAP, "LDPOVERLAP: Rt is Rt2");
        Add(UnpredictableRules.WBOVERLAPLD, "WBOVERLAPLD: the base that is written back is also loaded");
        Add(UnpredictableRules.WBOVERLAPST, "WBOVERLAPST: the base that is written back is also stored");
        Add(UnpredictableRules.DATAOVERLAP, "DATAOVERLAP: the status register is also stored");
        Add(UnpredictableRules.BASEOVERLAP, "BASEOVERLAP: the status register is the base");
        Add(UnpredictableRules.LSE128OVERLAP, "LSE128OVERLAP: Rt is Rt2");
        Add(UnpredictableRules.MOPSOVERLAP, "MOPSOVERLAP: registers are not distinct or are register 31");
        Add(UnpredictableRules.SETGOOVERLAP, "MOPSOVERLAP: registers are not distinct or are register 31");
        return text;

        void Add(UnpredictableRules rule, string words)
        {
            if ((met & rule) != 0)
            {
                text += text.Length == 0 ? words : "; " + words;
            }
        }
    }

    // CPY: the three registers are distinct and none is 31. SET: the same, but the value register may be the zero register
    // (Arm ARM, section K1.2, "CONSTRAINED UNPREDICTABLE behavior for A64 instructions", Memory Copy and Memory Set).
    private static bool MemoryCopyOrSetOverlaps(in AccessDescriptor access) =>
        access.Rt == access.Rs || access.Rt == access.Rn || access.Rs == access.Rn
        || access.Rt == 31 || access.Rn == 31 || (access.Kind == AccessKind.MemoryCopy && access.Rs == 31);
}
