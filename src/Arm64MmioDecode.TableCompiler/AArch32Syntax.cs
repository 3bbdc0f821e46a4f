using System;
using System.Globalization;
using System.IO;
using System.Numerics;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// Compiles the assembly column of an A32 or T32 row: to the template that the formatter prints, and to the facts that the
/// syntax shows (registers, address form, immediate).
/// </summary>
internal sealed class AArch32Syntax
{
    private const int StackPointer = 13;
    private const int ProgramCounter = 15;

    // U of VLDM and VSTM.
    private const int VectorListSign = 23;

    private readonly StringBuilder _template = new();
    private readonly EncodingPattern _pattern;
    private readonly string _text;

    private AArch32Syntax(string text, EncodingPattern pattern)
    {
        _text = text;
        _pattern = pattern;
    }

    public string Template => _template.ToString();

    public RegisterFile File { get; private set; }

    public RegisterLayout Layout { get; private set; }

    public int RegisterCount { get; private set; }

    /// <summary>Log2 of the bytes of the register view.</summary>
    public int RegisterSizeLog2 { get; private set; }

    public AddressingMode Mode { get; private set; }

    public IndexExtend Index { get; private set; }

    public int IndexShift { get; private set; }

    /// <summary>The base register where it is not a field.</summary>
    public int? FixedBase { get; private set; }

    /// <summary>Rt2 is the register after Rt.</summary>
    public bool NextRegister { get; private set; }

    /// <summary>Bit 0 of Rt counts as 0.</summary>
    public bool EvenRegisters { get; private set; }

    /// <summary>The immediate: its fields from the upper one, its scale, and the position of its sign.</summary>
    public (string[] Fields, int Scale, int? SignBit)? Immediate { get; private set; }

    public AArch32Variant Variant { get; private set; }

    public static AArch32Syntax Parse(string text, EncodingPattern pattern)
    {
        var syntax = new AArch32Syntax(text, pattern);
        syntax.Scan();
        syntax.FindAddress();
        return syntax;
    }

    private void Scan()
    {
        bool optional = false;
        for (int i = 0; i < _text.Length; i++)
        {
            switch (_text[i])
            {
                case '<':
                    int end = _text.IndexOf('>', i);
                    Placeholder(_text[(i + 1)..end]);
                    i = end;
                    break;
                case '{' when _text[i + 1] == ',':
                    int start = _text.IndexOf('<', i) + 1;
                    Add(AArch32Operand.OptionalBegin, SignParameter(_text[start.._text.IndexOf('>', start)]));
                    optional = true;
                    break;
                case '}' when optional:
                    Add(AArch32Operand.OptionalEnd);
                    optional = false;
                    break;
                case ' ' when _text.AsSpan(i).StartsWith(" // ", StringComparison.Ordinal):
                    Add(AArch32Operand.StackAlternative);
                    i += 3;
                    break;
                default:
                    _template.Append(_text[i]);
                    break;
            }
        }
    }

    private void Add(AArch32Operand kind, int parameter = 0) => _template.Append((char)(((int)kind << 8) | parameter));

    private void Placeholder(string name)
    {
        string[] parts = name.Split(':', 2);
        switch (parts[0])
        {
            case "c":
                Add(AArch32Operand.Condition);
                break;
            case "!":
                // Two words of return state, unless a list of registers says something else.
                Variant = Variant == AArch32Variant.None ? AArch32Variant.ReturnState : Variant;
                Add(AArch32Operand.Writeback);
                break;
            case "Rt":
                Core(1);
                EvenRegisters = parts.Length == 2;
                Add(AArch32Operand.Register, RegisterOperand.Rt);
                break;
            case "Rt2" or "Rt+1":
                Core(2);
                Layout = RegisterLayout.Pair;
                NextRegister = parts[0] == "Rt+1";
                Add(AArch32Operand.Register, RegisterOperand.Rt2);
                break;
            case "Rn":
                Add(AArch32Operand.Register, RegisterOperand.Rn);
                break;
            case "Rd":
                Add(AArch32Operand.Register, RegisterOperand.Rm);
                break;
            case "Rm":
                Index = IndexExtend.Lsl;
                Add(AArch32Operand.Register, RegisterOperand.Rm);
                break;
            case "+/-Rm":
                Index = IndexExtend.Lsl;
                Variant = AArch32Variant.Index;
                Add(AArch32Operand.Index);
                break;
            case "shift":
                Variant = AArch32Variant.ShiftedIndex;
                Add(AArch32Operand.Shift);
                break;
            case "lsl":
                Variant = AArch32Variant.ThumbIndex;
                Add(AArch32Operand.Shift);
                break;
            case "registers":
                List();
                Add(AArch32Operand.RegisterList);
                break;
            case "amode":
                Add(AArch32Operand.AddressingSuffix);
                break;
            case "Sd" or "slist":
                Vectors('s', parts[0] == "Sd" ? AArch32Variant.Single : AArch32Variant.SingleList);
                break;
            case "Dd" or "dlist":
                Vectors('d', parts[0] == "Dd" ? AArch32Variant.Double : AArch32Variant.DoubleList);
                break;
            case "v":
                Structure(parts[1]);
                break;
            case "size":
                Add(AArch32Operand.ElementSize);
                break;
            case "align":
                Add(AArch32Operand.Alignment);
                break;
            case "mode":
                Variant = AArch32Variant.ReturnState;
                FixedBase = StackPointer;
                Add(AArch32Operand.Mode);
                break;
            case "option":
                Add(AArch32Operand.Option);
                break;
            case "literal":
                Offset("+/-" + parts[1]);
                Add(AArch32Operand.LiteralAddress);
                break;
            default:
                Offset(name);
                Add(AArch32Operand.Immediate, SignParameter(name));
                break;
        }
    }

