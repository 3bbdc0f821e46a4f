using System;
using Arm64MmioDecode.Emulation;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>The floating-point atomics (FEAT_LSFE), Arm ARM section C7.2: as if FPCR.AH were 0 and FPCR.DN 1.</summary>
public sealed class LsfeTests
{
    public static TheoryData<ManualCase> Others =>
    [
        // Alignment, refusal, nothing there.
        new("7c210062 ldfadd h1, h2, [x3]",
            "x3=9001 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9001",
            },
        new("7c210062 ldfadd h1, h2, [x3]",
            "x3=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("3c214062 ldbfmax h1, h2, [x3]",
            "x3=9003 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9003",
            },
        new("3c214062 ldbfmax h1, h2, [x3]",
            "x3=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("bc215062 ldfmin s1, s2, [x3]",
            "x3=9002 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9002",
            },
        new("bc215062 ldfmin s1, s2, [x3]",
            "x3=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("fc21e07f stfmaxnm d1, [x3]",
            "x3=9004 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("fc21e07f stfmaxnm d1, [x3]",
            "x3=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("fc210062 ldfadd d1, d2, [x3]",
            "x3=8000 @9000=00112233445566778899aabbccddeeff",
            "",
            "r8@8000")
            {
                Fault = "abort 10 ? 8000",
            },
        new("3c21d07f stbfmin h1, [x3]",
            "x3=8000 @9000=00112233445566778899aabbccddeeff",
            "",
            "r2@8000")
            {
                Fault = "abort 10 ? 8000",
            },
        // A tagged address.
        new("bc214062 ldfmax s1, s2, [x3]",
            "v1=40000000 x3=a500000000009000 @9000=0000803f",
            "v2=3f800000 @9000=00000040",
            "r4@9000 w4@9000")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
    ];

