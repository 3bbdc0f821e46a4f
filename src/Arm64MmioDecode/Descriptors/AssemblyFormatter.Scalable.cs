using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <content>SVE and SME operands, and operations by name.</content>
internal static partial class AssemblyFormatter
{
    private static void Scalable(in AccessDescriptor access, OperandKind kind, int parameter, ref SpanWriter text)
    {
        uint opcode = access.Opcode;
        switch (kind)
        {
            case OperandKind.ScalableList:
                ScalableList(in access, (char)parameter, ref text);
                break;
            case OperandKind.ScalableListBySize:
                ScalableList(in access, "bhsd"[(int)(opcode >> parameter) & 3], ref text);
                break;
            case OperandKind.ScalableAddress:
                text.Add('z');
                text.Add((parameter & 0x80) != 0 ? access.Rn : access.Rm);
                text.Add('.');
                text.Add((char)(parameter & 0x7F));
                break;
            case OperandKind.ScalableModifier:
                text.Add(access.IndexExtend == IndexExtend.Sxtw ? "sxtw" : "uxtw");
                break;
            case OperandKind.GoverningPredicate:
                text.Add('p');
                text.Add((int)(opcode >> 10) & 7);
                break;
            case OperandKind.CounterPredicate:
                text.Add("pn");
                text.Add(8 + ((int)(opcode >> 10) & 7));
                break;
            case OperandKind.Predicate:
                text.Add('p');
                text.Add((int)opcode & 15);
                break;
            case OperandKind.WholeVector:
                text.Add('z');
                text.Add(access.Rt);
                break;
            case OperandKind.ZaVector:
                text.Add("za[w");
                text.Add(12 + ((int)(opcode >> 13) & 3));
                text.Add(", ");
                text.Add((int)opcode & 15);
                text.Add(']');
                break;
            case OperandKind.ZaSlice:
                ZaSlice(opcode, (char)parameter, ref text);
                break;
            case OperandKind.ScalablePrefetchOperation:
                ScalablePrefetch(opcode & 15, ref text);
                break;
        }
    }

    // Three and more consecutive registers print as a range unless they wrap from Z31 to Z0.
    private static void ScalableList(in AccessDescriptor access, char element, ref SpanWriter text)
    {
        int count = access.RegisterCount;
        bool range = count > 2 && access.Layout == RegisterLayout.Consecutive && access.GetRegister(count - 1) > access.Rt;
        for (int i = 0; i < count; i += range ? count - 1 : 1)
        {
            text.Add(i == 0 ? "z" : range ? " - z" : ", z");
            text.Add(access.GetRegister(i));
            text.Add('.');
            text.Add(element);
        }
    }

    // V (bit 15), Rs (bits 14:13) from W12; the tile number and the slice offset share bits 3:0 as the element size says.
    private static void ZaSlice(uint opcode, char element, ref SpanWriter text)
    {
        int tileBits = "bhsdq".IndexOf(element);
        text.Add("za");
        text.Add((int)(opcode & 15) >> (4 - tileBits));
        text.Add((opcode & (1u << 15)) == 0 ? 'h' : 'v');
        text.Add('.');
        text.Add(element);
        text.Add("[w");
        text.Add(12 + ((int)(opcode >> 13) & 3));
        text.Add(", ");
        text.Add((int)(opcode & 15) & ((1 << (4 - tileBits)) - 1));
        text.Add(']');
    }

    // PRF: store (bit 3), target (bits 2:1), policy (bit 0); target 3 is reserved and prints as a number.
    private static void ScalablePrefetch(uint operation, ref SpanWriter text)
    {
        uint target = (operation >> 1) & 3;
        if (target == 3)
        {
            text.Add('#');
            text.Add((int)operation);
            return;
        }

        text.Add((operation & 8) == 0 ? "pldl" : "pstl");
        text.Add((int)target + 1);
        text.Add((operation & 1) == 0 ? "keep" : "strm");
    }
}
