@ Entry of the translation walker in AArch32 at EL3 (Secure Supervisor mode after reset): stacks, vectors, Monitor mode.
    .syntax unified
    .arch armv8-a
    .section .text.start, "ax"
    .globl _start
_start:
    cps #0x17                   @ Abort mode
    ldr sp, =abort_stack_top
    cps #0x16                   @ Monitor mode
    ldr sp, =stack_top
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0  @ VBAR (Secure)
    mcr p15, 0, r0, c12, c0, 1  @ MVBAR
    isb
    bl main
1:  b 1b

@ An address translation whose walk meets an External abort takes it as a Data Abort exception instead of reporting it in
@ PAR. Its syndrome is kept for the program, which goes on behind the instruction. Any other exception is a bug of this
@ program, and ends it.
    .balign 32
vectors:
    mov r0, #0
    b unexpected
    mov r0, #2
    b unexpected
    b data_abort                @ 0x10
    mov r0, #5
    b unexpected
    mov r0, #7

unexpected:
    bl unexpected_exception

data_abort:
    push {r0, r1}
    mrc p15, 0, r0, c5, c0, 0   @ DFSR (Secure)
    orr r0, r0, #0x80000000
    ldr r1, =abort_syndrome
    str r0, [r1]
    pop {r0, r1}
    subs pc, lr, #4             @ the preferred return address of a Data Abort is 8 behind the instruction

    .bss
    .balign 16
    .space 65536
stack_top:
    .space 4096
abort_stack_top:

    .section .note.GNU-stack, "", %progbits
