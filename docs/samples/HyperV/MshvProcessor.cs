// Never ran under mshv.
using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Arm64MmioDecode.Samples.HyperV;

/// <summary>A virtual processor of /dev/mshv (Linux 6.15 or later), whose registers are read and written by hypercalls that the kernel passes on.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class MshvProcessor(int descriptor, uint index) : IHyperVProcessor
{
    /// <summary>HVCALL_GET_VP_REGISTERS.</summary>
    public const ushort GetVpRegisters = 0x50;

    /// <summary>HVCALL_SET_VP_REGISTERS.</summary>
    public const ushort SetVpRegisters = 0x51;

    /// <summary>_IOWR(0xB8, 7, struct mshv_root_hvcall).</summary>
    public const uint RootHypercall = 0xC0000000 | (32 << 16) | (0xB8 << 8) | 7;

    private const int Page = 4096;
    private const int Header = 16;
    private const int ValueSize = 16;
    private const int AssociationSize = 32;

    public bool TryGetRegisters(ReadOnlySpan<uint> names, Span<UInt128> values)
    {
        Span<byte> input = stackalloc byte[Page];
        Span<byte> output = stackalloc byte[Page];
        int length = WriteGetInput(input, index, names);
        if (!TryCall(GetVpRegisters, names.Length, input[..length], output[..(names.Length * ValueSize)]))
        {
            return false;
        }

        for (int i = 0; i < names.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadUInt128LittleEndian(output[(i * ValueSize)..]);
        }

        return true;
    }

    public bool TrySetRegisters(ReadOnlySpan<uint> names, ReadOnlySpan<UInt128> values)
    {
        Span<byte> input = stackalloc byte[Page];
        return TryCall(SetVpRegisters, names.Length, input[..WriteSetInput(input, index, names, values)], []);
    }

    /// <summary>struct hv_input_get_vp_registers: the kernel fills in the partition.</summary>
    public static int WriteGetInput(Span<byte> input, uint index, ReadOnlySpan<uint> names)
    {
        WriteHeader(input, index);
        for (int i = 0; i < names.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(input[(Header + (i * sizeof(uint)))..], names[i]);
        }

        return Header + (names.Length * sizeof(uint));
    }

    /// <summary>struct hv_input_set_vp_registers, with a struct hv_register_assoc for each.</summary>
    public static int WriteSetInput(Span<byte> input, uint index, ReadOnlySpan<uint> names, ReadOnlySpan<UInt128> values)
    {
        WriteHeader(input, index);
        for (int i = 0; i < names.Length; i++)
        {
            Span<byte> association = input.Slice(Header + (i * AssociationSize), AssociationSize);
            association.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(association, names[i]);
            BinaryPrimitives.WriteUInt128LittleEndian(association[16..], values[i]);
        }

        return Header + (names.Length * AssociationSize);
    }

    private static void WriteHeader(Span<byte> input, uint index)
    {
        input[..Header].Clear(); // partition_id, input_vtl and what is reserved
        BinaryPrimitives.WriteUInt32LittleEndian(input[8..], index);
    }

    private bool TryCall(ushort code, int count, ReadOnlySpan<byte> input, Span<byte> output)
    {
        fixed (byte* inputBytes = input)
        fixed (byte* outputBytes = output)
        {
            var call = new RootHypercallArguments
            {
                Code = code,
                Repetitions = (ushort)count,
                InputSize = (ushort)input.Length,
                OutputSize = (ushort)output.Length,
                Input = (ulong)inputBytes,
                Output = (ulong)outputBytes,
            };
            return ioctl(descriptor, RootHypercall, &call) == 0 && call.Status == 0 && call.Repetitions == count;
        }
    }

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, RootHypercallArguments* arguments);

    /// <summary>struct mshv_root_hvcall.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RootHypercallArguments
    {
        public ushort Code;
        public ushort Repetitions;
        public ushort InputSize;
        public ushort OutputSize;
        public ushort Status;
        private fixed byte _reserved[6];
        public ulong Input;
        public ulong Output;
    }
}
