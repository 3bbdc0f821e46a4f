using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>
/// Executes single instructions of a guest under a stage 2 translation that maps only <see cref="GuestMemory"/>, on the
/// processor model of QEMU's system emulation (tests/qemu-system/stage2.S), and reports the syndrome that a hypervisor gets.
/// </summary>
public static class QemuStage2
{
    /// <summary>The guest's only memory: <see cref="GuestMemorySize"/> bytes, at the same physical address.</summary>
    public const ulong GuestMemory = 0x46000000;

    /// <summary>2 MB.</summary>
    public const int GuestMemorySize = 0x200000;

    /// <summary>Vectors of EL1 in AArch64: an HVC each, so that exceptions that the guest takes are seen as such.</summary>
    public const ulong VectorsA64 = GuestMemory;

    /// <summary>Vectors of EL1 in AArch32.</summary>
    public const ulong VectorsA32 = GuestMemory + 0x1000;

    private const ulong Cases = 0x43000000;
    private const int CaseSize = (11 + 31) * 8;
    private const int ResultSize = 6 * 8;
    private const uint HvcA64 = 0xD4000002;
    private const uint HvcA32 = 0xE1400070;
    private const uint HvcT32 = 0x8000F7E0; // the first halfword at the lower address

    private static readonly QemuProgram s_program = new("stage2.S") { Machine = "virtualization=on,mte=on" };

    /// <summary>A guest's state before one instruction.</summary>
    public sealed class GuestCase
    {
        public required Isa Isa { get; init; }

        /// <summary>The instruction; T32 as in <see cref="Tooling.Isa.T32"/>.</summary>
        public required uint Opcode { get; init; }

        /// <summary>PSTATE; its mode has to fit <see cref="Isa"/>.</summary>
        public required ulong PState { get; init; }

        public required ulong Pc { get; init; }

        /// <summary>The physical address of <see cref="Pc"/>.</summary>
        public ulong CodeAddress { get; init; }

        public ulong Sp { get; init; }

        public ulong[] X { get; init; } = new ulong[31];

        public ulong Sctlr { get; init; } = 0x30D00800;

        public ulong Tcr { get; init; }

        public ulong Ttbr0 { get; init; }

        public ulong Mair { get; init; }
    }

    /// <summary>What EL2 finds. <see cref="EsrEL1"/> tells why, when the guest took an exception of its own.</summary>
    public readonly record struct Result(ulong Esr, ulong Far, ulong Hpfar, ulong Pc, ulong PState, ulong EsrEL1)
    {
        /// <summary>Whether it is a data abort from the guest.</summary>
        public bool IsDataAbort => Esr >> 26 == 0x24;
    }

    /// <summary>Executes the cases in their order, in one machine.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="image">What lies in guest memory besides vectors and code, as (physical address, bytes).</param>
    public static Result[] Execute(IReadOnlyList<GuestCase> cases, params (ulong Address, byte[] Bytes)[] image)
    {
        var bytes = QemuSystem.Run(s_program, [(GuestMemory, Vectors()), .. image, (Cases, Encode(cases))]);
        if (bytes.Length != cases.Count * ResultSize)
        {
            throw new InvalidOperationException($"the program ended after {bytes.Length / ResultSize} of {cases.Count} cases");
        }

        var results = new Result[cases.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var start = i * ResultSize;
            ulong Field(int index) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(start + (index * 8)));
            results[i] = new Result(Field(0), Field(1), Field(2), Field(3), Field(4), Field(5));
        }

        return results;
    }

    private static byte[] Vectors()
    {
        var bytes = new byte[0x2000];
        for (var vector = 0; vector < 16; vector++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(vector * 0x80), HvcA64);
        }

        for (var vector = 0; vector < 8; vector++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x1000 + (vector * 4)), HvcA32);
        }

        return bytes;
    }

    private static byte[] Encode(IReadOnlyList<GuestCase> cases)
    {
        const ulong HcrVm = 1;
        const ulong HcrRw = 1ul << 31;
        const ulong HcrApkApi = 3ul << 40;
        const ulong HcrAta = 1ul << 56;

        var bytes = new byte[8 + (cases.Count * CaseSize)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)cases.Count);
        for (var i = 0; i < cases.Count; i++)
        {
            var c = cases[i];
            var isA64 = c.Isa == Isa.A64;
            var hcr = isA64 ? HcrVm | HcrRw | HcrApkApi | HcrAta : HcrVm;
            ulong[] fields =
            [
                c.PState, c.Pc, c.CodeAddress == 0 ? c.Pc : c.CodeAddress, Code(c), c.Sp, hcr, c.Sctlr, c.Tcr, c.Ttbr0, c.Mair,
                isA64 ? VectorsA64 : VectorsA32, .. c.X,
            ];
            for (var j = 0; j < fields.Length; j++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 + (i * CaseSize) + (j * 8)), fields[j]);
            }
        }

        return bytes;
    }

    // The instruction and, behind it, an HVC for instructions that do not fault.
    private static ulong Code(GuestCase c) => c.Isa switch
    {
        Isa.A64 => ((ulong)HvcA64 << 32) | c.Opcode,
        Isa.A32 => ((ulong)HvcA32 << 32) | c.Opcode,
        _ when c.Opcode <= 0xFFFF => ((ulong)HvcT32 << 16) | c.Opcode,
        _ => ((ulong)HvcT32 << 32) | (c.Opcode >> 16) | (c.Opcode << 16),
    };
}
