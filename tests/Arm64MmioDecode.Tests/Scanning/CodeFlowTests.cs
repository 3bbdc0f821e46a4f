using System;
using System.Buffers.Binary;
using System.Linq;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Sweeping;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>32-bit UEFI images: the findings without any symbol are those with a compiler's mapping symbols.</summary>
public class CodeFlowTests
{
    private const string Source = """
        #define A32 __attribute__((target("arm"), noipa))
        #define T32 __attribute__((target("thumb"), noipa))
        volatile unsigned sink;
        A32 unsigned divide(unsigned a, unsigned b) { unsigned q = 0; while (a >= b) { a -= b; q++; } return q; }
        A32 void copy(unsigned long long *to, unsigned long long *from, int n) { while (n--) { to[0] = from[0]; to[1] = from[1]; to += 2; from += 2; } }
        T32 unsigned choose(unsigned n, unsigned *p)
        {
            switch (n)
            {
                case 0: return *p++ + 12345678; case 1: return divide(p[1], 7); case 2: copy((void *)p, (void *)(p + 8), 3); return 5;
                case 3: __atomic_fetch_add(p, 3, __ATOMIC_SEQ_CST); return 1; case 4: sink = 0xdeadbeef; return n; case 5: return p[4] << 3; default: return 0x12345678;
            }
        }
        T32 int strange(unsigned n, unsigned *p) { return n > 4 ? divide(choose(n & 7, p), n) : choose(n * 3, p + 1); }
        T32 void fill(volatile unsigned *p, int n) { while (n-- > 0) { *p++ = 0x80000001; } }
        A32 void poll(volatile unsigned *p) { while (*p & 1) { fill(p, 3); } }
        A32 void ENTRY(unsigned *p) { poll(p); sink = strange(*p, p); fill(p, 8); }
        """;

    [SkippableTheory]
    [InlineData("-O2")]
    [InlineData("-Os")]
    [InlineData("-O1")]
    [InlineData("-O3", "-mfloat-abi=soft")]
    public void The_sets_are_told_apart_as_by_mapping_symbols(params string[] options)
    {
        using var files = new CompiledFile();
        files.Write("a.c", Source.Replace("ENTRY", "_start", StringComparison.Ordinal));
        files.Run(
            "gcc-arm-linux-gnueabihf", "arm-linux-gnueabihf-gcc", ["-march=armv7-a", "-mthumb", .. options, "-ffreestanding", "-nostdlib", "-static", "-fno-stack-protector", "-mfpu=neon", "-Wl,-Ttext=0x1000,--no-warn-rwx-segments", "a.c", "-o", "a.elf"]);
        files.Run("llvm-22", "llvm-objcopy-22", "-O", "binary", "--only-section=.text", "a.elf", "a.bin");
        byte[] elf = files.Read("a.elf");
        var all = new ScanOptions { Sweep = SweepOptions.Stack | SweepOptions.Literals | SweepOptions.CountUndecoded };
        var expected = ScannedFile.Scan(elf, all).Lines.Select(WithoutSymbol).ToList();
        expected.Should().HaveCountGreaterThan(10);

        byte[] image = SampleImages.Pe(0x1C2, BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(24)), files.Read("a.bin"));
        ScannedFile found = ScannedFile.Scan(image, all);
        found.Summary.Errors.Should().BeEmpty();
        found.Lines.Should().Equal(expected);

        byte[] terse = FirmwareBuilder.ToTerse(image);
        ScannedFile.Scan(terse, all).Lines.Should().Equal(expected);
    }

    [SkippableFact]
    public void A_boot_loader_s_image_is_entered_in_A32_state_at_its_start()
    {
        const byte arm = 2;
        using var files = new CompiledFile();
        files.Write("a.c", "__asm__(\".arm\\n b _start\");\n" + Source.Replace("ENTRY", "_start", StringComparison.Ordinal));
        files.Run(
            "gcc-arm-linux-gnueabihf", "arm-linux-gnueabihf-gcc", "-march=armv7-a", "-mthumb", "-O2", "-ffreestanding", "-nostdlib", "-static", "-fno-stack-protector", "-mfpu=neon", "-Wl,-Ttext=0x401000,--no-warn-rwx-segments", "a.c", "-o", "a.elf");
        files.Run("llvm-22", "llvm-objcopy-22", "-O", "binary", "--only-section=.text", "a.elf", "a.bin");
        var expected = ScannedFile.Scan(files.Read("a.elf")).Lines.Select(line => WithoutSymbol(line).Replace(".text ", "raw ", StringComparison.Ordinal)).ToList();
        expected.Should().HaveCountGreaterThan(5);

        ScannedFile found = ScannedFile.Scan(SampleImages.LegacyImage(type: 5, compression: 0, files.Read("a.bin"), arm));
        found.Lines.Should().Equal(expected);
        found.Summary.Notes.Should().ContainSingle().Which.Should().StartWith("nothing says what of it is A32 and T32").And.NotContain("offsets");
    }

    private static string WithoutSymbol(string line)
    {
        int symbol = line.LastIndexOf('+');
        return line[..line.LastIndexOf(' ', symbol)];
    }
}
