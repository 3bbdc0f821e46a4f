using System;
using System.Runtime.Versioning;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Tests.Kvm;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>The same random states as a CPU of KVM has them, features with an EL2 of its own and AArch32 included.</summary>
[SupportedOSPlatform("linux")]
public sealed class KvmStateFuzzTests
{
    private static int Cases => Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 400_000 : 8_000;

    private static readonly KvmRegisterId[] s_control =
    [
        KvmRegisterId.SctlrEl1, KvmRegisterId.TcrEl1, KvmRegisterId.Ttbr0El1, KvmRegisterId.Ttbr1El1, KvmRegisterId.Tcr2El1, KvmRegisterId.PirEl1,
        KvmRegisterId.Pire0El1, KvmRegisterId.PorEl1, KvmRegisterId.PorEl0, KvmRegisterId.SctlrEl2, KvmRegisterId.TcrEl2, KvmRegisterId.Ttbr0El2,
        KvmRegisterId.Ttbr1El2, KvmRegisterId.Tcr2El2, KvmRegisterId.VtcrEl2, KvmRegisterId.VttbrEl2, KvmRegisterId.HcrEl2, KvmRegisterId.HcrxEl2,
        KvmRegisterId.VbarEl1,
    ];

    [Fact]
    public void No_state_makes_the_kvm_handler_throw_or_change_registers_without_an_outcome_that_says_so()
    {
        var memory = new FuzzMemory();
        var devices = new FuzzDevices { RefuseAt = -1 };
        var state = new FuzzState();
        var world = new FuzzRandom(3);
        FuzzState.FillTables(memory, ref world);
        var outcomes = new int[16];
        for (int number = 0; number < Cases; number++)
        {
            var random = new FuzzRandom((ulong)number * 0xD134_2543_DE82_EF95);
            state.Next(ref random);
            KvmVcpuFeatures features = random.Below(3) switch { 0 => KvmVcpuFeatures.None, 1 => KvmVcpuFeatures.HasEl2, _ => state.IsAArch32 ? KvmVcpuFeatures.El1AArch32 : KvmVcpuFeatures.None };
            var cpu = new FakeVirtualCpu(features);
            Fill(cpu, memory, state, ref random);
            var handler = new KvmExitHandler(cpu, memory, devices);
            ulong pc = cpu[KvmRegisterId.Pc];
            KvmExitOutcome outcome;
            try
            {
                outcome = handler.Handle(new KvmArmNisvExit(random.OneIn(4) ? random.Next() & 0x1FFF : 0x7 | (random.Next() & 0x40), FuzzState.Device | (random.Next() & 0xFFFF)));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"case {number}: {exception}", exception);
            }

            outcomes[(int)outcome]++;
            if (outcome is KvmExitOutcome.Retry or KvmExitOutcome.NotEmulated)
            {
                cpu[KvmRegisterId.Pc].Should().Be(pc);
                cpu.Sets.Should().Be(0);
            }

            memory.Undo();
            devices.Clear();
        }

        outcomes[(int)KvmExitOutcome.Retry].Should().BeGreaterThan(Cases / 100);
        outcomes[(int)KvmExitOutcome.Completed].Should().BeGreaterThan(Cases / 2000);
    }

    private static void Fill(FakeVirtualCpu cpu, FuzzMemory memory, FuzzState state, ref FuzzRandom random)
    {
        Stage1Registers r = state.Stage1;
        bool off = random.OneIn(3);
        foreach (KvmRegisterId id in s_control)
        {
            cpu[id] = random.Next();
        }

        foreach (KvmRegisterId sctlr in new[] { KvmRegisterId.SctlrEl1, KvmRegisterId.SctlrEl2 })
        {
            cpu[sctlr] = off ? r.Sctlr & ~1ul : r.Sctlr;
        }

        cpu[KvmRegisterId.TcrEl1] = r.Tcr;
        cpu[KvmRegisterId.TcrEl2] = r.Tcr;
        cpu[KvmRegisterId.Ttbr0El1] = r.Ttbr0;
        cpu[KvmRegisterId.Ttbr0El2] = r.Ttbr0;
        cpu[KvmRegisterId.HcrEl2] = r.Hcr | (1ul << 31);
        cpu[KvmRegisterId.VtcrEl2] = r.Stage2.Vtcr;
        cpu[KvmRegisterId.VttbrEl2] = r.Stage2.Vttbr;
        cpu[KvmRegisterId.IdAa64Mmfr0El1] = random.Next() & 0xFFF_0000_0005ul | 0x10_0005;
        cpu[KvmRegisterId.IdAa64Mmfr1El1] = random.Next();
        cpu[KvmRegisterId.IdAa64Mmfr3El1] = random.Next() & 0xFFF_FFFF;
        for (int i = 0; i < 31; i++)
        {
            cpu[KvmRegisterId.X(i)] = off && i == 2 ? FuzzState.Device | (random.Next() & 0xFFF8) : state.Registers.GetX(i);
        }

        cpu[KvmRegisterId.SpEl1] = state.Registers.Sp;
        // KVM has AArch32 modes above User only with AArch32 at EL1.
        bool user = state.IsAArch32 && (cpu.Features & KvmVcpuFeatures.El1AArch32) == 0;
        cpu[KvmRegisterId.PState] = user ? (state.Registers.PState & ~0xFul) : state.Registers.PState;
        cpu[KvmRegisterId.Pc] = off ? (ulong)FuzzMemory.TablePages << 12 : state.Registers.Pc;
        if (off)
        {
            Span<byte> code = stackalloc byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(code, state.Opcode);
            memory.TryWrite((ulong)FuzzMemory.TablePages << 12, code);
        }
    }
}
