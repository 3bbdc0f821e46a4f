using Arm64MmioDecode.SystemRegisters;

namespace Arm64MmioDecode.Kvm;

/// <summary>A virtual CPU's system registers by their encodings, through its cache: each is a system call at most once until the CPU runs.</summary>
internal sealed class KvmSystemRegisters(KvmRegisterCache cache) : ISystemRegisters
{
    private const ulong SystemClass = 0x6030_0000_0013_0000;

    // S3_0_C0_C0_0 to S3_0_C0_C15_7.
    private const int FirstIdentification = 0xC000;
    private const int LastIdentification = 0xC07F;

    /// <inheritdoc/>
    public bool TryRead(SystemRegisterId id, out ulong value)
    {
        try
        {
            // Identification registers are read once, and take no room in the cache.
            value = (int)id is >= FirstIdentification and <= LastIdentification ? cache.Cpu.GetRegister(Of(id)) : cache.Read(Of(id));
            return true;
        }
        catch (KvmException) when (!IsInEveryCpu(id))
        {
            // A kernel that shows the guest a feature and not its register.
            value = 0;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Write(SystemRegisterId id, ulong value) => cache.Write(Of(id), value);

    private static bool IsInEveryCpu(SystemRegisterId id) =>
        id is SystemRegisterId.SctlrEl1 or SystemRegisterId.SctlrEl2 or SystemRegisterId.VbarEl1 or SystemRegisterId.VbarEl2
            or SystemRegisterId.HcrEl2 or SystemRegisterId.FarEl1;

    /// <summary>The id of a register: some are in struct kvm_regs, and have one of the core class.</summary>
    public static KvmRegisterId Of(SystemRegisterId id) => id switch
    {
        SystemRegisterId.SpEl0 => KvmRegisterId.SpEl0,
        SystemRegisterId.SpEl1 => KvmRegisterId.SpEl1,
        SystemRegisterId.ElrEl1 => KvmRegisterId.ElrEl1,
        SystemRegisterId.SpsrEl1 => KvmRegisterId.SpsrEl1,
        SystemRegisterId.SpsrAbt => KvmRegisterId.SpsrAbort,
        SystemRegisterId.SpsrUnd => KvmRegisterId.SpsrUndefined,
        SystemRegisterId.SpsrIrq => KvmRegisterId.SpsrIrq,
        SystemRegisterId.SpsrFiq => KvmRegisterId.SpsrFiq,
        SystemRegisterId.Fpcr => KvmRegisterId.Fpcr,
        _ => new KvmRegisterId(SystemClass | (ushort)id),
    };
}
