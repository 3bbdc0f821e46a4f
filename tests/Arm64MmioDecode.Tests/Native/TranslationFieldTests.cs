using System;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>
/// Each member of arm64mmio_stage1 does in the C library what its register does in C#: walks and exits of random guests, some with an EL2
/// and a stage 2 of their own, before and after the change of one member. Each member has to change some of them.
/// </summary>
public sealed unsafe class TranslationFieldTests : IDisposable
{
    private const ulong DeviceIpa = 0x0900_0000;
    private const ulong HighIpa = 0x1_0000_0000;
    private const ulong Table = 3;
    private const int Length = 0x10000;

    private const ulong Address = 0x1FE9;
    private const ulong ShortTable = 0x4000;
    private const ulong Stage2Table = 0x8000;
    private const ulong LongTable32 = 0xA000;
    private const ulong Upper = 0xFFFF_0000_0000_0000;
    private const ulong Tag = 0xA0ul << 56; // shifted by 4 bits in the part that MTX ignores

    // ldr x0, [x1]; ldff1b {z0.d}, p0/z, [x1, z2.d], whose second element is in RAM; dc civac, x1
    private static readonly (uint Opcode, ulong Esr)[] s_exits = [(0xF9400020, 0x92000007), (0xC442E020, 0x92000007), (0xD50B7E21, 0x92000147)];
    private static readonly byte[] s_offsets = [.. BitConverter.GetBytes(0ul), .. BitConverter.GetBytes(0x1000ul)];

    private readonly Random _random = new(3);
    private readonly byte[] _ram = GC.AllocateArray<byte>(Length, pinned: true);
    private readonly byte[] _template = new byte[Length];

    // z, p and ffr of the C library.
    private readonly byte* _vectors = (byte*)NativeMemory.AllocZeroed(2048);

    public void Dispose() => NativeMemory.Free(_vectors);

    [SkippableFact]
    public void Each_member_has_its_effect()
    {
        nint memory, vcpu;
        NativeLibrary.CreateMemory(&memory).Should().Be(0);
        NativeLibrary.AddMemory(memory, 0, Marshal.UnsafeAddrOfPinnedArrayElement(_ram, 0), Length, 0).Should().Be(0);
        NativeLibrary.CreateVirtualCpu(memory, null, (uint)(VirtualCpuFlags.Translates | VirtualCpuFlags.Scalable), &vcpu).Should().Be(0);
        FieldInfo[] members = [.. typeof(Stage1Structure).GetFields(BindingFlags.Instance | BindingFlags.Public).Where(field => field.Name != nameof(Stage1Structure.Size))];
        var effects = members.ToDictionary(member => member.Name, _ => 0);
        try
        {
            foreach (int kind in Enumerable.Range(0, 300).Select(i => ((int[])[0, 1, 1, 2, 3, 4])[i % 6]))
            {
                Stage1Structure guest = Guest(kind);
                string before = Agreed(memory, vcpu, guest);
                foreach (FieldInfo member in members)
                {
                    if (Agreed(memory, vcpu, Changed(guest, member)) != before)
                    {
                        effects[member.Name]++;
                    }
                }
            }
        }
        finally
        {
            NativeLibrary.DestroyVirtualCpu(vcpu);
            NativeLibrary.DestroyMemory(memory);
        }

        effects.Where(effect => effect.Value == 0).Should().BeEmpty();
    }

