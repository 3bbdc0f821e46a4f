using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>PE images and COFF objects that clang and lld make, against what LLVM says of them.</summary>
public partial class PeFormatTests
{
    private const string Source = """
        __declspec(dllexport) void fill(volatile unsigned *p, int n) { for (int i = 0; i < n; i++) *p++ = i; }
        __declspec(dllexport) unsigned long long both(unsigned long long *p) { return p[0] + p[1]; }
        int second(int x) __attribute__((section(".text_of_a_long_name"))) { return x * 3; }
        int start(void) { return second(2); }
        """;

    [SkippableTheory]
    [InlineData("aarch64-pc-windows-msvc", "coff-arm64", InstructionSet.A64)]
    [InlineData("thumbv7-pc-windows-msvc", "coff-arm", InstructionSet.T32)]
    public void Sections_and_symbols_of_images_are_those_of_llvm(string target, string format, InstructionSet set)
    {
        using var files = new CompiledFile();
        Compile(files, target);
        files.Run("lld", "lld-link", "/dll", "/noentry", "/nodefaultlib", "/out:program.dll", set == InstructionSet.A64 ? "/base:0x140000000" : "/base:0x10000000", "program.obj");
        CodeImage image = ReadOnly(files, "program.dll");
        image.Format.Should().Be(format);
        CompareSections(files, "program.dll", image);
        image.Sections.Should().OnlyContain(s => s.Regions.Single().InstructionSet == set && s.Regions.Single().Length == s.Bytes.Length);
        FindNames(image).Should().Contain(["fill", "both"]);
    }

    [SkippableTheory]
    [InlineData("aarch64-pc-windows-msvc")]
    [InlineData("thumbv7-pc-windows-msvc")]
    public void Sections_and_symbols_of_objects_are_those_of_llvm(string target)
    {
        using var files = new CompiledFile();
        Compile(files, target, "-ffunction-sections");
        CodeImage image = ReadOnly(files, "program.obj");
        CompareSections(files, "program.obj", image);
        image.Sections.Should().Contain(s => s.Name == ".text_of_a_long_name");
        FindNames(image).Should().BeEquivalentTo("fill", "both", "second", "start");
    }

    [SkippableFact]
    public void Uefi_images_are_read()
    {
        using var files = new CompiledFile();
        Compile(files, "aarch64-pc-windows-msvc");
        files.Run("lld", "lld-link", "/subsystem:efi_application", "/entry:start", "/nodefaultlib", "/out:program.efi", "program.obj");
        CompareSections(files, "program.efi", ReadOnly(files, "program.efi"));
    }

    [SkippableFact]
    public void A_terse_image_has_the_code_and_addresses_of_the_image_that_it_was_made_of()
    {
        using var files = new CompiledFile();
        Compile(files, "aarch64-pc-windows-msvc");
        files.Run("lld", "lld-link", "/subsystem:efi_application", "/entry:start", "/nodefaultlib", "/base:0x400000", "/out:program.efi", "program.obj");
        CodeImage whole = ReadOnly(files, "program.efi");
        files.Write("program.te", FirmwareBuilder.ToTerse(files.Read("program.efi")));
        CodeImage terse = ReadOnly(files, "program.te");
        terse.Format.Should().Be("te-arm64");
        terse.Sections.Select(s => (s.Name, s.Address, Convert.ToHexString(s.Bytes.Span)))
            .Should().Equal(whole.Sections.Select(s => (s.Name, s.Address, Convert.ToHexString(s.Bytes.Span))));
    }

    [SkippableFact]
    public void Images_for_other_machines_are_not_looked_at()
    {
        using var files = new CompiledFile();
        Compile(files, "x86_64-pc-windows-msvc");
        files.Run("lld", "lld-link", "/dll", "/noentry", "/nodefaultlib", "/out:program.dll", "program.obj");
        ScannedFile.Scan(files.Read("program.dll")).Summary.Errors.Should().ContainSingle().Which.Should().Contain("code for machine 0x8664, which is not Arm");
    }

    [SkippableTheory]
    [InlineData(0x8664, "coff-arm64ec")]
    [InlineData(0xAA64, "coff-arm64x")]
    public void The_x64_code_of_hybrid_images_is_left_out_as_llvm_does(int machine, string format)
    {
        using var files = new CompiledFile();
        files.Write("program.dll", SampleImages.Hybrid((ushort)machine));
        ScannedFile scan = ScannedFile.Scan(files.Read("program.dll"));
        scan.Summary.Format.Should().Be(format);
        string disassembly = files.Run("llvm-22", "llvm-objdump-22", "-d", files.Path("program.dll"));
        disassembly.Should().Contain("file format " + format);
        scan.Lines.Select(l => l.Split(' ')[1]).Should().Equal(HybridLine().Matches(disassembly).Select(m => m.Groups[1].Value)).And.HaveCount(6);
    }

    private static void Compile(CompiledFile files, string target, params string[] options)
    {
        files.Write("program.c", Source);
        files.Run("clang", "clang", ["--target=" + target, "-fms-extensions", "-Wno-gcc-compat", "-O2", .. options, "-c", "program.c", "-o", "program.obj"]);
    }

    private static CodeImage ReadOnly(CompiledFile files, string name)
    {
        ByteSource bytes = ByteSource.FromMemory(files.Read(name));
        return FileFormats.Recognise(bytes)!.Read(bytes, new ReadOptions()).OfType<CodeImage>().Single();
    }

    // llvm-objdump -h prints the sizes that it disassembles, and the virtual addresses.
    private static void CompareSections(CompiledFile files, string name, CodeImage image)
    {
        string output = files.Run("llvm-22", "llvm-objdump-22", "-h", "--no-print-imm-hex", files.Path(name));
        IEnumerable<(string, ulong, int)> expected = SectionLine().Matches(output)
            .Where(m => m.Groups["type"].Value == "TEXT" && m.Groups["size"].Value.Trim('0').Length != 0)
            .Select(m => (m.Groups["name"].Value, Parse(m.Groups["address"].Value), (int)Parse(m.Groups["size"].Value)));
        image.Sections.Select(s => (s.Name, s.Address, s.Bytes.Length)).Should().Equal(expected);
    }

    private static ulong Parse(string hex) => ulong.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static List<string> FindNames(CodeImage image)
    {
        var names = new List<string>();
        foreach (CodeSection section in image.Sections)
        {
            for (int offset = 0; offset < section.Bytes.Length; offset += 4)
            {
                if (image.Symbols!.TryFind(section, section.Address + (ulong)offset, out CodeSymbol symbol) && !names.Contains(symbol.Name))
                {
                    names.Add(symbol.Name);
                }
            }
        }

        return names;
    }

    [GeneratedRegex(@"^ *([0-9a-f]+): b8004548 ", RegexOptions.Multiline)]
    private static partial Regex HybridLine();

    [GeneratedRegex(@"^\s*\d+ (?<name>\S+)\s+(?<size>[0-9a-f]{8}) (?<address>[0-9a-f]+) (?<type>\w*)", RegexOptions.Multiline)]
    private static partial Regex SectionLine();
}