    // Every mnemonic and size, in both byte orders; memory and register are different numbers.
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x3c00UL, 0x4000UL, 0x4200UL)]
    [InlineData("7ca10062 ldfadda h1, h2, [x3]", 0x0U, 0x3c01UL, 0xc000UL, 0xbbfeUL)]
    [InlineData("7c610062 ldfaddl h1, h2, [x3]", 0x0U, 0x3c02UL, 0x4000UL, 0x4201UL)]
    [InlineData("7ce10062 ldfaddal h1, h2, [x3]", 0x0U, 0x3c00UL, 0xc000UL, 0xbc00UL)]
    [InlineData("7c21807f stfadd h1, [x3]", 0x0U, 0x3c01UL, 0x4000UL, 0x4200UL)]
    [InlineData("7c61807f stfaddl h1, [x3]", 0x0U, 0x3c02UL, 0xc000UL, 0xbbfcUL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x0U, 0x3c00UL, 0x4000UL, 0x4000UL)]
    [InlineData("7ca14062 ldfmaxa h1, h2, [x3]", 0x0U, 0x3c01UL, 0xc000UL, 0x3c01UL)]
    [InlineData("7c614062 ldfmaxl h1, h2, [x3]", 0x0U, 0x3c02UL, 0x4000UL, 0x4000UL)]
    [InlineData("7ce14062 ldfmaxal h1, h2, [x3]", 0x0U, 0x3c00UL, 0xc000UL, 0x3c00UL)]
    [InlineData("7c21c07f stfmax h1, [x3]", 0x0U, 0x3c01UL, 0x4000UL, 0x4000UL)]
    [InlineData("7c61c07f stfmaxl h1, [x3]", 0x0U, 0x3c02UL, 0xc000UL, 0x3c02UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x0U, 0x3c00UL, 0x4000UL, 0x3c00UL)]
    [InlineData("7ca15062 ldfmina h1, h2, [x3]", 0x0U, 0x3c01UL, 0xc000UL, 0xc000UL)]
    [InlineData("7c615062 ldfminl h1, h2, [x3]", 0x0U, 0x3c02UL, 0x4000UL, 0x3c02UL)]
    [InlineData("7ce15062 ldfminal h1, h2, [x3]", 0x0U, 0x3c00UL, 0xc000UL, 0xc000UL)]
    [InlineData("7c21d07f stfmin h1, [x3]", 0x0U, 0x3c01UL, 0x4000UL, 0x3c01UL)]
    [InlineData("7c61d07f stfminl h1, [x3]", 0x0U, 0x3c02UL, 0xc000UL, 0xc000UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x0U, 0x3c00UL, 0x4000UL, 0x4000UL)]
    [InlineData("7ca16062 ldfmaxnma h1, h2, [x3]", 0x0U, 0x3c01UL, 0xc000UL, 0x3c01UL)]
    [InlineData("7c616062 ldfmaxnml h1, h2, [x3]", 0x0U, 0x3c02UL, 0x4000UL, 0x4000UL)]
    [InlineData("7ce16062 ldfmaxnmal h1, h2, [x3]", 0x0U, 0x3c00UL, 0xc000UL, 0x3c00UL)]
    [InlineData("7c21e07f stfmaxnm h1, [x3]", 0x0U, 0x3c01UL, 0x4000UL, 0x4000UL)]
    [InlineData("7c61e07f stfmaxnml h1, [x3]", 0x0U, 0x3c02UL, 0xc000UL, 0x3c02UL)]
    [InlineData("7c217062 ldfminnm h1, h2, [x3]", 0x0U, 0x3c00UL, 0x4000UL, 0x3c00UL)]
    [InlineData("7ca17062 ldfminnma h1, h2, [x3]", 0x0U, 0x3c01UL, 0xc000UL, 0xc000UL)]
    [InlineData("7c617062 ldfminnml h1, h2, [x3]", 0x0U, 0x3c02UL, 0x4000UL, 0x3c02UL)]
    [InlineData("7ce17062 ldfminnmal h1, h2, [x3]", 0x0U, 0x3c00UL, 0xc000UL, 0xc000UL)]
    [InlineData("7c21f07f stfminnm h1, [x3]", 0x0U, 0x3c01UL, 0x4000UL, 0x3c01UL)]
    [InlineData("7c61f07f stfminnml h1, [x3]", 0x0U, 0x3c02UL, 0xc000UL, 0xc000UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x3f80UL, 0x4000UL, 0x4040UL)]
    [InlineData("3ca10062 ldbfadda h1, h2, [x3]", 0x0U, 0x3f81UL, 0xc000UL, 0xbf7eUL)]
    [InlineData("3c610062 ldbfaddl h1, h2, [x3]", 0x0U, 0x3f82UL, 0x4000UL, 0x4041UL)]
    [InlineData("3ce10062 ldbfaddal h1, h2, [x3]", 0x0U, 0x3f80UL, 0xc000UL, 0xbf80UL)]
    [InlineData("3c21807f stbfadd h1, [x3]", 0x0U, 0x3f81UL, 0x4000UL, 0x4040UL)]
    [InlineData("3c61807f stbfaddl h1, [x3]", 0x0U, 0x3f82UL, 0xc000UL, 0xbf7cUL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x0U, 0x3f80UL, 0x4000UL, 0x4000UL)]
    [InlineData("3ca14062 ldbfmaxa h1, h2, [x3]", 0x0U, 0x3f81UL, 0xc000UL, 0x3f81UL)]
    [InlineData("3c614062 ldbfmaxl h1, h2, [x3]", 0x0U, 0x3f82UL, 0x4000UL, 0x4000UL)]
    [InlineData("3ce14062 ldbfmaxal h1, h2, [x3]", 0x0U, 0x3f80UL, 0xc000UL, 0x3f80UL)]
    [InlineData("3c21c07f stbfmax h1, [x3]", 0x0U, 0x3f81UL, 0x4000UL, 0x4000UL)]
    [InlineData("3c61c07f stbfmaxl h1, [x3]", 0x0U, 0x3f82UL, 0xc000UL, 0x3f82UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x0U, 0x3f80UL, 0x4000UL, 0x3f80UL)]
    [InlineData("3ca15062 ldbfmina h1, h2, [x3]", 0x0U, 0x3f81UL, 0xc000UL, 0xc000UL)]
    [InlineData("3c615062 ldbfminl h1, h2, [x3]", 0x0U, 0x3f82UL, 0x4000UL, 0x3f82UL)]
    [InlineData("3ce15062 ldbfminal h1, h2, [x3]", 0x0U, 0x3f80UL, 0xc000UL, 0xc000UL)]
    [InlineData("3c21d07f stbfmin h1, [x3]", 0x0U, 0x3f81UL, 0x4000UL, 0x3f81UL)]
    [InlineData("3c61d07f stbfminl h1, [x3]", 0x0U, 0x3f82UL, 0xc000UL, 0xc000UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x0U, 0x3f80UL, 0x4000UL, 0x4000UL)]
    [InlineData("3ca16062 ldbfmaxnma h1, h2, [x3]", 0x0U, 0x3f81UL, 0xc000UL, 0x3f81UL)]
    [InlineData("3c616062 ldbfmaxnml h1, h2, [x3]", 0x0U, 0x3f82UL, 0x4000UL, 0x4000UL)]
    [InlineData("3ce16062 ldbfmaxnmal h1, h2, [x3]", 0x0U, 0x3f80UL, 0xc000UL, 0x3f80UL)]
    [InlineData("3c21e07f stbfmaxnm h1, [x3]", 0x0U, 0x3f81UL, 0x4000UL, 0x4000UL)]
    [InlineData("3c61e07f stbfmaxnml h1, [x3]", 0x0U, 0x3f82UL, 0xc000UL, 0x3f82UL)]
    [InlineData("3c217062 ldbfminnm h1, h2, [x3]", 0x0U, 0x3f80UL, 0x4000UL, 0x3f80UL)]
    [InlineData("3ca17062 ldbfminnma h1, h2, [x3]", 0x0U, 0x3f81UL, 0xc000UL, 0xc000UL)]
    [InlineData("3c617062 ldbfminnml h1, h2, [x3]", 0x0U, 0x3f82UL, 0x4000UL, 0x3f82UL)]
    [InlineData("3ce17062 ldbfminnmal h1, h2, [x3]", 0x0U, 0x3f80UL, 0xc000UL, 0xc000UL)]
    [InlineData("3c21f07f stbfminnm h1, [x3]", 0x0U, 0x3f81UL, 0x4000UL, 0x3f81UL)]
    [InlineData("3c61f07f stbfminnml h1, [x3]", 0x0U, 0x3f82UL, 0xc000UL, 0xc000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x40000000UL, 0x40400000UL)]
    [InlineData("bca10062 ldfadda s1, s2, [x3]", 0x0U, 0x3f800001UL, 0xc0000000UL, 0xbf7ffffeUL)]
    [InlineData("bc610062 ldfaddl s1, s2, [x3]", 0x0U, 0x3f800002UL, 0x40000000UL, 0x40400001UL)]
    [InlineData("bce10062 ldfaddal s1, s2, [x3]", 0x0U, 0x3f800000UL, 0xc0000000UL, 0xbf800000UL)]
    [InlineData("bc21807f stfadd s1, [x3]", 0x0U, 0x3f800001UL, 0x40000000UL, 0x40400000UL)]
    [InlineData("bc61807f stfaddl s1, [x3]", 0x0U, 0x3f800002UL, 0xc0000000UL, 0xbf7ffffcUL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x40000000UL, 0x40000000UL)]
    [InlineData("bca14062 ldfmaxa s1, s2, [x3]", 0x0U, 0x3f800001UL, 0xc0000000UL, 0x3f800001UL)]
    [InlineData("bc614062 ldfmaxl s1, s2, [x3]", 0x0U, 0x3f800002UL, 0x40000000UL, 0x40000000UL)]
    [InlineData("bce14062 ldfmaxal s1, s2, [x3]", 0x0U, 0x3f800000UL, 0xc0000000UL, 0x3f800000UL)]
    [InlineData("bc21c07f stfmax s1, [x3]", 0x0U, 0x3f800001UL, 0x40000000UL, 0x40000000UL)]
    [InlineData("bc61c07f stfmaxl s1, [x3]", 0x0U, 0x3f800002UL, 0xc0000000UL, 0x3f800002UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x40000000UL, 0x3f800000UL)]
    [InlineData("bca15062 ldfmina s1, s2, [x3]", 0x0U, 0x3f800001UL, 0xc0000000UL, 0xc0000000UL)]
    [InlineData("bc615062 ldfminl s1, s2, [x3]", 0x0U, 0x3f800002UL, 0x40000000UL, 0x3f800002UL)]
    [InlineData("bce15062 ldfminal s1, s2, [x3]", 0x0U, 0x3f800000UL, 0xc0000000UL, 0xc0000000UL)]
    [InlineData("bc21d07f stfmin s1, [x3]", 0x0U, 0x3f800001UL, 0x40000000UL, 0x3f800001UL)]
    [InlineData("bc61d07f stfminl s1, [x3]", 0x0U, 0x3f800002UL, 0xc0000000UL, 0xc0000000UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x40000000UL, 0x40000000UL)]
    [InlineData("bca16062 ldfmaxnma s1, s2, [x3]", 0x0U, 0x3f800001UL, 0xc0000000UL, 0x3f800001UL)]
    [InlineData("bc616062 ldfmaxnml s1, s2, [x3]", 0x0U, 0x3f800002UL, 0x40000000UL, 0x40000000UL)]
    [InlineData("bce16062 ldfmaxnmal s1, s2, [x3]", 0x0U, 0x3f800000UL, 0xc0000000UL, 0x3f800000UL)]
    [InlineData("bc21e07f stfmaxnm s1, [x3]", 0x0U, 0x3f800001UL, 0x40000000UL, 0x40000000UL)]
    [InlineData("bc61e07f stfmaxnml s1, [x3]", 0x0U, 0x3f800002UL, 0xc0000000UL, 0x3f800002UL)]
    [InlineData("bc217062 ldfminnm s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x40000000UL, 0x3f800000UL)]
    [InlineData("bca17062 ldfminnma s1, s2, [x3]", 0x0U, 0x3f800001UL, 0xc0000000UL, 0xc0000000UL)]
    [InlineData("bc617062 ldfminnml s1, s2, [x3]", 0x0U, 0x3f800002UL, 0x40000000UL, 0x3f800002UL)]
    [InlineData("bce17062 ldfminnmal s1, s2, [x3]", 0x0U, 0x3f800000UL, 0xc0000000UL, 0xc0000000UL)]
    [InlineData("bc21f07f stfminnm s1, [x3]", 0x0U, 0x3f800001UL, 0x40000000UL, 0x3f800001UL)]
    [InlineData("bc61f07f stfminnml s1, [x3]", 0x0U, 0x3f800002UL, 0xc0000000UL, 0xc0000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x4000000000000000UL, 0x4008000000000000UL)]
    [InlineData("fca10062 ldfadda d1, d2, [x3]", 0x0U, 0x3ff0000000000001UL, 0xc000000000000000UL, 0xbfeffffffffffffeUL)]
    [InlineData("fc610062 ldfaddl d1, d2, [x3]", 0x0U, 0x3ff0000000000002UL, 0x4000000000000000UL, 0x4008000000000001UL)]
    [InlineData("fce10062 ldfaddal d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0xc000000000000000UL, 0xbff0000000000000UL)]
    [InlineData("fc21807f stfadd d1, [x3]", 0x0U, 0x3ff0000000000001UL, 0x4000000000000000UL, 0x4008000000000000UL)]
    [InlineData("fc61807f stfaddl d1, [x3]", 0x0U, 0x3ff0000000000002UL, 0xc000000000000000UL, 0xbfeffffffffffffcUL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x4000000000000000UL, 0x4000000000000000UL)]
    [InlineData("fca14062 ldfmaxa d1, d2, [x3]", 0x0U, 0x3ff0000000000001UL, 0xc000000000000000UL, 0x3ff0000000000001UL)]
    [InlineData("fc614062 ldfmaxl d1, d2, [x3]", 0x0U, 0x3ff0000000000002UL, 0x4000000000000000UL, 0x4000000000000000UL)]
    [InlineData("fce14062 ldfmaxal d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0xc000000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fc21c07f stfmax d1, [x3]", 0x0U, 0x3ff0000000000001UL, 0x4000000000000000UL, 0x4000000000000000UL)]
    [InlineData("fc61c07f stfmaxl d1, [x3]", 0x0U, 0x3ff0000000000002UL, 0xc000000000000000UL, 0x3ff0000000000002UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x4000000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fca15062 ldfmina d1, d2, [x3]", 0x0U, 0x3ff0000000000001UL, 0xc000000000000000UL, 0xc000000000000000UL)]
    [InlineData("fc615062 ldfminl d1, d2, [x3]", 0x0U, 0x3ff0000000000002UL, 0x4000000000000000UL, 0x3ff0000000000002UL)]
    [InlineData("fce15062 ldfminal d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0xc000000000000000UL, 0xc000000000000000UL)]
    [InlineData("fc21d07f stfmin d1, [x3]", 0x0U, 0x3ff0000000000001UL, 0x4000000000000000UL, 0x3ff0000000000001UL)]
    [InlineData("fc61d07f stfminl d1, [x3]", 0x0U, 0x3ff0000000000002UL, 0xc000000000000000UL, 0xc000000000000000UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x4000000000000000UL, 0x4000000000000000UL)]
    [InlineData("fca16062 ldfmaxnma d1, d2, [x3]", 0x0U, 0x3ff0000000000001UL, 0xc000000000000000UL, 0x3ff0000000000001UL)]
    [InlineData("fc616062 ldfmaxnml d1, d2, [x3]", 0x0U, 0x3ff0000000000002UL, 0x4000000000000000UL, 0x4000000000000000UL)]
    [InlineData("fce16062 ldfmaxnmal d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0xc000000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fc21e07f stfmaxnm d1, [x3]", 0x0U, 0x3ff0000000000001UL, 0x4000000000000000UL, 0x4000000000000000UL)]
    [InlineData("fc61e07f stfmaxnml d1, [x3]", 0x0U, 0x3ff0000000000002UL, 0xc000000000000000UL, 0x3ff0000000000002UL)]
    [InlineData("fc217062 ldfminnm d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x4000000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fca17062 ldfminnma d1, d2, [x3]", 0x0U, 0x3ff0000000000001UL, 0xc000000000000000UL, 0xc000000000000000UL)]
    [InlineData("fc617062 ldfminnml d1, d2, [x3]", 0x0U, 0x3ff0000000000002UL, 0x4000000000000000UL, 0x3ff0000000000002UL)]
    [InlineData("fce17062 ldfminnmal d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0xc000000000000000UL, 0xc000000000000000UL)]
    [InlineData("fc21f07f stfminnm d1, [x3]", 0x0U, 0x3ff0000000000001UL, 0x4000000000000000UL, 0x3ff0000000000001UL)]
    [InlineData("fc61f07f stfminnml d1, [x3]", 0x0U, 0x3ff0000000000002UL, 0xc000000000000000UL, 0xc000000000000000UL)]
    // V31 is a register like any other when the instruction returns a value; SP as base.
    [InlineData("fc3f03ff ldfadd d31, d31, [sp]", 0x0U, 0x3ff0000000000000UL, 0x3ff0000000000000UL, 0x4000000000000000UL)]
    [InlineData("7c2043ff ldfmax h0, h31, [sp]", 0x0U, 0x1UL, 0x2UL, 0x2UL)]
    [InlineData("bc3fd3ff stfmin s31, [sp]", 0x0U, 0x3f800000UL, 0x0UL, 0x0UL)]
    // NaNs: always the default NaN, whatever FPCR.DN and FPCR.AH say; maxNum and minNum prefer a number to a quiet NaN.
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x7e01UL, 0x3c00UL, 0x7e00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x2000000U, 0x3c00UL, 0xfc01UL, 0x7e00UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x0U, 0x7e01UL, 0x3c00UL, 0x7e00UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x2000000U, 0x3c00UL, 0xfc01UL, 0x7e00UL)]
    [InlineData("7c217062 ldfminnm h1, h2, [x3]", 0x0U, 0x7e01UL, 0x3c00UL, 0x3c00UL)]
    [InlineData("7c217062 ldfminnm h1, h2, [x3]", 0x2000000U, 0x3c00UL, 0xfc01UL, 0x7e00UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x2U, 0x3c00UL, 0xfe01UL, 0x3c00UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x0U, 0x7e01UL, 0xfe01UL, 0x7e00UL)]
    [InlineData("7c217062 ldfminnm h1, h2, [x3]", 0x0U, 0x7e01UL, 0x7c01UL, 0x7e00UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x2U, 0xfe01UL, 0x4000UL, 0x7e00UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x0U, 0x7e01UL, 0xfc00UL, 0xfc00UL)]
    [InlineData("7c217062 ldfminnm h1, h2, [x3]", 0x0U, 0x7c00UL, 0x7e01UL, 0x7c00UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x0U, 0x8000UL, 0x7e01UL, 0x8000UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x2U, 0x7c00UL, 0xfc00UL, 0x7e00UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x7fc1UL, 0x3f80UL, 0x7fc0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x2000000U, 0x3f80UL, 0xff81UL, 0x7fc0UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x0U, 0x7fc1UL, 0x3f80UL, 0x7fc0UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x2000000U, 0x3f80UL, 0xff81UL, 0x7fc0UL)]
    [InlineData("3c217062 ldbfminnm h1, h2, [x3]", 0x0U, 0x7fc1UL, 0x3f80UL, 0x3f80UL)]
    [InlineData("3c217062 ldbfminnm h1, h2, [x3]", 0x2000000U, 0x3f80UL, 0xff81UL, 0x7fc0UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x2U, 0x3f80UL, 0xffc1UL, 0x3f80UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x0U, 0x7fc1UL, 0xffc1UL, 0x7fc0UL)]
    [InlineData("3c217062 ldbfminnm h1, h2, [x3]", 0x0U, 0x7fc1UL, 0x7f81UL, 0x7fc0UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x2U, 0xffc1UL, 0x4000UL, 0x7fc0UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x0U, 0x7fc1UL, 0xff80UL, 0xff80UL)]
    [InlineData("3c217062 ldbfminnm h1, h2, [x3]", 0x0U, 0x7f80UL, 0x7fc1UL, 0x7f80UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x0U, 0x8000UL, 0x7fc1UL, 0x8000UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x2U, 0x7f80UL, 0xff80UL, 0x7fc0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x7fc00001UL, 0x3f800000UL, 0x7fc00000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x2000000U, 0x3f800000UL, 0xff800001UL, 0x7fc00000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x0U, 0x7fc00001UL, 0x3f800000UL, 0x7fc00000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x2000000U, 0x3f800000UL, 0xff800001UL, 0x7fc00000UL)]
    [InlineData("bc217062 ldfminnm s1, s2, [x3]", 0x0U, 0x7fc00001UL, 0x3f800000UL, 0x3f800000UL)]
    [InlineData("bc217062 ldfminnm s1, s2, [x3]", 0x2000000U, 0x3f800000UL, 0xff800001UL, 0x7fc00000UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x2U, 0x3f800000UL, 0xffc00001UL, 0x3f800000UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x0U, 0x7fc00001UL, 0xffc00001UL, 0x7fc00000UL)]
    [InlineData("bc217062 ldfminnm s1, s2, [x3]", 0x0U, 0x7fc00001UL, 0x7f800001UL, 0x7fc00000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x2U, 0xffc00001UL, 0x40000000UL, 0x7fc00000UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x0U, 0x7fc00001UL, 0xff800000UL, 0xff800000UL)]
    [InlineData("bc217062 ldfminnm s1, s2, [x3]", 0x0U, 0x7f800000UL, 0x7fc00001UL, 0x7f800000UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x0U, 0x80000000UL, 0x7fc00001UL, 0x80000000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x2U, 0x7f800000UL, 0xff800000UL, 0x7fc00000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x7ff8000000000001UL, 0x3ff0000000000000UL, 0x7ff8000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x2000000U, 0x3ff0000000000000UL, 0xfff0000000000001UL, 0x7ff8000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x0U, 0x7ff8000000000001UL, 0x3ff0000000000000UL, 0x7ff8000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x2000000U, 0x3ff0000000000000UL, 0xfff0000000000001UL, 0x7ff8000000000000UL)]
    [InlineData("fc217062 ldfminnm d1, d2, [x3]", 0x0U, 0x7ff8000000000001UL, 0x3ff0000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fc217062 ldfminnm d1, d2, [x3]", 0x2000000U, 0x3ff0000000000000UL, 0xfff0000000000001UL, 0x7ff8000000000000UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x2U, 0x3ff0000000000000UL, 0xfff8000000000001UL, 0x3ff0000000000000UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x0U, 0x7ff8000000000001UL, 0xfff8000000000001UL, 0x7ff8000000000000UL)]
    [InlineData("fc217062 ldfminnm d1, d2, [x3]", 0x0U, 0x7ff8000000000001UL, 0x7ff0000000000001UL, 0x7ff8000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x2U, 0xfff8000000000001UL, 0x4000000000000000UL, 0x7ff8000000000000UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x0U, 0x7ff8000000000001UL, 0xfff0000000000000UL, 0xfff0000000000000UL)]
    [InlineData("fc217062 ldfminnm d1, d2, [x3]", 0x0U, 0x7ff0000000000000UL, 0x7ff8000000000001UL, 0x7ff0000000000000UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x0U, 0x8000000000000000UL, 0x7ff8000000000001UL, 0x8000000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x2U, 0x7ff0000000000000UL, 0xfff0000000000000UL, 0x7ff8000000000000UL)]
    // Zeros: +0 is greater than -0; the sign of an exact zero sum depends on the rounding mode; FPCR.AH changes nothing.
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x0UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x2U, 0x0UL, 0x8000UL, 0x0UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x8000UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x2U, 0x0UL, 0x8000UL, 0x8000UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x0UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x2U, 0x0UL, 0x8000UL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x3c00UL, 0xbc00UL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x400000U, 0x3c00UL, 0xbc00UL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x800000U, 0x3c00UL, 0xbc00UL, 0x8000UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0xc00000U, 0x3c00UL, 0xbc00UL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x800000U, 0x8000UL, 0x0UL, 0x8000UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x8000UL, 0x8000UL, 0x8000UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x0UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x2U, 0x0UL, 0x8000UL, 0x0UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x8000UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x2U, 0x0UL, 0x8000UL, 0x8000UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x0UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x2U, 0x0UL, 0x8000UL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x3f80UL, 0xbf80UL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x400000U, 0x3f80UL, 0xbf80UL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x800000U, 0x3f80UL, 0xbf80UL, 0x8000UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0xc00000U, 0x3f80UL, 0xbf80UL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x800000U, 0x8000UL, 0x0UL, 0x8000UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x8000UL, 0x0UL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x8000UL, 0x8000UL, 0x8000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x0U, 0x80000000UL, 0x0UL, 0x0UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x2U, 0x0UL, 0x80000000UL, 0x0UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x0U, 0x80000000UL, 0x0UL, 0x80000000UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x2U, 0x0UL, 0x80000000UL, 0x80000000UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x0U, 0x80000000UL, 0x0UL, 0x0UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x2U, 0x0UL, 0x80000000UL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x3f800000UL, 0xbf800000UL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x400000U, 0x3f800000UL, 0xbf800000UL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x800000U, 0x3f800000UL, 0xbf800000UL, 0x80000000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0xc00000U, 0x3f800000UL, 0xbf800000UL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x800000U, 0x80000000UL, 0x0UL, 0x80000000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x80000000UL, 0x0UL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x80000000UL, 0x80000000UL, 0x80000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x0U, 0x8000000000000000UL, 0x0UL, 0x0UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x2U, 0x0UL, 0x8000000000000000UL, 0x0UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x0U, 0x8000000000000000UL, 0x0UL, 0x8000000000000000UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x2U, 0x0UL, 0x8000000000000000UL, 0x8000000000000000UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x0U, 0x8000000000000000UL, 0x0UL, 0x0UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x2U, 0x0UL, 0x8000000000000000UL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0xbff0000000000000UL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x400000U, 0x3ff0000000000000UL, 0xbff0000000000000UL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x800000U, 0x3ff0000000000000UL, 0xbff0000000000000UL, 0x8000000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0xc00000U, 0x3ff0000000000000UL, 0xbff0000000000000UL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x800000U, 0x8000000000000000UL, 0x0UL, 0x8000000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x8000000000000000UL, 0x0UL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x8000000000000000UL, 0x8000000000000000UL, 0x8000000000000000UL)]
    // Infinities, and overflow in each rounding mode.
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x7c00UL, 0xfbffUL, 0x7c00UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x0U, 0xfc00UL, 0xfbffUL, 0xfbffUL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x0U, 0x7c00UL, 0x7bffUL, 0x7bffUL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x7bffUL, 0x7bffUL, 0x7c00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0xfbffUL, 0xfbffUL, 0xfc00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x400000U, 0x7bffUL, 0x7bffUL, 0x7c00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x400000U, 0xfbffUL, 0xfbffUL, 0xfbffUL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x800000U, 0x7bffUL, 0x7bffUL, 0x7bffUL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x800000U, 0xfbffUL, 0xfbffUL, 0xfc00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0xc00000U, 0x7bffUL, 0x7bffUL, 0x7bffUL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0xc00000U, 0xfbffUL, 0xfbffUL, 0xfbffUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x7f80UL, 0xff7fUL, 0x7f80UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x0U, 0xff80UL, 0xff7fUL, 0xff7fUL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x0U, 0x7f80UL, 0x7f7fUL, 0x7f7fUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x7f7fUL, 0x7f7fUL, 0x7f80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0xff7fUL, 0xff7fUL, 0xff80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x400000U, 0x7f7fUL, 0x7f7fUL, 0x7f80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x400000U, 0xff7fUL, 0xff7fUL, 0xff7fUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x800000U, 0x7f7fUL, 0x7f7fUL, 0x7f7fUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x800000U, 0xff7fUL, 0xff7fUL, 0xff80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0xc00000U, 0x7f7fUL, 0x7f7fUL, 0x7f7fUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0xc00000U, 0xff7fUL, 0xff7fUL, 0xff7fUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x7f800000UL, 0xff7fffffUL, 0x7f800000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x0U, 0xff800000UL, 0xff7fffffUL, 0xff7fffffUL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x0U, 0x7f800000UL, 0x7f7fffffUL, 0x7f7fffffUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x7f7fffffUL, 0x7f7fffffUL, 0x7f800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0xff7fffffUL, 0xff7fffffUL, 0xff800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x400000U, 0x7f7fffffUL, 0x7f7fffffUL, 0x7f800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x400000U, 0xff7fffffUL, 0xff7fffffUL, 0xff7fffffUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x800000U, 0x7f7fffffUL, 0x7f7fffffUL, 0x7f7fffffUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x800000U, 0xff7fffffUL, 0xff7fffffUL, 0xff800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0xc00000U, 0x7f7fffffUL, 0x7f7fffffUL, 0x7f7fffffUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0xc00000U, 0xff7fffffUL, 0xff7fffffUL, 0xff7fffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x7ff0000000000000UL, 0xffefffffffffffffUL, 0x7ff0000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x0U, 0xfff0000000000000UL, 0xffefffffffffffffUL, 0xffefffffffffffffUL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x0U, 0x7ff0000000000000UL, 0x7fefffffffffffffUL, 0x7fefffffffffffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x7fefffffffffffffUL, 0x7fefffffffffffffUL, 0x7ff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0xffefffffffffffffUL, 0xffefffffffffffffUL, 0xfff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x400000U, 0x7fefffffffffffffUL, 0x7fefffffffffffffUL, 0x7ff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x400000U, 0xffefffffffffffffUL, 0xffefffffffffffffUL, 0xffefffffffffffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x800000U, 0x7fefffffffffffffUL, 0x7fefffffffffffffUL, 0x7fefffffffffffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x800000U, 0xffefffffffffffffUL, 0xffefffffffffffffUL, 0xfff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0xc00000U, 0x7fefffffffffffffUL, 0x7fefffffffffffffUL, 0x7fefffffffffffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0xc00000U, 0xffefffffffffffffUL, 0xffefffffffffffffUL, 0xffefffffffffffffUL)]
    // Rounding: one and a half, and a bit more or less, of the last place.
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x3c00UL, 0x1000UL, 0x3c00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0xbc01UL, 0x9000UL, 0xbc02UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x400000U, 0x3c00UL, 0x1000UL, 0x3c01UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x400000U, 0xbc01UL, 0x9000UL, 0xbc01UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x800000U, 0x3c00UL, 0x1000UL, 0x3c00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x800000U, 0xbc01UL, 0x9000UL, 0xbc02UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0xc00000U, 0x3c00UL, 0x1000UL, 0x3c00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0xc00000U, 0xbc01UL, 0x9000UL, 0xbc01UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x3c00UL, 0x1001UL, 0x3c01UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x3c00UL, 0xfffUL, 0x3c00UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x400000U, 0x3c00UL, 0x1UL, 0x3c01UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x800000U, 0x3c00UL, 0x8001UL, 0x3bffUL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0xc00000U, 0x3c00UL, 0x8001UL, 0x3bffUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x3f80UL, 0x3b80UL, 0x3f80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0xbf81UL, 0xbb80UL, 0xbf82UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x400000U, 0x3f80UL, 0x3b80UL, 0x3f81UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x400000U, 0xbf81UL, 0xbb80UL, 0xbf81UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x800000U, 0x3f80UL, 0x3b80UL, 0x3f80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x800000U, 0xbf81UL, 0xbb80UL, 0xbf82UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0xc00000U, 0x3f80UL, 0x3b80UL, 0x3f80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0xc00000U, 0xbf81UL, 0xbb80UL, 0xbf81UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x3f80UL, 0x3b81UL, 0x3f81UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x3f80UL, 0x3b7fUL, 0x3f80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x400000U, 0x3f80UL, 0x1UL, 0x3f81UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x800000U, 0x3f80UL, 0x8001UL, 0x3f7fUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0xc00000U, 0x3f80UL, 0x8001UL, 0x3f7fUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x33800000UL, 0x3f800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0xbf800001UL, 0xb3800000UL, 0xbf800002UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x400000U, 0x3f800000UL, 0x33800000UL, 0x3f800001UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x400000U, 0xbf800001UL, 0xb3800000UL, 0xbf800001UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x800000U, 0x3f800000UL, 0x33800000UL, 0x3f800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x800000U, 0xbf800001UL, 0xb3800000UL, 0xbf800002UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0xc00000U, 0x3f800000UL, 0x33800000UL, 0x3f800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0xc00000U, 0xbf800001UL, 0xb3800000UL, 0xbf800001UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x33800001UL, 0x3f800001UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x3f800000UL, 0x337fffffUL, 0x3f800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x400000U, 0x3f800000UL, 0x1UL, 0x3f800001UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x800000U, 0x3f800000UL, 0x80000001UL, 0x3f7fffffUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0xc00000U, 0x3f800000UL, 0x80000001UL, 0x3f7fffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x3ca0000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0xbff0000000000001UL, 0xbca0000000000000UL, 0xbff0000000000002UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x400000U, 0x3ff0000000000000UL, 0x3ca0000000000000UL, 0x3ff0000000000001UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x400000U, 0xbff0000000000001UL, 0xbca0000000000000UL, 0xbff0000000000001UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x800000U, 0x3ff0000000000000UL, 0x3ca0000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x800000U, 0xbff0000000000001UL, 0xbca0000000000000UL, 0xbff0000000000002UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0xc00000U, 0x3ff0000000000000UL, 0x3ca0000000000000UL, 0x3ff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0xc00000U, 0xbff0000000000001UL, 0xbca0000000000000UL, 0xbff0000000000001UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x3ca0000000000001UL, 0x3ff0000000000001UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x3ff0000000000000UL, 0x3c9fffffffffffffUL, 0x3ff0000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x400000U, 0x3ff0000000000000UL, 0x1UL, 0x3ff0000000000001UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x800000U, 0x3ff0000000000000UL, 0x8000000000000001UL, 0x3fefffffffffffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0xc00000U, 0x3ff0000000000000UL, 0x8000000000000001UL, 0x3fefffffffffffffUL)]
    // Denormals: FZ16 flushes half precision, FZ the others, FIZ only their inputs.
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x1UL, 0x1UL, 0x2UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x0U, 0x3ffUL, 0x1UL, 0x400UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1000000U, 0x3ffUL, 0x400UL, 0x7ffUL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1000000U, 0x400UL, 0x8401UL, 0x8001UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x1000000U, 0x8001UL, 0x8400UL, 0x8001UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x1000000U, 0x1UL, 0x3ffUL, 0x1UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x80000U, 0x3ffUL, 0x400UL, 0x400UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x80000U, 0x400UL, 0x8401UL, 0x8000UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x80000U, 0x8001UL, 0x8400UL, 0x8000UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x80000U, 0x1UL, 0x3ffUL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1U, 0x3ffUL, 0x400UL, 0x7ffUL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1U, 0x400UL, 0x8401UL, 0x8001UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x1U, 0x8001UL, 0x8400UL, 0x8001UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x1U, 0x1UL, 0x3ffUL, 0x1UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1080001U, 0x3ffUL, 0x400UL, 0x400UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1080001U, 0x400UL, 0x8401UL, 0x8000UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x1080001U, 0x8001UL, 0x8400UL, 0x8000UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x1080001U, 0x1UL, 0x3ffUL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1080002U, 0x3ffUL, 0x400UL, 0x400UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1080002U, 0x400UL, 0x8401UL, 0x8000UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x1080002U, 0x8001UL, 0x8400UL, 0x8000UL)]
    [InlineData("7c215062 ldfmin h1, h2, [x3]", 0x1080002U, 0x1UL, 0x3ffUL, 0x0UL)]
    [InlineData("7c216062 ldfmaxnm h1, h2, [x3]", 0x1080000U, 0x7e01UL, 0x1UL, 0x0UL)]
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x1880000U, 0x1UL, 0x8001UL, 0x8000UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x1080000U, 0x8001UL, 0x0UL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x1UL, 0x1UL, 0x2UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x0U, 0x7fUL, 0x1UL, 0x80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1000000U, 0x7fUL, 0x80UL, 0x80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1000000U, 0x80UL, 0x8081UL, 0x8000UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x1000000U, 0x8001UL, 0x8080UL, 0x8000UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x1000000U, 0x1UL, 0x7fUL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x80000U, 0x7fUL, 0x80UL, 0xffUL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x80000U, 0x80UL, 0x8081UL, 0x8001UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x80000U, 0x8001UL, 0x8080UL, 0x8001UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x80000U, 0x1UL, 0x7fUL, 0x1UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1U, 0x7fUL, 0x80UL, 0x80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1U, 0x80UL, 0x8081UL, 0x8001UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x1U, 0x8001UL, 0x8080UL, 0x8000UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x1U, 0x1UL, 0x7fUL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1080001U, 0x7fUL, 0x80UL, 0x80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1080001U, 0x80UL, 0x8081UL, 0x8000UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x1080001U, 0x8001UL, 0x8080UL, 0x8000UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x1080001U, 0x1UL, 0x7fUL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1080002U, 0x7fUL, 0x80UL, 0x80UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1080002U, 0x80UL, 0x8081UL, 0x8000UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x1080002U, 0x8001UL, 0x8080UL, 0x8000UL)]
    [InlineData("3c215062 ldbfmin h1, h2, [x3]", 0x1080002U, 0x1UL, 0x7fUL, 0x0UL)]
    [InlineData("3c216062 ldbfmaxnm h1, h2, [x3]", 0x1080000U, 0x7fc1UL, 0x1UL, 0x0UL)]
    [InlineData("3c210062 ldbfadd h1, h2, [x3]", 0x1880000U, 0x1UL, 0x8001UL, 0x8000UL)]
    [InlineData("3c214062 ldbfmax h1, h2, [x3]", 0x1080000U, 0x8001UL, 0x0UL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x1UL, 0x1UL, 0x2UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x0U, 0x7fffffUL, 0x1UL, 0x800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1000000U, 0x7fffffUL, 0x800000UL, 0x800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1000000U, 0x800000UL, 0x80800001UL, 0x80000000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x1000000U, 0x80000001UL, 0x80800000UL, 0x80000000UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x1000000U, 0x1UL, 0x7fffffUL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x80000U, 0x7fffffUL, 0x800000UL, 0xffffffUL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x80000U, 0x800000UL, 0x80800001UL, 0x80000001UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x80000U, 0x80000001UL, 0x80800000UL, 0x80000001UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x80000U, 0x1UL, 0x7fffffUL, 0x1UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1U, 0x7fffffUL, 0x800000UL, 0x800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1U, 0x800000UL, 0x80800001UL, 0x80000001UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x1U, 0x80000001UL, 0x80800000UL, 0x80000000UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x1U, 0x1UL, 0x7fffffUL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1080001U, 0x7fffffUL, 0x800000UL, 0x800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1080001U, 0x800000UL, 0x80800001UL, 0x80000000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x1080001U, 0x80000001UL, 0x80800000UL, 0x80000000UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x1080001U, 0x1UL, 0x7fffffUL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1080002U, 0x7fffffUL, 0x800000UL, 0x800000UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1080002U, 0x800000UL, 0x80800001UL, 0x80000000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x1080002U, 0x80000001UL, 0x80800000UL, 0x80000000UL)]
    [InlineData("bc215062 ldfmin s1, s2, [x3]", 0x1080002U, 0x1UL, 0x7fffffUL, 0x0UL)]
    [InlineData("bc216062 ldfmaxnm s1, s2, [x3]", 0x1080000U, 0x7fc00001UL, 0x1UL, 0x0UL)]
    [InlineData("bc210062 ldfadd s1, s2, [x3]", 0x1880000U, 0x1UL, 0x80000001UL, 0x80000000UL)]
    [InlineData("bc214062 ldfmax s1, s2, [x3]", 0x1080000U, 0x80000001UL, 0x0UL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0x1UL, 0x1UL, 0x2UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x0U, 0xfffffffffffffUL, 0x1UL, 0x10000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1000000U, 0xfffffffffffffUL, 0x10000000000000UL, 0x10000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1000000U, 0x10000000000000UL, 0x8010000000000001UL, 0x8000000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x1000000U, 0x8000000000000001UL, 0x8010000000000000UL, 0x8000000000000000UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x1000000U, 0x1UL, 0xfffffffffffffUL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x80000U, 0xfffffffffffffUL, 0x10000000000000UL, 0x1fffffffffffffUL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x80000U, 0x10000000000000UL, 0x8010000000000001UL, 0x8000000000000001UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x80000U, 0x8000000000000001UL, 0x8010000000000000UL, 0x8000000000000001UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x80000U, 0x1UL, 0xfffffffffffffUL, 0x1UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1U, 0xfffffffffffffUL, 0x10000000000000UL, 0x10000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1U, 0x10000000000000UL, 0x8010000000000001UL, 0x8000000000000001UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x1U, 0x8000000000000001UL, 0x8010000000000000UL, 0x8000000000000000UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x1U, 0x1UL, 0xfffffffffffffUL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1080001U, 0xfffffffffffffUL, 0x10000000000000UL, 0x10000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1080001U, 0x10000000000000UL, 0x8010000000000001UL, 0x8000000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x1080001U, 0x8000000000000001UL, 0x8010000000000000UL, 0x8000000000000000UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x1080001U, 0x1UL, 0xfffffffffffffUL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1080002U, 0xfffffffffffffUL, 0x10000000000000UL, 0x10000000000000UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1080002U, 0x10000000000000UL, 0x8010000000000001UL, 0x8000000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x1080002U, 0x8000000000000001UL, 0x8010000000000000UL, 0x8000000000000000UL)]
    [InlineData("fc215062 ldfmin d1, d2, [x3]", 0x1080002U, 0x1UL, 0xfffffffffffffUL, 0x0UL)]
    [InlineData("fc216062 ldfmaxnm d1, d2, [x3]", 0x1080000U, 0x7ff8000000000001UL, 0x1UL, 0x0UL)]
    [InlineData("fc210062 ldfadd d1, d2, [x3]", 0x1880000U, 0x1UL, 0x8000000000000001UL, 0x8000000000000000UL)]
    [InlineData("fc214062 ldfmax d1, d2, [x3]", 0x1080000U, 0x8000000000000001UL, 0x0UL, 0x0UL)]
    // FPCR.AHP concerns conversions only: 0x7c00 stays infinity.
    [InlineData("7c210062 ldfadd h1, h2, [x3]", 0x4000000U, 0x7c00UL, 0xfbffUL, 0x7c00UL)]
    [InlineData("7c214062 ldfmax h1, h2, [x3]", 0x4000000U, 0x7e00UL, 0x3c00UL, 0x7e00UL)]
    [Theory]
    public void The_value_in_memory_becomes_what_the_manual_says(string code, uint fpcr, ulong memory, ulong register, ulong result)
    {
        var access = ManualCase.Decode(code);
        var size = access.ElementSize;
        var where = access.Rn == 31 ? "sp" : "x3";

        // What is above the operand in its register is ignored, and a load clears it.
        var operand = (new UInt128(0xDEAD_BEEF_DEAD_BEEF, 0xFEED_FACE_FEED_FACE) >> (8 * size) << (8 * size)) | register;
        var isStore = code[9] == 's';
        foreach (var bigEndian in new[] { false, true })
        {
            new ManualCase(
                code,
                $"v{access.Rs}={operand:x} {where}=9000 fpcr={fpcr:x} @9000={Bytes(memory, size, bigEndian)}",
                $"@9000={Bytes(result, size, bigEndian)}" + (isStore ? "" : $" v{access.Rt}={memory:x}"),
                $"r{size}@9000 w{size}@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = bigEndian },
            }.Verify();
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Alignment_refusals_and_tags_are_as_for_other_atomics(ManualCase manualCase) => manualCase.Verify();

    private static string Bytes(ulong value, int size, bool bigEndian)
    {
        var bytes = BitConverter.GetBytes(value)[..size];
        if (bigEndian)
        {
            Array.Reverse(bytes);
        }

        return Convert.ToHexString(bytes);
    }
}
