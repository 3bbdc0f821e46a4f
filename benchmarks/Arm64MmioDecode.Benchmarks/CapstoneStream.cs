using System.Runtime.InteropServices;
using Gee.External.Capstone;
using Gee.External.Capstone.Arm64;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>Capstone.NET over the same words. Words that it does not know are skipped as data, which is cheap for it.</summary>
internal abstract class CapstoneStream
{
    /// <summary>Instructions of one invocation: fewer than ours, because each takes so much longer.</summary>
    public const int Instructions = 512;

    private readonly byte[] _code;
    private int _next;

    protected CapstoneStream(byte[] code) => _code = code;

    public static CapstoneStream OfA64(uint[] words, bool detail) => new A64(MemoryMarshal.AsBytes<uint>(words).ToArray(), detail);

    public long DisassembleNext() => Disassemble(Window.Next(_code, ref _next, Instructions * sizeof(uint)).ToArray());

    protected abstract long Disassemble(byte[] code);

    private sealed class A64 : CapstoneStream
    {
        private readonly CapstoneArm64Disassembler _disassembler = CapstoneDisassembler.CreateArm64Disassembler(Arm64DisassembleMode.LittleEndian);

        public A64(byte[] code, bool detail)
            : base(code)
        {
            _disassembler.EnableInstructionDetails = detail;
            _disassembler.EnableSkipDataMode = true;
        }

        protected override long Disassemble(byte[] code)
        {
            long sum = 0;
            foreach (Arm64Instruction instruction in _disassembler.Iterate(code))
            {
                sum += instruction.Address;
            }

            return sum;
        }
    }
}
