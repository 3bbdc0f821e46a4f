namespace Arm64MmioDecode.Tests.Tool;

/// <summary>
/// What programs really printed, under qemu-system-aarch64 and qemu-system-arm 7.2 (-M virt, no KVM), about an access to 0xb000000, where
/// that machine has nothing, or to a port of a PCI bus that was not mapped. Debian 12's packages; lines that say nothing are left out.
/// </summary>
internal static class RecordedDumps
{
    /// <summary>Linux 6.1 (linux-image-arm64), a byte of /dev/port read with initcall_blacklist=gen_pci_driver_init: ldarb w0, [x0].</summary>
    public const string LinuxOops = """
        [    1.081221] Unable to handle kernel paging request at virtual address fffffbfffe80fde8
        [    1.081422] Mem abort info:
        [    1.081466]   ESR = 0x0000000096000006
        [    1.081530]   EC = 0x25: DABT (current EL), IL = 32 bits
        [    1.081606]   SET = 0, FnV = 0
        [    1.081651]   EA = 0, S1PTW = 0
        [    1.081700]   FSC = 0x06: level 2 translation fault
        [    1.081770] Data abort info:
        [    1.081815]   ISV = 0, ISS = 0x00000006
        [    1.081869]   CM = 0, WnR = 0
        [    1.081931] swapper pgtable: 4k pages, 48-bit VAs, pgdp=0000000041858000
        [    1.082026] [fffffbfffe80fde8] pgd=0000000042170003, p4d=0000000042170003, pud=0000000042171003, pmd=0000000000000000
        [    1.082329] Internal error: Oops: 0000000096000006 [#1] SMP
        [    1.082501] Modules linked in:
        [    1.082580] CPU: 0 PID: 81 Comm: busybox Tainted: G   M               6.1.0-57-arm64 #1  Debian 6.1.192-3
        [    1.082710] Hardware name: linux,dummy-virt (DT)
        [    1.082776] pstate: 80000005 (Nzcv daif -PAN -UAO -TCO -DIT -SSBS BTYPE=--)
        [    1.082873] pc : logic_inb+0xa4/0xe0
        [    1.082978] lr : read_port+0xec/0x150
        [    1.083036] sp : ffff8000082cb960
        [    1.083083] x29: ffff8000082cb960 x28: 00000000112794e0 x27: 00000000112794e0
        [    1.083185] x26: ffff8000082cba60 x25: 0000000000000000 x24: 0000ffffffffffff
        [    1.083362] x23: 000000000000ffff x22: ffff3c96830fe180 x21: 00000000112794e1
        [    1.083501] x20: 000000000000fde8 x19: 00000000112794e0 x18: 0000000000000000
        [    1.083604] x17: 0000000000000000 x16: 0000000000000000 x15: 0000000000000000
        [    1.083703] x14: 0000000000000000 x13: 0000000000000000 x12: 0000000000000000
        [    1.083803] x11: 0000000000000000 x10: 0000000000000000 x9 : ffffbcc8a2fab5ec
        [    1.083903] x8 : 0000000000000000 x7 : 0000000000000000 x6 : 0000000000000000
        [    1.084005] x5 : ffff3c9682598cd0 x4 : 0000000000400100 x3 : 000000000000fde8
        [    1.084104] x2 : 0000000000ffbffe x1 : 000000000000fde8 x0 : fffffbfffe80fde8
        [    1.084283] Call trace:
        [    1.084422]  logic_inb+0xa4/0xe0
        [    1.084582]  vfs_read+0xcc/0x2d0
        [    1.084651]  ksys_read+0x7c/0x114
        [    1.084701]  __arm64_sys_read+0x24/0x30
        [    1.084758]  invoke_syscall+0x68/0xe0
        [    1.084814]  el0_svc_common.constprop.0+0x4c/0xf4
        [    1.084903]  do_el0_svc+0x2c/0x9c
        [    1.084954]  el0_svc+0x34/0xdc
        [    1.085001]  el0t_64_sync_handler+0xf4/0x120
        [    1.085062]  el0t_64_sync+0x18c/0x190
        [    1.085191] Code: d2bfd000 f2df7fe0 f2ffffe0 8b000020 (08dffc00)
        [    1.085384] ---[ end trace 0000000000000000 ]---
        """;

