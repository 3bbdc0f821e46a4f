using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.DeviceTrees;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>
/// Damaged files of every format: a scan ends in bounded time, with errors or without, and never otherwise. Every test runs for
/// MMIODECODE_FUZZ_SECONDS; a failure names the seed.
/// </summary>
public class HostileFileTests
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Formats => new(Samples().Keys);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Cut_off_at_every_byte(string format)
    {
        byte[] sample = Samples()[format];
        for (int length = 0; length < sample.Length; length += sample.Length < 4096 ? 1 : sample.Length / 2048)
        {
            Scan(sample[..length], $"{length} bytes of {format}");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_field_with_values_at_the_edges(string format)
    {
        byte[] sample = Samples()[format];
        int end = Math.Min(sample.Length, 640);
        foreach (int width in (int[])[1, 2, 4, 8])
        {
            for (int offset = 0; offset + width <= end; offset++)
            {
                foreach (long value in (long[])[0, 1, -1, sample.Length, sample.Length + 1, long.MaxValue, int.MinValue, 0xFFFFFF])
                {
                    byte[] changed = [.. sample];
                    for (int i = 0; i < width; i++)
                    {
                        changed[offset + i] = (byte)(value >> (8 * i));
                    }

                    Scan(changed, $"{format} with {width} bytes at {offset} set to {value}");
                }

                // The time goes into the wide ones.
                offset += width == 1 ? 0 : (width / 2) - 1;
            }
        }
    }

    [Fact]
    public void Random_damage()
    {
        int seconds = int.Parse(Environment.GetEnvironmentVariable("MMIODECODE_FUZZ_SECONDS") ?? "2", CultureInfo.InvariantCulture);
        int start = seconds > 2 ? Environment.TickCount : 1;
        Dictionary<string, byte[]> samples = Samples();
        string[] formats = [.. samples.Keys];
        var time = Stopwatch.StartNew();
        int runs = 0;
        for (; time.Elapsed.TotalSeconds < seconds; runs++)
        {
            int seed = start + runs;
            var random = new Random(seed);
            string format = formats[random.Next(formats.Length)];
            Scan(Damage(samples[format], samples[formats[random.Next(formats.Length)]], random), $"{format}, seed {seed}");
        }

        runs.Should().BePositive();
    }

    [Fact]
    public void Many_bombs_in_one_file_end_together()
    {
        byte[] bomb = SampleImages.Gzip(new byte[60 << 20]);
        byte[] archive = [.. "!<arch>\n"u8, .. Enumerable.Repeat(Archive(bomb)[8..], 1000).SelectMany(m => m.Length % 2 == 0 ? m : [.. m, (byte)'\n'])];
        var time = Stopwatch.StartNew();
        ScannedFile scan = ScannedFile.Scan(archive);
        time.Elapsed.Should().BeLessThan(s_longest);
        scan.Summary.Errors.Should().Contain(e => e.Contains("more than 4 GiB in all"));
    }

    // Every other word is a literal: a region for each would need more memory than the code.
    [Theory]
    [InlineData(0x1C2)]
    [InlineData(0x1C0)]
    public void Code_of_nothing_but_literal_pools_needs_little_memory(int machine)
    {
        byte[] code = [.. Enumerable.Repeat((byte[])[0x00, 0x48, 0x00, 0x00, 0x00, 0x00], 4_000_000).SelectMany(w => w)];
        byte[] image = SampleImages.Pe((ushort)machine, 0x1001, code);
        using var bytes = ByteSource.FromMemory(image);
        CodeImage read = FileFormats.Recognise(bytes)!.Read(bytes, new ReadOptions()).OfType<CodeImage>().Single();
        read.Sections.Single().Regions.Count.Should().BeInRange(1, 300_000);
    }

    [Fact]
    public void A_device_tree_of_nothing_but_nodes_is_refused()
    {
        byte[] tree = [.. SampleImages.DeviceTree()[..40], .. Enumerable.Repeat((byte[])[0, 0, 0, 1, 0, 0, 0, 0], 100_000).SelectMany(b => b)];
        tree[36] = 0;
        tree[37] = 0x0C;
        using var bytes = ByteSource.FromMemory(tree);
        Action read = () => DeviceTreeDevices.Read(bytes);
        read.Should().Throw<InvalidImageException>().WithMessage("the device tree is corrupt*");
    }

    private static byte[] Damage(byte[] sample, byte[] other, Random random)
    {
        List<byte> bytes = [.. sample];
        for (int changes = random.Next(1, 9); changes > 0; changes--)
        {
            int offset = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 65), bytes.Count - offset);
            switch (random.Next(6))
            {
                case 0:
                    bytes[offset] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[offset] = (byte)random.Next(256);
                    break;
                case 2 when bytes.Count > length + 1:
                    bytes.RemoveRange(offset, length);
                    break;
                case 3:
                    bytes.InsertRange(offset, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                case 4:
                    bytes.InsertRange(offset, other.AsSpan(0, Math.Min(other.Length, 4096)));
                    break;
                default:
                    for (int i = 0; i < length; i++)
                    {
                        bytes[offset + i] = 0xFF;
                    }

                    break;
            }
        }

        return [.. bytes];
    }

    // All that a scan may do with a file is to come to an end; a person reads the errors.
    private static void Scan(byte[] file, string what)
    {
        var time = Stopwatch.StartNew();
        try
        {
            var options = new ScanOptions { Read = new ReadOptions() };
            using var bytes = ByteSource.FromMemory(file);
            ScanSummary summary = new FileScanner(options).Scan(bytes, new CuriousSink());
            bool isTold = summary.Errors.All(e => e.Length > 0 && !e.Contains('\n')) && (summary.Images > 0 || summary.Errors.Count > 0);
            isTold.Should().BeTrue(what);
            options.Read.Expansion.Remaining.Should().Be(options.Read.Expansion.Limit, what);
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException(what, exception);
        }

        time.Elapsed.Should().BeLessThan(s_longest, what);
    }

    private static Dictionary<string, byte[]> Samples() => new()
    {
        ["pe"] = SampleImages.Pe(),
        ["uefi32"] = SampleImages.Pe(0x1C2, 0x1001, [0x00, 0xB5, 0xFF, 0xF7, 0xFE, 0xEF, 0x02, 0x28, 0xDF, 0xE8, 0x00, 0xF0, 1, 2, 0x00, 0xBD, 0x01, 0x49, 0x42, 0xF8, 4, 0x1B, 0x70, 0x47]),
        ["hybrid"] = SampleImages.Hybrid(0x8664),
        ["te"] = FirmwareBuilder.ToTerse(SampleImages.Pe()),
        ["coff"] = SampleImages.CoffObject(),
        ["image"] = SampleImages.KernelImage(),
        ["fv"] = SampleImages.FirmwareVolume(s_lzma),
        ["zboot"] = SampleImages.Zboot(SampleImages.Gzip(SampleImages.KernelImage())),
        ["gzip"] = SampleImages.Gzip(SampleImages.Pe()),
        ["zimage"] = SampleImages.ZImage(SampleImages.Gzip(SampleImages.KernelImage())),
        ["bzip2"] = Convert.FromHexString("425A6839314159265359090F257900000EC408400002400040200020A500CD34C4D4E4E4F177245385090090F25790"),
        ["lz4"] = Lz4(isLegacy: false),
        ["lz4-legacy"] = Lz4(isLegacy: true),
        ["lzo"] = Convert.FromHexString("894C5A4F000D0A1A0A104020A0094003090300000D000000006B0C01910000000000275A027F000000280000000CFF320CB315484500B820030C0011000000000000"),
        ["rom"] = SampleImages.OptionRom(),
        ["uefi"] = Compressed(isStandard: true),
        ["tiano"] = Compressed(isStandard: false),
        ["uimage"] = SampleImages.LegacyImage(2, 1, SampleImages.Gzip(SampleImages.Code())),
        ["uimage-multi"] = SampleImages.LegacyImage(4, 0, [0, 0, 2, 4, 0, 0, 0, 3, 0, 0, 0, 0, .. SampleImages.Pe(), 1, 2, 3]),
        ["fit"] = SampleImages.Fit(),
        ["elf"] = File.ReadAllBytes(Repository.File("docs", "samples", "driver.o")),
        ["ar"] = Archive(SampleImages.Pe()),
    };

    private static byte[] Compressed(bool isStandard)
    {
        byte[] section = FirmwareBuilder.Section(FirmwareBuilder.Pe32, SampleImages.Pe());
        byte[] packed = TianoEncoder.Encode(section, isStandard);
        byte[] compressed = isStandard ? FirmwareBuilder.Compressed(packed, section.Length) : FirmwareBuilder.Guided(FirmwareBuilder.TianoSection, packed);
        return FirmwareBuilder.Volume(false, FirmwareBuilder.File(Guid.Empty, FirmwareBuilder.DriverFile, compressed));
    }

    // Literals, and matches of both kinds of length.
    private static byte[] Lz4(bool isLegacy)
    {
        byte[] code = SampleImages.Code();
        byte[] block = [0x4F, .. code, 4, 0, 40, 0x11, 1, 4, 0, 0x50, .. code, 0];
        return isLegacy ? [0x02, 0x21, 0x4C, 0x18, (byte)block.Length, 0, 0, 0, .. block]
            : [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82, (byte)block.Length, 0, 0, 0, .. block, 0, 0, 0, 0];
    }

    // An empty .lzma stream of unknown length with its end marker, as xz writes it.
    private static readonly byte[] s_lzma = [0x5D, 0, 0, 0x80, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0x83, 0xFF, 0xFB, 0xFF, 0xFF, 0xC0, 0, 0, 0];

    // Asks everything that can be asked about a finding.
    private sealed class CuriousSink : IFindingSink
    {
        private readonly FindingRanker _ranker = new(new RankingOptions { Devices = [new DeviceRange(0, ulong.MaxValue)] });

        public bool Add(in Finding finding)
        {
            finding.TryGetSymbol(out _);
            finding.TryGetSource(out _);
            return _ranker.Rank(in finding).Score <= int.MaxValue && finding.Decode().ToString().Length > 0;
        }

        public void Progress(long bytes)
        {
        }
    }

    private static byte[] Archive(byte[] member)
    {
        string header = $"{"image.efi/",-16}{"0",-12}{"0",-6}{"0",-6}{"644",-8}{member.Length,-10}`\n";
        return [.. "!<arch>\n"u8, .. System.Text.Encoding.ASCII.GetBytes(header), .. member];
    }
}
