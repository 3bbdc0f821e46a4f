using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>What compressors of others made must expand to what they were given; what was damaged must not.</summary>
public class ExpansionTests
{
    private const int MiB = 1 << 20;

    private static readonly ExpansionBudget s_budget = new(ExpansionBudget.DefaultLimit);

    [SkippableTheory]
    [InlineData("--check=crc64")]
    [InlineData("--check=crc32", "-9")]
    [InlineData("--check=sha256", "-0")]
    [InlineData("--check=none")]
    [InlineData("--block-size=65536")]
    [InlineData("--lzma2=preset=6,lc=0,lp=4,pb=4")]
    [InlineData("--lzma2=preset=6,lc=3,lp=1,pb=0")]
    [InlineData("--lzma2=preset=6,dict=4KiB,mode=fast")]
    [InlineData("--arm64", "--lzma2=dict=1MiB")]
    [InlineData("--arm", "--lzma2")]
    [InlineData("--armthumb", "--lzma2")]
    [InlineData("--arm64=start=4096", "--lzma2")]
    [InlineData("--x86", "--lzma2")]
    [InlineData("--x86=start=4096", "--arm64", "--lzma2")]
    public void Xz_is_expanded(params string[] options) => ExpandsWhatXzMade(CompressionMethod.Xz, options);

    [SkippableTheory]
    [InlineData("--lzma1=preset=6")]
    [InlineData("--lzma1=preset=9,lc=4,lp=0,pb=2")]
    [InlineData("--lzma1=preset=0,lc=0,lp=2,pb=0")]
    public void Lzma_is_expanded(params string[] options) => ExpandsWhatXzMade(CompressionMethod.Lzma, ["--format=lzma", .. options]);

