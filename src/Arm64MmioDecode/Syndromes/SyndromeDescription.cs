using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// Every field of a syndrome in words, from the highest bit to the lowest. It allocates: it is the path for
/// explanations, not for handling exits.
/// </summary>
public static class SyndromeDescription
{
    /// <summary>Describes a syndrome.</summary>
    /// <param name="syndrome">
    /// The syndrome. Data and Instruction Aborts are described down to the last field, other exceptions as EC, IL and ISS.
    /// </param>
    /// <returns>
    /// The fields that exist for this combination of EC, ISV and DFSC; ISS2 fields only when they are set.
    /// For <see cref="SyndromeSource.KvmNisv"/>, the reported fields only.
    /// </returns>
    public static IReadOnlyList<SyndromeField> Describe(in DataAbortSyndrome syndrome) => Describe(syndrome, InstructionSet.A64);

    /// <summary>The same, with the registers of a guest in A32 or T32 under the names that its instructions use.</summary>
    /// <param name="syndrome">The syndrome.</param>
    /// <param name="set">The instruction set of the instruction that trapped.</param>
    /// <returns>As without <paramref name="set"/>. What an AArch64 hypervisor's SRT numbers as X16 is "lr_irq" in A32 and T32, X13 "sp".</returns>
    public static IReadOnlyList<SyndromeField> Describe(in DataAbortSyndrome syndrome, InstructionSet set)
    {
        var fields = new Fields(syndrome.Value);
        if (syndrome.Source == SyndromeSource.KvmNisv)
        {
            AddReportedByKvm(fields, syndrome);
            return fields.List;
        }

        var isDataAbort = syndrome.ExceptionClass.IsDataAbort();
        var isInstructionAbort = syndrome.ExceptionClass.IsInstructionAbort();
        if (syndrome.IsEsr)
        {
            if (isDataAbort || isInstructionAbort)
            {
                AddIss2(fields, syndrome, isDataAbort);
            }
            else if (syndrome.Value >> 32 != 0)
            {
                fields.Add("ISS2", "Instruction Specific Syndrome 2", 55, 32, "as the exception class defines it");
            }
        }

        fields.Add("EC", "Exception Class", 31, 26, syndrome.ExceptionClass.ToWords());
        fields.Add("IL", "Instruction Length", 25, DescribeIL(syndrome, isDataAbort, isInstructionAbort));
        if (isDataAbort)
        {
            AddInstructionSyndrome(fields, syndrome, set);
            AddFault(fields, syndrome);
        }
        else if (isInstructionAbort)
        {
            AddInstructionAbort(fields, syndrome);
        }
        else
        {
            fields.Add("ISS", "Instruction Specific Syndrome", 24, 0, "as the exception class defines it");
        }

        return fields.List;
    }

    private static string DescribeIL(in DataAbortSyndrome syndrome, bool isDataAbort, bool isInstructionAbort)
    {
        if (isInstructionAbort || (isDataAbort && !syndrome.Isv))
        {
            return syndrome.IL ? "always 1 here, whatever the instruction's length" : "0, which no such exception has";
        }

        return syndrome.IL ? "a 32-bit instruction" : "a 16-bit instruction";
    }

    private static void AddReportedByKvm(Fields fields, in DataAbortSyndrome syndrome)
    {
        AddCacheMaintenance(fields, syndrome);
        AddWriteNotRead(fields, syndrome);
        AddStatus(fields, syndrome, "DFSC", "Data Fault Status Code");
    }

    private static void AddIss2(Fields fields, in DataAbortSyndrome syndrome, bool isDataAbort)
    {
        fields.AddIfSet("HDBSSF", "HDBSS fault", 32 + 11, "caused by the hardware dirty state tracking structure");
        if (isDataAbort)
        {
            fields.AddIfSet("TnD", "Tag not Data", 32 + 10, "a write of an Allocation Tag to canonically tagged memory");
            fields.AddIfSet("TagAccess", "NoTagAccess fault", 32 + 9, "due to the NoTagAccess memory attribute");
            fields.AddIfSet("GCS", "Guarded Control Stack", 32 + 8, "a Guarded Control Stack data access");
        }

        fields.AddIfSet("AssuredOnly", "AssuredOnly flag", 32 + 7, "due to AssuredOnly");
        fields.AddIfSet("Overlay", "Overlay flag", 32 + 6, "due to overlay permissions");
        fields.AddIfSet("DirtyBit", "DirtyBit flag", 32 + 5, "due to dirty state");
        if (isDataAbort && syndrome.LoadStoreType is LoadStoreType.St64bv or LoadStoreType.St64bv0)
        {
            fields.Add("Xs", "Status register", 32 + 4, 32, RegisterName.A64(syndrome.Xs, sixtyFour: true));
        }
    }

