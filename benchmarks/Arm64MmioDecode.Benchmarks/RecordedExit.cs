using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>An exit with a random instruction of a kind, at a random place of a page.</summary>
internal readonly record struct RecordedExit(uint Opcode, ulong Esr, ulong Far, int Rn)
{
    private const int Count = 1 << 17;

    public static RecordedExit[] Generate(ExitKind kind, ulong page)
    {
        var random = new Random(1);
        var exits = new RecordedExit[Count];
        for (int i = 0; i < Count; i++)
        {
            uint rt = (uint)random.Next(0, 15);
            uint rt2 = (rt + 1) % 15;
            uint rn = (uint)random.Next(15, 30);
            uint opcode = kind switch
            {
                ExitKind.LoadPostIndex => 0xB8400400 | ((uint)random.Next(32) << 16),
                ExitKind.LoadPair => 0xA9400000 | (rt2 << 10),
                ExitKind.StoreVectorPair => 0xAD000000 | (rt2 << 10),
                ExitKind.LoadWithSyndrome => 0xB9400000,
                _ => 0xB9000000,
            };
            opcode |= rt | (rn << 5);
            InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);
            ulong esr = AccessSyndrome.Of(access, FaultStatusCode.Translation(3)).Value;
            exits[i] = new RecordedExit(opcode, esr, page + ((ulong)random.Next(0xF80 / 16) * 16), (int)rn);
        }

        return exits;
    }
}
