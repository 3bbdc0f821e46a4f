using System.Linq;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

public sealed class SyndromeDescriptionTests
{
    [Fact]
    public void A_data_abort_without_ISV_is_described_to_the_last_field() =>
        Lines(DataAbortSyndrome.FromEsr(0x92000046)).Should().Equal(
            "EC[31:26] = 0x24: Data Abort from a lower Exception level",
            "IL[25] = 0x1: always 1 here, whatever the instruction's length",
            "ISV[24] = 0x0: the syndrome does not describe the access: the instruction has to be read",
            "FnP[15] = 0x0: FAR is the faulting address",
            "VNCR[13] = 0x0: not from the use of VNCR_EL2",
            "LST[12:11] = 0x0: not a 64-byte load or store",
            "EA[9] = 0x0: IMPLEMENTATION DEFINED class of an External abort",
            "CM[8] = 0x0: not a cache maintenance instruction",
            "S1PTW[7] = 0x0: not on a stage 1 translation table walk",
            "WnR[6] = 0x1: a write",
            "DFSC[5:0] = 0x6: Translation fault, level 2");

    [Fact]
    public void A_data_abort_with_ISV_names_size_and_register() =>
        Lines(DataAbortSyndrome.FromEsr(0x93830006)).Should().ContainInOrder(
            "IL[25] = 0x1: a 32-bit instruction",
            "ISV[24] = 0x1: the syndrome describes the access",
            "SAS[23:22] = 0x2: 4 bytes",
            "SSE[21] = 0x0: the data is not sign-extended",
            "SRT[20:16] = 0x3: w3",
            "SF[15] = 0x0: a 32-bit register",
            "AR[14] = 0x0: no acquire or release semantics");

    [Fact]
    public void The_zero_register_is_not_the_stack_pointer() =>
        Lines(DataAbortSyndrome.FromEsr(0x93DF8046)).Should().Contain("SRT[20:16] = 0x1f: xzr");

    [Fact]
    public void An_External_abort_has_SET_and_FnV_and_ISS2_shows_when_set() =>
        Lines(DataAbortSyndrome.FromEsr(0x00000040_96001C10)).Should().ContainInOrder(
            "Overlay[38] = 0x1: due to overlay permissions",
            "WU[17:16] = 0x0: not a store, or the location might have been updated",
            "SET[12:11] = 0x3: restartable state (UEO)",
            "FnV[10] = 0x1: FAR is not valid",
            "WnR[6] = 0x0: a read",
            "DFSC[5:0] = 0x10: Synchronous External abort, not on translation table walk");

    [Fact]
    public void Of_KVMs_reduced_ISS_only_the_reported_fields_are_described() =>
        Lines(DataAbortSyndrome.FromKvmNisv(0x45)).Should().Equal(
            "CM[8] = 0x0: not a cache maintenance instruction",
            "WnR[6] = 0x1: a write",
            "DFSC[5:0] = 0x5: Translation fault, level 1");

    [Fact]
    public void Other_exceptions_are_described_by_class() =>
        Lines(DataAbortSyndrome.FromEsr(0x02000000)).Should().Equal(
            "EC[31:26] = 0x0: Unknown reason",
            "IL[25] = 0x1: a 32-bit instruction",
            "ISS[24:0] = 0x0: as the exception class defines it");

    [Fact]
    public void Every_value_is_described_without_an_exception_and_from_high_bits_to_low()
    {
        var random = new System.Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var value = (ulong)random.NextInt64() ^ ((ulong)random.Next() << 40);
            foreach (var syndrome in new[]
            {
                DataAbortSyndrome.FromEsr(value),
                DataAbortSyndrome.FromEsr((value & ~0xFC000000) | 0x90000000),
                DataAbortSyndrome.FromHsr((uint)value),
                DataAbortSyndrome.FromKvmNisv(value),
            })
            {
                var fields = SyndromeDescription.Describe(syndrome);
                fields.Should().NotBeEmpty();
                for (var j = 1; j < fields.Count; j++)
                {
                    if (fields[j].HighBit >= fields[j - 1].LowBit)
                    {
                        Assert.Fail($"{syndrome}: {fields[j]} after {fields[j - 1]}");
                    }
                }
            }
        }
    }

    private static string[] Lines(DataAbortSyndrome syndrome) =>
        SyndromeDescription.Describe(syndrome).Select(field => field.ToString()).ToArray();
}
