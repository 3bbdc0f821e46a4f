using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Exceptions;

public sealed class AArch64ExceptionEntryTests
{
    private const ulong EL1t = 0x4;
    private const ulong EL1h = 0x5;
    private const ulong Vbar = 0xFFFF800010010800;

    [Theory]
    // Bits 3:0 of PSTATE are the level and the stack pointer; bit 4 AArch32.
    [InlineData(0x5, 0x200, 0x96000010)] // EL1h
    [InlineData(0x4, 0x000, 0x96000010)] // EL1t: the current level with SP_EL0 has vectors of its own
    [InlineData(0x0, 0x400, 0x92000010)] // EL0
    [InlineData(0x10, 0x600, 0x92000010)] // EL0 in AArch32
    public void A_device_error_is_an_External_abort_at_the_vector_of_the_level_and_stack_pointer(
        ulong pstate, int offset, uint esr)
    {
        var context = new AArch64ExceptionContext(1, pstate, 0x401000, Vbar, sctlr: 0);
        var entry = AArch64ExceptionEntry.DataAbort(context, DataFault.ExternalAbort(0x9000118, write: false));

        entry.VectorOffset.Should().Be(offset);
        entry.Pc.Should().Be(Vbar + (uint)offset);
        entry.Esr.Should().Be(esr);
        entry.Far.Should().Be(0x9000118);
        entry.Elr.Should().Be(0x401000);
        entry.Spsr.Should().Be(pstate);
        entry.PState.Should().Be(0x3C5, "EL1h with D, A, I and F set");
    }

    [Fact]
    public void The_syndrome_tells_the_access_and_never_claims_a_valid_one()
    {
        var context = new AArch64ExceptionContext(1, EL1h, 0x401000, Vbar, sctlr: 0);
        AArch64ExceptionEntry.DataAbort(context, DataFault.Alignment(0x1001, write: true)).Esr.Should().Be(0x96000061);
        AArch64ExceptionEntry.DataAbort(context, DataFault.UnsupportedExclusiveOrAtomic(0x1000, write: false))
            .Esr.Should().Be(0x96000035);
        AArch64ExceptionEntry.DataAbort(context, new DataFault(FaultStatusCode.Translation(-1), 0x1000, write: false))
            .Esr.Should().Be(0x9600002B);
        AArch64ExceptionEntry.DataAbort(
            context, new DataFault(FaultStatusCode.Translation(3), 0x1000, write: false) { CacheMaintenance = true })
            .Esr.Should().Be(0x96000147, "cache maintenance reports CM and WnR");
        AArch64ExceptionEntry.InstructionAbort(context, FaultStatusCode.Permission(3), 0x401000)
            .Esr.Should().Be(0x8600000F);
        AArch64ExceptionEntry.Undefined(context).Esr.Should().Be(0x02000000);
        AArch64ExceptionEntry.SPAlignment(context).Esr.Should().Be(0x9A000000);
    }

    [Fact]
    public void An_unknown_address_is_said_to_be_unknown_where_the_architecture_allows_it()
    {
        var context = new AArch64ExceptionContext(1, 0, 0x401000, Vbar, sctlr: 0);
        var fault = new DataFault(FaultStatusCode.SynchronousExternalAbort, 0, write: true) { AddressNotValid = true };
        var entry = AArch64ExceptionEntry.DataAbort(context, fault);
        entry.Esr.Should().Be(0x92000450);
        entry.Far.Should().BeNull();

        fault = new DataFault(FaultStatusCode.Translation(2), 0x1000, write: true) { AddressNotValid = true };
        entry = AArch64ExceptionEntry.DataAbort(context, fault);
        entry.Esr.Should().Be(0x92000046);
        entry.Far.Should().Be(0x1000);
        AArch64ExceptionEntry.Undefined(context).Far.Should().BeNull();
    }

