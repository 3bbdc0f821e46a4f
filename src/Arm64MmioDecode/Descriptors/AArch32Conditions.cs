using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <summary>Evaluates the UNPREDICTABLE rules of an A32 or T32 encoding on the fields of an opcode.</summary>
internal static class AArch32Conditions
{
    private const int StackPointer = 13;
    private const int LinkRegister = 14;
    private const int ProgramCounter = 15;
    private const int LowDoublewords = 16;
    private const int VectorRegisters = 32;

    public static AArch32Rules Met(in AccessDescriptor access)
    {
        AArch32Rules rules = EncodingText.GetAArch32Rules(access.InstructionSet, access.EncodingIndex);
        if (rules == AArch32Rules.None)
        {
            return rules;
        }

        uint opcode = access.Opcode;
        bool pair = access.Layout == RegisterLayout.Pair;
        bool writeback = access.Writeback;
        uint list = access.CoreRegisterList;
        bool notLast = access.ItState.InBlock && !access.ItState.IsLast;
        AArch32Rules met = AArch32Rules.None;
        Add(AArch32Rules.N15, access.Rn == ProgramCounter);
        Add(AArch32Rules.WBN15, writeback && access.Rn == ProgramCounter);
        Add(AArch32Rules.T15, access.Rt == ProgramCounter);
        Add(AArch32Rules.T2_15, access.Rt2 == ProgramCounter);
        Add(AArch32Rules.D15, access.Rs == ProgramCounter);
        Add(AArch32Rules.M15, access.Rm == ProgramCounter);
        Add(AArch32Rules.NT, access.Rn == access.Rt || (pair && access.Rn == access.Rt2));
        Add(AArch32Rules.TODD, Contains(opcode, access.Kind == AccessKind.StoreExclusive ? 0 : 12));
        Add(AArch32Rules.TT2, access.Rt == access.Rt2);
        Add(AArch32Rules.MT, access.Rm == access.Rt || access.Rm == access.Rt2);
        Add(AArch32Rules.DT, access.Rs == access.Rt || (pair && access.Rs == access.Rt2));
        Add(AArch32Rules.DN, access.Rs == access.Rn);
        Add(AArch32Rules.EMPTYLIST, list == 0);
        Add(AArch32Rules.ONEREGISTER, access.RegisterCount == 1);
        Add(AArch32Rules.BASEINLIST, writeback && Contains(list, access.Rn));
        Add(AArch32Rules.LIST13, Contains(list, StackPointer));
        Add(AArch32Rules.LIST15, Contains(list, ProgramCounter));
        Add(AArch32Rules.LISTPCLR, Contains(list, ProgramCounter) && Contains(list, LinkRegister));
        Add(AArch32Rules.LITERALW, Contains(opcode, 21));
        Add(AArch32Rules.LITERALP, !Contains(opcode, 24));
        Add(AArch32Rules.PCNOTLASTINIT, notLast && access.LoadsProgramCounter);
        Add(AArch32Rules.NOTLASTINIT, notLast);
        Add(AArch32Rules.HALFCONDITION, access.InstructionSet == InstructionSet.A32 ? access.Condition != AccessDescriptor.AlwaysCondition : access.ItState.InBlock);
        Add(AArch32Rules.REGISTERCOUNT, IsBadVectorList(in access, opcode & 0xFF));
        Add(AArch32Rules.FLDMX16, access.Rt + access.RegisterCount > LowDoublewords);
        Add(AArch32Rules.BEYOND31, LastStructureRegister(in access) >= VectorRegisters);
        return met & rules;

        void Add(AArch32Rules rule, bool condition) => met |= condition ? rule : AArch32Rules.None;
    }

    /// <summary>The conditions, each as Arm's specification writes it.</summary>
    public static string Describe(AArch32Rules met)
    {
        string text = "";
        Add(AArch32Rules.N15, "n == 15");
        Add(AArch32Rules.WBN15, "wback && n == 15");
        Add(AArch32Rules.T15, "t == 15");
        Add(AArch32Rules.T2_15, "t2 == 15");
        Add(AArch32Rules.D15, "d == 15");
        Add(AArch32Rules.M15, "m == 15");
        Add(AArch32Rules.NT, "wback && n == t");
        Add(AArch32Rules.TODD, "Rt<0> == '1'");
        Add(AArch32Rules.TT2, "t == t2");
        Add(AArch32Rules.MT, "m == t || m == t2");
        Add(AArch32Rules.DT, "d == t");
        Add(AArch32Rules.DN, "d == n");
        Add(AArch32Rules.EMPTYLIST, "BitCount(registers) < 1");
        Add(AArch32Rules.ONEREGISTER, "BitCount(registers) < 2");
        Add(AArch32Rules.BASEINLIST, "wback && registers<n> == '1'");
        Add(AArch32Rules.LIST13, "registers<13> == '1'");
        Add(AArch32Rules.LIST15, "registers<15> == '1'");
        Add(AArch32Rules.LISTPCLR, "P == '1' && M == '1'");
        Add(AArch32Rules.LITERALW, "W == '1'");
        Add(AArch32Rules.LITERALP, "P == '0'");
        Add(AArch32Rules.PCNOTLASTINIT, "t == 15 && InITBlock() && !LastInITBlock()");
        Add(AArch32Rules.NOTLASTINIT, "InITBlock() && !LastInITBlock()");
        Add(AArch32Rules.HALFCONDITION, "size == '01' && cond != '1110'");
        Add(AArch32Rules.REGISTERCOUNT, "regs == 0 || regs > 16 || d+regs > 32");
        Add(AArch32Rules.FLDMX16, "d+regs > 16");
        Add(AArch32Rules.BEYOND31, "d+regs > 32");
        return text;

        void Add(AArch32Rules rule, string words)
        {
            if ((met & rule) != 0)
            {
                text += text.Length == 0 ? words : "; " + words;
            }
        }
    }

    private static bool Contains(uint bits, int position) => ((bits >> position) & 1) != 0;

    private static bool IsBadVectorList(in AccessDescriptor access, uint words)
    {
        bool doublewords = access.RegisterWidth == 64;
        int registers = (int)words >> (doublewords ? 1 : 0);
        return registers == 0 || (doublewords && registers > LowDoublewords) || access.Rt + registers > VectorRegisters;
    }

    private static int LastStructureRegister(in AccessDescriptor access) => access.Layout switch
    {
        RegisterLayout.EveryOther => access.Rt + (2 * (access.RegisterCount - 1)),
        _ => access.Rt + access.RegisterCount - 1,
    };
}