    // What the C library does, which C# does as well.
    private string Agreed(nint memory, nint vcpu, Stage1Structure guest)
    {
        var native = new StringBuilder();
        var managed = new StringBuilder();
        Stage1Registers registers = Registers(guest);
        var ram = new GuestRam(0, _ram);
        foreach (ulong address in (ulong[])[0x123, 0x1123, 0x2123, 0x3123, Upper | 0x1123, Tag | 0x1123, (Tag >> 4) | 0x1123, (Upper & ~(0xFFul << 56)) | Tag | 0x2123])
        {
            for (uint access = 0; access < 3; access++)
            {
                for (uint flags = 0; flags < 8; flags++)
                {
                    _template.CopyTo(_ram, 0);
                    var result = new TranslationStructure { Size = (uint)sizeof(TranslationStructure) };
                    NativeLibrary.Translate(memory, &guest, address, access, flags, &result).Should().Be(0);
                    native.Append(CultureInfo.InvariantCulture, $"{result.Fault} {result.PhysicalAddress:x} {result.BlockSize:x} {result.Level} {result.Permissions} {result.Stage2} {result.OnTableWalk} {result.FaultIpa:x} {result.Attributes:x} {result.Shareability}\n");

                    TranslationResult expected = Stage1.Translate(ram, registers, new TranslationRequest(address, (TranslationAccess)access, (flags & 1) != 0) { Pan = (flags & 2) != 0, NonFault = (flags & 4) != 0 });
                    TranslationFault fault = expected.Fault;
                    managed.Append(CultureInfo.InvariantCulture, $"{(int)fault.Kind} {expected.PhysicalAddress:x} {expected.BlockSize:x} {expected.Level} {(int)expected.Permissions} {(fault.IsStage2 ? 1 : 0)} {(fault.IsOnTableWalk ? 1 : 0)} {expected.FaultIpa:x} {expected.Attributes.Encoding:x} {(int)expected.Attributes.Shareability}\n");
                }
            }
        }

        foreach ((uint opcode, ulong esr) in s_exits)
        {
            foreach (ulong pstate in (ulong[])[0x3C0, 0x3C5])
            {
                native.AppendLine(NativeExit(vcpu, &guest, opcode, esr, pstate));
                managed.AppendLine(ManagedExit(ram, registers, opcode, esr, pstate));
            }
        }

        string text = native.ToString();
        text.Should().Be(managed.ToString());
        return text;
    }

    private static DataAbortExit Exit(uint opcode, ulong esr) =>
        DataAbortExit.FromAddresses(esr, Address, DeviceIpa | (Address & 0xFFF)).WithInstruction(BitConverter.GetBytes(opcode));

    private string NativeExit(nint vcpu, Stage1Structure* guest, uint opcode, ulong esr, ulong pstate)
    {
        _template.CopyTo(_ram, 0);
        new Span<byte>(_vectors, 2048).Clear();
        new Span<byte>(_vectors + 1024, 64).Fill(0xFF);
        s_offsets.CopyTo(new Span<byte>(_vectors + 32, 16));
        var extensions = new ExtensionsStructure { Size = (uint)sizeof(ExtensionsStructure), VectorLength = 16, Z = _vectors, P = _vectors + 1024, Ffr = _vectors + 1056 };
        var registers = new RegistersStructure { Size = (uint)sizeof(RegistersStructure), Pc = 0x40000000, PState = pstate, Extensions = &extensions };
        registers.X[1] = Address;
        var exit = new ExitStructure { Size = (uint)sizeof(ExitStructure), Source = 1, Flags = ExitStructure.HasFar, Syndrome = esr, Far = Address, Ipa = DeviceIpa | (Address & 0xFFF), InstructionLength = 4 };
        *(uint*)exit.Instruction = opcode;
        var outcome = new OutcomeStructure { Size = (uint)sizeof(OutcomeStructure) };
        var next = new TransactionStructure { Size = (uint)sizeof(TransactionStructure) };
        var text = new StringBuilder();
        NativeLibrary.Begin(vcpu, &exit, &registers, guest, &outcome).Should().Be(0);
        while (NativeLibrary.Next(vcpu, &next) == 1)
        {
            text.Append(CultureInfo.InvariantCulture, $"{next.Operation} {next.Address:x} {next.Length}, ");
            NativeLibrary.Complete(vcpu, next.Data, next.Operation == 0 ? next.Length : (nuint)0).Should().Be(0);
        }

        NativeLibrary.Commit(vcpu, &outcome).Should().Be(0);
        FaultStructure fault = outcome.Fault;
        return text.Append(CultureInfo.InvariantCulture, $"{outcome.Status} {outcome.Reason} {fault.Reason} {fault.Dfsc:x} {fault.Address:x} {fault.IsWrite} {registers.Pc:x} {*(ushort*)extensions.Ffr:x}").ToString();
    }

    private string ManagedExit(GuestRam ram, in Stage1Registers stage1, uint opcode, ulong esr, ulong pstate)
    {
        _template.CopyTo(_ram, 0);
        var registers = new ScalableGuestRegisters(16, 0) { Pc = 0x40000000, PState = pstate };
        registers.SetX(1, Address);
        Span<byte> all = stackalloc byte[2];
        all.Fill(0xFF);
        registers.WriteP(0, all);
        registers.WriteFfr(all);
        registers.WriteZ(2, s_offsets);
        var handler = new ExitHandler(registers, devices: null, new FixedStage1(stage1), ram);
        var text = new StringBuilder();
        handler.Begin(Exit(opcode, esr));
        while (handler.TryGetNext(out BusTransaction next))
        {
            text.Append(CultureInfo.InvariantCulture, $"{(int)next.Operation} {next.Address:x} {next.Size}, ");
            handler.Complete();
        }

        ExitOutcome outcome = handler.Commit();
        EmulationFault fault = outcome.Fault;
        registers.ReadFfr(all);
        return text.Append(CultureInfo.InvariantCulture, $"{(int)outcome.Status} {(int)outcome.Reason} {(int)fault.Reason} {(int)fault.StatusCode.Value:x} {fault.Address:x} {(fault.IsWrite ? 1 : 0)} {registers.Pc:x} {BitConverter.ToUInt16(all):x}").ToString();
    }

