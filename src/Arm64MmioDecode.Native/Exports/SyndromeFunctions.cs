using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>arm64mmio_syndrome_parse and arm64mmio_explain.</summary>
internal static unsafe class SyndromeFunctions
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Parse(ulong esr, SyndromeStructure* destination)
    {
        int error = Versioned.Check(destination);
        if (error != ErrorCode.None)
        {
            return error;
        }

        DataAbortSyndrome syndrome = DataAbortSyndrome.FromEsr(esr);
        Versioned.Write(
            new SyndromeStructure
            {
                Ec = (byte)syndrome.ExceptionClass,
                Il = Flag(syndrome.IL),
                Isv = Flag(syndrome.Isv),
                Sas = (byte)syndrome.Sas,
                Sse = Flag(syndrome.Sse),
                Srt = (byte)syndrome.Srt,
                SF = Flag(syndrome.SF),
                AR = Flag(syndrome.AR),
                Vncr = Flag(syndrome.Vncr),
                FnV = Flag(syndrome.FnV),
                FnP = Flag(syndrome.FnP),
                EA = Flag(syndrome.EA),
                CM = Flag(syndrome.CM),
                S1Ptw = Flag(syndrome.S1Ptw),
                WnR = Flag(syndrome.WnR),
                Dfsc = (byte)syndrome.Dfsc.Value,
                Lst = (byte)syndrome.LoadStoreType,
                Xs = (byte)syndrome.Xs,
                Gcs = Flag(syndrome.Gcs),
                HpfarValid = Flag(syndrome.IsHpfarValid),
            },
            destination);
        return ErrorCode.None;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Explain(ExitStructure* exit, uint set, uint opcode, bool hasOpcode, byte* buffer, nuint capacity)
    {
        int error = Versioned.Read(exit, out ExitStructure given);
        if (error != ErrorCode.None)
        {
            return error;
        }

        try
        {
            if (!TryGetExit(given, out DataAbortExit abort)
                || !DecodeFunctions.TryDecode(set, opcode, 0, out DecodeStatus status, out AccessDescriptor access))
            {
                return ErrorCode.Argument;
            }

            ExitExplanation explanation = hasOpcode ? ExitExplanation.Of(abort, status, access) : ExitExplanation.Of(abort);
            return Text.Copy(explanation.ToString(), buffer, capacity);
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }

    public static bool TryGetExit(in ExitStructure exit, out DataAbortExit abort)
    {
        switch (exit.Source)
        {
            case 0:
                abort = DataAbortExit.FromRegisters(exit.Syndrome, exit.Far, exit.Ipa);
                break;
            case 1:
                abort = new DataAbortExit(
                    DataAbortSyndrome.FromEsr(exit.Syndrome),
                    (exit.Flags & ExitStructure.HasFar) != 0 ? exit.Far : null,
                    IntermediatePhysicalAddress.FromAddress(exit.Ipa));
                break;
            case 2:
                abort = DataAbortExit.FromKvmNisv(exit.Syndrome, exit.Ipa);
                break;
            default:
                abort = default;
                return false;
        }

        uint length = exit.InstructionLength;
        if (length is not (0 or 2 or 4))
        {
            return false;
        }

        fixed (byte* instruction = exit.Instruction)
        {
            abort = abort.WithInstruction(new ReadOnlySpan<byte>(instruction, (int)length));
        }

        return true;
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
}