    /// <summary>Linux 6.1 (linux-image-cloud-arm64), busybox devmem 0x0b000000 32 with debug.exception-trace = 1.</summary>
    public const string LinuxProgram = """
        [    5.742714] busybox[79]: unhandled exception: DABT (lower EL), ESR 0x0000000092000010, synchronous external abort in busybox[400000+1b3000]
        [    5.743331] CPU: 0 PID: 79 Comm: busybox Tainted: G   M               6.1.0-56-cloud-arm64 #1  Debian 6.1.192-2
        [    5.750325] Hardware name: linux,dummy-virt (DT)
        [    5.750554] pstate: 60000000 (nZCv daif -PAN -UAO -TCO -DIT -SSBS BTYPE=--)
        [    5.750668] pc : 00000000004c7ed8
        [    5.750726] lr : 00000000004c7e10
        [    5.750773] sp : 0000ffffecc48990
        [    5.750824] x29: 0000ffffecc48ad0 x28: 0000000000400280 x27: 00000000005cfae8
        [    5.750974] x26: 00000000005d9000 x25: 0000000000000018 x24: 0000000000000003
        [    5.751074] x23: 000000000b000000 x22: 0000ffffecc48c90 x21: 0000ffffecc48f85
        [    5.751173] x20: 0000000000000000 x19: 0000000000000020 x18: 0000000000000001
        [    5.751272] x17: 0000000000000000 x16: 0000000000000000 x15: 0000000000000000
        [    5.751371] x14: 00000000005d0e18 x13: 0000000000000000 x12: 00000000005cf9d8
        [    5.754059] x11: 00000000005d0930 x10: 000000000000000a x9 : 00000000005667a0
        [    5.754204] x8 : 00000000000000de x7 : 00000000005670a0 x6 : 0000000000000005
        [    5.754305] x5 : 000000000b000000 x4 : 0000000000000003 x3 : 0000000000000001
        [    5.754403] x2 : 0000000000000000 x1 : 0000000000000000 x0 : 0000ffff94656000
        """;

    /// <summary>Linux 6.1 (linux-image-armmp), a byte of /dev/port read: ldrb r2, [r2].</summary>
    public const string LinuxAArch32Oops = """
        [    4.952191] 8<--- cut here ---
        [    4.952380] Unable to handle kernel paging request at virtual address fee0fde8
        [    4.952502] [fee0fde8] *pgd=41c31811, *pte=00000000, *ppte=00000000
        [    4.952910] Internal error: Oops: 7 [#1] SMP ARM
        [    4.953061] Modules linked in:
        [    4.953148] CPU: 0 PID: 76 Comm: busybox Not tainted 6.1.0-50-armmp #1  Debian 6.1.176-1
        [    4.953259] Hardware name: Generic DT based system
        [    4.953326] PC is at read_port+0x58/0xcc
        [    4.953574] LR is at vfs_read+0xa8/0x2b0
        [    4.953635] pc : [<c097a2c4>]    lr : [<c05cb7cc>]    psr: 200f0013
        [    4.953717] sp : e08f9ed8  ip : 00020000  fp : c097a26c
        [    4.953787] r10: 004c4dd0  r9 : c1ae8000  r8 : 0000ffff
        [    4.953856] r7 : 0000fde9  r6 : 00000001  r5 : 004c4dd0  r4 : 0000fde8
        [    4.953940] r3 : e08f9f80  r2 : fee0fde8  r1 : beffffff  r0 : 00000001
        [    4.954026] Flags: nzCv  IRQs on  FIQs on  Mode SVC_32  ISA ARM  Segment none
        [    4.954123] Control: 10c5387d  Table: 41ca006a  DAC: 00000051
        [    4.965815] Code: e0847002 ee1d9f70 e1a0500a e2442612 (e5d22000)
        [    4.975291] ---[ end trace 0000000000000000 ]---
        """;

