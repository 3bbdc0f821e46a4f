using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Syndromes;
using static Arm64MmioDecode.Tests.Exceptions.ExceptionMachine;

namespace Arm64MmioDecode.Tests.Exceptions;

/// <summary>Random machine states at instructions that fault, with the entry that the library expects.</summary>
internal static class ExceptionCases
{
    private const PstateFeatures MaxFeatures = PstateFeatures.Pan | PstateFeatures.Ssbs | PstateFeatures.Mte;

    private const ulong HcrTge = 1ul << 27;
    private const ulong HcrRW = 1ul << 31;
    private const ulong HcrE2H = 1ul << 34;
    private const ulong SctlrM = 1;
    private const ulong SctlrA = 2;
    private const ulong SctlrSpan = 1ul << 23;
    private const ulong SctlrDssbs = 1ul << 44;

    private enum Isa
    {
        A64,
        A32,
        T32,
    }

    /// <summary>Cases per test: a few thousand, or ten times that with MMIODECODE_FULL=1.</summary>
    public static int Count => Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 20_000 : 2_000;

    public sealed record AArch64Case(string Name, QemuExceptions.Case Case, AArch64ExceptionEntry Expected);

    public sealed record AArch32Case(string Name, QemuExceptions.Case Case, AArch32ExceptionEntry Expected);

    /// <summary>From EL0 (all instruction sets), EL1t, EL1h to EL1; from EL0, EL2t, EL2h to EL2, with and without a host.</summary>
    public static AArch64Case NextAArch64(Random random)
    {
        var target = random.Next(3) == 0 ? 2 : 1;
        var isEL0 = random.Next(2) == 0;
        var isa = isEL0 ? (Isa)random.Next(3) : Isa.A64;
        var level = isEL0 ? 0 : target;

        // A hypervisor takes EL0's exceptions only with TGE; without E2H as well, EL0 then runs without an MMU.
        var hcr = target == 1 ? HcrRW
            : isEL0 ? HcrTge | Maybe(random, HcrE2H) | Maybe(random, HcrRW)
            : HcrRW | Maybe(random, HcrE2H) | Maybe(random, HcrTge);
        if (isa == Isa.A64)
        {
            hcr |= HcrRW;
        }

        var isHostRegime = (hcr & HcrE2H) != 0;
        var hasMmu = target == 1 || !isEL0 || isHostRegime;
        var pstate = isa == Isa.A64
            ? RandomPstate(random) | ((ulong)level << 2) | (isEL0 ? 0 : (ulong)random.Next(2))
            : RandomCpsr(random, isa) | 0x10;

        var tbi = hasMmu && isa == Isa.A64 && random.Next(2) == 0;
        var fault = NextFault(random, isa, level, hasMmu ? isa == Isa.A64 ? Places64 : LongPlaces : [], LongFetchPlaces, Code);
        if (tbi && !fault.IsFetch)
        {
            fault = fault with { Address = (fault.Address & ~(0xFFul << 56)) | ((ulong)random.Next(256) << 56) };
        }

        var sctlr = 0x30500800ul | (hasMmu ? SctlrM : 0) | (fault.NeedsAlignmentCheck ? SctlrA : 0)
            | Maybe(random, SctlrSpan) | Maybe(random, SctlrDssbs);
        var vbar = Vectors64 + ((ulong)random.Next(64) << 11);

        // T0SZ = T1SZ = 16, 4 KB granule, 32-bit output, TTBR1 off; the register of an EL2 that is not a host's is another.
        var tcr = 16ul | (16ul << 16) | (1ul << 23) | (2ul << 30) | (tbi ? 3ul << 37 : 0);
        var tcrEL2 = isHostRegime ? tcr : 16ul | (1ul << 23) | (1ul << 31) | (tbi ? 1ul << 20 : 0);

        var context = new AArch64ExceptionContext(target, pstate, fault.Pc, vbar, sctlr)
        {
            Hcr = hcr,
            Features = MaxFeatures,
        };
        var expected = fault.IsUndefined ? AArch64ExceptionEntry.Undefined(context)
            : fault.IsFetch ? AArch64ExceptionEntry.InstructionAbort(context, fault.Status, fault.Address)
            : AArch64ExceptionEntry.DataAbort(context, new DataFault(fault.Status, fault.Address, fault.Write));

        const ulong Idle = 0x30C50830;
        var c = new QemuExceptions.Case
        {
            PState = pstate,
            Pc = fault.Pc,
            Opcode = fault.Opcode,
            X1 = fault.Address,
            Hcr = hcr,
            SctlrEL1 = target == 1 ? sctlr : Idle | (fault.NeedsAlignmentCheck ? SctlrA : 0),
            TcrEL1 = tcr,
            Ttbr0EL1 = Ttbr64,
            VbarEL1 = vbar,
            SctlrEL2 = target == 2 ? (isEL0 && !isHostRegime ? sctlr & ~SctlrM : sctlr) : Idle,
            TcrEL2 = tcrEL2,
            Ttbr0EL2 = Ttbr64,
            VbarEL2 = vbar,
        };
        var name = FormattableString.Invariant($"EL{level} {isa} to EL{target}, PSTATE 0x{pstate:x}, HCR 0x{hcr:x}, SCTLR 0x{sctlr:x}, {fault}");
        return new AArch64Case(name, c, expected);
    }

