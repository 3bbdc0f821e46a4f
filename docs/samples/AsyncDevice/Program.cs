// A device in another process: the CPU's thread goes through an access step by step, and may do other things while an answer is out.
using System;
using System.Diagnostics;
using System.IO;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Samples.AsyncDevice;

if (args is ["device"])
{
    RemoteDevice.Serve(Console.OpenStandardInput(), Console.OpenStandardOutput());
    return;
}

using Process device = StartDevice();
var link = new DeviceLink(device.StandardInput.BaseStream, device.StandardOutput.BaseStream);
var registers = new GuestRegisters { PState = 0x3C5 };
var handler = new ExitHandler(registers, devices: null); // nobody to ask at once

Ldp(0x0900_0010);
Ldp(0x0900_07FC); // the second half is behind the device
link.Close();
device.WaitForExit();
Console.WriteLine($"the device's process ended with {device.ExitCode}");

// A vCPU that is stopped at ldp w0, w1, [x10], #8, of which the hypervisor has delivered the bytes with the exit.
void Ldp(ulong address)
{
    registers.Pc = 0x80000;
    registers.SetX(10, address);
    Serve(DataAbortExit.FromAddresses(esr: 0x92000007, virtualAddress: address, physicalAddress: address).WithInstruction([0x40, 0x05, 0xC1, 0x28]));
    Console.WriteLine($"w0 = 0x{registers.GetX(0):x}, w1 = 0x{registers.GetX(1):x}, x10 = 0x{registers.GetX(10):x}, pc = 0x{registers.Pc:x}");
}

void Serve(DataAbortExit exit)
{
    handler.Begin(exit);
    while (handler.TryGetNext(out BusTransaction transaction))
    {
        Console.WriteLine($"to the device: {transaction}");
        link.Send(transaction);

        // Here the CPU's thread may wait for other things as well: nothing of the guest has changed yet.
        BusStatus status = link.Receive(out ulong data);
        if (status.IsSuccess)
        {
            handler.Complete(data);
        }
        else
        {
            handler.Fail(status);
        }
    }

    Console.WriteLine(handler.Commit());
}

static Process StartDevice()
{
    // The same program once more: by its own name, or by that of dotnet and the assembly.
    string program = Environment.ProcessPath!;
    string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(DeviceLink).Assembly.Location, "device"] : ["device"];
    return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
