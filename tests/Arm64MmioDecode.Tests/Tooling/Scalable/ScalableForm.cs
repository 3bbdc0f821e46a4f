extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Conformance;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>Where the addresses of a scalable access come from.</summary>
internal enum ScalableAddress
{
    /// <summary>Scalar base and immediate: <c>[Xn|SP{, #imm{, mul vl}}]</c>.</summary>
    Immediate,

    /// <summary>Scalar base and scalar index: <c>[Xn|SP, Xm{, lsl #n}]</c>.</summary>
    Index,

    /// <summary>Scalar base and a vector of offsets: <c>[Xn|SP, Zm.T{, mod #n}]</c>.</summary>
    VectorOffset,

    /// <summary>A vector of bases and an immediate: <c>[Zn.T{, #imm}]</c>.</summary>
    VectorBaseImmediate,

    /// <summary>A vector of bases and a scalar offset: <c>[Zn.T{, Xm}]</c>.</summary>
    VectorBaseIndex,
}

/// <summary>What is transferred.</summary>
internal enum ScalableFile
{
    Vectors,
    WholeVector,
    WholePredicate,
    TileSlice,
    ArrayVector,
    LookupTable,
    Nothing,
}

/// <summary>
/// One SVE or SME memory encoding, read from its row in the encoding table: the assembly text and the fields say all that
/// a generator of cases and a model need.
/// </summary>
internal sealed partial class ScalableForm
{
    private static readonly Lazy<ScalableForm[]> s_all = new(ReadAll);

    private ScalableForm(EncodingRow row)
    {
        Row = row;
        IsLoad = row.Access[0] == "load";
        IsStore = row.Access[0] == "store";
        MemoryBytes = int.Parse(row.Access[1].Split('x')[0], CultureInfo.InvariantCulture);
        IsSigned = row.Access.Contains("signed");
        SuppressesFaults = row.Access.Contains("faultsuppressing");
        IsNonFault = row.Name.StartsWith("ldnf", StringComparison.Ordinal);
        IsBroadcast = row.Access.Contains("broadcast");
        IsStructure = row.Access.Contains("structures");
        HasCounter = row.Assembly.Contains("<PNg>", StringComparison.Ordinal);
        IsMultiplied = row.Assembly.Contains("mul vl", StringComparison.Ordinal);

        var list = ListPattern().Match(row.Assembly);
        var tile = TilePattern().Match(row.Assembly);
        (File, RegisterCount, Stride, ElementLetter) =
            list.Success ? (ScalableFile.Vectors, list.Groups[1].Value[0] - '0', list.Groups[2].Value, list.Groups[3].Value[0])
            : tile.Success ? (ScalableFile.TileSlice, 1, "", tile.Groups[1].Value[0])
            : row.Assembly.Contains("<Pt>", StringComparison.Ordinal) ? (ScalableFile.WholePredicate, 1, "", 'B')
            : row.Assembly.Contains("<Zt>", StringComparison.Ordinal) ? (ScalableFile.WholeVector, 1, "", 'B')
            : row.Assembly.Contains("<ZT0>", StringComparison.Ordinal) ? (ScalableFile.LookupTable, 1, "", 'B')
            : row.Assembly.Contains("<ZA>", StringComparison.Ordinal) ? (ScalableFile.ArrayVector, 1, "", 'B')
            : (ScalableFile.Nothing, 0, "", 'B');

        var address = row.Assembly[row.Assembly.IndexOf('[', StringComparison.Ordinal)..];
        var vector = VectorPattern().Match(address);
        AddressBytes = vector.Success && vector.Groups[2].Value == "S" ? 4 : 8;
        Address = !vector.Success
                ? row.Pattern.Fields.ContainsKey("Rm") ? ScalableAddress.Index : ScalableAddress.Immediate
            : vector.Groups[1].Value == "m" ? ScalableAddress.VectorOffset
            : row.Pattern.Fields.ContainsKey("Rm") ? ScalableAddress.VectorBaseIndex
            : ScalableAddress.VectorBaseImmediate;
        var shift = ShiftPattern().Match(address);
        Shift = shift.Success ? shift.Groups[1].Value[0] - '0' : 0;
        var scale = ScalePattern().Match(address);
        ImmediateScale = scale.Success ? int.Parse(scale.Groups[1].Value, CultureInfo.InvariantCulture) : 1;
        IsImmediateSigned = address.Contains("<simm:", StringComparison.Ordinal);
    }

