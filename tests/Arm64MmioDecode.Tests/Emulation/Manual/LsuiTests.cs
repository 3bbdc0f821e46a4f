using Arm64MmioDecode.Emulation;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>The unprivileged exclusives, atomics and pairs (FEAT_LSUI), Arm ARM sections C6.2 and C7.2.</summary>
public sealed class LsuiTests
{
    public static TheoryData<ManualCase> Exclusives =>
    [
        // Load exclusives, and the store that follows one.
        new("895f7c20 ldtxr w0, [x1]",
            "x1=9000 @9000=887766d5",
            "x0=d5667788",
            "r4u@9000"),
        new("895f7c20 ldtxr w0, [x1]",
            "x1=9000 @9000=d5667788",
            "x0=d5667788",
            "r4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("895ffc20 ldatxr w0, [x1]",
            "x1=9000 @9000=887766d5",
            "x0=d5667788",
            "r4u@9000"),
        new("895ffc20 ldatxr w0, [x1]",
            "x1=9000 @9000=d5667788",
            "x0=d5667788",
            "r4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("895f7fff ldtxr wzr, [sp]",
            "sp=9010 @9010=05000000",
            "",
            "r4u@9010"),
        new("895f7c20 ldtxr w0, [x1]; 89027c23 sttxr w2, w3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=09000000",
            "x0=9 x2=0 @9000=88776655",
            "r4u@9000 w4u@9000"),
        new("895f7c20 ldtxr w0, [x1]; 89027c23 sttxr w2, w3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=00000009",
            "x0=9 x2=0 @9000=55667788",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("895ffc20 ldatxr w0, [x1]; 8902fc23 stltxr w2, w3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=09000000",
            "x0=9 x2=0 @9000=88776655",
            "r4u@9000 w4u@9000"),
        new("895ffc20 ldatxr w0, [x1]; 8902fc23 stltxr w2, w3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=00000009",
            "x0=9 x2=0 @9000=55667788",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c95f7c20 ldtxr x0, [x1]",
            "x1=9000 @9000=8877665544332291",
            "x0=9122334455667788",
            "r8u@9000"),
        new("c95f7c20 ldtxr x0, [x1]",
            "x1=9000 @9000=9122334455667788",
            "x0=9122334455667788",
            "r8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c95ffc20 ldatxr x0, [x1]",
            "x1=9000 @9000=8877665544332291",
            "x0=9122334455667788",
            "r8u@9000"),
        new("c95ffc20 ldatxr x0, [x1]",
            "x1=9000 @9000=9122334455667788",
            "x0=9122334455667788",
            "r8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c95f7fff ldtxr xzr, [sp]",
            "sp=9010 @9010=0500000000000000",
            "",
            "r8u@9010"),
        new("c95f7c20 ldtxr x0, [x1]; c9027c23 sttxr w2, x3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=0900000000000000",
            "x0=9 x2=0 @9000=8877665544332211",
            "r8u@9000 w8u@9000"),
        new("c95f7c20 ldtxr x0, [x1]; c9027c23 sttxr w2, x3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=0000000000000009",
            "x0=9 x2=0 @9000=1122334455667788",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c95ffc20 ldatxr x0, [x1]; c902fc23 stltxr w2, x3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=0900000000000000",
            "x0=9 x2=0 @9000=8877665544332211",
            "r8u@9000 w8u@9000"),
        new("c95ffc20 ldatxr x0, [x1]; c902fc23 stltxr w2, x3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=0000000000000009",
            "x0=9 x2=0 @9000=1122334455667788",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c95f7c20 ldtxr x0, [x1]; c9027c3f sttxr w2, xzr, [x1]",
            "x1=9000 @9000=8877665544332211",
            "x0=1122334455667788 x2=0 @9000=0000000000000000",
            "r8u@9000 w8u@9000"),
        new("c95f7fe0 ldtxr x0, [sp]; c91e7fe0 sttxr w30, x0, [sp]",
            "sp=9000 @9000=8877665544332211",
            "x0=1122334455667788 x30=0",
            "r8u@9000 w8u@9000"),
        new("c95f7c20 ldtxr x0, [x1]; c91ffc23 stltxr wzr, x3, [x1]",
            "x1=9000 x3=1122334455667788 @9000=0100000000000000",
            "x0=1 @9000=8877665544332211",
            "r8u@9000 w8u@9000"),
        // Without the load, or after another store exclusive, nothing is stored and the status is 1.
        new("c9027c23 sttxr w2, x3, [x1]",
            "x1=9000 x2=ffffffffffffffff @9000=8877665544332211",
            "x2=1",
            ""),
        new("8902fc23 stltxr w2, w3, [x1]",
            "x1=9000 x2=ffffffffffffffff @9000=8877665544332211",
            "x2=1",
            ""),
        new("c95f7c20 ldtxr x0, [x1]; c9027c23 sttxr w2, x3, [x1]; c9047c25 sttxr w4, x5, [x1]",
            "x1=9000 x3=7 @9000=8877665544332211",
            "x0=1122334455667788 x2=0 x4=1 @9000=0700000000000000",
            "r8u@9000 w8u@9000"),
        new("c95f7c20 ldtxr x0, [x1]; c9027ca3 sttxr w2, x3, [x5]",
            "x1=9000 x5=9008 x3=7 @9000=88776655443322118877665544332211",
            "x0=1122334455667788 x2=1",
            "r8u@9000"),
        // LDXR and STTXR share the monitor; so do LDTXR and STXR.
        new("c85f7c20 ldxr x0, [x1]; c9027c23 sttxr w2, x3, [x1]",
            "x1=9000 x3=7 @9000=8877665544332211",
            "x0=1122334455667788 x2=0 @9000=0700000000000000",
            "r8@9000 w8u@9000"),
        new("895ffc20 ldatxr w0, [x1]; 8802fc23 stlxr w2, w3, [x1]",
            "x1=9000 x3=7 @9000=05000000",
            "x0=5 x2=0 @9000=07000000",
            "r4u@9000 w4@9000"),
        // Alignment, refusals, and stores that always succeed.
        new("c95f7c20 ldtxr x0, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("895ffc20 ldatxr w0, [x1]",
            "x1=9002 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9002",
            },
        new("c95f7c20 ldtxr x0, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("c9027c23 sttxr w2, x3, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("c95f7c20 ldtxr x0, [x1]",
            "x1=8000 @9000=00112233445566778899aabbccddeeff",
            "",
            "r8u@8000")
            {
                Fault = "abort 10 r 8000",
            },
        new("c9027c23 sttxr w2, x3, [x1]",
            "x1=9000 x3=7 @9000=8877665544332211",
            "x2=0 @9000=0700000000000000",
            "w8u@9000")
            {
                Options = ManualCase.PerformEverything with { Exclusives = ExclusivePolicy.AlwaysSucceed },
            },
        new("c902fc23 stltxr w2, x3, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Exclusives = ExclusivePolicy.AlwaysSucceed },
                Fault = "abort 21 w 9004",
            },
        new("c95f7c20 ldtxr x0, [x1]; 89027c23 sttxr w2, w3, [x1]",
            "x1=a500000000009000 x3=7 @9000=8877665544332211",
            "x0=1122334455667788 x2=1",
            "r8u@9000")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
    ];

    [Theory]
    [MemberData(nameof(Exclusives))]
    public void Exclusives_follow_the_manual(ManualCase manualCase) => manualCase.Verify();

    public static TheoryData<ManualCase> Atomics =>
    [
        // Every operation, size, ordering and byte order.
        new("19200441 ldtadd w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=10ff007f x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19a00441 ldtadda w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=10ff007f x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19600441 ldtaddl w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=80000001",
            "@9000=7f00ff10 x1=80000001",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19e00441 ldtaddal w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=10ff007f x1=80000001",
            "r4u@9000 w4u@9000"),
        new("59200441 ldtadd x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=10ff00ff00ff007f x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59a00441 ldtadda x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=8000000000000001",
            "@9000=7f00ff00ff00ff10 x1=8000000000000001",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("59600441 ldtaddl x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=10ff00ff00ff007f x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59e00441 ldtaddal x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=10ff00ff00ff007f x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("19201441 ldtclr w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=80000001",
            "@9000=00000000 x1=80000001",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19a01441 ldtclra w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=00000000 x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19601441 ldtclrl w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=00000000 x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19e01441 ldtclral w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=80000001",
            "@9000=00000000 x1=80000001",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("59201441 ldtclr x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0000000000000000 x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59a01441 ldtclra x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0000000000000000 x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59601441 ldtclrl x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=8000000000000001",
            "@9000=0000000000000000 x1=8000000000000001",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("59e01441 ldtclral x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0000000000000000 x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("19203441 ldtset w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=0fff00ff x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19a03441 ldtseta w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=80000001",
            "@9000=ff00ff0f x1=80000001",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19603441 ldtsetl w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=0fff00ff x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19e03441 ldtsetal w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=0fff00ff x1=80000001",
            "r4u@9000 w4u@9000"),
        new("59203441 ldtset x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=8000000000000001",
            "@9000=ff00ff00ff00ff0f x1=8000000000000001",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("59a03441 ldtseta x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0fff00ff00ff00ff x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59603441 ldtsetl x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0fff00ff00ff00ff x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59e03441 ldtsetal x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=8000000000000001",
            "@9000=ff00ff00ff00ff0f x1=8000000000000001",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19208441 swpt w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=0fff00ff x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19a08441 swpta w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=0fff00ff x1=80000001",
            "r4u@9000 w4u@9000"),
        new("19608441 swptl w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=80000001",
            "@9000=ff00ff0f x1=80000001",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19e08441 swptal w0, w1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=01000080",
            "@9000=0fff00ff x1=80000001",
            "r4u@9000 w4u@9000"),
        new("59208441 swpt x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0fff00ff00ff00ff x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59a08441 swpta x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=8000000000000001",
            "@9000=ff00ff00ff00ff0f x1=8000000000000001",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("59608441 swptl x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0fff00ff00ff00ff x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        new("59e08441 swptal x0, x1, [x2]",
            "x0=ff00ff00ff00ff0f x2=9000 @9000=0100000000000080",
            "@9000=0fff00ff00ff00ff x1=8000000000000001",
            "r8u@9000 w8u@9000"),
        // The word is computed alone, and wraps.
        new("19200441 ldtadd w0, w1, [x2]",
            "x0=abcdef0100000001 x2=9000 @9000=ffffffff",
            "@9000=00000000 x1=ffffffff",
            "r4u@9000 w4u@9000"),
        new("59200441 ldtadd x0, x1, [x2]",
            "x0=1 x2=9000 @9000=ffffffffffffffff",
            "@9000=0000000000000000 x1=ffffffffffffffff",
            "r8u@9000 w8u@9000"),
        new("59200441 ldtadd x0, x1, [x2]",
            "x0=1 x2=9000 @9000=ffffffffffffff7f",
            "@9000=0000000000000080 x1=7fffffffffffffff",
            "r8u@9000 w8u@9000"),
        new("19200441 ldtadd w0, w1, [x2]",
            "x0=1 x2=9000 @9000=7fffffff",
            "@9000=80000000 x1=7fffffff",
            "r4u@9000 w4u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        // Source, target and base may be the same register; the zero register stores 0 and drops what was read.
        new("59208440 swpt x0, x0, [x2]",
            "x0=5 x2=9000 @9000=8877665544332211",
            "@9000=0500000000000000 x0=1122334455667788",
            "r8u@9000 w8u@9000"),
        new("19ff8441 swptal wzr, w1, [x2]",
            "x2=9000 @9000=efbeadde",
            "@9000=00000000 x1=deadbeef",
            "r4u@9000 w4u@9000"),
        new("59220442 ldtadd x2, x2, [x2]",
            "x2=9000 @9000=8877665544332211",
            "@9000=8807675544332211 x2=1122334455667788",
            "r8u@9000 w8u@9000"),
        new("5920845f swpt x0, xzr, [x2]",
            "x0=5 x2=9000 @9000=8877665544332211",
            "@9000=0500000000000000",
            "r8u@9000 w8u@9000"),
        new("593e37fd ldtset x30, x29, [sp]",
            "x30=3 sp=9000 @9000=8877665544332211",
            "@9000=8b77665544332211 x29=1122334455667788",
            "r8u@9000 w8u@9000"),
        // Without return.
        new("1920045f sttadd w0, [x2]",
            "x0=11 x2=9000 @9000=f0ffff7f",
            "@9000=01000080",
            "r4u@9000 w4u@9000"),
        new("592007ff sttadd x0, [sp]",
            "x0=f0 sp=9000 @9000=1122334455667788",
            "@9000=1122334455667878",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1960045f sttaddl w0, [x2]",
            "x0=11 x2=9000 @9000=f0ffff7f",
            "@9000=01000080",
            "r4u@9000 w4u@9000"),
        new("596007ff sttaddl x0, [sp]",
            "x0=f0 sp=9000 @9000=1122334455667788",
            "@9000=1122334455667878",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1920145f sttclr w0, [x2]",
            "x0=11 x2=9000 @9000=f0ffff7f",
            "@9000=e0ffff7f",
            "r4u@9000 w4u@9000"),
        new("592017ff sttclr x0, [sp]",
            "x0=f0 sp=9000 @9000=1122334455667788",
            "@9000=1122334455667708",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1960145f sttclrl w0, [x2]",
            "x0=11 x2=9000 @9000=f0ffff7f",
            "@9000=e0ffff7f",
            "r4u@9000 w4u@9000"),
        new("596017ff sttclrl x0, [sp]",
            "x0=f0 sp=9000 @9000=1122334455667788",
            "@9000=1122334455667708",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1920345f sttset w0, [x2]",
            "x0=11 x2=9000 @9000=f0ffff7f",
            "@9000=f1ffff7f",
            "r4u@9000 w4u@9000"),
        new("592037ff sttset x0, [sp]",
            "x0=f0 sp=9000 @9000=1122334455667788",
            "@9000=11223344556677f8",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("1960345f sttsetl w0, [x2]",
            "x0=11 x2=9000 @9000=f0ffff7f",
            "@9000=f1ffff7f",
            "r4u@9000 w4u@9000"),
        new("596037ff sttsetl x0, [sp]",
            "x0=f0 sp=9000 @9000=1122334455667788",
            "@9000=11223344556677f8",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        // Alignment and refusal.
        new("59200441 ldtadd x0, x1, [x2]",
            "x2=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("19208441 swpt w0, w1, [x2]",
            "x2=9002 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9002",
            },
        new("1920345f sttset w0, [x2]",
            "x2=9001 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9001",
            },
        new("59e01441 ldtclral x0, x1, [x2]",
            "x2=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("59208441 swpt x0, x1, [x2]",
            "x2=8000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "r8u@8000")
            {
                Fault = "abort 10 ? 8000",
            },
    ];

    [Theory]
    [MemberData(nameof(Atomics))]
    public void Atomics_follow_the_manual(ManualCase manualCase) => manualCase.Verify();

    public static TheoryData<ManualCase> CompareAndSwaps =>
    [
        // CAST writes when memory holds Xs; Xs becomes what was read either way.
        new("c9807c41 cast x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "@9000=bc0a000000000000",
            "r8u@9000 w8u@9000"),
        new("c9807c41 cast x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "x0=1122334455667788",
            "r8u@9000"),
        new("c9807c41 cast x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "@9000=0000000000000abc",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c9807c41 cast x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "x0=1122334455667788",
            "r8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c9c07c41 casat x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "@9000=bc0a000000000000",
            "r8u@9000 w8u@9000"),
        new("c9c07c41 casat x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "x0=1122334455667788",
            "r8u@9000"),
        new("c9c07c41 casat x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "@9000=0000000000000abc",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c9c07c41 casat x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "x0=1122334455667788",
            "r8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c980fc41 caslt x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "@9000=bc0a000000000000",
            "r8u@9000 w8u@9000"),
        new("c980fc41 caslt x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "x0=1122334455667788",
            "r8u@9000"),
        new("c980fc41 caslt x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "@9000=0000000000000abc",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c980fc41 caslt x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "x0=1122334455667788",
            "r8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c9c0fc41 casalt x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "@9000=bc0a000000000000",
            "r8u@9000 w8u@9000"),
        new("c9c0fc41 casalt x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=8877665544332211",
            "x0=1122334455667788",
            "r8u@9000"),
        new("c9c0fc41 casalt x0, x1, [x2]",
            "x0=1122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "@9000=0000000000000abc",
            "r8u@9000 w8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c9c0fc41 casalt x0, x1, [x2]",
            "x0=9122334455667788 x1=abc x2=9000 @9000=1122334455667788",
            "x0=1122334455667788",
            "r8u@9000")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("c9807fe0 cast x0, x0, [sp]",
            "x0=5 sp=9000 @9000=0500000000000000",
            "",
            "r8u@9000 w8u@9000"),
        new("c99f7c41 cast xzr, x1, [x2]",
            "x1=9 x2=9000 @9000=0000000000000000",
            "@9000=0900000000000000",
            "r8u@9000 w8u@9000"),
        new("c9807c5f cast x0, xzr, [x2]",
            "x0=7 x2=9000 @9000=0700000000000000",
            "@9000=0000000000000000",
            "r8u@9000 w8u@9000"),
        new("c9827c41 cast x2, x1, [x2]",
            "x1=1 x2=9000 @9000=0090000000000000",
            "@9000=0100000000000000",
            "r8u@9000 w8u@9000"),
        new("c9807c41 cast x0, x1, [x2]",
            "x2=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9004",
            },
        new("c9c0fc41 casalt x0, x1, [x2]",
            "x2=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("c9807c41 cast x0, x1, [x2]",
            "x2=8000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "r8u@8000")
            {
                Fault = "abort 10 ? 8000",
            },
        // CASPT compares both doublewords; the first register is at the lower address in both byte orders.
        new("49847c46 caspt x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=8877665544332211_00ffeeddccbbaa99",
            "@9000=0100000000000000_0200000000000000",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008"),
        new("49847c46 caspt x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=1122334455667788_99aabbccddeeff00",
            "@9000=0000000000000001_0000000000000002",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("49c47c46 caspat x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=8877665544332211_00ffeeddccbbaa99",
            "@9000=0100000000000000_0200000000000000",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008"),
        new("49c47c46 caspat x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=1122334455667788_99aabbccddeeff00",
            "@9000=0000000000000001_0000000000000002",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("4984fc46 casplt x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=8877665544332211_00ffeeddccbbaa99",
            "@9000=0100000000000000_0200000000000000",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008"),
        new("4984fc46 casplt x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=1122334455667788_99aabbccddeeff00",
            "@9000=0000000000000001_0000000000000002",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("49c4fc46 caspalt x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=8877665544332211_00ffeeddccbbaa99",
            "@9000=0100000000000000_0200000000000000",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008"),
        new("49c4fc46 caspalt x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=1122334455667788_99aabbccddeeff00",
            "@9000=0000000000000001_0000000000000002",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("49847c46 caspt x4, x5, x6, x7, [x2]",
            "x4=1122334455667788 x5=99aabbccddeeff01 x6=1 x7=2 x2=9000 @9000=887766554433221100ffeeddccbbaa99",
            "x5=99aabbccddeeff00",
            "r8u@9000 r8u@9008"),
        new("49847c46 caspt x4, x5, x6, x7, [x2]",
            "x4=1122334455667789 x5=99aabbccddeeff00 x6=1 x7=2 x2=9000 @9000=887766554433221100ffeeddccbbaa99",
            "x4=1122334455667788",
            "r8u@9000 r8u@9008"),
        new("49847c46 caspt x4, x5, x6, x7, [x2]",
            "x4=99aabbccddeeff00 x5=1122334455667788 x6=1 x7=2 x2=9000 @9000=112233445566778899aabbccddeeff00",
            "x4=1122334455667788 x5=99aabbccddeeff00",
            "r8u@9000 r8u@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("49c0ffe0 caspalt x0, x1, x0, x1, [sp]",
            "x0=3 x1=4 sp=9010 @9010=03000000000000000400000000000000",
            "",
            "r8u@9010 r8u@9018 w8u@9010 w8u@9018"),
        new("499e7c5c caspt x30, xzr, x28, x29, [x2]",
            "x30=3 x28=5 x29=6 x2=9000 @9000=03000000000000000000000000000000",
            "@9000=05000000000000000600000000000000",
            "r8u@9000 r8u@9008 w8u@9000 w8u@9008"),
        new("49847c46 caspt x4, x5, x6, x7, [x2]",
            "x2=9008 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9008",
            },
        new("49847c46 caspt x4, x5, x6, x7, [x2]",
            "x2=9000 @9000=8877665544332211",
            "",
            "r8u@9000 r8u@9008")
            {
                Fault = "abort 10 ? 9008",
            },
        new("4984fc46 casplt x4, x5, x6, x7, [x2]",
            "x2=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
    ];

    [Theory]
    [MemberData(nameof(CompareAndSwaps))]
    public void Compare_and_swap_follows_the_manual(ManualCase manualCase) => manualCase.Verify();

    public static TheoryData<ManualCase> Pairs =>
    [
        // Every form, both register files and byte orders.
        new("e97f0820 ldtp x0, x2, [x1, #-16]",
            "x1=9100 @90f0=8877665544332211_1032547698badcfe",
            "x0=1122334455667788 x2=fedcba9876543210",
            "r8u@90f0 r8u@90f8"),
        new("e97f0820 ldtp x0, x2, [x1, #-16]",
            "x1=9100 @90f0=1122334455667788_fedcba9876543210",
            "x0=1122334455667788 x2=fedcba9876543210",
            "r8u@90f0 r8u@90f8")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("e9c08820 ldtp x0, x2, [x1, #8]!",
            "x1=9100 @9108=8877665544332211_1032547698badcfe",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9108",
            "r8u@9108 r8u@9110"),
        new("e9c08820 ldtp x0, x2, [x1, #8]!",
            "x1=9100 @9108=1122334455667788_fedcba9876543210",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9108",
            "r8u@9108 r8u@9110")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("e8ff8820 ldtp x0, x2, [x1], #-8",
            "x1=9100 @9100=8877665544332211_1032547698badcfe",
            "x0=1122334455667788 x2=fedcba9876543210 x1=90f8",
            "r8u@9100 r8u@9108"),
        new("e8ff8820 ldtp x0, x2, [x1], #-8",
            "x1=9100 @9100=1122334455667788_fedcba9876543210",
            "x0=1122334455667788 x2=fedcba9876543210 x1=90f8",
            "r8u@9100 r8u@9108")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("e8419023 ldtnp x3, x4, [x1, #24]",
            "x1=9100 @9118=8877665544332211_1032547698badcfe",
            "x3=1122334455667788 x4=fedcba9876543210",
            "r8u@9118 r8u@9120"),
        new("e8419023 ldtnp x3, x4, [x1, #24]",
            "x1=9100 @9118=1122334455667788_fedcba9876543210",
            "x3=1122334455667788 x4=fedcba9876543210",
            "r8u@9118 r8u@9120")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("ed7f0820 ldtp q0, q2, [x1, #-32]",
            "x1=9100 @90e0=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "r8u@90e0 r8u@90e8 r8u@90f0 r8u@90f8"),
        new("ed7f0820 ldtp q0, q2, [x1, #-32]",
            "x1=9100 @90e0=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "r8u@90e0 r8u@90e8 r8u@90f0 r8u@90f8")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("edc08820 ldtp q0, q2, [x1, #16]!",
            "x1=9100 @9110=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9110",
            "r8u@9110 r8u@9118 r8u@9120 r8u@9128"),
        new("edc08820 ldtp q0, q2, [x1, #16]!",
            "x1=9100 @9110=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9110",
            "r8u@9110 r8u@9118 r8u@9120 r8u@9128")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("ecff8820 ldtp q0, q2, [x1], #-16",
            "x1=9100 @9100=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=90f0",
            "r8u@9100 r8u@9108 r8u@9110 r8u@9118"),
        new("ecff8820 ldtp q0, q2, [x1], #-16",
            "x1=9100 @9100=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=90f0",
            "r8u@9100 r8u@9108 r8u@9110 r8u@9118")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("ec419023 ldtnp q3, q4, [x1, #48]",
            "x1=9100 @9130=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "v3=1020304050607081122334455667788 v4=f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "r8u@9130 r8u@9138 r8u@9140 r8u@9148"),
        new("ec419023 ldtnp q3, q4, [x1, #48]",
            "x1=9100 @9130=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "v3=1020304050607081122334455667788 v4=f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "r8u@9130 r8u@9138 r8u@9140 r8u@9148")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("e93f0820 sttp x0, x2, [x1, #-16]",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9100 @90f0=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@90f0=8877665544332211_1032547698badcfe",
            "w8u@90f0 w8u@90f8"),
        new("e93f0820 sttp x0, x2, [x1, #-16]",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9100 @90f0=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@90f0=1122334455667788_fedcba9876543210",
            "w8u@90f0 w8u@90f8")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("e9808820 sttp x0, x2, [x1, #8]!",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9100 @9108=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9108=8877665544332211_1032547698badcfe x1=9108",
            "w8u@9108 w8u@9110"),
        new("e9808820 sttp x0, x2, [x1, #8]!",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9100 @9108=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9108=1122334455667788_fedcba9876543210 x1=9108",
            "w8u@9108 w8u@9110")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("e8bf8820 sttp x0, x2, [x1], #-8",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9100 @9100=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9100=8877665544332211_1032547698badcfe x1=90f8",
            "w8u@9100 w8u@9108"),
        new("e8bf8820 sttp x0, x2, [x1], #-8",
            "x0=1122334455667788 x2=fedcba9876543210 x1=9100 @9100=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9100=1122334455667788_fedcba9876543210 x1=90f8",
            "w8u@9100 w8u@9108")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("e8019023 sttnp x3, x4, [x1, #24]",
            "x3=1122334455667788 x4=fedcba9876543210 x1=9100 @9118=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9118=8877665544332211_1032547698badcfe",
            "w8u@9118 w8u@9120"),
        new("e8019023 sttnp x3, x4, [x1, #24]",
            "x3=1122334455667788 x4=fedcba9876543210 x1=9100 @9118=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9118=1122334455667788_fedcba9876543210",
            "w8u@9118 w8u@9120")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("ed3f0820 sttp q0, q2, [x1, #-32]",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @90e0=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@90e0=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "w8u@90e0 w8u@90e8 w8u@90f0 w8u@90f8"),
        new("ed3f0820 sttp q0, q2, [x1, #-32]",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @90e0=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@90e0=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "w8u@90e0 w8u@90e8 w8u@90f0 w8u@90f8")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("ed808820 sttp q0, q2, [x1, #16]!",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @9110=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9110=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1 x1=9110",
            "w8u@9110 w8u@9118 w8u@9120 w8u@9128"),
        new("ed808820 sttp q0, q2, [x1, #16]!",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @9110=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9110=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9110",
            "w8u@9110 w8u@9118 w8u@9120 w8u@9128")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("ecbf8820 sttp q0, q2, [x1], #-16",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @9100=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9100=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1 x1=90f0",
            "w8u@9100 w8u@9108 w8u@9110 w8u@9118"),
        new("ecbf8820 sttp q0, q2, [x1], #-16",
            "v0=1020304050607081122334455667788 v2=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @9100=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9100=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=90f0",
            "w8u@9100 w8u@9108 w8u@9110 w8u@9118")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("ec019023 sttnp q3, q4, [x1, #48]",
            "v3=1020304050607081122334455667788 v4=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @9130=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9130=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "w8u@9130 w8u@9138 w8u@9140 w8u@9148"),
        new("ec019023 sttnp q3, q4, [x1, #48]",
            "v3=1020304050607081122334455667788 v4=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @9130=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9130=01020304050607081122334455667788_f1f2f3f4f5f6f7f8089119a22ab33bc4",
            "w8u@9130 w8u@9138 w8u@9140 w8u@9148")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        // The largest offsets, SP, and the zero register.
        new("e95f8be0 ldtp x0, x2, [sp, #504]",
            "sp=9100 @92f8=8877665544332211_1032547698badcfe",
            "x0=1122334455667788 x2=fedcba9876543210",
            "r8u@92f8 r8u@9300"),
        new("e9a00be0 sttp x0, x2, [sp, #-512]!",
            "x0=1122334455667788 x2=fedcba9876543210 sp=9100 @8f00=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@8f00=8877665544332211_1032547698badcfe sp=8f00",
            "w8u@8f00 w8u@8f08"),
        new("ecdfffe0 ldtp q0, q31, [sp], #1008",
            "sp=9100 @9100=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "v0=1020304050607081122334455667788 v31=f1f2f3f4f5f6f7f8089119a22ab33bc4 sp=94f0",
            "r8u@9100 r8u@9108 r8u@9110 r8u@9118"),
        new("ed20003f sttp q31, q0, [x1, #-1024]",
            "v31=1020304050607081122334455667788 v0=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @8d00=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@8d00=88776655443322110807060504030201_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "w8u@8d00 w8u@8d08 w8u@8d10 w8u@8d18"),
        new("e8c1083f ldtp xzr, x2, [x1], #16",
            "x1=9100 @9100=8877665544332211_1032547698badcfe",
            "x2=fedcba9876543210 x1=9110",
            "r8u@9100 r8u@9108"),
        new("e881083f sttp xzr, x2, [x1], #16",
            "x2=fedcba9876543210 x1=9100 @9100=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9100=0000000000000000_1032547698badcfe x1=9110",
            "w8u@9100 w8u@9108"),
        new("e9007fe2 sttp x2, xzr, [sp]",
            "x2=1122334455667788 sp=9100 @9100=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9100=8877665544332211_0000000000000000",
            "w8u@9100 w8u@9108"),
        new("e86077fe ldtnp x30, x29, [sp, #-512]",
            "sp=9100 @8f00=8877665544332211_1032547698badcfe",
            "x30=1122334455667788 x29=fedcba9876543210",
            "r8u@8f00 r8u@8f08"),
        new("ec001425 sttnp q5, q5, [x1]",
            "v5=f1f2f3f4f5f6f7f8089119a22ab33bc4 v5=f1f2f3f4f5f6f7f8089119a22ab33bc4 x1=9100 @9100=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
            "@9100=c43bb32aa2199108f8f7f6f5f4f3f2f1_c43bb32aa2199108f8f7f6f5f4f3f2f1",
            "w8u@9100 w8u@9108 w8u@9110 w8u@9118"),
        // Wrapping, tags, and faults.
        new("e8ff0820 ldtp x0, x2, [x1], #-16",
            "x1=fffffffffffffff0 @fffffffffffffff0=8877665544332211_1032547698badcfe",
            "x0=1122334455667788 x2=fedcba9876543210 x1=ffffffffffffffe0",
            "r8u@fffffffffffffff0 r8u@fffffffffffffff8"),
        new("e9c10820 ldtp x0, x2, [x1, #16]!",
            "x1=fffffffffffffff0 @0=8877665544332211_1032547698badcfe",
            "x0=1122334455667788 x2=fedcba9876543210 x1=0",
            "r8u@0 r8u@8"),
        new("e8c10820 ldtp x0, x2, [x1], #16",
            "x1=a500000000009000 @9000=00112233445566778899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 x1=a500000000009010",
            "r8u@9000 r8u@9008")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        new("e9400820 ldtp x0, x2, [x1]",
            "x1=9008 @9000=00112233445566778899aabbccddeeff",
            "",
            "r8u@9008 r8u@9010")
            {
                Fault = "abort 10 r 9010",
            },
        new("e9808820 sttp x0, x2, [x1, #8]!",
            "x0=1 x1=9000 @9000=00112233445566778899aabbccddeeff",
            "@9008=0100000000000000",
            "w8u@9008 w8u@9010")
            {
                Fault = "abort 10 w 9010",
            },
        new("ed400820 ldtp q0, q2, [x1]",
            "x1=9000 @9000=001122334455667700112233445566770011223344556677",
            "",
            "r8u@9000 r8u@9008 r8u@9010 r8u@9018")
            {
                Fault = "abort 10 r 9018",
            },
        new("e9400820 ldtp x0, x2, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unaligned = UnalignedPolicy.Fault },
                Fault = "abort 21 r 9004",
            },
        new("ed000820 sttp q0, q2, [x1]",
            "x1=9008 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unaligned = UnalignedPolicy.Fault },
                Fault = "abort 21 w 9008",
            },
        new("e9400820 ldtp x0, x2, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "x0=bbaa998877665544 x2=33221100ffeeddcc",
            "r4u@9004 r4u@9008 r4u@900c r4u@9010"),
        new("e9400822 ldtp x2, x2, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unpredictable = UnpredictablePolicy.Undefined },
                Fault = "undef",
            },
        new("e8c10821 ldtp x1, x2, [x1], #16",
            "x1=9000 @9000=00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unpredictable = UnpredictablePolicy.Report },
                Fault = "notemulated ConstrainedUnpredictable",
            },
        new("e9810821 sttp x1, x2, [x1, #16]!",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unpredictable = UnpredictablePolicy.Undefined },
                Fault = "undef",
            },
    ];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Pairs_follow_the_manual(ManualCase manualCase) => manualCase.Verify();
}
