using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>The code in docs/translation.md, compiled and run.</summary>
public sealed class GuideTests
{
    [Fact]
    public void The_guides_memory_reads_what_there_is()
    {
        var memory = new Ram(0x4000_0000, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

        Read(0x4000_0000, 8).Should().Equal(1, 2, 3, 4, 5, 6, 7, 8);
        Read(0x4000_0004, 4).Should().Equal(5, 6, 7, 8);
        Read(0x4000_0008, 2).Should().Equal(9, 10);
        Read(0x4000_0001, 3).Should().Equal(2, 3, 4);
        Read(0x4000_0001, 4).Should().Equal(2, 3, 4, 5);
        Read(0x4000_0008, 4).Should().BeNull();
        Read(0x4000_000A, 1).Should().BeNull();
        Read(0x3FFF_FFFF, 2).Should().BeNull();
        Read(ulong.MaxValue, 8).Should().BeNull();

        byte[]? Read(ulong address, int length)
        {
            byte[] bytes = new byte[length];
            return memory.TryRead(address, bytes) ? bytes : null;
        }
    }

    [Fact]
    public void The_guides_translation_finds_an_address()
    {
        byte[] ram = new byte[0x1000];
        BitConverter.TryWriteBytes(ram.AsSpan(8), 0x8000_0000ul | (1 << 10) | 1);
        TranslationResult? used = null;

        Run(new Ram(0x4000_0000, ram), 0x30d0_1805, 25 | (5ul << 32), 0x4000_0000, 0, 0xFF, 0x4000_1234, 1);

        used!.Value.PhysicalAddress.Should().Be(0x8000_1234);

        void Run(
            IGuestMemory memory, ulong sctlrEl1, ulong tcrEl1, ulong ttbr0El1, ulong ttbr1El1, ulong mairEl1, ulong pc, int exceptionLevel)
        {
            const ulong idAa64Mmfr0 = 0x1125;
            const ulong idAa64Mmfr1 = 0;
            const ulong idAa64Mmfr2 = 0;
            const ulong idAa64Mmfr3 = 0;
            const ulong idAa64Pfr0 = 0;
            const ulong idAa64Pfr1 = 0;

            // Once per VM: what the vCPU's identification registers say.
            Stage1Capabilities cpu = Stage1Capabilities.FromIdRegisters(
                idAa64Mmfr0, idAa64Mmfr1, idAa64Mmfr2, idAa64Mmfr3, idAa64Pfr0, idAa64Pfr1);

            // At an exit: the registers as the hypervisor's interface delivers them.
            var registers = new Stage1Registers
            {
                Regime = Stage1Regime.EL10,
                Capabilities = cpu,
                Sctlr = sctlrEl1,
                Tcr = tcrEl1,
                Ttbr0 = ttbr0El1,
                Ttbr1 = ttbr1El1,
                Mair = mairEl1,
            };
            var fetch = new TranslationRequest(pc, TranslationAccess.InstructionFetch, privileged: exceptionLevel != 0);
            TranslationResult result = Stage1.Translate(memory, registers, fetch);
            if (result.Succeeded)
            {
                Use(result.PhysicalAddress, result.Attributes, result.Permissions);
            }
            else
            {
                Log(result.Fault); // "Translation fault, level 3"
            }

            void Use(ulong address, MemoryAttributes attributes, AccessPermissions permissions)
            {
                (address, attributes.Encoding, permissions).Should().Be((result.PhysicalAddress, 0xFF, permissions));
                used = result;
            }

            static void Log(TranslationFault fault) => throw new InvalidOperationException(fault.ToString());
        }
    }

    private sealed class Ram(ulong start, byte[] ram) : IGuestMemory
    {
        private readonly ulong _start = start;
        private readonly byte[] _ram = ram;

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            ulong offset = physicalAddress - _start; // wraps to a large number below the start
            if (offset >= (ulong)_ram.Length || (ulong)destination.Length > (ulong)_ram.Length - offset)
            {
                return false;
            }

            ref byte source = ref _ram[(int)offset];
            switch (destination.Length)
            {
                case 8 when offset % 8 == 0:
                    ulong eight = Volatile.Read(ref Unsafe.As<byte, ulong>(ref source));
                    MemoryMarshal.Write(destination, eight);
                    break;
                case 4 when offset % 4 == 0:
                    uint four = Volatile.Read(ref Unsafe.As<byte, uint>(ref source));
                    MemoryMarshal.Write(destination, four);
                    break;
                case 2 when offset % 2 == 0:
                    ushort two = Volatile.Read(ref Unsafe.As<byte, ushort>(ref source));
                    MemoryMarshal.Write(destination, two);
                    break;
                default:
                    _ram.AsSpan((int)offset, destination.Length).CopyTo(destination);
                    break;
            }

            return true;
        }
    }
}