    [Fact]
    public void A_64_byte_access_has_a_valid_syndrome_at_every_level()
    {
        var context = new AArch64ExceptionContext(1, 0, 0x401000, Vbar, sctlr: 0);
        var fault = new DataFault(FaultStatusCode.Translation(2), 0x1000, write: true)
        {
            LoadStoreType = LoadStoreType.St64bv,
            Register = 8,
            StatusRegister = 5,
        };
        var esr = AArch64ExceptionEntry.DataAbort(context, fault).Esr;
        var syndrome = DataAbortSyndrome.FromEsr(esr);
        esr.Should().Be(0x00000005_93C88846);
        (syndrome.Isv, syndrome.Sas, syndrome.Srt, syndrome.SF, syndrome.LoadStoreType, syndrome.Xs)
            .Should().Be((true, 3, 8, true, LoadStoreType.St64bv, 5));

        AArch64ExceptionEntry.DataAbort(context, fault with { LoadStoreType = LoadStoreType.Ld64bOrSt64b })
            .Esr.Should().Be(0x93C89046, "LD64B and ST64B have no status register");
    }

    [Fact]
    public void PSTATE_after_entry_follows_the_control_bits_of_the_target()
    {
        const ulong Span = 1ul << 23;
        const ulong Dssbs = 1ul << 44;
        const ulong SpIntMask = 1ul << 62;
        const PstateFeatures All = PstateFeatures.Pan | PstateFeatures.Ssbs | PstateFeatures.Mte
            | PstateFeatures.Nmi | PstateFeatures.PM;
        static ulong PState(ulong before, ulong sctlr, PstateFeatures features) => AArch64ExceptionEntry
            .Undefined(new AArch64ExceptionContext(1, before, 0, 0, sctlr) { Features = features }).PState;

        const ulong Entry = 0x3C5;
        PState(EL1t, 0, PstateFeatures.None).Should().Be(Entry);
        PState(EL1t, 0, PstateFeatures.Pan).Should().Be(Entry | (1ul << 22));
        PState(EL1t, Span, PstateFeatures.Pan).Should().Be(Entry);
        PState(EL1t | (1ul << 22), Span, PstateFeatures.Pan).Should().Be(Entry | (1ul << 22), "SPAN leaves PAN as it was");
        PState(EL1t | (1ul << 12), Span, All & ~PstateFeatures.Nmi)
            .Should().Be(Entry | (1ul << 25) | (1ul << 32), "SSBS is DSSBS, TCO and PM become 1");
        PState(EL1t, Span | Dssbs, PstateFeatures.Ssbs).Should().Be(Entry | (1ul << 12));
        PState(EL1t, Span, PstateFeatures.Nmi).Should().Be(Entry | (1ul << 13));
        PState(EL1t, Span | SpIntMask, PstateFeatures.Nmi).Should().Be(Entry);

        // N, Z, C, V and DIT stay (so say D1.4.2 and the pseudocode); SS, IL, UAO, BTYPE, PPEND, EXLOCK, PACM and UINJ go.
        PState(0x0000001E_F1B00C00 | EL1h, Span, PstateFeatures.None).Should().Be(0xF1000000 | Entry);

        // From AArch32, Q, IT, GE, E and T go too.
        PState(0x0000001E_FFBFFE30, Span, PstateFeatures.None).Should().Be(0xF1000000 | Entry);
    }

