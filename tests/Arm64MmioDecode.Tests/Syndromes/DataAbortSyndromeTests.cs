using System.Linq;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

/// <summary>
/// Syndromes from logs, bug reports, other decoders' documentation and recorded KVM exits (those say so), and made-up
/// ones for what was not met in the wild. The expected fields were read off the manual's layout by hand.
/// </summary>
public sealed class DataAbortSyndromeTests
{
    [Theory]
    // EDK2's flash driver under KVM: the guest's page tables lie in the read-only flash slot.
    [InlineData(0x920000C7, ExceptionClass.DataAbortLowerEl, DataAbortClass.TranslationTableWalk, true, 0x07)]
    // A published stage 2 fault that the hardware describes: ldr w3, [...].
    [InlineData(0x93830006, ExceptionClass.DataAbortLowerEl, DataAbortClass.InstructionAccess, false, 0x06)]
    // A store with writeback.
    [InlineData(0x92000046, ExceptionClass.DataAbortLowerEl, DataAbortClass.InstructionAccess, true, 0x06)]
    // DC CIVAC on an unmapped device page: CM and WnR.
    [InlineData(0x92000146, ExceptionClass.DataAbortLowerEl, DataAbortClass.CacheMaintenance, true, 0x06)]
    // Exclusive access to a device.
    [InlineData(0x92000035, ExceptionClass.DataAbortLowerEl, DataAbortClass.UnsupportedExclusiveOrAtomic, false, 0x35)]
    // Linux: "Internal error: synchronous external abort: 96000210".
    [InlineData(0x96000210, ExceptionClass.DataAbortSameEl, DataAbortClass.ExternalAbort, false, 0x10)]
    // Linux: "FSC = 0x21: alignment fault", a store.
    [InlineData(0x96000061, ExceptionClass.DataAbortSameEl, DataAbortClass.Alignment, true, 0x21)]
    // Linux: "Unable to handle kernel NULL pointer dereference", ESR = 0x96000004.
    [InlineData(0x96000004, ExceptionClass.DataAbortSameEl, DataAbortClass.Stage1Translation, false, 0x04)]
    // Linux: write to a read-only page.
    [InlineData(0x9600004F, ExceptionClass.DataAbortSameEl, DataAbortClass.Stage1Translation, true, 0x0F)]
    // Linux with KASAN hardware tags: "FSC = 0x11: synchronous tag check fault".
    [InlineData(0x96000011, ExceptionClass.DataAbortSameEl, DataAbortClass.TagCheck, false, 0x11)]
    // Nested virtualization: VNCR_EL2's page is not mapped.
    [InlineData(0x96002007, ExceptionClass.DataAbortSameEl, DataAbortClass.NestedVirtualization, false, 0x07)]
    [InlineData(0x92000030, ExceptionClass.DataAbortLowerEl, DataAbortClass.TlbConflict, false, 0x30)]
    [InlineData(0x92000031, ExceptionClass.DataAbortLowerEl, DataAbortClass.UnsupportedAtomicHardwareUpdate, false, 0x31)]
    [InlineData(0x92000014, ExceptionClass.DataAbortLowerEl, DataAbortClass.ExternalAbortOnWalk, false, 0x14)]
    [InlineData(0x92000028, ExceptionClass.DataAbortLowerEl, DataAbortClass.GranuleProtection, false, 0x28)]
    [InlineData(0x92000000, ExceptionClass.DataAbortLowerEl, DataAbortClass.AddressSize, false, 0x00)]
    [InlineData(0x92000034, ExceptionClass.DataAbortLowerEl, DataAbortClass.Lockdown, false, 0x34)]
    [InlineData(0x9200003F, ExceptionClass.DataAbortLowerEl, DataAbortClass.Reserved, false, 0x3F)]
    [InlineData(0x86000005, ExceptionClass.InstructionAbortSameEl, DataAbortClass.NotDataAbort, false, 0x05)]
    [InlineData(0x56000000, ExceptionClass.Svc, DataAbortClass.NotDataAbort, false, 0x00)]
    public void A_reported_syndrome_is_classified(
        uint esr, ExceptionClass exceptionClass, DataAbortClass expected, bool write, int dfsc)
    {
        var syndrome = DataAbortSyndrome.FromEsr(esr);
        syndrome.ExceptionClass.Should().Be(exceptionClass);
        syndrome.Class.Should().Be(expected);
        syndrome.WnR.Should().Be(write);
        syndrome.Dfsc.Value.Should().Be(dfsc);
        syndrome.IL.Should().BeTrue();
    }