    [SkippableTheory]
    [InlineData("-1")]
    [InlineData("-19")]
    [InlineData("--ultra", "-22", "--long=27")]
    [InlineData("--no-check")]
    public void Zstd_is_expanded(params string[] options)
    {
        byte[] original = Code();
        byte[] packed = Filter(ExternalTool.Require("zstd", "zstd"), ["-q", "-c", .. options], original);
        Expand(CompressionMethod.Zstd, packed).Should().Equal(original);
        Expand(CompressionMethod.Zstd, [.. packed, .. packed, 1, 2, 3]).Should().Equal([.. original, .. original]);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Gzip_is_expanded(CompressionLevel level)
    {
        byte[] original = Sample(3 * MiB);
        byte[] packed = Gzip(original, level);
        Expand(CompressionMethod.Gzip, packed).Should().Equal(original);
        Expand(CompressionMethod.Gzip, [.. packed, .. packed, 0, 0, 0, 0]).Should().Equal([.. original, .. original]);
    }

    [SkippableFact]
    public void Gzip_with_every_field_of_its_header_is_expanded()
    {
        byte[] body = Filter(ExternalTool.Require("gzip", "gzip"), ["-n"], Sample(1000));
        byte[] header = [0x1F, 0x8B, 8, 0x1E, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, .. "name\0comment\0"u8, 9, 9];
        Expand(CompressionMethod.Gzip, [.. header, .. body[10..]]).Should().Equal(Sample(1000));
    }

    [SkippableTheory]
    [InlineData("bzip2", "-1", "-c")]
    [InlineData("bzip2", "-9", "-c")]
    [InlineData("lzop", "-1", "-c")]
    [InlineData("lzop", "-3", "-c", "-F")]
    [InlineData("lzop", "-9", "-c", "--crc32")]
    [InlineData("lz4", "-l", "-9", "-c")]
    [InlineData("lz4", "-1", "-c")]
    [InlineData("lz4", "-9", "-c", "-BD", "--content-size")]
    [InlineData("lz4", "-B4", "-BX", "-c", "--no-frame-crc")]
    public void Bzip2_lzo_and_lz4_are_expanded(string tool, params string[] options)
    {
        byte[] original = [.. Code(), .. new byte[9 * MiB], .. Sample(MiB)];
        byte[] packed = Filter(ExternalTool.Require(tool, tool), options, original);
        Expander.TryRecognise(packed, out CompressionMethod method).Should().BeTrue();
        Expander.NameOf(method).Should().Be(tool == "lzop" ? "lzo" : tool);
        Expand(method, packed).Should().Equal(original);
        Expand(method, [.. packed, .. packed, 1, 2, 3, 4, 5]).Should().Equal([.. original, .. original]);
        byte[] random = new byte[100_000];
        new Random(1).NextBytes(random);
        foreach (byte[] small in (byte[][])[random, [1], [.. "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"u8], new byte[3000]])
        {
            Expand(method, Filter(ExternalTool.Require(tool, tool), options, small)).Should().Equal(small);
        }
    }

    // Dense with what may be CALL and JMP of x86, and with operands that are doubtful.
    [SkippableFact]
    public void The_branches_of_x86_code_are_relative_again()
    {
        byte[] values = [0xE8, 0xE9, 0x00, 0xFF, 0x01, 0xFE, 0x7F, 0x80];
        var random = new Random(5);
        byte[] original = new byte[300_000];
        for (int i = 0; i < original.Length; i++)
        {
            original[i] = random.Next(4) == 0 ? (byte)random.Next(256) : values[random.Next(values.Length)];
        }

        string xz = ExternalTool.Require("xz", "xz-utils");
        Expand(CompressionMethod.Xz, Filter(xz, ["-c", "--x86", "--lzma2"], original)).Should().Equal(original);
        Expand(CompressionMethod.Xz, Filter(xz, ["-c", "--x86=start=983040", "--lzma2"], original)).Should().Equal(original);

        // EDK2's LzmaF86: the same filter before .lzma, whose header says nothing of it.
        byte[] packed = Filter(xz, ["-c", "--format=raw", "--x86", "--lzma1=dict=1MiB"], original);
        byte[] header = [0x5D, 0, 0, 0x10, 0, .. BitConverter.GetBytes(-1L)];
        Expand(CompressionMethod.LzmaF86, [.. header, .. packed]).Should().Equal(original);
    }

    // What a decoder needs besides its output: 64 MiB with the 56 of the output.
    [SkippableFact]
    public void The_room_that_bzip2_needs_is_bounded()
    {
        byte[] packed = Filter(ExternalTool.Require("bzip2", "bzip2"), ["-9", "-c"], Sample(2 * MiB));
        Expand(CompressionMethod.Bzip2, packed).Should().HaveCount(2 * MiB);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using ExpandedSource expanded = Expander.Expand(CompressionMethod.Bzip2, packed, s_budget);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(15 * MiB / 2);
    }

    [Theory]
    [InlineData("", 0x02CC5D05u)]
    [InlineData("a", 0x550D7456u)]
    [InlineData("abc", 0x32D153FFu)]
    [InlineData("Nobody inspects the spammish repetition", 0xE2293B2Fu)]
    public void XxHash_has_the_published_values(string text, uint expected) =>
        XxHash32.Compute(System.Text.Encoding.ASCII.GetBytes(text)).Should().Be(expected);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Uefi_compression_is_expanded(bool isStandard)
    {
        CompressionMethod method = isStandard ? CompressionMethod.Uefi : CompressionMethod.Tiano;
        byte[] random = new byte[30_000];
        new Random(1).NextBytes(random);
        foreach (byte[] original in (byte[][])[Sample(MiB), random, new byte[70_000], [1], [1, 2, 1, 2, 1, 2, 1, 2, 1, 2], [.. Sample(20_000), .. random, .. Sample(20_000)]])
        {
            byte[] packed = TianoEncoder.Encode(original, isStandard);
            Expand(method, packed).Should().Equal(original);
            Expand(method, [.. packed, 1, 2, 3]).Should().Equal(original);
        }
    }

    // What an LZH archiver made, "lh5" and "lh7": these are the same two codes.
    [Fact]
    public void Uefi_compression_is_that_of_an_independent_encoder()
    {
        byte[] original = LzhSamples.Original();
        Expand(CompressionMethod.Uefi, [.. Header(LzhSamples.Lh5, original), .. LzhSamples.Lh5]).Should().Equal(original);
        Expand(CompressionMethod.Tiano, [.. Header(LzhSamples.Lh7, original), .. LzhSamples.Lh7]).Should().Equal(original);

        static byte[] Header(byte[] packed, byte[] original) => [.. BitConverter.GetBytes(packed.Length), .. BitConverter.GetBytes(original.Length)];
    }

    [Fact]
    public void Damaged_uefi_compression_is_an_error_and_never_more()
    {
        byte[] packed = TianoEncoder.Encode(Sample(700), isStandard: true);
        for (int length = 0; length < packed.Length - 1; length++)
        {
            byte[] cut = packed[..length];
            Action expand = () => Expand(CompressionMethod.Uefi, cut);
            expand.Should().Throw<InvalidImageException>();
            if (length > 8)
            {
                BitConverter.TryWriteBytes(cut, length - 8);
                expand.Should().Throw<InvalidImageException>($"only {length} of {packed.Length} bytes are there");
            }
        }

        for (int bit = 0; bit < packed.Length * 8; bit++)
        {
            byte[] changed = [.. packed];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            foreach (CompressionMethod method in (CompressionMethod[])[CompressionMethod.Uefi, CompressionMethod.Tiano])
            {
                try
                {
                    Expand(method, changed);
                }
                catch (InvalidImageException)
                {
                }
            }
        }

        s_budget.Remaining.Should().Be(s_budget.Limit);
    }

    [SkippableTheory]
    [InlineData("bzip2", "-c")]
    [InlineData("lzop", "-c")]
    [InlineData("lz4", "-c", "-l")]
    [InlineData("lz4", "-c", "--no-frame-crc")]
    [InlineData("lz4", "-c", "-BX")]
    [InlineData("xz", "-k", "-c", "--check=crc32")]
    [InlineData("xz", "-k", "-c", "--format=lzma")]
    [InlineData("zstd", "-q", "-c", "-3")]
    [InlineData("gzip", "-n", "-c", "-6")]
    public void What_is_cut_off_or_changed_is_an_error_and_never_more(string tool, params string[] options)
    {
        byte[] original = Sample(700);
        byte[] packed = Filter(ExternalTool.Require(tool, tool == "xz" ? "xz-utils" : tool), options, original);
        if (!Expander.TryRecognise(packed, out CompressionMethod method))
        {
            method = CompressionMethod.Lzma;
        }

        for (int length = 0; length < packed.Length; length++)
        {
            Action expand = () => Expand(method, packed[..length]);
            expand.Should().Throw<InvalidImageException>($"only {length} of {packed.Length} bytes are there");
        }

        for (int bit = 0; bit < packed.Length * 8; bit += 3)
        {
            byte[] changed = [.. packed];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                // .lzma and LZ4's legacy format have no checksum, and some bits of every format mean nothing.
                bool hasChecksum = method is not (CompressionMethod.Lzma or CompressionMethod.Lz4) || options is ["-c"] or ["-c", "-BX"];
                byte[] expanded = Expand(method, changed);
                (!hasChecksum || expanded.SequenceEqual(original)).Should().BeTrue($"bit {bit} was changed");
            }
            catch (InvalidImageException)
            {
            }
        }

        s_budget.Remaining.Should().Be(s_budget.Limit);
    }

