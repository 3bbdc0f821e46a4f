using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>arm64mmio_stage1_translate.</summary>
internal static unsafe class TranslationFunctions
{
    private const uint PrivilegedFlag = 1;
    private const uint PanFlag = 2;
    private const uint NonFaultFlag = 4;
    private const uint AllFlags = PrivilegedFlag | PanFlag | NonFaultFlag;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Translate(nint memory, Stage1Structure* registers, ulong address, uint access, uint flags, TranslationStructure* destination)
    {
        GuestMemory? guest = Handle.Target<GuestMemory>(memory);
        if (guest is null || access > (uint)TranslationAccess.InstructionFetch || (flags & ~AllFlags) != 0)
        {
            return ErrorCode.Argument;
        }

        Stage1Structure copy;
        int error = Versioned.Read(registers, &copy, out Stage1Structure* stage1);
        error = error != ErrorCode.None ? error : Versioned.Check(destination);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (stage1->Regime > (uint)Stage1Regime.AArch32EL10)
        {
            return ErrorCode.Argument;
        }

        try
        {
            var request = new TranslationRequest(address, (TranslationAccess)access, (flags & PrivilegedFlag) != 0)
            {
                Pan = (flags & PanFlag) != 0,
                NonFault = (flags & NonFaultFlag) != 0,
            };
            TranslationResult result = Stage1.Translate(guest.Slots, Registers(stage1, new Stage1IdRegisters(stage1).ToCapabilities()), request);
            Versioned.Write(
                new TranslationStructure
                {
                    Fault = (uint)result.Fault.Kind,
                    PhysicalAddress = result.PhysicalAddress,
                    BlockSize = result.BlockSize,
                    Level = result.Level,
                    Permissions = (uint)result.Permissions,
                    Stage2 = result.Fault.IsStage2 ? (byte)1 : (byte)0,
                    OnTableWalk = result.Fault.IsOnTableWalk ? (byte)1 : (byte)0,
                    FaultIpa = result.Fault.IsStage2 ? result.FaultIpa : 0,
                    Attributes = result.Attributes.Encoding,
                    Shareability = (byte)result.Attributes.Shareability,
                },
                destination);
            return ErrorCode.None;
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }

    public static Stage1Registers Registers(Stage1Structure* stage1, in Stage1Capabilities capabilities) => new()
    {
        Regime = (Stage1Regime)stage1->Regime,
        Capabilities = capabilities,
        Sctlr = stage1->Sctlr,
        Tcr = stage1->Tcr,
        Tcr2 = stage1->Tcr2,
        Ttbr0 = stage1->Ttbr0,
        Ttbr1 = stage1->Ttbr1,
        Mair = stage1->Mair,
        Mair2 = stage1->Mair2,
        Pir = stage1->Pir,
        Pire0 = stage1->Pire0,
        Por = stage1->Por,
        PorEl0 = stage1->PorEl0,
        Dacr = stage1->Dacr,
        Hcr = stage1->Hcr,
        Stage2 = new Stage2Registers
        {
            Vtcr = stage1->Vtcr,
            Vttbr = stage1->Vttbr,
            Sctlr = stage1->SctlrEl2,
            S2pir = stage1->S2pir,
            S2por = stage1->S2por,
            Hcrx = stage1->Hcrx,
        },
        DefaultCacheable = (stage1->Flags & Stage1Structure.DefaultCacheable) != 0,
    };
}