    /// <summary>Every row of the table that needs SVE or SME.</summary>
    public static IReadOnlyList<ScalableForm> All => s_all.Value;

    public EncodingRow Row { get; }

    public string Name => Row.Name;

    public bool IsLoad { get; }

    public bool IsStore { get; }

    public bool IsPrefetch => !IsLoad && !IsStore;

    /// <summary>Bytes of an element in memory.</summary>
    public int MemoryBytes { get; }

    public bool IsSigned { get; }

    /// <summary>First-fault or non-fault.</summary>
    public bool SuppressesFaults { get; }

    public bool IsNonFault { get; }

    public bool IsBroadcast { get; }

    public bool IsStructure { get; }

    /// <summary>Governed by a predicate-as-counter.</summary>
    public bool HasCounter { get; }

    public bool IsPredicated => HasCounter || Row.Pattern.Fields.ContainsKey("Pg");

    public ScalableFile File { get; }

    public int RegisterCount { get; }

    public ScalableAddress Address { get; }

    public bool IsGather => Address >= ScalableAddress.VectorOffset;

    /// <summary>Bytes of an element in the vector of offsets or bases.</summary>
    public int AddressBytes { get; }

    public int Shift { get; }

    public bool IsImmediateSigned { get; }

    public int ImmediateScale { get; }

    /// <summary>The immediate counts vectors rather than bytes.</summary>
    public bool IsMultiplied { get; }

    /// <summary>How the offsets are extended: by the word's xs field, or not at all.</summary>
    public bool HasExtend => Row.Pattern.Fields.ContainsKey("xs");

    public bool UsesZa => File is ScalableFile.TileSlice or ScalableFile.ArrayVector or ScalableFile.LookupTable;

    /// <summary>Whether the instruction exists only in Streaming SVE mode: tile slices, strided registers.</summary>
    public bool NeedsStreaming => File == ScalableFile.TileSlice || Stride == "s";

    /// <summary>Whether it is SME's: not to be executed without it.</summary>
    public bool IsMatrix => UsesZa || Stride == "s";

    /// <summary>Whether a feature of SME brings it that SVE did not: ZA, ZT0, several vectors under a predicate-as-counter.</summary>
    public bool IsOfMatrix => IsMatrix || HasCounter;

    /// <summary>Whether Streaming SVE mode has it only with FEAT_SME_FA64: what no feature of SME brings.</summary>
    public bool NeedsFullA64 => !Row.Feature.Contains("SME", StringComparison.Ordinal);

    public bool IsOctawordReplication => Row.Feature == "FEAT_F64MM";

    /// <summary>Whether QEMU 7.2 has the features that the encoding needs.</summary>
    public bool IsInQemu72 => Row.Feature is "FEAT_SVE" or "FEAT_SVE2" or "FEAT_F64MM" or "FEAT_SVE || FEAT_SME" or "FEAT_SME";

