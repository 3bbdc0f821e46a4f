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
                // .lzma has no checksum, and some bits of every format mean nothing.
                byte[] expanded = Expand(method, changed);
                (method == CompressionMethod.Lzma || expanded.SequenceEqual(original)).Should().BeTrue($"bit {bit} was changed");
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
        using ExpandedSource expanded = Expander.Expand(method, packed, s_budget);
        return expanded.GetSpan(0, expanded.Length).ToArray();
    }

    private static byte[] Filter(string path, string[] arguments, byte[] input)
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
