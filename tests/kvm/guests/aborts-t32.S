// T32 instructions whose access the device refuses part of the way. See case.inc.
    .arch   armv8-a
    .fpu    crypto-neon-fp-armv8
    .syntax unified
    .thumb
    .include "case.inc"
    .include "aborts-aarch32.inc"
