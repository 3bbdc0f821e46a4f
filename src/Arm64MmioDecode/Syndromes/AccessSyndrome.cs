using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// The two bridges between a data abort's syndrome and the access that caused it: a syndrome with ISV = 1 becomes the same
/// <see cref="AccessDescriptor"/> that the opcode would have been decoded to, and a descriptor becomes the syndrome that the
/// architecture gives a stage 2 fault on the instruction. Both follow AArch64.FaultSyndrome() in Arm's shared pseudocode and
/// the description of ESR_EL2.ISV.
/// </summary>
public static class AccessSyndrome
{
    private const uint IL = 1u << 25;
    private const uint CM = 1u << 8;
    private const uint WnR = 1u << 6;
    private const uint AR = 1u << 14;
    private const uint SF = 1u << 15;
    private const uint Sse = 1u << 21;
    private const uint LstMask = 3u << LstShift;
    private const int SrtShift = 16;
    private const int SasShift = 22;
    private const int ExceptionClassShift = 26;
    private const int LstShift = 11;
    private const int XsShift = 32;
    private const int GcsBit = 32 + 8;

    private const ulong PstateNotRW = 1u << 4;
    private const ulong PstateT = 1u << 5;
    private const int PstateModeMask = 0x1F;

    /// <summary>
    /// Describes the access of a syndrome with ISV = 1: the data register with its width and extension, the size, and whether it
    /// acquires or releases. The address is not in the syndrome, so <see cref="AccessDescriptor.AddressingMode"/> is
    /// <see cref="AddressingMode.Reported"/>: it is FAR, or the IPA.
    /// </summary>
    /// <param name="syndrome">The syndrome of a data abort.</param>
    /// <param name="pstate">
    /// PSTATE of the vCPU as SPSR_EL2 holds it: it tells the instruction set, and in AArch32 the mode whose banked registers SRT
    /// numbers. For an <see cref="SyndromeSource.Hsr"/> syndrome, the CPSR.
    /// </param>
    /// <param name="access">The access, or an empty descriptor.</param>
    /// <returns>
    /// Whether the syndrome describes an access: a Data Abort with ISV = 1 whose register exists in the mode and whose size
    /// exists in the instruction set. A load to
    /// register 31 (XZR) is an access as well: the device is read.
    /// </returns>
    public static bool TryGetAccess(in DataAbortSyndrome syndrome, ulong pstate, out AccessDescriptor access)
    {
        if (!syndrome.Isv || !syndrome.ExceptionClass.IsDataAbort())
        {
            access = default;
            return false;
        }

        uint iss = (uint)syndrome.Value;
        if (syndrome.Source == SyndromeSource.Hsr || (pstate & PstateNotRW) != 0)
        {
            return TryGetAArch32Access(syndrome, pstate, out access);
        }

        if ((iss & LstMask) != 0 && syndrome.LoadStoreType != LoadStoreType.Unspecified)
        {
            return TryGetSixtyFourBytes(syndrome, out access);
        }

        Describe(InstructionSet.A64, length: 4, iss, (int)(iss >> SrtShift) & 31, (iss & SF) != 0, out access);
        return true;
    }

    /// <summary>
    /// Makes the syndrome that the architecture gives a stage 2 fault on an instruction's own access, as ESR_EL2 holds it for an
    /// exception from EL0 or EL1: with ISV = 1 and the access's description if <see cref="AccessDescriptor.HasValidSyndrome"/>,
    /// otherwise with ISV = 0, and CM and WnR as the instruction has them.
    /// </summary>
    /// <param name="access">The access. For a prefetch, which never faults, and an empty descriptor the result says a read.</param>
    /// <param name="status">
    /// The kind and level of the fault, such as a translation fault of level 3. For other kinds than translation, access flag and
    /// permission faults, ISV is 0.
    /// </param>
    /// <param name="pstate">PSTATE of the vCPU; of an AArch32 instruction it tells the mode, and so the number of a banked register in SRT. Ignored for A64.</param>
    /// <returns>The syndrome. An atomic or memory copy is reported as a read: that is WnR when reads fault as well.</returns>
    /// <exception cref="ArgumentException"><paramref name="status"/> is not in the AArch64 format.</exception>
    public static DataAbortSyndrome Of(in AccessDescriptor access, FaultStatusCode status, ulong pstate = 0)
    {
        if (status.Format != FaultStatusFormat.AArch64)
        {
            throw new ArgumentException("ESR_ELx has fault status codes in the AArch64 format.", nameof(status));
        }

        ulong esr = ((ulong)ExceptionClass.DataAbortLowerEl << ExceptionClassShift) | (uint)status.Value;
        bool isMappingFault = status.Kind is FaultKind.Translation or FaultKind.AccessFlag or FaultKind.Permission;
        if (access.RegisterCount == 8 && access.RegisterFile == RegisterFile.General && access.HasValidSyndrome && isMappingFault)
        {
            return DataAbortSyndrome.FromEsr(esr | IL | SixtyFourBytes(access));
        }

        esr |= access.IsWrite ? WnR : 0;
        if (!access.HasValidSyndrome || !isMappingFault)
        {
            esr |= access.Kind == AccessKind.CacheMaintenance ? CM : 0;
            esr |= access.Kind == AccessKind.GuardedControlStack ? 1ul << GcsBit : 0;
            return DataAbortSyndrome.FromEsr(esr | IL);
        }

        int register = access.InstructionSet == InstructionSet.A64 ? access.Rt : AArch32RegisterView.ToAArch64(access.Rt, (int)pstate & PstateModeMask);
        var described = new ValidSyndromeAccess(
            access.ElementSize,
            access.Extend == LoadExtend.Sign,
            register,
            sixtyFour: access.RegisterWidth == 64,
            HasAcquireOrRelease(access),
            access.IsWrite);
        return DataAbortSyndrome.FromEsr(esr | (access.Length == 4 ? IL : 0) | described.ToIss());
    }

