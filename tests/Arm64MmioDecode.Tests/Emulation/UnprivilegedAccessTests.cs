using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Unprivileged exclusives, atomics and pairs (FEAT_LSUI), worked out from the manual's operation text for
/// <see cref="PatternMachine"/>.
/// </summary>
public sealed class UnprivilegedAccessTests
{
    [Theory]
    [InlineData("ldtxr w0, [x1]", 0x895F7C20u, false, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("ldtxr w0, [x1]", 0x895F7C20u, true, "x1=9000000", "r4@9000000", "x0=80818283")]
    [InlineData("ldtxr x0, [x1]", 0xC95F7C20u, false, "x1=9000000", "r8@9000000", "x0=8786858483828180")]
    [InlineData("ldtxr x0, [x1]", 0xC95F7C20u, true, "x1=9000000", "r8@9000000", "x0=8081828384858687")]
    [InlineData("ldatxr w0, [x1]", 0x895FFC20u, false, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("ldatxr w0, [x1]", 0x895FFC20u, true, "x1=9000000", "r4@9000000", "x0=80818283")]
    [InlineData("ldatxr x0, [sp]", 0xC95FFFE0u, false, "sp=9000000", "r8@9000000", "x0=8786858483828180")]
    [InlineData("ldatxr x0, [sp]", 0xC95FFFE0u, true, "sp=9000000", "r8@9000000", "x0=8081828384858687")]
    [InlineData("sttxr w2, w0, [x1]", 0x89027C20u, false, "x1=9000000", "", "x2=1")]
    [InlineData("sttxr w2, x0, [x1]", 0xC9027C20u, false, "x1=9000000", "", "x2=1")]
    [InlineData("stltxr w2, w0, [x1]", 0x8902FC20u, false, "x1=9000000", "", "x2=1")]
    [InlineData("stltxr w2, x0, [sp]", 0xC902FFE0u, false, "sp=9000000", "", "x2=1")]
    [InlineData("cast x0, x1, [x2]", 0xC9807C41u, false, "x2=9000000", "r8@9000000", "x0=8786858483828180")]
    [InlineData("cast x0, x1, [x2]", 0xC9807C41u, true, "x2=9000000", "r8@9000000", "x0=8081828384858687")]
    [InlineData("cast x0, x1, [x2]", 0xC9807C41u, false, "x0=8786858483828180 x2=9000000", "r8@9000000 w8@9000000=5555555500000001", "")]
    [InlineData("cast x0, x1, [x2]", 0xC9807C41u, true, "x0=8081828384858687 x2=9000000", "r8@9000000 w8@9000000=100000055555555", "")]
    [InlineData("casat x0, x1, [x2]", 0xC9C07C41u, false, "x0=8786858483828180 x2=9000000", "r8@9000000 w8@9000000=5555555500000001", "")]
    [InlineData("caspt x0, x1, x2, x3, [x4]", 0x49807C82u, false, "x4=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("caspt x0, x1, x2, x3, [x4]", 0x49807C82u, true, "x4=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("caspt x0, x1, x2, x3, [x4]", 0x49807C82u, false, "x0=8786858483828180 x1=8f8e8d8c8b8a8988 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=5555555500000002 w8@9000008=5555555500000003", "")]
    [InlineData("caspt x0, x1, x2, x3, [x4]", 0x49807C82u, true, "x0=8081828384858687 x1=88898a8b8c8d8e8f x4=9000000", "r8@9000000 r8@9000008 w8@9000000=200000055555555 w8@9000008=300000055555555", "")]
    [InlineData("caspt x0, x1, x2, x3, [x4]", 0x49807C82u, false, "x0=8786858483828180 x1=0 x4=9000000", "r8@9000000 r8@9000008", "x1=8f8e8d8c8b8a8988")]
    [InlineData("caspalt x0, x1, x2, x3, [sp]", 0x49C0FFE2u, false, "x0=8786858483828180 x1=8f8e8d8c8b8a8988 sp=9000000", "r8@9000000 r8@9000008 w8@9000000=5555555500000002 w8@9000008=5555555500000003", "")]
    [InlineData("ldtadd w0, w1, [x2]", 0x19200441u, false, "x0=ffffffff80000001 x2=9000000", "r4@9000000 w4@9000000=3828181", "x1=83828180")]
    [InlineData("ldtadd w0, w1, [x2]", 0x19200441u, true, "x0=ffffffff80000001 x2=9000000", "r4@9000000 w4@9000000=84828100", "x1=80818283")]
    [InlineData("ldtadd x0, x1, [x2]", 0x59200441u, false, "x0=ff00ff00ff00ff01 x2=9000000", "r8@9000000 w8@9000000=8687848582838081", "x1=8786858483828180")]
    [InlineData("ldtadd x0, x1, [x2]", 0x59200441u, true, "x0=ff00ff00ff00ff01 x2=9000000", "r8@9000000 w8@9000000=888586838481827f", "x1=8081828384858687")]
    [InlineData("ldtclr w0, w1, [x2]", 0x19201441u, false, "x0=ffffffff80000001 x2=9000000", "r4@9000000 w4@9000000=3828180", "x1=83828180")]
    [InlineData("ldtclr w0, w1, [x2]", 0x19201441u, true, "x0=ffffffff80000001 x2=9000000", "r4@9000000 w4@9000000=82828100", "x1=80818283")]
    [InlineData("ldtclr x0, x1, [x2]", 0x59201441u, false, "x0=ff00ff00ff00ff01 x2=9000000", "r8@9000000 w8@9000000=86008400820080", "x1=8786858483828180")]
    [InlineData("ldtclr x0, x1, [x2]", 0x59201441u, true, "x0=ff00ff00ff00ff01 x2=9000000", "r8@9000000 w8@9000000=8600850083008100", "x1=8081828384858687")]
    [InlineData("ldtset w0, w1, [x2]", 0x19203441u, false, "x0=ffffffff80000001 x2=9000000", "r4@9000000 w4@9000000=83828181", "x1=83828180")]
    [InlineData("ldtset w0, w1, [x2]", 0x19203441u, true, "x0=ffffffff80000001 x2=9000000", "r4@9000000 w4@9000000=83828180", "x1=80818283")]
    [InlineData("ldtset x0, x1, [x2]", 0x59203441u, false, "x0=ff00ff00ff00ff01 x2=9000000", "r8@9000000 w8@9000000=ff86ff84ff82ff81", "x1=8786858483828180")]
    [InlineData("ldtset x0, x1, [x2]", 0x59203441u, true, "x0=ff00ff00ff00ff01 x2=9000000", "r8@9000000 w8@9000000=87ff85ff83ff81ff", "x1=8081828384858687")]
    [InlineData("ldtaddal x0, xzr, [x2]", 0x59E0045Fu, false, "x2=9000000", "r8@9000000 w8@9000000=dcdbdad983828180", "")]
    [InlineData("ldtaddal x0, xzr, [x2]", 0x59E0045Fu, true, "x2=9000000", "r8@9000000 w8@9000000=87868584d8d7d6d5", "")]
    [InlineData("swpt w0, w1, [x2]", 0x19208441u, false, "x2=9000000", "r4@9000000 w4@9000000=0", "x1=83828180")]
    [InlineData("swpt w0, w1, [x2]", 0x19208441u, true, "x2=9000000", "r4@9000000 w4@9000000=0", "x1=80818283")]
    [InlineData("swptal x0, x1, [x2]", 0x59E08441u, false, "x2=9000000", "r8@9000000 w8@9000000=5555555500000000", "x1=8786858483828180")]
    [InlineData("swptal x0, x1, [x2]", 0x59E08441u, true, "x2=9000000", "r8@9000000 w8@9000000=55555555", "x1=8081828384858687")]
    [InlineData("ldtp x0, x1, [x2]", 0xE9400440u, false, "x2=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988")]
    [InlineData("ldtp x0, x1, [x2]", 0xE9400440u, true, "x2=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687 x1=88898a8b8c8d8e8f")]
    [InlineData("ldtp x0, x1, [x2], #16", 0xE8C10440u, false, "x2=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988 x2=9000010")]
    [InlineData("ldtp x0, x1, [x2], #16", 0xE8C10440u, true, "x2=9000000", "r8@9000000 r8@9000008", "x0=8081828384858687 x1=88898a8b8c8d8e8f x2=9000010")]
    [InlineData("ldtp x0, x1, [x2, #-16]!", 0xE9FF0440u, false, "x2=9000000", "r8@8fffff0 r8@8fffff8", "x0=f7f6f5f4f3f2f1f0 x1=fffefdfcfbfaf9f8 x2=8fffff0")]
    [InlineData("ldtp x0, x1, [x2, #-16]!", 0xE9FF0440u, true, "x2=9000000", "r8@8fffff0 r8@8fffff8", "x0=f0f1f2f3f4f5f6f7 x1=f8f9fafbfcfdfeff x2=8fffff0")]
    [InlineData("sttp x0, x1, [x2]", 0xE9000440u, false, "x2=9000000", "w8@9000000=5555555500000000 w8@9000008=5555555500000001", "")]
    [InlineData("sttp x0, x1, [x2]", 0xE9000440u, true, "x2=9000000", "w8@9000000=55555555 w8@9000008=100000055555555", "")]
    [InlineData("sttp x0, x1, [x2], #16", 0xE8810440u, false, "x2=9000000", "w8@9000000=5555555500000000 w8@9000008=5555555500000001", "x2=9000010")]
    [InlineData("sttp x0, x1, [x2], #16", 0xE8810440u, true, "x2=9000000", "w8@9000000=55555555 w8@9000008=100000055555555", "x2=9000010")]
    [InlineData("sttp x0, x1, [x2, #-16]!", 0xE9BF0440u, false, "x2=9000000", "w8@8fffff0=5555555500000000 w8@8fffff8=5555555500000001", "x2=8fffff0")]
    [InlineData("sttp x0, x1, [x2, #-16]!", 0xE9BF0440u, true, "x2=9000000", "w8@8fffff0=55555555 w8@8fffff8=100000055555555", "x2=8fffff0")]
    [InlineData("ldtp q0, q1, [x2]", 0xED400440u, false, "x2=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018", "v0=8f8e8d8c8b8a8988:8786858483828180 v1=9f9e9d9c9b9a9998:9796959493929190")]
    [InlineData("ldtp q0, q1, [x2]", 0xED400440u, true, "x2=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018", "v0=8081828384858687:88898a8b8c8d8e8f v1=9091929394959697:98999a9b9c9d9e9f")]
    [InlineData("sttp q0, q1, [x2, #32]!", 0xED810440u, false, "x2=9000000", "w8@9000020=a0 w8@9000028=b0 w8@9000030=a1 w8@9000038=b1", "x2=9000020")]
    [InlineData("sttp q0, q1, [x2, #32]!", 0xED810440u, true, "x2=9000000", "w8@9000020=b000000000000000 w8@9000028=a000000000000000 w8@9000030=b100000000000000 w8@9000038=a100000000000000", "x2=9000020")]
    [InlineData("ldtnp x0, x1, [x2, #8]", 0xE8408440u, false, "x2=9000000", "r8@9000008 r8@9000010", "x0=8f8e8d8c8b8a8988 x1=9796959493929190")]
    [InlineData("ldtnp x0, x1, [x2, #8]", 0xE8408440u, true, "x2=9000000", "r8@9000008 r8@9000010", "x0=88898a8b8c8d8e8f x1=9091929394959697")]
    [InlineData("sttnp x0, x1, [x2, #8]", 0xE8008440u, false, "x2=9000000", "w8@9000008=5555555500000000 w8@9000010=5555555500000001", "")]
    [InlineData("sttnp x0, x1, [x2, #8]", 0xE8008440u, true, "x2=9000000", "w8@9000008=55555555 w8@9000010=100000055555555", "")]
    [InlineData("ldtnp q0, q1, [x2]", 0xEC400440u, false, "x2=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018", "v0=8f8e8d8c8b8a8988:8786858483828180 v1=9f9e9d9c9b9a9998:9796959493929190")]
    [InlineData("ldtnp q0, q1, [x2]", 0xEC400440u, true, "x2=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018", "v0=8081828384858687:88898a8b8c8d8e8f v1=9091929394959697:98999a9b9c9d9e9f")]
    [InlineData("sttnp q0, q1, [x2]", 0xEC000440u, false, "x2=9000000", "w8@9000000=a0 w8@9000008=b0 w8@9000010=a1 w8@9000018=b1", "")]
    [InlineData("sttnp q0, q1, [x2]", 0xEC000440u, true, "x2=9000000", "w8@9000000=b000000000000000 w8@9000008=a000000000000000 w8@9000010=b100000000000000 w8@9000018=a100000000000000", "")]
    public void Lsui_is_what_the_manual_says(string text, uint opcode, bool bigEndian, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, PatternCase.Perform with { BigEndian = bigEndian }, registers, transactions, changes);

    [Theory]
    [InlineData(0x895F7C20u, 0x89027C20u, "w4@9000000=0")] // ldtxr w0, [x1]; sttxr w2, w0, [x1]
    [InlineData(0xC95F7C20u, 0xC9027C20u, "w8@9000000=8786858483828180")] // ldtxr x0, [x1]; sttxr w2, x0, [x1]
    public void An_unprivileged_store_exclusive_succeeds_after_its_load(uint load, uint store, string written)
    {
        PatternMachine machine = new PatternMachine().With("x1=9000000");
        machine.Execute(load, PatternCase.Perform).Should().Be(EmulationStatus.Completed);
        machine.Registers.SetX(0, written.StartsWith("w4", System.StringComparison.Ordinal) ? 0 : machine.Registers.GetX(0));

        machine.Execute(store, PatternCase.Perform).Should().Be(EmulationStatus.Completed);

        machine.Transactions.Should().Be(written);
        machine.Changes().Should().Be("x2=0");
    }

    [Theory]
    [InlineData(0xE9400440u, true)] // ldtp x0, x1, [x2]
    [InlineData(0xC9807C41u, true)] // cast x0, x1, [x2]
    [InlineData(0x19200441u, true)] // ldtadd w0, w1, [x2]
    [InlineData(0xB8400820u, true)] // ldtr w0, [x1]
    [InlineData(0xF9400020u, false)] // ldr x0, [x1]
    public void A_transaction_tells_whether_the_permissions_of_EL0_apply(uint opcode, bool unprivileged)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);
        var plan = new AccessPlan();

        plan.Prepare(in access, new GuestRegisters(), PatternCase.Perform);

        plan.TryGetNext(out BusTransaction transaction).Should().BeTrue();
        transaction.IsUnprivileged.Should().Be(unprivileged);
    }
}
