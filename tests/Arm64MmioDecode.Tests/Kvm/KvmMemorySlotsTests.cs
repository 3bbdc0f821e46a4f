using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using Arm64MmioDecode.Kvm;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

[SupportedOSPlatform("linux")]
public sealed class KvmMemorySlotsTests : IDisposable
{
    private const ulong Ram = 0x4000_0000;
    private const int Size = 0x1000;

    private readonly nint _host = Marshal.AllocHGlobal(Size);
    private readonly KvmMemorySlots _slots = new();

    public KvmMemorySlotsTests()
    {
        for (int i = 0; i < Size; i++)
        {
            Marshal.WriteByte(_host, i, (byte)i);
        }
    }

    public void Dispose() => Marshal.FreeHGlobal(_host);

    [Fact]
    public void A_slot_is_read_and_written_where_the_host_has_it()
    {
        _slots.Set(3, Ram, Size, _host);
        var bytes = new byte[4];

        _slots.TryRead(Ram + 0x10, bytes).Should().BeTrue();
        bytes.Should().Equal(0x10, 0x11, 0x12, 0x13);
        _slots.TryWrite(Ram + 0x21, [1, 2, 3]).Should().BeTrue();
        Marshal.ReadByte(_host, 0x23).Should().Be(3);
    }

    [Theory]
    [InlineData(Ram - 1, 1)]
    [InlineData(Ram + Size, 1)]
    [InlineData(Ram + Size - 4, 8)]
    [InlineData(ulong.MaxValue, 2)]
    public void What_no_slot_holds_whole_is_not_read(ulong address, int length)
    {
        _slots.Set(0, Ram, Size, _host);
        _slots.TryRead(address, new byte[length]).Should().BeFalse();
        _slots.TryWrite(address, new byte[length]).Should().BeFalse();
    }

    [Theory]
    [InlineData(KvmSlotOptions.ReadOnly)]
    [InlineData(KvmSlotOptions.LogDirtyPages)]
    public void What_only_the_vmm_may_write_is_no_memory_for_a_write(KvmSlotOptions options)
    {
        _slots.Set(0, Ram, Size, _host, options);

        (_slots.Contains(Ram, write: false), _slots.Contains(Ram, write: true)).Should().Be((true, false));
        _slots.TryRead(Ram, new byte[1]).Should().BeTrue();
        _slots.TryWrite(Ram, [1]).Should().BeFalse();
        Marshal.ReadByte(_host).Should().Be(0);
    }

    [Fact]
    public void Memory_that_the_host_cannot_see_is_memory_and_not_readable()
    {
        _slots.Set(0, Ram, Size, 0, KvmSlotOptions.GuestMemfd);
        _slots.Contains(Ram, write: true).Should().BeTrue();
        _slots.TryRead(Ram, new byte[4]).Should().BeFalse();
    }

    [Fact]
    public void A_descriptor_is_replaced_if_it_has_not_changed()
    {
        _slots.Set(0, Ram, Size, _host);
        _slots.TryCompareExchange(Ram + 8, 1, 2, out ulong previous).Should().BeTrue();
        previous.Should().Be(0x0f0e0d0c0b0a0908);
        _slots.TryCompareExchange(Ram + 8, previous, 2, out _).Should().BeTrue();
        Marshal.ReadInt64(_host, 8).Should().Be(2);

        _slots.TryCompareExchange(Ram + 4, 0, 0, out _).Should().BeFalse();
        _slots.TryCompareExchange(Ram + Size, 0, 0, out _).Should().BeFalse();
        _slots.Set(0, Ram, Size, _host, KvmSlotOptions.LogDirtyPages);
        _slots.TryCompareExchange(Ram + 8, 2, 3, out _).Should().BeFalse();
        Marshal.ReadInt64(_host, 8).Should().Be(2);
    }

    [Fact]
    public void A_slot_is_replaced_and_removed_by_its_number()
    {
        _slots.Set(1, Ram, Size, _host);
        _slots.Set(1, Ram + 0x10000, Size, _host);
        (_slots.Contains(Ram, false), _slots.Contains(Ram + 0x10000, false)).Should().Be((false, true));

        _slots.Set(1, 0, 0, 0);
        _slots.Contains(Ram + 0x10000, false).Should().BeFalse();
    }

    [Fact]
    public void A_caller_that_is_wrong_hears_so()
    {
        _slots.Invoking(s => s.Set(0, ulong.MaxValue, 2, _host)).Should().Throw<ArgumentOutOfRangeException>();
        _slots.Invoking(s => s.Set(0, Ram, Size, 0)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public async Task Nothing_touches_a_slots_memory_once_it_is_removed()
    {
        using var stop = new CancellationTokenSource();
        nint page = Marshal.AllocHGlobal(Size);
        Task[] readers = new Task[3];
        long wrong = 0;
        for (int i = 0; i < readers.Length; i++)
        {
            readers[i] = Task.Run(() =>
            {
                byte[] word = new byte[8];
                while (!stop.IsCancellationRequested)
                {
                    if (_slots.TryRead(Ram, word) && BitConverter.ToUInt64(word) != 0x5555555555555555)
                    {
                        Interlocked.Increment(ref wrong);
                    }
                }
            });
        }

        for (int i = 0; i < 20_000; i++)
        {
            Marshal.WriteInt64(page, 0x5555555555555555);
            _slots.Set(0, Ram, Size, page);
            _slots.Set(0, Ram, 0, 0);
            Marshal.WriteInt64(page, -1); // a reader that is still under way sees it
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Marshal.FreeHGlobal(page);
        wrong.Should().Be(0);
    }
}
