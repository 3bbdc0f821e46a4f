using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary><see cref="EmulationOptions.JoinElements"/>: neighbours in one transaction, with the same bytes and registers as without.</summary>
public class JoinedElementTests
{
    [Theory]
    [InlineData(0x4C002040u, 0x1000ul, 8, 8, 8)] // st1 { v0.16b - v3.16b }: 64 elements of a byte
    [InlineData(0x4C002040u, 0x1000ul, 16, 4, 16)]
    [InlineData(0x4C402040u, 0x1000ul, 8, 8, 8)] // ld1
    [InlineData(0x4C002040u, 0x1004ul, 8, 9, 8)] // 4, seven times 8, 4
    [InlineData(0x4C400040u, 0x1000ul, 16, 4, 16)] // ld4: joined although the elements go to different registers
    [InlineData(0x29400440u, 0x1000ul, 8, 1, 8)] // ldp w0, w1
    [InlineData(0x29400440u, 0x1004ul, 8, 2, 4)]
    [InlineData(0x29000440u, 0x1008ul, 4, 2, 4)] // the bus takes no more
    [InlineData(0xA9000440u, 0x1000ul, 16, 1, 16)] // stp x0, x1
    [InlineData(0xA9000440u, 0x1001ul, 8, 8, 4)] // unaligned: split as ever
    [InlineData(0xD50B7422u, 0x1000ul, 16, 4, 16)] // dc zva, x2
    public void Neighbours_are_joined(uint opcode, ulong address, int busWidth, int transactions, int widest)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
        (Bytes bus, GuestRegisters registers) = Run(access, address, new EmulationOptions { BusWidth = busWidth, JoinElements = true });
        (Bytes plain, GuestRegisters expected) = Run(access, address, new EmulationOptions { BusWidth = busWidth });
        (bus.Sizes.Count, bus.Sizes.Max()).Should().Be((transactions, widest), access.ToString());
        bus.Memory.Should().Equal(plain.Memory);
        for (int i = 0; i < 4; i++)
        {
            registers.GetX(i).Should().Be(expected.GetX(i));
            registers.GetV(i, out ulong low, out ulong high);
            expected.GetV(i, out ulong expectedLow, out ulong expectedHigh);
            (low, high).Should().Be((expectedLow, expectedHigh));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_kind_of_access_moves_the_same_bytes(bool bigEndian)
    {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++)
        {
            // LD1 to ST4, single structures, pairs, DC ZVA.
            uint word = random.Next(3) switch
            {
                0 => 0x0C000000u | ((uint)random.NextInt64(1L << 32) & 0x40FFFC00u) | 0x40,
                1 => 0x28000000u | ((uint)random.NextInt64(1L << 32) & 0xC5FFFC00u) | 0x0440,
                _ => 0x0D000000u | ((uint)random.NextInt64(1L << 32) & 0x40FFFC00u) | 0x40,
            };
            if (InstructionDecoder.DecodeA64(word, out AccessDescriptor access) != DecodeStatus.MemoryAccess || access.HasIndex
                || (access.Properties & AccessProperties.WritesTags) != 0)
            {
                continue;
            }

            ulong address = 0x1000 + (ulong)random.Next(32);
            int busWidth = 1 << random.Next(5);
            var options = new EmulationOptions { BusWidth = busWidth, BigEndian = bigEndian };
            (Bytes bus, GuestRegisters registers) = Run(access, address - (ulong)(long)access.StartOffset, options with { JoinElements = true });
            (Bytes plain, GuestRegisters expected) = Run(access, address - (ulong)(long)access.StartOffset, options);
            bus.Memory.Should().Equal(plain.Memory, access.ToString());
            bus.Sizes.Sum().Should().Be(plain.Sizes.Sum());
            bus.Sizes.Count.Should().BeLessThanOrEqualTo(plain.Sizes.Count);
            for (int r = 0; r < 31; r++)
            {
                registers.GetX(r).Should().Be(expected.GetX(r), access.ToString());
            }

            for (int v = 0; v < 32; v++)
            {
                registers.GetV(v, out ulong low, out ulong high);
                expected.GetV(v, out ulong expectedLow, out ulong expectedHigh);
                (low, high).Should().Be((expectedLow, expectedHigh), access.ToString());
            }
        }
    }

    private static (Bytes Bus, GuestRegisters Registers) Run(in AccessDescriptor access, ulong address, in EmulationOptions options)
    {
        var registers = new GuestRegisters();
        for (int i = 0; i < 32; i++)
        {
            registers.SetV(i, 0x0706050403020100ul * (ulong)(i + 1), 0x0F0E0D0C0B0A0908ul + (ulong)i);
        }

        registers.SetX(0, 0x1122334455667788);
        registers.SetX(1, 0x99AABBCCDDEEFF00);
        registers.SetX(2, address);
        var bus = new Bytes();
        new AccessPlan().Execute(access, registers, bus, options).Should().Be(EmulationStatus.Completed, access.ToString());
        return (bus, registers);
    }

    private sealed class Bytes : IWideMmioBus
    {
        public byte[] Memory { get; } = [.. Enumerable.Range(0, 256).Select(i => (byte)(i * 7))];

        public List<int> Sizes { get; } = [];

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            Span<byte> data = stackalloc byte[8];
            BusStatus status = ReadWide(address, data[..size]);
            value = BitConverter.ToUInt64(data);
            return status;
        }

        public BusStatus Write(ulong address, int size, ulong value) => WriteWide(address, BitConverter.GetBytes(value).AsSpan(0, size), out _);

        public BusStatus ReadWide(ulong address, Span<byte> data)
        {
            Sizes.Add(data.Length);
            Memory.AsSpan((int)address & 0xFF, data.Length).CopyTo(data);
            return BusStatus.Success;
        }

        public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
        {
            deviceStatus = 0;
            Sizes.Add(data.Length);
            data.CopyTo(Memory.AsSpan((int)address & 0xFF));
            return BusStatus.Success;
        }
    }
}
