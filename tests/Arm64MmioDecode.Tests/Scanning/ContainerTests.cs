using System;
using System.Linq;
using Arm64MmioDecode.Scanning.DeviceTrees;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tests.Tool;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Files that wrap others, and images without sections.</summary>
public class ContainerTests
{
    private const string Text = "str w8, [x10], #4";

    [Fact]
    public void Compressed_files_are_their_contents()
    {
        ScannedFile scan = ScannedFile.Scan(SampleImages.Gzip(SampleImages.Gzip(SampleImages.Pe())));
        scan.Summary.Errors.Should().BeEmpty();
        scan.Lines.Should().Equal($".text 401000 {Text}");
        scan.Summary.Format.Should().Contain("coff-arm64");
    }

    [Fact]
    public void A_kernel_that_unpacks_itself_has_a_kernel_in_it() =>
        ScannedFile.Scan(SampleImages.Zboot(SampleImages.Gzip(SampleImages.KernelImage()))).Lines
            .Should().Equal($".text 401000 {Text}", $"zimg: Image 40 {Text}");

    [Fact]
    public void Coff_objects_have_symbols_and_long_section_names() =>
        ScannedFile.Scan(SampleImages.CoffObject()).Lines.Should().Equal($".text_long_name 0 {Text} function+0");

    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(5, 0)]
    public void Legacy_images_hold_code_at_their_load_address(byte type, byte compression)
    {
        byte[] payload = compression == 0 ? SampleImages.Code() : SampleImages.Gzip(SampleImages.Code());
        ScannedFile scan = ScannedFile.Scan(SampleImages.LegacyImage(type, compression, payload));
        scan.Summary.Errors.Should().BeEmpty();
        scan.Lines.Should().Equal($"raw 401000 {Text}");
    }

    [SkippableTheory]
    [InlineData("gzip", "-n", "-c")]
    [InlineData("xz", "-c", "--check=crc32", "--arm", "--lzma2")]
    [InlineData("xz", "-c", "--format=lzma")]
    [InlineData("lzop", "-9", "-c")]
    [InlineData("lz4", "-l", "-9", "-c")]
    [InlineData("zstd", "-19", "-q", "-c")]
    public void A_32_bit_kernel_that_unpacks_itself_has_a_kernel_in_it(string tool, params string[] options)
    {
        // str r0, [r1], #4; ldr r2, [pc, #-4]; the literal, which would be a finding as well; and words of the condition "always".
        byte[] kernel = [0x04, 0x00, 0x81, 0xE4, 0x00, 0x20, 0x9F, 0xE5, 0x1E, 0xFF, 0x2F, 0xE1, 0x04, 0x00, 0x81, 0xE4, 0x1E, 0xFF, 0x2F, 0xE1];
        byte[] packed = ExpansionTests.Filter(ExternalTool.Require(tool, tool == "xz" ? "xz-utils" : tool), options, kernel);
        ScannedFile scan = ScannedFile.Scan([.. SampleImages.ZImage(packed), .. "a device tree"u8]);
        scan.Summary.Errors.Should().BeEmpty();
        scan.Lines.Should().Equal("zImage 30 str r0, [r0], #4", "piggy: raw 0 str r0, [r1], #4");
        scan.Summary.Format.Should().Be("zimage");
    }

    [Theory]
    [InlineData(0x28, 0x1000)]
    [InlineData(0x2C, 0)]
    [InlineData(0x2C, 0x7FFFFFFF)]
    [InlineData(0x2C, 0x40)]
    public void A_32_bit_kernel_that_is_not_there_is_an_error(int offset, int value)
    {
        byte[] image = SampleImages.ZImage(SampleImages.Gzip(SampleImages.Code()));
        BitConverter.TryWriteBytes(image.AsSpan(offset), value);
        ScannedFile.Scan(image).Summary.Errors.Should().ContainSingle().Which.Should().Match(e => e.Contains("zImage from") || e.Contains("kernel in it was not found"));
    }

    [SkippableTheory]
    [InlineData("bzip2", "bzip2")]
    [InlineData("lzo", "lzop")]
    [InlineData("lz4", "lz4", "-l")]
    [InlineData("lz4", "lz4")]
    public void Payloads_of_mkimage_may_be_packed(string method, string tool, params string[] options)
    {
        using var files = new CompiledFile();
        files.Write("kernel", ExpansionTests.Filter(ExternalTool.Require(tool, tool), [.. options, "-c"], SampleImages.Pe()));
        files.Run("u-boot-tools", "mkimage", "-A", "arm64", "-T", "kernel", "-C", method, "-a", "0x80000", "-e", "0x80000", "-n", "sample", "-d", "kernel", "legacy");
        files.Run("u-boot-tools", "mkimage", "-f", "auto", "-A", "arm64", "-O", "linux", "-T", "kernel", "-C", method, "-a", "0x80000", "-d", "kernel", "fit");
        ScannedFile.Scan(files.Read("legacy")).Lines.Should().Equal($".text 401000 {Text}");
        ScannedFile.Scan(files.Read("fit")).Lines.Should().Equal($"kernel-1: .text 401000 {Text}");
        ScannedFile.Scan(files.Read("kernel")).Lines.Should().Equal($".text 401000 {Text}");
        ScannedFile.Scan(SampleImages.Zboot(files.Read("kernel"))).Lines.Should().Equal($".text 401000 {Text}", $"zimg: .text 401000 {Text}");
    }

    [Fact]
    public void Legacy_images_of_several_files_are_split()
    {
        byte[] payload = [0, 0, 2, 4, 0, 0, 0, 3, 0, 0, 0, 0, .. SampleImages.Pe(), 1, 2, 3];
        ScannedFile scan = ScannedFile.Scan(SampleImages.LegacyImage(4, 0, payload));
        scan.Lines.Should().Equal($"0: .text 401000 {Text}");
        scan.Summary.Notes.Should().Contain(n => n.StartsWith("1: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Image_trees_are_looked_through_and_say_what_was_not()
    {
        ScannedFile scan = ScannedFile.Scan(SampleImages.Fit());
        scan.Summary.Errors.Should().BeEmpty();
        scan.Lines.Should().Equal($"u-boot: raw 401000 {Text}", $"kernel: .text 401000 {Text}");
        scan.Summary.Notes.Should().Contain("fdt-1: flat_dt, not looked at");
    }

    [Fact]
    public void Drivers_for_Arm_in_option_ROMs_are_read()
    {
        ScannedFile scan = ScannedFile.Scan(SampleImages.OptionRom());
        scan.Summary.Errors.Should().BeEmpty();
        scan.Summary.Format.Should().Be("rom");
        scan.Lines.Should().Equal($"2: .text 401000 {Text}", $"3: .text 401000 {Text}");
        scan.Summary.Notes.Should().Equal("0: code type 0, not looked at", "1: a UEFI driver for machine 0x8664, not looked at");
    }

    [Theory]
    [InlineData(0x10, 0, "image 0 of the option ROM, of 0x0 bytes, does not fit into it")]
    [InlineData(0x10, 0xFF, "image 0 of the option ROM, of 0x1fe00 bytes, does not fit into it")]
    [InlineData(0x15, 0, "image 1 of the option ROM, at 0x400, has no header")]
    [InlineData(-0x10, 2, "image 0 of the option ROM is compressed by method 2*")]
    [InlineData(-0x10, 1, "UEFI data is c*")]
    [InlineData(-0x18, 0, "image 0 of the option ROM is no UEFI driver*")]
    public void Damaged_option_ROMs_are_errors(int offset, byte value, string error)
    {
        byte[] rom = SampleImages.RomImage(3, 0xAA64, 0, SampleImages.Pe(), isLast: true);
        rom[0x1C + offset] = value;
        ScannedFile.Scan(rom).Summary.Errors.Should().ContainSingle().Which.Should().Match(error);
    }

    [SkippableTheory]
    [InlineData("-E")]
    [InlineData("-r")]
    public void What_mkimage_makes_is_read(string option)
    {
        using var files = new CompiledFile();
        files.Write("kernel", SampleImages.Pe());
        files.Run("u-boot-tools", "mkimage", "-A", "arm64", "-T", "kernel", "-C", "none", "-a", "0x80000", "-e", "0x80000", "-n", "sample", "-d", "kernel", "legacy");
        files.Run("u-boot-tools", "mkimage", "-f", "auto", "-A", "arm64", "-O", "linux", "-T", "kernel", "-C", "none", "-a", "0x80000", option, "-d", "kernel", "fit");
        ScannedFile.Scan(files.Read("legacy")).Lines.Should().Equal($".text 401000 {Text}");
        ScannedFile.Scan(files.Read("fit")).Lines.Should().Equal($"kernel-1: .text 401000 {Text}");
    }

    [Fact]
    public void Files_that_never_end_are_refused()
    {
        byte[] file = SampleImages.Pe();
        for (int i = 0; i < 40; i++)
        {
            file = SampleImages.Gzip(file);
        }

        ScannedFile.Scan(file).Summary.Errors.Single().Should().Contain("more than 8 deep");
    }

    [Fact]
    public void The_limit_of_what_is_expanded_can_be_moved()
    {
        using var files = new CompiledFile();
        string file = files.Write("image.gz", SampleImages.Gzip([.. SampleImages.Pe(), .. new byte[2 << 20]]));
        ToolRun.InProcess("", "scan", file, "--expand-limit", "3").ExitCode.Should().Be(0);
        ToolRun refused = ToolRun.InProcess("", "scan", file, "--expand-limit", "2");
        refused.ExitCode.Should().Be(2);
        refused.Error.Should().Contain("image.gz: gzip data expands to more than the limit of 2 MiB");
        ToolRun.InProcess("", "scan", file, "--expand-limit", "2048").IsRefusal.Should().BeTrue();
    }

    [Fact]
    public void Image_trees_of_overlapping_data_are_refused() =>
        ScannedFile.Scan(SampleImages.OverlappingFit(2000, [.. SampleImages.Pe(), .. new byte[1 << 20]])).Summary.Errors.Should().Equal("its parts overlap");

    [Fact]
    public void Device_trees_say_where_devices_are()
    {
        using var tree = ByteSource.FromMemory(SampleImages.DeviceTree());
        DeviceTreeDevices.Read(tree).Should().Equal(new DeviceRange(0x9000000, 0x9000FFF), new DeviceRange(0xA000200, 0xA0002FF));
    }
}
