using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// Compiles the assembly column of an A64 row: to the template that the formatter prints, and to the facts that the
/// syntax shows (registers, address form, immediate).
/// </summary>
internal sealed class AssemblySyntax
{
    private const string ScalarLetters = "BHSDQ";

    // Most encodings have Rt2 in bits 14:10; 128-bit atomics and LDIAPP have it where others have Rs.
    private const int HighRt2 = 20;

    private readonly StringBuilder _template = new();
    private readonly List<string> _general = [];

    private AssemblySyntax()
    {
    }

    public string Template => _template.ToString();

    public RegisterFile File { get; private set; }

    public RegisterLayout Layout { get; private set; }

    public int RegisterCount { get; private set; } = 1;

    /// <summary>Log2 of the bytes of the register view.</summary>
    public int RegisterSizeLog2 { get; private set; }

    /// <summary>Log2 of the bytes of an element of the SVE vectors; 0 when they are transferred as a whole.</summary>
    public int ScalableElementSizeLog2 { get; private set; }

    public AddressingMode Mode { get; private set; }

    public IndexExtend Index { get; private set; }

    public int IndexShift { get; private set; }

    /// <summary>The immediate: the field that holds it, its scale and sign.</summary>
    public (string Field, int Scale, bool Signed)? Immediate { get; private set; }

    public int Constant { get; private set; }

    /// <summary>The offset added by a post-indexed structure access is the size of the access.</summary>
    public bool OffsetIsTotal { get; private set; }

    public A64Variant Variant { get; private set; }

    public bool VectorLengthScaled { get; private set; }

    public static AssemblySyntax Parse(string text, EncodingPattern pattern)
    {
        var syntax = new AssemblySyntax();
        syntax.Scan(text, pattern);
        syntax.Finish(text, pattern);
        return syntax;
    }