    private void Core(int count)
    {
        File = RegisterFile.General;
        Layout = RegisterLayout.Consecutive;
        RegisterCount = count;
        RegisterSizeLog2 = 2;
    }

    private void List()
    {
        Core(0);
        bool narrow = _pattern.Length == 16;
        Layout = narrow ? RegisterLayout.ListOfEight : RegisterLayout.ListOfSixteen;
        Variant = !narrow ? AArch32Variant.RegisterList
            : _pattern.Fields.ContainsKey("Rn") ? AArch32Variant.NarrowList : AArch32Variant.Stack;
        if (Variant == AArch32Variant.Stack)
        {
            FixedBase = StackPointer;
        }
    }

    private void Vectors(char letter, AArch32Variant variant)
    {
        bool list = variant is AArch32Variant.SingleList or AArch32Variant.DoubleList;
        File = RegisterFile.SimdAndFloatingPoint;
        Layout = RegisterLayout.Consecutive;
        RegisterCount = list ? 0 : 1;
        RegisterSizeLog2 = letter == 's' ? 2 : 3;
        Variant = variant;
        if (list)
        {
            // The base moves by imm8 words, and imm8 is also the number of registers.
            Immediate = (["imm8"], 2, VectorListSign);
        }

        _template.Append(list ? "{" : "");
        Add(AArch32Operand.Vectors, letter);
        _template.Append(list ? "}" : "");
    }

    // v:N registers; v:N+itype every register or every other one; v:2x2 two pairs; v:N[lane]; v:N[].
    private void Structure(string form)
    {
        File = RegisterFile.SimdAndFloatingPoint;
        Layout = form == "2x2" ? RegisterLayout.TwoPairs : RegisterLayout.Consecutive;
        RegisterCount = form == "2x2" ? 4 : form[0] - '0';
        RegisterSizeLog2 = 3;
        string suffix = form[1..];
        Variant = suffix switch
        {
            "" or "x2" => AArch32Variant.MultipleStructures,
            "+itype" => AArch32Variant.SpacedStructures,
            "[lane]" => AArch32Variant.SingleStructure,
            "[]" => AArch32Variant.ReplicateStructure,
            _ => throw new InvalidDataException($"unknown structure {form}"),
        };
        Add(AArch32Operand.Structure, suffix switch { "[lane]" => AArch32Parameter.OneLane, "[]" => AArch32Parameter.AllLanes, _ => 0 });
    }

    // imm12, +/-imm8*4, -imm8 (U is then a fixed bit), +/-imm4H:imm4L.
    private void Offset(string name)
    {
        string[] scaled = name.TrimStart('+', '/', '-').Split('*');
        int scale = scaled.Length == 1 ? 1 : int.Parse(scaled[1], CultureInfo.InvariantCulture);
        int sign = SignParameter(name);
        Immediate = (scaled[0].Split(':'), BitOperations.Log2((uint)scale), sign == AArch32Parameter.NoSign ? null : sign);
    }

    private int SignParameter(string name)
    {
        const int ThumbSign = 9;
        return name[0] switch
        {
            '+' => _pattern.Fields["U"].High,
            '-' => ThumbSign,
            _ => AArch32Parameter.NoSign,
        };
    }

    private void FindAddress()
    {
        bool structure = Variant is AArch32Variant.MultipleStructures or AArch32Variant.SpacedStructures or AArch32Variant.SingleStructure or AArch32Variant.ReplicateStructure;
        if (_text.Contains("[pc", StringComparison.Ordinal) || _text.Contains("<literal:", StringComparison.Ordinal))
        {
            Mode = AddressingMode.Literal;
            FixedBase = ProgramCounter;
        }
        else if (_text.Contains("], #", StringComparison.Ordinal) || _text.Contains("], <", StringComparison.Ordinal) || (structure && _text.EndsWith('!')))
        {
            Mode = AddressingMode.PostIndex;
        }
        else if (_text.EndsWith("]!", StringComparison.Ordinal))
        {
            Mode = AddressingMode.PreIndex;
        }

        if (_text.Contains("[sp", StringComparison.Ordinal))
        {
            FixedBase = StackPointer;
        }

        if (_text.Contains("lsl #1", StringComparison.Ordinal))
        {
            IndexShift = 1;
        }
    }
}
