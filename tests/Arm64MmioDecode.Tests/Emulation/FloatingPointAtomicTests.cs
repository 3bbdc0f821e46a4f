using System;
using System.Collections.Generic;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Floating-point atomics (FEAT_LSFE): special values and FPCR from the manual's operation text, numbers against exact
/// arithmetic and against the host's floating-point unit.
/// </summary>
public sealed class FloatingPointAtomicTests
{
    private const uint FZ = 1 << 24;
    private const uint FZ16 = 1 << 19;
    private const uint FIZ = 1;
    private const uint AH = 2;
    private const uint RP = 1 << 22;
    private const uint RM = 2 << 22;
    private const uint RZ = 3 << 22;

    // Of BFloat16, which has 00 in bits 31:30: h0, h1, [x2].
    private static readonly Dictionary<string, uint> s_opcodes = new()
    {
        ["add"] = 0x3C200041, ["max"] = 0x3C204041, ["maxnm"] = 0x3C206041, ["min"] = 0x3C205041, ["minnm"] = 0x3C207041,
    };

    [Theory]
    // NaNs: the result is the default NaN, of either kind.
    [InlineData("add s", 0u, 0x7FC12345ul, 0x3F800000ul, 0x7FC00000ul)]
    [InlineData("add s", 0u, 0x3F800000ul, 0xFF812345ul, 0x7FC00000ul)]
    [InlineData("add s", AH, 0xFFC12345ul, 0x3F800000ul, 0x7FC00000ul)] // FPCR.AH has no effect
    [InlineData("max s", 0u, 0x7FC12345ul, 0x3F800000ul, 0x7FC00000ul)]
    [InlineData("min d", 0u, 0x3FF0000000000000ul, 0xFFF8000000000001ul, 0x7FF8000000000000ul)]
    [InlineData("max s", AH, 0x7FC12345ul, 0x3F800000ul, 0x7FC00000ul)]
    [InlineData("add h", 0u, 0x7C01ul, 0x3C00ul, 0x7E00ul)]
    [InlineData("add b", 0u, 0x7F81ul, 0x3F80ul, 0x7FC0ul)]
    // The number of a number and a quiet NaN; a signalling NaN wins against everything.
    [InlineData("maxnm s", 0u, 0x7FC12345ul, 0xBF800000ul, 0xBF800000ul)]
    [InlineData("minnm s", 0u, 0xFFC00000ul, 0x3F800000ul, 0x3F800000ul)]
    [InlineData("minnm h", 0u, 0x3C00ul, 0x7E00ul, 0x3C00ul)]
    [InlineData("maxnm b", 0u, 0x7FC0ul, 0xFF80ul, 0xFF80ul)] // −infinity
    [InlineData("maxnm s", 0u, 0x7FA00000ul, 0x3F800000ul, 0x7FC00000ul)]
    [InlineData("minnm s", 0u, 0x7FA00000ul, 0x7FC00000ul, 0x7FC00000ul)]
    [InlineData("maxnm s", 0u, 0x7FC00001ul, 0xFFC00002ul, 0x7FC00000ul)]
    // Infinities.
    [InlineData("add s", 0u, 0x7F800000ul, 0x7F800000ul, 0x7F800000ul)]
    [InlineData("add s", 0u, 0x7F800000ul, 0xFF800000ul, 0x7FC00000ul)]
    [InlineData("add d", 0u, 0xFFF0000000000000ul, 0x7FEFFFFFFFFFFFFFul, 0xFFF0000000000000ul)]
    [InlineData("max h", 0u, 0x7C00ul, 0x7BFFul, 0x7C00ul)]
    [InlineData("min h", 0u, 0xFC00ul, 0x0000ul, 0xFC00ul)]
    // Zeros: the sum of opposite ones, and of opposite numbers, is −0 only when rounding down.
    [InlineData("add s", 0u, 0x80000000ul, 0x00000000ul, 0x00000000ul)]
    [InlineData("add s", RM, 0x80000000ul, 0x00000000ul, 0x80000000ul)]
    [InlineData("add s", 0u, 0x80000000ul, 0x80000000ul, 0x80000000ul)]
    [InlineData("add s", RM, 0x3F800000ul, 0xBF800000ul, 0x80000000ul)]
    [InlineData("add s", RP, 0x3F800000ul, 0xBF800000ul, 0x00000000ul)]
    [InlineData("max s", 0u, 0x80000000ul, 0x00000000ul, 0x00000000ul)]
    [InlineData("max s", AH, 0x00000000ul, 0x80000000ul, 0x00000000ul)]
    [InlineData("min s", 0u, 0x80000000ul, 0x00000000ul, 0x80000000ul)]
    [InlineData("maxnm d", 0u, 0x8000000000000000ul, 0x0ul, 0x0ul)]
    // Rounding.
    [InlineData("add s", 0u, 0x3F800000ul, 0x33800000ul, 0x3F800000ul)] // 1 + 2^-24: a tie, to even
    [InlineData("add s", 0u, 0x3F800001ul, 0x33800000ul, 0x3F800002ul)]
    [InlineData("add s", RP, 0x3F800000ul, 0x33800000ul, 0x3F800001ul)]
    [InlineData("add s", RM, 0x3F800000ul, 0x33800000ul, 0x3F800000ul)]
    [InlineData("add s", RZ, 0xBF800000ul, 0xB3800000ul, 0xBF800000ul)]
    [InlineData("add s", RM, 0xBF800000ul, 0xB3800000ul, 0xBF800001ul)]
    [InlineData("add b", 0u, 0x3F80ul, 0x3B80ul, 0x3F80ul)] // 1 + 2^-8
    [InlineData("add b", RP, 0x3F80ul, 0x3B80ul, 0x3F81ul)]
    [InlineData("add h", RP, 0x3C00ul, 0x0001ul, 0x3C01ul)]
    // Overflow.
    [InlineData("add s", 0u, 0x7F7FFFFFul, 0x7F7FFFFFul, 0x7F800000ul)]
    [InlineData("add s", RZ, 0x7F7FFFFFul, 0x7F7FFFFFul, 0x7F7FFFFFul)]
    [InlineData("add s", RM, 0x7F7FFFFFul, 0x7F7FFFFFul, 0x7F7FFFFFul)]
    [InlineData("add s", RM, 0xFF7FFFFFul, 0xFF7FFFFFul, 0xFF800000ul)]
    [InlineData("add s", RP, 0xFF7FFFFFul, 0xFF7FFFFFul, 0xFF7FFFFFul)]
    [InlineData("add h", 0u, 0x7BFFul, 0x4C00ul, 0x7C00ul)] // 65504 + 16: a tie, to even, is infinity
    // Denormals and flushing.
    [InlineData("add s", 0u, 0x00000001ul, 0x00000001ul, 0x00000002ul)]
    [InlineData("add s", FZ, 0x00000001ul, 0x80000001ul, 0x00000000ul)]
    [InlineData("add s", FIZ, 0x00400000ul, 0x00800000ul, 0x00800000ul)]
    [InlineData("add s", 0u, 0x00800001ul, 0x80800000ul, 0x00000001ul)]
    [InlineData("add s", FZ, 0x00800001ul, 0x80800000ul, 0x00000000ul)] // a result is flushed too
    [InlineData("add s", FIZ, 0x00800001ul, 0x80800000ul, 0x00000001ul)] // FIZ flushes inputs only
    [InlineData("add s", FZ, 0x80800001ul, 0x00800000ul, 0x80000000ul)]
    [InlineData("add h", FZ, 0x0001ul, 0x0001ul, 0x0002ul)] // FZ is not for half precision
    [InlineData("add h", FZ16, 0x0001ul, 0x0400ul, 0x0400ul)]
    [InlineData("add s", FZ16, 0x00000001ul, 0x00000001ul, 0x00000002ul)]
    [InlineData("add b", FZ, 0x0001ul, 0x0080ul, 0x0080ul)]
    [InlineData("add b", 0u, 0x0001ul, 0x0080ul, 0x0081ul)]
    [InlineData("max s", FZ, 0x00000001ul, 0x80000000ul, 0x00000000ul)]
    [InlineData("max s", FZ, 0x80000001ul, 0xBF800000ul, 0x80000000ul)]
    [InlineData("min s", FZ, 0x00000001ul, 0x3F800000ul, 0x00000000ul)]
    [InlineData("max h", FZ16, 0x0001ul, 0x8001ul, 0x0000ul)]
    public void The_result_is_what_the_manual_says(string operation, uint fpcr, ulong memory, ulong operand, ulong result)
    {
        Execute(operation, fpcr, memory, operand).Should().Be(result);
        Execute(operation, fpcr, operand, memory).Should().Be(result, "with the default NaN the operations are commutative");
    }

