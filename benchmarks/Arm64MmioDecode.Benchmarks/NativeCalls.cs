using System;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>
/// The C library called from C (benchmarks/native/loops.c), beside the same in C#. An exit takes the same steps in both: begin, for
/// each transaction next and complete, commit. Needs the library, and so has a command of its own: benchmarks/native-calls.sh.
/// </summary>
public unsafe class NativeCalls
{
    private const ulong DevicePage = 0x9000000;
    private const ulong Hpfar = DevicePage >> 8;
    private const int BaseRegister = 7;

    private readonly GuestRegisters _registers = new() { PState = 0x3C5 };
    private readonly RegisterDevice _device = new();
    private RecordedExit[] _exits = [];
    private TranslatedGuest? _guest;
    private ExitHandler? _handler;
    private int _next;
    private int _nextFromC;

    /// <summary>The loops' library.</summary>
    public static string Library { get; set; } = "";

    [ParamsAllValues]
    public NativeCallKind Call { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _exits = RecordedExit.Generate(
            Call switch
            {
                NativeCallKind.ExitOnStoreVectorPair => ExitKind.StoreVectorPair,
                NativeCallKind.ExitOnLoadWithSyndrome => ExitKind.LoadWithSyndrome,
                _ => ExitKind.LoadPair,
            },
            DevicePage);
        if (Call != NativeCallKind.TranslatedExitOnLoadPair)
        {
            _handler = new ExitHandler(_registers, _device);
            return;
        }

        _guest = new TranslatedGuest(TranslatedExitKind.LoadPair4K);
        _handler = new ExitHandler(_registers, _device, _guest, _guest);
        for (int i = 0; i < (int)TranslatedGuest.CodeSize / sizeof(uint); i++)
        {
            uint rt = (uint)i % 6;
            _guest.Store(TranslatedGuest.Code + ((ulong)i * sizeof(uint)), 0xA9400000 | (BaseRegister << 5) | rt | ((rt + 8) << 10));
        }

        for (int i = 0; i < _exits.Length; i++)
        {
            _exits[i] = _exits[i] with { Far = TranslatedGuest.Device + (_exits[i].Far & 0xFFF), Rn = BaseRegister };
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Window.FewWords)]
    public long Managed()
    {
        ReadOnlySpan<RecordedExit> exits = Window.Next(_exits, ref _next, Window.FewWords);
        return Call switch
        {
            NativeCallKind.Decode => Decode(exits),
            NativeCallKind.DecodeAndFormat => Format(exits),
            NativeCallKind.Syndrome => Parse(exits),
            _ => AllCompleted(Handle(exits)),
        };
    }

    [Benchmark(OperationsPerInvoke = Window.FewWords)]
    public long FromC()
    {
        fixed (RecordedExit* exits = Window.Next(_exits, ref _nextFromC, Window.FewWords))
        {
            return Call switch
            {
                NativeCallKind.Decode => ((delegate* unmanaged<RecordedExit*, long, long>)Export("loop_decode"))(exits, Window.FewWords),
                NativeCallKind.DecodeAndFormat => ((delegate* unmanaged<RecordedExit*, long, long>)Export("loop_text"))(exits, Window.FewWords),
                NativeCallKind.Syndrome => ((delegate* unmanaged<RecordedExit*, long, long>)Export("loop_syndrome"))(exits, Window.FewWords),
                NativeCallKind.TranslatedExitOnLoadPair => AllCompleted(((delegate* unmanaged<RecordedExit*, long, ulong, nint, ulong, ulong, ulong, long>)Export("loop_translated"))(
                    exits, Window.FewWords, TranslatedGuest.DeviceIpa, _guest!.Memory.Address, (ulong)_guest.Memory.Length, _guest.ReadRegisters(0).Tcr, TranslatedGuest.Code)),
                _ => AllCompleted(((delegate* unmanaged<RecordedExit*, long, ulong, long>)Export("loop_exit"))(exits, Window.FewWords, DevicePage)),
            };
        }
    }

    private static long Decode(ReadOnlySpan<RecordedExit> exits)
    {
        long sum = 0;
        foreach (ref readonly RecordedExit exit in exits)
        {
            sum += (long)InstructionDecoder.DecodeA64(exit.Opcode, out AccessDescriptor access) + access.Offset;
        }

        return sum;
    }

    private static long Format(ReadOnlySpan<RecordedExit> exits)
    {
        Span<char> text = stackalloc char[128];
        long sum = 0;
        foreach (ref readonly RecordedExit exit in exits)
        {
            InstructionDecoder.DecodeA64(exit.Opcode, out AccessDescriptor access);
            access.TryFormat(text, out int written);
            sum += written;
        }

        return sum;
    }

    private static long Parse(ReadOnlySpan<RecordedExit> exits)
    {
        long sum = 0;
        foreach (ref readonly RecordedExit exit in exits)
        {
            DataAbortSyndrome syndrome = DataAbortSyndrome.FromEsr(exit.Esr);
            sum += (syndrome.Isv ? 1 : 0) + syndrome.Srt + syndrome.Dfsc.Value;
        }

        return sum;
    }

    private long Handle(ReadOnlySpan<RecordedExit> exits)
    {
        Span<byte> instruction = stackalloc byte[sizeof(uint)];
        long completed = 0;
        for (int i = 0; i < exits.Length; i++)
        {
            ref readonly RecordedExit recorded = ref exits[i];
            _registers.SetX(recorded.Rn, recorded.Far);
            BitConverter.TryWriteBytes(instruction, recorded.Opcode);
            DataAbortExit exit = DataAbortExit.FromRegisters(recorded.Esr, recorded.Far, Hpfar);
            if (_guest is null)
            {
                exit = exit.WithInstruction(instruction);
            }
            else
            {
                _registers.Pc = TranslatedGuest.Code + ((ulong)(i % 1024) * sizeof(uint));
            }

            _handler!.Begin(exit);
            while (_handler.TryGetNext(out BusTransaction next))
            {
                if (next.Operation == BusOperation.Read)
                {
                    _device.Read(next.Address, next.Size, out ulong value);
                    _handler.Complete(value);
                }
                else
                {
                    _device.Write(next.Address, next.Size, next.Low);
                    _handler.Complete();
                }
            }

            completed += _handler.Commit().Status == ExitStatus.Completed ? 1 : 0;
        }

        return completed;
    }

    private static long AllCompleted(long completed) =>
        completed == Window.FewWords ? completed : throw new InvalidOperationException($"{completed} of {Window.FewWords} exits completed");

    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.Load(Library), name);
}
