using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <content>SVE and SME operands.</content>
internal static partial class AssemblyFormatter
{
    private static void Scalable(in AccessDescriptor access, OperandKind kind, int parameter, ref SpanWriter text)
    {
        _ = access;
        _ = kind;
        _ = parameter;
        text.Add('?');
    }
}