    [Fact]
    public void What_an_emulated_instruction_ended_with_becomes_its_exception()
    {
        var context = new AArch64ExceptionContext(1, EL1h, 0x401000, Vbar, sctlr: 0);
        ulong Esr(EmulationFault fault) => AArch64ExceptionEntry.For(context, fault).Esr;

        Esr(EmulationFault.DataAbort(FaultStatusCode.SynchronousExternalAbort, 0x9000118, isWrite: true)).Should().Be(0x96000050);
        Esr(EmulationFault.ExternalAbortWithoutAddress(isWrite: true)).Should().Be(0x96000450, "FnV is 1");
        AArch64ExceptionEntry.For(context, EmulationFault.ExternalAbortWithoutAddress(isWrite: true)).Far.Should().BeNull();
        Esr(EmulationFault.Exception(FaultReason.UndefinedInstruction)).Should().Be(0x02000000);
        Esr(EmulationFault.Exception(FaultReason.StackPointerAlignment)).Should().Be(0x9A000000);
        Esr(EmulationFault.Exception(FaultReason.PointerAuthentication, 1)).Should().Be(0x72000001);
        Esr(EmulationFault.Exception(FaultReason.MemoryCopyOrSet, 0x1234)).Should().Be(0x9E001234);
        var none = () => AArch64ExceptionEntry.For(context, default(EmulationFault));
        none.Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(0x13, 0, 0x600)] // EL1 in AArch32
    [InlineData(0x10, 0x80000000, 0x400)] // EL0 in AArch32 below an EL1 that HCR_EL2.RW makes AArch64
    [InlineData(0x10, 0x488000000, 0x600)] // the same below a host
    public void To_EL2_the_width_of_EL1_counts_unless_EL2_is_the_host(ulong pstate, ulong hcr, int offset) =>
        AArch64ExceptionEntry.Undefined(new AArch64ExceptionContext(2, pstate, 0, Vbar, 0) { Hcr = hcr })
            .VectorOffset.Should().Be(offset);

    [Fact]
    public void SPSR_is_PSTATE_but_for_UINJ()
    {
        const ulong PState = 0x0000001E_F3F03FC5;
        AArch64ExceptionEntry.Undefined(new AArch64ExceptionContext(1, PState, 0, 0, 0)).Spsr.Should().Be(PState & ~(1ul << 36));
    }

    [Fact]
    public void PAN_is_set_at_EL2_only_for_a_host()
    {
        static ulong Pan(ulong hcr) => AArch64ExceptionEntry.Undefined(
            new AArch64ExceptionContext(2, 0x9, 0, 0, 0) { Hcr = hcr, Features = PstateFeatures.Pan }).PState & (1ul << 22);
        Pan(0).Should().Be(0);
        Pan(1ul << 34).Should().Be(0);
        Pan((1ul << 34) | (1ul << 27)).Should().NotBe(0);
    }

    [Fact]
    public void The_exception_lock_is_set_for_entry_from_the_same_level_only()
    {
        static bool Locked(ulong pstate) => (AArch64ExceptionEntry.Undefined(
            new AArch64ExceptionContext(1, pstate, 0, 0, 0) { ExceptionLockEnabled = true }).PState >> 34 & 1) != 0;
        Locked(EL1h).Should().BeTrue();
        Locked(0).Should().BeFalse();
    }

    [Theory]
    // HCR_EL2.NV (42), NV1 (43), NV2 (45): a guest hypervisor at EL1 is shown EL2 as the level it came from.
    [InlineData(0x40000000000, 0x9)]
    [InlineData(0xC0000000000, 0x5)]
    [InlineData(0x2C0000000000, 0x9)]
    [InlineData(0x240000000000, 0x9)]
    [InlineData(0, 0x5)]
    public void Nested_virtualization_shows_a_guest_hypervisor_EL2(ulong hcr, ulong mode)
    {
        var context = new AArch64ExceptionContext(1, EL1h, 0, 0, 0) { Hcr = hcr };
        (AArch64ExceptionEntry.Undefined(context).Spsr & 0xF).Should().Be(mode);
        context = new AArch64ExceptionContext(1, 0, 0, 0, 0) { Hcr = hcr };
        (AArch64ExceptionEntry.Undefined(context).Spsr & 0xF).Should().Be(0);
    }

    [Fact]
    public void With_EASE_an_External_abort_goes_to_the_SError_vector()
    {
        var context = new AArch64ExceptionContext(1, EL1h, 0, Vbar, 0) { Sctlr2 = 1 << 5 };
        AArch64ExceptionEntry.DataAbort(context, DataFault.ExternalAbort(0, false)).VectorOffset.Should().Be(0x380);
        AArch64ExceptionEntry.DataAbort(context, DataFault.Alignment(0, false)).VectorOffset.Should().Be(0x200);
        AArch64ExceptionEntry.InstructionAbort(context, FaultStatusCode.SynchronousExternalAbortOnWalk(1), 0)
            .VectorOffset.Should().Be(0x380);
    }

