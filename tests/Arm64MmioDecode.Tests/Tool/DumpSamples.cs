namespace Arm64MmioDecode.Tests.Tool;

/// <summary>A dump of each format, written after the programs' own format strings: `str w8, [x10], #4` or another instruction, on a device at 0x9000018.</summary>
internal static class DumpSamples
{
    /// <summary>QEMU up to 3.0: PC and SP first, four registers a line.</summary>
    public const string QemuOld = """
        qemu-system-aarch64: warning: something else
        error: kvm run failed Function not implemented
        PC=0000000040080014  SP=0000000040090000
        X00=0000000000000000 X01=0000000000000001 X02=0000000000000002 X03=0000000000000003
        X04=0000000000000004 X05=0000000000000005 X06=0000000000000006 X07=0000000000000007
        X08=000000000000cafe X09=0000000000000009 X10=0000000009000018 X11=000000000000000b
        X12=000000000000000c X13=000000000000000d X14=000000000000000e X15=000000000000000f
        X16=0000000000000010 X17=0000000000000011 X18=0000000000000012 X19=0000000000000013
        X20=0000000000000014 X21=0000000000000015 X22=0000000000000016 X23=0000000000000017
        X24=0000000000000018 X25=0000000000000019 X26=000000000000001a X27=000000000000001b
        X28=000000000000001c X29=000000000000001d X30=0000000040080000
        PSTATE=600003c5 -ZC- EL1h
        """;

    /// <summary>QEMU since 3.1: PC before X00, SP behind X30.</summary>
    public const string QemuNew = """
        error: kvm run failed Function not implemented
         PC=0000000040080014 X00=0000000000000000 X01=0000000000000001
        X02=0000000000000002 X03=0000000000000003 X04=0000000000000004
        X05=0000000000000005 X06=0000000000000006 X07=0000000000000007
        X08=000000000000cafe X09=0000000000000009 X10=0000000009000018
        X11=000000000000000b X12=000000000000000c X13=000000000000000d
        X14=000000000000000e X15=000000000000000f X16=0000000000000010
        X17=0000000000000011 X18=0000000000000012 X19=0000000000000013
        X20=0000000000000014 X21=0000000000000015 X22=0000000000000016
        X23=0000000000000017 X24=0000000000000018 X25=0000000000000019
        X26=000000000000001a X27=000000000000001b X28=000000000000001c
        X29=000000000000001d X30=0000000040080000  SP=0000000040090000
        PSTATE=600003c5 -ZC- EL1h     FPU disabled
        """;

    /// <summary>QEMU's registers of a guest in AArch32: push {r0, r1} in Supervisor mode.</summary>
    public const string QemuAArch32 = """
        error: kvm run failed Function not implemented
        R00=00000000 R01=00000001 R02=00000002 R03=00000003
        R04=00000004 R05=00000005 R06=00000006 R07=00000007
        R08=00000008 R09=00000009 R10=0000000a R11=0000000b
        R12=0000000c R13=09000020 R14=40080000 R15=40080014
        PSR=600001d3 -ZC- A S svc32
        """;

    public const string Kvmtool = """
          Error: KVM_RUN failed

        *pc:
         0x40080014: 48 45 00 b8  1f 20 03 d5
         0x4008001c: 1f 20 03 d5  1f 20 03 d5

        *lr:
         0x40080000: 1f 20 03 d5  1f 20 03 d5

         Registers:
         PC:    0x40080014
         PSTATE:    0x600003c5
         SP_EL1:    0x40090000
         LR:    0x40080000
        """;

    /// <summary>Linux, a null pointer in a module, with time stamps: str x0, [x1, #8].</summary>
    public const string LinuxOops = """
        [   12.345678] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
        [   12.345690] Mem abort info:
        [   12.345691]   ESR = 0x0000000096000046
        [   12.345693]   EC = 0x25: DABT (current EL), IL = 32 bits
        [   12.345695]   SET = 0, FnV = 0
        [   12.345696]   EA = 0, S1PTW = 0
        [   12.345698]   FSC = 0x06: level 2 translation fault
        [   12.345700] Internal error: Oops: 0000000096000046 [#1] PREEMPT SMP
        [   12.345702] CPU: 1 PID: 321 Comm: insmod Tainted: G           O       6.1.0 #1
        [   12.345704] pstate: 60000005 (nZCv daif -PAN -UAO -TCO -DIT -SSBS BTYPE=--)
        [   12.345706] pc : probe_one+0x14/0x1000 [sample]
        [   12.345708] lr : do_one_initcall+0x50/0x210
        [   12.345710] sp : ffff80000a3bb970
        [   12.345711] x29: ffff80000a3bb970 x28: ffff80000a3bbc60 x27: 0000000000000000
        [   12.345714] x26: 0000000000000003 x25: ffff000003b5a200 x24: ffff800009e2a000
        [   12.345717] x23: 0000000000000000 x22: ffff800001066000 x21: ffff800001064000
        [   12.345720] x20: ffff800001066018 x19: ffff0000038d2000 x18: 0000000000000000
        [   12.345723] x17: 0000000000000000 x16: 0000000000000000 x15: 0000000000000000
        [   12.345726] x14: 0000000000000000 x13: 0000000000000000 x12: 0000000000000000
        [   12.345729] x11: 0000000000000000 x10: 0000000000000000 x9 : ffff800008014f50
        [   12.345732] x8 : 0000000000000000 x7 : 0000000000000000 x6 : 0000000000000000
        [   12.345735] x5 : 0000000000000000 x4 : 0000000000000000 x3 : 0000000000000000
        [   12.345738] x2 : 0000000000000000 x1 : 0000000000000000 x0 : 000000000000002a
        [   12.345741] Call trace:
        [   12.345742]  probe_one+0x14/0x1000 [sample]
        [   12.345745] Code: d503245f d503201f d2800001 d2800540 (f9000420)
        [   12.345748] ---[ end trace 0000000000000000 ]---
        """;

