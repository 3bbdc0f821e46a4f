extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using TableCompiler::Arm64MmioDecode.TableCompiler;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// The agreement check accepts every exit that really comes from the instruction at PC: instructions of all encodings trap on a
/// processor model that was written by others (QEMU's system emulation), and the handler serves the exits from what a hypervisor
/// at EL2 finds in the registers, and from what KVM hands out of it.
/// </summary>
public sealed class QemuExitTests
{
    private const ulong FirstPage = 0x0400_0000;
    private const ulong DevicePage = 0x0A00_0000;
    private const ulong Tables = QemuStage2.GuestMemory + 0x10000;
    private const ulong Ram = QemuStage2.GuestMemory + 0x8000;
    private const ulong CodePage = QemuStage2.GuestMemory + QemuStage2.GuestMemorySize - 0x1000;
    private const ulong Pc = CodePage + 0xFF8;

    private static readonly EmulationOptions s_options = new()
    {
        Exclusives = ExclusivePolicy.AlwaysSucceed,
        Atomics = AtomicPolicy.Perform,
        TagBlockSize = 256, // GMID_EL1.BS of QEMU's processor
    };

    [SkippableTheory]
    [InlineData(InstructionSet.A64, false, 0x000ul, false)] // the MMU is off
    [InlineData(InstructionSet.A32, false, 0x000ul, false)]
    [InlineData(InstructionSet.T32, false, 0x000ul, false)]
    [InlineData(InstructionSet.A64, true, 0x100ul, false)] // a device page
    [InlineData(InstructionSet.A64, true, 0xFF9ul, false)] // not aligned, and across two device pages that lie apart
    [InlineData(InstructionSet.A64, true, 0xFFDul, true)] // not aligned, and from memory into the device
    public void Every_exit_of_an_instruction_is_served(InstructionSet set, bool translated, ulong offset, bool memoryFirst)
    {
        var ram = new TestRam();
        ram.Add(Ram);
        ram.Add(CodePage);
        var tables = new GuestTables(ram, root: Tables);
        tables.Map(CodePage, CodePage, GuestTables.Code);
        tables.Map(QemuStage2.GuestMemory, QemuStage2.GuestMemory, GuestTables.Code);
        tables.Map(FirstPage, memoryFirst ? Ram : DevicePage, GuestTables.Code | GuestTables.Pxn);
        tables.Map(FirstPage + 0x1000, DevicePage + 0x3000, GuestTables.Code | GuestTables.Pxn);
        var registers = translated ? tables.Registers : new Stage1Registers { Regime = set == InstructionSet.A64 ? Stage1Regime.EL10 : Stage1Regime.AArch32EL10 };
        var pstate = set switch { InstructionSet.A64 => 0x3C5u, InstructionSet.A32 => 0x1D3u, _ => 0x1F3u };
        var start = FirstPage + offset;

        List<AccessDescriptor> accesses = [.. Accesses(set)];
        var results = QemuStage2.Execute(
            [
                .. accesses.Select(access => new QemuStage2.GuestCase
                {
                    Isa = set switch { InstructionSet.A64 => Isa.A64, InstructionSet.A32 => Isa.A32, _ => Isa.T32 },
                    Opcode = access.Opcode,
                    PState = pstate,
                    Pc = Pc,
                    Sp = start,
                    X = [.. Enumerable.Repeat(start, 31)],
                    Sctlr = translated ? tables.Registers.Sctlr | 0x30D00800 : 0x30D00800,
                    Tcr = tables.Registers.Tcr,
                    Ttbr0 = tables.Registers.Ttbr0,
                    Mair = tables.Registers.Mair,
                }),
            ],
            [.. ram.Pages]);

        var served = 0;
        var code = new byte[4];
        var unserved = new List<string>();
        for (var i = 0; i < results.Length; i++)
        {
            if (!results[i].IsDataAbort)
            {
                continue;
            }

            var (esr, far, hpfar) = (results[i].Esr, results[i].Far, results[i].Hpfar);
            const ulong Isv = 1 << 24;
            const ulong Description = 0x1FFC000; // ISV to AR
            foreach (var exit in new[]
            {
                DataAbortExit.FromRegisters(esr, far, hpfar),
                DataAbortExit.FromRegisters((esr & Isv) != 0 ? esr & ~Description : esr, far, hpfar),
                DataAbortExit.FromKvmNisv(esr, (hpfar << 8) | (far & 0xFFF)),
            })
            {
                var vcpu = new GuestRegisters { Pc = Pc, PState = pstate, Sp = start };
                for (var x = 0; x < 31; x++)
                {
                    vcpu.SetX(x, start);
                }

                BitConverter.TryWriteBytes(code, set == InstructionSet.T32 && accesses[i].Length == 4 ? (accesses[i].Opcode >> 16) | (accesses[i].Opcode << 16) : accesses[i].Opcode);
                ram.Store(Pc, code);
                var handler = new ExitHandler(vcpu, new TestDevices(), new Stage1Source(registers), ram, s_options);
                var outcome = handler.Handle(exit);
                if (outcome.Status is ExitStatus.Completed or ExitStatus.Continue
                    || outcome.NotEmulatedReason is NotEmulatedReason.RegistersNotAvailable or NotEmulatedReason.DebugTransfer
                    || IsUncheckedByQemu(accesses[i], start, outcome))
                {
                    served++;
                }
                else
                {
                    unserved.Add(string.Create(CultureInfo.InvariantCulture,
                        $"{accesses[i].Opcode:x8} {accesses[i]} (ESR {esr:x}, FAR {far:x}, HPFAR {hpfar:x}, {exit.Syndrome.Source}): {outcome.Status} {outcome.Reason} {outcome.Fault.StatusCode}"));
                }
            }
        }

        unserved.Should().BeEmpty();
        served.Should().BeGreaterThan(300);
    }

    // QEMU 7.2 does not check the alignment of LDAPR, which the manual wants (B2.9.2).
    private static bool IsUncheckedByQemu(in AccessDescriptor access, ulong address, in ExitOutcome outcome) =>
        (access.Properties & AccessProperties.AcquirePC) != 0 && (address & (ulong)(access.ElementSize - 1)) != 0
        && outcome.Status == ExitStatus.GuestFault && outcome.Fault.StatusCode == FaultStatusCode.Alignment;

    private static IEnumerable<AccessDescriptor> Accesses(InstructionSet set)
    {
        var random = new Random(9);
        var file = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", set + ".encodings"), registerWidth: set == InstructionSet.A64 ? 5 : 4);
        foreach (EncodingRow row in file.Rows)
        {
            foreach (var word in RowWords.Random(row, random, 4, set == InstructionSet.A64 ? [0, 1, 30, 31] : [0, 13, 14, 15]))
            {
                var opcode = row.Pattern.Length == 16 ? word >> 16 : set == InstructionSet.A32 && word >> 28 != 15 ? (word & 0x0FFFFFFF) | 0xE0000000 : word;
                if (InstructionDecoder.Decode(set, opcode, default, out var access) == DecodeStatus.MemoryAccess
                    && !access.IsUnpredictable
                    && (access.AddressingMode == AddressingMode.Literal ? access.Offset >= 16 : set == InstructionSet.A64 || access.Rn != 15)
                    && (set == InstructionSet.A64 || access.RegisterFile != RegisterFile.SimdAndFloatingPoint))
                {
                    yield return access;
                }
            }
        }
    }

    private sealed class Stage1Source(Stage1Registers registers) : IStage1Source
    {
        public Stage1Registers ReadRegisters(ulong virtualAddress) => registers;

        public ulong ReadSctlr() => registers.Sctlr;
    }
}
