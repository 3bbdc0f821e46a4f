using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Load-acquire RCpc and store-release with writeback, of pairs, and of vectors (FEAT_LRCPC3), worked out from the manual's
/// operation text for <see cref="PatternMachine"/>.
/// </summary>
public sealed class OrderedAccessTests
{
    [Theory]
    [InlineData("ldapr w0, [x1], #4", 0x99C00820u, false, "x1=9000000", "r4@9000000", "x0=83828180 x1=9000004")]
    [InlineData("ldapr w0, [x1], #4", 0x99C00820u, true, "x1=9000000", "r4@9000000", "x0=80818283 x1=9000004")]
    [InlineData("ldapr x0, [x1], #8", 0xD9C00820u, false, "x1=9000000", "r8@9000000", "x0=8786858483828180 x1=9000008")]
    [InlineData("ldapr x0, [x1], #8", 0xD9C00820u, true, "x1=9000000", "r8@9000000", "x0=8081828384858687 x1=9000008")]
    [InlineData("ldapr x0, [sp], #8", 0xD9C00BE0u, false, "sp=9000000", "r8@9000000", "x0=8786858483828180 sp=9000008")]
    [InlineData("ldapr x0, [sp], #8", 0xD9C00BE0u, true, "sp=9000000", "r8@9000000", "x0=8081828384858687 sp=9000008")]
    [InlineData("ldapr x0, [x1], #8", 0xD9C00820u, false, "x1=fffffffffffffff8", "r8@fffffffffffffff8", "x0=fffefdfcfbfaf9f8 x1=0")]
    [InlineData("stlr w0, [x1, #-4]!", 0x99800820u, false, "x1=9000000", "w4@8fffffc=0", "x1=8fffffc")]
    [InlineData("stlr w0, [x1, #-4]!", 0x99800820u, true, "x1=9000000", "w4@8fffffc=0", "x1=8fffffc")]
    [InlineData("stlr x0, [x1, #-8]!", 0xD9800820u, false, "x1=9000000", "w8@8fffff8=5555555500000000", "x1=8fffff8")]
    [InlineData("stlr x0, [x1, #-8]!", 0xD9800820u, true, "x1=9000000", "w8@8fffff8=55555555", "x1=8fffff8")]
    [InlineData("stlr xzr, [sp, #-8]!", 0xD9800BFFu, false, "sp=9000000", "w8@8fffff8=0", "sp=8fffff8")]
    [InlineData("stlr xzr, [sp, #-8]!", 0xD9800BFFu, true, "sp=9000000", "w8@8fffff8=0", "sp=8fffff8")]
    [InlineData("stlr x0, [x1, #-8]!", 0xD9800820u, false, "x1=0", "w8@fffffffffffffff8=5555555500000000", "x1=fffffffffffffff8")]
    [InlineData("ldiapp w0, w1, [x2]", 0x99411840u, false, "x2=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=87868584")]
    [InlineData("ldiapp w0, w1, [x2]", 0x99411840u, true, "x2=9000000", "r4@9000000 r4@9000004", "x0=80818283 x1=84858687")]
    [InlineData("ldiapp x0, x1, [x2]", 0xD9411840u, false, "x2=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldiapp x0, x1, [x2]", 0xD9411840u, true, "x2=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldiapp w0, w1, [x2], #8", 0x99410840u, false, "x2=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=87868584 x2=9000008")]
    [InlineData("ldiapp w0, w1, [x2], #8", 0x99410840u, true, "x2=9000000", "r4@9000000 r4@9000004", "x0=80818283 x1=84858687 x2=9000008")]
    [InlineData("ldiapp x0, x1, [x2], #16", 0xD9410840u, false, "x2=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988 x2=9000010")]
    [InlineData("ldiapp x0, x1, [x2], #16", 0xD9410840u, true, "x2=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687 x1=88898a8b8c8d8e8f x2=9000010")]
    [InlineData("ldiapp x0, x1, [x2], #16", 0xD9410840u, false, "x2=fffffffffffffff8", "r8@fffffffffffffff8 r8@0", "x0=fffefdfcfbfaf9f8 x1=8786858483828180 x2=8")]
    [InlineData("stilp w0, w1, [x2]", 0x99011840u, false, "x2=9000000", "w4@9000000=0 w4@9000004=1", "")]
    [InlineData("stilp w0, w1, [x2]", 0x99011840u, true, "x2=9000000", "w4@9000000=0 w4@9000004=1000000", "")]
    [InlineData("stilp x0, x1, [x2]", 0xD9011840u, false, "x2=9000000", "w8@9000000=5555555500000000 w8@9000008=5555555500000001", "")]
    [InlineData("stilp x0, x1, [x2]", 0xD9011840u, true, "x2=9000000", "w8@9000000=55555555 w8@9000008=100000055555555", "")]
    [InlineData("stilp w0, w1, [x2, #-8]!", 0x99010840u, false, "x2=9000000", "w4@8fffffc=1 w4@8fffff8=0", "x2=8fffff8")]
    [InlineData("stilp w0, w1, [x2, #-8]!", 0x99010840u, true, "x2=9000000", "w4@8fffffc=1000000 w4@8fffff8=0", "x2=8fffff8")]
    [InlineData("stilp x0, x1, [x2, #-16]!", 0xD9010840u, false, "x2=9000000", "w8@8fffff8=5555555500000001 w8@8fffff0=5555555500000000", "x2=8fffff0")]
    [InlineData("stilp x0, x1, [x2, #-16]!", 0xD9010840u, true, "x2=9000000", "w8@8fffff8=100000055555555 w8@8fffff0=55555555", "x2=8fffff0")]
    [InlineData("stilp x0, xzr, [sp, #-16]!", 0xD91F0BE0u, false, "sp=9000000", "w8@8fffff8=0 w8@8fffff0=5555555500000000", "sp=8fffff0")]
    [InlineData("stilp x0, xzr, [sp, #-16]!", 0xD91F0BE0u, true, "sp=9000000", "w8@8fffff8=0 w8@8fffff0=55555555", "sp=8fffff0")]
    [InlineData("ldapur b0, [x1, #1]", 0x1D401820u, false, "x1=9000000", "r1@9000001", "v0=0:81")]
    [InlineData("ldapur b0, [x1, #1]", 0x1D401820u, true, "x1=9000000", "r1@9000001", "v0=0:81")]
    [InlineData("stlur b0, [x1, #-1]", 0x1D1FF820u, false, "x1=9000000", "w1@8ffffff=a0", "")]
    [InlineData("stlur b0, [x1, #-1]", 0x1D1FF820u, true, "x1=9000000", "w1@8ffffff=a0", "")]
    [InlineData("ldapur h0, [x1, #2]", 0x5D402820u, false, "x1=9000000", "r2@9000002", "v0=0:8382")]
    [InlineData("ldapur h0, [x1, #2]", 0x5D402820u, true, "x1=9000000", "r2@9000002", "v0=0:8283")]
    [InlineData("stlur h0, [x1, #-2]", 0x5D1FE820u, false, "x1=9000000", "w2@8fffffe=a0", "")]
    [InlineData("stlur h0, [x1, #-2]", 0x5D1FE820u, true, "x1=9000000", "w2@8fffffe=a000", "")]
    [InlineData("ldapur s0, [x1, #4]", 0x9D404820u, false, "x1=9000000", "r4@9000004", "v0=0:87868584")]
    [InlineData("ldapur s0, [x1, #4]", 0x9D404820u, true, "x1=9000000", "r4@9000004", "v0=0:84858687")]
    [InlineData("stlur s0, [x1, #-4]", 0x9D1FC820u, false, "x1=9000000", "w4@8fffffc=a0", "")]
    [InlineData("stlur s0, [x1, #-4]", 0x9D1FC820u, true, "x1=9000000", "w4@8fffffc=a0000000", "")]
    [InlineData("ldapur d0, [x1, #8]", 0xDD408820u, false, "x1=9000000", "r8@9000008", "v0=0:8f8e8d8c8b8a8988")]
    [InlineData("ldapur d0, [x1, #8]", 0xDD408820u, true, "x1=9000000", "r8@9000008", "v0=0:88898a8b8c8d8e8f")]
    [InlineData("stlur d0, [x1, #-8]", 0xDD1F8820u, false, "x1=9000000", "w8@8fffff8=a0", "")]
    [InlineData("stlur d0, [x1, #-8]", 0xDD1F8820u, true, "x1=9000000", "w8@8fffff8=a000000000000000", "")]
    [InlineData("ldapur q0, [x1, #16]", 0x1DC10820u, false, "x1=9000000", "r8@9000010 r8@9000018", "v0=9f9e9d9c9b9a9998:9796959493929190")]
    [InlineData("ldapur q0, [x1, #16]", 0x1DC10820u, true, "x1=9000000", "r8@9000010 r8@9000018", "v0=9091929394959697:98999a9b9c9d9e9f")]
    [InlineData("stlur q0, [x1, #-16]", 0x1D9F0820u, false, "x1=9000000", "w8@8fffff0=a0 w8@8fffff8=b0", "")]
    [InlineData("stlur q0, [x1, #-16]", 0x1D9F0820u, true, "x1=9000000", "w8@8fffff0=b000000000000000 w8@8fffff8=a000000000000000", "")]
    [InlineData("ldapur q0, [sp, #16]", 0x1DC10BE0u, false, "sp=9000000", "r8@9000010 r8@9000018", "v0=9f9e9d9c9b9a9998:9796959493929190")]
    [InlineData("ldapur q0, [sp, #16]", 0x1DC10BE0u, true, "sp=9000000", "r8@9000010 r8@9000018", "v0=9091929394959697:98999a9b9c9d9e9f")]
    [InlineData("ldap1 { v0.d }[0], [x1]", 0x0D418420u, false, "x1=9000000", "r8@9000000", "v0=b0:8786858483828180")]
    [InlineData("ldap1 { v0.d }[0], [x1]", 0x0D418420u, true, "x1=9000000", "r8@9000000", "v0=b0:8081828384858687")]
    [InlineData("stl1 { v0.d }[0], [x1]", 0x0D018420u, false, "x1=9000000", "w8@9000000=a0", "")]
    [InlineData("stl1 { v0.d }[0], [x1]", 0x0D018420u, true, "x1=9000000", "w8@9000000=a000000000000000", "")]
    [InlineData("ldap1 { v0.d }[1], [x1]", 0x4D418420u, false, "x1=9000000", "r8@9000000", "v0=8786858483828180:a0")]
    [InlineData("ldap1 { v0.d }[1], [x1]", 0x4D418420u, true, "x1=9000000", "r8@9000000", "v0=8081828384858687:a0")]
    [InlineData("stl1 { v0.d }[1], [x1]", 0x4D018420u, false, "x1=9000000", "w8@9000000=b0", "")]
    [InlineData("stl1 { v0.d }[1], [x1]", 0x4D018420u, true, "x1=9000000", "w8@9000000=b000000000000000", "")]
    public void Rcpc3_is_what_the_manual_says(string text, uint opcode, bool bigEndian, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, PatternCase.Perform with { BigEndian = bigEndian }, registers, transactions, changes);

