// A hypervisor of one page of code: runs single instructions at EL1 or EL0 under a stage 2 translation that maps almost
// nothing, and reports what it finds in ESR_EL2, FAR_EL2 and HPFAR_EL2. It runs at EL2 under
// qemu-system-aarch64 -M virt,virtualization=on. Stage 2 maps 2 MB of RAM at GUEST to itself; every other address faults.
// The host places an image at GUEST (vectors that consist of HVCs, stage 1 tables) and a list of cases at CASES
// (Tooling/QemuStage2.cs).

        .arch   armv8.5-a+sve

        .equ    UART, 0x09000000
        .equ    GUEST, 0x46000000
        .equ    CASES, 0x43000000

        // Offsets in a case, which is CASE_SIZE bytes long; the list starts with their number, 64 bits.
        .equ    C_SPSR, 0
        .equ    C_PC, 8
        .equ    C_CODE, 16              // where in memory the two words of C_OPCODE go
        .equ    C_OPCODE, 24
        .equ    C_SP, 32                // SP_EL0 and SP_EL1
        .equ    C_HCR, 40
        .equ    C_SCTLR, 48
        .equ    C_TCR, 56
        .equ    C_TTBR0, 64
        .equ    C_MAIR, 72
        .equ    C_VBAR, 80
        .equ    C_X, 88                 // X0 to X30
        .equ    CASE_SIZE, 88 + 31 * 8

        .text
        .global _start
_start:
        ldr     x0, =stack_top
        mov     sp, x0
        ldr     x0, =vectors
        msr     vbar_el2, x0
        ldr     x0, =0x30c50830         // SCTLR_EL2: RES1 bits, MMU off
        msr     sctlr_el2, x0
        ldr     x0, =level1
        ldr     x1, =level2 + 3         // a table
        str     x1, [x0, #(GUEST >> 30) * 8]
        ldr     x0, =level2
        ldr     x1, =GUEST + 0x7fd      // a block: Normal Write-Back, read and write, Inner Shareable, accessed
        str     x1, [x0, #((GUEST >> 21) & 511) * 8]
        ldr     x0, =level1
        msr     vttbr_el2, x0
        ldr     x0, =0x80023559         // VTCR_EL2: 39 bits from level 1, 4 KB, 40-bit output, Write-Back
        msr     vtcr_el2, x0
        mov     x0, #0x22ff             // CPTR_EL2: RES1 bits; FP, SVE and SME are not trapped
        msr     cptr_el2, x0
        msr     mdcr_el2, xzr
        msr     hstr_el2, xzr
        mrs     x0, id_aa64pfr0_el1     // SVE: the longest vectors
        ubfx    x0, x0, #32, #4
        cbz     x0, 1f
        mov     x0, #0xf
        msr     s3_4_c1_c2_0, x0        // ZCR_EL2
        msr     s3_0_c1_c2_0, x0        // ZCR_EL1
        .irp    p, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        ptrue   p\p\().b               // SVE instructions access all elements
        .endr
1:      mov     x0, #0x3330000          // CPACR_EL1: FPEN, ZEN, SMEN
        msr     cpacr_el1, x0
        dsb     sy
        isb
        ldr     x28, =CASES
        ldr     x27, [x28], #8

next:   // x27 cases are left, x28 is the next one
        cbz     x27, exit
        ldr     x0, [x28, #C_CODE]
        ldr     x1, [x28, #C_OPCODE]
        str     x1, [x0]
        ldr     x0, [x28, #C_HCR]
        msr     hcr_el2, x0
        ldr     x0, [x28, #C_SCTLR]
        msr     sctlr_el1, x0
        ldr     x0, [x28, #C_TCR]
        msr     tcr_el1, x0
        ldr     x0, [x28, #C_TTBR0]
        msr     ttbr0_el1, x0
        ldr     x0, [x28, #C_MAIR]
        msr     mair_el1, x0
        ldr     x0, [x28, #C_VBAR]
        msr     vbar_el1, x0
        ldr     x0, [x28, #C_SP]
        msr     sp_el0, x0
        msr     sp_el1, x0
        ldr     x0, [x28, #C_PC]
        msr     elr_el2, x0
        ldr     x0, [x28, #C_SPSR]
        msr     spsr_el2, x0
        msr     esr_el1, xzr
        dsb     sy
        tlbi    alle1
        ic      iallu
        dsb     sy
        isb
        stp     x27, x28, [sp, #-16]!
        add     x30, x28, #C_X
        ldp     x0, x1, [x30]
        ldp     x2, x3, [x30, #16]
        ldp     x4, x5, [x30, #32]
        ldp     x6, x7, [x30, #48]
        ldp     x8, x9, [x30, #64]
        ldp     x10, x11, [x30, #80]
        ldp     x12, x13, [x30, #96]
        ldp     x14, x15, [x30, #112]
        ldp     x16, x17, [x30, #128]
        ldp     x18, x19, [x30, #144]
        ldp     x20, x21, [x30, #160]
        ldp     x22, x23, [x30, #176]
        ldp     x24, x25, [x30, #192]
        ldp     x26, x27, [x30, #208]
        ldp     x28, x29, [x30, #224]
        ldr     x30, [x30, #240]
        eret

taken:  // an exception from the guest (or one of this program's own, which the host sees in ESR_EL2)
        ldp     x27, x28, [sp], #16
        mrs     x0, esr_el2
        bl      put
        mrs     x0, far_el2
        bl      put
        mrs     x0, hpfar_el2
        bl      put
        mrs     x0, elr_el2
        bl      put
        mrs     x0, spsr_el2
        bl      put
        mrs     x0, esr_el1
        bl      put
        sub     x27, x27, #1
        add     x28, x28, #CASE_SIZE
        b       next

put:    // writes x0 to the UART, low byte first
        ldr     x2, =UART
        mov     x3, #8
1:      ldr     w4, [x2, #0x18]
        tbnz    w4, #5, 1b              // FR.TXFF
        strb    w0, [x2]
        lsr     x0, x0, #8
        subs    x3, x3, #1
        b.ne    1b
        ret

exit:   // semihosting SYS_EXIT, ADP_Stopped_ApplicationExit
        ldr     x1, =exit_block
        mov     w0, #0x18
        hlt     #0xf000
        b       .

        .balign 16
exit_block:
        .quad   0x20026, 0

        .balign 2048
vectors:
        .rept   16
        b       taken
        .balign 128
        .endr

        .bss
        .balign 4096
level1: .space  4096
level2: .space  4096
stack:  .space  1024
stack_top:
