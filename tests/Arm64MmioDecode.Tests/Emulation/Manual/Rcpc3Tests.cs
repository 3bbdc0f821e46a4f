using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>LDAPR and STLR with writeback, LDIAPP and STILP, LDAP1 and STL1, LDAPUR and STLUR of SIMD&amp;FP registers (FEAT_LRCPC3), Arm ARM sections C6.2 and C7.2.</summary>
public sealed class Rcpc3Tests
{
    public static TheoryData<ManualCase> General =>
    [
        // LDAPR with post-index: the word is zero-extended, the base grows by the size.
        new("99c00820 ldapr w0, [x1], #4",
            "x1=9000 @9000=01000080",
            "x0=80000001 x1=9004",
            "r4@9000"),
        new("d9c00820 ldapr x0, [x1], #8",
            "x1=9000 @9000=0100000000000080",
            "x0=8000000000000001 x1=9008",
            "r8@9000"),
        new("99c00820 ldapr w0, [x1], #4",
            "x1=9004 @9004=ffffffff",
            "x0=ffffffff x1=9008",
            "r4@9004"),
        new("d9c00bbe ldapr x30, [x29], #8",
            "x29=9008 @9008=ffffffffffffffff",
            "x30=ffffffffffffffff x29=9010",
            "r8@9008"),
        new("99c00820 ldapr w0, [x1], #4",
            "x1=9000 @9000=11223344",
            "x0=11223344 x1=9004",
            "r4@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9c00820 ldapr x0, [x1], #8",
            "x1=9000 @9000=1122334455667788",
            "x0=1122334455667788 x1=9008",
            "r8@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("99c00be2 ldapr w2, [sp], #4",
            "sp=9010 @9010=01000000",
            "x2=1 sp=9014",
            "r4@9010"),
        new("d9c00be2 ldapr x2, [sp], #8",
            "sp=9010 @9010=0100000000000000",
            "x2=1 sp=9018",
            "r8@9010"),
        // The zero register as target: memory is read all the same.
        new("99c0083f ldapr wzr, [x1], #4",
            "x1=9000 @9000=78563412",
            "x1=9004",
            "r4@9000"),
        new("d9c00bff ldapr xzr, [sp], #8",
            "sp=9000 @9000=8877665544332211",
            "sp=9008",
            "r8@9000"),
        // The base wraps; a tag stays in it.
        new("99c00820 ldapr w0, [x1], #4",
            "x1=fffffffffffffffc @fffffffffffffffc=05000000",
            "x0=5 x1=0",
            "r4@fffffffffffffffc"),
        new("d9c00820 ldapr x0, [x1], #8",
            "x1=fffffffffffffff8 @fffffffffffffff8=0600000000000000",
            "x0=6 x1=0",
            "r8@fffffffffffffff8"),
        new("d9c00820 ldapr x0, [x1], #8",
            "x1=a500000000009000 @9000=8877665544332211",
            "x0=1122334455667788 x1=a500000000009008",
            "r8@9000")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // STLR with pre-index: the base shrinks by the size first.
        new("99800820 stlr w0, [x1, #-4]!",
            "x0=aabbccdd11223344 x1=9004 @9000=eeeeeeee",
            "x1=9000 @9000=44332211",
            "w4@9000"),
        new("d9800820 stlr x0, [x1, #-8]!",
            "x0=1122334455667788 x1=9008 @9000=eeeeeeeeeeeeeeee",
            "x1=9000 @9000=8877665544332211",
            "w8@9000"),
        new("99800820 stlr w0, [x1, #-4]!",
            "x0=11223344 x1=9010 @900c=eeeeeeee",
            "x1=900c @900c=11223344",
            "w4@900c")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9800820 stlr x0, [x1, #-8]!",
            "x0=1122334455667788 x1=9010 @9008=eeeeeeeeeeeeeeee",
            "x1=9008 @9008=1122334455667788",
            "w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("9980083f stlr wzr, [x1, #-4]!",
            "x1=9004 @9000=eeeeeeee",
            "x1=9000 @9000=00000000",
            "w4@9000"),
        new("d9800bff stlr xzr, [sp, #-8]!",
            "sp=9010 @9008=eeeeeeeeeeeeeeee",
            "sp=9008 @9008=0000000000000000",
            "w8@9008"),
        new("d9800bfe stlr x30, [sp, #-8]!",
            "x30=1122334455667788 sp=9020 @9018=eeeeeeeeeeeeeeee",
            "sp=9018 @9018=8877665544332211",
            "w8@9018"),
        new("99800820 stlr w0, [x1, #-4]!",
            "x0=7 x1=0 @fffffffffffffffc=eeeeeeee",
            "x1=fffffffffffffffc @fffffffffffffffc=07000000",
            "w4@fffffffffffffffc"),
        new("d9800820 stlr x0, [x1, #-8]!",
            "x0=8 x1=0 @fffffffffffffff8=eeeeeeeeeeeeeeee",
            "x1=fffffffffffffff8 @fffffffffffffff8=0800000000000000",
            "w8@fffffffffffffff8"),
        new("d9800820 stlr x0, [x1, #-8]!",
            "x0=1122334455667788 x1=5a00000000009008 @9000=eeeeeeeeeeeeeeee",
            "x1=5a00000000009000 @9000=8877665544332211",
            "w8@9000")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // Both need alignment, and do not write back without it.
        new("99c00820 ldapr w0, [x1], #4",
            "x1=9002 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9002",
            },
        new("d9c00820 ldapr x0, [x1], #8",
            "x1=9004 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("99800820 stlr w0, [x1, #-4]!",
            "x1=9007 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9003",
            },
        new("d9800820 stlr x0, [x1, #-8]!",
            "x1=900c @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9004",
            },
        new("d9c00820 ldapr x0, [x1], #8",
            "x1=8ff8 @9000=00112233445566778899aabbccddeeff",
            "",
            "r8@8ff8")
            {
                Fault = "abort 10 r 8ff8",
            },
        new("d9800820 stlr x0, [x1, #-8]!",
            "x1=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "w8@8ff8")
            {
                Fault = "abort 10 w 8ff8",
            },
        // LDIAPP: the first register is read first.
        new("99421820 ldiapp w0, w2, [x1]",
            "x1=9000 @9000=01000080_02000080",
            "x0=80000001 x2=80000002",
            "r4@9000 r4@9004"),
        new("d9421820 ldiapp x0, x2, [x1]",
            "x1=9000 @9000=8877665544332211_778899aabbccddee",
            "x0=1122334455667788 x2=eeddccbbaa998877",
            "r8@9000 r8@9008"),
        new("99420820 ldiapp w0, w2, [x1], #8",
            "x1=9000 @9000=01000080_feffffff",
            "x0=80000001 x2=fffffffe x1=9008",
            "r4@9000 r4@9004"),
        new("d9420820 ldiapp x0, x2, [x1], #16",
            "x1=9000 @9000=8877665544332211_0100000000000000",
            "x0=1122334455667788 x2=1 x1=9010",
            "r8@9000 r8@9008"),
        new("99420820 ldiapp w0, w2, [x1], #8",
            "x1=9000 @9000=11223344_55667788",
            "x0=11223344 x2=55667788 x1=9008",
            "r4@9000 r4@9004")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9401822 ldiapp x2, x0, [x1]",
            "x1=9000 @9000=1122334455667788_eeddccbbaa998877",
            "x2=1122334455667788 x0=eeddccbbaa998877",
            "r8@9000 r8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9420bff ldiapp xzr, x2, [sp], #16",
            "sp=9010 @9010=8877665544332211_0500000000000000",
            "x2=5 sp=9020",
            "r8@9010 r8@9018"),
        new("995f1bfe ldiapp w30, wzr, [sp]",
            "sp=9010 @9010=06000000_07000000",
            "x30=6",
            "r4@9010 r4@9014"),
        new("d95e0bbf ldiapp xzr, x30, [x29], #16",
            "x29=fffffffffffffff0 @fffffffffffffff0=0100000000000000_0200000000000000",
            "x30=2 x29=0",
            "r8@fffffffffffffff0 r8@fffffffffffffff8"),
        // A register pair needs alignment to one register only.
        new("d9420820 ldiapp x0, x2, [x1], #16",
            "x1=9008 @9008=8877665544332211_0300000000000000",
            "x0=1122334455667788 x2=3 x1=9018",
            "r8@9008 r8@9010"),
        new("99421820 ldiapp w0, w2, [x1]",
            "x1=9004 @9004=04000000_05000000",
            "x0=4 x2=5",
            "r4@9004 r4@9008"),
        new("d9420820 ldiapp x0, x2, [x1], #16",
            "x1=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("99421820 ldiapp w0, w2, [x1]",
            "x1=9002 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9002",
            },
        new("d9420820 ldiapp x0, x2, [x1], #16",
            "x1=9008 @9000=00112233445566778899aabbccddeeff",
            "",
            "r8@9008 r8@9010")
            {
                Fault = "abort 10 r 9010",
            },
        // STILP: with pre-index the second register is written first, so that a stack never has a hole.
        new("99021820 stilp w0, w2, [x1]",
            "x0=80000001 x2=80000002 x1=9000 @9000=eeeeeeeeeeeeeeee",
            "@9000=01000080_02000080",
            "w4@9000 w4@9004"),
        new("d9021820 stilp x0, x2, [x1]",
            "x0=1122334455667788 x2=eeddccbbaa998877 x1=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=8877665544332211_778899aabbccddee",
            "w8@9000 w8@9008"),
        new("99020820 stilp w0, w2, [x1, #-8]!",
            "x0=aaaaaaaa80000001 x2=bbbbbbbb00000002 x1=9008 @9000=eeeeeeeeeeeeeeee",
            "@9000=01000080_02000000 x1=9000",
            "w4@9004 w4@9000"),
        new("d9020820 stilp x0, x2, [x1, #-16]!",
            "x0=1122334455667788 x2=eeddccbbaa998877 x1=9010 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=8877665544332211_778899aabbccddee x1=9000",
            "w8@9008 w8@9000"),
        new("99020820 stilp w0, w2, [x1, #-8]!",
            "x0=11223344 x2=55667788 x1=9008 @9000=eeeeeeeeeeeeeeee",
            "@9000=11223344_55667788 x1=9000",
            "w4@9004 w4@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9001822 stilp x2, x0, [x1]",
            "x2=1122334455667788 x0=eeddccbbaa998877 x1=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=1122334455667788_eeddccbbaa998877",
            "w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9020bff stilp xzr, x2, [sp, #-16]!",
            "x2=5 sp=9020 @9010=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9010=0000000000000000_0500000000000000 sp=9010",
            "w8@9018 w8@9010"),
        new("991f1bfe stilp w30, wzr, [sp]",
            "x30=6 sp=9010 @9010=eeeeeeeeeeeeeeee",
            "@9010=06000000_00000000",
            "w4@9010 w4@9014"),
        new("d9030823 stilp x3, x3, [x1, #-16]!",
            "x3=1122334455667788 x3=1122334455667788 x1=9010 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=8877665544332211_8877665544332211 x1=9000",
            "w8@9008 w8@9000"),
        new("d9020820 stilp x0, x2, [x1, #-16]!",
            "x0=1 x2=2 x1=9018 @9008=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9008=0100000000000000_0200000000000000 x1=9008",
            "w8@9010 w8@9008"),
        new("d9020820 stilp x0, x2, [x1, #-16]!",
            "x0=1 x2=2 x1=9008 @9000=00112233445566778899aabbccddeeff",
            "@9000=0200000000000000",
            "w8@9000 w8@8ff8")
            {
                Fault = "abort 10 w 8ff8",
            },
        new("d9020820 stilp x0, x2, [x1, #-16]!",
            "x1=9014 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9004",
            },
        new("99021820 stilp w0, w2, [x1]",
            "x1=9001 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9001",
            },
    ];

    [Theory]
    [MemberData(nameof(General))]
    public void General_registers_are_transferred_as_the_manual_says(ManualCase manualCase) => manualCase.Verify();

    public static TheoryData<ManualCase> Simd =>
    [
        // LDAP1 changes one doubleword of the register, STL1 stores one.
        new("0d418423 ldap1 { v3.d }[0], [x1]",
            "x1=9000 @9000=8877665544332211",
            "v3=c7c70000333300031122334455667788",
            "r8@9000"),
        new("0d018423 stl1 { v3.d }[0], [x1]",
            "x1=9000 v3=0102030405060708_1112131415161718 @9000=eeeeeeeeeeeeeeee",
            "@9000=1817161514131211",
            "w8@9000"),
        new("0d418423 ldap1 { v3.d }[0], [x1]",
            "x1=9000 @9000=1122334455667788",
            "v3=c7c70000333300031122334455667788",
            "r8@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("0d018423 stl1 { v3.d }[0], [x1]",
            "x1=9000 v3=0102030405060708_1112131415161718 @9000=eeeeeeeeeeeeeeee",
            "@9000=1112131415161718",
            "w8@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("4d418423 ldap1 { v3.d }[1], [x1]",
            "x1=9000 @9000=8877665544332211",
            "v3=1122334455667788b6b6000022220003",
            "r8@9000"),
        new("4d018423 stl1 { v3.d }[1], [x1]",
            "x1=9000 v3=0102030405060708_1112131415161718 @9000=eeeeeeeeeeeeeeee",
            "@9000=0807060504030201",
            "w8@9000"),
        new("4d418423 ldap1 { v3.d }[1], [x1]",
            "x1=9000 @9000=1122334455667788",
            "v3=1122334455667788b6b6000022220003",
            "r8@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("4d018423 stl1 { v3.d }[1], [x1]",
            "x1=9000 v3=0102030405060708_1112131415161718 @9000=eeeeeeeeeeeeeeee",
            "@9000=0102030405060708",
            "w8@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("4d4187ff ldap1 { v31.d }[1], [sp]",
            "sp=9000 v31=1_0000000000000002 @9000=0900000000000000",
            "v31=9_0000000000000002",
            "r8@9000"),
        new("0d0187ff stl1 { v31.d }[0], [sp]",
            "sp=9010 v31=1_0000000000000002 @9010=eeeeeeeeeeeeeeee",
            "@9010=0200000000000000",
            "w8@9010"),
        new("0d418423 ldap1 { v3.d }[0], [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("0d018423 stl1 { v3.d }[0], [x1]",
            "x1=9001 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9001",
            },
        new("4d418423 ldap1 { v3.d }[1], [x1]",
            "x1=8000 @9000=00112233445566778899aabbccddeeff",
            "",
            "r8@8000")
            {
                Fault = "abort 10 r 8000",
            },
        // LDAPUR and STLUR of SIMD&FP registers: a load clears the rest of the register.
        new("1d5f0823 ldapur b3, [x1, #-16]",
            "x1=9010 @9000=18",
            "v3=18",
            "r1@9000"),
        new("1d1f0823 stlur b3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=18eeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "w1@9000"),
        new("1d5f0823 ldapur b3, [x1, #-16]",
            "x1=9010 @9000=18",
            "v3=18",
            "r1@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1d1f0823 stlur b3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=18eeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "w1@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("5d5f0823 ldapur h3, [x1, #-16]",
            "x1=9010 @9000=1817",
            "v3=1718",
            "r2@9000"),
        new("5d1f0823 stlur h3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=1817eeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "w2@9000"),
        new("5d5f0823 ldapur h3, [x1, #-16]",
            "x1=9010 @9000=1718",
            "v3=1718",
            "r2@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("5d1f0823 stlur h3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=1718eeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "w2@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("9d5f0823 ldapur s3, [x1, #-16]",
            "x1=9010 @9000=18171615",
            "v3=15161718",
            "r4@9000"),
        new("9d1f0823 stlur s3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=18171615eeeeeeeeeeeeeeeeeeeeeeee",
            "w4@9000"),
        new("9d5f0823 ldapur s3, [x1, #-16]",
            "x1=9010 @9000=15161718",
            "v3=15161718",
            "r4@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("9d1f0823 stlur s3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=15161718eeeeeeeeeeeeeeeeeeeeeeee",
            "w4@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("dd5f0823 ldapur d3, [x1, #-16]",
            "x1=9010 @9000=1817161514131211",
            "v3=1112131415161718",
            "r8@9000"),
        new("dd1f0823 stlur d3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=1817161514131211eeeeeeeeeeeeeeee",
            "w8@9000"),
        new("dd5f0823 ldapur d3, [x1, #-16]",
            "x1=9010 @9000=1112131415161718",
            "v3=1112131415161718",
            "r8@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("dd1f0823 stlur d3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=1112131415161718eeeeeeeeeeeeeeee",
            "w8@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1ddf0823 ldapur q3, [x1, #-16]",
            "x1=9010 @9000=18171615141312110807060504030201",
            "v3=1020304050607081112131415161718",
            "r8@9000 r8@9008"),
        new("1d9f0823 stlur q3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=18171615141312110807060504030201",
            "w8@9000 w8@9008"),
        new("1ddf0823 ldapur q3, [x1, #-16]",
            "x1=9010 @9000=01020304050607081112131415161718",
            "v3=1020304050607081112131415161718",
            "r8@9000 r8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1d9f0823 stlur q3, [x1, #-16]",
            "x1=9010 v3=1020304050607081112131415161718 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=01020304050607081112131415161718",
            "w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        // The offset is not scaled: -256 to 255.
        new("1d4ffbe0 ldapur b0, [sp, #255]",
            "sp=9000 @90ff=80",
            "v0=80",
            "r1@90ff"),
        new("9d500bdf ldapur s31, [x30, #-256]",
            "x30=9100 @9000=00000080",
            "v31=80000000",
            "r4@9000"),
        new("1d00081f stlur b31, [x0]",
            "x0=9000 v31=1020304050607081112131415161718 @9000=ee",
            "@9000=18",
            "w1@9000"),
        new("dd408820 ldapur d0, [x1, #8]",
            "x1=fffffffffffffff8 @0=8877665544332211",
            "v0=1122334455667788",
            "r8@0"),
        new("1dc08820 ldapur q0, [x1, #8]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9008",
            },
        new("1d801820 stlur q0, [x1, #1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9001",
            },
        new("5d401820 ldapur h0, [x1, #1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9001",
            },
        new("9d002820 stlur s0, [x1, #2]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9002",
            },
        new("1dc00820 ldapur q0, [x1]",
            "x1=9000 @9000=0011223344556677",
            "",
            "r8@9000 r8@9008")
            {
                Fault = "abort 10 r 9008",
            },
        new("1d800820 stlur q0, [x1]",
            "x1=9000 v0=1020304050607081112131415161718 @9000=0011223344556677",
            "@9000=1817161514131211",
            "w8@9000 w8@9008")
            {
                Fault = "abort 10 w 9008",
            },
    ];

    [Theory]
    [MemberData(nameof(Simd))]
    public void Simd_registers_are_transferred_as_the_manual_says(ManualCase manualCase) => manualCase.Verify();
}
