// Takes real exceptions and reports what the architecture made of them. It runs at EL3 under qemu-system-aarch64
// -M virt,secure=on,virtualization=on. The host places a list of cases at CASES (Exceptions/QemuExceptions.cs): each is
// a register setting of EL1 and EL2, a PSTATE and PC to return to, and an instruction to put there, which faults.
// The vectors of EL1 and EL2 lead to an SMC at once, so the exception's result is what EL3 finds: the new PSTATE is
// SPSR_EL3, the vector follows from ELR_EL3, and ESR, FAR, ELR and SPSR of EL1 or EL2 are what entry wrote. AArch32's
// vectors first read SPSR into R3 or R4.

        .arch   armv8.5-a

        .equ    UART, 0x09000000
        .equ    CASES, 0x43800000
        .equ    SEED, 0x5a5a5a5a

        // Offsets in a case, which is CASE_SIZE bytes long; the list starts with their number, 64 bits.
        .equ    C_SPSR, 0
        .equ    C_PC, 8
        .equ    C_STORE, 16             // where the instruction goes; 0 for nowhere
        .equ    C_OPCODE, 24
        .equ    C_X1, 32
        .equ    C_HCR, 40
        .equ    C_SCTLR1, 48
        .equ    C_TCR1, 56
        .equ    C_TTBR1, 64
        .equ    C_VBAR1, 72
        .equ    C_DACR, 80
        .equ    C_SCTLR2, 88
        .equ    C_TCR2, 96
        .equ    C_TTBR2, 104
        .equ    C_VBAR2, 112
        .equ    CASE_SIZE, 120

        .text
        .global _start
_start:
        ldr     x0, =stack_top
        mov     sp, x0
        ldr     x0, =vectors
        msr     vbar_el3, x0
        ldr     x0, =0x30c50830         // SCTLR_EL3: RES1 bits, MMU off
        msr     sctlr_el3, x0
        msr     cptr_el3, xzr
        msr     mdcr_el3, xzr
        mov     x0, #0x531              // SCR_EL3: NS, HCE, RW; SMC not disabled
        msr     scr_el3, x0
        mov     x0, #0x33ff
        msr     cptr_el2, x0
        msr     mdcr_el2, xzr
        mov     x0, #0xff               // attribute 0: Normal Write-Back
        msr     mair_el1, x0
        msr     mair_el2, x0
        msr     ttbr1_el1, xzr
        isb
        ldr     x28, =CASES
        ldr     x27, [x28], #8

next:   // x27 cases are left, x28 is the next one
        cbz     x27, exit
        ldr     x0, [x28, #C_STORE]
        cbz     x0, 1f
        ldr     x1, [x28, #C_OPCODE]
        strh    w1, [x0]                // T32 instructions are aligned to 2 only
        lsr     w1, w1, #16
        strh    w1, [x0, #2]
1:      ldr     x0, [x28, #C_HCR]
        msr     hcr_el2, x0
        ldr     x0, [x28, #C_SCTLR1]
        msr     sctlr_el1, x0
        ldr     x0, [x28, #C_TCR1]
        msr     tcr_el1, x0
        ldr     x0, [x28, #C_TTBR1]
        msr     ttbr0_el1, x0
        ldr     x0, [x28, #C_VBAR1]
        msr     vbar_el1, x0
        ldr     x0, [x28, #C_DACR]
        msr     dacr32_el2, x0
        ldr     x0, [x28, #C_SCTLR2]
        msr     sctlr_el2, x0
        ldr     x0, [x28, #C_TCR2]
        msr     tcr_el2, x0
        ldr     x0, [x28, #C_TTBR2]
        msr     ttbr0_el2, x0
        ldr     x0, [x28, #C_VBAR2]
        msr     vbar_el2, x0

        ldr     x20, =SEED
        mov     x22, x20
        orr     x0, x20, x20, lsl #32
        msr     far_el1, x0
        msr     far_el2, x0
        msr     esr_el1, xzr
        msr     esr_el2, xzr
        msr     elr_el1, xzr
        msr     elr_el2, xzr
        msr     spsr_el1, xzr
        msr     spsr_el2, xzr
        msr     ifsr32_el2, xzr

        ldr     x0, [x28, #C_PC]
        msr     elr_el3, x0
        ldr     x0, [x28, #C_SPSR]
        msr     spsr_el3, x0
        dsb     sy
        tlbi    alle1
        tlbi    alle2
        ic      iallu
        dsb     sy
        isb
        stp     x27, x28, [sp, #-16]!
        ldr     x1, [x28, #C_X1]
        mov     x3, x20
        mov     x4, x20
        eret

taken:  // an exception to EL3: the SMC of a vector, or something unexpected, which the host sees in ESR_EL3
        stp     x20, x22, [sp, #-16]!
        stp     x3, x4, [sp, #-16]!
        mrs     x0, esr_el1
        bl      put
        mrs     x0, far_el1
        bl      put
        mrs     x0, elr_el1
        bl      put
        mrs     x0, spsr_el1
        bl      put
        mrs     x0, esr_el2
        bl      put
        mrs     x0, far_el2
        bl      put
        mrs     x0, elr_el2
        bl      put
        mrs     x0, spsr_el2
        bl      put
        mrs     x0, esr_el3
        bl      put
        mrs     x0, elr_el3
        bl      put
        mrs     x0, spsr_el3
        bl      put
        mrs     x0, ifsr32_el2
        bl      put
        ldp     x20, x22, [sp], #16     // R3 and R4
        mov     x0, x20
        bl      put
        mov     x0, x22
        bl      put
        ldp     x20, x22, [sp], #16
        mov     x0, x20
        bl      put
        mov     x0, x22
        bl      put
        ldp     x27, x28, [sp], #16
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
        .balign 16
stack:  .space  1024
stack_top:
