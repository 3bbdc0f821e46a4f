using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>
/// Whole exits of a guest with its MMU on: the opcode is read through the guest's tables, and so is the data's page found. Only a
/// valid syndrome needs neither.
/// </summary>
[MemoryDiagnoser]
public class TranslatedExitHandling
{
    private const int Count = 1 << 17;
    private const int Instructions = (int)TranslatedGuest.CodeSize / sizeof(uint);

    private readonly GuestRegisters _registers = new();
    private readonly RegisterDevice _device = new();
    private readonly uint[] _opcodes = new uint[Instructions];
    private ExitHandler? _handler;
    private ulong[] _addresses = [];
    private int _next;
    private ulong _esr;
    private int _pageMask;

    [ParamsAllValues]
    public TranslatedExitKind Exit { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var guest = new TranslatedGuest(Exit);
        var random = new Random(1);
        for (int i = 0; i < Instructions; i++)
        {
            uint rt = (uint)random.Next(0, 6);
            _opcodes[i] = Exit switch
            {
                TranslatedExitKind.LoadMultipleT32 => 0x0000E897 | (3u << (16 + (int)rt)), // ldm r7, {rt, rt + 1}, halfwords in order
                TranslatedExitKind.LoadMultipleA32Short => 0xE8970000 | (3u << (int)rt),
                TranslatedExitKind.LoadWithSyndrome4K => 0xB94000E0 | rt,
                _ => 0xA94000E0 | rt | ((rt + 8) << 10), // ldp xt, xt2, [x7]
            };
            guest.Store(TranslatedGuest.Code + ((ulong)i * sizeof(uint)), _opcodes[i]);
        }

        _addresses = new ulong[Count];
        for (int i = 0; i < Count; i++)
        {
            _addresses[i] = TranslatedGuest.Device + 16 + ((ulong)random.Next(0xF80 / 16) * 16);
        }

        _pageMask = Exit == TranslatedExitKind.LoadPairOtherPages4K ? TranslatedGuest.OtherPages - 1 : 0;
        _esr = Exit == TranslatedExitKind.LoadWithSyndrome4K ? 0x93800007u : 0x92000007;
        _registers.PState = Exit switch
        {
            TranslatedExitKind.LoadMultipleT32 => 0x1F3,
            TranslatedExitKind.LoadMultipleA32Short => 0x1D3,
            _ => 0x3C5,
        };
        _handler = new ExitHandler(_registers, _device, guest, guest);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Window.Words)]
    public long Floor()
    {
        long sum = 0;
        int i = 0;
        foreach (ulong _ in Window.Next(_addresses, ref _next))
        {
            Benchmarks.Floor.Extract(_opcodes[i++ % Instructions], out FloorResult result);
            sum += result.Immediate;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Window.FewWords)]
    public long Handler()
    {
        long completed = 0;
        int i = 0;
        foreach (ulong offset in Window.Next(_addresses, ref _next, Window.FewWords))
        {
            ulong page = (ulong)(i & _pageMask) * TranslatedGuest.CodeSize;
            ulong address = offset + page;
            _registers.Pc = TranslatedGuest.Code + page + ((ulong)(i++ % Instructions) * sizeof(uint));
            _registers.SetX(7, address);
            completed += _handler!.Handle(DataAbortExit.FromRegisters(_esr, address, (TranslatedGuest.DeviceIpa + page) >> 8)).Status == ExitStatus.Completed ? 1 : 0;
        }

        return completed == Window.FewWords ? completed : throw new InvalidOperationException($"{Exit}: {completed} completed, {_handler!.Outcome.Status} {_handler.Outcome.Reason}");
    }
}
