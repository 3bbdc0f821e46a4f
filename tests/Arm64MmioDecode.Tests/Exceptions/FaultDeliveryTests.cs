using System;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Exceptions;

/// <summary>Every fault that a translation, a plan or a bus can produce reaches the guest, in whatever form its EL1 or EL2 reports faults.</summary>
public sealed class FaultDeliveryTests
{
    private const ulong Address = 0x12345678;

    private static AArch64ExceptionContext AArch64(int level) => new(level, pstate: 0x3C0, 0x1000, 0x8000, 0);

    private static AArch32ExceptionContext AArch32(bool longDescriptors) => new(0x1D3, 0x1000, 0x8000, 0, longDescriptors);

    [Fact]
    public void Every_answer_of_a_bus_reaches_the_guest()
    {
        foreach (var format in Enum.GetValues<FaultStatusFormat>())
        {
            for (var value = 0; value < 64; value++)
            {
                var code = BusStatus.Fault(new FaultStatusCode(value, format)).StatusCode;
                code.Kind.Should().NotBe(FaultKind.Reserved);
                Deliver(EmulationFault.DataAbort(code, Address, isWrite: true), new FaultStatusCode(value, format));
            }
        }
    }

    [Fact]
    public void Every_code_in_a_fault_reaches_the_guest()
    {
        foreach (var format in Enum.GetValues<FaultStatusFormat>())
        {
            for (var value = 0; value < 64; value++)
            {
                var code = new FaultStatusCode(value, format);
                Deliver(EmulationFault.DataAbort(code, Address, isWrite: false, domain: 5), code);
            }
        }
    }

    [Fact]
    public void Every_fault_of_a_translation_reaches_the_guest()
    {
        foreach (var kind in Enum.GetValues<TranslationFaultKind>().Except([TranslationFaultKind.None, TranslationFaultKind.NotSupported]))
        {
            for (var level = -1; level <= 3; level++)
            {
                if (level < 0 && kind is TranslationFaultKind.AccessFlag or TranslationFaultKind.Permission or TranslationFaultKind.Domain)
                {
                    continue; // there are no blocks at level -1
                }

                var code = new FaultStatusCode(new TranslationFault(kind, level).FaultStatusCode);
                code.Kind.ToString().Should().BeOneOf(kind.ToString(), "SynchronousExternalAbortOnWalk");
                Deliver(EmulationFault.DataAbort(code, Address, isWrite: true), code);
            }
        }
    }

    [Theory]
    [InlineData(TranslationFaultKind.Translation, 1, 0b00101)]
    [InlineData(TranslationFaultKind.Translation, 2, 0b00111)]
    [InlineData(TranslationFaultKind.AccessFlag, 1, 0b00011)]
    [InlineData(TranslationFaultKind.AccessFlag, 2, 0b00110)]
    [InlineData(TranslationFaultKind.Domain, 1, 0b01001)]
    [InlineData(TranslationFaultKind.Domain, 2, 0b01011)]
    [InlineData(TranslationFaultKind.Permission, 1, 0b01101)]
    [InlineData(TranslationFaultKind.Permission, 2, 0b01111)]
    [InlineData(TranslationFaultKind.ExternalAbortOnWalk, 1, 0b01100)]
    [InlineData(TranslationFaultKind.ExternalAbortOnWalk, 2, 0b01110)]
    public void Short_descriptors_have_their_own_codes_and_a_domain(TranslationFaultKind kind, int level, int status)
    {
        var code = new FaultStatusCode(TranslationFault.OfShortDescriptor(kind, level, domain: 9).FaultStatusCode);
        var entry = AArch32ExceptionEntry.For(AArch32(longDescriptors: false), EmulationFault.DataAbort(code, Address, isWrite: true, domain: 9));
        entry.FaultStatus.Should().Be((uint)((status & 15) | ((status & 16) << 6) | (9 << 4) | (1 << 11)));
        entry.FaultAddress.Should().Be((uint)Address);
        entry.Pc.Should().Be(0x8010);
    }

    [Theory]
    [InlineData(0x11)] // no Tag Check Faults in AArch32
    [InlineData(0x31)]
    [InlineData(0x28)]
    [InlineData(0x3F)] // reserved
    public void What_AArch32_has_no_code_for_is_an_External_abort(int status)
    {
        var fault = EmulationFault.DataAbort(new FaultStatusCode(status), Address, isWrite: false);
        AArch32ExceptionEntry.For(AArch32(longDescriptors: false), fault).FaultStatus.Should().Be(8);
        AArch32ExceptionEntry.For(AArch32(longDescriptors: true), fault).FaultStatus.Should().Be((1 << 9) | 0x10);
    }

