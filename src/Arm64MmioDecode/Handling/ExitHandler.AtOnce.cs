using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Handling;

/// <content>
/// What most exits are, performed as soon as it is known to be what trapped: an aligned load or store of one or two registers, in AArch32
/// also of a list of them, that lies in one page of devices. Nothing here differs from the steps, which these exits would go otherwise.
/// </content>
public sealed partial class ExitHandler
{
    // A valid syndrome: from its fields to the register, with no descriptor between. False when it is not as simple as that.
    private bool TryTransferReported(out Verdict verdict)
    {
        verdict = default;
        if (!_hasPlainOptions || !_exit.TryGetTransfer(out ValidSyndromeAccess access) || InstructionFetcher.GetInstructionSet(_pstate) != InstructionSet.A64)
        {
            return false;
        }

        ulong address = _exit.HasFaultAddress ? _exit.KnownFaultAddress : _exit.IpaValue;
        ulong offset = address & GuestPage.OffsetMask;
        int size = access.Size;
        if (_exit.IpaPrecision == IpaPrecision.None
            || (!_exit.HasFaultAddress && _exit.IpaPrecision != IpaPrecision.Byte)
            || (offset & (uint)(size - 1)) != 0
            || (offset == 0 && size != 1 && _translator.CanTranslate)
            || (_stage1 is not null && IsBigEndian()))
        {
            return false;
        }

        _isReported = true;
        bool write = access.IsWrite;
        ulong physicalPage = _exit.IpaValue & ~GuestPage.OffsetMask;
        verdict = _translator.IsMemory(physicalPage, write) ? Verdict.Retry(ExitReason.IsMemory) : Transfer(access, physicalPage | offset, write);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Verdict Transfer(ValidSyndromeAccess access, ulong physicalAddress, bool write)
    {
        IGuestRegisters registers = _registers;
        ulong pc = registers.ReadPc();
        ulong value = write ? access.ToMemory(registers.GetXOrZero(access.Register)) : 0;
        BusStatus status = write ? _devices.Write(physicalAddress, access.Size, value) : _devices.Read(physicalAddress, access.Size, out value);
        if (_translator.IsAbandoned)
        {
            return Verdict.Abandoned;
        }

        if (!status.IsSuccess)
        {
            return Fault(ExitReason.DeviceRefused, FaultOf(status.StatusCode));
        }

        if (registers.ReadPc() != pc)
        {
            return Verdict.Abandoned;
        }

        if (!write)
        {
            registers.SetXUnlessZero(access.Register, access.ToRegister(value));
        }

        PlainTransfer.Advance(registers, pc);
        return Verdict.Completed;
    }

    // An instruction that has been decoded. False when it is not as simple as that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTransferDecoded(out Verdict verdict)
    {
        verdict = default;
        return _hasPlainOptions && (_access.IsPlainTransfer ? TryTransfer<PlainTransfer>(out verdict)
            : _access.IsPlainCoreTransfer && TryTransfer<PlainCoreTransfer>(out verdict));
    }

    private bool TryTransfer<TTransfer>(out Verdict verdict)
        where TTransfer : struct, IPlainTransfer
    {
        TTransfer transfer = default;
        if (!transfer.TryPlace(_access, 0, _registers, _instructionAddress)
            || ((transfer.Address ^ _exit.KnownFaultAddress) & ~GuestPage.OffsetMask) != 0
            || !TryAgreeWithTransfer(transfer.Address, (ulong)_access.TotalSize, transfer.AddressMask, out ulong physicalPage, out verdict))
        {
            verdict = default;
            return false;
        }

        if (verdict.IsGoOn)
        {
            verdict = Transfer(ref transfer, physicalPage);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Verdict Transfer<TTransfer>(ref TTransfer transfer, ulong physicalPage)
        where TTransfer : struct, IPlainTransfer
    {
        EmulationStatus status = _translator.Perform(ref transfer, _access, _registers, physicalPage, _instructionAddress, out BusStatus answer);
        return _translator.IsAbandoned || status == EmulationStatus.Abandoned ? Verdict.Abandoned
            : status == EmulationStatus.Completed ? Verdict.Completed
            : Fault(ExitReason.DeviceRefused, EmulationFault.DataAbort(answer.StatusCode, transfer.Address, _access.IsWrite));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsBigEndian()
    {
        const int EE = 25;
        const int E0E = 24;
        return ((_stage1!.ReadSctlr() >> (InstructionFetcher.IsPrivileged(_pstate) ? EE : E0E)) & 1) != 0;
    }
}
