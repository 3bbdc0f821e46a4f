using System;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Input;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

public sealed class ElfFormatTests
{
    private const uint Nop = 0xD503201F;
    private const uint StoreWithWriteback = 0xB8004548; // str w8, [x10], #4
    private const uint LoadPair = 0xA9400440; // ldp x0, x1, [x2]
    private const uint PairOnStack = 0xA9BF7BFD; // stp x29, x30, [sp, #-16]!
    private const uint A32LoadPair = 0xE1C200D0; // ldrd r0, r1, [r2]
    private const uint A32Nop = 0xE320F000;
    private const ushort Arm = 40;

    [Fact]
    public void An_executable_is_scanned_at_its_addresses()
    {
        var elf = new ElfBuilder();
        ushort text = elf.AddCode(".text", 0x400000, false, Nop, StoreWithWriteback, PairOnStack, LoadPair);
        elf.AddFunction("first", 0x400000, 8, text).AddFunction("second", 0x400008, 8, text);

        ScannedFile scan = ScannedFile.Scan(elf.Build());

        scan.Lines.Should().Equal(".text 400004 str w8, [x10], #4 first+4", ".text 40000c ldp x0, x1, [x2] second+4");
        scan.Offsets.Should().Equal(68, 76);
        scan.Summary.Format.Should().Be("elf64-aarch64");
        scan.Summary.Instructions.Should().Be(4);
        scan.Summary.OmittedStack.Should().Be(1);
        scan.Summary.Errors.Should().BeEmpty();
    }

    [Fact]
    public void Mapping_symbols_separate_code_and_data()
    {
        var elf = new ElfBuilder { Type = 1 };
        ushort text = elf.AddCode(".text", 0, false, StoreWithWriteback, LoadPair, StoreWithWriteback);
        ushort other = elf.AddCode(".init.text", 0, false, LoadPair);
        elf.AddLabel("$x", 0, text).AddLabel("$d.17", 4, text).AddLabel("$x.18", 8, text).AddLabel("$d", 0, other).AddLabel("$x", 0, other);

        ScannedFile scan = ScannedFile.Scan(elf.Build());

        // Of two at one address the greater letter counts, as for LLVM.
        scan.Lines.Should().Equal(".text 0 str w8, [x10], #4", ".text 8 str w8, [x10], #4", ".init.text 0 ldp x0, x1, [x2]");
        scan.Summary.Instructions.Should().Be(3);
    }

    [Theory]
    [InlineData(1, 0, true, "a relocatable object")]
    [InlineData(2, 0, true, "BE32")]
    [InlineData(2, 0x00800000, false, "BE8")]
    public void Big_endian_AArch32_files_have_code_of_their_byte_order_or_BE8(ushort type, uint flags, bool isBigEndianCode, string what)
    {
        var elf = new ElfBuilder { Is64Bit = false, IsBigEndian = true, Machine = Arm, Type = type, Flags = flags };
        ushort text = elf.AddCode(".text", 0x100, isBigEndianCode, A32Nop, A32LoadPair);
        byte[] halfwords = isBigEndianCode ? [0xBF, 0x00, 0xE8, 0x92, 0x00, 0x03] : [0x00, 0xBF, 0x92, 0xE8, 0x03, 0x00]; // nop; ldm.w r2, {r0, r1}
        ushort thumb = elf.AddCode(".thumb", 0x200, halfwords);
        elf.AddLabel("$a", 0x100, text).AddLabel("$t", 0x200, thumb);

        ScannedFile scan = ScannedFile.Scan(elf.Build());

        scan.Lines.Should().Equal([".text 104 ldrd r0, r1, [r2]", ".thumb 202 ldm.w r2, {r0, r1}"], what);
        scan.Summary.Format.Should().Be("elf32-bigarm");
    }

    [Fact]
    public void A64_code_is_little_endian_in_big_endian_files()
    {
        var elf = new ElfBuilder { IsBigEndian = true };
        elf.AddCode(".text", 0x1000, false, LoadPair);
        ScannedFile scan = ScannedFile.Scan(elf.Build());
        scan.Lines.Should().Equal(".text 1000 ldp x0, x1, [x2]");
        scan.Summary.Format.Should().Be("elf64-bigaarch64");
    }

