using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>
/// Registers as a disassembler names them. A name is written into a span, so that a long run of opcodes makes no garbage.
/// </summary>
internal static class RegisterNames
{
    /// <summary>The longest name: <c>-r12</c>.</summary>
    public const int MaxLength = 8;

    private const int ZeroOrStackPointer = 31;

    /// <summary>A data register, in transfer order.</summary>
    public static ReadOnlySpan<char> Data(in AccessDescriptor access, int index, Span<char> name)
    {
        int number = access.GetRegister(index);
        switch (access.RegisterFile)
        {
            case RegisterFile.General when access.InstructionSet == InstructionSet.A64:
                return access.IsTagSource()
                    ? Base(number, name)
                    : General(number, access.RegisterWidth == 64, name);
            case RegisterFile.General:
                return General32(number, name);
            case RegisterFile.SimdAndFloatingPoint:
                return Numbered(SimdLetter(in access), number, name);
            case RegisterFile.ScalableVector:
                return Numbered("z", number, name);
            case RegisterFile.Predicate:
                return Numbered("p", number, name);
            case RegisterFile.System:
                return Numbered("c", number, name);
            default:
                return "";
        }
    }

    /// <summary>ZT0, a slice of a ZA tile (<c>za1h.s</c>) or ZA, as the instruction's text has it.</summary>
    public static ReadOnlySpan<char> Matrix(in AccessDescriptor access, ReadOnlySpan<char> text)
    {
        if (access.RegisterFile == RegisterFile.Zt0)
        {
            return "zt0";
        }

        ReadOnlySpan<char> operand = text[(text.IndexOf("za") is var start and >= 0 ? start : 0)..];
        int end = operand.IndexOf('[');
        return end < 0 ? "za" : operand[..end];
    }

    /// <summary>The register that the address starts from; empty when the instruction has none.</summary>
    public static ReadOnlySpan<char> Base(in AccessDescriptor access, Span<char> name)
    {
        if (access.AddressingMode == AddressingMode.Literal)
        {
            return "pc";
        }

        if (access.InstructionSet != InstructionSet.A64)
        {
            return General32(access.Rn, name);
        }

        if (access.AddressingMode == AddressingMode.VectorBase)
        {
            return Numbered("z", access.Rn, name);
        }

        return access.Kind switch
        {
            AccessKind.GuardedControlStack => "",
            AccessKind.MemoryCopy or AccessKind.MemorySet => General(access.Rt, sixtyFour: true, name),
            _ when access.IsSystemOperation() => General(access.Rt, sixtyFour: true, name),
            _ => Base(access.Rn, name),
        };
    }

    /// <summary>The index register, with <c>-</c> before it when it is subtracted; empty when there is none.</summary>
    public static ReadOnlySpan<char> Index(in AccessDescriptor access, Span<char> name)
    {
        if (!access.HasIndex)
        {
            return "";
        }

        if (access.InstructionSet != InstructionSet.A64)
        {
            if ((access.Properties & AccessProperties.SubtractIndex) == 0)
            {
                return General32(access.Rm, name);
            }

            ReadOnlySpan<char> register = General32(access.Rm, name[1..]);
            register.CopyTo(name[1..]);
            name[0] = '-';
            return name[..(1 + register.Length)];
        }

        if (access.Shape == TransferShape.ScalableGather && access.AddressingMode != AddressingMode.VectorBase)
        {
            return Numbered("z", access.Rm, name);
        }

        return General(access.Rm, access.IndexExtend is not (IndexExtend.Uxtw or IndexExtend.Sxtw), name);
    }

    /// <summary>The register that tells how a store ended; empty when there is none.</summary>
    public static ReadOnlySpan<char> Status(in AccessDescriptor access, Span<char> name)
    {
        if (!access.HasStatusRegister)
        {
            return "";
        }

        return access.InstructionSet != InstructionSet.A64
            ? General32(access.Rs, name)
            : General(access.Rs, access.Kind != AccessKind.StoreExclusive, name);
    }

    // Lists and lanes are views of the whole vector, a single register is named by its size.
    private static string SimdLetter(in AccessDescriptor access)
    {
        if (access.InstructionSet != InstructionSet.A64)
        {
            return access.RegisterWidth == 32 ? "s" : access.RegisterWidth == 128 ? "q" : "d";
        }

        if (access.Shape != TransferShape.OnePerRegister)
        {
            return "v";
        }

        return access.RegisterWidth switch { 8 => "b", 16 => "h", 32 => "s", 64 => "d", _ => "q" };
    }

    private static ReadOnlySpan<char> General(int number, bool sixtyFour, Span<char> name) =>
        number == ZeroOrStackPointer
            ? sixtyFour ? "xzr" : "wzr"
            : Numbered(sixtyFour ? "x" : "w", number, name);

    private static ReadOnlySpan<char> Base(int number, Span<char> name) =>
        number == ZeroOrStackPointer ? "sp" : Numbered("x", number, name);

    private static ReadOnlySpan<char> General32(int number, Span<char> name) => number switch
    {
        13 => "sp",
        14 => "lr",
        15 => "pc",
        _ => Numbered("r", number, name),
    };

    private static ReadOnlySpan<char> Numbered(string prefix, int number, Span<char> name)
    {
        prefix.CopyTo(name);
        int length = prefix.Length;
        if (number >= 10)
        {
            name[length++] = (char)('0' + (number / 10));
        }

        name[length++] = (char)('0' + (number % 10));
        return name[..length];
    }
}
