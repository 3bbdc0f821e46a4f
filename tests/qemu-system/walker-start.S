// Entry of the translation walker at EL3: a stack, and nothing else.
    .section .text.start, "ax"
    .globl _start
_start:
    ldr x0, =stack_top
    mov sp, x0
    ldr x0, =vectors
    msr vbar_el3, x0
    isb
    bl main
1:  b 1b

// An AT instruction whose walk meets an External abort takes it as a Data Abort exception (EC 0x25) instead of reporting
// it in PAR_EL1. Its syndrome is kept for the program, which goes on behind the instruction. Any other exception is a bug
// of this program, and ends it.
    .balign 2048
vectors:
    .rept 16
    .balign 128
    b exception
    .endr

exception:
    stp x0, x1, [sp, #-16]!
    mrs x0, esr_el3
    lsr x1, x0, #26
    cmp x1, #0x25
    b.ne unexpected_exception
    adrp x1, abort_syndrome
    str x0, [x1, #:lo12:abort_syndrome]
    mrs x0, elr_el3
    add x0, x0, #4
    msr elr_el3, x0
    ldp x0, x1, [sp], #16
    eret

    .bss
    .balign 16
    .space 65536
stack_top:

    .section .note.GNU-stack, "", %progbits
