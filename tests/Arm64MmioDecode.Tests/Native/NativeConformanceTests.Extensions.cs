extern alias TableCompiler;

using System;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Native;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>SVE, SME and the Guarded Control Stack, whose registers C hands over by pointer.</summary>
public unsafe partial class NativeConformanceTests
{
    private const int MostZaBytes = 64 * 64;

    [SkippableTheory]
    [InlineData(16, 0, 0)]
    [InlineData(32, 64, 0)]
    [InlineData(64, 32, 256)]
    public void Scalable_instructions_run_alike(int vectorLength, int streamingVectorLength, int stride)
    {
        var random = new Random(11);
        int transactions = 0;
        EncodingsFile file = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5);
        nint vcpu = Create(VirtualCpuFlags.Scalable | VirtualCpuFlags.GuardedControlStack);
        try
        {
            foreach (EncodingRow row in file.Rows)
            {
                foreach (uint word in RowWords.Random(row, random, s_full ? 40 : 6, [0, 1, 30, 31]))
                {
                    if (Decode(InstructionSet.A64, word) is { } access)
                    {
                        transactions += RunWithExtensions(vcpu, access, random, vectorLength, streamingVectorLength, stride);
                    }
                }
            }
        }
        finally
        {
            NativeLibrary.DestroyVirtualCpu(vcpu);
        }