    /// <summary>Linux 6.1 (linux-image-armmp), busybox devmem 0x0b000000 32, in T32, with print-fatal-signals=1.</summary>
    public const string LinuxAArch32Program = """
        [    4.882612] 8<--- cut here ---
        [    4.892653] Unhandled fault: external abort on non-linefetch (0x008) at 0xb6f69000
        [    4.893004] [b6f69000] *pgd=41d18835, *pte=0b000783, *ppte=0b000e33
        [    4.903785] potentially unexpected fatal signal 7.
        [    4.904074] CPU: 0 PID: 75 Comm: busybox Not tainted 6.1.0-50-armmp #1  Debian 6.1.176-1
        [    4.904226] Hardware name: Generic DT based system
        [    4.904343] PC is at 0x44276
        [    4.904621] LR is at 0xc7301
        [    4.904669] pc : [<00044276>]    lr : [<000c7301>]    psr: 600f0030
        [    4.904759] sp : beaa8cb8  ip : 000000c0  fp : 0b000000
        [    4.904834] r10: 00000000  r9 : 00000000  r8 : 00000000
        [    4.904909] r7 : beaa8e98  r6 : beaa8f89  r5 : beaa8e98  r4 : 00000020
        [    4.905000] r3 : b6f69000  r2 : 00000001  r1 : 00000000  r0 : b6f69000
        [    4.905115] Flags: nZCv  IRQs on  FIQs on  Mode USER_32  ISA Thumb  Segment user
        [    4.905228] Control: 10c5387d  Table: 41ca406a  DAC: 00000055
        """;

    /// <summary>U-Boot 2023.01 (u-boot-qemu), md.l 0xb000000 1: ldr w3, [x22]. It prints neither FAR nor SP.</summary>
    public const string UBoot = """
        => md.l 0xb000000 1
        "Synchronous Abort" handler, esr 0x96000010
        elr: 0000000000081104 lr : 0000000000081054 (reloc)
        elr: 000000004ff78104 lr : 000000004ff78054
        x0 : 0000000000000009 x1 : 000000004edb6a38
        x2 : 00000000fffffffe x3 : 0000000000000020
        x4 : 0000000000000030 x5 : 000000004edb6a31
        x6 : 000000004ff9c9a9 x7 : 000000004edb6980
        x8 : 00000000ffffffd8 x9 : 0000000000000004
        x10: 0000000000000010 x11: 0000000000000006
        x12: 000000000001869f x13: 000000004edb6ca8
        x14: 000000004edb6db0 x15: 0000000000000000
        x16: 000000004ff096b8 x17: 0000000000000000
        x18: 000000004eeb6db0 x19: 0000000000000004
        x20: 0000000000000004 x21: 0000000000000001
        x22: 000000000b000000 x23: 000000004ffa830e
        x24: 000000004edb6a39 x25: 0000000000000000
        x26: 000000004edb69e8 x27: 0000000000000008
        x28: 0000000000000004 x29: 000000004edb6980

        Code: 2a0403f3 17ffffcb 7100129f 54000181 (b94002c3)
        Resetting CPU ...
        """;

    /// <summary>U-Boot 2023.01 for 32 bits, md.l 0xb000000 1: ldreq r3, [r8]. It prints no fault status at all.</summary>
    public const string UBootAArch32 = """
        => md.l 0xb000000 1
        data abort
        pc : [<4ffb27d8>]	   lr : [<4ffb2754>]
        reloc pc : [<0007a7d8>]	   lr : [<0007a754>]
        sp : 4edf7c38  ip : 4edf7b44	 fp : 00000001
        r10: 00000000  r9 : 4eef7eb0	 r8 : 0b000000
        r7 : 00000001  r6 : 4edf7cc1	 r5 : 00000004  r4 : 00000004
        r3 : 4edf7cb8  r2 : 00000008	 r1 : 4ffd16df  r0 : 00000009
        Flags: nZCv  IRQs off  FIQs off  Mode SVC_32
        Code: e1a0000b e28dd050 e8bd8df0 e3550004 (05983000)
        Resetting CPU ...
        """;

    /// <summary>EDK2's RELEASE build (qemu-efi-aarch64), mm 0b000000 -w 4 -MMIO -n in its shell: printed twice, on console and serial port.</summary>
    public const string Edk2Release = """
        Synchronous Exception at 0x000000005FB05780


        Synchronous Exception at 0x000000005FB05780
        """;

    /// <summary>EDK2's RELEASE build for 32 bits (qemu-efi-arm), the same command.</summary>
    public const string Edk2AArch32Release = """
        Data Abort Exception PC at 0x5FB3ED74  CPSR 0x600F0113
        Data Abort Exception PC at 0x5FB3ED74  CPSR 0x600F0113
        """;
}
