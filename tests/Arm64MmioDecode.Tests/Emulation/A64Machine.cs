using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// An A64 guest with memory everywhere: every byte that was not stored has a value that follows from its address. It takes
/// transactions of every width and tags, writes down what it sees, and refuses one of them when told to.
/// </summary>
internal sealed class A64Machine : IWideMmioBus, ITagMemory
{
    public const ulong Pc = 0x4000_0000;

    private readonly Dictionary<ulong, byte> _memory = [];
    private readonly Dictionary<ulong, byte> _tags = [];

    public A64Machine() => Registers.Pc = Pc;

    public GuestRegisters Registers { get; private init; } = new();

    public AccessPlan Plan { get; init; } = new();

    public EmulationOptions Options { get; set; } = new()
    {
        Exclusives = ExclusivePolicy.Perform,
        Atomics = AtomicPolicy.Perform,
        SixtyFourBytes = SixtyFourBytePolicy.Split,
    };

    /// <summary>Each transaction, such as <c>r8@2000</c>, <c>w4@2000=1</c>, <c>rt@2000</c> and <c>wt@2000=f</c> for tags.</summary>
    public List<string> Transactions { get; } = [];

    public string Trace => string.Join(' ', Transactions);

    /// <summary>The number of the transaction to refuse, counted over all instructions, from 0.</summary>
    public int Refused { get; set; } = -1;

    /// <summary>What the device answers to a 64-byte store.</summary>
    public ulong DeviceStatus { get; set; }

    public IReadOnlyDictionary<ulong, byte> Memory => _memory;

    public IReadOnlyDictionary<ulong, byte> Tags => _tags;

    public static byte Background(ulong address) => (byte)((address * 0x9E37_79B9_7F4A_7C15) >> 56);

    /// <summary>Sets registers from text such as <c>x2=9000000 sp=9000010 pstate=20000000</c>, in hexadecimal; <c>v0=high:low</c>.</summary>
    public A64Machine With(string registers)
    {
        foreach (var assignment in registers.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var sides = assignment.Split('=');
            switch (sides[0])
            {
                case "sp":
                    Registers.Sp = Hex(sides[1]);
                    break;
                case "pstate":
                    Registers.PState = (uint)Hex(sides[1]);
                    break;
                case ['v', .. var number]:
                    var halves = sides[1].Split(':');
                    Registers.SetV(int.Parse(number, CultureInfo.InvariantCulture), Hex(halves[^1]), halves.Length == 2 ? Hex(halves[0]) : 0);
                    break;
                case ['x', .. var number]:
                    Registers.SetX(int.Parse(number, CultureInfo.InvariantCulture), Hex(sides[1]));
                    break;
                default:
                    throw new ArgumentException(assignment, nameof(registers));
            }
        }

        return this;
    }

    /// <summary>Stores a value, least significant byte first.</summary>
    public A64Machine Store(ulong address, int size, ulong value)
    {
        for (var i = 0; i < size; i++)
        {
            _memory[address + (ulong)i] = (byte)(value >> (8 * i));
        }

        return this;
    }

    public A64Machine StoreBytes(ulong address, params byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            _memory[address + (ulong)i] = bytes[i];
        }

