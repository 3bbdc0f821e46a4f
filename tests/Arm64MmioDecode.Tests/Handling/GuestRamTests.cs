using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>A block of memory, an array or one that is mapped, is all of it and nothing else, whatever address a guest gives.</summary>
public sealed unsafe class GuestRamTests : IDisposable
{
    private const ulong Start = 0x4000_0000;
    private const int Size = 0x2000;

    // What a write beyond the block would hit.
    private const int Guard = 64;

    private readonly byte* _mapped = (byte*)NativeMemory.AlignedAlloc(Size + (2 * Guard), 64);

    public void Dispose() => NativeMemory.AlignedFree(_mapped);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(8, false)]
    [InlineData(3, false)]
    [InlineData(64, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(4, true)]
    [InlineData(8, true)]
    [InlineData(3, true)]
    [InlineData(64, true)]
    public void What_is_written_is_read_at_every_address(int length, bool mapped)
    {
        GuestRam ram = Ram(mapped);
        byte[] data = new byte[length];
        byte[] found = new byte[length];
        byte[] neighbour = new byte[1];
        new Random(1).NextBytes(data);
        for (ulong address = Start; address <= Start + Size - (ulong)length; address++)
        {
            ram.TryWrite(address + (ulong)length, [0x77]);
            ram.TryWrite(address, data).Should().BeTrue();
            ram.TryRead(address, found).Should().BeTrue();
            found.Should().Equal(data);
            if (ram.TryRead(address + (ulong)length, neighbour))
            {
                neighbour[0].Should().Be(0x77);
            }
        }

        new ReadOnlySpan<byte>(_mapped, Guard).IndexOfAnyExcept((byte)0xEE).Should().Be(-1);
        new ReadOnlySpan<byte>(_mapped + Guard + Size, Guard).IndexOfAnyExcept((byte)0xEE).Should().Be(-1);
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
        foreach (bool mapped in new[] { false, true })
        {
            GuestRam ram = Ram(mapped);

            ram.TryRead(address, new byte[length]).Should().BeFalse();
            ram.TryWrite(address, new byte[length]).Should().BeFalse();
            ram.TryCompareExchange(address & ~7ul, 0, 1, out _).Should().Be(ram.Contains(address & ~7ul, write: true));
            ram.TryCompareExchange(Start + 4, 0, 1, out _).Should().BeFalse("it is no multiple of 8");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_exchange_is_lost(bool mapped)
    {
        const int Rounds = 20_000;
        GuestRam ram = Ram(mapped);
        ram.TryWrite(Start + 8, new byte[8]);

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

        byte[] sum = new byte[8];
        ram.TryRead(Start + 8, sum);
        BitConverter.ToUInt64(sum).Should().Be(4 * Rounds);
    }

    [Fact]
    public void A_block_that_is_none_is_refused()
    {
        FluentActions.Invoking(() => new GuestRam(Start + 8, new byte[Size])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new GuestRam(Start, new byte[100])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new GuestRam(Start, [])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new GuestRam(ulong.MaxValue - 0xFFF, new byte[Size])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => GuestRam.OverMapped(Start, 0, Size)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => GuestRam.OverMapped(Start, (nint)_mapped + 1, Size)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => GuestRam.OverMapped(Start, (nint)_mapped, -Size)).Should().Throw<ArgumentException>();
    }

    private GuestRam Ram(bool mapped)
    {
        new Span<byte>(_mapped, Size + (2 * Guard)).Fill(0xEE);
        return mapped ? GuestRam.OverMapped(Start, (nint)(_mapped + Guard), Size) : new GuestRam(Start, new byte[Size]);
    }
}
