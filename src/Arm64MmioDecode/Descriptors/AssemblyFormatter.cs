using System;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <summary>Prints a descriptor. What most instructions of A64 need no template for is printed first; templates are interpreted.</summary>
internal static partial class AssemblyFormatter
{
    public static bool TryFormat(in AccessDescriptor access, Span<char> destination, out int charsWritten)
    {
        if (access.EncodingIndex == 0)
        {
            charsWritten = 0;
            return true;
        }

        if (access.InstructionSet != InstructionSet.A64)
        {
            var text = new SpanWriter(destination, 0);
            AArch32Formatter.Write(in access, EncodingText.GetAArch32Template(access.InstructionSet, access.EncodingIndex), ref text);
            charsWritten = text.Overflowed ? 0 : text.Length;
            return !text.Overflowed;
        }

        if (destination.Length < HeadRoom)
        {
            return TryFormatIntoLittle(in access, destination, out charsWritten);
        }

        ReadOnlySpan<ushort> head = EncodingText.GetA64Head(access.EncodingIndex);
        int alias = head[A64TextHead.Alias];
        if (alias != 0 && access.Rt == ZeroRegister)
        {
            head = EncodingText.GetA64Head(alias);
        }

        charsWritten = WriteHead(in access, head, ref MemoryMarshal.GetReference(destination));
        int tail = head[A64TextHead.Tail];
        return tail == 0 || TryFormatTail(in access, tail, destination, ref charsWritten);
    }

    private static bool TryFormatTail(in AccessDescriptor access, int tail, Span<char> destination, ref int charsWritten)
    {
        var text = new SpanWriter(destination, charsWritten);
        Write(in access, EncodingText.GetA64Tail(tail), ref text);
        charsWritten = text.Overflowed ? 0 : text.Length;
        return !text.Overflowed;
    }

    private static bool TryFormatIntoLittle(in AccessDescriptor access, Span<char> destination, out int charsWritten)
    {
        Span<char> text = stackalloc char[AccessDescriptor.MaxTextLength];
        bool fits = TryFormat(in access, text, out charsWritten) && text.Slice(0, charsWritten).TryCopyTo(destination);
        charsWritten = fits ? charsWritten : 0;
        return fits;
    }

    private static void Write(in AccessDescriptor access, ReadOnlySpan<char> template, ref SpanWriter text)
    {
        for (int i = 0; i < template.Length; i++)
        {
            int parameter = template[i] & 0xFF;
            switch ((OperandKind)(template[i] >> 8))
            {
                case OperandKind.Literal:
                    i += text.AddLiterals(template.Slice(i)) - 1;
                    break;
                case OperandKind.OptionalBegin:
                    if (access.Offset == 0 && !access.HasIndex)
                    {
                        while (template[i] >> 8 != (int)OperandKind.OptionalEnd)
                        {
                            i++;
                        }
                    }

                    break;
                case OperandKind.OptionalEnd:
                    break;
                case OperandKind.Immediate:
                    text.Add(access.Offset);
                    break;
                case OperandKind.General:
                    General(in access, parameter, ref text);
                    break;
                case OperandKind.Scalar:
                    text.Add("bhsdq"[parameter >> RegisterOperand.ScalarSizeShift]);
                    text.Add(Field(in access, parameter));
                    break;
                case OperandKind.VectorList:
                    char element = (parameter & 0x80) != 0 ? template[++i] : '\0';
                    VectorList(in access, element, ref text);
                    break;
                case OperandKind.Lane:
                    text.Add(access.Lane);
                    break;
                case OperandKind.ExtendedIndex:
                    ExtendedIndex(in access, ref text);
                    break;
                case OperandKind.PrefetchOperation:
                    PrefetchOperation(access.Opcode & 31, ref text);
                    break;
                case OperandKind.RangePrefetchOperation:
                    RangePrefetchOperation(access.Opcode, ref text);
                    break;
                default:
                    Scalable(in access, (OperandKind)(template[i] >> 8), parameter, ref text);
                    break;
            }
        }
    }

    private static int Field(in AccessDescriptor access, int parameter) => (parameter & RegisterOperand.FieldMask) switch
    {
        RegisterOperand.Rt => access.Rt,
        RegisterOperand.Rt2 => access.Rt2,
        RegisterOperand.Rn => access.Rn,
        _ => access.Rm,
    };

    private static void General(in AccessDescriptor access, int parameter, ref SpanWriter text)
    {
        int register = Field(in access, parameter) + ((parameter & RegisterOperand.Next) != 0 ? 1 : 0);
        bool sixtyFour = (parameter & RegisterOperand.SixtyFour) != 0;
        if (register < 31)
        {
            text.Add(sixtyFour ? 'x' : 'w');
            text.Add(register);
        }
        else
        {
            text.Add((parameter & RegisterOperand.StackPointer) != 0 ? "sp" : sixtyFour ? "xzr" : "wzr");
        }
    }

    private static void VectorList(in AccessDescriptor access, char element, ref SpanWriter text)
    {
        for (int i = 0; i < access.RegisterCount; i++)
        {
            text.Add(i == 0 ? "v" : ", v");
            text.Add(access.GetRegister(i));
            text.Add('.');
            if (element == '\0')
            {
                text.Add(access.RegisterWidth / (8 * access.ElementSize));
                text.Add("bhsd"[access.ElementSizeLog2]);
            }
            else
            {
                text.Add(element);
            }
        }
    }

    private static void ExtendedIndex(in AccessDescriptor access, ref SpanWriter text)
    {
        bool sixtyFour = access.IndexExtend is IndexExtend.Lsl or IndexExtend.Sxtx;
        General(in access, RegisterOperand.Rm | (sixtyFour ? RegisterOperand.SixtyFour : 0), ref text);

        // A byte access has a shift of 0 that is still spelled out when S is 1.
        bool amount = (access.Opcode & (1u << 12)) != 0;
        if (access.IndexExtend == IndexExtend.Lsl)
        {
            if (amount)
            {
                text.Add(", lsl #");
                text.Add(access.IndexShift);
            }

            return;
        }

        text.Add(access.IndexExtend switch { IndexExtend.Uxtw => ", uxtw", IndexExtend.Sxtw => ", sxtw", _ => ", sxtx" });
        if (amount)
        {
            text.Add(" #");
            text.Add(access.IndexShift);
        }
    }

    // PRFM: type (bits 4:3), target cache level (bits 2:1), policy (bit 0).
    private static void PrefetchOperation(uint operation, ref SpanWriter text)
    {
        uint type = operation >> 3;
        uint target = (operation >> 1) & 3;
        if (type == 3)
        {
            text.Add('#');
            text.Add((int)operation);
            return;
        }

        text.Add(type switch { 0 => "pld", 1 => "pli", _ => "pst" });
        text.Add(target switch { 0 => "l1", 1 => "l2", 2 => "l3", _ => "slc" });
        text.Add((operation & 1) == 0 ? "keep" : "strm");
    }

    // RPRFM: option<2>:option<0>:S:Rt<2:0>; option is bits 15:13, S is bit 12.
    private static void RangePrefetchOperation(uint opcode, ref SpanWriter text)
    {
        uint operation = ((opcode >> 10) & 0x20) | ((opcode >> 9) & 0x10) | ((opcode >> 9) & 8) | (opcode & 7);
        switch (operation)
        {
            case 0:
                text.Add("pldkeep");
                break;
            case 1:
                text.Add("pstkeep");
                break;
            case 4:
                text.Add("pldstrm");
                break;
            case 5:
                text.Add("pststrm");
                break;
            default:
                text.Add('#');
                text.Add((int)operation);
                break;
        }
    }
}