        transactions.Should().BeGreaterThan(4000);
    }

    [SkippableFact]
    public void Extensions_that_cannot_be_read_are_refused()
    {
        nint vcpu = Create(VirtualCpuFlags.Scalable);
        byte* memory = stackalloc byte[64];
        var registers = new RegistersStructure { Size = (uint)sizeof(RegistersStructure) };
        var exit = new ExitStructure { Size = (uint)sizeof(ExitStructure), Source = 1, Syndrome = 0x92000006 };
        var good = new ExtensionsStructure { Size = (uint)sizeof(ExtensionsStructure), VectorLength = 16, Z = memory, P = memory, Ffr = memory };
        try
        {
            Begin(null).Should().Be(ErrorCode.Argument, "there are none");
            Begin(good).Should().Be(ErrorCode.None);
            Begin(good with { Size = 40 }).Should().Be(ErrorCode.Size);
            Begin(good with { VectorLength = 48 }).Should().Be(ErrorCode.Argument);
            Begin(good with { VectorLength = 512 }).Should().Be(ErrorCode.Argument);
            Begin(good with { VectorStride = 8 }).Should().Be(ErrorCode.Argument);
            Begin(good with { VectorStride = 20 }).Should().Be(ErrorCode.Argument);
            Begin(good with { Z = null }).Should().Be(ErrorCode.Argument);
            Begin(good with { P = null }).Should().Be(ErrorCode.Argument);
            Begin(good with { Ffr = null }).Should().Be(ErrorCode.Argument);
            Begin(good with { Streaming = 1 }).Should().Be(ErrorCode.Argument);
            Begin(good with { StreamingVectorLength = 16, ZaEnabled = 1 }).Should().Be(ErrorCode.Argument);
            Begin(good with { ZaEnabled = 1, Za = memory, Zt0 = memory }).Should().Be(ErrorCode.Argument);
            registers.Size = RegistersStructure.FirstSize;
            Begin(good).Should().Be(ErrorCode.Argument, "a caller of the first version has none");
        }
        finally
        {
            NativeLibrary.DestroyVirtualCpu(vcpu);
        }

        int Begin(ExtensionsStructure? given)
        {
            ExtensionsStructure extensions = given.GetValueOrDefault();
            RegistersStructure block = registers;
            block.Extensions = given is null ? null : &extensions;
            ExitStructure copy = exit;
            return NativeLibrary.Begin(vcpu, &copy, &block, null, null);
        }
    }

    [SkippableFact]
    public void A_caller_of_the_first_version_is_served()
    {
        nint vcpu = Create(VirtualCpuFlags.None);
        try
        {
            int size = RegistersStructure.FirstSize;
            byte* block = stackalloc byte[size + 8];
            *(ulong*)(block + size) = 0xEEEE_EEEE_EEEE_EEEE;
            var registers = (RegistersStructure*)block;
            registers->Size = (uint)size;
            registers->X[2] = 0x9000000;
            var exit = new ExitStructure
            {
                Size = (uint)sizeof(ExitStructure), Source = 1, Syndrome = 0x92000006, Flags = ExitStructure.HasFar, Far = 0x9000000, Ipa = 0x9000000, InstructionLength = 4,
            };
            *(uint*)exit.Instruction = 0xA9400440; // ldp x0, x1, [x2]
            var outcome = Native(vcpu, &exit, registers, []);
            (outcome.Status, registers->X[0], registers->Pc, *(ulong*)(block + size)).Should().Be((1, 0x03DE_B994_6F4A_2500ul, 4ul, 0xEEEE_EEEE_EEEE_EEEE));
        }
        finally
        {
            NativeLibrary.DestroyVirtualCpu(vcpu);
        }
    }

    private static int RunWithExtensions(nint vcpu, in AccessDescriptor access, Random random, int vectorLength, int streamingVectorLength, int stride)
    {
        bool hasSme = streamingVectorLength != 0;
        var registers = new ScalableGuestRegisters(vectorLength, streamingVectorLength)
        {
            Pc = 0x40000000,
            PState = 0x3C5,
            Sp = 0x9000400,
            IsStreaming = hasSme && random.Next(2) == 0,
            IsZaEnabled = hasSme && random.Next(4) != 0,
            IsFullA64Enabled = hasSme && random.Next(2) == 0,
            Gcspr = 0x9000800,
            Gcscr = (ulong)random.Next(128),
            Elr = 0x40001000,
            Spsr = 0x3C5,
        };
        for (int i = 0; i < 31; i++)
        {
            registers.SetX(i, 0x9000000 + ((ulong)random.Next(64) * (random.Next(8) == 0 ? 1u : 16u)));
        }

        Span<byte> vector = stackalloc byte[ScalableGuestRegisters.MaximumVectorLength];
        for (int i = 0; i < 32; i++)
        {
            random.NextBytes(vector);
            for (int j = 0; j < vector.Length; j += sizeof(ulong))
            {
                BitConverter.TryWriteBytes(vector[j..], 0x9000000 + ((ulong)random.Next(32) * 8)); // bases and offsets of gathers
            }

            registers.WriteZ(i, vector[..registers.VectorLength]);
        }

        for (int i = 0; i < 16; i++)
        {
            random.NextBytes(vector);
            registers.WriteP(i, vector[..(registers.VectorLength / 8)]);
        }

        vector.Fill(0xFF);
        registers.WriteFfr(vector[..(registers.VectorLength / 8)]);
        for (int i = 0; i < streamingVectorLength; i++)
        {
            random.NextBytes(vector);
            registers.WriteZa(i, vector[..streamingVectorLength]);
        }

        random.NextBytes(vector);
        registers.WriteZt0(vector[..64]);

        using var before = new ExtensionBlock(registers, stride);
        var native = new RegistersStructure { Size = (uint)sizeof(RegistersStructure), Extensions = before.Structure };
        FillGeneral(&native, registers);
        int transactions = RunBoth(vcpu, access, registers, &native);

        using var after = new ExtensionBlock(registers, stride);
        var expected = new RegistersStructure { Size = native.Size, Extensions = before.Structure };
        FillGeneral(&expected, registers);
        string name = access.ToString();
        new ReadOnlySpan<byte>(&native, sizeof(RegistersStructure)).SequenceEqual(new ReadOnlySpan<byte>(&expected, sizeof(RegistersStructure))).Should().BeTrue(name);
        before.Bytes.SequenceEqual(after.Bytes).Should().BeTrue(name);
        before.Structure->Gcspr.Should().Be(after.Structure->Gcspr, name);
        return transactions;
    }

    private static void FillGeneral(RegistersStructure* destination, ScalableGuestRegisters registers)
    {
        Fill(destination, registers);
        new Span<ulong>(destination->V, 64).Clear(); // not used
    }

    // A block as a caller has it, with the values of registers.
    private sealed class ExtensionBlock : IDisposable
    {
        private const int Length = (48 * ScalableGuestRegisters.MaximumVectorLength) + 64 + 64 + MostZaBytes;

        private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(Length);

        public ExtensionBlock(ScalableGuestRegisters registers, int stride)
        {
            int length = registers.VectorLength, step = stride == 0 ? length : stride;
            byte* z = _memory, p = z + (32 * ScalableGuestRegisters.MaximumVectorLength), ffr = p + (2 * ScalableGuestRegisters.MaximumVectorLength), zt0 = ffr + 64, za = zt0 + 64;
            for (int i = 0; i < 32; i++)
            {
                registers.ReadZ(i, new Span<byte>(z + (i * step), length));
            }

            for (int i = 0; i < 16; i++)
            {
                registers.ReadP(i, new Span<byte>(p + (i * step / 8), length / 8));
            }

            registers.ReadFfr(new Span<byte>(ffr, length / 8));
            registers.ReadZt0(new Span<byte>(zt0, 64));
            for (int i = 0; i < registers.StreamingVectorLength; i++)
            {
                registers.ReadZa(i, new Span<byte>(za + (i * registers.StreamingVectorLength), registers.StreamingVectorLength));
            }

            Structure = (ExtensionsStructure*)NativeMemory.AllocZeroed((nuint)sizeof(ExtensionsStructure));
            *Structure = new ExtensionsStructure
            {
                Size = (uint)sizeof(ExtensionsStructure),
                VectorLength = (ushort)length,
                StreamingVectorLength = (ushort)registers.StreamingVectorLength,
                VectorStride = (ushort)stride,
                Streaming = Flag(registers.IsStreaming),
                ZaEnabled = Flag(registers.IsZaEnabled),
                FullA64 = Flag(registers.IsFullA64Enabled),
                Z = z,
                P = p,
                Ffr = ffr,
                Za = za,
                Zt0 = zt0,
                Gcspr = registers.Gcspr,
                Gcscr = registers.Gcscr,
                Elr = registers.Elr,
                Spsr = registers.Spsr,
            };
        }

        public ExtensionsStructure* Structure { get; }

        public ReadOnlySpan<byte> Bytes => new(_memory, Length);

        public void Dispose()
        {
            NativeMemory.Free(_memory);
            NativeMemory.Free(Structure);
        }

        private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
    }
}
