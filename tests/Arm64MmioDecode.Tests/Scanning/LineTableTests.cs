using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Tests.Tool;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>The source line of every instruction must be the one that LLVM's symbolizer finds.</summary>
public class LineTableTests
{
    private const string Header = """
        static inline void count(long *p)
        {
            __atomic_fetch_add(p, 1, 5);
        }
        """;

    private const string Source = """
        #include "sub/count.h"
        struct registers { long a, b, c, d; };
        void fill(volatile unsigned *p, int n)
        {
            for (int i = 0; i < n; i++)
                *p++ = i;
        }
        void copy(struct registers *to, const struct registers *from)
        {
            *to = *from;
            count(&to->a);
        }
        #line 4000 "generated.y"
        long sum(const struct registers *r) { return r->a + r->b +
            r->c * r->d; }
        """;

    private static readonly string[] s_aarch64 = ["--target=aarch64-linux-gnu"];
    private static readonly string[] s_bigEndian = ["--target=aarch64_be-linux-gnu"];
    private static readonly string[] s_arm = ["--target=armv7-linux-gnueabihf"];

    [SkippableTheory]
    [InlineData("aarch64", "-gdwarf-2", "-Os")]
    [InlineData("aarch64", "-gdwarf-3", "-O2")]
    [InlineData("aarch64", "-gdwarf-4", "-O0")]
    [InlineData("aarch64", "-gdwarf-5", "-O2")]
    [InlineData("aarch64", "-gdwarf-5", "-O2", "-gz=zlib")]
    [InlineData("aarch64", "-gdwarf-5", "-O2", "-ffunction-sections")]
    [InlineData("aarch64", "-gdwarf64", "-gdwarf-5", "-Os")]
    [InlineData("bigendian", "-gdwarf-5", "-O2")]
    [InlineData("arm", "-gdwarf-4", "-O2")]
    [InlineData("arm", "-gdwarf-5", "-Os", "-gz=zlib", "-mthumb")]
    public void Linked_programs_have_the_lines_of_the_symbolizer(string target, params string[] options)
    {
        using var files = new CompiledFile();
        Compile(files, target, options);
        files.Run("lld", "ld.lld", "-e", "fill", "-Ttext=0x40000", "-o", "program", "program.o");
        Compare(files, "program");
    }

    [SkippableTheory]
    [InlineData("aarch64", "-gdwarf-4", "-O2")]
    [InlineData("aarch64", "-gdwarf-5", "-O2")]
    [InlineData("aarch64", "-gdwarf-5", "-O2", "-gz=zlib")]
    [InlineData("arm", "-gdwarf-5", "-Os", "-mthumb")]
    [InlineData("bigendian", "-gdwarf-5", "-O2")]
    public void Relocatable_objects_have_the_lines_of_the_symbolizer(string target, params string[] options)
    {
        using var files = new CompiledFile();
        Compile(files, target, options);
        Compare(files, "program.o");
    }

    [SkippableTheory]
    [InlineData("-gdwarf-4")]
    [InlineData("-gdwarf-5")]
    public void Relocatable_objects_of_gcc_have_lines_by_section(string version)
    {
        using var files = new CompiledFile();
        WriteSources(files);
        files.Run("gcc-aarch64-linux-gnu", "aarch64-linux-gnu-gcc", version, "-Os", "-ffunction-sections", "-mno-outline-atomics", "-c", "program.c");
        IEnumerable<string> lines = ReadLines(files.Path("program.o")).Select(l => $"{l.Section} {l.File}:{l.Line}").Distinct();
        lines.Should().BeEquivalentTo(
            ".text.fill program.c:5", ".text.fill program.c:6", ".text.fill program.c:7",
            ".text.copy program.c:10", ".text.copy program.c:12", ".text.copy sub/count.h:3",
            ".text.sum generated.y:4000", ".text.sum generated.y:4001");
    }

    [SkippableFact]
    public void Lines_and_functions_come_from_a_separate_debug_file()
    {
        const string package = "binutils-aarch64-linux-gnu";
        using var files = new CompiledFile();
        Compile(files, "aarch64", ["-gdwarf-5", "-Os", "-gz=zlib"]);
        files.Run("lld", "ld.lld", "-e", "fill", "-Ttext=0x40000", "-o", "program", "program.o");
        ToolRun whole = ToolRun.InProcess("", "scan", files.Path("program"), "--format", "json");
        files.Run(package, "aarch64-linux-gnu-objcopy", "--only-keep-debug", "program", "program.debug");
        files.Run(package, "aarch64-linux-gnu-strip", "program");
        ToolRun stripped = ToolRun.InProcess("", "scan", files.Path("program"), "--format", "json");
        stripped.Lines[0].Should().Contain("\"source\":null").And.Contain("\"symbol\":null");
        ToolRun debug = ToolRun.InProcess("", "scan", files.Path("program"), "--debug-file", files.Path("program.debug"), "--format", "json");
        debug.Output.Should().Be(whole.Output);
        debug.Lines[0].Should().Contain("\"source\":{\"file\":\"program.c\"");
    }

    private static void Compile(CompiledFile files, string target, string[] options)
    {
        WriteSources(files);
        string[] targetOptions = target switch
        {
            "arm" => s_arm,
            "bigendian" => s_bigEndian,
            _ => [.. s_aarch64, "-mno-outline-atomics"],
        };
        files.Run("clang", "clang", [.. targetOptions, .. options, "-c", "program.c", "-o", "program.o"]);
    }

    private static void WriteSources(CompiledFile files)
    {
        Directory.CreateDirectory(files.Path("sub"));
        files.Write("sub/count.h", Header);
        files.Write("program.c", Source);
    }

    private static void Compare(CompiledFile files, string name)
    {
        List<(string Section, ulong Address, string File, int Line)> lines = ReadLines(files.Path(name));
        lines.Should().HaveCountGreaterThan(20);
        string[] addresses = [.. lines.Select(l => $"0x{l.Address:x}")];
        string output = files.Run("llvm-22", "llvm-symbolizer-22", ["--obj=" + files.Path(name), "--no-inlines", "--functions=none", "--basenames", .. addresses]);
        string[] expected = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[..l.LastIndexOf(':')])];
        lines.Select(l => $"{Path.GetFileName(l.File)}:{l.Line}").Should().Equal(expected);
    }

    private static List<(string Section, ulong Address, string File, int Line)> ReadLines(string path)
    {
        var lines = new List<(string, ulong, string, int)>();
        using ByteSource bytes = ByteSource.OpenFile(path);
        foreach (CodeImage image in FileFormats.Recognise(bytes)!.Read(bytes, new ReadOptions()).OfType<CodeImage>())
        {
            foreach (CodeSection section in image.Sections)
            {
                for (int offset = 0; offset < section.Bytes.Length; offset += 2)
                {
                    if (image.Lines!.TryFind(section, section.Address + (ulong)offset, out SourceLocation location))
                    {
                        lines.Add((section.Name, section.Address + (ulong)offset, location.File, location.Line));
                    }
                }
            }
        }

        return lines;
    }
}