    /// <summary>From every mode of EL0 and EL1 to AArch32's EL1, with both table formats and without an MMU.</summary>
    public static AArch32Case NextAArch32(Random random)
    {
        var isa = random.Next(2) == 0 ? Isa.A32 : Isa.T32;
        var mode = new[] { 0x10, 0x11, 0x12, 0x13, 0x17, 0x1B, 0x1F }[random.Next(7)];
        var level = mode == 0x10 ? 0 : 1;
        var tables = random.Next(5) switch { 0 => 0, 1 or 2 => 1, _ => 2 }; // none, Short, Long
        var isLong = tables == 2 || (tables == 0 && random.Next(2) == 0);
        var fault = NextFault(
            random,
            isa,
            level,
            tables switch { 0 => [], 1 => ShortPlaces, _ => LongPlaces },
            tables == 1 ? ShortFetchPlaces : LongFetchPlaces,
            level == 0 ? Code : PrivilegedCode);

        var isT32Handler = random.Next(2) == 0;
        var sctlr = 0x00450838u | (1u << 29) | (tables != 0 ? 1u : 0) | (fault.NeedsAlignmentCheck ? 2u : 0)
            | (isT32Handler ? 1u << 30 : 0) | (uint)Maybe(random, 1u << 23) | (uint)Maybe(random, 1u << 31)
            | (tables == 0 ? (uint)Maybe(random, 1u << 25) : isT32Handler ? 0 : (uint)Maybe(random, 1u << 13));
        var vbar = (uint)(isT32Handler ? VectorsT32 : VectorsA32) + ((uint)random.Next(256) << 5);
        var pstate = RandomCpsr(random, isa) | (uint)mode;

        var context = new AArch32ExceptionContext(pstate, (uint)fault.Pc, vbar, sctlr, isLong) { Features = MaxFeatures };
        var expected = fault.IsUndefined ? AArch32ExceptionEntry.Undefined(context)
            : fault.IsFetch ? AArch32ExceptionEntry.PrefetchAbort(context, fault.Status, (uint)fault.Address)
            : AArch32ExceptionEntry.DataAbort(
                context, new DataFault(fault.Status, fault.Address, fault.Write) { Domain = fault.Domain });
        var c = new QemuExceptions.Case
        {
            PState = pstate,
            Pc = fault.Pc,
            Opcode = fault.Opcode,
            X1 = fault.Address,
            SctlrEL1 = sctlr,
            TcrEL1 = isLong ? 1u << 31 : 0,
            Ttbr0EL1 = isLong ? TtbrLong : TtbrShort,
            VbarEL1 = vbar,
            Dacr = ExceptionMachine.Dacr,
            SctlrEL2 = 0x30C50830,
            TcrEL2 = 16ul | (1ul << 23) | (1ul << 31),
            Ttbr0EL2 = Ttbr64,
            VbarEL2 = Vectors64,
        };
        var format = tables == 0 ? "no MMU" : isLong ? "long" : "short";
        var name = FormattableString.Invariant($"{isa}, {format}, CPSR 0x{pstate:x}, SCTLR 0x{sctlr:x}, {fault}");
        return new AArch32Case(name, c, expected);
    }

