using System;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <summary>Prints an A32 or T32 descriptor by interpreting the template of its encoding.</summary>
internal static class AArch32Formatter
{
    private const string Conditions = "eqnehslomiplvsvchilsgeltgtle";
    private const int StackPointer = 13;

    // Positions of the bits that several encodings share.
    private const int P = 24;
    private const int U = 23;
    private const int W = 21;

    public static void Write(in AccessDescriptor access, ReadOnlySpan<char> template, ref SpanWriter text)
    {
        int alternative = template.IndexOf((char)((int)AArch32Operand.StackAlternative << 8));
        if (alternative >= 0)
        {
            template = IsStackAccess(in access) ? template.Slice(alternative + 1) : template.Slice(0, alternative);
        }

        for (int i = 0; i < template.Length; i++)
        {
            int parameter = template[i] & 0xFF;
            var operand = (AArch32Operand)(template[i] >> 8);
            if (operand == AArch32Operand.Literal)
            {
                text.Add(template[i]);
            }
            else if (operand == AArch32Operand.OptionalBegin)
            {
                if (access.Offset == 0 && !IsNegative(in access, parameter))
                {
                    while (template[i] >> 8 != (int)AArch32Operand.OptionalEnd)
                    {
                        i++;
                    }
                }
            }
            else
            {
                Operand(in access, operand, parameter, ref text);
            }
        }
    }

    private static void Operand(in AccessDescriptor access, AArch32Operand operand, int parameter, ref SpanWriter text)
    {
        switch (operand)
        {
            case AArch32Operand.Condition:
                if (access.Condition < AccessDescriptor.AlwaysCondition)
                {
                    text.Add(Conditions[2 * access.Condition]);
                    text.Add(Conditions[(2 * access.Condition) + 1]);
                }

                break;
            case AArch32Operand.Register:
                Core(Field(in access, parameter), ref text);
                break;
            case AArch32Operand.Immediate:
                Immediate(in access, parameter, ref text);
                break;
            case AArch32Operand.LiteralAddress:
                LiteralAddress(in access, ref text);
                break;
            case AArch32Operand.Index:
                text.Add((access.Properties & AccessProperties.SubtractIndex) != 0 ? "-" : "");
                Core(access.Rm, ref text);
                break;
            case AArch32Operand.Shift:
                Shift(in access, ref text);
                break;
            case AArch32Operand.Writeback:
                text.Add((access.Length == 2 ? access.Writeback : Bit(in access, W)) ? "!" : "");
                break;
            case AArch32Operand.RegisterList:
                CoreList(in access, ref text);
                break;
            case AArch32Operand.AddressingSuffix:
                text.Add(Bit(in access, P) ? (Bit(in access, U) ? "ib" : "db") : Bit(in access, U) ? "" : "da");
                break;
            case AArch32Operand.Vectors:
                VectorList(in access, (char)parameter, ref text);
                break;
            case AArch32Operand.Structure:
                Structure(in access, parameter, ref text);
                break;
            case AArch32Operand.ElementSize:
                text.Add(8 << access.ElementSizeLog2);
                break;
            case AArch32Operand.Alignment:
                if (access.StructureAlignment > 1)
                {
                    text.Add(':');
                    text.Add(8 * access.StructureAlignment);
                }

                break;
            case AArch32Operand.Mode:
                text.Add((int)access.Opcode & 0x1F);
                break;
            case AArch32Operand.Option:
                text.Add((int)access.Opcode & 0xFF);
                break;
        }
    }

    // LDM and STM are POP and PUSH from two registers on; VLDM and VSTM always.
    private static bool IsStackAccess(in AccessDescriptor access) =>
        access.Rn == StackPointer && Bit(in access, W) && (access.RegisterFile != RegisterFile.General || access.RegisterCount > 1);

    private static bool Bit(in AccessDescriptor access, int position) => ((access.Opcode >> position) & 1) != 0;

    private static bool IsNegative(in AccessDescriptor access, int sign) => sign != AArch32Parameter.NoSign && !Bit(in access, sign);

    private static int Field(in AccessDescriptor access, int parameter) => (parameter & RegisterOperand.FieldMask) switch
    {
        RegisterOperand.Rt => access.Rt,
        RegisterOperand.Rt2 => access.Rt2,
        RegisterOperand.Rn => access.Rn,
        _ => access.Rm,
    };

    private static void Core(int register, ref SpanWriter text)
    {
        if (register < StackPointer)
        {
            text.Add('r');
            text.Add(register);
        }
        else
        {
            text.Add(register == StackPointer ? "sp" : register == StackPointer + 1 ? "lr" : "pc");
        }
    }

    private static void Immediate(in AccessDescriptor access, int sign, ref SpanWriter text)
    {
        text.Add(access.Offset == 0 && IsNegative(in access, sign) ? "-" : "");
        text.Add(access.Offset);
    }

    // P = 0 and W = 1 are UNPREDICTABLE in literal forms, and print as what they would be with another base.
    private static void LiteralAddress(in AccessDescriptor access, ref SpanWriter text)
    {
        bool post = !Bit(in access, P);
        text.Add(post ? "[pc], " : "[pc");
        if (post && !Bit(in access, W) && access.RegisterFile == RegisterFile.System)
        {
            text.Add('{');
            text.Add((int)access.Opcode & 0xFF);
            text.Add('}');
            return;
        }

        if (post || access.Offset != 0 || !Bit(in access, U) || Bit(in access, W))
        {
            text.Add(post ? "#" : ", #");
            Immediate(in access, U, ref text);
        }

        text.Add(post ? "" : Bit(in access, W) ? "]!" : "]");
    }

    private static void Shift(in AccessDescriptor access, ref SpanWriter text)
    {
        if (access.IndexExtend == IndexExtend.Rrx)
        {
            text.Add(", rrx");
        }
        else if (access.IndexShift != 0)
        {
            text.Add(access.IndexExtend switch { IndexExtend.Lsl => ", lsl #", IndexExtend.Lsr => ", lsr #", IndexExtend.Asr => ", asr #", _ => ", ror #" });
            text.Add(access.IndexShift);
        }
    }

    private static void CoreList(in AccessDescriptor access, ref SpanWriter text)
    {
        text.Add('{');
        for (int i = 0; i < access.RegisterCount; i++)
        {
            text.Add(i == 0 ? "" : ", ");
            Core(access.GetRegister(i), ref text);
        }

        text.Add('}');
    }

    private static void VectorList(in AccessDescriptor access, char letter, ref SpanWriter text)
    {
        for (int i = 0; i < access.RegisterCount; i++)
        {
            text.Add(i == 0 ? "" : ", ");
            text.Add(letter);
            text.Add(access.GetRegister(i));
        }
    }

    private static void Structure(in AccessDescriptor access, int marks, ref SpanWriter text)
    {
        // The transfer order of two pairs is not the order of their numbers.
        bool ascending = access.Layout == RegisterLayout.TwoPairs;
        for (int i = 0; i < access.RegisterCount; i++)
        {
            text.Add(i == 0 ? "d" : ", d");
            text.Add(ascending ? (access.Rt + i) & 31 : access.GetRegister(i));
            if (marks != 0)
            {
                text.Add('[');
                if (marks == AArch32Parameter.OneLane)
                {
                    text.Add(access.Lane);
                }

                text.Add(']');
            }
        }
    }
}
