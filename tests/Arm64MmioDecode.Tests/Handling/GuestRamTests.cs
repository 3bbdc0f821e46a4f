using System;
using System.Threading.Tasks;
using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>A block of memory is all of it and nothing else, whatever address a guest gives.</summary>
public sealed class GuestRamTests
{
    private const ulong Start = 0x4000_0000;
    private const int Size = 0x2000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(3)]
    [InlineData(64)]
    public void What_is_written_is_read_at_every_address(int length)
    {
        var bytes = new byte[Size];
        var ram = new GuestRam(Start, bytes);
        byte[] data = new byte[length];
        byte[] found = new byte[length];
        new Random(1).NextBytes(data);
        for (ulong address = Start; address <= Start + Size - (ulong)length; address++)
        {
            ram.TryWrite(address, data).Should().BeTrue();
            ram.TryRead(address, found).Should().BeTrue();
            found.Should().Equal(data);
            bytes.AsSpan((int)(address - Start), length).ToArray().Should().Equal(data);
        }
    }

    [Theory]
    [InlineData(Start - 1, 1)]
    [InlineData(Start - 1, 2)]
    [InlineData(Start + Size, 1)]
    [InlineData(Start + Size - 1, 2)]
    [InlineData(Start + Size - 4, 8)]
    [InlineData(0ul, 8)]
    [InlineData(ulong.MaxValue, 8)]
    public void Outside_there_is_nothing(ulong address, int length)
    {
        var ram = new GuestRam(Start, new byte[Size]);

        ram.TryRead(address, new byte[length]).Should().BeFalse();
        ram.TryWrite(address, new byte[length]).Should().BeFalse();
        ram.TryCompareExchange(address & ~7ul, 0, 1, out _).Should().Be(ram.Contains(address & ~7ul, write: true));
        ram.TryCompareExchange(Start + 4, 0, 1, out _).Should().BeFalse("it is no multiple of 8");
    }

    [Fact]
    public void No_exchange_is_lost()
    {
        const int Rounds = 20_000;
        var bytes = new byte[Size];
        var ram = new GuestRam(Start, bytes);

        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                ulong expected = 0;
                while (ram.TryCompareExchange(Start + 8, expected, expected + 1, out ulong previous) && previous != expected)
                {
                    expected = previous;
                }
            }
        });

        BitConverter.ToUInt64(bytes, 8).Should().Be(4 * Rounds);
    }

    [Fact]
    public void A_block_that_is_none_is_refused()
    {
        FluentActions.Invoking(() => new GuestRam(Start + 8, new byte[Size])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new GuestRam(Start, new byte[100])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new GuestRam(Start, Memory<byte>.Empty)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new GuestRam(ulong.MaxValue - 0xFFF, new byte[Size])).Should().Throw<ArgumentException>();
    }
}