    // Member by member, as the header has it.
    private static Stage1Registers Registers(in Stage1Structure guest) => new()
    {
        Regime = (Stage1Regime)guest.Regime,
        Capabilities = Stage1Capabilities.FromIdRegisters(
            idAa64Mmfr0: guest.IdAa64Mmfr0,
            idAa64Mmfr1: guest.IdAa64Mmfr1,
            idAa64Mmfr2: guest.IdAa64Mmfr2,
            idAa64Mmfr3: guest.IdAa64Mmfr3,
            idAa64Pfr0: guest.IdAa64Pfr0,
            idAa64Pfr1: guest.IdAa64Pfr1,
            idMmfr4: guest.IdMmfr4,
            idAa64Isar0: guest.IdAa64Isar0,
            idAa64Isar1: guest.IdAa64Isar1,
            idAa64Isar2: guest.IdAa64Isar2),
        Sctlr = guest.Sctlr,
        Tcr = guest.Tcr,
        Tcr2 = guest.Tcr2,
        Ttbr0 = guest.Ttbr0,
        Ttbr1 = guest.Ttbr1,
        Mair = guest.Mair,
        Mair2 = guest.Mair2,
        Pir = guest.Pir,
        Pire0 = guest.Pire0,
        Por = guest.Por,
        PorEl0 = guest.PorEl0,
        Dacr = guest.Dacr,
        DefaultCacheable = guest.Flags == 1,
        Hcr = guest.Hcr,
        Stage2 = new Stage2Registers { Vtcr = guest.Vtcr, Vttbr = guest.Vttbr, Sctlr = guest.SctlrEl2, S2pir = guest.S2pir, S2por = guest.S2por, Hcrx = guest.Hcrx },
    };

    private Stage1Structure Changed(Stage1Structure guest, FieldInfo member)
    {
        object boxed = guest;
        member.SetValue(
            boxed,
            member.Name switch
            {
                nameof(Stage1Structure.Regime) => (object)((guest.Regime + 1 + (uint)_random.Next(3)) % 4),
                nameof(Stage1Structure.Flags) => guest.Flags ^ 1,
                nameof(Stage1Structure.Dacr) => (uint)_random.NextInt64(),
                nameof(Stage1Structure.SctlrEl2) => guest.SctlrEl2 ^ (1 << 25), // EE
                nameof(Stage1Structure.Hcrx) => guest.Hcrx ^ (1 << 9), // CMOW
                nameof(Stage1Structure.IdAa64Pfr0) => guest.IdAa64Pfr0 ^ (1ul << 32), // SVE
                nameof(Stage1Structure.IdMmfr4) => guest.IdMmfr4 ^ (1 << 16), // HPDS
                nameof(Stage1Structure.IdAa64Isar0) => guest.IdAa64Isar0 ^ (1 << 24), // TME
                nameof(Stage1Structure.Pir) or nameof(Stage1Structure.Pire0) or nameof(Stage1Structure.Por) or nameof(Stage1Structure.PorEl0)
                    or nameof(Stage1Structure.S2pir) or nameof(Stage1Structure.S2por) or nameof(Stage1Structure.Mair2) => Some(),
                var name when name.StartsWith("Id", StringComparison.Ordinal) => (ulong)member.GetValue(boxed)! ^ (1ul << (4 * _random.Next(16))),
                _ => (ulong)member.GetValue(boxed)! ^ (1ul << _random.Next(64)),
            });
        return (Stage1Structure)boxed;
    }

