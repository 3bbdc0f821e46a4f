using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>
/// One experiment: instructions and the state they start from. It says nothing of what should come out; that is for
/// two machines to agree on.
/// </summary>
/// <remarks>
/// The code's page is mapped readable, writable and executable, and holds, beside the instructions, a breakpoint
/// behind them that ends the experiment. A generator maps further pages and fills registers and memory through
/// <see cref="Initial"/>. Pages must lie where neither QEMU nor the harness has anything: in 0x1000_0000–0x3FFF_FFFF,
/// 0x8000_0000–0xEFFF_FFFF or, in A64, 0x1_0000_0000–0xFF_FFFF_FFFF. Branch targets should lie outside of the code's
/// page, whose other bytes are zeros, which AArch32 executes as harmless instructions.
/// </remarks>
public sealed class DifferentialCase
{
    private const uint CpsrUserMode = 0x10;
    private const uint CpsrT = 1 << 5;
    private const uint CpsrE = 1 << 9;

    /// <summary>Sets up the code at <paramref name="pc"/> and the state that it needs to be executed at all.</summary>
    /// <param name="isa">The instruction set of <paramref name="words"/>.</param>
    /// <param name="pc">The address of the first instruction. In big-endian AArch32 the four bytes before it are code too.</param>
    /// <param name="words">The instructions, executed in order.</param>
    /// <param name="bigEndian">Whether data accesses are big-endian (instructions never are).</param>
    /// <param name="itState">T32 only: ITSTATE for the first instruction, as CPSR.IT[7:0]; 0 outside of an IT block.</param>
    public DifferentialCase(Isa isa, ulong pc, IReadOnlyList<uint> words, bool bigEndian = false, byte itState = 0)
    {
        if (itState != 0 && isa != Isa.T32)
        {
            throw new ArgumentException("Only T32 has IT blocks.", nameof(itState));
        }

        Isa = isa;
        Words = words;
        BigEndian = bigEndian;
        Initial.Pc = pc;

        var address = Entry = NeedsSetEnd ? pc - 4 : pc;
        if (NeedsSetEnd && isa == Isa.A32)
        {
            address = LoadCode(address, 0xF1010200, 4); // SETEND BE
        }
        else if (NeedsSetEnd)
        {
            address = LoadCode(address, 0xB658, 2); // SETEND BE
            address = LoadCode(address, 0xBF00u | itState, 2); // IT, which sets just this state, or NOP
        }

        foreach (var word in words)
        {
            address = isa switch
            {
                Isa.T32 when word <= 0xFFFF => LoadCode(address, word, 2),
                Isa.T32 => LoadCode(address, (word << 16) | (word >> 16), 4),
                _ => LoadCode(address, word, 4),
            };
        }

        End = address;
        _ = isa switch
        {
            Isa.A64 => LoadCode(address, 0xD4200000, 4), // BRK #0
            Isa.A32 => LoadCode(address, 0xE1200070, 4), // BKPT #0
            _ => LoadCode(address, 0xBE00, 2), // BKPT #0, which no IT block makes conditional
        };

        Initial.PState = isa == Isa.A64
            ? 0
            : CpsrUserMode | (isa == Isa.T32 ? CpsrT : 0) | (bigEndian ? CpsrE : 0) | CpsrOfItState(itState);
    }

    public Isa Isa { get; }

    public IReadOnlyList<uint> Words { get; }

    public bool BigEndian { get; }

    /// <summary>What the case is about, for reports.</summary>
    public string Name { get; init; } = "";

    /// <summary>The processor model that QEMU is asked for, without the SVE vector length.</summary>
    public string Cpu { get; init; } = "max";

    /// <summary>
    /// Which addresses a translation or permission fault may report, where the architecture leaves open which of several
    /// inaccessible bytes it is; null where QEMU's is the one.
    /// </summary>
    public Func<ulong, bool>? MayFaultAt { get; set; }

    /// <summary>The state before the first instruction; the generator's to fill.</summary>
    public MachineState Initial { get; } = new();

    /// <summary>The address behind the last instruction.</summary>
    public ulong End { get; }

    /// <summary>
    /// Where QEMU starts: Linux gives a process no other way to switch CPSR.E than the SETEND that stands before the
    /// first instruction.
    /// </summary>
    public ulong Entry { get; }

    /// <summary>The CPSR or PSTATE that QEMU starts with.</summary>
    public uint EntryPState => NeedsSetEnd ? Initial.PState & ~(CpsrE | CpsrOfItState(0xFF)) : Initial.PState;

    private bool NeedsSetEnd => BigEndian && Isa != Isa.A64;

    /// <summary>ITSTATE in its place in the CPSR: bits 7:2 in 15:10, bits 1:0 in 26:25.</summary>
    public static uint CpsrOfItState(byte itState) => ((uint)(itState >> 2) << 10) | ((uint)(itState & 3) << 25);

    private ulong LoadCode(ulong address, uint word, int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
        Initial.Memory.Map(address, length, PageAccess.Write | PageAccess.Execute);
        Initial.Memory.Load(address, bytes[..length]);
        return address + (ulong)length;
    }
}

/// <summary>Anything that can execute a case: QEMU, or the emulator under test behind an adapter.</summary>
public interface IMachine
{
    /// <summary>The state after the case's instructions, or at the fault that stopped them.</summary>
    public MachineState Execute(DifferentialCase differentialCase);
}