    [Fact]
    public void A_documented_syndrome_with_ISV_has_every_field()
    {
        // The example of a public decoder: a halfword store of w18 through VNCR_EL2 that ended in an External abort.
        var syndrome = DataAbortSyndrome.FromEsr(0x97523050);
        syndrome.Isv.Should().BeTrue();
        syndrome.Sas.Should().Be(1);
        syndrome.Sse.Should().BeFalse();
        syndrome.Srt.Should().Be(18);
        syndrome.SF.Should().BeFalse();
        syndrome.AR.Should().BeFalse();
        syndrome.Vncr.Should().BeTrue();
        syndrome.SynchronousErrorType.Should().Be(SynchronousErrorType.Uncontainable);
        syndrome.FnV.Should().BeFalse();
        syndrome.EA.Should().BeFalse();
        syndrome.CM.Should().BeFalse();
        syndrome.S1Ptw.Should().BeFalse();
        syndrome.WnR.Should().BeTrue();
        syndrome.Dfsc.Should().Be(FaultStatusCode.SynchronousExternalAbort);
    }

    [Fact]
    public void Bits_that_ISV_gives_another_meaning_are_read_as_that_meaning()
    {
        // Bit 15 is SF with ISV = 1, FnP with ISV = 0; bit 21 is SSE or TopLevel; bit 14 AR or PFV.
        var valid = DataAbortSyndrome.FromEsr(0x93A0C00F);
        (valid.SF, valid.FnP, valid.Sse, valid.TopLevel, valid.AR, valid.Pfv)
            .Should().Be((true, false, true, false, true, false));

        var notValid = DataAbortSyndrome.FromEsr(0x9220C00F);
        (notValid.SF, notValid.FnP, notValid.Sse, notValid.TopLevel, notValid.AR, notValid.Pfv)
            .Should().Be((false, true, false, true, false, false));
        (notValid.Sas, notValid.Srt).Should().Be((0, 0));

        var externalAbort = DataAbortSyndrome.FromEsr(0x92034010);
        (externalAbort.Pfv, externalAbort.WU, externalAbort.TopLevel).Should().Be((true, 3, false));
    }

    [Theory]
    [InlineData(0x92001806, LoadStoreType.St64bv0, SynchronousErrorType.Recoverable)]
    [InlineData(0x92001006, LoadStoreType.Ld64bOrSt64b, SynchronousErrorType.Recoverable)]
    [InlineData(0x92001035, LoadStoreType.Ld64bOrSt64b, SynchronousErrorType.Recoverable)]
    [InlineData(0x92001810, LoadStoreType.Unspecified, SynchronousErrorType.Restartable)]
    [InlineData(0x92001821, LoadStoreType.Unspecified, SynchronousErrorType.Recoverable)]
    public void Bits_12_and_11_are_LST_or_SET_by_the_fault(uint esr, LoadStoreType lst, SynchronousErrorType set)
    {
        var syndrome = DataAbortSyndrome.FromEsr(esr);
        syndrome.LoadStoreType.Should().Be(lst);
        syndrome.SynchronousErrorType.Should().Be(set);
    }

    [Fact]
    public void FnV_counts_only_for_an_External_abort_that_is_not_on_a_walk()
    {
        DataAbortSyndrome.FromEsr(0x92000410).FnV.Should().BeTrue();
        DataAbortSyndrome.FromEsr(0x92000414).FnV.Should().BeFalse();
        DataAbortSyndrome.FromEsr(0x92000406).FnV.Should().BeFalse();
    }

