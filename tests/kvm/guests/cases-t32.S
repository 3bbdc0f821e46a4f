// T32 instructions on a device. See case.inc.
    .arch   armv8-a
    .fpu    crypto-neon-fp-armv8
    .syntax unified
    .thumb
    .include "case.inc"
    .include "cases-aarch32.inc"

// --- forms that only T32 has -----------------------------------------------------------------------------------------
    case    "r4+0", "ldr.n r0, [r2]"
    case    "r4+16", "ldr.n r0, [r2, r3]"
    case    "r2+16", "ldrsh.n r0, [r2, r3]"
    case    "r1+16", "ldrsb.n r0, [r2, r3]"
    case    "w4+124", "str.n r0, [r2, #124]"
    case    "r4+8", "ldr.n r0, [sp, #8]"
    case    "w4+8", "str.n r0, [sp, #8]"
    case    "r4+0 r4+4", "ldmia.n r2!, {r0, r1}"
    case    "r4+0 r4+4", "ldmia.n r2, {r1, r2}"
    case    "w4+0 w4+4 w4+8", "stmia.n r2!, {r0, r1, r7}"
    case    "r4+128", "ldr.w r0, [r2, r3, lsl #3]"
    case    "r4+0", "ldrt r0, [r2]"
    case    "r1+4", "ldrsbt r0, [r2, #4]"
    case    "w2+8", "strht r0, [r2, #8]"
    case    "r4+0x10 w4+0x10", "ldrex r0, [r2, #16] ; strex r4, r1, [r2, #16]"
    case    "r4+8 r4+12", "ldrd r0, r8, [r2, #8]"
    case    "mmu r4+0", "ldr.w r0, [pc, #0x3fc]"
    case    "el1 pc@0 cpsr@4 r4+0 r4+4", "rfeia r2!"
