using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>Splits the templates of A64 into heads, which need no interpretation, and tails.</summary>
internal sealed class A64TextTable
{
    // As the library's descriptor has them, from the lowest byte: Rt, Rm, Rn, Rt2.
    private static readonly Dictionary<int, int> s_registerPositions = new()
    {
        [RegisterOperand.Rt] = 0,
        [RegisterOperand.Rm] = 8,
        [RegisterOperand.Rn] = 16,
        [RegisterOperand.Rt2] = 24,
    };

    // Views by number; 0 is no register.
    private const int GeneralView = 1;
    private const int SixtyFourBit = 1;
    private const int OrStackPointer = 2;
    private const int ScalarView = 5;
    private const string ScalarLetters = "bhsdq";

    private readonly List<ushort> _heads = [.. new ushort[DecodeLookup.FirstRow * A64TextHead.Numbers]];
    private readonly List<string> _separators = [""];
    private readonly List<string> _tails = [""];
    private readonly StringBuilder _mnemonics = new();
    private readonly Dictionary<string, int> _mnemonicPlaces = [];

    public A64TextTable(IReadOnlyList<CompiledRow> rows)
    {
        var aliases = new List<string>();
        foreach (CompiledRow row in rows)
        {
            int alias = row.Alias.Length == 0 ? 0 : DecodeLookup.FirstRow + rows.Count + aliases.Count;
            AddHead(row.Template, alias);
            if (alias != 0)
            {
                aliases.Add(row.Alias);
            }
        }

        foreach (string alias in aliases)
        {
            AddHead(alias, 0);
        }

        // As much is read of the last one as of any other.
        _mnemonics.Append(' ', A64TextHead.MnemonicLength);
    }

    /// <summary>The heads: of the encodings, then of the aliases.</summary>
    public IEnumerable<ulong> Heads => _heads.Select(number => (ulong)number);

    /// <summary>What is before the first registers, one after the other.</summary>
    public string Mnemonics => _mnemonics.ToString();

    /// <summary>What is behind registers and immediates.</summary>
    public IEnumerable<ulong> Separators => _separators.Select(Chars);

    /// <summary>The names of all registers, view after view.</summary>
    public static IEnumerable<ulong> RegisterNames => Enumerable.Range(0, ScalarView + ScalarLetters.Length).SelectMany(NamesOfView).Select(Chars);

    /// <summary>The templates of what heads do not have.</summary>
    public IReadOnlyList<string> Tails => _tails;

    private static IEnumerable<string> NamesOfView(int view)
    {
        if (view == 0)
        {
            return Enumerable.Repeat("", A64TextHead.RegistersOfView);
        }

        if (view >= ScalarView)
        {
            return Enumerable.Range(0, A64TextHead.RegistersOfView).Select(n => $"{ScalarLetters[view - ScalarView]}{n}");
        }

        int bits = view - GeneralView;
        char letter = (bits & SixtyFourBit) != 0 ? 'x' : 'w';
        return Enumerable.Range(0, A64TextHead.RegistersOfView - 1).Select(n => $"{letter}{n}").Append((bits & OrStackPointer) != 0 ? "sp" : $"{letter}zr");
    }

    private static ulong Chars(string text)
    {
        ulong chars = (ulong)text.Length << A64TextHead.CountShift;
        for (int i = 0; i < text.Length; i++)
        {
            chars |= (ulong)text[i] << (16 * i);
        }

        return chars;
    }

    private void AddHead(string template, int alias)
    {
        var head = new ushort[A64TextHead.Numbers];
        string mnemonic = template[..Math.Min(LiteralsAt(template, 0), A64TextHead.MnemonicLength)];
        int at = mnemonic.Length;
        for (int i = 0; i < A64TextHead.RegisterCount && at < template.Length && RegisterAt(template, at) is { } register; i++)
        {
            string separator = SeparatorAt(template, at + 1);
            head[A64TextHead.Registers + i] = (ushort)(register | Separator(separator));
            at += 1 + separator.Length;
        }

        int ending = mnemonic.Length;
        string required = $"#{Operand(OperandKind.Immediate)}";
        string optional = $"{Operand(OperandKind.OptionalBegin)}, {required}{Operand(OperandKind.OptionalEnd)}";
        if (HasAt(template, at, required) || HasAt(template, at, optional))
        {
            bool isRequired = HasAt(template, at, required);
            ending |= A64TextHead.HasImmediate | (isRequired ? A64TextHead.PrintsZero : 0);
            at += isRequired ? required.Length : optional.Length;
            string separator = SeparatorAt(template, at);
            ending |= Separator(separator);
            at += separator.Length;
        }

        head[A64TextHead.Mnemonic] = (ushort)PlaceOf(mnemonic);
        head[A64TextHead.Ending] = (ushort)ending;
        head[A64TextHead.Alias] = (ushort)alias;
        head[A64TextHead.Tail] = (ushort)NumberOf(_tails, template[at..]);
        _heads.AddRange(head);
    }

    private static char Operand(OperandKind kind) => (char)((int)kind << 8);

    private static bool HasAt(string template, int at, string part) => string.CompareOrdinal(template, at, part, 0, part.Length) == 0;

    private static int LiteralsAt(string template, int at) => template.Skip(at).TakeWhile(c => c >> 8 == (int)OperandKind.Literal).Count();

    // A number sign belongs to the immediate behind it.
    private static string SeparatorAt(string template, int at)
    {
        int length = LiteralsAt(template, at);
        bool immediate = length > 0 && HasAt(template, at + length - 1, $"#{Operand(OperandKind.Immediate)}");
        return template.Substring(at, Math.Min(immediate ? length - 1 : length, A64TextHead.MostChars));
    }

    private static int? RegisterAt(string template, int at)
    {
        int parameter = template[at] & 0xFF;
        int? view = (OperandKind)(template[at] >> 8) switch
        {
            OperandKind.General when (parameter & RegisterOperand.Next) == 0 =>
                GeneralView + ((parameter & RegisterOperand.SixtyFour) != 0 ? SixtyFourBit : 0) + ((parameter & RegisterOperand.StackPointer) != 0 ? OrStackPointer : 0),
            OperandKind.Scalar => ScalarView + (parameter >> RegisterOperand.ScalarSizeShift),
            _ => null,
        };
        return view is { } number ? s_registerPositions[parameter & RegisterOperand.FieldMask] | (number << A64TextHead.ViewShift) : null;
    }

    private int Separator(string text)
    {
        int number = NumberOf(_separators, text);
        return number < A64TextHead.MostSeparators
            ? number << A64TextHead.SeparatorShift
            : throw new InvalidDataException($"more than {A64TextHead.MostSeparators} different texts between operands");
    }

    private int PlaceOf(string mnemonic)
    {
        if (!_mnemonicPlaces.TryGetValue(mnemonic, out int place))
        {
            place = _mnemonics.Length;
            _mnemonicPlaces.Add(mnemonic, place);
            _mnemonics.Append(mnemonic);
        }

        return place;
    }

    private static int NumberOf(List<string> texts, string text)
    {
        int number = texts.IndexOf(text);
        if (number < 0)
        {
            number = texts.Count;
            texts.Add(text);
        }

        return number;
    }
}
