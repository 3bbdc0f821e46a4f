using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

[SupportedOSPlatform("linux")]
public sealed class KvmGuideTests
{
    private const uint StrPostIndex = 0xb8004448; // str w8, [x2], #4
    private const uint Ldrsb = 0x39c00040; // ldrsb w0, [x2]
    private const uint Nop = 0xd503201f;

    private static readonly string s_guide = File.ReadAllText(Repository.File("docs", "kvm.md")).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("// machine\n", "// end of machine\n")]
    [InlineData("// exits\n", "// end of exits\n")]
    [InlineData("// steps\n", "// end of steps\n")]
    public void The_guides_code_is_the_code_that_the_tests_compile(string begin, string end)
    {
        string source = File.ReadAllText(Repository.File("tests", "Arm64MmioDecode.Tests", "Kvm", "KvmGuideExample.cs")).ReplaceLineEndings("\n");
        int from = source.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        string[] lines = source[from..source.IndexOf(end, from, StringComparison.Ordinal)].TrimEnd().Split('\n');
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);

        s_guide.Should().Contain(string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")));
    }

    [Fact]
    public void The_guides_code_serves_an_exit_without_a_syndrome()
    {
        KvmGuest guest = new KvmGuest().With(StrPostIndex);
        var exits = new KvmGuideExample.CpuExits(guest.Cpu, guest.Memory, guest.Devices);

        exits.ServeNisv(new KvmArmNisvExit(0x45, KvmGuest.Device)).Should().BeTrue();

        guest.Devices.Log.Should().Equal("write 9000000 4 = 0");
        guest.Cpu[KvmRegisterId.X(2)].Should().Be(KvmGuest.Device + 4);
    }

    [Fact]
    public void The_guides_code_stops_a_guest_that_exits_at_one_place_for_ever()
    {
        KvmGuest guest = new KvmGuest().With(Nop);
        var exits = new KvmGuideExample.CpuExits(guest.Cpu, guest.Memory, guest.Devices);
        int served = 0;
        while (served < 1000 && exits.ServeNisv(new KvmArmNisvExit(0x45, KvmGuest.Device)))
        {
            served++;
        }

        served.Should().Be(16);
    }

    [Fact]
    public void The_guides_code_serves_an_exit_in_steps()
    {
        KvmGuest guest = new KvmGuest().With(StrPostIndex);
        guest.Cpu[KvmRegisterId.X(8)] = 0x77;
        var handler = new KvmExitHandler(guest.Cpu, guest.Memory);
        ulong written = 0;

        KvmGuideExample.ServeInSteps(handler, new KvmArmNisvExit(0x45, KvmGuest.Device), Send).Should().Be(KvmExitOutcome.Completed);

        written.Should().Be(0x77);

        BusStatus Send(BusTransaction transaction, out ulong answer)
        {
            (written, answer) = (transaction.Low, 0);
            return BusStatus.Success;
        }
    }

    [Fact]
    public void The_guides_code_serves_exits_with_a_syndrome()
    {
        KvmGuest guest = new KvmGuest().With(Ldrsb);
        guest.Cpu.CompleteAccess = (cpu, value) => cpu[KvmRegisterId.X(0)] = value;
        var exits = new KvmGuideExample.CpuExits(guest.Cpu, guest.Memory, guest.Devices);

        exits.ServeMmio(new KvmMmioExit(KvmGuest.Device, 4, IsWrite: true, 0x1234)).Should().BeTrue();
        guest.Cpu.Mmio = new KvmMmioExit(KvmGuest.Device + 0x80, 1, IsWrite: false, 0);
        exits.ServeMmio(guest.Cpu.Mmio).Should().BeTrue();

        guest.Devices.Log.Should().Equal("write 9000000 4 = 1234", "read 9000080 1");
        guest.Cpu[KvmRegisterId.X(0)].Should().Be(0xffffff80);
    }
}
