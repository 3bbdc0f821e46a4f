using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>arm64mmio_vcpu_create and the steps of an exit.</summary>
internal static unsafe class VirtualCpuFunctions
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Create(nint memory, OptionsStructure* options, uint flags, nint* vcpu)
    {
        if (vcpu == null)
        {
            return ErrorCode.Argument;
        }

        *vcpu = 0;
        GuestMemory? guest = Handle.Target<GuestMemory>(memory);
        if ((memory != 0 && guest is null) || ((VirtualCpuFlags)flags & ~VirtualCpu.AllFlags) != 0)
        {
            return ErrorCode.Argument;
        }

        OptionsStructure given = default;
        int error = options == null ? ErrorCode.None : Versioned.Read(options, out given);
        if (error != ErrorCode.None)
        {
            return error;
        }

        try
        {
            if (!TryGetOptions(given, out EmulationOptions policies))
            {
                return ErrorCode.Argument;
            }

            *vcpu = Handle.Of(new VirtualCpu(guest, policies, (VirtualCpuFlags)flags));
            return ErrorCode.None;
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Begin(nint vcpu, ExitStructure* exit, RegistersStructure* registers, Stage1Structure* stage1, OutcomeStructure* outcome)
    {
        ExitStructure copy;
        int error = Versioned.Read(exit, &copy, out ExitStructure* given);
        error = error != ErrorCode.None ? error : Versioned.Check(registers);
        error = error == ErrorCode.None && outcome != null ? Versioned.Check(outcome) : error;
        return error != ErrorCode.None ? error : Call(vcpu, new Arguments { Registers = registers, Stage1 = stage1, Outcome = outcome, Exit = given }, &BeginExit);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Next(nint vcpu, TransactionStructure* transaction)
    {
        int error = Versioned.Check(transaction);
        return error != ErrorCode.None ? error : Call(vcpu, new Arguments { Transaction = transaction }, &GetNext);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Complete(nint vcpu, byte* data, nuint length) => length > TransactionStructure.DataCapacity || (data == null && length != 0)
        ? ErrorCode.Argument
        : Call(vcpu, new Arguments { Data = data, Length = (int)length }, &CompleteTransaction);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Fail(nint vcpu, uint dfsc) => dfsc > 0x3F ? ErrorCode.Argument : Call(vcpu, new Arguments { Length = (int)dfsc }, &FailTransaction);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Commit(nint vcpu, OutcomeStructure* outcome)
    {
        int error = outcome != null ? Versioned.Check(outcome) : ErrorCode.None;
        return error != ErrorCode.None ? error : Call(vcpu, new Arguments { Outcome = outcome }, &CommitExit);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Abandon(nint vcpu) => Call(vcpu, default, &AbandonExit);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Explain(nint vcpu, byte* buffer, nuint capacity) =>
        Call(vcpu, new Arguments { Data = buffer, Capacity = capacity }, &ExplainExit);

    private static int BeginExit(VirtualCpu vcpu, in Arguments arguments) =>
        vcpu.Begin(*arguments.Exit, arguments.Registers, arguments.Stage1, arguments.Outcome);

    private static int GetNext(VirtualCpu vcpu, in Arguments arguments) => vcpu.TryGetNext(arguments.Transaction);

    private static int CompleteTransaction(VirtualCpu vcpu, in Arguments arguments) =>
        vcpu.Complete(new ReadOnlySpan<byte>(arguments.Data, arguments.Length));

    private static int FailTransaction(VirtualCpu vcpu, in Arguments arguments) => vcpu.Fail((uint)arguments.Length);

    private static int CommitExit(VirtualCpu vcpu, in Arguments arguments) => vcpu.Commit(arguments.Outcome);

    private static int AbandonExit(VirtualCpu vcpu, in Arguments arguments) => vcpu.Abandon();

    private static int ExplainExit(VirtualCpu vcpu, in Arguments arguments) =>
        vcpu.Explain() is { } text ? Text.Copy(text, arguments.Data, arguments.Capacity) : ErrorCode.State;

    // One call at a time on one object, and no exception beyond.
    private static int Call(nint handle, in Arguments arguments, delegate*<VirtualCpu, in Arguments, int> step)
    {
        VirtualCpu? vcpu = Handle.Target<VirtualCpu>(handle);
        if (vcpu is null)
        {
            return ErrorCode.Argument;
        }

        if (!vcpu.TryEnter())
        {
            return ErrorCode.Busy;
        }

        try
        {
            return step(vcpu, arguments);
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
        finally
        {
            vcpu.Leave();
        }
    }

    private static bool TryGetOptions(in OptionsStructure given, out EmulationOptions options)
    {
        options = default;
        if (given.Exclusives > (byte)ExclusivePolicy.AlwaysSucceed
            || given.Atomics > (byte)AtomicPolicy.Perform
            || given.SixtyFourBytes > (byte)SixtyFourBytePolicy.SingleTransaction
            || given.Unaligned > (byte)UnalignedPolicy.Pass
            || given.CacheMaintenance > (byte)CacheMaintenancePolicy.Report
            || given.Unpredictable > (byte)UnpredictablePolicy.Undefined
            || given.Unsupported > (byte)UnsupportedPolicy.Undefined
            || given.CopyLimit > int.MaxValue
            || given.ZeroBlockSize > int.MaxValue)
        {
            return false;
        }

        options = new EmulationOptions
        {
            Exclusives = (ExclusivePolicy)given.Exclusives,
            Atomics = (AtomicPolicy)given.Atomics,
            SixtyFourBytes = (SixtyFourBytePolicy)given.SixtyFourBytes,
            Unaligned = (UnalignedPolicy)given.Unaligned,
            CacheMaintenance = (CacheMaintenancePolicy)given.CacheMaintenance,
            Unpredictable = (UnpredictablePolicy)given.Unpredictable,
            Unsupported = (UnsupportedPolicy)given.Unsupported,
            BigEndian = given.BigEndian != 0,
            TopByteIgnored = given.TopByteIgnored != 0,
            TaggedMemory = given.TaggedMemory != 0,
            JoinElements = given.JoinElements != 0,
            WholeTransactions = given.WholeTransactions != 0,
        };

        // The properties refuse what is out of range.
        options = given.BusWidth == 0 ? options : options with { BusWidth = given.BusWidth };
        options = given.ZeroBlockSize == 0 ? options : options with { ZeroBlockSize = (int)given.ZeroBlockSize };
        options = given.CopyLimit == 0 ? options : options with { CopyLimit = (int)given.CopyLimit };
        return true;
    }

    private ref struct Arguments
    {
        public ExitStructure* Exit;
        public RegistersStructure* Registers;
        public Stage1Structure* Stage1;
        public OutcomeStructure* Outcome;
        public TransactionStructure* Transaction;
        public byte* Data;
        public int Length;
        public nuint Capacity;
    }
}
