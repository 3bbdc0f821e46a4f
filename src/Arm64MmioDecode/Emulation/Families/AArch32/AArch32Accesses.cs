using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Loads, stores, register lists, exclusives and exception returns of A32 and T32: conditions, addresses, and what each kind of instruction
/// does before and after its transactions.
/// </summary>
internal sealed partial class AArch32Accesses : AccessFamily
{
    private const int WordSizeLog2 = 2;

    private bool _skipped;
    private bool _storeFailed;
    private uint _cpsr;

    public AArch32Accesses(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    private ref readonly AccessDescriptor Access => ref Emulated.Access;

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        _cpsr = (uint)registers.PState;
        _skipped = !AArch32State.Executes(in access, _cpsr);
        if (_skipped)
        {
            return Emulated.Status;
        }

        if (Emulated.Options.Unpredictable != UnpredictablePolicy.Perform && Access.IsUnpredictable)
        {
            return Emulated.Unpredictable();
        }

        // CPSR.E is what decides in AArch32; an embedder that knows better may say so too.
        if ((_cpsr & AArch32State.E) != 0)
        {
            Sequence.SetBigEndian();
        }

        switch (Access.Kind)
        {
            case AccessKind.Load:
            case AccessKind.Store:
                return PrepareTransfer(registers);
            case AccessKind.LoadExclusive:
            case AccessKind.StoreExclusive:
                return PrepareExclusive(registers);
            case AccessKind.Prefetch:
                return Emulated.Status;
            case AccessKind.CacheMaintenance:
                Sequence.Place(registers.GetR(in Access, Access.Rn, _cpsr), 1, 0);
                return Emulated.Options.CacheMaintenance == CacheMaintenancePolicy.Ignore ? Emulated.Status : Emulated.Refuse(NotEmulatedReason.CacheMaintenance);
            default:
                return Emulated.Refuse(NotEmulatedReason.NotMemoryAccess);
        }
    }

    private EmulationStatus PrepareTransfer(IGuestRegisters registers)
    {
        if (IsUndefinedInMode())
        {
            return Emulated.RaiseException(FaultReason.UndefinedInstruction);
        }

        if (Access.RegisterFile == RegisterFile.System && registers is not IDebugTransferRegisters)
        {
            return Emulated.Unsupported(NotEmulatedReason.DebugTransfer);
        }

        Place(registers);
        if (!IsAligned())
        {
            return Emulated.Status;
        }

        // A list without registers, which is UNPREDICTABLE, transfers nothing.
        if (Access.Kind == AccessKind.Load)
        {
            Sequence.Begin(Phase.Read);
        }
        else
        {
            Gather(registers);
            Sequence.Begin(Phase.Write);
        }

        return Emulated.Status;
    }

    private EmulationStatus PrepareExclusive(IGuestRegisters registers)
    {
        Place(registers);
        if (!IsAligned())
        {
            return Emulated.Status;
        }

        if (Emulated.Options.Exclusives == ExclusivePolicy.Fault)
        {
            return Emulated.RaiseUnsupportedAccess();
        }

        if (Access.Kind == AccessKind.LoadExclusive)
        {
            Sequence.Begin(Phase.Read);
            return Emulated.Status;
        }

        _storeFailed = Emulated.Options.Exclusives == ExclusivePolicy.Perform && !Emulated.Monitor.Covers(Sequence.Address, Access.TotalSize);
        if (!_storeFailed)
        {
            Gather(registers);
            Exclusives.BeginStore(Emulated, Emulated.Options);
        }

        return Emulated.Status;
    }

    // What is UNDEFINED, or UNPREDICTABLE with UNDEFINED among the permitted behaviours, in the current mode: user-bank
    // transfers and exception returns in User and Hyp mode; whatever needs an SPSR also in System mode; SRS to the stack of a
    // mode that EL1 does not have (Arm ARM, descriptions of LDM and STM (User registers), LDM (exception return), RFE, SRS).
    private bool IsUndefinedInMode()
    {
        int mode = (int)(_cpsr & AArch32State.Mode);
        bool user = mode is AArch32RegisterView.UserMode or AArch32RegisterView.HypMode;
        return Access.Operation switch
        {
            AccessOperation.StoreReturnState => user || mode == AArch32RegisterView.SystemMode || !AArch32State.IsModeOfEL1(Access.Opcode),
            AccessOperation.ExceptionReturn => user || (mode == AArch32RegisterView.SystemMode && Access.RegisterFile == RegisterFile.General),
            _ => user && (Access.NamedProperties & AccessProperties.UserBank) != 0,
        };
    }

