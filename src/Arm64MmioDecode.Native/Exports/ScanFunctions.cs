using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>arm64mmio_scan_code.</summary>
internal static unsafe class ScanFunctions
{
    private const uint AllFlag = 1;

    // A span cannot be longer; what is behind it is left to the next call.
    private const nuint LongestStretch = 1 << 30;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Scan(uint set, byte* code, nuint length, uint flags, nuint* offset, FindingStructure* findings, nuint capacity) =>
        Scan(set, code, length, flags, offset, findings, capacity, LongestStretch);

    /// <summary>The same, in stretches of another length, a multiple of 4.</summary>
    public static int Scan(uint set, byte* code, nuint length, uint flags, nuint* offset, FindingStructure* findings, nuint capacity, nuint longestStretch)
    {
        if (set > (uint)InstructionSet.T32 || (code == null && length != 0) || (flags & ~AllFlag) != 0 || offset == null || *offset > length
            || findings == null || capacity < InstructionSweep.MinimumBufferLength)
        {
            return ErrorCode.Argument;
        }

        try
        {
            nuint start = *offset;
            nuint available = length - start <= longestStretch ? length - start
                : set == (uint)InstructionSet.T32 ? WholeInstructions(code + start, longestStretch)
                : longestStretch;
            var stretch = new ReadOnlySpan<byte>(code + start, (int)available);
            scoped var sweep = new InstructionSweep(stretch, (InstructionSet)set, flags == 0 ? SweepOptions.None : SweepOptions.Stack | SweepOptions.Literals);
            Span<InstructionHit> hits = stackalloc InstructionHit[256];
            int written = 0;
            int room = (int)Math.Min(capacity, int.MaxValue);
            while (sweep.Position < stretch.Length && room - written >= InstructionSweep.MinimumBufferLength)
            {
                foreach (InstructionHit hit in hits[..sweep.Read(hits[..Math.Min(hits.Length, room - written)])])
                {
                    AccessDescriptor access = hit.Decode();
                    findings[written++] = new FindingStructure
                    {
                        Size = (uint)sizeof(FindingStructure),
                        Opcode = hit.Opcode,
                        Offset = start + hit.Offset,
                        Reasons = (uint)hit.Reasons,
                        Length = (byte)access.Length,
                        Base = (byte)access.Rn,
                    };
                }
            }

            *offset = start + (uint)sweep.Position;
            return written;
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }

    // A halfword that does not begin a 32-bit instruction ends an instruction, whatever is in front of it. Where all begin one, they are pairs.
    private static nuint WholeInstructions(byte* code, nuint length)
    {
        nuint end = length;
        while (end != 0 && InstructionDecoder.GetT32Length(BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(code + end - sizeof(ushort), sizeof(ushort)))) != sizeof(ushort))
        {
            end -= sizeof(ushort);
        }

        return end == 0 ? length : end;
    }
}
