using System;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

/// <summary>The expected kinds and levels are Arm's tables of ESR_EL2.DFSC, DFSR.STATUS and DFSR.FS, written out.</summary>
public sealed class FaultStatusCodeTests
{
    [Theory]
    [InlineData(0x00, "Address size fault, level 0 of translation or translation table base register")]
    [InlineData(0x03, "Address size fault, level 3")]
    [InlineData(0x04, "Translation fault, level 0")]
    [InlineData(0x05, "Translation fault, level 1")]
    [InlineData(0x06, "Translation fault, level 2")]
    [InlineData(0x07, "Translation fault, level 3")]
    [InlineData(0x08, "Access flag fault, level 0")]
    [InlineData(0x0B, "Access flag fault, level 3")]
    [InlineData(0x0C, "Permission fault, level 0")]
    [InlineData(0x0F, "Permission fault, level 3")]
    [InlineData(0x10, "Synchronous External abort, not on translation table walk")]
    [InlineData(0x11, "Synchronous Tag Check Fault")]
    [InlineData(0x12, "Synchronous External abort on translation table walk, level -2")]
    [InlineData(0x13, "Synchronous External abort on translation table walk, level -1")]
    [InlineData(0x14, "Synchronous External abort on translation table walk, level 0")]
    [InlineData(0x17, "Synchronous External abort on translation table walk, level 3")]
    [InlineData(0x18, "Synchronous parity or ECC error on memory access, not on translation table walk")]
    [InlineData(0x19, "reserved")]
    [InlineData(0x1B, "Synchronous parity or ECC error on translation table walk, level -1")]
    [InlineData(0x1F, "Synchronous parity or ECC error on translation table walk, level 3")]
    [InlineData(0x20, "reserved")]
    [InlineData(0x21, "Alignment fault")]
    [InlineData(0x22, "Granule Protection Fault on translation table walk, level -2")]
    [InlineData(0x23, "Granule Protection Fault on translation table walk, level -1")]
    [InlineData(0x24, "Granule Protection Fault on translation table walk, level 0")]
    [InlineData(0x27, "Granule Protection Fault on translation table walk, level 3")]
    [InlineData(0x28, "Granule Protection Fault, not on translation table walk")]
    [InlineData(0x29, "Address size fault, level -1")]
    [InlineData(0x2A, "Translation fault, level -2")]
    [InlineData(0x2B, "Translation fault, level -1")]
    [InlineData(0x2C, "Address size fault, level -2")]
    [InlineData(0x2D, "reserved")]
    [InlineData(0x30, "TLB conflict abort")]
    [InlineData(0x31, "Unsupported atomic hardware update fault")]
    [InlineData(0x34, "IMPLEMENTATION DEFINED fault (Lockdown)")]
    [InlineData(0x35, "IMPLEMENTATION DEFINED fault (Unsupported Exclusive or Atomic access)")]
    [InlineData(0x3F, "reserved")]
    public void A_code_of_ESR_reads_in_the_manuals_words(int code, string words) =>
        new FaultStatusCode(code).ToString().Should().Be(words);

    [Theory]
    [InlineData(0x00, "Address size fault in translation table base register")]
    [InlineData(0x04, "reserved")]
    [InlineData(0x05, "Translation fault, level 1")]
    [InlineData(0x0C, "reserved")]
    [InlineData(0x0E, "Permission fault, level 2")]
    [InlineData(0x10, "Synchronous External abort, not on translation table walk")]
    [InlineData(0x11, "SError exception")]
    [InlineData(0x14, "reserved")]
    [InlineData(0x16, "Synchronous External abort on translation table walk, level 2")]
    [InlineData(0x19, "SError exception, from a parity or ECC error on memory access")]
    [InlineData(0x21, "Alignment fault")]
    [InlineData(0x22, "Debug exception")]
    [InlineData(0x2B, "reserved")]
    [InlineData(0x35, "IMPLEMENTATION DEFINED fault (Unsupported Exclusive or Atomic access)")]
    public void A_long_descriptor_code_of_AArch32_reads_in_the_manuals_words(int code, string words) =>
        new FaultStatusCode(code, FaultStatusFormat.AArch32Long).ToString().Should().Be(words);

