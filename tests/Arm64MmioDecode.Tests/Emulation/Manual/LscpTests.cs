using Arm64MmioDecode.Emulation;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>LDAP, LDAPP and STLP (FEAT_LSCP): acquire and release of a register pair.</summary>
public sealed class LscpTests
{
    public static TheoryData<ManualCase> Cases =>
    [
        // Two doublewords, the first register at the lower address, in both byte orders.
        new("d9425820 ldap x0, x2, [x1]",
            "x1=9000 @9000=8877665544332211_778899aabbccddee",
            "x0=1122334455667788 x2=eeddccbbaa998877",
            "r8@9000 r8@9008"),
        new("d9425820 ldap x0, x2, [x1]",
            "x1=9000 @9000=1122334455667788_eeddccbbaa998877",
            "x0=1122334455667788 x2=eeddccbbaa998877",
            "r8@9000 r8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9405822 ldap x2, x0, [x1]",
            "x1=9000 @9000=ffffffffffffffff_0000000000000000",
            "x2=ffffffffffffffff x0=0",
            "r8@9000 r8@9008"),
        new("d95d5bfe ldap x30, x29, [sp]",
            "sp=9010 @9010=0000000000000080_0100000000000000",
            "x30=8000000000000000 x29=1",
            "r8@9010 r8@9018"),
        new("d942583f ldap xzr, x2, [x1]",
            "x1=9000 @9000=0500000000000000_0600000000000000",
            "x2=6",
            "r8@9000 r8@9008"),
        new("d95f5822 ldap x2, xzr, [x1]",
            "x1=9000 @9000=0500000000000000_0600000000000000",
            "x2=5",
            "r8@9000 r8@9008"),
        new("d9425820 ldap x0, x2, [x1]",
            "x1=fffffffffffffff0 @fffffffffffffff0=0100000000000000_0200000000000000",
            "x0=1 x2=2",
            "r8@fffffffffffffff0 r8@fffffffffffffff8"),
        new("d9425820 ldap x0, x2, [x1]",
            "x1=ff00000000009000 @9000=8877665544332211_0300000000000000",
            "x0=1122334455667788 x2=3",
            "r8@9000 r8@9008")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // LDAP: aligned to the register, not to the pair; crossing the end of the address space.
        new("d9425820 ldap x0, x2, [x1]",
            "x1=9008 @9008=8877665544332211_0900000000000000",
            "x0=1122334455667788 x2=9",
            "r8@9008 r8@9010"),
        new("d9425820 ldap x0, x2, [x1]",
            "x1=fffffffffffffff8 @fffffffffffffff8=0100000000000000 @0=0200000000000000",
            "x0=1 x2=2",
            "r8@fffffffffffffff8 r8@0"),
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=9000 @9000=8877665544332211_778899aabbccddee",
            "x0=1122334455667788 x2=eeddccbbaa998877",
            "r8@9000 r8@9008"),
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=9000 @9000=1122334455667788_eeddccbbaa998877",
            "x0=1122334455667788 x2=eeddccbbaa998877",
            "r8@9000 r8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9407822 ldapp x2, x0, [x1]",
            "x1=9000 @9000=ffffffffffffffff_0000000000000000",
            "x2=ffffffffffffffff x0=0",
            "r8@9000 r8@9008"),
        new("d95d7bfe ldapp x30, x29, [sp]",
            "sp=9010 @9010=0000000000000080_0100000000000000",
            "x30=8000000000000000 x29=1",
            "r8@9010 r8@9018"),
        new("d942783f ldapp xzr, x2, [x1]",
            "x1=9000 @9000=0500000000000000_0600000000000000",
            "x2=6",
            "r8@9000 r8@9008"),
        new("d95f7822 ldapp x2, xzr, [x1]",
            "x1=9000 @9000=0500000000000000_0600000000000000",
            "x2=5",
            "r8@9000 r8@9008"),
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=fffffffffffffff0 @fffffffffffffff0=0100000000000000_0200000000000000",
            "x0=1 x2=2",
            "r8@fffffffffffffff0 r8@fffffffffffffff8"),
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=ff00000000009000 @9000=8877665544332211_0300000000000000",
            "x0=1122334455667788 x2=3",
            "r8@9000 r8@9008")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // LDAPP: aligned to the register, not to the pair; crossing the end of the address space.
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=9008 @9008=8877665544332211_0900000000000000",
            "x0=1122334455667788 x2=9",
            "r8@9008 r8@9010"),
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=fffffffffffffff8 @fffffffffffffff8=0100000000000000 @0=0200000000000000",
            "x0=1 x2=2",
            "r8@fffffffffffffff8 r8@0"),
        new("d9025820 stlp x0, x2, [x1]",
            "x0=1122334455667788 x2=eeddccbbaa998877 x1=9000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=8877665544332211_778899aabbccddee",
            "w8@9000 w8@9008"),
        new("d9025820 stlp x0, x2, [x1]",
            "x0=1122334455667788 x2=eeddccbbaa998877 x1=9000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=1122334455667788_eeddccbbaa998877",
            "w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("d9005822 stlp x2, x0, [x1]",
            "x2=ffffffffffffffff x0=0 x1=9000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=ffffffffffffffff_0000000000000000",
            "w8@9000 w8@9008"),
        new("d91d5bfe stlp x30, x29, [sp]",
            "x30=8000000000000000 x29=1 sp=9010 @9010=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9010=0000000000000080_0100000000000000",
            "w8@9010 w8@9018"),
        new("d902583f stlp xzr, x2, [x1]",
            "x2=6 x1=9000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=0000000000000000_0600000000000000",
            "w8@9000 w8@9008"),
        new("d91f5822 stlp x2, xzr, [x1]",
            "x2=5 x1=9000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=0500000000000000_0000000000000000",
            "w8@9000 w8@9008"),
        new("d91f5bff stlp xzr, xzr, [sp]",
            "sp=9000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=0000000000000000_0000000000000000",
            "w8@9000 w8@9008"),
        new("d9025820 stlp x0, x2, [x1]",
            "x0=1 x2=2 x1=fffffffffffffff0 @fffffffffffffff0=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@fffffffffffffff0=0100000000000000_0200000000000000",
            "w8@fffffffffffffff0 w8@fffffffffffffff8"),
        new("d9025820 stlp x0, x2, [x1]",
            "x0=1122334455667788 x2=3 x1=ff00000000009000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=8877665544332211_0300000000000000",
            "w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // STLP: aligned to the register, not to the pair; crossing the end of the address space.
        new("d9025820 stlp x0, x2, [x1]",
            "x0=1122334455667788 x2=9 x1=9008 @9008=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9008=8877665544332211_0900000000000000",
            "w8@9008 w8@9010"),
        new("d9025820 stlp x0, x2, [x1]",
            "x0=1 x2=2 x1=fffffffffffffff8 @fffffffffffffff8=eeeeeeeeeeeeeeee @0=eeeeeeeeeeeeeeee",
            "@fffffffffffffff8=0100000000000000 @0=0200000000000000",
            "w8@fffffffffffffff8 w8@0"),
        // The base may be a target; loads have no writeback.
        new("d9425821 ldap x1, x2, [x1]",
            "x1=9000 @9000=8877665544332211_0400000000000000",
            "x1=1122334455667788 x2=4",
            "r8@9000 r8@9008"),
        new("d9417822 ldapp x2, x1, [x1]",
            "x1=9000 @9000=0400000000000000_8877665544332211",
            "x2=4 x1=1122334455667788",
            "r8@9000 r8@9008"),
        new("d9025821 stlp x1, x2, [x1]",
            "x1=9000 x2=4 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=0090000000000000_0400000000000000",
            "w8@9000 w8@9008"),
        new("d9025822 stlp x2, x2, [x1]",
            "x2=1122334455667788 x2=1122334455667788 x1=9000 @9000=eeeeeeeeeeeeeeee_eeeeeeeeeeeeeeee",
            "@9000=8877665544332211_8877665544332211",
            "w8@9000 w8@9008"),
        new("d9425820 ldap x0, x2, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("d9425820 ldap x0, x2, [x1]",
            "x1=9001 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unaligned = UnalignedPolicy.Pass },
                Fault = "abort 21 r 9001",
            },
        new("d9425be0 ldap x0, x2, [sp]",
            "sp=9018 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { CheckStackPointerAlignment = true },
                Fault = "sp",
            },
        new("d9425820 ldap x0, x2, [x1]",
            "x1=8ff8 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "r8@8ff8")
            {
                Fault = "abort 10 r 8ff8",
            },
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=9001 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unaligned = UnalignedPolicy.Pass },
                Fault = "abort 21 r 9001",
            },
        new("d9427be0 ldapp x0, x2, [sp]",
            "sp=9018 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { CheckStackPointerAlignment = true },
                Fault = "sp",
            },
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=8ff8 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "r8@8ff8")
            {
                Fault = "abort 10 r 8ff8",
            },
        new("d9025820 stlp x0, x2, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 w 9004",
            },
        new("d9025820 stlp x0, x2, [x1]",
            "x1=9001 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unaligned = UnalignedPolicy.Pass },
                Fault = "abort 21 w 9001",
            },
        new("d9025be0 stlp x0, x2, [sp]",
            "sp=9018 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { CheckStackPointerAlignment = true },
                Fault = "sp",
            },
        new("d9025820 stlp x0, x2, [x1]",
            "x1=8ff8 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "w8@8ff8")
            {
                Fault = "abort 10 w 8ff8",
            },
        new("d9425820 ldap x0, x2, [x1]",
            "x1=9018 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "r8@9018 r8@9020")
            {
                Fault = "abort 10 r 9020",
            },
        new("d9427820 ldapp x0, x2, [x1]",
            "x1=9018 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "r8@9018 r8@9020")
            {
                Fault = "abort 10 r 9020",
            },
        new("d9025820 stlp x0, x2, [x1]",
            "x0=1 x2=2 x1=9018 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "@9018=0100000000000000",
            "w8@9018 w8@9020")
            {
                Fault = "abort 10 w 9020",
            },
        new("d9425822 ldap x2, x2, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unpredictable = UnpredictablePolicy.Undefined },
                Fault = "undef",
            },
        new("d9427822 ldapp x2, x2, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unpredictable = UnpredictablePolicy.Undefined },
                Fault = "undef",
            },
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_pair_is_transferred_in_order(ManualCase manualCase) => manualCase.Verify();
}
