using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Exceptions;

public sealed class AArch32ExceptionEntryTests
{
    private const uint Vbar = 0xC0008000;

    [Fact]
    public void A_device_error_is_a_Data_Abort_to_Abort_mode()
    {
        // Supervisor mode, A32, flags N and C, IRQs enabled, FIQs masked, DIT set.
        var context = new AArch32ExceptionContext(0xA1000053, 0xC0101000, Vbar, sctlr: 0, longDescriptors: false);
        var entry = AArch32ExceptionEntry.DataAbort(context, DataFault.ExternalAbort(0xF9000118, write: true));

        entry.Mode.Should().Be(0x17);
        entry.IsPrefetchAbort.Should().BeFalse();
        entry.FaultStatus.Should().Be(0x808, "FS 0b01000 and WnR");
        entry.FaultAddress.Should().Be(0xF9000118);
        entry.LR.Should().Be(0xC0101008);
        entry.LRView.Should().Be(20);
        entry.Spsr.Should().Be(0xA0200053, "AArch32's SPSR has DIT in bit 21");
        entry.Cpsr.Should().Be(0xA10001D7, "A and I are set, F stays, and the CPSR for the hypervisor keeps DIT in bit 24");
        entry.Pc.Should().Be(Vbar + 0x10);
    }

    [Fact]
    public void The_long_format_has_the_codes_of_AArch64_and_says_so()
    {
        var context = new AArch32ExceptionContext(0x10, 0x8000, Vbar, 0, longDescriptors: true);
        AArch32ExceptionEntry.DataAbort(context, DataFault.Alignment(0x1001, write: false)).FaultStatus.Should().Be(0x221);
        AArch32ExceptionEntry.DataAbort(context, DataFault.UnsupportedExclusiveOrAtomic(0x1000, write: true))
            .FaultStatus.Should().Be(0xA35);
        var maintenance = new DataFault(FaultStatusCode.Translation(3), 0x1000, write: false) { CacheMaintenance = true };
        AArch32ExceptionEntry.DataAbort(context, maintenance).FaultStatus.Should().Be(0x2A07);
    }

    [Fact]
    public void The_short_format_has_codes_of_its_own_and_the_domain()
    {
        var context = new AArch32ExceptionContext(0x10, 0x8000, Vbar, 0, longDescriptors: false);
        AArch32ExceptionEntry.DataAbort(context, DataFault.Alignment(0x1001, write: false)).FaultStatus.Should().Be(0x001);
        AArch32ExceptionEntry.DataAbort(context, DataFault.UnsupportedExclusiveOrAtomic(0x1000, write: true))
            .FaultStatus.Should().Be(0xC05, "FS[4] is bit 10");
        var page = new DataFault(FaultStatusCode.Translation(2), 0x1000, write: false) { Domain = 7 };
        AArch32ExceptionEntry.DataAbort(context, page).FaultStatus.Should().Be(0x077);
    }

    [Theory]
    [InlineData(false, 0, 0x05)]
    [InlineData(false, 1, 0x05)]
    [InlineData(false, 3, 0x07)]
    [InlineData(true, 0, 0x205)]
    [InlineData(true, -1, 0x205)]
    [InlineData(true, 3, 0x207)]
    public void A_level_that_the_format_lacks_becomes_the_nearest(bool isLong, int level, uint dfsr)
    {
        var context = new AArch32ExceptionContext(0x10, 0x8000, Vbar, 0, isLong);
        var fault = new DataFault(FaultStatusCode.Translation(level), 0x1000, write: false);
        AArch32ExceptionEntry.DataAbort(context, fault).FaultStatus.Should().Be(dfsr);
    }

    [Fact]
    public void An_unknown_address_is_said_to_be_unknown()
    {
        var context = new AArch32ExceptionContext(0x10, 0x8000, Vbar, 0, longDescriptors: true);
        var fault = new DataFault(FaultStatusCode.SynchronousExternalAbort, 0, write: false) { AddressNotValid = true };
        var entry = AArch32ExceptionEntry.DataAbort(context, fault);
        entry.FaultStatus.Should().Be(0x10210);
        entry.FaultAddress.Should().BeNull();
    }

    [Theory]
    [InlineData(0x10, 0x8004)]
    [InlineData(0x30, 0x8002)]
    public void An_undefined_instruction_goes_to_Undefined_mode_and_touches_no_fault_register(ulong cpsr, uint lr)
    {
        var context = new AArch32ExceptionContext(cpsr, 0x8000, Vbar, 0, longDescriptors: true);
        var entry = AArch32ExceptionEntry.Undefined(context);
        entry.Mode.Should().Be(0x1B);
        entry.LR.Should().Be(lr);
        entry.LRView.Should().Be(22);
        entry.FaultStatus.Should().BeNull();
        entry.FaultAddress.Should().BeNull();
        entry.Pc.Should().Be(Vbar + 4);
        entry.Cpsr.Should().Be(0x9B, "only I is masked");
    }

    [Fact]
    public void A_failed_fetch_is_a_Prefetch_Abort()
    {
        var context = new AArch32ExceptionContext(0x30, 0x8FFE, Vbar, 0, longDescriptors: false);
        var entry = AArch32ExceptionEntry.PrefetchAbort(context, FaultStatusCode.Permission(2), 0x9000);
        entry.IsPrefetchAbort.Should().BeTrue();
        entry.FaultStatus.Should().Be(0x00F);
        entry.FaultAddress.Should().Be(0x9000, "the second halfword lies in the next page");
        entry.LR.Should().Be(0x9002);
        entry.Pc.Should().Be(Vbar + 0xC);
    }

