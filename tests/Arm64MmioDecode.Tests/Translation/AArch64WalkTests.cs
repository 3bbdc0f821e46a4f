using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

public sealed class AArch64WalkTests
{
    private const ulong Page = 0b11;
    private const ulong Table = 0b11;
    private const ulong AF = 1ul << 10;

    // 4KB granule, 39 bits of virtual address in both ranges, 48-bit physical addresses.
    private static readonly Stage1Registers s_linux39 = new()
    {
        Regime = Stage1Regime.EL10,
        Sctlr = 0x1005,
        Tcr = 25 | (25ul << 16) | (0b10ul << 30) | (5ul << 32),
        Ttbr0 = 0x1000,
        Ttbr1 = 0x5000,
        Mair = 0xff_04,
    };

    [Fact]
    public void A_page_at_level_3_gives_address_attributes_and_permissions()
    {
        var memory = new SparseMemory
        {
            [0x1000 + (1 * 8)] = 0x2000 | Table,
            [0x2000 + (2 * 8)] = 0x3000 | Table,
            [0x3000 + (3 * 8)] = 0x8_7654_3000 | AF | (0b11 << 8) | (1 << 6) | (1 << 2) | Page,
        };

        TranslationResult result = Stage1.Translate(memory, s_linux39, new TranslationRequest(0x4040_3abc, TranslationAccess.Read, privileged: false));

        result.Succeeded.Should().BeTrue();
        result.PhysicalAddress.Should().Be(0x8_7654_3abc);
        result.Level.Should().Be(3);
        result.BlockSize.Should().Be(4096);
        result.TableReads.Should().Be(3);
        result.Permissions.Should().Be(AccessPermissions.Read | AccessPermissions.Write | AccessPermissions.Execute);
        result.Attributes.ToString().Should().Be("Normal, Inner Write-Back, Outer Write-Back, Inner Shareable");
    }

    [Fact]
    public void An_invalid_descriptor_is_a_translation_fault_at_its_level()
    {
        TranslationResult result = Stage1.Translate(new SparseMemory(), s_linux39, new TranslationRequest(0, TranslationAccess.Read, privileged: true));

        result.Fault.Kind.Should().Be(TranslationFaultKind.Translation);
        result.Fault.FaultStatusCode.Should().Be(0b000101);
        result.Fault.ToString().Should().Be("Translation fault, level 1");
    }
}
