using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>LD64B, ST64B, ST64BV and ST64BV0 (FEAT_LS64), Arm ARM section C6.2.</summary>
public sealed class Ls64Tests
{
    public static TheoryData<ManualCase> Cases =>
    [
        // LD64B: eight registers in ascending order, each doubleword in the byte order of data.
        new("f83fd140 ld64b x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210",
            "r8@9000 r8@9008 r8@9010 r8@9018 r8@9020 r8@9028 r8@9030 r8@9038"),
        new("f83fd140 ld64b x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210",
            "r64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
            },
        new("f83fd140 ld64b x0, [x10]",
            "x10=9000 @9000=0102030405060708_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210",
            "r8@9000 r8@9008 r8@9010 r8@9018 r8@9020 r8@9028 r8@9030 r8@9038")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("f83fd140 ld64b x0, [x10]",
            "x10=9000 @9000=0102030405060708_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210",
            "r64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction, BigEndian = true },
            },
        new("f83fd016 ld64b x22, [x0]",
            "x0=9040 @9040=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x22=102030405060708 x23=1112131415161718 x24=2122232425262728 x25=3132333435363738 x26=4142434445464748 x27=5152535455565758 x28=6162636465666768 x29=fedcba9876543210",
            "r8@9040 r8@9048 r8@9050 r8@9058 r8@9060 r8@9068 r8@9070 r8@9078"),
        new("f83fd3f6 ld64b x22, [sp]",
            "sp=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x22=102030405060708 x23=1112131415161718 x24=2122232425262728 x25=3132333435363738 x26=4142434445464748 x27=5152535455565758 x28=6162636465666768 x29=fedcba9876543210",
            "r8@9000 r8@9008 r8@9010 r8@9018 r8@9020 r8@9028 r8@9030 r8@9038"),
        new("f83fd3e8 ld64b x8, [sp]",
            "sp=9000 @9000=0000000000000000_0000000000000000_0000000000000000_0000000000000000_0000000000000000_0000000000000000_0000000000000000_0000000000000000",
            "x8=0 x9=0 x10=0 x11=0 x12=0 x13=0 x14=0 x15=0",
            "r64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
            },
        new("f83fd140 ld64b x0, [x10]",
            "x10=ffffffffffffffc0 @ffffffffffffffc0=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210",
            "r8@ffffffffffffffc0 r8@ffffffffffffffc8 r8@ffffffffffffffd0 r8@ffffffffffffffd8 r8@ffffffffffffffe0 r8@ffffffffffffffe8 r8@fffffffffffffff0 r8@fffffffffffffff8"),
        new("f83fd022 ld64b x2, [x1]",
            "x1=7f00000000009000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x2=102030405060708 x3=1112131415161718 x4=2122232425262728 x5=3132333435363738 x6=4142434445464748 x7=5152535455565758 x8=6162636465666768 x9=fedcba9876543210",
            "r8@9000 r8@9008 r8@9010 r8@9018 r8@9020 r8@9028 r8@9030 r8@9038")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // The base may be among the targets: its old value is the address.
        new("f83fd000 ld64b x0, [x0]",
            "x0=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210",
            "r8@9000 r8@9008 r8@9010 r8@9018 r8@9020 r8@9028 r8@9030 r8@9038"),
        new("f83fd0e0 ld64b x0, [x7]",
            "x7=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210",
            "r8@9000 r8@9008 r8@9010 r8@9018 r8@9020 r8@9028 r8@9030 r8@9038"),
        new("f83fd124 ld64b x4, [x9]",
            "x9=9040 @9040=0102030405060708_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210",
            "x4=102030405060708 x5=1112131415161718 x6=2122232425262728 x7=3132333435363738 x8=4142434445464748 x9=5152535455565758 x10=6162636465666768 x11=fedcba9876543210",
            "r64@9040")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction, BigEndian = true },
            },
        // ST64B: the same order.
        new("f83f9140 st64b x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038"),
        new("f83f9140 st64b x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
            },
        new("f83f9140 st64b x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0102030405060708_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("f83f9140 st64b x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0102030405060708_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction, BigEndian = true },
            },
        new("f83f93f6 st64b x22, [sp]",
            "x22=102030405060708 x23=1112131415161718 x24=2122232425262728 x25=3132333435363738 x26=4142434445464748 x27=5152535455565758 x28=6162636465666768 x29=fedcba9876543210 sp=9040 @9040=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9040=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "w8@9040 w8@9048 w8@9050 w8@9058 w8@9060 w8@9068 w8@9070 w8@9078"),
        new("f83f9060 st64b x0, [x3]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=9000 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_0090000000000000_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038"),
        new("f83f9154 st64b x20, [x10]",
            "x10=ffffffffffffffc0 x20=102030405060708 x21=1112131415161718 x22=2122232425262728 x23=3132333435363738 x24=4142434445464748 x25=5152535455565758 x26=6162636465666768 x27=fedcba9876543210 @ffffffffffffffc0=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@ffffffffffffffc0=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "w8@ffffffffffffffc0 w8@ffffffffffffffc8 w8@ffffffffffffffd0 w8@ffffffffffffffd8 w8@ffffffffffffffe0 w8@ffffffffffffffe8 w8@fffffffffffffff0 w8@fffffffffffffff8"),
        new("f83f9022 st64b x2, [x1]",
            "x1=8000000000009000 x2=102030405060708 x3=1112131415161718 x4=2122232425262728 x5=3132333435363738 x6=4142434445464748 x7=5152535455565758 x8=6162636465666768 x9=fedcba9876543210 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // ST64BV: what the device answers goes to Xs; eight separate transactions have no answer but success.
        new("f82bb140 st64bv x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x11=1",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0x1,
            },
        new("f82bb140 st64bv x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x11=ffffffffffffffff",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0xffffffffffffffff,
            },
        new("f82bb140 st64bv x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x11=0",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038"),
        new("f83fb140 st64bv xzr, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0x5,
            },
        new("f823b140 st64bv x3, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x3=7",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0x7,
            },
        new("f82ab140 st64bv x10, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x10=9",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0x9,
            },
        new("f83eb3f6 st64bv x30, x22, [sp]",
            "x22=102030405060708 x23=1112131415161718 x24=2122232425262728 x25=3132333435363738 x26=4142434445464748 x27=5152535455565758 x28=6162636465666768 x29=fedcba9876543210 sp=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x30=2",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0x2,
            },
        new("f82bb140 st64bv x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0102030405060708_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210 x11=3",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction, BigEndian = true },
                DeviceStatus = 0x3,
            },
        new("f820b140 st64bv x0, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0102030405060708_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210 x0=0",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        // ST64BV0: the low word of the first doubleword is ACCDATA_EL1, whatever the byte order.
        new("f82ba140 st64bv0 x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 accdata=cafebabe @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=bebafeca04030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x11=0",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038"),
        new("f82ba140 st64bv0 x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 accdata=cafebabe @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=bebafeca04030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x11=4",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0x4,
            },
        new("f82ba140 st64bv0 x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 accdata=cafebabe @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=01020304cafebabe_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210 x11=0",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("f82ba140 st64bv0 x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 accdata=cafebabe @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=01020304cafebabe_1112131415161718_2122232425262728_3132333435363738_4142434445464748_5152535455565758_6162636465666768_fedcba9876543210 x11=0",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction, BigEndian = true },
            },
        new("f82ba140 st64bv0 x11, x0, [x10]",
            "x0=102030405060708 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 x10=9000 accdata=ffffffff00000001 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0100000004030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x11=0",
            "w8@9000 w8@9008 w8@9010 w8@9018 w8@9020 w8@9028 w8@9030 w8@9038"),
        new("f83fa3f6 st64bv0 xzr, x22, [sp]",
            "x22=ffffffffffffffff x23=ffffffffffffffff x24=ffffffffffffffff x25=ffffffffffffffff x26=ffffffffffffffff x27=ffffffffffffffff x28=ffffffffffffffff x29=ffffffffffffffff sp=9000 accdata=0 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=00000000ffffffff_ffffffffffffffff_ffffffffffffffff_ffffffffffffffff_ffffffffffffffff_ffffffffffffffff_ffffffffffffffff_ffffffffffffffff",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
            },
        new("f820a000 st64bv0 x0, x0, [x0]",
            "x0=9000 x1=1112131415161718 x2=2122232425262728 x3=3132333435363738 x4=4142434445464748 x5=5152535455565758 x6=6162636465666768 x7=fedcba9876543210 accdata=80000000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0000008000000000_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe x0=6",
            "w64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                DeviceStatus = 0x6,
            },
        // Alignment is to 64 bytes, and no policy relaxes it.
        new("f83fd140 ld64b x0, [x10]",
            "x10=9020 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe_0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Fault = "abort 21 r 9020",
            },
        new("f83f9140 st64b x0, [x10]",
            "x10=9020 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe_0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Fault = "abort 21 w 9020",
            },
        new("f82bb140 st64bv x11, x0, [x10]",
            "x10=9020 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe_0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Fault = "abort 21 w 9020",
            },
        new("f82ba140 st64bv0 x11, x0, [x10]",
            "x10=9020 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe_0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Fault = "abort 21 w 9020",
            },
        new("f83fd140 ld64b x0, [x10]",
            "x10=9008 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe_0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction, Unaligned = UnalignedPolicy.Pass },
                Fault = "abort 21 r 9008",
            },
        // Memory that has no 64-byte accesses, which is the default.
        new("f83fd140 ld64b x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("f83f9140 st64b x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("f82bb140 st64bv x11, x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("f82ba140 st64bv0 x11, x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241_5857565554535251_6867666564636261_1032547698badcfe",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        // A fault in the middle: nothing in the registers.
        new("f83fd140 ld64b x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241",
            "",
            "r8@9000 r8@9008 r8@9010 r8@9018 r8@9020 r8@9028")
            {
                Fault = "abort 10 r 9028",
            },
        new("f82bb156 st64bv x11, x22, [x10]",
            "x22=102030405060708 x23=1112131415161718 x24=2122232425262728 x25=3132333435363738 x26=4142434445464748 x27=5152535455565758 x28=6162636465666768 x29=fedcba9876543210 x10=9000 @9000=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9000=0807060504030201_1817161514131211_2827262524232221",
            "w8@9000 w8@9008 w8@9010 w8@9018")
            {
                Fault = "abort 10 w 9018",
            },
        new("f83fd140 ld64b x0, [x10]",
            "x10=9000 @9000=0807060504030201_1817161514131211_2827262524232221_3837363534333231_4847464544434241",
            "",
            "r64@9000")
            {
                Options = ManualCase.PerformEverything with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction },
                Fault = "abort 10 r 9000",
            },
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sixty_four_bytes_are_transferred_as_the_manual_says(ManualCase manualCase) => manualCase.Verify();

    [Theory]
    [InlineData(0xF83FD021)] // ld64b x1, [x1]
    [InlineData(0xF83FD038)] // ld64b x24, [x1]
    [InlineData(0xF83F903E)] // st64b x30, [x1]
    [InlineData(0xF82BB023)] // st64bv x11, x3, [x1]
    [InlineData(0xF82BA03A)] // st64bv0 x11, x26, [x1]
    public void The_first_register_is_even_and_at_most_22(uint opcode) =>
        InstructionDecoder.DecodeA64(opcode, out _).Should().Be(DecodeStatus.Unallocated);
}