    [Fact]
    public void ISS2_lies_in_the_upper_half()
    {
        var syndrome = DataAbortSyndrome.FromEsr(0x000007E0_9200004F);
        (syndrome.TnD, syndrome.TagAccess, syndrome.Gcs, syndrome.AssuredOnly, syndrome.Overlay, syndrome.DirtyBit, syndrome.Hdbssf)
            .Should().Be((true, true, true, true, true, true, false));
        syndrome.Class.Should().Be(DataAbortClass.GuardedControlStack);
        DataAbortSyndrome.FromEsr(0x00000800_9200004F).Class.Should().Be(DataAbortClass.DirtyStateTracking);

        // ST64BV x5, ... : Xs in ISS2, only for the two instructions that have it.
        DataAbortSyndrome.FromEsr(0x00000005_93C08846).Xs.Should().Be(5);
        DataAbortSyndrome.FromEsr(0x00000005_93C09046).Xs.Should().Be(0);
    }

    [Fact]
    public void WnR_is_unknown_for_unsupported_atomics_and_hardware_updates()
    {
        DataAbortSyndrome.FromEsr(0x92000035).IsWnRValid.Should().BeFalse();
        DataAbortSyndrome.FromEsr(0x92000031).IsWnRValid.Should().BeFalse();
        DataAbortSyndrome.FromEsr(0x92000006).IsWnRValid.Should().BeTrue();
    }

    [Theory]
    [InlineData(0x5, false, 0x05)]
    [InlineData(0x45, true, 0x05)]
    public void Of_KVMs_reduced_ISS_only_CM_WnR_and_DFSC_count(uint iss, bool write, int dfsc)
    {
        // The two values of the recorded exits; then with every other bit set, which KVM clears.
        foreach (var value in new[] { iss, iss | 0xFFFFFFFF_FFFFFE80 })
        {
            var syndrome = DataAbortSyndrome.FromKvmNisv(value);
            syndrome.Class.Should().Be(DataAbortClass.InstructionAccess);
            syndrome.ExceptionClass.Should().Be(ExceptionClass.DataAbortLowerEl);
            (syndrome.IL, syndrome.Isv, syndrome.S1Ptw, syndrome.EA, syndrome.FnV).Should().Be((true, false, false, false, false));
            syndrome.WnR.Should().Be(write);
            syndrome.Dfsc.Value.Should().Be(dfsc);
        }

        DataAbortSyndrome.FromKvmNisv(0x14F).Class.Should().Be(DataAbortClass.CacheMaintenance);
    }

    [Fact]
    public void HSR_has_a_four_bit_SRT_and_neither_SF_nor_FnP_nor_ISS2()
    {
        // EC 0x24, ISV, SAS = 1, SSE, SRT = 3 (bit 20 RES0 but set here), bit 15 RES0 but set.
        var syndrome = DataAbortSyndrome.FromHsr(0x93738006);
        (syndrome.Isv, syndrome.Sas, syndrome.Sse, syndrome.Srt, syndrome.SF).Should().Be((true, 1, true, 3, false));
        DataAbortSyndrome.FromHsr(0x92008006).FnP.Should().BeFalse();
        DataAbortSyndrome.FromHsr(0x92000011).Dfsc.Kind.Should().Be(FaultKind.SError);
        DataAbortSyndrome.FromHsr(0x92000011).Class.Should().Be(DataAbortClass.Other);
    }

    [Fact]
    public void Every_class_has_a_sentence_of_its_own()
    {
        var sentences = System.Enum.GetValues<DataAbortClass>().Select(value => value.ToWords()).ToList();
        sentences.Should().OnlyHaveUniqueItems().And.OnlyContain(sentence => sentence.EndsWith('.'));
    }

    [Fact]
    public void Every_exception_class_has_words_and_every_other_number_is_reserved()
    {
        for (var value = 0; value < 64; value++)
        {
            var words = ((ExceptionClass)value).ToWords();
            (words == "reserved").Should().Be(!System.Enum.IsDefined((ExceptionClass)value));
        }

        ExceptionClass.DataAbortLowerEl.ToWords().Should().Be("Data Abort from a lower Exception level");
        ((int)ExceptionClass.DataAbortLowerEl, (int)ExceptionClass.DataAbortSameEl).Should().Be((0x24, 0x25));
    }
}
