using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Input;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Firmware volumes: everything that the format can wrap an image in.</summary>
public class FirmwareVolumeTests
{
    private static readonly Guid s_first = new("00112233-4455-6677-8899-aabbccddeeff");

    // A PE image of one section, str w8, [x10], #4 at 0x1000.
    private static readonly byte[] s_image = SampleImages.Pe();

    [Fact]
    public void Files_are_named_by_their_user_interface_section_or_their_guid()
    {
        byte[] named = FirmwareBuilder.File(s_first, FirmwareBuilder.DriverFile, FirmwareBuilder.Sections(FirmwareBuilder.Section(FirmwareBuilder.Pe32, s_image), FirmwareBuilder.Named("Driver Ä")));
        byte[] anonymous = FirmwareBuilder.File(s_first, FirmwareBuilder.DriverFile, FirmwareBuilder.Section(FirmwareBuilder.Pe32, s_image));
        Scan(FirmwareBuilder.Volume(hasExtendedHeader: true, named, anonymous)).Should().Equal(
            "Driver Ä .text 0x401000", "00112233-4455-6677-8899-AABBCCDDEEFF .text 0x401000");
    }

    [Fact]
    public void Sections_of_any_kind_are_looked_into()
    {
        byte[] te = FirmwareBuilder.Section(FirmwareBuilder.Te, FirmwareBuilder.ToTerse(s_image));
        byte[] pe = FirmwareBuilder.Section(FirmwareBuilder.Pe32, s_image, isLarge: true);
        byte[] nested = FirmwareBuilder.Volume(false, Driver("inner", pe));
        byte[] volume = FirmwareBuilder.Volume(
            hasExtendedHeader: false,
            Driver("te", te),
            FirmwareBuilder.File(Guid.Empty, FirmwareBuilder.PadFile, new byte[100]),
            FirmwareBuilder.File(Guid.NewGuid(), FirmwareBuilder.RawFile, s_image),
            Driver("uncompressed", FirmwareBuilder.Uncompressed(pe)),
            Driver("guided", FirmwareBuilder.Guided(FirmwareBuilder.CrcSection, [0, 0, 0, 0, .. pe], headerLength: 4, attributes: 2)),
            FirmwareBuilder.File(Guid.NewGuid(), 0x0B, FirmwareBuilder.Section(FirmwareBuilder.VolumeImage, nested)),
            FirmwareBuilder.File(Guid.NewGuid(), FirmwareBuilder.DriverFile, FirmwareBuilder.Sections(pe, FirmwareBuilder.Named("large")), isLarge: true));
        string[] expected = ["te .text 0x401000", "uncompressed .text 0x401000", "guided .text 0x401000", "inner .text 0x401000", "large .text 0x401000"];
        Scan([.. new byte[0x1000], .. volume, .. new byte[64], .. volume]).Should().Equal([.. expected, .. expected]);
    }

    [SkippableFact]
    public void Lzma_sections_are_expanded()
    {
        using var files = new CompiledFile();
        byte[] inner = FirmwareBuilder.Volume(false, Driver("driver", FirmwareBuilder.Section(FirmwareBuilder.Pe32, s_image)));
        files.Write("sections", FirmwareBuilder.Section(FirmwareBuilder.VolumeImage, inner));
        files.Run("xz-utils", "xz", "--format=lzma", "--keep", "sections");
        byte[] file = FirmwareBuilder.File(Guid.NewGuid(), 0x0B, FirmwareBuilder.Guided(FirmwareBuilder.LzmaSection, files.Read("sections.lzma")));
        Scan(FirmwareBuilder.Volume(true, file)).Should().Equal("driver .text 0x401000");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sections_in_uefi_compression_are_expanded(bool isStandard) =>
        Scan(PackedVolume(FirmwareBuilder.Section(FirmwareBuilder.Pe32, s_image), isStandard)).Should().Equal("driver .text 0x401000");

    // UEFIExtract has EDK2's decompressor.
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sections_in_uefi_compression_are_what_UEFIExtract_reads(bool isStandard)
    {
        byte[] code = File.ReadAllBytes(typeof(FirmwareVolumeTests).Assembly.Location)[..200_000];
        byte[] section = FirmwareBuilder.Section(FirmwareBuilder.Pe32, [.. s_image, .. code]);
        using var files = new CompiledFile();
        files.Write("volume", PackedVolume(section, isStandard));
        files.Run("uefitool-cli", "UEFIExtract", "volume", "all");
        Directory.GetFiles(files.Path("volume.dump"), "body.bin", SearchOption.AllDirectories)
            .Should().Contain(f => File.ReadAllBytes(f).SequenceEqual(section.AsSpan(4).ToArray()));
        Scan(files.Read("volume")).Should().Equal("driver .text 0x401000");
    }

    private static byte[] PackedVolume(byte[] section, bool isStandard)
    {
        byte[] inner = FirmwareBuilder.Sections(section, FirmwareBuilder.Named("inner"));
        byte[] packed = TianoEncoder.Encode(inner, isStandard);
        return FirmwareBuilder.Volume(
            true, Driver("driver", isStandard ? FirmwareBuilder.Compressed(packed, inner.Length) : FirmwareBuilder.Guided(FirmwareBuilder.TianoSection, packed)));
    }

    [Fact]
    public void One_damaged_file_does_not_hide_the_others()
    {
        byte[] good = Driver("good", FirmwareBuilder.Section(FirmwareBuilder.Pe32, s_image));
        byte[] unknown = Driver("unknown", FirmwareBuilder.Guided(Guid.NewGuid(), new byte[8]));
        byte[] lzma = Driver("damaged", FirmwareBuilder.Guided(FirmwareBuilder.LzmaSection, [0x5D, 0, 0, 0x80, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]));
        List<string> errors = [];
        Scan(FirmwareBuilder.Volume(false, unknown, lzma, good), errors).Should().Equal("good .text 0x401000");
        errors.Should().ContainSingle().Which.Should().StartWith("firmware file unknown: a section in the unknown format");
    }

    private static byte[] Driver(string name, byte[] section) =>
        FirmwareBuilder.File(Guid.NewGuid(), FirmwareBuilder.DriverFile, FirmwareBuilder.Sections(section, FirmwareBuilder.Named(name)));

    private static List<string> Scan(byte[] bytes, List<string>? errors = null)
    {
        var sink = new ListSink();
        ScanSummary summary = new FileScanner(new ScanOptions()).Scan(ByteSource.FromMemory(bytes), sink);
        if (errors is null)
        {
            summary.Errors.Should().BeEmpty();
        }

        errors?.AddRange(summary.Errors);
        return sink.Findings;
    }

    private sealed class ListSink : IFindingSink
    {
        public List<string> Findings { get; } = [];

        public bool Add(in Finding finding)
        {
            Findings.Add($"{finding.Member} {finding.Section.Name} 0x{finding.Address:x}");
            return true;
        }

        public void Progress(long bytes)
        {
        }
    }
}