    // Of five kinds: with stage 1, with an own stage 2 behind it, without stage 1, and of AArch32 with either format of tables.
    private Stage1Structure Guest(int kind)
    {
        const ulong Nibbles = 0x1111_1111_1111_1111; // the first version of most features
        const ulong D128 = 1ul << 32;
        const ulong HighTcr = 0x33F8_07FE_0000_0000; // TBI, HA, HD, HPD, TBID, NFD, E0PD, TCMA, MTX
        bool isPlain = _random.Next(2) == 0;
        MakeTables(isPlain);
        var guest = new Stage1Structure
        {
            Size = (uint)sizeof(Stage1Structure),
            IdAa64Mmfr0 = 0x0010_0005,
            IdAa64Mmfr1 = Some() & Nibbles,
            IdAa64Mmfr2 = Some() & Nibbles & ~(1ul << 16),
            IdAa64Mmfr3 = Some() & Nibbles & ~D128,
            IdAa64Pfr0 = Some() & Nibbles,
            IdAa64Pfr1 = Some() & Nibbles,
            IdMmfr4 = Some() & Nibbles,
            IdAa64Isar0 = Some() & Some() & Nibbles,
            IdAa64Isar1 = Some() & Some() & Nibbles,
            IdAa64Isar2 = Some() & Some() & Nibbles,
            Sctlr = kind == 2 ? 0ul : 1,
            Tcr = 0x5_8010_0010 | (Some() & (isPlain ? Some() : ulong.MaxValue) & HighTcr),
            Tcr2 = isPlain ? 0 : Some() & 0x1E, // PIE, E0POE, POE, AIE
            Mair = 0xFF00,
            Mair2 = _random.Next(2) == 0 ? 0xFF00ul : 0,
            Pir = Some(),
            Pire0 = Some(),
            Por = Some(),
            PorEl0 = Some(),
            Dacr = (uint)Some(),
            S2pir = Some(),
            S2por = Some(),
            Vtcr = 0x8005_0059 | (Some() & (3ul << 36)) | (Some() & Some() & Some() & (1ul << 35)), // 39 bits from level 1; S2PIE, S2POE; TL1
            Vttbr = Stage2Table,
            Hcrx = Some() & (1 << 9),
        };
        switch (kind)
        {
            case 1:
                guest.Hcr = 1;
                break;
            case 3:
                guest.Regime = (uint)Stage1Regime.AArch32EL10;
                guest.Tcr = 0;
                guest.Ttbr0 = ShortTable;
                guest.Mair = 0;
                break;
            case 4:
                guest.Regime = (uint)Stage1Regime.AArch32EL10;
                guest.Tcr = (1ul << 31) | (1 << 6) | (1ul << 41); // EAE, T2E, and TTBCR2.HPD0
                guest.Ttbr0 = LongTable32;
                break;
        }

        return guest;
    }

    private void MakeTables(bool isPlain)
    {
        _template.AsSpan().Clear();
        const ulong TableAttributes = 0xF800_0000_0000_0000; // APTable, UXNTable and the like
        Write(0x0000, 0x1000 | Table | (!isPlain && _random.Next(4) == 0 ? Some() & TableAttributes : 0));
        Write(0x1000, 0x2000 | Table);
        Write(0x2000, 0x3000 | Table | (!isPlain && _random.Next(2) == 0 ? Some() & TableAttributes : 0));
        Write(LongTable32, 0x2000 | Table);
        ulong[] outputs = [0x5000, DeviceIpa, 0x6000, HighIpa];
        for (int i = 0; i < outputs.Length; i++)
        {
            const ulong Attributes = 0x7E78_0000_0000_08C4; // POIndex, XN, DBM and the like, nG, AP, AttrIndx[0]
            const ulong ReadWrite = (1 << 10) | (1 << 6); // AF, AP[1]
            ulong attributes = isPlain ? (Some() & 4) | ReadWrite : (Some() & Attributes) | (_random.Next(4) == 0 ? 0u : 1u << 10);
            Write(0x3000 + ((ulong)i * 8), outputs[i] | attributes | Table);
            WriteShort(ShortTable, (uint)(Some() & 0x8C00) | (uint)((ulong)_random.Next(16) << 5) | 2); // a section at 0
        }

        for (ulong i = 0; i < 512; i++)
        {
            Write(Stage2Table + (i * 8), (i << 30) | (Some() & 0x7878_0000_0000_0000) | (_random.Next(3) == 0 ? Some() & 0xC0 : 0xC0) | (_random.Next(8) == 0 ? 0u : 1u << 10) | (0xF << 2) | 1);
        }
    }

    private ulong Some() => (ulong)_random.NextInt64() ^ ((ulong)_random.Next() << 40);

    private void Write(ulong address, ulong value) => BitConverter.TryWriteBytes(_template.AsSpan((int)address), value);

    private void WriteShort(ulong address, uint value) => BitConverter.TryWriteBytes(_template.AsSpan((int)address), value);

    private sealed class FixedStage1(Stage1Registers registers) : IStage1Source
    {
        public Stage1Registers ReadRegisters(ulong virtualAddress) => registers;

        public ulong ReadSctlr() => registers.Sctlr;
    }
}