    private void Scan(string text, EncodingPattern pattern)
    {
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '<':
                    int end = text.IndexOf('>', i);
                    Placeholder(text[(i + 1)..end], pattern);
                    i = end;
                    break;
                case '{' when i + 1 < text.Length && text[i + 1] == ',':
                    Add(OperandKind.OptionalBegin, 0);
                    break;
                case '}' when !text.Substring(Math.Max(0, i - 1), 1).Equals(" ", StringComparison.Ordinal) && OpenOptional():
                    Add(OperandKind.OptionalEnd, 0);
                    break;
                default:
                    _template.Append(text[i]);
                    break;
            }
        }
    }

    private bool OpenOptional()
    {
        int open = 0;
        foreach (char c in _template.ToString())
        {
            open += c >> 8 == (int)OperandKind.OptionalBegin ? 1 : c >> 8 == (int)OperandKind.OptionalEnd ? -1 : 0;
        }

        return open > 0;
    }

    private void Add(OperandKind kind, int parameter) => _template.Append((char)(((int)kind << 8) | parameter));

    private void Placeholder(string name, EncodingPattern pattern)
    {
        int separator = name.IndexOf(':');
        string head = separator < 0 ? name : name[..separator];
        string argument = separator < 0 ? "" : name[(separator + 1)..];
        switch (head)
        {
            case "simm" or "uimm" or "label":
                int times = argument.IndexOf('*');
                Immediate = (times < 0 ? argument : argument[..times], times < 0 ? 1 : int.Parse(argument[(times + 1)..], CultureInfo.InvariantCulture), head != "uimm");
                if (head == "label")
                {
                    Mode = AddressingMode.Literal;
                    _template.Append('#');
                }

                Add(OperandKind.Immediate, 0);
                return;
            case "const":
                Constant = int.Parse(argument, CultureInfo.InvariantCulture);
                Add(OperandKind.Immediate, 0);
                return;
            case "total":
                OffsetIsTotal = true;
                Add(OperandKind.Immediate, 0);
                return;
            case "Rm+extend":
                Variant = A64Variant.RegisterOffset;
                Index = IndexExtend.Lsl;
                Add(OperandKind.ExtendedIndex, 0);
                return;
            case "prfop":
                Add(OperandKind.PrefetchOperation, 0);
                return;
            case "rprfop":
                Add(OperandKind.RangePrefetchOperation, 0);
                return;
            case "svprfop":
                Add(OperandKind.ScalablePrefetchOperation, 0);
                return;
            case "lane":
                Variant = A64Variant.SingleStructure;
                Add(OperandKind.Lane, 0);
                return;
            case "cacheop":
                Add(OperandKind.CacheOperation, 0);
                return;
            case "V":
                VectorList(argument);
                return;
            case "Z":
                ScalableList(argument);
                return;
            case "Zn" or "Zm":
                Add(OperandKind.ScalableAddress, char.ToLowerInvariant(argument[0]) | (head == "Zn" ? 0x80 : 0));
                if (head == "Zn")
                {
                    Mode = AddressingMode.VectorBase;
                }
                else
                {
                    Index = IndexExtend.Lsl;
                }

                return;
            case "Xm0":
                Index = IndexExtend.Lsl;
                Variant = A64Variant.ZeroableIndex;
                Add(OperandKind.General, RegisterOperand.Rm | RegisterOperand.SixtyFour);
                return;
            case "zaimm":
                Add(OperandKind.Immediate, 0);
                return;
            case "mod":
                Add(OperandKind.ScalableModifier, pattern.Fields["xs"].High);
                Variant = pattern.Fields["xs"].High == 14 ? A64Variant.VectorIndexLow : A64Variant.VectorIndexHigh;
                return;
            case "Pg":
                Add(OperandKind.GoverningPredicate, 0);
                return;
            case "PNg":
                Add(OperandKind.CounterPredicate, 0);
                return;
            case "Pt":
                Whole(RegisterFile.Predicate);
                Add(OperandKind.Predicate, 0);
                return;
            case "Zt":
                Whole(RegisterFile.ScalableVector);
                Add(OperandKind.WholeVector, 0);
                return;
            case "ZA":
                File = RegisterFile.ZaArray;
                if (argument.Length == 0)
                {
                    Variant = A64Variant.ZaVector;
                    Add(OperandKind.ZaVector, 0);
                }
                else
                {
                    Add(OperandKind.ZaSlice, char.ToLowerInvariant(argument[0]));
                }

                return;
            case "ZT0":
                File = RegisterFile.Zt0;
                _template.Append("zt0");
                return;
            default:
                Register(head);
                return;
        }
    }

    private void Whole(RegisterFile file)
    {
        File = file;
        Layout = RegisterLayout.Consecutive;
        Variant = A64Variant.SplitImm9;
    }

    private void VectorList(string argument)
    {
        RegisterCount = argument[0] - '0';
        File = RegisterFile.SimdAndFloatingPoint;
        Layout = RegisterLayout.Consecutive;
        char element = argument[2];
        if (element == 'T')
        {
            Add(OperandKind.VectorList, RegisterCount);
            RegisterSizeLog2 = 3;
        }
        else
        {
            Add(OperandKind.VectorList, RegisterCount | 0x80);
            _template.Append(char.ToLowerInvariant(element));
            RegisterSizeLog2 = 4;
        }
    }

    // Z:COUNT.LETTER (consecutive), Z:COUNTs.LETTER (strided), Z:COUNTg.LETTER (a group that starts at a multiple of its count).
    private void ScalableList(string argument)
    {
        RegisterCount = argument[0] - '0';
        File = RegisterFile.ScalableVector;
        char form = argument[1];
        Layout = form != 's' ? RegisterLayout.Consecutive : RegisterCount == 2 ? RegisterLayout.StrideEight : RegisterLayout.StrideFour;
        Variant = form switch { 's' => A64Variant.StridedGroup, 'g' => A64Variant.ConsecutiveGroup, _ => Variant };
        char element = argument[^1];
        if (element == 'T')
        {
            Add(OperandKind.ScalableListBySize, 21);
            Variant = A64Variant.ScalableElementSize;
        }
        else
        {
            Add(OperandKind.ScalableList, char.ToLowerInvariant(element));
            ScalableElementSizeLog2 = ScalarLetters.IndexOf(element);
        }
    }

    private void Register(string name)
    {
        bool next = name.EndsWith("+1", StringComparison.Ordinal);
        string plain = next ? name[..^2] : name;
        bool stackPointer = plain.EndsWith("|SP", StringComparison.Ordinal);
        plain = stackPointer ? plain[..^3] : plain;
        int field = plain[1..] switch
        {
            "t" or "d" => RegisterOperand.Rt,
            "t2" => RegisterOperand.Rt2,
            "n" => RegisterOperand.Rn,
            "m" or "s" => RegisterOperand.Rm,
            _ => throw new InvalidDataException($"unknown placeholder <{name}>"),
        };
        int letter = ScalarLetters.IndexOf(plain[0]);
        if (letter >= 0)
        {
            File = RegisterFile.SimdAndFloatingPoint;
            RegisterSizeLog2 = letter;
            Add(OperandKind.Scalar, field | (letter << RegisterOperand.ScalarSizeShift));
        }
        else
        {
            Add(OperandKind.General, field | (next ? RegisterOperand.Next : 0) | (plain[0] == 'X' ? RegisterOperand.SixtyFour : 0) | (stackPointer ? RegisterOperand.StackPointer : 0));
            if (plain[1] is 't' && File == RegisterFile.None)
            {
                File = RegisterFile.General;
                RegisterSizeLog2 = plain[0] == 'X' ? 3 : 2;
            }
        }

        _general.Add(name);
    }

    private void Finish(string text, EncodingPattern pattern)
    {
        bool Has(string register) => _general.Exists(name => name.Length >= 2 && name[1..].Split('|')[0] == register);
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        if (text.Contains("]!", StringComparison.Ordinal) && !Has("d"))
        {
            Mode = AddressingMode.PreIndex;
        }
        else if (text.Contains("], #", StringComparison.Ordinal))
        {
            Mode = AddressingMode.PostIndex;
        }
        else if (text.Contains("], <Xm>", StringComparison.Ordinal))
        {
            Mode = AddressingMode.PostIndex;
            Index = IndexExtend.Lsl;
        }

        if (text.Contains(", <Xm>", StringComparison.Ordinal) && bracket >= 0 && text.IndexOf(", <Xm>", StringComparison.Ordinal) > bracket)
        {
            Index = IndexExtend.Lsl;
        }

        foreach (string keyword in (string[])["lsl #", "<mod> #"])
        {
            int shift = text.IndexOf(keyword, StringComparison.Ordinal);
            IndexShift = shift < 0 ? IndexShift : text[shift + keyword.Length] - '0';
        }

        VectorLengthScaled = text.Contains("mul vl", StringComparison.Ordinal);
        if (Layout != RegisterLayout.None || File is RegisterFile.ZaArray or RegisterFile.Zt0)
        {
            return;
        }

        if (Has("d"))
        {
            File = RegisterFile.General;
            Layout = RegisterLayout.MemoryCopyAndSet;
            RegisterCount = Has("s") ? 3 : 2;
            RegisterSizeLog2 = 3;
        }
        else if (Has("s+1"))
        {
            Layout = RegisterLayout.OperandPairAndTargetPair;
            RegisterCount = 4;
        }
        else if (Has("t2"))
        {
            Layout = RegisterLayout.Pair;
            RegisterCount = 2;
            if (pattern.Fields["Rt2"].High == HighRt2)
            {
                Variant = A64Variant.HighRt2;
            }
        }
        else if (Has("s"))
        {
            Layout = Has("t") ? RegisterLayout.OperandAndTarget : RegisterLayout.Operand;
            RegisterCount = Has("t") ? 2 : 1;
        }
        else if (Has("t"))
        {
            Layout = RegisterLayout.Consecutive;
        }
        else
        {
            RegisterCount = 0;
        }
    }
}