    [Theory]
    [InlineData(3, 0x5)] // EL3
    [InlineData(0, 0x0)]
    [InlineData(1, 0x9)] // from EL2 down to EL1
    [InlineData(2, 0xD)] // from EL3
    [InlineData(1, 0x13)] // AArch32 Supervisor mode at the target level
    [InlineData(2, 0x1A)] // AArch32 Hyp mode
    [InlineData(2, 0x16)] // Monitor mode
    [InlineData(1, 0x1C)] // reserved
    public void An_entry_that_the_architecture_does_not_have_is_the_callers_mistake(int target, ulong pstate)
    {
        var create = () => new AArch64ExceptionContext(target, pstate, 0, 0, 0);
        create.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_domain_fault_has_no_AArch64_code()
    {
        var context = new AArch64ExceptionContext(1, 0x10, 0, 0, 0);
        var status = new FaultStatusCode(0b01001, FaultStatusFormat.AArch32Short);
        var inject = () => AArch64ExceptionEntry.DataAbort(context, new DataFault(status, 0, false));
        inject.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void ID_registers_tell_the_features()
    {
        PstateFeatureRegisters.Read(0, 0, 0, 0).Should().Be(PstateFeatures.None);
        PstateFeatureRegisters.Read(0x20, 0, 0, 0).Should().Be(PstateFeatures.Ssbs);
        PstateFeatureRegisters.Read(0x100, 0x300000, 0, 0).Should().Be(PstateFeatures.Mte | PstateFeatures.Pan);
        PstateFeatureRegisters.Read(1ul << 36, 0, 1ul << 48, 0).Should().Be(PstateFeatures.Nmi | PstateFeatures.PM);
        PstateFeatureRegisters.Read(0, 0, 0, 1ul << 16).Should().Be(PstateFeatures.PM);
        PstateFeatureRegisters.Read(0, 0, 0, 1ul << 24).Should().Be(PstateFeatures.PM);
    }

    [SkippableFact]
    public void A_processor_takes_exceptions_to_AArch64_with_the_same_registers()
    {
        var random = new Random(64);
        var cases = Enumerable.Range(0, ExceptionCases.Count).Select(_ => ExceptionCases.NextAArch64(random)).ToList();
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

    private static string? Compare(in AArch64ExceptionEntry expected, in QemuExceptions.Result actual)
    {
        const ulong Seed = (ulong)QemuExceptions.Seed << 32 | QemuExceptions.Seed;
        if (!actual.IsTaken)
        {
            return $"not taken: ESR_EL3 0x{actual.EsrEL3:x}, ELR_EL3 0x{actual.ElrEL3:x}";
        }

        // What QEMU clears (see QemuExceptions); other tests say that it stays.
        const ulong NzcvAndDit = 0xF1000000;
        var isEL2 = expected.TargetLevel == 2;
        (string Name, ulong Expected, ulong Actual)[] registers =
        [
            ("PC", expected.Pc, actual.ElrEL3 - 4),
            ("PSTATE", expected.PState & ~NzcvAndDit, actual.SpsrEL3 & ~NzcvAndDit),
            ("ESR", expected.Esr, isEL2 ? actual.EsrEL2 : actual.EsrEL1),
            ("FAR", expected.Far ?? Seed, isEL2 ? actual.FarEL2 : actual.FarEL1),
            ("ELR", expected.Elr, isEL2 ? actual.ElrEL2 : actual.ElrEL1),
            ("SPSR", expected.Spsr, isEL2 ? actual.SpsrEL2 : actual.SpsrEL1),
        ];
        var different = registers.Where(r => r.Expected != r.Actual).ToArray();
        return different.Length == 0
            ? null
            : string.Join(", ", different.Select(r => $"{r.Name} 0x{r.Actual:x}, ours 0x{r.Expected:x}"));
    }
}
