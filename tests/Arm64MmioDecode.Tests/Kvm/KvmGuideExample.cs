using System;
using System.Runtime.Versioning;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>The code of docs/kvm.md; <see cref="KvmGuideTests"/> holds the two together.</summary>
[SupportedOSPlatform("linux")]
internal static class KvmGuideExample
{
    public static void RunMachine(IMmioBus devices, Action<KvmVirtualMachine, KvmVirtualCpu> load)
    {
        // machine
        using KvmSystem kvm = KvmSystem.Open();
        using KvmVirtualMachine vm = kvm.CreateVirtualMachine();
        vm.EnableCapability(KvmCapability.ArmNisvToUser);
        vm.Memory.AddSlot(0x4000_0000, 256 << 20);
        using KvmVirtualCpu cpu = vm.CreateVirtualCpu(0, KvmVcpuFeatures.Psci02);
        load(vm, cpu); // a program into the memory, PC and X0 of the CPU

        var exits = new CpuExits(cpu, vm.Memory, devices); // one for each CPU, on its thread
        bool goOn = true;
        while (goOn)
        {
            goOn = cpu.Run() switch
            {
                KvmExitReason.ArmNisv => exits.ServeNisv(cpu.ArmNisv),
                KvmExitReason.Mmio => exits.ServeMmio(cpu.Mmio),
                _ => false,
            };
        }

        // end of machine
    }

    // exits
    internal sealed class CpuExits(IKvmVirtualCpu cpu, IGuestMemory memory, IMmioBus devices)
    {
        private readonly RetryLimit _retries = new();
        private readonly KvmExitHandler _handler = new(cpu, memory, devices)
        {
            Options = new EmulationOptions { Atomics = AtomicPolicy.Perform },
        };

        public bool ServeNisv(KvmArmNisvExit exit)
        {
            KvmExitOutcome outcome = _handler.Handle(exit);
            if (outcome != KvmExitOutcome.NotEmulated && _retries.Allows(_handler.Pc, _handler.Outcome))
            {
                return true; // the registers are right: run the CPU again
            }

            Console.Error.WriteLine(_handler.Explain()); // what the guest did, what usually lies behind it, what to do
            return false;
        }

        public bool ServeMmio(KvmMmioExit exit)
        {
            if (exit.IsWrite)
            {
                return devices.Write(exit.PhysicalAddress, exit.Length, exit.Data).IsSuccess;
            }

            bool answered = devices.Read(exit.PhysicalAddress, exit.Length, out ulong value).IsSuccess;
            _handler.CompleteRead(value); // cpu.CompleteMmioRead(value) costs less, and leaves signed loads wrong
            return answered;
        }
    }

    // end of exits

    public delegate BusStatus Send(BusTransaction transaction, out ulong answer);

    public static KvmExitOutcome ServeInSteps(KvmExitHandler handler, KvmArmNisvExit exit, Send send)
    {
        // steps
        if (handler.Begin(exit) == KvmExitOutcome.Pending)
        {
            while (handler.TryGetNext(out BusTransaction transaction))
            {
                BusStatus status = send(transaction, out ulong answer); // any time may pass
                if (status.IsSuccess)
                {
                    handler.Complete(answer);
                }
                else
                {
                    handler.Fail(status);
                }
            }

            return handler.Commit();
        }

        // end of steps
        return KvmExitOutcome.Retry;
    }
}