    private static bool HasAcquireOrRelease(in AccessDescriptor access) =>
        (access.Properties & (AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release)) != 0;

    // The fields as bits: each of the syndrome's properties asks again whether ISV is 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Describe(InstructionSet set, int length, uint iss, int register, bool sixtyFour, out AccessDescriptor access)
    {
        int sizeLog2 = (int)(iss >> SasShift) & 3;
        int registerSizeLog2 = sixtyFour ? 3 : 2;
        AccessKind kind = AccessKind.Load;
        AccessProperties ordering = AccessProperties.Acquire;
        LoadExtend extend = sizeLog2 >= registerSizeLog2 ? LoadExtend.None : (iss & Sse) != 0 ? LoadExtend.Sign : LoadExtend.Zero;
        if ((iss & WnR) != 0)
        {
            kind = AccessKind.Store;
            ordering = AccessProperties.Release;
            extend = LoadExtend.None;
        }

        AccessDescriptor.Reported(
            set,
            length,
            kind,
            AccessOperation.None,
            (iss & AR) == 0 ? AccessProperties.None : ordering,
            sizeLog2,
            registerCount: 1,
            extend,
            Math.Max(registerSizeLog2, sizeLog2),
            rt: register,
            rs: 0,
            out access);
    }

    // False where no instruction has such a syndrome: with R15, with eight or 64 bytes, or with a register of another mode.
    private static bool TryGetAArch32Access(in DataAbortSyndrome syndrome, ulong pstate, out AccessDescriptor access)
    {
        access = default;
        int register = syndrome.Srt;
        if (syndrome.Source != SyndromeSource.Hsr && !AArch32RegisterView.TryFromAArch64(register, (int)pstate & PstateModeMask, out register))
        {
            return false;
        }

        if (register == 15 || syndrome.Sas == 3 || syndrome.LoadStoreType != LoadStoreType.Unspecified)
        {
            return false;
        }

        bool isT32 = (pstate & PstateT) != 0;
        Describe(isT32 ? InstructionSet.T32 : InstructionSet.A32, isT32 && !syndrome.IL ? 2 : 4, (uint)syndrome.Value, register, syndrome.SF, out access);
        return true;
    }

    // LD64B, ST64B, ST64BV and ST64BV0 transfer Xt to X(t+7), and ST64BV and ST64BV0 write Xs (ISS2): LST says which.
    private static bool TryGetSixtyFourBytes(in DataAbortSyndrome syndrome, out AccessDescriptor access)
    {
        bool withStatus = syndrome.LoadStoreType != LoadStoreType.Ld64bOrSt64b;
        if ((syndrome.Srt & 1) != 0 || syndrome.Srt > 22 || (withStatus && !syndrome.WnR))
        {
            // The encodings of the other registers are UNDEFINED, and a load has no status.
            access = default;
            return false;
        }

        AccessDescriptor.Reported(
            InstructionSet.A64,
            length: 4,
            syndrome.WnR ? AccessKind.Store : AccessKind.Load,
            syndrome.LoadStoreType switch
            {
                LoadStoreType.St64bv => AccessOperation.StoreWithStatus,
                LoadStoreType.St64bv0 => AccessOperation.StoreAccelerationData,
                _ => AccessOperation.None,
            },
            AccessProperties.None,
            elementSizeLog2: 3,
            registerCount: 8,
            LoadExtend.None,
            registerSizeLog2: 3,
            rt: syndrome.Srt,
            rs: syndrome.Xs,
            out access);
        return true;
    }

    private static ulong SixtyFourBytes(in AccessDescriptor access)
    {
        var described = new ValidSyndromeAccess(8, signExtend: false, access.Rt, sixtyFour: true, acquireRelease: false, access.IsWrite);
        LoadStoreType type = access.Operation switch
        {
            AccessOperation.StoreWithStatus => LoadStoreType.St64bv,
            AccessOperation.StoreAccelerationData => LoadStoreType.St64bv0,
            _ => LoadStoreType.Ld64bOrSt64b,
        };
        ulong xs = access.HasStatusRegister ? (ulong)access.Rs : 0;
        return (xs << XsShift) | ((ulong)type << LstShift) | described.ToIss();
    }
}