    private static void AddInstructionSyndrome(Fields fields, in DataAbortSyndrome syndrome, InstructionSet set)
    {
        var isHsr = syndrome.Source == SyndromeSource.Hsr;
        fields.Add(
            "ISV",
            "Instruction Syndrome Valid",
            24,
            syndrome.Isv ? "the syndrome describes the access"
                : !syndrome.IsGuestExit ? "always 0 here: only what stage 2 refuses is described"
                : syndrome.Class is DataAbortClass.InstructionAccess or DataAbortClass.UnsupportedExclusiveOrAtomic ? "the syndrome does not describe the access: the instruction has to be read"
                : "the syndrome describes no access");
        if (syndrome.Isv)
        {
            var sixtyFourBytes = syndrome.LoadStoreType != LoadStoreType.Unspecified;
            var size = (1 << syndrome.Sas).ToString(CultureInfo.InvariantCulture);
            fields.Add("SAS", "Syndrome Access Size", 23, 22, sixtyFourBytes ? "64 bytes, as LST says" : syndrome.Sas == 0 ? "1 byte" : size + " bytes");
            fields.Add("SSE", "Syndrome Sign Extend", 21, syndrome.Sse ? "the data is sign-extended" : "the data is not sign-extended");
            if (isHsr)
            {
                fields.Add("SRT", "Syndrome Register Transfer", 19, 16, RegisterName.AArch32(syndrome.Srt));
            }
            else
            {
                fields.Add("SRT", "Syndrome Register Transfer", 20, 16, set != InstructionSet.A64 ? RegisterName.AArch32OfView(syndrome.Srt)
                    : sixtyFourBytes && syndrome.Srt <= 22 ? RegisterName.EightOf(syndrome.Srt)
                    : RegisterName.A64(syndrome.Srt, syndrome.SF));
                fields.Add("SF", "Sixty-Four", 15, syndrome.SF ? "a 64-bit register" : "a 32-bit register");
            }

            fields.Add("AR", "Acquire/Release", 14, syndrome.AR ? "acquire or release semantics" : "no acquire or release semantics");
            return;
        }

        if (isHsr)
        {
            return;
        }

        if (syndrome.Dfsc.Kind == FaultKind.Permission)
        {
            fields.AddIfSet("TopLevel", "TopLevel flag", 21, "due to TopLevel");
        }

        if (HasErrorFields(syndrome))
        {
            fields.Add("WU", "Write Update", 17, 16, DescribeWU(syndrome.WU));
        }

        fields.Add("FnP", "FAR not Precise", 15, syndrome.FnP
            ? "FAR is some address in the translation granule of the fault"
            : "FAR is the faulting address");
        if (HasErrorFields(syndrome))
        {
            fields.Add("PFV", "PFAR Valid", 14, syndrome.Pfv ? "PFAR is valid" : "PFAR is not valid");
        }
    }

    private static void AddFault(Fields fields, in DataAbortSyndrome syndrome)
    {
        if (syndrome.IsEsr)
        {
            fields.Add("VNCR", "VNCR_EL2", 13, syndrome.Vncr ? "from the use of VNCR_EL2 by EL1 code" : "not from the use of VNCR_EL2");
            AddErrorType(fields, syndrome);
            if (syndrome.Dfsc.Kind is FaultKind.Translation or FaultKind.AccessFlag or FaultKind.Permission
                or FaultKind.UnsupportedExclusiveOrAtomic)
            {
                fields.Add("LST", "Load/Store Type", 12, 11, DescribeLst(syndrome.LoadStoreType));
            }
        }

        AddFarNotValid(fields, syndrome);
        fields.Add("EA", "External abort type", 9, "IMPLEMENTATION DEFINED class of an External abort");
        AddCacheMaintenance(fields, syndrome);
        AddStage1Walk(fields, syndrome);
        AddWriteNotRead(fields, syndrome);
        AddStatus(fields, syndrome, "DFSC", "Data Fault Status Code");
    }