    /// <summary>What an instruction is reported under.</summary>
    public string Class
    {
        get
        {
            var verb = IsLoad ? "load" : IsStore ? "store" : "prefetch";
            var what = File switch
            {
                ScalableFile.TileSlice => $"ZA tile slice, {ElementLetter}",
                ScalableFile.ArrayVector => "ZA array vector",
                ScalableFile.LookupTable => "ZT0",
                ScalableFile.WholePredicate => "whole P",
                ScalableFile.WholeVector => "whole Z",
                _ when HasCounter => $"multi-vector x{RegisterCount}, {(Stride == "s" ? "strided" : "consecutive")}",
                _ when IsStructure => $"structures x{RegisterCount}{(ElementLetter == 'Q' ? ", quadword" : "")}",
                _ when IsBroadcast => Name.StartsWith("ld1rq", StringComparison.Ordinal) ? "replicated quadword"
                    : IsOctawordReplication ? "replicated octaword"
                    : "replicated element",
                _ when IsGather => (ElementLetter == 'Q' ? "quadword, " : "") + Address switch
                {
                    ScalableAddress.VectorOffset => $"scalar + {(HasExtend ? "32" : "64")}-bit offsets{(Shift != 0 ? ", scaled" : "")}",
                    ScalableAddress.VectorBaseImmediate => "vector + immediate",
                    _ => "vector + scalar",
                },
                _ when ElementLetter == 'Q' => "contiguous, words in quadwords",
                _ => "contiguous",
            };
            var kind = IsNonFault ? "non-fault " : SuppressesFaults ? "first-fault " : "";
            return $"{kind}{verb}, {what}";
        }
    }

    private char ElementLetter { get; }

    private string Stride { get; }

    /// <summary>A field of the word, 0 when the encoding does not have it.</summary>
    public int Field(uint word, string name) =>
        Row.Pattern.Fields.TryGetValue(name, out var field) ? (int)(word >> (field.High - field.Width + 1)) & ((1 << field.Width) - 1) : 0;

    /// <summary>Bytes of an element in a register.</summary>
    public int RegisterBytes(uint word) => ElementLetter switch
    {
        'B' => 1,
        'H' => 2,
        'S' => 4,
        'D' => 8,
        'Q' => 16,
        _ when Row.Pattern.Fields.ContainsKey("size") => 1 << Field(word, "size"),
        _ => 4 << Field(word, "sz"),
    };

    /// <summary>The number of a vector of the list.</summary>
    public int Register(uint word, int index)
    {
        if (Stride == "s")
        {
            return (16 * Field(word, "T")) + Field(word, "Zt") + ((16 / RegisterCount) * index);
        }

        var first = Stride == "g" ? Field(word, "Zt") * RegisterCount : Field(word, "Zt");
        return (first + index) & 31;
    }

    /// <summary>A random word of the encoding; every other one has register fields at corner values.</summary>
    public uint NextWord(Random random)
    {
        uint[] corners = [0, 1, 12, 15, 28, 30, 31];
        return RowWords.Random(Row, random, 64, corners)
            .Skip(random.Next(2))
            .First(word => !Row.Rejects.Exists(x => (word & x.Mask) == x.Value));
    }

    /// <summary>The immediate, sign-extended where it is signed, not scaled.</summary>
    public int Immediate(uint word)
    {
        if (Row.Pattern.Fields.ContainsKey("imm9h"))
        {
            var value = (Field(word, "imm9h") << 3) | Field(word, "imm9l");
            return (value << 23) >> 23;
        }

        foreach (var name in new[] { "imm4", "imm5", "imm6" })
        {
            if (Row.Pattern.Fields.TryGetValue(name, out var field))
            {
                var unused = 32 - field.Width;
                return IsImmediateSigned ? (Field(word, name) << unused) >> unused : Field(word, name);
            }
        }

        return 0;
    }

    private static ScalableForm[] ReadAll() =>
        [.. EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5).Rows
            .Where(row => row.Feature.Contains("SVE", StringComparison.Ordinal) || row.Feature.Contains("SME", StringComparison.Ordinal)
                || row.Feature == "FEAT_F64MM")
            .Select(row => new ScalableForm(row))];

    [GeneratedRegex(@"<Z:(\d)([sg]?)\.([BHSDQT])>")]
    private static partial Regex ListPattern();

    [GeneratedRegex(@"<ZA:([BHSDQ])>")]
    private static partial Regex TilePattern();

    [GeneratedRegex(@"<Z([nm]):([SD])>")]
    private static partial Regex VectorPattern();

    [GeneratedRegex(@"(?:lsl|<mod>) #(\d)")]
    private static partial Regex ShiftPattern();

    [GeneratedRegex(@"imm:imm\d\*(\d+)>")]
    private static partial Regex ScalePattern();
}
