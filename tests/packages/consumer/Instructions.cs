using System.IO;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;

namespace Consumer;

/// <summary>Decodes words that look random, and performs each memory access among them on registers and a bus that do, too.</summary>
internal static class Instructions
{
    private const int Words = 60_000;

    private static readonly InstructionSet[] s_sets = [InstructionSet.A64, InstructionSet.A32, InstructionSet.T32];

    public static void Run(TextWriter output)
    {
        var random = new Numbers(1);
        var options = new EmulationOptions { Atomics = AtomicPolicy.Perform, Exclusives = ExclusivePolicy.Perform, Unaligned = UnalignedPolicy.Split };
        foreach (InstructionSet set in s_sets)
        {
            for (int i = 0; i < Words; i++)
            {
                // Of A64, mostly loads and stores (op0 = x1x0) and SVE.
                uint word = (uint)random.Next();
                word = set != InstructionSet.A64 || (i & 7) == 0 ? word : (i & 1) == 0 ? (word & ~0x0A000000u) | 0x08000000 : (word & ~0x1E000000u) | 0x04000000;
                DecodeStatus status = InstructionDecoder.Decode(set, word, default, out AccessDescriptor access);
                if (status == DecodeStatus.MemoryAccess)
                {
                    output.WriteLine($"{set} {word:x8} {access} | {access.EncodingName} {access.NoSyndromeReasons} | {Perform(access, random, options)}");
                }
            }
        }
    }

    private static string Perform(in AccessDescriptor access, Numbers random, in EmulationOptions options)
    {
        bool a64 = access.InstructionSet == InstructionSet.A64;
        var registers = new ScalableGuestRegisters(32, 64) { Pc = 0x40000000, Sp = 0x50000000, PState = a64 ? 0x3C5ul : access.InstructionSet == InstructionSet.T32 ? 0x33ul : 0x13 };
        for (int i = 0; i < 31; i++)
        {
            registers.SetX(i, random.Next() & (i % 3 == 0 ? 0xFF0ul : 0xFFFF_FFF0));
        }

        for (int i = 0; i < 32; i++)
        {
            registers.SetV(i, random.Next(), random.Next());
        }

        var bus = new MixingBus();
        EmulationStatus status = new AccessPlan(new ExclusiveMonitor(), scalable: true).Execute(in access, registers, bus, in options);
        for (int i = 0; i < 31; i++)
        {
            bus.Mix(registers.GetX(i));
        }

        for (int i = 0; i < 32; i++)
        {
            registers.GetV(i, out ulong low, out ulong high);
            bus.Mix(low);
            bus.Mix(high);
        }

        bus.Mix(registers.Sp);
        bus.Mix(registers.PState);
        bus.Mix(registers.Pc);
        return $"{status} {bus.Count} {bus.State:x16}";
    }

    /// <summary>A bus whose answers depend on all that it has seen, and that keeps a sum of it.</summary>
    private sealed class MixingBus : IMmioBus
    {
        public ulong State { get; private set; } = 0xCBF29CE484222325;

        public int Count { get; private set; }

        public void Mix(ulong value) => State = (State ^ value) * 0x100000001B3 ^ (State >> 29);

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            Access(address, size);
            value = State;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            Access(address, size);
            Mix(value);
            return BusStatus.Success;
        }

        private void Access(ulong address, int size)
        {
            Count++;
            Mix(address);
            Mix((ulong)size);
        }
    }

    /// <summary>xorshift64*: no runtime's own generator, which another one may not have.</summary>
    private sealed class Numbers(ulong seed)
    {
        private ulong _state = seed;

        public ulong Next()
        {
            _state ^= _state >> 12;
            _state ^= _state << 25;
            _state ^= _state >> 27;
            return _state * 0x2545F4914F6CDD1D;
        }
    }
}
