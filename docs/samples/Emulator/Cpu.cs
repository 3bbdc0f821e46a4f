using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Samples.Emulator;

/// <summary>A CPU: registers, a plan, and the descriptors of the words that it has met.</summary>
internal sealed class Cpu
{
    private const uint Halt = 0xD4400000;
    private const int CacheSize = 256;

    // A descriptor is a function of its word alone, so an entry stays right whatever happens to the memory that the word came from.
    private readonly (uint Word, DecodeStatus Status, AccessDescriptor Access)[] _cache = new (uint, DecodeStatus, AccessDescriptor)[CacheSize];
    private readonly AccessPlan _plan = new();
    private readonly GuestRegisters _registers = new();
    private readonly Machine _machine;
    private readonly EmulationOptions _options;

    public Cpu(Machine machine, int number, int rounds, bool bigEndian)
    {
        _machine = machine;
        Number = number;
        _options = new EmulationOptions
        {
            WholeTransactions = true, // several CPUs: atomics and store exclusives are one compare-and-exchange on the bus
            Atomics = AtomicPolicy.Perform,
            Exclusives = ExclusivePolicy.Perform,
            BigEndian = bigEndian, // SCTLR_ELx.EE or E0E, CPSR.E
            Memory = AccessedMemory.Normal, // what stage 1 says about the address; here all of it is memory
            LargeSystemExtensions2 = true,
        };
        _registers.Pc = Machine.CodeStart;
        _registers.SetX(0, Machine.RamStart);
        _registers.SetX(1, (ulong)rounds);
        _registers.SetX(2, 1);
        _registers.SetX(4, Machine.RamStart + 8);
        _registers.SetX(6, 'A' + (ulong)number);
        _registers.SetX(7, Machine.Uart);
    }

    public int Number { get; }

    /// <summary>How many words had to be decoded.</summary>
    public int Decoded { get; private set; }

    /// <summary>How it ended.</summary>
    public string End { get; private set; } = "not started";

    public void Run()
    {
        while (true)
        {
            uint word = Machine.Fetch(_registers.Pc);
            if (word == Halt)
            {
                End = "halted";
                return;
            }

            DecodeStatus status = Decode(word, out AccessDescriptor access);
            if (status == DecodeStatus.MemoryAccess ? !Perform(access) : !Arithmetic.TryExecute(word, _registers))
            {
                End = $"stopped at 0x{_registers.Pc:x}: {(status == DecodeStatus.MemoryAccess ? _plan.Fault.ToString() : status.ToString())}";
                return;
            }
        }
    }

    private bool Perform(in AccessDescriptor access)
    {
        EmulationStatus status;
        do
        {
            status = _plan.Execute(in access, _registers, _machine, _options);
        }
        while (status == EmulationStatus.Continue); // a part of a memory copy, or an atomic that other CPUs defeated too often

        return status == EmulationStatus.Completed; // Fault: take _plan.Fault, as an exception of the guest's
    }

    private DecodeStatus Decode(uint word, out AccessDescriptor access)
    {
        ref (uint Word, DecodeStatus Status, AccessDescriptor Access) entry = ref _cache[(word ^ (word >> 8) ^ (word >> 16)) % CacheSize];
        if (entry.Word != word)
        {
            Decoded++;
            entry = (word, InstructionDecoder.DecodeA64(word, out access), access);
        }

        access = entry.Access;
        return entry.Status;
    }
}
