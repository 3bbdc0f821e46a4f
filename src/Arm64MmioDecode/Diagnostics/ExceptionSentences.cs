using System;
using System.Globalization;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>Exceptions that are no Data Abort, in words: what the guest did to cause them, as far as the syndrome says.</summary>
internal static class ExceptionSentences
{
    /// <summary>What happened, for a line of a log, without a full stop.</summary>
    public static string Clause(in DataAbortSyndrome syndrome)
    {
        uint iss = (uint)syndrome.Value & 0x1FFFFFF;
        ExceptionClass exception = syndrome.ExceptionClass;
        return exception switch
        {
            ExceptionClass.Unknown => "an exception of unknown reason, such as an undefined instruction",
            ExceptionClass.TrappedWf => "a trapped " + WaitName(iss & 3),
            ExceptionClass.Hvc or ExceptionClass.HvcAArch32 => Call("HVC", iss),
            ExceptionClass.Smc => Call("SMC", iss),
            ExceptionClass.SmcAArch32 => "a call of secure firmware (SMC)",
            ExceptionClass.Svc or ExceptionClass.SvcAArch32 => Call("SVC", iss),
            ExceptionClass.Brk => Call("BRK", iss),
            ExceptionClass.BkptAArch32 => Call("BKPT", iss),
            ExceptionClass.TrappedSystemRegister => SystemRegister(iss),
            ExceptionClass.InstructionAbortLowerEl or ExceptionClass.InstructionAbortSameEl =>
                FormattableString.Invariant($"a failed fetch of an instruction ({syndrome.Dfsc})"),
            ExceptionClass.SError => "an SError, the report of an error that belongs to no particular instruction",
            _ => exception.ToWords() is var words && words == "reserved"
                ? FormattableString.Invariant($"an exception of the reserved class 0x{(int)exception:x2}")
                : "the exception \"" + words + "\"",
        };
    }

    /// <summary>The same as a sentence.</summary>
    public static string Sentence(in DataAbortSyndrome syndrome) => "The exception is " + Clause(syndrome) + ".";

    /// <summary>What to do about it.</summary>
    public static string Advice(in DataAbortSyndrome syndrome)
    {
        ExceptionClass exception = syndrome.ExceptionClass;
        return exception switch
        {
            ExceptionClass.Unknown =>
                "The exception class is 0. If this is arm_nisv.esr_iss of KVM_EXIT_ARM_NISV, which is an ISS without the class, add 0x92000000 to it.",
            ExceptionClass.InstructionAbortLowerEl or ExceptionClass.InstructionAbortSameEl =>
                "It is the fetch of an instruction that failed: look at PC, at the jump that led there, and at the memory slot that should hold the code.",
            ExceptionClass.Hvc or ExceptionClass.HvcAArch32 or ExceptionClass.Smc or ExceptionClass.SmcAArch32 =>
                "Answer the call: its function and arguments are in the registers from X0 on (SMC Calling Convention). No memory was accessed.",
            ExceptionClass.TrappedWf => "Let the virtual CPU wait for an interrupt, and step over the instruction. No memory was accessed.",
            ExceptionClass.TrappedSystemRegister => "Emulate the register access, and step over the instruction. No memory was accessed.",
            ExceptionClass.SError => "Look at the physical memory and devices: something that the system accessed has answered with an error.",
            _ => "Look at the exception class: only a Data Abort is about the access of a load or store.",
        };
    }

    private static string WaitName(uint instruction) => instruction switch
    {
        0 => "WFI",
        1 => "WFE",
        2 => "WFIT",
        _ => "WFET",
    };

    private static string Call(string name, uint iss) =>
        FormattableString.Invariant($"a call ({name} #0x{iss & 0xFFFF:x})");

    // ISS of EC 0x18: Op0, Op2, Op1, CRn, Rt, CRm, Direction. With Op0 = 1 the instruction is SYS or SYSL.
    private static string SystemRegister(uint iss)
    {
        uint op0 = (iss >> 20) & 3;
        uint op2 = (iss >> 17) & 7;
        uint op1 = (iss >> 14) & 7;
        uint crn = (iss >> 10) & 15;
        uint crm = (iss >> 1) & 15;
        string rt = RegisterName.A64((int)(iss >> 5) & 31, sixtyFour: true);
        bool read = (iss & 1) != 0;
        return op0 == 1
            ? string.Format(CultureInfo.InvariantCulture, "a trapped system instruction (SYS{0} #{1}, C{2}, C{3}, #{4}, {5})", read ? "L" : "", op1, crn, crm, op2, rt)
            : string.Format(
                CultureInfo.InvariantCulture,
                "a trapped {0} of the system register S{1}_{2}_C{3}_C{4}_{5} ({6})",
                read ? "read" : "write",
                op0,
                op1,
                crn,
                crm,
                op2,
                read ? "to " + rt : "from " + rt);
    }
}
