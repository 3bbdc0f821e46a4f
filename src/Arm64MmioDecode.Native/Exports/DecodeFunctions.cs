using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Native.Structures;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>arm64mmio_decode and its texts.</summary>
internal static unsafe class DecodeFunctions
{
    // Of nearly every instruction; a longer one is made as a string.
    private const int LongestAssembly = 160;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Decode(uint set, uint opcode, uint itState, AccessStructure* destination)
    {
        if (!TryDecode(set, opcode, itState, out DecodeStatus status, out AccessDescriptor access))
        {
            return ErrorCode.Argument;
        }

        if (destination != null)
        {
            int error = Versioned.Check(destination);
            if (error != ErrorCode.None)
            {
                return error;
            }

            AccessStructure room;
            AccessStructure* result = Versioned.Open(destination, &room);
            Fill(result, access);
            Versioned.Close(result, destination);
        }

        return (int)status;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CopyText(uint set, uint opcode, uint itState, InstructionText kind, byte* buffer, nuint capacity)
    {
        if (!TryDecode(set, opcode, itState, out DecodeStatus status, out AccessDescriptor access))
        {
            return ErrorCode.Argument;
        }

        if (status != DecodeStatus.MemoryAccess)
        {
            return Text.Copy([], buffer, capacity);
        }

        switch (kind)
        {
            case InstructionText.Encoding:
                return Text.Copy(access.EncodingName, buffer, capacity);
            case InstructionText.Feature:
                return Text.Copy(access.Feature, buffer, capacity);
            case InstructionText.Unpredictable:
                return Text.Copy(access.Unpredictable, buffer, capacity);
            default:
                Span<char> assembly = stackalloc char[LongestAssembly];
                return access.TryFormat(assembly, out int length) ? Text.Copy(assembly[..length], buffer, capacity) : Text.Copy(access.ToString(), buffer, capacity);
        }
    }

    public static bool TryDecode(uint set, uint opcode, uint itState, out DecodeStatus status, out AccessDescriptor access)
    {
        status = default;
        access = default;
        if (set > (uint)InstructionSet.T32 || itState > byte.MaxValue || (itState != 0 && set != (uint)InstructionSet.T32))
        {
            return false;
        }

        status = InstructionDecoder.Decode((InstructionSet)set, opcode, new ItState((byte)itState), out access);
        if (status == DecodeStatus.NeedMoreData)
        {
            // Half of a 32-bit T32 instruction is no instruction.
            status = DecodeStatus.NotMemoryAccess;
        }

        if (status != DecodeStatus.MemoryAccess)
        {
            access = default;
        }

        return true;
    }

    private static void Fill(AccessStructure* result, in AccessDescriptor access)
    {
        result->Opcode = access.Opcode;
        result->Set = (byte)access.InstructionSet;
        result->Length = (byte)access.Length;
        result->Kind = (byte)access.Kind;
        result->RegisterFile = (byte)access.RegisterFile;
        result->Extend = (byte)access.Extend;
        result->Addressing = (byte)access.AddressingMode;
        result->IndexExtend = (byte)access.IndexExtend;
        result->IndexShift = (byte)access.IndexShift;
        result->Rt = (byte)access.Rt;
        result->Rt2 = (byte)access.Rt2;
        result->Rn = (byte)access.Rn;
        result->Rm = (byte)access.Rm;
        result->Condition = (byte)access.Condition;
        result->Lane = (byte)access.Lane;
        result->RegisterCount = (byte)access.RegisterCount;
        result->RegisterWidth = (ushort)access.RegisterWidth;
        result->ElementSize = (ushort)Math.Min(access.ElementSize, ushort.MaxValue);
        result->ElementCount = (uint)access.ElementCount;
        result->TotalSize = (uint)access.TotalSize;
        result->Offset = access.Offset;
        result->Properties = (uint)access.Properties;
        result->NoSyndromeReasons = (uint)access.NoSyndromeReasons;
        result->HasValidSyndrome = Flag(access.HasValidSyndrome);
        result->Writeback = Flag(access.Writeback);
        result->IsWrite = Flag(access.IsWrite);
        result->IsUnpredictable = Flag(access.IsUnpredictable);
        int registers = Math.Min(access.RegisterCount, AccessStructure.RegisterCapacity);
        for (int i = 0; i < registers; i++)
        {
            result->Registers[i] = (byte)access.GetRegister(i);
        }
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
}
