using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>The harness itself, against results worked out by hand from the manual's operation sections.</summary>
public sealed class QemuUserTests
{
    private const ulong Code = 0x1000_0000;
    private const ulong Data = 0x2000_0000;
    private const ulong PageEnd = Data + GuestMemory.PageSize;
    private const uint Nzcv = 0xF000_0000;

    [SkippableFact]
    public void Nothing_changes_but_pc_when_the_instruction_is_a_nop()
    {
        var c = A64(0xD503201F);
        for (var i = 0; i < 31; i++)
        {
            c.Initial.X[i] = 0x0123456789ABCDEF * (ulong)(i + 1);
        }

        for (var i = 0; i < 32; i++)
        {
            c.Initial.V[i] = new UInt128(~(ulong)i, 0x1111111111111111 * (ulong)i);
        }

        c.Initial.Sp = 0xDEADBEEF00000001;
        c.Initial.PState = 0xA0000000;
        c.Initial.Fpcr = 0x00400000;
        c.Initial.Fpsr = 0x0800001F;

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.Completed);
        after.Pc.Should().Be(Code + 4);
        after.X.Should().Equal(c.Initial.X);
        after.V.Should().Equal(c.Initial.V);
        after.Sp.Should().Be(c.Initial.Sp);
        (after.PState & Nzcv).Should().Be(0xA0000000);
        after.Fpcr.Should().Be(0x00400000);
        after.Fpsr.Should().Be(0x0800001F);
        after.Memory.Differences(c.Initial.Memory).Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData(false, 0x7766554433221100)]
    [InlineData(true, 0x0011223344556677)]
    public void Ldr_post_index_reads_and_then_moves_the_base(bool bigEndian, ulong expected)
    {
        var c = A64(0xF8408441, bigEndian); // ldr x1, [x2], #8
        c.Initial.X[2] = Data;

        var after = QemuUser.Execute(c);

        after.X[1].Should().Be(expected);
        after.X[2].Should().Be(Data + 8);
    }

    [SkippableTheory]
    [InlineData(false, 0x33221100, 0x77665544)]
    [InlineData(true, 0x00112233, 0x44556677)]
    public void Ldp_of_words_fills_two_registers_in_ascending_order(bool bigEndian, ulong first, ulong second)
    {
        var c = A64(0x29400440, bigEndian); // ldp w0, w1, [x2]
        c.Initial.X[0] = c.Initial.X[1] = ulong.MaxValue;
        c.Initial.X[2] = Data;

        var after = QemuUser.Execute(c);

        after.X[0].Should().Be(first);
        after.X[1].Should().Be(second);
    }

    [SkippableFact]
    public void Ldrsb_to_w_clears_the_upper_half()
    {
        var c = A64(0x39C02041); // ldrsb w1, [x2, #8]
        c.Initial.X[1] = ulong.MaxValue;
        c.Initial.X[2] = Data;

        QemuUser.Execute(c).X[1].Should().Be(0xFFFFFF88);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stp_q_stores_two_vectors(bool bigEndian)
    {
        var c = A64(0xADBF0BE1, bigEndian); // stp q1, q2, [sp, #-32]!
        c.Initial.Sp = Data + 0x40;
        c.Initial.V[1] = new UInt128(0x0F0E0D0C0B0A0908, 0x0706050403020100);
        c.Initial.V[2] = new UInt128(0x1F1E1D1C1B1A1918, 0x1716151413121110);

        var after = QemuUser.Execute(c);

        after.Sp.Should().Be(Data + 0x20);
        var expected = Enumerable.Range(0, 32).Select(x => (byte)x);
        if (bigEndian)
        {
            // Each register is one 128-bit element.
            expected = expected.Take(16).Reverse().Concat(expected.Skip(16).Reverse());
        }

        Bytes(after, Data + 0x20, 32).Should().Equal(expected);
    }

    [SkippableFact]
    public void Str_xzr_stores_zero_and_leaves_the_rest_of_memory()
    {
        var c = A64(0xF900005F); // str xzr, [x2]
        c.Initial.X[2] = Data;

        var after = QemuUser.Execute(c);

        Bytes(after, Data, 9).Should().Equal(0, 0, 0, 0, 0, 0, 0, 0, 0x88);
        after.Memory.Differences(c.Initial.Memory).Select(x => x.Address).Should()
            .Equal(Enumerable.Range(1, 7).Select(x => Data + (ulong)x), "byte 0 was 0 before");
    }

    [SkippableFact]
    public void Ldr_literal_reads_around_pc()
    {
        var c = A64(0x58000043); // ldr x3, . + 8
        c.Initial.Memory.Load(Code + 8, [1, 2, 3, 4, 5, 6, 7, 8]);

        QemuUser.Execute(c).X[3].Should().Be(0x0807060504030201);
    }

    [SkippableFact]
    public void A_pair_whose_second_element_faults_changes_no_register()
    {
        var c = A64(0xA8C10440); // ldp x0, x1, [x2], #16
        c.Initial.X[0] = 10;
        c.Initial.X[1] = 11;
        c.Initial.X[2] = PageEnd - 8;

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.TranslationFault);
        after.FaultAddress.Should().Be(PageEnd);
        after.Pc.Should().Be(Code);
        after.X[..3].Should().Equal(10, 11, PageEnd - 8);
    }

    [SkippableFact]
    public void A_store_to_a_read_only_page_is_a_permission_fault()
    {
        var c = A64(0xB9000041); // str w1, [x2]
        c.Initial.Memory.Map(Data, access: PageAccess.ReadOnly);
        c.Initial.X[2] = Data + 4;

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.PermissionFault);
        after.FaultAddress.Should().Be(Data + 4);
        after.Memory.Differences(c.Initial.Memory).Should().BeEmpty();
    }

    [SkippableFact]
    public void A_store_release_that_is_not_aligned_is_an_alignment_fault()
    {
        var c = A64(0x889FFC41); // stlr w1, [x2]
        c.Initial.X[2] = Data + 2;

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.AlignmentFault);
        after.FaultAddress.Should().Be(Data + 2);
    }

    [SkippableFact]
    public void A_store_exclusive_fails_alone_and_succeeds_after_a_load_exclusive()
    {
        var alone = A64(0x88037C41); // stxr w3, w1, [x2]
        var paired = A64([0x885F7C44, 0x88037C41]); // ldxr w4, [x2]; stxr w3, w1, [x2]
        foreach (var c in new[] { alone, paired })
        {
            c.Initial.X[1] = 0xAABBCCDD;
            c.Initial.X[2] = Data;
        }

        var after = QemuUser.Execute([alone, paired]);

        after[0].X[3].Should().Be(1);
        Bytes(after[0], Data, 4).Should().Equal(0x00, 0x11, 0x22, 0x33);
        after[1].X[3].Should().Be(0);
        after[1].X[4].Should().Be(0x33221100);
        after[1].Pc.Should().Be(Code + 8);
        Bytes(after[1], Data, 4).Should().Equal(0xDD, 0xCC, 0xBB, 0xAA);
    }

    [SkippableFact]
    public void Allocation_tags_are_stored_and_start_at_zero_in_each_case()
    {
        var store = A64([0xD9200841, 0xD9600043]); // stg x1, [x2]; ldg x3, [x2]
        var load = A64(0xD9600043); // ldg x3, [x2]
        foreach (var c in new[] { store, load })
        {
            c.Initial.Memory.Map(Data, access: PageAccess.Write | PageAccess.Tagged);
            c.Initial.X[1] = 0x0500_0000_0000_0000;
            c.Initial.X[2] = Data;
            c.Initial.X[3] = 0x0F00_0000_0000_0003;
        }

        var after = QemuUser.Execute([store, load, store, load]);

        after.Should().OnlyContain(x => x.Outcome == Outcome.Completed);
        after.Select(x => x.X[3]).Should().Equal(
            0x0500_0000_0000_0003, 0x0000_0000_0000_0003, 0x0500_0000_0000_0003, 0x0000_0000_0000_0003);
    }

    [SkippableTheory]
    [InlineData(0x00000000)] // udf #0
    [InlineData(0xD4200020)] // brk #1
    public void An_instruction_that_does_not_execute_is_undefined(uint word)
    {
        var after = QemuUser.Execute(A64(word));

        after.Outcome.Should().Be(Outcome.Undefined);
        after.Pc.Should().Be(Code);
    }

    [SkippableFact]
    public void An_endless_loop_is_stopped_and_the_next_case_runs()
    {
        var after = QemuUser.Execute([A64(0x14000000), A64(0xD503201F)]); // b . ; nop

        after[0].Outcome.Should().Be(Outcome.Stuck);
        after[1].Outcome.Should().Be(Outcome.Completed);
    }

    [SkippableTheory]
    [InlineData(16)]
    [InlineData(48)]
    public void Sve_state_goes_in_and_out(int vectorLength)
    {
        var c = A64(0xA540AC40); // ld1w {z0.s}, p3/z, [x2]
        var sve = c.Initial.Sve = new SveState(vectorLength);
        c.Initial.X[2] = Data;
        sve.Z.AsSpan().Fill(0xEE);
        sve.PRegister(3)[0] = 0x01;
        sve.PRegister(3)[(vectorLength / 8) - 1] = 0x10;
        sve.PRegister(16)[1] = 0x80;

        var after = QemuUser.Execute(c);

        var expected = new byte[vectorLength];
        Bytes(c.Initial, Data, 4).CopyTo(expected, 0);
        Bytes(c.Initial, Data + (ulong)vectorLength - 4, 4).CopyTo(expected, vectorLength - 4);
        after.Sve!.ZRegister(0).ToArray().Should().Equal(expected);
        after.Sve.ZRegister(1).ToArray().Should().OnlyContain(x => x == 0xEE);
        after.Sve.P.Should().Equal(sve.P);
        ((ulong)after.V[0]).Should().Be(0x33221100);
    }

    [SkippableFact]
    public void A_vector_load_clears_the_rest_of_the_sve_register()
    {
        var c = A64(0xFD400040); // ldr d0, [x2]
        c.Initial.X[2] = Data;
        c.Initial.Sve = new SveState(32);
        c.Initial.Sve.Z.AsSpan().Fill(0xEE);

        QemuUser.Execute(c).Sve!.ZRegister(0).ToArray().Should()
            .Equal(Bytes(c.Initial, Data, 8).Concat(new byte[24]));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ldm_loads_ascending_registers_and_writes_back(bool bigEndian)
    {
        var c = A32(0xE8B2000B, bigEndian); // ldm r2!, {r0, r1, r3}
        c.Initial.X[2] = Data;
        c.Initial.X[4] = 0xFFFFFFFF;
        c.Initial.X[14] = 0x12345678;

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.Completed);
        ulong[] little = [0x33221100, 0x77665544, Data + 12, 0xBBAA9988, 0xFFFFFFFF];
        ulong[] big = [0x00112233, 0x44556677, Data + 12, 0x8899AABB, 0xFFFFFFFF];
        after.X[..5].Should().Equal(bigEndian ? big : little);
        after.X[14].Should().Be(0x12345678);
        after.Pc.Should().Be(Code + 4);
        (after.PState & 0x200).Should().Be(bigEndian ? 0x200u : 0);
    }

    [SkippableTheory]
    [InlineData(0x30000000, 0x30000000, false)]
    [InlineData(0x30000001, 0x30000000, true)]
    public void Pop_pc_branches_with_interworking(ulong target, ulong pc, bool thumb)
    {
        var c = A32(0xE8BD8001); // pop {r0, pc}
        c.Initial.X[13] = Data + 8;
        c.Initial.Memory.Load(Data + 12, BitConverter.GetBytes((uint)target));

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.Completed);
        after.X[0].Should().Be(0xBBAA9988);
        after.X[13].Should().Be(Data + 16);
        after.Pc.Should().Be(pc);
        (after.PState & 0x20).Should().Be(thumb ? 0x20u : 0);
    }

    [SkippableTheory]
    [InlineData(0x40000000, 0x33221100)] // Z set
    [InlineData(0, 0x55)]
    public void A_condition_that_fails_only_advances(uint flags, ulong expected)
    {
        var c = A32(0x05920000); // ldreq r0, [r2]
        c.Initial.X[0] = 0x55;
        c.Initial.X[2] = Data;
        c.Initial.PState |= flags;

        var after = QemuUser.Execute(c);

        after.X[0].Should().Be(expected);
        after.Pc.Should().Be(Code + 4);
    }

    [SkippableTheory]
    [InlineData(false, 0x40000000, 0x33221100)]
    [InlineData(false, 0, 0x55)]
    [InlineData(true, 0x40000000, 0x00112233)]
    [InlineData(true, 0, 0x55)]
    public void An_it_block_gives_the_condition_and_steps(bool bigEndian, uint flags, ulong expected)
    {
        // ITSTATE of the second of three instructions of an ITTT EQ block: firstcond 0000, mask 0100.
        var c = new DifferentialCase(Isa.T32, Code, [0x6810], bigEndian, itState: 0x04); // ldr r0, [r2]
        MapData(c);
        c.Initial.X[0] = 0x55;
        c.Initial.X[2] = Data;
        c.Initial.PState |= flags;

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.Completed);
        after.X[0].Should().Be(expected);
        after.Pc.Should().Be(Code + 2);
        (after.PState & DifferentialCase.CpsrOfItState(0xFF)).Should().Be(DifferentialCase.CpsrOfItState(0x08));
        (after.PState & 0x20).Should().Be(0x20);
    }

    [SkippableFact]
    public void A_fault_keeps_itstate()
    {
        var c = new DifferentialCase(Isa.T32, Code, [0x6810], itState: 0x04); // ldreq r0, [r2]
        c.Initial.X[2] = Data;
        c.Initial.PState |= 0x40000000;

        var after = QemuUser.Execute(c);

        after.Outcome.Should().Be(Outcome.TranslationFault);
        after.FaultAddress.Should().Be(Data);
        after.Pc.Should().Be(Code);
        after.PState.Should().Be(c.Initial.PState);
    }

    [SkippableFact]
    public void A_32_bit_t32_word_has_its_first_halfword_first()
    {
        var c = new DifferentialCase(Isa.T32, Code + 2, [0xE9D20102]); // ldrd r0, r1, [r2, #8]
        MapData(c);
        c.Initial.X[2] = Data;

        var after = QemuUser.Execute(c);

        after.X[..2].Should().Equal(0xBBAA9988, 0xFFEEDDCC);
        after.Pc.Should().Be(Code + 6);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Vldm_fills_double_registers(bool bigEndian)
    {
        var c = A32(0xECB21B04, bigEndian); // vldmia r2!, {d1-d2}
        c.Initial.X[2] = Data;
        c.Initial.V[0] = c.Initial.V[1] = c.Initial.V[15] = UInt128.MaxValue;

        var after = QemuUser.Execute(c);

        var d1 = bigEndian ? 0x0011223344556677UL : 0x7766554433221100UL;
        var d2 = bigEndian ? 0x8899AABBCCDDEEFFUL : 0xFFEEDDCCBBAA9988UL;
        after.V[0].Should().Be(new UInt128(d1, ulong.MaxValue));
        after.V[1].Should().Be(new UInt128(ulong.MaxValue, d2));
        after.V[15].Should().Be(UInt128.MaxValue);
        after.X[2].Should().Be(Data + 16);
    }

    [SkippableFact]
    public void A_thousand_cases_of_all_kinds_keep_their_order_and_do_not_leak_into_each_other()
    {
        var cases = new List<DifferentialCase>();
        for (var i = 0; i < 1000; i++)
        {
            var c = (i % 4) switch
            {
                0 => A64(0xF8408441), // ldr x1, [x2], #8
                1 => A64(0xF8008441, bigEndian: true), // str x1, [x2], #8
                2 => A32(0xE4821004, bigEndian: i % 8 == 2), // str r1, [r2], #4
                _ => new DifferentialCase(Isa.T32, Code, [0x6011]), // str r1, [r2], which faults here
            };
            c.Initial.X[1] = (ulong)i;
            c.Initial.X[2] = Data + (ulong)(i % 100);
            cases.Add(c);
        }

        var after = QemuUser.Execute(cases);

        for (var i = 0; i < cases.Count; i++)
        {
            var before = cases[i].Initial;
            var address = before.X[2];
            after[i].Outcome.Should().Be(i % 4 == 3 ? Outcome.TranslationFault : Outcome.Completed);
            after[i].X[2].Should().Be(address + ((i % 4) switch { 0 or 1 => 8u, 2 => 4, _ => 0 }));
            var expected = before.Memory.Clone();
            switch (i % 8)
            {
                case 0 or 4:
                    after[i].X[1].Should().Be(BitConverter.ToUInt64([.. Bytes(before, address, 8)]));
                    break;
                case 1 or 5:
                    expected.Load(address, BitConverter.GetBytes((ulong)i).Reverse().ToArray());
                    break;
                case 2:
                    expected.Load(address, BitConverter.GetBytes(i).Reverse().ToArray());
                    break;
                case 6:
                    expected.Load(address, BitConverter.GetBytes(i));
                    break;
            }

            after[i].Memory.Differences(expected).Should().BeEmpty();
        }
    }

    private static DifferentialCase A64(uint word, bool bigEndian = false) => A64([word], bigEndian);

    private static DifferentialCase A64(uint[] words, bool bigEndian = false)
    {
        var c = new DifferentialCase(Isa.A64, Code, words, bigEndian);
        MapData(c);
        return c;
    }

    private static DifferentialCase A32(uint word, bool bigEndian = false)
    {
        var c = new DifferentialCase(Isa.A32, Code, [word], bigEndian);
        MapData(c);
        return c;
    }

    /// <summary>One page between two that are not mapped, with the bytes 00 11 22 … ff over and over.</summary>
    private static void MapData(DifferentialCase c)
    {
        c.Initial.Memory.Map(Data);
        c.Initial.Memory.Load(Data, [.. Enumerable.Range(0, GuestMemory.PageSize).Select(x => (byte)(x % 16 * 0x11))]);
    }

    private static byte[] Bytes(MachineState state, ulong address, int count) =>
        [.. Enumerable.Range(0, count).Select(x => state.Memory[address + (ulong)x])];
}