    [SkippableTheory]
    [InlineData("xz", "-c", "--check=crc32")]
    [InlineData("xz", "-c", "--format=lzma")]
    [InlineData("zstd", "-q", "-c", "-19")]
    [InlineData("gzip", "-n", "-c", "-9")]
    [InlineData("bzip2", "-c")]
    [InlineData("lzop", "-c")]
    [InlineData("lz4", "-c", "-l")]
    [InlineData("lz4", "-c")]
    public void A_bomb_ends_at_the_limit(string tool, params string[] options)
    {
        byte[] bomb = Filter(ExternalTool.Require(tool, tool == "xz" ? "xz-utils" : tool), options, new byte[80 * MiB]);
        if (!Expander.TryRecognise(bomb, out CompressionMethod method))
        {
            method = CompressionMethod.Lzma;
        }

        Action expand = () => Expand(method, bomb);
        expand.Should().Throw<InvalidImageException>().WithMessage("*more than the limit of 56 MiB*");
        s_budget.Remaining.Should().Be(s_budget.Limit);
    }

    private static void ExpandsWhatXzMade(CompressionMethod method, string[] options)
    {
        byte[] original = Code();
        byte[] packed = Filter(ExternalTool.Require("xz", "xz-utils"), ["-c", .. options], original);
        Expand(method, packed).Should().Equal(original);
    }

    // Real code, since the filters change branches.
    private static byte[] Code()
    {
        const string library = "/usr/aarch64-linux-gnu/lib/libc.so.6";
        return File.Exists(library) ? File.ReadAllBytes(library)[..MiB] : Sample(MiB);
    }

    private static byte[] Sample(int length)
    {
        byte[] assembly = File.ReadAllBytes(typeof(object).Assembly.Location);
        return assembly[..length];
    }

    private static byte[] Gzip(byte[] original, CompressionLevel level)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level))
        {
            gzip.Write(original);
        }

        return packed.ToArray();
    }

    private static byte[] Expand(CompressionMethod method, byte[] packed)
    {
        s_budget.BeginFile();
        using ExpandedSource expanded = Expander.Expand(method, packed, s_budget);
        return expanded.GetSpan(0, expanded.Length).ToArray();
    }

    internal static byte[] Filter(string path, string[] arguments, byte[] input)
    {
        ChildProcess.Result<byte[]> result = ChildProcess.Run(
            path,
            arguments,
            stream => stream.Write(input),
            stream =>
            {
                var output = new MemoryStream();
                stream.CopyTo(output);
                return output.ToArray();
            });
        result.ExitCode.Should().Be(0, result.Error);
        return result.Output;
    }
}
