using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Native;
using Arm64MmioDecode.Native.Exports;
using Arm64MmioDecode.Native.Structures;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>What callers of the C library hand over that the conformance tests do not.</summary>
public unsafe class CallerTests
{
    private const int HalfwordCount = 128;
    private const int Stretch = 64;
    private const ulong AtEL1 = 0x3C5;
    private const ulong AtEL2 = 0x3C9;
    private const ulong HcrRW = 1ul << 31;
    private const ulong Ease = 1 << 5;

    [Theory]
    [InlineData(AtEL2, 0ul, 2u, 0x20200ul)] // out of reset
    [InlineData(AtEL2, HcrRW, 2u, 0x20200ul)]
    [InlineData(AtEL1, HcrRW, 1u, 0x10200ul)]
    [InlineData(AtEL1, 0ul, 1u, 0x10200ul)] // no EL2
    public void An_exception_goes_to_the_EL2_that_is_executing_whatever_HCR_EL2_holds(ulong pstate, ulong hcr, uint level, ulong vector)
    {
        ExceptionStateStructure state = Enter(pstate, new ExceptionContextStructure { Vbar = 0x10000, VbarEl2 = 0x20000, Hcr = hcr });
        (state.TargetLevel, state.Pc).Should().Be((level, vector));
    }

    [Fact]
    public void SCTLR2_EL1_of_a_guest_hypervisors_guest_counts_only_where_HCRX_EL2_lets_it()
    {
        var context = new ExceptionContextStructure { Vbar = 0x10000, Sctlr2 = Ease, Hcr = HcrRW };
        Enter(AtEL1, context).Pc.Should().Be(0x10200);
        context.Hcrx = 1 << 15;
        Enter(AtEL1, context).Pc.Should().Be(0x10380);
    }

    [Fact]
    public void A_T32_instruction_may_lie_across_stretches()
    {
        Span<ushort> code = stackalloc ushort[HalfwordCount];
        code.Fill(0xBF00); // nop
        (code[(Stretch / 2) - 1], code[Stretch / 2]) = (0xF840, 0x0B04); // str r0, [r0], #4

        Scan(code).Should().Equal(Stretch - 2);
    }

    [Fact]
    public void So_may_a_run_of_instructions_whose_every_halfword_could_begin_one()
    {
        Span<ushort> code = stackalloc ushort[HalfwordCount];
        for (int i = 0; i < HalfwordCount; i += 2)
        {
            (code[i], code[i + 1]) = (0xF840, 0xEB04); // str lr, [r0], #4
        }

        Scan(code).Should().Equal(Enumerable.Range(0, HalfwordCount / 2).Select(i => (ulong)i * 4));
        code[0] = 0xBF00; // they begin at 0xEB04 now: adds
        code[HalfwordCount - 1] = 0xBF00;
        Scan(code).Should().BeEmpty();
    }

    private static ExceptionStateStructure Enter(ulong pstate, ExceptionContextStructure context)
    {
        context.Size = (uint)sizeof(ExceptionContextStructure);
        var registers = new RegistersStructure { Size = (uint)sizeof(RegistersStructure), Pc = 0x8000, PState = pstate };
        var fault = new FaultStructure { Reason = (byte)FaultReason.DataAbort, Dfsc = 0x10, Address = 0x9000000 };
        var state = new ExceptionStateStructure { Size = (uint)sizeof(ExceptionStateStructure) };
        FaultFunctions.Enter(&context, &registers, &fault, &state).Should().Be(ErrorCode.None);
        return state;
    }

    private static List<ulong> Scan(ReadOnlySpan<ushort> code)
    {
        const uint T32 = 2;
        const int Capacity = 64;
        FindingStructure* findings = stackalloc FindingStructure[Capacity];
        var offsets = new List<ulong>();
        nuint offset = 0;
        fixed (ushort* first = code)
        {
            while (offset < (nuint)code.Length * sizeof(ushort))
            {
                int found = ScanFunctions.Scan(T32, (byte*)first, (nuint)code.Length * sizeof(ushort), 0, &offset, findings, Capacity, Stretch);
                found.Should().BeGreaterThanOrEqualTo(0);
                for (int i = 0; i < found; i++)
                {
                    offsets.Add(findings[i].Offset);
                }
            }
        }

        return offsets;
    }
}