    [Theory]
    [InlineData("h", 5, 10)]
    [InlineData("s", 8, 23)]
    [InlineData("d", 11, 52)]
    [InlineData("b", 8, 7)]
    public void Sums_are_those_of_exact_arithmetic(string size, int exponentBits, int fractionBits)
    {
        var random = new Random(fractionBits);
        for (var i = 0; i < 4_000; i++)
        {
            var fpcr = ((uint)random.Next(4) << 22) | (random.Next(4) == 0 ? FZ : 0) | (random.Next(4) == 0 ? FZ16 : 0) | (random.Next(4) == 0 ? FIZ : 0);
            var flushResults = (fpcr & (size == "h" ? FZ16 : FZ)) != 0;
            var flushInputs = flushResults || (size != "h" && (fpcr & FIZ) != 0);
            var exact = new ExactFloatingPoint(exponentBits, fractionBits, (int)(fpcr >> 22) & 3, flushInputs, flushResults);
            var a = Value(random, exponentBits, fractionBits);
            var b = random.Next(4) == 0 ? a ^ (1ul << (exponentBits + fractionBits)) ^ (ulong)random.Next(4) : Value(random, exponentBits, fractionBits);

            var sum = Execute("add " + size, fpcr, a, b);

            (sum == exact.Add(a, b)).Should().BeTrue("{0:x} + {1:x} with FPCR {2:x} is {3:x}, not {4:x}", a, b, fpcr, exact.Add(a, b), sum);
        }
    }