    /// <summary>EDK2's firmware, a wrong pointer: the fault of ldr x0, [x19].</summary>
    public const string Edk2 = """
        Synchronous Exception at 0x000000005F6FD0C0
        PC 0x00005F6FD0C0 (0x00005F6FC000+0x000010C0) [ 0] Sample.dll
        PC 0x00005FB16A24 (0x00005FB0C000+0x0000AA24) [ 1] DxeCore.dll

          X0 0x0000000000000000   X1 0x0000000000000001   X2 0x0000000000000002   X3 0x0000000000000003
          X4 0x0000000000000004   X5 0x0000000000000005   X6 0x0000000000000006   X7 0x0000000000000007
          X8 0x0000000000000008   X9 0x0000000000000009  X10 0x000000000000000A  X11 0x000000000000000B
         X12 0x000000000000000C  X13 0x000000000000000D  X14 0x000000000000000E  X15 0x000000000000000F
         X16 0x0000000000000010  X17 0x0000000000000011  X18 0x0000000000000012  X19 0xAFAFAFAFAFAFAFAF
         X20 0x0000000000000014  X21 0x0000000000000015  X22 0x0000000000000016  X23 0x0000000000000017
         X24 0x0000000000000018  X25 0x0000000000000019  X26 0x000000000000001A  X27 0x000000000000001B
         X28 0x000000000000001C   FP 0x000000005F7FF9A0   LR 0x000000005FB16A24

          V0 0x0000000000000000 0000000000000000   V1 0x0000000000000000 0000000000000000

          SP 0x000000005F7FF9A0  ELR 0x000000005F6FD0C0  SPSR 0x60000305  FPSR 0x00000000
         ESR 0x96000004          FAR 0xAFAFAFAFAFAFAFAF

         ESR : EC 0x25  IL 0x1  ISS 0x00000004

        Data abort: Translation fault, zeroth level
        """;

    /// <summary>EDK2's firmware for 32 bits, a DEBUG build: str r0, [r1], #4 to a page without a translation.</summary>
    public const string Edk2AArch32 = """
        Data Abort Exception PC at 0x5FB3ED74  CPSR 0x600F0113 nZCveaift_svc
        /build/Sample.dll
        loaded at 0x5FB3E000 (PE/COFF offset) 0xD74 (ELF or Mach-O offset) 0xB74
        0xE4810004 \tSTR r0, [r1], #0x4
          R0 0x0000002A   R1 0x09000018   R2 0x00000002   R3 0x00000003
          R4 0x00000004   R5 0x00000005   R6 0x00000006   R7 0x00000007
          R8 0x00000008   R9 0x00000009  R10 0x0000000A  R11 0x0000000B
         R12 0x0000000C   SP 0x5F7FF9A0   LR 0x5FB16A24   PC 0x5FB3ED74
        DFSR 0x00000807 DFAR 0x09000018 IFSR 0x00000000 IFAR 0x00000000
         Translation fault on Page: write to 0x09000018
        """;

    /// <summary>U-Boot: ldr w0, [x20] on an address that no device answers.</summary>
    public const string UBoot = """
        "Synchronous Abort" handler, esr 0x96000010, far 0x9000018
        elr: 0000000000004d60 lr : 0000000000004dac (reloc)
        elr: 000000007ff59d60 lr : 000000007ff59dac
        x0 : 0000000000000221 x1 : 0000000000000001
        x2 : 0000000000000002 x3 : 0000000000000003
        x4 : 0000000000000004 x5 : 0000000000000005
        x6 : 0000000000000006 x7 : 0000000000000007
        x8 : 0000000000000008 x9 : 0000000000000009
        x10: 000000000000000a x11: 000000000000000b
        x12: 000000000000000c x13: 000000000000000d
        x14: 000000000000000e x15: 000000000000000f
        x16: 0000000000000010 x17: 0000000000000011
        x18: 0000000000000012 x19: 0000000000000013
        x20: 0000000009000018 x21: 0000000000000015
        x22: 0000000000000016 x23: 0000000000000017
        x24: 0000000000000018 x25: 0000000000000019
        x26: 000000000000001a x27: 000000000000001b
        x28: 000000000000001c x29: 000000007bf2e590

        Code: 17ffffd9 f9401674 8b140274 8b181a94 (b9400280)
        Resetting CPU ...
        """;

    public const string Xen = """
        (XEN) [   23.456789] d1v0 Unhandled SMC/HVC: 0x84000050
        (XEN) traps.c:2013:d1v0 HSR=0x92000046 pc=0xffff800008123454 gva=0xffff80000a000018 gpa=0x00000009000018
        """;

    public const string Hafnium = """
        INFO: Hafnium initialisation completed
        WARNING: Stage-2 page fault: pc=0x6284014, vmid=0x8001, vcpu=0, vaddr=0x9000018, ipaddr=0x9000018, mode=0x2 0x10
        """;

    /// <summary>TF-A: str x0, [x1] at EL3.</summary>
    public const string TrustedFirmware = """
        Unhandled Exception in EL3.
        x30            = 0x000000000e02d0b4
        x0             = 0x000000000000002a
        x1             = 0x0000000000000018
        x2             = 0x0000000000000002
        elr_el3        = 0x000000000e02d0c0
        spsr_el3       = 0x00000000600003cd
        sp_el0         = 0x000000000e0401f0
        esr_el3        = 0x0000000096000045
        far_el3        = 0x0000000000000018
        """;
}
