using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>
/// QEMU's system emulation as a page table walker: a program at EL3 (tests/qemu-system) sets up each layout for the Exception
/// levels below, and asks the processor about its addresses with the address translation instructions.
/// </summary>
internal sealed class QemuWalker
{
    private const ulong Input = 0x4800_0000;
    private const int MaxInputBytes = 0x0800_0000;
    private const int MaxOutputBytes = 0x0700_0000;

    private static Stage1Capabilities? s_capabilities;

    private readonly QemuProgram _program;
    private readonly int _idRegisters;

    private QemuWalker(QemuProgram program, int idRegisters, IReadOnlyList<AtInstruction> instructions)
    {
        _program = program;
        _idRegisters = idRegisters;
        Instructions = instructions;
    }

    /// <summary>A guest whose EL3 is AArch64; what is below can be either.</summary>
    public static QemuWalker AArch64 { get; } = new(
        new QemuProgram("walker.c", "walker-start.S")
        {
            CompilerOptions = ["-march=armv8.2-a", "-mgeneral-regs-only", "-mstrict-align"],
            Machine = "secure=on,virtualization=on,highmem=off",
            RamMegabytes = 1024,
        },
        idRegisters: 7,
        AtInstruction.AArch64);

    /// <summary>A guest whose EL3 is AArch32, for short descriptors: its PAR has their own fault status.</summary>
    public static QemuWalker AArch32 { get; } = new(
        new QemuProgram("walker32.c", "walker32-start.S")
        {
            Emulator = "qemu-system-arm",
            Target = "arm-linux-gnueabihf",
            CompilerOptions = ["-march=armv8-a", "-marm", "-mfloat-abi=soft", "-mno-unaligned-access"],
            Machine = "secure=on,virtualization=on,highmem=off",
            RamMegabytes = 1024,
        },
        idRegisters: 0,
        AtInstruction.AArch32);

    /// <summary>What the identification registers of QEMU's <c>max</c> say.</summary>
    public static Stage1Capabilities Capabilities => s_capabilities ??= AArch64.Run([]).Capabilities;

    /// <summary>The instructions that the guest executes on every address, in the order of the results.</summary>
    public IReadOnlyList<AtInstruction> Instructions { get; }

    /// <summary>The values of PAR for every address of every layout, <see cref="Instructions"/> of them for each.</summary>
    public (Stage1Capabilities Capabilities, ulong[][] Results) Run(IReadOnlyList<Layout> layouts) =>
        Parse(QemuSystem.Run(_program, (Input, Serialize(layouts))), layouts);

    private byte[] Serialize(IReadOnlyList<Layout> layouts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write((ulong)layouts.Count);
        long results = _idRegisters;
        foreach (Layout layout in layouts)
        {
            Stage1Registers r = layout.Registers;
            const ulong HcrDc = 1ul << 12;
            ulong[] header =
            [
                (ulong)r.Regime, r.Sctlr, r.Tcr, r.Ttbr0, r.Ttbr1, r.Mair, r.Dacr, r.Hcr | (r.DefaultCacheable ? HcrDc : 0),
                r.Stage2.Vtcr, r.Stage2.Vttbr, r.Stage2.Sctlr,
                (ulong)layout.Words.Count, (ulong)layout.Addresses.Count,
            ];
            foreach (ulong value in header)
            {
                writer.Write(value);
            }

            foreach ((ulong address, ulong value) in layout.Words)
            {
                if (address is < Layout.ArenaStart or >= Layout.ArenaEnd || address % 8 != 0)
                {
                    throw new InvalidOperationException($"a layout has memory at 0x{address:x}");
                }

                writer.Write(address);
                writer.Write(value);
            }

            foreach (ulong address in layout.Addresses)
            {
                writer.Write(address);
            }

            results += layout.Addresses.Count * Instructions.Count;
        }

        if (stream.Length > MaxInputBytes || results * 8 > MaxOutputBytes)
        {
            throw new InvalidOperationException("too many layouts for one run");
        }

        return stream.ToArray();
    }

    private (Stage1Capabilities Capabilities, ulong[][] Results) Parse(byte[] bytes, IReadOnlyList<Layout> layouts)
    {
        int expected = _idRegisters + layouts.Sum(x => x.Addresses.Count * Instructions.Count);
        if (bytes.Length != expected * 8)
        {
            throw new InvalidOperationException($"the guest wrote {bytes.Length} bytes instead of {expected * 8}");
        }

        int at = 0;
        ulong[] id = new ulong[7];
        for (int i = 0; i < _idRegisters; i++)
        {
            id[i] = Next();
        }

        ulong[][] results = new ulong[layouts.Count][];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = new ulong[layouts[i].Addresses.Count * Instructions.Count];
            for (int j = 0; j < results[i].Length; j++)
            {
                results[i][j] = Next();
            }
        }

        return (Stage1Capabilities.FromIdRegisters(id[0], id[1], id[2], id[3], id[4], id[5], id[6]), results);

        ulong Next()
        {
            at += 8;
            return BitConverter.ToUInt64(bytes, at - 8);
        }
    }
}
