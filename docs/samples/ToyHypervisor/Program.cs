// A hypervisor of one's own: a guest with its MMU on, two devices, and no syndrome for anything that it does to them.
using System;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Samples.ToyHypervisor;
using Arm64MmioDecode.SystemRegisters;

// What the VMM has anyway: memory, devices, and the vCPU's registers.
var memory = new GuestRam(GuestImage.MemoryStart, new byte[GuestImage.MemorySize]);
var devices = new Devices(Console.Out);
var registers = new GuestRegisters();
var system = new SystemRegisterFile();
GuestImage.Load(memory, registers, system);

// What the library adds, once for each vCPU.
var state = new VcpuSystemState(registers, system);
var handler = new ExitHandler(registers, devices, state, memory);
var retries = new RetryLimit();

// Where there is a processor, Run is KVM_RUN, hv_vcpu_run or an ERET.
var processor = new Processor(registers, state, memory);
while (processor.Run(out ulong esr, out ulong far, out ulong hpfar))
{
    if (!Serve(DataAbortExit.FromRegisters(esr, far, hpfar)))
    {
        Console.WriteLine(ExitExplanation.Of(handler));
        return 1;
    }
}

Console.WriteLine($"x0 = 0x{registers.GetX(0):x}, x1 = 0x{registers.GetX(1):x}, x10 = 0x{registers.GetX(10):x}");
Console.WriteLine($"the guest's handler runs: ESR_EL1 0x{system[SystemRegisterId.EsrEl1]:x}, FAR_EL1 0x{system[SystemRegisterId.FarEl1]:x}, ELR_EL1 0x{system[SystemRegisterId.ElrEl1]:x}");
return 0;

bool Serve(DataAbortExit exit)
{
    ulong pc = registers.Pc;
    ExitOutcome outcome = handler.Handle(exit);
    if (outcome.Status == ExitStatus.GuestFault || outcome.Action == ExitAction.InjectFault)
    {
        return state.Inject(outcome.Fault);
    }

    if (outcome.Action == ExitAction.SkipInstruction)
    {
        handler.SkipInstruction();
        return true;
    }

    return outcome.ReenterGuest && retries.Allows(pc, outcome);
}