    private void Place(IGuestRegisters registers)
    {
        uint first = AArch32Addressing.Place(in Access, Emulated.ReportedAddress, registers, _cpsr, out uint moved);
        Emulated.Writeback = moved;

        // The architecture accesses doublewords as two words (Arm ARM, section E2.2.1).
        int sizeLog2 = Access.ElementSizeLog2 > WordSizeLog2 ? WordSizeLog2 : Access.ElementSizeLog2;
        Sequence.Place(first, Access.ElementCount << (Access.ElementSizeLog2 - sizeLog2), sizeLog2);
    }

    // Multiple and dual accesses, exclusives, acquire and release, and those of floating-point registers need alignment
    // whatever SCTLR.A says; structures the alignment that they ask for (Arm ARM, section E2.4.1, "Unaligned data access").
    private bool IsAligned()
    {
        const AccessProperties Ordered = AccessProperties.Acquire | AccessProperties.Release;
        int alignment = Access.ElementSize;
        bool strict;
        if (Access.RegisterFile == RegisterFile.SimdAndFloatingPoint && Access.Shape != TransferShape.OnePerRegister)
        {
            strict = Access.StructureAlignment > 1;
            alignment = strict ? Access.StructureAlignment : alignment;
        }
        else if (Access.Kind is AccessKind.LoadExclusive or AccessKind.StoreExclusive)
        {
            strict = true;
            alignment = Access.TotalSize;
        }
        else
        {
            strict = (Access.NamedProperties & Ordered) != 0 || Access.RegisterFile != RegisterFile.General
                || Access.Layout != RegisterLayout.Consecutive;
            strict &= Access.Operation != AccessOperation.TableBranch;
            alignment = 1 << Sequence.SizeLog2;
        }

        if ((Sequence.Address & (ulong)(alignment - 1)) == 0 || (Emulated.Options.Unaligned != UnalignedPolicy.Fault && !strict))
        {
            return true;
        }

        Emulated.RaiseDataAbort(FaultStatusCode.Alignment, Sequence.Address, Access.IsWrite);
        return false;
    }

    public override void EndPhase(Phase ended) => _storeFailed |= Exclusives.HasStoreFailed(Sequence, ended);

    public override bool Commit(IGuestRegisters registers)
    {
        Emulated.Status = EmulationStatus.Completed;
        uint next = (uint)(registers.Pc + (uint)Access.Length);
        uint cpsr = AArch32State.Advance(_cpsr, Access.InstructionSet);
        if (_skipped)
        {
            registers.Complete(next, _cpsr, cpsr);
            return false;
        }

        if (Access.Writeback)
        {
            registers.SetR(Access.Rn, (uint)Emulated.Writeback, Access.Operation == AccessOperation.StoreReturnState ? Access.Opcode : _cpsr);
        }

        switch (Access.Kind)
        {
            case AccessKind.Load when Access.Operation == AccessOperation.TableBranch:
                next = CoreRegisters.ReadProgramCounter(in Access, registers.Pc) + (2 * (uint)Sequence.Get(0));
                break;
            case AccessKind.Load when Access.Operation == AccessOperation.ExceptionReturn:
                Scatter(registers, ref next);
                cpsr = Access.RegisterFile == RegisterFile.General ? SavedState(registers) : (uint)Sequence.Get(1);
                next = Access.RegisterFile == RegisterFile.General ? next : (uint)Sequence.Get(0);
                AArch32State.ReturnFromException(_cpsr, ref next, ref cpsr);
                Emulated.Monitor.Clear();
                break;
            case AccessKind.Load:
                if (Scatter(registers, ref next))
                {
                    AArch32State.Interwork(ref next, ref cpsr);
                }

                break;
            case AccessKind.LoadExclusive:
                Scatter(registers, ref next);
                Emulated.Monitor.Mark(Sequence.Address, Access.TotalSize, Sequence.Whole);
                break;
            case AccessKind.Store when Access.RegisterFile == RegisterFile.System:
                ((IDebugTransferRegisters)registers).Acknowledge();
                break;
            case AccessKind.StoreExclusive:
                Emulated.Monitor.Clear();
                registers.SetR(Access.Rs, _storeFailed ? 1u : 0u, _cpsr);
                break;
        }

        registers.Complete(next, _cpsr, cpsr);
        return false;
    }

    public override AddressRange GetRange(int index) => Access.Kind == AccessKind.CacheMaintenance
        ? RangeOf(Sequence.Address, 1, isRead: false, isWritten: true)
        : base.GetRange(index);

    private uint SavedState(IGuestRegisters registers) => (uint)registers.GetSystemRegister((_cpsr & AArch32State.Mode) switch
    {
        AArch32RegisterView.FiqMode => SystemRegister.SpsrFiq,
        AArch32RegisterView.IrqMode => SystemRegister.SpsrIrq,
        AArch32RegisterView.AbortMode => SystemRegister.SpsrAbt,
        AArch32RegisterView.UndefinedMode => SystemRegister.SpsrUnd,
        _ => SystemRegister.SpsrSvc,
    });
}
