using System;
using System.Buffers.Binary;
using System.Threading;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Exports;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Native.Objects;

/// <summary>arm64mmio_vcpu_flags.</summary>
[Flags]
internal enum VirtualCpuFlags : uint
{
    None = 0,
    Translates = 1 << 0,
    Scalable = 1 << 1,
    GuardedControlStack = 1 << 2,
}

/// <summary>arm64mmio_vcpu: a handler that is driven step by step on the caller's register block.</summary>
internal sealed unsafe class VirtualCpu
{
    public const VirtualCpuFlags AllFlags = VirtualCpuFlags.Translates | Extensions;

    private const VirtualCpuFlags Extensions = VirtualCpuFlags.Scalable | VirtualCpuFlags.GuardedControlStack;

    private readonly RegisterBlock _registers;
    private readonly ExitHandler _handler;
    private readonly VirtualCpuFlags _flags;
    private int _busy;

    public VirtualCpu(GuestMemory? memory, in EmulationOptions options, VirtualCpuFlags flags)
    {
        _flags = flags;
        _registers = (flags & Extensions) switch
        {
            Extensions => new GuardedScalableRegisterBlock(),
            VirtualCpuFlags.Scalable => new ScalableRegisterBlock(),
            VirtualCpuFlags.GuardedControlStack => new GuardedRegisterBlock(),
            _ => new RegisterBlock(),
        };
        _handler = new ExitHandler(_registers, devices: null, Translates ? _registers : null, memory?.Slots, options);
    }

    private bool Translates => (_flags & VirtualCpuFlags.Translates) != 0;

    /// <summary>Reserves the object for one call; false when another one is at work.</summary>
    public bool TryEnter() => Interlocked.CompareExchange(ref _busy, 1, 0) == 0;

    public void Leave() => Volatile.Write(ref _busy, 0);

    public int Begin(in ExitStructure exit, RegistersStructure* registers, Stage1Structure* stage1, OutcomeStructure* outcome)
    {
        Stage1Structure copy;
        Stage1Structure* translation = null;
        if (Translates)
        {
            int error = Versioned.Read(stage1, &copy, out translation);
            if (error != ErrorCode.None)
            {
                return error;
            }
        }

        if (registers->Size < RegistersStructure.FirstSize)
        {
            return ErrorCode.Size;
        }

        ExtensionsStructure* extensions = registers->Size < sizeof(RegistersStructure) ? null : registers->Extensions;
        ExtensionsStructure fixedExtensions = default;
        if ((_flags & Extensions) != 0)
        {
            int error = Read(extensions, out fixedExtensions);
            if (error != ErrorCode.None)
            {
                return error;
            }
        }

        if (!SyndromeFunctions.TryGetExit(exit, out DataAbortExit abort))
        {
            return ErrorCode.Argument;
        }

        _registers.Attach(registers, translation, extensions, fixedExtensions);
        return Report(_handler.Begin(abort), outcome);
    }

    public int TryGetNext(TransactionStructure* destination)
    {
        if (!_registers.IsAttached || !_handler.TryGetNext(out BusTransaction transaction))
        {
            return 0;
        }

        TransactionStructure room;
        TransactionStructure* result = Versioned.Open(destination, &room);
        result->Operation = (byte)transaction.Operation;
        result->Unprivileged = transaction.IsUnprivileged ? (byte)1 : (byte)0;
        result->Length = transaction.Size;
        result->Address = transaction.Address;
        result->Ordering = (byte)transaction.Ordering;
        result->NonFault = transaction.IsNonFault ? (byte)1 : (byte)0;
        switch (transaction.Operation)
        {
            case BusOperation.CompareExchange:
                BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(result->Comparand, 8), transaction.ComparandLow);
                BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(result->Comparand + 8, 8), transaction.ComparandHigh);
                goto case BusOperation.Write;
            case BusOperation.Write:
                _handler.CopyData(new Span<byte>(result->Data, TransactionStructure.DataCapacity));
                break;
            case BusOperation.WriteTag:
                result->Data[0] = (byte)transaction.Low;
                break;
        }

        Versioned.Close(result, destination);
        return 1;
    }

    public int Complete(ReadOnlySpan<byte> data)
    {
        if (!_registers.IsAttached || !_handler.TryGetNext(out BusTransaction transaction))
        {
            return ErrorCode.State;
        }

        int expected = transaction.Operation switch
        {
            BusOperation.Read or BusOperation.CompareExchange => transaction.Size,
            BusOperation.ReadTag => 1,
            _ => 0,
        };
        bool hasStatus = transaction is { Operation: BusOperation.Write, Size: TransactionStructure.DataCapacity } && data.Length == sizeof(ulong);
        if (data.Length != expected && !hasStatus)
        {
            return ErrorCode.Argument;
        }

        if (transaction.Operation is not (BusOperation.Read or BusOperation.CompareExchange))
        {
            _handler.Complete(hasStatus ? BinaryPrimitives.ReadUInt64LittleEndian(data) : data.Length == 1 ? data[0] : 0ul);
            return ErrorCode.None;
        }

        switch (data.Length)
        {
            case sizeof(byte):
                _handler.Complete(data[0]);
                break;
            case sizeof(ushort):
                _handler.Complete(BinaryPrimitives.ReadUInt16LittleEndian(data));
                break;
            case sizeof(uint):
                _handler.Complete(BinaryPrimitives.ReadUInt32LittleEndian(data));
                break;
            case sizeof(ulong):
                _handler.Complete(BinaryPrimitives.ReadUInt64LittleEndian(data));
                break;
            default:
                _handler.Complete(data);
                break;
        }

        return ErrorCode.None;
    }

    public int Fail(uint dfsc)
    {
        if (!_registers.IsAttached || !_handler.TryGetNext(out _))
        {
            return ErrorCode.State;
        }

        _handler.Fail(BusStatus.Fault(new FaultStatusCode((byte)dfsc)));
        return ErrorCode.None;
    }

    public int Commit(OutcomeStructure* outcome)
    {
        if (!_registers.IsAttached)
        {
            return ErrorCode.State;
        }

        return Report(_handler.Commit(), outcome);
    }

    public int Abandon()
    {
        _registers.Detach();
        return ErrorCode.None;
    }

    public string? Explain() => _registers.IsAttached ? ExitExplanation.Of(_handler).ToString() : null;

    private int Read(ExtensionsStructure* extensions, out ExtensionsStructure copy)
    {
        int error = Versioned.Read(extensions, out copy);
        if (error == ErrorCode.None && copy.Size < sizeof(ExtensionsStructure))
        {
            error = ErrorCode.Size;
        }

        if (error == ErrorCode.None && (_flags & VirtualCpuFlags.Scalable) != 0 && !ScalableRegisterBlock.IsValid(copy))
        {
            error = ErrorCode.Argument;
        }

        return error;
    }

    private static int Report(in ExitOutcome outcome, OutcomeStructure* destination)
    {
        if (destination != null)
        {
            OutcomeStructure room;
            OutcomeStructure* result = Versioned.Open(destination, &room);
            FaultFunctions.Fill(result, outcome);
            Versioned.Close(result, destination);
        }

        return ErrorCode.None;
    }
}