    private static void AddInstructionAbort(Fields fields, in DataAbortSyndrome syndrome)
    {
        if (syndrome.IsEsr)
        {
            fields.AddIfSet("TopLevel", "TopLevel flag", 21, "due to TopLevel");
            fields.AddIfSet("PFV", "PFAR Valid", 14, "PFAR is valid");
            AddErrorType(fields, syndrome);
        }

        AddFarNotValid(fields, syndrome);
        fields.Add("EA", "External abort type", 9, "IMPLEMENTATION DEFINED class of an External abort");
        AddStage1Walk(fields, syndrome);
        AddStatus(fields, syndrome, "IFSC", "Instruction Fault Status Code");
    }

    private static void AddErrorType(Fields fields, in DataAbortSyndrome syndrome)
    {
        if (HasErrorFields(syndrome))
        {
            fields.Add("SET", "Synchronous Error Type", 12, 11, DescribeSet(syndrome.SynchronousErrorType));
        }
    }

    private static void AddFarNotValid(Fields fields, in DataAbortSyndrome syndrome)
    {
        if (syndrome.Dfsc.Kind == FaultKind.SynchronousExternalAbort)
        {
            fields.Add("FnV", "FAR not Valid", 10, syndrome.FnV ? "FAR is not valid" : "FAR is valid");
        }
    }

    private static void AddCacheMaintenance(Fields fields, in DataAbortSyndrome syndrome) => fields.Add(
        "CM",
        "Cache Maintenance",
        8,
        syndrome.CM ? "a cache maintenance or address translation instruction" : "not a cache maintenance instruction");

    private static void AddStage1Walk(Fields fields, in DataAbortSyndrome syndrome) => fields.Add(
        "S1PTW",
        "Stage 1 Page Table Walk",
        7,
        syndrome.S1Ptw ? "on an access for a stage 1 translation table walk" : "not on a stage 1 translation table walk");

    private static void AddWriteNotRead(Fields fields, in DataAbortSyndrome syndrome) => fields.Add(
        "WnR",
        "Write not Read",
        6,
        !syndrome.IsWnRValid ? "UNKNOWN for this fault" : syndrome.WnR ? "a write" : "a read");

    private static void AddStatus(Fields fields, in DataAbortSyndrome syndrome, string name, string longName) =>
        fields.Add(name, longName, 5, 0, syndrome.Dfsc.ToString());

    private static bool HasErrorFields(in DataAbortSyndrome syndrome) =>
        syndrome.Dfsc.Kind is FaultKind.SynchronousExternalAbort or FaultKind.SynchronousExternalAbortOnWalk;

    private static string DescribeWU(int value) => value switch
    {
        0 => "not a store, or the location might have been updated",
        2 => "the store did not update the location",
        3 => "the store updated the location",
        _ => "reserved",
    };

    private static string DescribeSet(SynchronousErrorType value) => value switch
    {
        SynchronousErrorType.Recoverable => "recoverable state (UER)",
        SynchronousErrorType.Uncontainable => "uncontainable (UC)",
        SynchronousErrorType.Restartable => "restartable state (UEO)",
        _ => "reserved",
    };

    private static string DescribeLst(LoadStoreType value) => value switch
    {
        LoadStoreType.St64bv => "ST64BV",
        LoadStoreType.Ld64bOrSt64b => "LD64B or ST64B",
        LoadStoreType.St64bv0 => "ST64BV0",
        _ => "not a 64-byte load or store",
    };

    private sealed class Fields
    {
        private readonly ulong _register;

        public Fields(ulong register)
        {
            _register = register;
        }

        public List<SyndromeField> List { get; } = new();

        public void Add(string name, string longName, int bit, string meaning) =>
            Add(name, longName, bit, bit, meaning);

        public void Add(string name, string longName, int highBit, int lowBit, string meaning) =>
            List.Add(new SyndromeField(name, longName, highBit, lowBit, _register, meaning));

        public void AddIfSet(string name, string longName, int bit, string meaning)
        {
            if (((_register >> bit) & 1) != 0)
            {
                Add(name, longName, bit, meaning);
            }
        }
    }
}