    [Fact]
    public void Without_mapping_symbols_functions_say_what_is_T32()
    {
        var elf = new ElfBuilder { Is64Bit = false, Machine = Arm };
        byte[] thumb = [0x00, 0xBF, 0x92, 0xE8, 0x03, 0x00, 0x00, 0xBF]; // nop; ldm.w r2, {r0, r1}; nop
        byte[] arm = [0xD0, 0x00, 0xC2, 0xE1]; // ldrd r0, r1, [r2]
        ushort text = elf.AddCode(".text", 0x8000, [.. thumb, .. thumb, .. arm, .. thumb]);
        elf.AddFunction("t", 0x8001, 16, text).AddFunction("a", 0x8010, 4, text);

        ScannedFile scan = ScannedFile.Scan(elf.Build());

        scan.Lines.Should().Equal(
            ".text 8002 ldm.w r2, {r0, r1} t+2",
            ".text 800a ldm.w r2, {r0, r1} t+10",
            ".text 8010 ldrd r0, r1, [r2] a+0",
            ".text 8016 ldm.w r2, {r0, r1}");
        scan.Summary.Notes.Should().ContainSingle().Which.Should().StartWith("no mapping symbols: T32 assumed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_any_function_each_section_is_what_most_of_it_looks_like(bool isBigEndian)
    {
        // As U-Boot has it: entered in A32 state, and T32 apart from that.
        var elf = new ElfBuilder { Is64Bit = false, Machine = Arm, Entry = 0x8000, IsBigEndian = isBigEndian };
        elf.AddCode(".text", 0x8000, isBigEndian, A32LoadPair, 0xE1A00000 /* mov r0, r0 */, 0xEAFFFFFE /* b . */);
        byte[] thumb = [0x00, 0xBF, 0x00, 0xBF, 0x00, 0xBF, 0x00, 0xBF, 0x00, 0xBF, 0x00, 0xBF, 0x00, 0xBF, 0x00, 0xBF, 0x92, 0xE8, 0x03, 0x00]; // nop (eight times); ldm.w r2, {r0, r1}
        for (int i = 0; isBigEndian && i < thumb.Length; i += 2)
        {
            thumb.AsSpan(i, 2).Reverse();
        }

        elf.AddCode(".text_rest", 0x9000, [.. thumb, .. thumb]);
        ScannedFile scan = ScannedFile.Scan(elf.Build());
        scan.Lines.Should().Equal(
            ".text 8000 ldrd r0, r1, [r2]",
            ".text_rest 9010 ldm.w r2, {r0, r1}",
            ".text_rest 9024 ldm.w r2, {r0, r1}");
        scan.Summary.Notes.Should().ContainSingle().Which.Should().StartWith("no symbols of functions: A32 or T32 assumed");
    }

    [Fact]
    public void Functions_at_the_same_address_of_different_sections_are_told_apart()
    {
        var elf = new ElfBuilder { Is64Bit = false, Machine = Arm, Type = 1 };
        ushort arm = elf.AddCode(".text.a", 0, false, A32LoadPair, A32LoadPair);
        ushort thumb = elf.AddCode(".text.t", 0, [0x00, 0xBF, 0x92, 0xE8, 0x03, 0x00, 0x00, 0xBF]);
        elf.AddFunction("t", 1, 8, thumb).AddFunction("a", 0, 8, arm);
        ScannedFile.Scan(elf.Build()).Lines.Should().Equal(
            ".text.a 0 ldrd r0, r1, [r2] a+0", ".text.a 4 ldrd r0, r1, [r2] a+4", ".text.t 2 ldm.w r2, {r0, r1} t+2");
    }

    [Fact]
    public void Code_that_looks_like_A32_among_T32_is_A32()
    {
        var elf = new ElfBuilder { Is64Bit = false, Machine = Arm };
        byte[] thumb = [.. Repeat([0x00, 0xBF, 0x92, 0xE8, 0x03, 0x00, 0x00, 0xBF], 10)]; // nop; ldm.w r2, {r0, r1}; nop
        byte[] vector = [.. Repeat([0x00, 0xBF, 0x30, 0xEE, 0x40, 0x0B, 0x30, 0xEE, 0x40, 0x0B, 0x00, 0xBF], 10)]; // T32 floating point, which looks the same
        byte[] arm = [.. Repeat([0x00, 0x00, 0xA0, 0xE1, 0xD0, 0x00, 0xC2, 0xE1], 20)]; // mov r0, r0; ldrd r0, r1, [r2]
        ushort text = elf.AddCode(".text", 0x8000, [.. thumb, .. vector, .. arm, 0x00, 0xBF, 0x00, 0xBF, .. thumb]);
        elf.AddFunction("t", 0x8001, (ulong)(thumb.Length + vector.Length), text);

        ScannedFile scan = ScannedFile.Scan(elf.Build());

        scan.Lines.FindAll(line => line.Contains("ldrd")).Should().HaveCount(20);
        scan.Lines.FindAll(line => line.Contains("ldm.w")).Should().HaveCount(20);
        scan.Lines.Should().HaveCount(40);

        static System.Collections.Generic.IEnumerable<byte> Repeat(byte[] bytes, int count) =>
            System.Linq.Enumerable.SelectMany(System.Linq.Enumerable.Range(0, count), _ => bytes);
    }

    [Fact]
    public void What_guessed_code_loads_as_a_literal_is_data()
    {
        var elf = new ElfBuilder { Is64Bit = false, Machine = Arm };
        ushort text = elf.AddCode(".text", 0x8000, false, 0xE59F0000 /* ldr r0, [pc] */, A32LoadPair, A32LoadPair, A32LoadPair);
        elf.AddFunction("f", 0x8000, 16, text);
        ScannedFile.Scan(elf.Build()).Lines.Should().Equal(".text 8004 ldrd r0, r1, [r2] f+4", ".text 800c ldrd r0, r1, [r2] f+12");
    }

    [Fact]
    public void A_global_function_names_an_address_that_several_symbols_have()
    {
        var elf = new ElfBuilder();
        ushort text = elf.AddCode(".text", 0x1000, false, LoadPair, LoadPair, LoadPair, LoadPair);
        elf.AddFunction("local", 0x1000, 8, text, binding: 0).AddFunction("weak", 0x1000, 8, text, binding: 2).AddFunction("global", 0x1000, 8, text)
            .AddLabel("label_within", 0x1004, text).AddLabel("label_after", 0x100c, text);
        ScannedFile.Scan(elf.Build()).Lines.Should().Equal(
            ".text 1000 ldp x0, x1, [x2] global+0",
            ".text 1004 ldp x0, x1, [x2] global+4",
            ".text 1008 ldp x0, x1, [x2] label_within+4",
            ".text 100c ldp x0, x1, [x2] label_after+0");
    }

    [Fact]
    public void A_debug_file_has_the_symbols_of_a_stripped_file()
    {
        var stripped = new ElfBuilder();
        stripped.AddCode(".text", 0x1000, false, LoadPair, LoadPair);
        var debug = new ElfBuilder();
        ushort text = debug.AddCode(".text", 0x1000, false, LoadPair, LoadPair);
        debug.AddFunction("f", 0x1000, 8, text).AddLabel("$x", 0x1000, text).AddLabel("$d", 0x1004, text);
        using var file = ByteSource.FromMemory(debug.Build());

        ScannedFile.Scan(stripped.Build(), new ScanOptions { Read = new ReadOptions { DebugFile = file } })
            .Lines.Should().Equal(".text 1000 ldp x0, x1, [x2] f+0");
    }

    [Fact]
    public void Files_for_other_machines_are_refused() =>
        ScannedFile.Scan(new ElfBuilder { Machine = 62 }.Build()).Summary.Errors.Should().Equal("an ELF file for machine 62, which is not Arm");

    [Fact]
    public void A_file_without_code_says_so()
    {
        ScannedFile scan = ScannedFile.Scan(new ElfBuilder().Build());
        scan.Summary.Notes.Should().Equal("no executable section");
        scan.Summary.Errors.Should().BeEmpty();
    }

    // Whatever the bytes are, a scan ends with findings or with an error.
    [Fact]
    public void Corrupted_files_are_refused_or_scanned_and_never_more()
    {
        var elf = new ElfBuilder();
        ushort text = elf.AddCode(".text", 0x1000, false, LoadPair, StoreWithWriteback);
        elf.AddFunction("f", 0x1000, 8, text).AddLabel("$x", 0x1000, text);
        byte[] good = elf.Build();
        ulong[] values = [0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, ulong.MaxValue, (ulong)good.Length + 1];
        for (int offset = 4; offset < good.Length; offset++)
        {
            foreach (ulong value in values)
            {
                foreach (int width in new[] { 1, 2, 4, 8 })
                {
                    byte[] bad = (byte[])good.Clone();
                    BitConverter.GetBytes(value).AsSpan(0, Math.Min(width, good.Length - offset)).CopyTo(bad.AsSpan(offset));
                    Action scan = () => ScannedFile.Scan(bad);
                    scan.Should().NotThrow("offset {0}, value {1:x}, width {2}", offset, value, width);
                }
            }
        }

        for (int length = 0; length < good.Length; length++)
        {
            ScannedFile.Scan(good[..length]).Summary.Errors.Should().NotBeEmpty("only {0} of {1} bytes are there", length, good.Length);
        }
    }

    [Fact]
    public void Overlapping_sections_do_not_multiply_the_work()
    {
        var elf = new ElfBuilder();
        for (int i = 0; i < 3; i++)
        {
            elf.AddCode(".text", 0, new byte[400]);
        }

        byte[] file = elf.Build();
        int table = (int)BitConverter.ToUInt64(file, 40);
        for (int i = 1; i <= 3; i++)
        {
            BitConverter.GetBytes(0UL).CopyTo(file, table + (64 * i) + 24);
            BitConverter.GetBytes((ulong)file.Length).CopyTo(file, table + (64 * i) + 32);
        }

        ScannedFile.Scan(file).Summary.Errors.Should().Equal("the executable sections of an ELF file overlap");
    }
}