    [Fact]
    public void Domain_faults_are_for_AArch32_alone()
    {
        var fault = EmulationFault.DataAbort(new FaultStatusCode(0x3E), Address, isWrite: false);
        (AArch64ExceptionEntry.For(AArch64(1), fault).Esr & 0x3F).Should().Be(0x10);
    }

    [Theory]
    [InlineData(0x3C0ul, 0ul, 1)] // EL0
    [InlineData(0x3C0ul, 1ul << 27, 2)] // TGE
    [InlineData(0x3C5ul, 0ul, 1)]
    [InlineData(0x3C5ul, 1ul << 37, 2)] // TEA
    [InlineData(0x3C9ul, 0ul, 2)] // EL2h
    [InlineData(0x3C8ul, 0ul, 2)] // EL2t
    [InlineData(0x1D0ul, 1ul << 37, 2)] // User mode of AArch32
    public void A_vCPU_with_an_EL2_of_its_own_takes_it_where_the_architecture_says(ulong pstate, ulong hcr, int level)
    {
        var fault = EmulationFault.DataAbort(FaultStatusCode.SynchronousExternalAbort, Address, isWrite: false);
        AArch64ExceptionEntry.GetTargetLevel(pstate, hcr, fault).Should().Be(level);

        var entry = AArch64ExceptionEntry.For(new AArch64ExceptionContext(level, pstate, 0x1000, 0x8000, 0) { Hcr = hcr }, fault);
        entry.TargetLevel.Should().Be(level);
        ((entry.PState >> 2) & 3).Should().Be((ulong)level);
        (entry.Esr >> 26).Should().Be(((pstate >> 2) & 3) == (ulong)level && (pstate & 16) == 0 ? 0x25ul : 0x24ul);
    }

    [Fact]
    public void Other_faults_follow_TGE_and_MCE2_only()
    {
        const ulong Tea = 1ul << 37;
        AArch64ExceptionEntry.GetTargetLevel(0x3C5, Tea, EmulationFault.DataAbort(FaultStatusCode.Alignment, Address, isWrite: false)).Should().Be(1);
        AArch64ExceptionEntry.GetTargetLevel(0x3C5, Tea, EmulationFault.Exception(FaultReason.UndefinedInstruction)).Should().Be(1);
        AArch64ExceptionEntry.GetTargetLevel(0x3C5, 0, EmulationFault.Exception(FaultReason.MemoryCopyOrSet), hcrx: 1 << 10).Should().Be(2);
        AArch64ExceptionEntry.GetTargetLevel(0x3C0, 1ul << 27, EmulationFault.Exception(FaultReason.StackPointerAlignment)).Should().Be(2);
    }

    [Fact]
    public void PSTATE_above_bit_31_is_saved()
    {
        const ulong PState = 0x5_0000_03C5; // EXLOCK, PM
        var context = new AArch64ExceptionContext(1, PState, 0x1000, 0x8000, 0);
        AArch64ExceptionEntry.For(context, EmulationFault.DataAbort(FaultStatusCode.Alignment, Address, isWrite: false)).Spsr.Should().Be(PState);
    }

    // The code that arrives is the fault's own, or that of an External abort where the target has none.
    private static void Deliver(in EmulationFault fault, FaultStatusCode code)
    {
        var kind = code.Kind;
        for (var level = 1; level <= 2; level++)
        {
            var arrived = new FaultStatusCode((int)AArch64ExceptionEntry.For(AArch64(level), fault).Esr & 0x3F);
            arrived.Kind.Should().BeOneOf(kind, FaultKind.SynchronousExternalAbort);
            (arrived.Kind == kind || kind == FaultKind.Domain || !code.TryConvert(FaultStatusFormat.AArch64, out _)).Should().BeTrue($"{code} has a code");
        }

        foreach (var longDescriptors in new[] { false, true })
        {
            var format = longDescriptors ? FaultStatusFormat.AArch32Long : FaultStatusFormat.AArch32Short;
            var register = AArch32ExceptionEntry.For(AArch32(longDescriptors), fault).FaultStatus!.Value;
            var arrived = new FaultStatusCode(longDescriptors ? (int)register & 0x3F : (int)((register & 15) | ((register >> 6) & 16)), format);
            arrived.Kind.Should().BeOneOf(kind, FaultKind.SynchronousExternalAbort);
        }
    }
}