    [Theory]
    // LSCP: pairs with acquire and release semantics.
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, false, "x2=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, true, "x2=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, false, "x2=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, true, "x2=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, false, "x2=9000000", "w8@9000000=5555555500000000 w8@9000008=5555555500000001", "")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, true, "x2=9000000", "w8@9000000=55555555 w8@9000008=100000055555555", "")]
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, false, "x2=9000008", "r8@9000008 r8@9000010", "x0=8f8e8d8c8b8a8988 x1=9796959493929190")]
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, true, "x2=9000008", "r8@9000008 r8@9000010", "x0=88898a8b8c8d8e8f x1=9091929394959697")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, false, "x2=9000008", "r8@9000008 r8@9000010", "x0=8f8e8d8c8b8a8988 x1=9796959493929190")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, true, "x2=9000008", "r8@9000008 r8@9000010", "x0=88898a8b8c8d8e8f x1=9091929394959697")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, false, "x2=9000008", "w8@9000008=5555555500000000 w8@9000010=5555555500000001", "")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, true, "x2=9000008", "w8@9000008=55555555 w8@9000010=100000055555555", "")]
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, false, "x2=fffffffffffffff8", "r8@fffffffffffffff8 r8@0", "x0=fffefdfcfbfaf9f8 x1=8786858483828180")]
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, true, "x2=fffffffffffffff8", "r8@fffffffffffffff8 r8@0", "x0=f8f9fafbfcfdfeff x1=8081828384858687")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, false, "x2=fffffffffffffff8", "r8@fffffffffffffff8 r8@0", "x0=fffefdfcfbfaf9f8 x1=8786858483828180")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, true, "x2=fffffffffffffff8", "r8@fffffffffffffff8 r8@0", "x0=f8f9fafbfcfdfeff x1=8081828384858687")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, false, "x2=fffffffffffffff8", "w8@fffffffffffffff8=5555555500000000 w8@0=5555555500000001", "")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, true, "x2=fffffffffffffff8", "w8@fffffffffffffff8=55555555 w8@0=100000055555555", "")]
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, false, "x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8", "x0=f7f6f5f4f3f2f1f0 x1=fffefdfcfbfaf9f8")]
    [InlineData("ldap x0, x1, [x2]", 0xD9415840u, true, "x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8", "x0=f0f1f2f3f4f5f6f7 x1=f8f9fafbfcfdfeff")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, false, "x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8", "x0=f7f6f5f4f3f2f1f0 x1=fffefdfcfbfaf9f8")]
    [InlineData("ldapp x0, x1, [x2]", 0xD9417840u, true, "x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8", "x0=f0f1f2f3f4f5f6f7 x1=f8f9fafbfcfdfeff")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, false, "x2=fffffffffffffff0", "w8@fffffffffffffff0=5555555500000000 w8@fffffffffffffff8=5555555500000001", "")]
    [InlineData("stlp x0, x1, [x2]", 0xD9015840u, true, "x2=fffffffffffffff0", "w8@fffffffffffffff0=55555555 w8@fffffffffffffff8=100000055555555", "")]
    [InlineData("ldap x0, xzr, [sp]", 0xD95F5BE0u, false, "sp=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180")]
    [InlineData("ldap x0, xzr, [sp]", 0xD95F5BE0u, true, "sp=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687")]
    [InlineData("stlp xzr, x1, [sp]", 0xD9015BFFu, false, "sp=9000000", "w8@9000000=0 w8@9000008=5555555500000001", "")]
    [InlineData("stlp xzr, x1, [sp]", 0xD9015BFFu, true, "sp=9000000", "w8@9000000=0 w8@9000008=100000055555555", "")]
    [InlineData("ldapp x2, x1, [x2]", 0xD9417842u, false, "x2=9000000", "r8@9000000 r8@9000008", "x1=8f8e8d8c8b8a8988 x2=8786858483828180")]
    [InlineData("ldapp x2, x1, [x2]", 0xD9417842u, true, "x2=9000000", "r8@9000000 r8@9000008", "x1=88898a8b8c8d8e8f x2=8081828384858687")]
    public void Lscp_is_what_the_manual_says(string text, uint opcode, bool bigEndian, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, PatternCase.Perform with { BigEndian = bigEndian }, registers, transactions, changes);

    [Theory]
    [InlineData("ldapr x0, [x1], #8", 0xD9C00820u, 0x9000004, false)]
    [InlineData("stlr w0, [x1, #-4]!", 0x99800820u, 0x9000002, true)]
    [InlineData("ldiapp x0, x1, [x1]", 0xD9411820u, 0x9000004, false)]
    [InlineData("stilp w0, w2, [x1]", 0x99021820u, 0x9000002, true)]
    [InlineData("ldapur q0, [x1, #16]", 0x1DC10820u, 0x9000008, false)]
    [InlineData("stlur h0, [x1, #-2]", 0x5D1FE820u, 0x9000001, true)]
    [InlineData("ldap1 { v0.d }[0], [x1]", 0x0D418420u, 0x9000001, false)]
    [InlineData("ldap x0, x2, [x1]", 0xD9425820u, 0x9000004, false)]
    [InlineData("stlp x0, x2, [x1]", 0xD9025820u, 0x9000004, true)]
    public void An_ordered_access_that_is_not_aligned_faults_whatever_the_policy(string text, uint opcode, ulong address, bool isWrite)
    {
        var machine = new PatternMachine();
        machine.Registers.SetX(1, address);

        machine.Execute(opcode, PatternCase.Perform with { Unaligned = UnalignedPolicy.Pass }).Should().Be(EmulationStatus.Fault, text);

        machine.Fault.StatusCode.Should().Be(FaultStatusCode.Alignment);
        machine.Fault.IsWrite.Should().Be(isWrite);
        machine.Transactions.Should().BeEmpty();
        machine.Changes().Should().BeEmpty();
    }
}
