namespace Arm64MmioDecode.Kvm.Interop;

/// <summary>ioctl request numbers of linux/kvm.h (type 0xAE) as the arm64 ABI encodes them.</summary>
internal static class KvmRequest
{
    internal const nuint GetApiVersion = 0xAE00;
    internal const nuint CreateVm = 0xAE01;
    internal const nuint CheckExtension = 0xAE03;
    internal const nuint GetVcpuMmapSize = 0xAE04;
    internal const nuint CreateVcpu = 0xAE41;
    internal const nuint SetUserMemoryRegion = 0x4020AE46;
    internal const nuint Run = 0xAE80;
    internal const nuint SetGuestDebug = 0x4208AE9B;
    internal const nuint GetVcpuEvents = 0x8040AE9F;
    internal const nuint SetVcpuEvents = 0x4040AEA0;
    internal const nuint EnableCapability = 0x4068AEA3;
    internal const nuint GetOneReg = 0x4010AEAB;
    internal const nuint SetOneReg = 0x4010AEAC;
    internal const nuint ArmVcpuInit = 0x4020AEAE;
    internal const nuint ArmPreferredTarget = 0x8020AEAF;
    internal const nuint ArmVcpuFinalize = 0x4004AEC2;
}
