using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Kvm.Vmm.Devices;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm.Vmm;

internal sealed class PreliminaryHandler : IFaultHandler, IMmioBus
{
    private readonly KvmGuestRegisters _registers;
    private readonly KvmGuestMemory _memory;
    private readonly Bus _bus;
    private readonly AccessPlan _plan = new();
    private ulong _retryPc;
    private int _retries;

    public PreliminaryHandler(Machine machine, KvmVirtualCpu cpu)
    {
        _registers = new KvmGuestRegisters(cpu);
        _memory = machine.Vm.Memory;
        _bus = machine.Bus;
    }

    public string? Handle(KvmVirtualCpu cpu)
    {
        string? result = HandleCore(cpu.ArmNisv);
        if (result is null)
        {
            _registers.Cache.Commit();
            return null;
        }

        _registers.Cache.Discard();
        if (result == "retry")
        {
            ulong pc = cpu.GetRegister(KvmRegisterId.Pc);
            _retries = pc == _retryPc ? _retries + 1 : 0;
            _retryPc = pc;
            return _retries < 1000 ? null : "too many retries";
        }

        return result;
    }

    private string? HandleCore(KvmArmNisvExit exit)
    {
        if (_registers.IsAarch32)
        {
            return "AArch32";
        }

        ulong pc = _registers.Pc;
        Stage1Registers stage1 = _registers.ReadStage1(pc);
        TranslationResult code = Stage1.Translate(_memory, stage1, new TranslationRequest(pc, TranslationAccess.InstructionFetch, _registers.IsPrivileged));
        Span<byte> bytes = stackalloc byte[4];
        if (!code.Succeeded || !_memory.TryRead(code.PhysicalAddress, bytes))
        {
            return "retry";
        }

        uint opcode = BitConverter.ToUInt32(bytes);
        if (InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access) != DecodeStatus.MemoryAccess)
        {
            return "retry";
        }

        ulong sctlr = _registers.Cache.Read(KvmRegisterId.SctlrEl1);
        ulong tcr = (sctlr & 1) != 0 ? _registers.Cache.Read(KvmRegisterId.TcrEl1) : 0;
        var options = new EmulationOptions
        {
            BigEndian = (sctlr & (_registers.IsPrivileged ? 1ul << 25 : 1ul << 24)) != 0,
            TopByteIgnored = (tcr & (1ul << 37)) != 0,
            Exclusives = ExclusivePolicy.Perform,
            Atomics = AtomicPolicy.Perform,
            ZeroBlockSize = 512,
        };
        EmulationStatus status = _plan.Prepare(access, _registers, options);
        if (status == EmulationStatus.NotEmulated)
        {
            return $"not emulated: {_plan.NotEmulatedReason} 0x{opcode:x8} {access}";
        }

        bool explained = false;
        for (int i = 0; i < _plan.RangeCount; i++)
        {
            AddressRange range = _plan.GetRange(i);
            explained |= Explains(range, exit);
        }

        if (!explained)
        {
            return "retry";
        }

        while (_plan.TryGetNext(out BusTransaction transaction))
        {
            ulong value = 0;
            BusStatus answer = transaction.Operation == BusOperation.Read
                ? Read(transaction.Address, transaction.Size, out value)
                : Write(transaction.Address, transaction.Size, transaction.Low);
            if (!answer.IsSuccess)
            {
                _plan.Fail(answer);
                break;
            }

            _plan.Complete(value);
        }

        status = _plan.Commit(_registers);
        if (status == EmulationStatus.Fault)
        {
            KvmExceptions.Take(_registers, _plan.Fault);
            return null;
        }

        return status == EmulationStatus.Completed ? null : $"{status} {_plan.Fault.Reason}";
    }

    private bool Explains(AddressRange range, KvmArmNisvExit exit)
    {
        for (ulong done = 0; done < range.Length; done = ((range.Address + done) | 0xfff) + 1 - range.Address)
        {
            TranslationResult data = Translate(range.Address + done, exit.IsWrite);
            if (data.Succeeded && (data.PhysicalAddress & ~0xffful) == (exit.FaultIpa & ~0xffful))
            {
                return exit.IsWrite ? range.IsWritten : range.IsRead;
            }
        }

        return false;
    }

    private TranslationResult Translate(ulong address, bool write) => Stage1.Translate(
        _memory,
        _registers.ReadStage1(address),
        new TranslationRequest(address, write ? TranslationAccess.Write : TranslationAccess.Read, _registers.IsPrivileged));

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        TranslationResult data = Translate(address, false);
        value = 0;
        if (!data.Succeeded)
        {
            return BusStatus.ExternalAbort;
        }

        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        if (_memory.TryRead(data.PhysicalAddress, bytes[..size]))
        {
            value = BitConverter.ToUInt64(bytes);
            return BusStatus.Success;
        }

        return _bus.TryRead(data.PhysicalAddress, size, out value) ? BusStatus.Success : BusStatus.ExternalAbort;
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        TranslationResult data = Translate(address, true);
        if (!data.Succeeded)
        {
            return BusStatus.ExternalAbort;
        }

        if (_memory.TryWrite(data.PhysicalAddress, BitConverter.GetBytes(value).AsSpan(0, size)))
        {
            return BusStatus.Success;
        }

        return _bus.TryWrite(data.PhysicalAddress, size, value) ? BusStatus.Success : BusStatus.ExternalAbort;
    }
}
