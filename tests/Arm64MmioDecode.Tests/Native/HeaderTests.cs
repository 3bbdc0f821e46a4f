using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>arm64mmiodecode.h says what the library does: its constants are the enumerations', its structures lie as ours do.</summary>
public class HeaderTests
{
    private static readonly string s_header = Repository.File("src", "Arm64MmioDecode.Native", "include", "arm64mmiodecode.h");

    public static TheoryData<string, Type> Enumerations => new()
    {
        { "SET", typeof(InstructionSet) },
        { "DECODE", typeof(DecodeStatus) },
        { "KIND", typeof(AccessKind) },
        { "FILE", typeof(RegisterFile) },
        { "EXTEND", typeof(LoadExtend) },
        { "ADDRESSING", typeof(AddressingMode) },
        { "INDEX", typeof(IndexExtend) },
        { "PROPERTY", typeof(AccessProperties) },
        { "REASON", typeof(NoSyndromeReasons) },
        { "REGIME", typeof(Stage1Regime) },
        { "STATUS", typeof(ExitStatus) },
        { "ACTION", typeof(ExitAction) },
        { "FAULT", typeof(FaultReason) },
        { "VCPU", typeof(VirtualCpuFlags) },
        { "OPERATION", typeof(BusOperation) },
        { "EXCLUSIVES", typeof(ExclusivePolicy) },
        { "ATOMICS", typeof(AtomicPolicy) },
        { "UNALIGNED", typeof(UnalignedPolicy) },
        { "CACHE_MAINTENANCE", typeof(CacheMaintenancePolicy) },
        { "UNPREDICTABLE", typeof(UnpredictablePolicy) },
        { "UNSUPPORTED", typeof(UnsupportedPolicy) },
    };

    [Theory]
    [MemberData(nameof(Enumerations))]
    public void Constants_are_those_of_the_enumeration(string prefix, Type enumeration)
    {
        Dictionary<string, long> constants = Constants();
        foreach (string name in Enum.GetNames(enumeration))
        {
            long value = Convert.ToInt64(Enum.Parse(enumeration, name), CultureInfo.InvariantCulture);
            bool isCombination = enumeration.IsDefined(typeof(FlagsAttribute)) && value == 0;
            if (isCombination || name == nameof(DecodeStatus.NeedMoreData))
            {
                // No flag, and what arm64mmio_decode, which has the whole word, never says.
                continue;
            }

            constants.Should().Contain($"ARM64MMIO_{prefix}_{Upper(name)}", value);
        }
    }

    [SkippableFact]
    public void Structures_lie_as_in_C()
    {
        string gcc = ExternalTool.Require("gcc", "gcc");
        (string Name, Type Type)[] structures =
        [
            ("arm64mmio_access", typeof(AccessStructure)),
            ("arm64mmio_syndrome", typeof(SyndromeStructure)),
            ("arm64mmio_exit", typeof(ExitStructure)),
            ("arm64mmio_stage1", typeof(Stage1Structure)),
            ("arm64mmio_translation", typeof(TranslationStructure)),
            ("arm64mmio_extensions", typeof(ExtensionsStructure)),
            ("arm64mmio_registers", typeof(RegistersStructure)),
            ("arm64mmio_options", typeof(OptionsStructure)),
            ("arm64mmio_outcome", typeof(OutcomeStructure)),
            ("arm64mmio_fault", typeof(FaultStructure)),
            ("arm64mmio_transaction", typeof(TransactionStructure)),
            ("arm64mmio_exception_context", typeof(ExceptionContextStructure)),
            ("arm64mmio_exception_state", typeof(ExceptionStateStructure)),
            ("arm64mmio_finding", typeof(FindingStructure)),
        ];
        var program = new StringBuilder("#include \"arm64mmiodecode.h\"\n#include <stdio.h>\nint main(void) {\n");
        foreach ((string name, _) in structures)
        {
            foreach (string member in Members(name))
            {
                program.AppendLine(CultureInfo.InvariantCulture, $"printf(\"{name}.{Plain(member)} %zu\\n\", offsetof({name}, {member}));");
            }

            program.AppendLine(CultureInfo.InvariantCulture, $"printf(\"{name} %zu\\n\", sizeof({name}));");
        }

        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string source = Path.Combine(folder, "layout.c");
            File.WriteAllText(source, program.Append("return 0; }\n").ToString());
            string binary = Path.Combine(folder, "layout");
            ChildProcess.Run(gcc, "-I", Path.GetDirectoryName(s_header)!, source, "-o", binary).ExitCode.Should().Be(0);
            string[] inC = ChildProcess.Run(binary).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

            IEnumerable<string> here = structures.SelectMany(structure => structure.Type
                .GetFields(BindingFlags.Instance | BindingFlags.Public)
                .Select(field => $"{structure.Name}.{field.Name.ToLowerInvariant()} {Marshal.OffsetOf(structure.Type, field.Name)}")
                .Append($"{structure.Name} {Marshal.SizeOf(structure.Type)}"));
            inC.Should().Equal(here);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<string, long> Constants()
    {
        var constants = new Dictionary<string, long>();
        foreach (Match match in Regex.Matches(File.ReadAllText(s_header), @"\b(ARM64MMIO_\w+) = (-?\d+)(?: << (\d+))?"))
        {
            long value = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            constants.Add(match.Groups[1].Value, match.Groups[3].Success ? value << int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture) : value);
        }

        return constants;
    }

    // The members of a structure in order.
    private static IEnumerable<string> Members(string structure)
    {
        string body = Regex.Match(File.ReadAllText(s_header), $@"typedef struct {structure} \{{(.*?)\}} {structure};", RegexOptions.Singleline).Groups[1].Value;
        body = Regex.Replace(body, @"/\*.*?\*/", string.Empty, RegexOptions.Singleline);
        foreach (string declaration in body.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = declaration.Split(' ', 2);
            foreach (string name in parts[1].Split(','))
            {
                yield return Regex.Replace(name.Trim().TrimStart('*'), @"\[.*", string.Empty);
            }
        }
    }

    private static string Plain(string member) => member.Replace("_", string.Empty, StringComparison.Ordinal);

    // SimdAndFloatingPoint is SIMD_AND_FLOATING_POINT, EL10 stays.
    private static string Upper(string name) => Regex.Replace(name, "(?<=[a-z0-9])(?=[A-Z])", "_").ToUpperInvariant();
}
