using System;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>What cannot be right about the values of an exit, whatever the instruction: the sign of a number that was copied or put together wrongly.</summary>
internal static class SyndromeContradictions
{
    private const ulong PageOffset = 0xFFF;
    private const int LastOfEight = 22;
    private const int XsShift = 32;
    private const ulong XsMask = 31;

    /// <summary>One sentence for each contradiction.</summary>
    public static IReadOnlyList<string> Of(in DataAbortExit exit, in AccessDescriptor access)
    {
        DataAbortSyndrome syndrome = exit.Syndrome;
        List<string> sentences = [];
        if (!syndrome.ExceptionClass.IsDataAbort())
        {
            return sentences;
        }

        // FAR's low bits are the IPA's, but for a walk (whose IPA is the table's), FnP, and memory copies (UNKNOWN within the granule).
        bool isSame = syndrome.IsGuestExit && !syndrome.S1Ptw && !syndrome.FnP
            && access.Kind is not (AccessKind.MemoryCopy or AccessKind.MemorySet) && exit.Ipa.Precision == IpaPrecision.Byte;
        if (isSame && exit.FaultAddress is { } far && ((far ^ exit.Ipa.Value) & PageOffset) != 0)
        {
            sentences.Add(FormattableString.Invariant(
                $"FAR and IPA cannot belong to the same access: translation leaves bits 11:0 alone, and they are 0x{far & PageOffset:x} and 0x{exit.Ipa.Value & PageOffset:x}."));
        }

        if (!syndrome.Isv && !syndrome.IL && syndrome.Source != SyndromeSource.KvmNisv)
        {
            sentences.Add("IL (bit 25) is 0, and a data abort without a description (ISV = 0) always has 1 there.");
        }

        if (syndrome.CM && !syndrome.WnR && syndrome.IsWnRValid)
        {
            sentences.Add("Cache maintenance is reported as a write (WnR = 1), and the syndrome says a read.");
        }

        if (syndrome.Isv)
        {
            AddOfDescription(sentences, syndrome);
        }

        if (syndrome.IsEsr && syndrome.LoadStoreType is LoadStoreType.Unspecified or LoadStoreType.Ld64bOrSt64b && ((syndrome.Value >> XsShift) & XsMask) != 0)
        {
            sentences.Add("ISS2 names a status register (Xs), which only ST64BV and ST64BV0 have, and LST says that it is neither.");
        }

        return sentences;
    }

    private static void AddOfDescription(List<string> sentences, in DataAbortSyndrome syndrome)
    {
        if (!syndrome.IsGuestExit)
        {
            sentences.Add("The syndrome describes an access (ISV = 1), and an abort that did not come from a guest to its hypervisor never does.");
        }

        if (syndrome.S1Ptw)
        {
            sentences.Add("The syndrome describes an access (ISV = 1), and a fault on a page table walk (S1PTW = 1) has none.");
        }

        if (syndrome.LoadStoreType != LoadStoreType.Unspecified)
        {
            if ((syndrome.Srt & 1) != 0 || syndrome.Srt > LastOfEight)
            {
                sentences.Add("A 64-byte access starts at an even register up to x22, and the syndrome says " + RegisterName.A64(syndrome.Srt, sixtyFour: true) + ".");
            }

            return;
        }

        int registerSizeLog2 = syndrome.SF ? 3 : 2;
        if (syndrome.Sas > registerSizeLog2)
        {
            sentences.Add("No instruction transfers 8 bytes (SAS) with a 32-bit register (SF = 0).");
        }
        else if (syndrome.Sse && syndrome.WnR)
        {
            sentences.Add("A store does not sign-extend, and the syndrome says both.");
        }
        else if (syndrome.Sse && syndrome.Sas == registerSizeLog2)
        {
            sentences.Add("What fills its register is not sign-extended, and the syndrome says so.");
        }
    }
}