    private static Fault NextFault(
        Random random, Isa isa, int level, IReadOnlyList<Place> places, IReadOnlyList<Place> fetchPlaces, ulong code)
    {
        // T32 instructions may start at a halfword. The sets have ranges of their own, and instructions never overlap, because
        // QEMU decodes beyond the instruction, and aborts on STRT in AArch32 under a host's EL2.
        var place = (ulong)random.Next(0x8000);
        var pc = code + isa switch
        {
            Isa.A32 => place << 2,
            Isa.T32 => 0x40000 + (place << 3) + ((place & 1) << 1),
            _ => 0x80000 + (place << 2),
        };
        switch (random.Next(places.Count == 0 ? 2 : 6))
        {
            case 0:
                uint[] undefined = isa switch
                {
                    Isa.A64 => [0x00000000, 0x00001234],
                    Isa.A32 => [0xE7F000F0],
                    _ => [0x0000DE00, 0xA000F7F0], // UDF, UDF.W
                };
                return new Fault { Pc = pc, Opcode = undefined[random.Next(undefined.Length)], IsUndefined = true };

            case 1 when places.Count == 0:
                // A load-exclusive is aligned whatever SCTLR.A says.
                return new Fault
                {
                    Pc = pc,
                    Opcode = isa switch { Isa.A64 => 0xC85F7C20, Isa.A32 => 0xE1910F9F, _ => 0x0F00E851 },
                    Address = Page(0) + 1,
                    Status = FaultStatusCode.Alignment,
                };

            case 1:
                return Access(random, isa, pc) with
                {
                    Address = UsablePage(level) + (uint)random.Next(1, 4) + ((uint)random.Next(64) << 2),
                    Status = FaultStatusCode.Alignment,
                    NeedsAlignmentCheck = true,
                };

            case 2:
                var fetched = fetchPlaces[random.Next(fetchPlaces.Count)];
                return new Fault
                {
                    Pc = fetched.Address,
                    Address = fetched.Address,
                    Status = fetched.Status,
                    IsFetch = true,
                };

            default:
                var candidates = places.Where(p => level == 0 ? !p.PrivilegedOnly : !p.EL0Only).ToArray();
                var chosen = candidates[random.Next(candidates.Length)];
                return Access(random, isa, pc, mustWrite: chosen.OnWrite) with
                {
                    Address = chosen.Address,
                    Status = chosen.Status,
                    Domain = chosen.Domain,
                };
        }
    }

    // Post-indexed, so that no syndrome claims to be valid.
    private static Fault Access(Random random, Isa isa, ulong pc, bool mustWrite = false)
    {
        var write = mustWrite || random.Next(2) == 0;
        var opcode = isa switch
        {
            Isa.A64 => write ? 0xF8008420 : 0xF8408420, // str/ldr x0, [x1], #8
            Isa.A32 => write ? 0xE4810004 : 0xE4910004, // str/ldr r0, [r1], #4
            _ => write ? 0x0B04F841u : 0x0B04F851u, // str/ldr r0, [r1], #4
        };
        return new Fault { Pc = pc, Opcode = opcode, Write = write };
    }

    // N, Z, C, V, TCO, DIT, UAO, PAN, SSBS, BTYPE, D, A, I, F
    private static ulong RandomPstate(Random random) => (uint)random.NextInt64() & 0xF3C01FC0;

    // N, Z, C, V, Q, DIT, SSBS, PAN, GE, E, A, I, F; T and an IT block whose condition is AL, for T32.
    private static ulong RandomCpsr(Random random, Isa isa)
    {
        var cpsr = (uint)random.NextInt64() & 0xF9CF03C0;
        if (isa == Isa.T32)
        {
            var it = new uint[] { 0, 0, 0xE8, 0xE4, 0xE2, 0xE1 }[random.Next(6)];
            cpsr |= (1u << 5) | ((it & 3) << 25) | ((it >> 2) << 10);
        }

        return cpsr;
    }

    private static ulong Maybe(Random random, ulong bits) => random.Next(2) == 0 ? bits : 0;

    private sealed record Fault
    {
        public ulong Pc { get; init; }

        public uint? Opcode { get; init; }

        public ulong Address { get; init; }

        public FaultStatusCode Status { get; init; }

        public bool Write { get; init; }

        public int Domain { get; init; }

        public bool IsUndefined { get; init; }

        public bool IsFetch { get; init; }

        public bool NeedsAlignmentCheck { get; init; }

        public override string ToString() => IsUndefined
            ? FormattableString.Invariant($"undefined 0x{Opcode:x} at 0x{Pc:x}")
            : FormattableString.Invariant($"{(IsFetch ? "fetch" : Write ? "write" : "read")} at 0x{Address:x}: {Status}");
    }
}