        return this;
    }

    public A64Machine StoreTag(ulong address, byte tag)
    {
        _tags[address] = tag;
        return this;
    }

    public byte Byte(ulong address) => _memory.TryGetValue(address, out var value) ? value : Background(address);

    public byte[] Bytes(ulong address, int length) => [.. Enumerable.Range(0, length).Select(i => Byte(address + (ulong)i))];

    public ulong Value(ulong address, int size) => Bytes(address, size).Reverse().Aggregate(0UL, (sum, b) => (sum << 8) | b);

    public static AccessDescriptor Decode(uint opcode) =>
        InstructionDecoder.DecodeA64(opcode, out var access) == DecodeStatus.MemoryAccess ? access : throw new ArgumentException($"{opcode:x8} is no memory access", nameof(opcode));

    public EmulationStatus Execute(uint opcode)
    {
        var access = Decode(opcode);
        return Plan.Execute(in access, Registers, this, Options);
    }

    /// <summary>The same as <see cref="Execute"/>, one transaction at a time.</summary>
    public EmulationStatus Step(uint opcode)
    {
        var access = Decode(opcode);
        Plan.Prepare(in access, Registers, Options);
        while (Plan.TryGetNext(out var transaction))
        {
            Perform(in transaction);
        }

        return Plan.Commit(Registers);
    }

    public A64Machine Clone()
    {
        var copy = new A64Machine { Options = Options, DeviceStatus = DeviceStatus };
        copy.Registers.CopyFrom(Registers);
        copy.Restore(this);
        copy.Refused = Refused;
        return copy;
    }

    /// <summary>Takes over another machine's memory, forgets the transactions and refuses none any more; the registers and the plan stay.</summary>
    public void Restore(A64Machine other)
    {
        Transactions.Clear();
        Refused = -1;
        _memory.Clear();
        _tags.Clear();
        foreach (var (address, value) in other._memory)
        {
            _memory[address] = value;
        }

        foreach (var (address, tag) in other._tags)
        {
            _tags[address] = tag;
        }
    }

    /// <summary>Every register, for comparison.</summary>
    public string RegisterText()
    {
        var x = Enumerable.Range(0, 31).Select(i => $"x{i}={Registers.GetX(i):x}");
        var v = Enumerable.Range(0, 32).Select(i =>
        {
            Registers.GetV(i, out var low, out var high);
            return $"v{i}={high:x}:{low:x}";
        });
        return $"pc={Registers.Pc:x} sp={Registers.Sp:x} pstate={Registers.PState:x} {string.Join(' ', x)} {string.Join(' ', v)}";
    }

    /// <summary>The registers that differ from those of another machine, PC aside.</summary>
    public string ChangesSince(A64Machine before)
    {
        var here = RegisterText().Split(' ').Skip(1);
        var there = before.RegisterText().Split(' ').Skip(1).ToHashSet();
        return string.Join(' ', here.Where(x => !there.Contains(x)).OrderBy(x => x[0] == 'p'));
    }

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = Value(address, size);
        return Note($"r{size}@{address:x}");
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        var status = Note($"w{size}@{address:x}={value:x}");
        if (status.IsSuccess)
        {
            Store(address, size, value);
        }

        return status;
    }

    public BusStatus ReadWide(ulong address, Span<byte> data)
    {
        Bytes(address, data.Length).CopyTo(data);
        return Note($"r{data.Length}@{address:x}");
    }

    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = DeviceStatus;
        var status = Note($"w{data.Length}@{address:x}={Convert.ToHexString(data).ToLowerInvariant()}");
        if (status.IsSuccess)
        {
            StoreBytes(address, data.ToArray());
        }

        return status;
    }

    public BusStatus ReadTag(ulong address, out byte tag)
    {
        tag = _tags.GetValueOrDefault(address);
        return Note($"rt@{address:x}");
    }

    public BusStatus WriteTag(ulong address, byte tag)
    {
        var status = Note($"wt@{address:x}={tag:x}");
        if (status.IsSuccess)
        {
            _tags[address] = tag;
        }

        return status;
    }

    private void Perform(in BusTransaction transaction)
    {
        Span<byte> data = stackalloc byte[64];
        data = data[..transaction.Size];
        ulong value = 0;
        BusStatus status;
        switch (transaction.Operation)
        {
            case BusOperation.ReadTag:
                status = ReadTag(transaction.Address, out var tag);
                value = tag;
                break;
            case BusOperation.WriteTag:
                status = WriteTag(transaction.Address, (byte)transaction.Low);
                break;
            case BusOperation.Read when transaction.Size > 8:
                status = ReadWide(transaction.Address, data);
                if (status.IsSuccess)
                {
                    Plan.Complete(data);
                    return;
                }

                break;
            case BusOperation.Read:
                status = Read(transaction.Address, transaction.Size, out value);
                break;
            case BusOperation.Write when transaction.Size > 8:
                Plan.CopyData(data);
                status = WriteWide(transaction.Address, data, out value);
                break;
            default:
                status = Write(transaction.Address, transaction.Size, transaction.Low);
                break;
        }

        if (status.IsSuccess)
        {
            Plan.Complete(value);
        }
        else
        {
            Plan.Fail(status);
        }
    }

    private BusStatus Note(string transaction)
    {
        Transactions.Add(transaction);
        return Transactions.Count - 1 == Refused ? BusStatus.ExternalAbort : BusStatus.Success;
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