    [Theory]
    [InlineData(0b00000, FaultKind.Reserved, 0)]
    [InlineData(0b00001, FaultKind.Alignment, 0)]
    [InlineData(0b00010, FaultKind.Debug, 0)]
    [InlineData(0b00011, FaultKind.AccessFlag, 1)]
    [InlineData(0b00100, FaultKind.InstructionCacheMaintenance, 0)]
    [InlineData(0b00101, FaultKind.Translation, 1)]
    [InlineData(0b00110, FaultKind.AccessFlag, 2)]
    [InlineData(0b00111, FaultKind.Translation, 2)]
    [InlineData(0b01000, FaultKind.SynchronousExternalAbort, 0)]
    [InlineData(0b01001, FaultKind.Domain, 1)]
    [InlineData(0b01010, FaultKind.Reserved, 0)]
    [InlineData(0b01011, FaultKind.Domain, 2)]
    [InlineData(0b01100, FaultKind.SynchronousExternalAbortOnWalk, 1)]
    [InlineData(0b01101, FaultKind.Permission, 1)]
    [InlineData(0b01110, FaultKind.SynchronousExternalAbortOnWalk, 2)]
    [InlineData(0b01111, FaultKind.Permission, 2)]
    [InlineData(0b10000, FaultKind.TlbConflict, 0)]
    [InlineData(0b10100, FaultKind.Lockdown, 0)]
    [InlineData(0b10101, FaultKind.UnsupportedExclusiveOrAtomic, 0)]
    [InlineData(0b10110, FaultKind.SError, 0)]
    [InlineData(0b11000, FaultKind.SErrorParity, 0)]
    [InlineData(0b11001, FaultKind.Parity, 0)]
    [InlineData(0b11100, FaultKind.ParityOnWalk, 1)]
    [InlineData(0b11110, FaultKind.ParityOnWalk, 2)]
    [InlineData(0b11111, FaultKind.Reserved, 0)]
    public void A_short_descriptor_code_has_its_kind_and_level(int code, FaultKind kind, int level)
    {
        var status = new FaultStatusCode(code, FaultStatusFormat.AArch32Short);
        status.Kind.Should().Be(kind);
        status.Level.Should().Be(level);
    }

    [Theory]
    [InlineData(FaultStatusFormat.AArch64)]
    [InlineData(FaultStatusFormat.AArch32Long)]
    [InlineData(FaultStatusFormat.AArch32Short)]
    public void Every_code_that_is_not_reserved_is_found_again_from_its_kind_and_level(FaultStatusFormat format)
    {
        for (var value = 0; value < (format == FaultStatusFormat.AArch32Short ? 32 : 64); value++)
        {
            var code = new FaultStatusCode(value, format);
            FaultStatusCode.TryEncode(code.Kind, code.Level, format, out var found)
                .Should().Be(code.Kind != FaultKind.Reserved);
            found.Should().Be(code.Kind == FaultKind.Reserved ? default : code);
        }
    }

    [Fact]
    public void A_translation_fault_converts_between_the_formats_where_they_have_its_level()
    {
        FaultStatusCode.Translation(2).TryConvert(FaultStatusFormat.AArch32Short, out var code).Should().BeTrue();
        code.Value.Should().Be(0b00111);
        FaultStatusCode.Translation(3).TryConvert(FaultStatusFormat.AArch32Short, out _).Should().BeFalse();
        FaultStatusCode.Translation(3).TryConvert(FaultStatusFormat.AArch32Long, out code).Should().BeTrue();
        code.Value.Should().Be(0x07);
        FaultStatusCode.Translation(-1).TryConvert(FaultStatusFormat.AArch32Long, out _).Should().BeFalse();
    }

    [Fact]
    public void A_level_that_a_fault_cannot_have_is_the_callers_mistake()
    {
        var impossible = () => FaultStatusCode.Permission(-1);
        impossible.Should().Throw<ArgumentException>();
        FaultStatusCode.Translation(-2).Value.Should().Be(0x2A);
    }
}