    [Fact]
    public void Rounding_to_nearest_agrees_with_the_host()
    {
        var random = new Random(3);
        for (var i = 0; i < 2_000; i++)
        {
            var (a, b) = (Value(random, 11, 52), Value(random, 11, 52));
            var (x, y) = (BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b));
            Execute("add d", 0, a, b).Should().Be(Bits(x + y));
            Execute("max d", 0, a, b).Should().Be(Bits(Math.Max(x, y)));
            Execute("min d", 0, a, b).Should().Be(Bits(Math.Min(x, y)));
            var (c, d) = ((uint)Value(random, 8, 23), (uint)Value(random, 8, 23));
            var (f, g) = (BitConverter.UInt32BitsToSingle(c), BitConverter.UInt32BitsToSingle(d));
            Execute("add s", 0, c, d).Should().Be(Bits(f + g));
            Execute("max s", 0, c, d).Should().Be(Bits(MathF.Max(f, g)));
        }

        static ulong Bits<T>(T value) => value switch
        {
            double d => double.IsNaN(d) ? 0x7FF8000000000000 : BitConverter.DoubleToUInt64Bits(d),
            float f => float.IsNaN(f) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(f),
            _ => throw new ArgumentException("a double or a float", nameof(value)),
        };
    }

    [Fact]
    public void The_old_value_is_returned_and_clears_the_rest_of_the_vector()
    {
        // ldfaddal d0, d1, [sp]
        var machine = new A64Machine().With("sp=1000 v0=1111111111111111:3ff0000000000000 v1=2222222222222222:3333333333333333")
            .Store(0x1000, 8, 0x4000000000000000);

        machine.Execute(0xFCE003E1).Should().Be(EmulationStatus.Completed);

        machine.Trace.Should().Be("r8@1000 w8@1000=4008000000000000");
        machine.Registers.GetV(1, out var low, out var high);
        (low, high).Should().Be((0x4000000000000000ul, 0ul));
        machine.Registers.GetV(0, out low, out high);
        (low, high).Should().Be((0x3FF0000000000000ul, 0x1111111111111111ul));
    }

    [Theory]
    [InlineData(0xBC20805Fu, "x2=1000 v0=3f800000", 0x3F800000ul, "w4@1000=40000000")] // stfadd s0, [x2]
    [InlineData(0x3C2083FFu, "sp=1000 v0=3f80", 0x3F80ul, "w2@1000=4000")] // stbfadd h0, [sp]
    [InlineData(0xFC20F05Fu, "x2=1000 v0=c000000000000000", 0x3FF0000000000000ul, "w8@1000=c000000000000000")] // stfminnm d0, [x2]
    public void A_store_form_writes_no_register(uint opcode, string registers, ulong memory, string written)
    {
        var machine = new A64Machine().With(registers).Store(0x1000, 8, memory);
        var before = machine.Clone();

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Transactions[1].Should().Be(written);
        machine.ChangesSince(before).Should().BeEmpty();
    }

    [Theory]
    [InlineData("add s", 0x0000803Ful, 0x3F800000ul, 0x00000040ul)] // 1 + 1
    [InlineData("max d", 0x000000000000F03Ful, 0x0ul, 0x000000000000F03Ful)]
    public void A_big_endian_guest_sees_elements_swapped(string operation, ulong memory, ulong operand, ulong result)
    {
        var machine = Machine(operation, 0, memory, operand);
        machine.Options = machine.Options with { BigEndian = true };

        machine.Execute(Opcode(operation)).Should().Be(EmulationStatus.Completed);

        machine.Value(0x1000, Size(operation)).Should().Be(result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_fault_changes_nothing(int refused)
    {
        var machine = Machine("add s", 0, 0x3F800000, 0x3F800000);
        machine.Refused = refused;
        var before = machine.RegisterText();

        machine.Execute(Opcode("add s")).Should().Be(EmulationStatus.Fault);

        machine.RegisterText().Should().Be(before);
        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.SynchronousExternalAbort, 0x1000, refused == 1));
    }

    private static ulong Execute(string operation, uint fpcr, ulong memory, ulong operand)
    {
        var machine = Machine(operation, fpcr, memory, operand);
        machine.Execute(Opcode(operation));
        return machine.Value(0x1000, Size(operation));
    }

    private static A64Machine Machine(string operation, uint fpcr, ulong memory, ulong operand)
    {
        var machine = new A64Machine().With("x2=1000").Store(0x1000, Size(operation), memory);
        machine.Registers.SetV(0, operand, 0xDEAD);
        machine.Registers.SetSystemRegister(SystemRegister.Fpcr, fpcr);
        return machine;
    }

    private static int Size(string operation) => operation[^1] switch
    {
        's' => 4,
        'd' => 8,
        _ => 2,
    };

    private static uint Opcode(string operation) =>
        s_opcodes[operation.Split(' ')[0]] | ((uint)"bhsd".IndexOf(operation[^1], StringComparison.Ordinal) << 30);

    // Random numbers, with exponents that are often close to each other or at a limit.
    private static ulong Value(Random random, int exponentBits, int fractionBits)
    {
        var maximum = (1 << exponentBits) - 1;
        var exponent = random.Next(6) switch
        {
            0 => 0,
            1 => random.Next(3),
            2 => maximum - random.Next(3),
            3 => random.Next(maximum),
            _ => (maximum / 2) + random.Next(-3, 4),
        };
        var fraction = random.Next(5) switch
        {
            0 => 0ul,
            1 => ulong.MaxValue,
            2 => 1ul << random.Next(fractionBits),
            _ => (ulong)random.NextInt64(),
        };
        return ((ulong)random.Next(2) << (exponentBits + fractionBits)) | ((ulong)exponent << fractionBits) | (fraction & ((1ul << fractionBits) - 1));
    }
}
