// An emulator: two CPUs on two threads, one memory, one device. Loads and stores of every kind are the library's; the rest is a few lines.
using System;
using System.Linq;
using System.Threading;
using Arm64MmioDecode.Samples.Emulator;

const int Rounds = 1000;
bool bigEndian = args.Contains("--big-endian");

var machine = new Machine(Console.Out);
Cpu[] cpus = [.. Enumerable.Range(0, 2).Select(number => new Cpu(machine, number, Rounds, bigEndian))];
Thread[] threads = [.. cpus.Select(static cpu => new Thread(cpu.Run))];
Array.ForEach(threads, static thread => thread.Start());
Array.ForEach(threads, static thread => thread.Join());

foreach (Cpu cpu in cpus)
{
    Console.WriteLine($"cpu {cpu.Number}: {cpu.End}, {cpu.Decoded} words decoded");
}

Console.WriteLine($"counted by STADD: {machine.Counter(0, bigEndian)}, by LDXR and STXR: {machine.Counter(1, bigEndian)}");