    [Fact]
    public void SCTLR_decides_vectors_instruction_set_and_endianness()
    {
        const uint V = 1 << 13;
        const uint Span = 1 << 23;
        const uint EE = 1 << 25;
        const uint TE = 1 << 30;
        const uint Dssbs = 1u << 31;
        static AArch32ExceptionEntry Enter(uint sctlr) => AArch32ExceptionEntry.Undefined(
            new AArch32ExceptionContext(0x08F0FC10, 0, Vbar, sctlr, false) { Features = PstateFeatures.Pan | PstateFeatures.Ssbs });

        Enter(V).Pc.Should().Be(0xFFFF0004);
        (Enter(TE).Cpsr & 0x20).Should().Be(0x20);
        (Enter(EE).Cpsr & 0x200).Should().Be(0x200);
        (Enter(Span).Cpsr >> 22 & 1).Should().Be(1, "PAN was set");
        (Enter(Span | Dssbs).Cpsr >> 23 & 1).Should().Be(1);
        (Enter(Span).Cpsr >> 23 & 1).Should().Be(0, "SSBS is DSSBS");
        Enter(Span).Cpsr.Should().Be(0x0840009B, "IT, SS and IL are gone");
    }

    [Theory]
    [InlineData(0x5)] // AArch64
    [InlineData(0x1A)] // Hyp
    [InlineData(0x16)] // Monitor
    [InlineData(0x15)] // reserved
    public void A_state_that_cannot_take_the_exception_is_the_callers_mistake(ulong cpsr)
    {
        var create = () => new AArch32ExceptionContext(cpsr, 0, 0, 0, false);
        create.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_fault_that_AArch32_does_not_have_is_the_callers_mistake()
    {
        var context = new AArch32ExceptionContext(0x10, 0, 0, 0, longDescriptors: true);
        var inject = () => AArch32ExceptionEntry.DataAbort(context, new DataFault(FaultStatusCode.TagCheck, 0, false));
        inject.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void What_an_emulated_instruction_ended_with_becomes_its_exception()
    {
        var context = new AArch32ExceptionContext(0x10, 0x8000, Vbar, 0, longDescriptors: true);
        AArch32ExceptionEntry.For(context, EmulationFault.DataAbort(FaultStatusCode.Alignment, 0x1001, isWrite: true))
            .FaultStatus.Should().Be(0xA21);
        AArch32ExceptionEntry.For(context, EmulationFault.Exception(FaultReason.UndefinedInstruction)).Mode.Should().Be(0x1B);
        var impossible = () => AArch32ExceptionEntry.For(context, EmulationFault.Exception(FaultReason.MemoryCopyOrSet));
        impossible.Should().Throw<ArgumentException>();
    }

    [SkippableFact]
    public void A_processor_takes_exceptions_to_AArch32_with_the_same_registers()
    {
        var random = new Random(32);
        var cases = Enumerable.Range(0, ExceptionCases.Count).Select(_ => ExceptionCases.NextAArch32(random)).ToList();
        var results = QemuExceptions.Run(ExceptionMachine.BuildImage(), cases.Select(c => c.Case).ToList());
        var differences = new List<string>();
        for (var i = 0; i < cases.Count; i++)
        {
            if (Compare(cases[i].Expected, results[i]) is { } difference)
            {
                differences.Add($"{cases[i].Name}: {difference}");
            }
        }

        differences.Take(10).Should().BeEmpty($"{differences.Count} of {cases.Count} cases differ");
    }

    private static string? Compare(in AArch32ExceptionEntry expected, in QemuExceptions.Result actual)
    {
        if (!actual.IsTaken)
        {
            return $"not taken: ESR_EL3 0x{actual.EsrEL3:x}, ELR_EL3 0x{actual.ElrEL3:x}";
        }

        // The Prefetch Abort vector runs into that of Data Aborts; that it was the first shows in R3.
        var isAbort = expected.Mode == 0x17;
        var isInR3 = actual.X3 != QemuExceptions.Seed;
        var vector = actual.ElrEL3 - (isAbort && isInR3 ? 12ul : 8ul);

        // DFAR and IFAR are the two halves of FAR_EL1. QEMU puts the domain into IFSR (see QemuExceptions).
        var far = expected.FaultAddress ?? QemuExceptions.Seed;
        var ifsr = (actual.Ifsr & 0x200) != 0 ? actual.Ifsr : actual.Ifsr & ~0xF0ul;
        (string Name, ulong Expected, ulong Actual)[] registers =
        [
            ("PC", expected.Pc, vector),
            ("CPSR", expected.Cpsr, actual.SpsrEL3),
            ("LR", expected.LR, expected.LRView == 20 ? actual.X20 : actual.X22),
            ("SPSR", expected.Spsr, isInR3 ? actual.X3 : actual.X4),
            ("DFSR", isAbort && !expected.IsPrefetchAbort ? expected.FaultStatus!.Value : 0, actual.EsrEL1),
            ("IFSR", expected.IsPrefetchAbort ? expected.FaultStatus!.Value : 0, ifsr),
            ("DFAR", expected.IsPrefetchAbort ? QemuExceptions.Seed : far, actual.FarEL1 & 0xFFFFFFFF),
            ("IFAR", expected.IsPrefetchAbort ? far : QemuExceptions.Seed, actual.FarEL1 >> 32),
        ];
        var different = registers.Where(r => r.Expected != r.Actual).ToArray();
        return different.Length == 0
            ? null
            : string.Join(", ", different.Select(r => $"{r.Name} 0x{r.Actual:x}, ours 0x{r.Expected:x}"));
    }
}
