using System;
using System.Runtime.Versioning;
using Arm64MmioDecode.Kvm;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>KVM_EXIT_MMIO reads on kernels that lose the sign and on those that do not, with whatever word at PC.</summary>
[SupportedOSPlatform("linux")]
public sealed class SignedLoadTests
{
    private const uint LdrsbW = 0x39c00040; // ldrsb w0, [x2]
    private const uint LdrsbX = 0x39800040; // ldrsb x0, [x2]
    private const uint LdrsbZero = 0x39c0005f; // ldrsb wzr, [x2]

    [Theory]
    [InlineData(0xe592f000)] // ldr pc, [r2]
    [InlineData(0xe582f000)] // str pc, [r2]
    [InlineData(0xedcbdba1)] // vstr d29, [r11, #644]
    [InlineData(0xe1d2f0d0)] // ldrsb pc, [r2]
    public void A_word_that_no_signed_load_can_be_is_completed_as_kvm_does(uint word)
    {
        KvmGuest guest = new KvmGuest(aarch32: true).With(word);

        guest.ExitWithSyndrome(register: 0, size: 1);

        (guest.Cpu.Runs, guest.Cpu.Sets).Should().Be((0, 0));
    }

    [Fact]
    public void No_word_at_pc_makes_completing_a_read_throw()
    {
        var random = new Random(11);
        foreach (ulong mode in (ulong[])[0x3c5, 0x3c0, 0x1d3, 0x1f3, 0x10, 0x30, 0x1d1, 0x1df])
        {
            KvmGuest guest = new(aarch32: (mode & 0x10) != 0 && mode != 0x10);
            guest.Cpu[KvmRegisterId.PState] = mode;
            for (int i = 0; i < 20_000; i++)
            {
                guest.Cpu[KvmRegisterId.Pc] = KvmGuest.Pc;
                guest.With((uint)random.NextInt64());
                guest.ExitWithSyndrome(register: 0, size: 1 << random.Next(4));
            }
        }
    }

    [Theory]
    [InlineData(LdrsbW, 0xffffff80)]
    [InlineData(LdrsbX, 0xffffffffffffff80)]
    public void A_kernel_that_extends_signs_is_recognised_by_the_first_load_that_tells(uint opcode, ulong extended)
    {
        KvmGuest guest = new KvmGuest().With(opcode);
        guest.Cpu.Mmio = new KvmMmioExit(KvmGuest.Device, 1, IsWrite: false, 0);
        guest.Cpu.CompleteAccess = (cpu, _) => cpu[KvmRegisterId.X(0)] = extended;
        guest.Handler.CompleteRead(0x80);
        (guest.Cpu[KvmRegisterId.X(0)], guest.Cpu.Runs, guest.Cpu.Sets).Should().Be((extended, 1, 0));

        guest.Cpu.StartCounting();
        guest.Handler.CompleteRead(0x80);

        (guest.Cpu.Gets, guest.Cpu.Sets, guest.Cpu.Runs).Should().Be((0, 0, 0));
    }

    [Fact]
    public void A_kernel_that_loses_signs_is_corrected_each_time()
    {
        KvmGuest guest = new KvmGuest().With(LdrsbX);
        for (int i = 0; i < 3; i++)
        {
            guest.Cpu[KvmRegisterId.Pc] = KvmGuest.Pc;
            guest.ExitWithSyndrome(register: 0, size: 1);
            guest.Cpu[KvmRegisterId.X(0)].Should().Be(0xffffffffffffff80);
        }

        guest.Cpu.Runs.Should().Be(3);
    }

    [Theory]
    [InlineData(LdrsbX, 0x7f)]
    [InlineData(LdrsbZero, 0x80)]
    public void What_needs_no_sign_is_left_to_kvm(uint opcode, ulong answer)
    {
        KvmGuest guest = new KvmGuest().With(opcode);
        guest.Cpu.Mmio = new KvmMmioExit(KvmGuest.Device, 1, IsWrite: false, 0);

        guest.Handler.CompleteRead(answer);

        (guest.Cpu.Runs, guest.Cpu.Sets).Should().Be((0, 0));
    }
}
