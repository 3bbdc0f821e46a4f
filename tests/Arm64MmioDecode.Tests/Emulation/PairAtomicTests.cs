using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// 128-bit atomics (FEAT_LSE128), worked out from the manual's operation text for <see cref="PatternMachine"/>.
/// </summary>
public sealed class PairAtomicTests
{
    [Theory]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, false, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8282808083828180 w8@9000008=8a8a88888b8a8988", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, true, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858482828080 w8@9000008=8e8e8d8c8a8a8888", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, false, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8282808083828180 w8@9000008=8a8a88888b8a8988", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, true, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858482828080 w8@9000008=8e8e8d8c8a8a8888", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, false, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=d7d7d5d583828180 w8@9000008=dfdfdddd8b8a8989", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, true, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=87868584d7d7d5d5 w8@9000008=8f8e8d8cdfdfdddd", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, false, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=5555555500000000 w8@9000008=5555555500000001", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, true, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=55555555 w8@9000008=100000055555555", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, false, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=8282808093929190 w8@9000018=8a8a88889b9a9998", "x0=9796959493929190 x1=9f9e9d9c9b9a9998")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, true, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=9796959482828080 w8@9000018=9e9e9d9c8a8a8888", "x0=9091929394959697 x1=98999a9b9c9d9e9f")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, false, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=8282808093929190 w8@9000018=8a8a88889b9a9998", "x0=9796959493929190 x1=9f9e9d9c9b9a9998")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, true, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=9796959482828080 w8@9000018=9e9e9d9c8a8a8888", "x0=9091929394959697 x1=98999a9b9c9d9e9f")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, false, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=d7d7d5d593929190 w8@9000018=dfdfdddd9b9a9999", "x0=9796959493929190 x1=9f9e9d9c9b9a9998")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, true, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=97969594d7d7d5d5 w8@9000018=9f9e9d9cdfdfdddd", "x0=9091929394959697 x1=98999a9b9c9d9e9f")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, false, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=5555555500000000 w8@9000018=5555555500000001", "x0=9796959493929190 x1=9f9e9d9c9b9a9998")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, true, "x2=9000010", "r8@9000010 r8@9000018 w8@9000010=55555555 w8@9000018=100000055555555", "x0=9091929394959697 x1=98999a9b9c9d9e9f")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, false, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=0 w8@9000008=8e008c008a0088", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, true, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=0 w8@9000008=8f008d008b008900", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, false, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=0 w8@9000008=8e008c008a0088", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, true, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=0 w8@9000008=8f008d008b008900", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, false, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=ffffffffffffffff w8@9000008=ff8eff8cff8aff88", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, true, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=ffffffffffffffff w8@9000008=8fff8dff8bff89ff", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, false, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=ffffffffffffffff w8@9000008=ff00ff00ff00ff00", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, true, "x0=ffffffffffffffff x1=ff00ff00ff00ff00 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=ffffffffffffffff w8@9000008=ff00ff00ff00ff", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, false, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858483828180 w8@9000008=8f8e8d8c8b8a8988", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, true, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858483828180 w8@9000008=8f8e8d8c8b8a8988", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, false, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858483828180 w8@9000008=8f8e8d8c8b8a8988", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, true, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858483828180 w8@9000008=8f8e8d8c8b8a8988", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, false, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858483828180 w8@9000008=8f8e8d8c8b8a8988", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, true, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858483828180 w8@9000008=8f8e8d8c8b8a8988", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, false, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=0 w8@9000008=0", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, true, "x0=0 x1=0 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=0 w8@9000008=0", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, false, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=77f6f5f4f3f2f1f0 w8@fffffffffffffff8=8000000000000000", "x0=f7f6f5f4f3f2f1f0 x1=fffefdfcfbfaf9f8")]
    [InlineData("ldclrp x0, x1, [x2]", 0x19211040u, true, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=f6f6f5f4f3f2f170 w8@fffffffffffffff8=80", "x0=f0f1f2f3f4f5f6f7 x1=f8f9fafbfcfdfeff")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, false, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=77f6f5f4f3f2f1f0 w8@fffffffffffffff8=8000000000000000", "x0=f7f6f5f4f3f2f1f0 x1=fffefdfcfbfaf9f8")]
    [InlineData("ldclrpal x0, x1, [x2]", 0x19E11040u, true, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=f6f6f5f4f3f2f170 w8@fffffffffffffff8=80", "x0=f0f1f2f3f4f5f6f7 x1=f8f9fafbfcfdfeff")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, false, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=f7f6f5f4f3f2f1f1 w8@fffffffffffffff8=ffffffffffffffff", "x0=f7f6f5f4f3f2f1f0 x1=fffefdfcfbfaf9f8")]
    [InlineData("ldsetp x0, x1, [x2]", 0x19213040u, true, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=f7f6f5f4f3f2f1f0 w8@fffffffffffffff8=ffffffffffffffff", "x0=f0f1f2f3f4f5f6f7 x1=f8f9fafbfcfdfeff")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, false, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=8000000000000001 w8@fffffffffffffff8=7fffffffffffffff", "x0=f7f6f5f4f3f2f1f0 x1=fffefdfcfbfaf9f8")]
    [InlineData("swpp x0, x1, [x2]", 0x19218040u, true, "x0=8000000000000001 x1=7fffffffffffffff x2=fffffffffffffff0", "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0=100000000000080 w8@fffffffffffffff8=ffffffffffffff7f", "x0=f0f1f2f3f4f5f6f7 x1=f8f9fafbfcfdfeff")]
    [InlineData("ldsetpa x0, x1, [sp]", 0x19A133E0u, false, "sp=9000000", "r8@9000000 r8@9000008 w8@9000000=d7d7d5d583828180 w8@9000008=dfdfdddd8b8a8989", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldsetpa x0, x1, [sp]", 0x19A133E0u, true, "sp=9000000", "r8@9000000 r8@9000008 w8@9000000=87868584d7d7d5d5 w8@9000008=8f8e8d8cdfdfdddd", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("swppl x3, x4, [x0]", 0x19648003u, false, "x0=9000000", "r8@9000000 r8@9000008 w8@9000000=5555555500000003 w8@9000008=5555555500000004", "x3=8786858483828180 x4=8f8e8d8c8b8a8988")]
    [InlineData("swppl x3, x4, [x0]", 0x19648003u, true, "x0=9000000", "r8@9000000 r8@9000008 w8@9000000=300000055555555 w8@9000008=400000055555555", "x3=8081828384858687 x4=88898a8b8c8d8e8f")]
    [InlineData("ldclrp x2, x1, [x2]", 0x19211042u, false, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858482828180 w8@9000008=8a8a88888b8a8988", "x1=8f8e8d8c8b8a8988 x2=8786858483828180")]
    [InlineData("ldclrp x2, x1, [x2]", 0x19211042u, true, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8786858483828180 w8@9000008=8e8e8d8c8a8a8888", "x1=88898a8b8c8d8e8f x2=8081828384858687")]
    [InlineData("swpp x0, x2, [x2]", 0x19228040u, false, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=5555555500000000 w8@9000008=9000000", "x0=8786858483828180 x2=8f8e8d8c8b8a8988")]
    [InlineData("swpp x0, x2, [x2]", 0x19228040u, true, "x2=9000000", "r8@9000000 r8@9000008 w8@9000000=55555555 w8@9000008=900000000", "x0=8081828384858687 x2=88898a8b8c8d8e8f")]
    public void A_128_bit_atomic_is_what_the_manual_says(string text, uint opcode, bool bigEndian, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, PatternCase.Perform with { BigEndian = bigEndian }, registers, transactions, changes);

    [Theory]
    [InlineData(0x9000008)]
    [InlineData(0x9000001)]
    public void A_128_bit_atomic_needs_the_alignment_of_its_whole_size(ulong address)
    {
        var machine = new PatternMachine();
        machine.Registers.SetX(2, address);

        machine.Execute(0x19211040, PatternCase.Perform).Should().Be(EmulationStatus.Fault);

        machine.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.Alignment, address, isWrite: false));
        machine.Changes().Should().BeEmpty();
    }
}
