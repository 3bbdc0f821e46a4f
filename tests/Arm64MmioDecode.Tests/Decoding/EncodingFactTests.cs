using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Decoding;

/// <summary>
/// What Arm's specification says about encodings that disassemblers and emulators get wrong or pass over. Words and texts
/// without another remark are also LLVM 22's.
/// </summary>
public sealed class EncodingFactTests
{
    [Theory]
    [InlineData("CAST with bits 14:10 = 11111", 0xC9827CC0u, "cast x2, x0, [x6]")]
    [InlineData("CASPT with bits 14:10 = 11111", 0x49827CC0u, "caspt x2, x3, x0, x1, [x6]")]
    [InlineData("LDAP, newer than the 2025-03 specification", 0xD9415820u, "ldap x0, x1, [x1]")]
    [InlineData("LDAPP", 0xD9417820u, "ldapp x0, x1, [x1]")]
    [InlineData("STLP", 0xD9015820u, "stlp x0, x1, [x1]")]
    [InlineData("SETGOP", 0x1DDF0041u, "setgop [x1]!, x2!")]
    [InlineData("STG takes the tag from SP, not XZR", 0xD920083Fu, "stg sp, [x1]")]
    [InlineData("ST2G takes the tag from SP", 0xD9A0083Fu, "st2g sp, [x1]")]
    [InlineData("STZG takes the tag from SP", 0xD960083Fu, "stzg sp, [x1]")]
    [InlineData("STZ2G takes the tag from SP", 0xD9E0083Fu, "stz2g sp, [x1]")]
    [InlineData("SET takes its data from XZR", 0x19DF0441u, "setp [x1]!, x2!, xzr")]
    [InlineData("LDRAA pre-index with offset 0", 0xF8200C20u, "ldraa x0, [x1, #0]!")]
    [InlineData("LDRAB pre-index with offset 0", 0xF8A00C20u, "ldrab x0, [x1, #0]!")]
    public void An_A64_encoding_is_what_it_is(string what, uint opcode, string text)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess, what);

        access.ToString().Should().Be(text);
        access.IsUnpredictable.Should().BeFalse(what);
    }

    [Theory]
    [InlineData("CASPT with bits 14:10 = 11010, which LLVM accepts", 0x498068C2u)]
    [InlineData("CAST with bits 14:10 = 01001, which LLVM accepts", 0xC98027F9u)]
    [InlineData("CASP with an odd Rs", 0x48217C82u)]
    [InlineData("CASP with an odd Rt", 0x48207C83u)]
    [InlineData("CASPT with an odd Rs", 0x49817C82u)]
    [InlineData("LD64B with an odd Rt", 0xF83FD001u)]
    [InlineData("LD64B with Rt<4:3> = 11", 0xF83FD018u)]
    [InlineData("ST64B with an odd Rt", 0xF83F9001u)]
    [InlineData("ST64B with Rt<4:3> = 11", 0xF83F9018u)]
    [InlineData("ST64BV with an odd Rt", 0xF822B001u)]
    [InlineData("ST64BV with Rt<4:3> = 11", 0xF822B018u)]
    [InlineData("ST64BV0 with an odd Rt", 0xF822A001u)]
    [InlineData("ST64BV0 with Rt<4:3> = 11", 0xF822A018u)]
    public void An_A64_word_is_undefined(string what, uint opcode) =>
        InstructionDecoder.DecodeA64(opcode, out _).Should().Be(DecodeStatus.Unallocated, what);

    [Theory]
    [InlineData("LDTR with Rt = Rn, of which LLVM warns", 0x38400821u, "ldtrb w1, [x1]")]
    [InlineData("LDTRSW with Rt = Rn", 0xB8800821u, "ldtrsw x1, [x1]")]
    [InlineData("STGP with writeback and Rt = Rn, of which LLVM warns", 0x68808400u, "stgp x0, x1, [x0], #16")]
    [InlineData("CPY without overlaps", 0x1D010440u, "cpyp [x0]!, [x1]!, x2!")]
    public void An_A64_overlap_is_none(string what, uint opcode, string text)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess, what);

        access.ToString().Should().Be(text);
        access.IsUnpredictable.Should().BeFalse(what);
    }

    [Theory]
    [InlineData("STXR with Rs = Rt", 0x88027C22u)]
    [InlineData("STXR with Rs = Rn", 0x88017C20u)]
    [InlineData("STXP with Rs = Rt2", 0x88220820u)]
    [InlineData("LDCLRP with Rt = Rt2", 0x19201020u)]
    [InlineData("SWPP with Rt = Rt2", 0x19208020u)]
    [InlineData("RCWCLRP with Rt = Rt2", 0x19209020u)]
    [InlineData("RCWSWPP with Rt = Rt2", 0x1920A020u)]
    [InlineData("CPY with s = d", 0x1D000440u)]
    [InlineData("CPY with n = d", 0x1D010400u)]
    [InlineData("CPY with n = s", 0x1D010420u)]
    [InlineData("CPY with d = 31", 0x1D01045Fu)]
    [InlineData("CPY with s = 31", 0x1D1F0440u)]
    [InlineData("CPY with n = 31", 0x1D0107E0u)]
    [InlineData("SET with s = n", 0x19C20441u)]
    [InlineData("SET with s = d", 0x19C10441u)]
    [InlineData("SET with n = d", 0x19C30421u)]
    [InlineData("SET with n = 31", 0x19C307E1u)]
    [InlineData("SET with d = 31", 0x19C3045Fu)]
    public void An_A64_overlap_is_reported_though_LLVM_may_be_silent(string what, uint opcode)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess, what);

        access.IsUnpredictable.Should().BeTrue(what);
        access.Unpredictable.Should().NotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("A32 STRD (immediate) with imm4L = 15, of which LLVM warns", InstructionSet.A32, 0xE1C060FFu, "strd r6, r7, [r0, #15]")]
    [InlineData("A32 LDC of DBGDTRTXint", InstructionSet.A32, 0xED905E01u, "ldc p14, c5, [r0, #4]")]
    [InlineData("T32 STC of DBGDTRRXint", InstructionSet.T32, 0xED805E01u, "stc p14, c5, [r0, #4]")]
    [InlineData("A32 VLDM with an odd imm8", InstructionSet.A32, 0xECB00B03u, "fldmiax r0!, {d0}")]
    [InlineData("A32 VSTM with an odd imm8", InstructionSet.A32, 0xECA00B05u, "fstmiax r0!, {d0, d1}")]
    [InlineData("T32 RFE with P = 0, U = 0", InstructionSet.T32, 0xE810C000u, "rfedb r0")]
    [InlineData("T32 RFE with P = 1, U = 1", InstructionSet.T32, 0xE990C000u, "rfeia r0")]
    [InlineData("A32 RFE with P = 1, U = 0", InstructionSet.A32, 0xF9100A00u, "rfedb r0")]
    [InlineData("A32 RFE with P = 0, U = 1", InstructionSet.A32, 0xF8900A00u, "rfeia r0")]
    [InlineData("T32 SRS with P = 0, U = 0", InstructionSet.T32, 0xE80DC013u, "srsdb sp, #19")]
    [InlineData("T32 SRS with P = 1, U = 1", InstructionSet.T32, 0xE98DC013u, "srsia sp, #19")]
    [InlineData("T32 LDM T1 with the base in the list", InstructionSet.T32, 0xC903u, "ldm r1, {r0, r1}")]
    [InlineData("T32 LDM T1 without the base in the list", InstructionSet.T32, 0xC905u, "ldm r1!, {r0, r2}")]
    public void An_AArch32_encoding_is_what_it_is(string what, InstructionSet set, uint opcode, string text)
    {
        InstructionDecoder.Decode(set, opcode, ItState.None, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess, what);

        access.ToString().Should().Be(text);
        access.IsUnpredictable.Should().BeFalse(what);
    }

    [Theory]
    [InlineData("A32 LDC of c6", InstructionSet.A32, 0xED906E00u)]
    [InlineData("A32 LDC of p13", InstructionSet.A32, 0xED905D00u)]
    [InlineData("A32 STC with D = 1", InstructionSet.A32, 0xEDC05E00u)]
    [InlineData("T32 LDC of c6", InstructionSet.T32, 0xED906E00u)]
    [InlineData("T32 STRD with base PC, which LLVM prints", InstructionSet.T32, 0xE9CF0100u)]
    public void An_AArch32_word_is_unallocated(string what, InstructionSet set, uint opcode) =>
        InstructionDecoder.Decode(set, opcode, ItState.None, out _).Should().Be(DecodeStatus.Unallocated, what);

    [Theory]
    [InlineData("LDREX with base PC", InstructionSet.A32, 0xE19F1F9Fu)]
    [InlineData("STREX with base PC", InstructionSet.A32, 0xE18F1F92u)]
    [InlineData("LDREX with base PC", InstructionSet.T32, 0xE85F1F00u)]
    [InlineData("LDAEX with base PC", InstructionSet.A32, 0xE19F1E9Fu)]
    [InlineData("LDR (literal) with W = 1", InstructionSet.A32, 0xE5BF0008u)]
    [InlineData("LDR (literal) with P = 0", InstructionSet.A32, 0xE49F0008u)]
    [InlineData("LDRD (literal) with W = 1", InstructionSet.T32, 0xE9FF0102u)]
    public void An_AArch32_word_is_unpredictable_and_writes_no_base_back(string what, InstructionSet set, uint opcode)
    {
        InstructionDecoder.Decode(set, opcode, ItState.None, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess, what);

        access.IsUnpredictable.Should().BeTrue(what);
        access.Writeback.Should().BeFalse(what);
    }
}
