/* A guest of QEMU's virt machine on bare metal: accesses without a syndrome to its devices, each compared with plain ones.
 * -DPART_soak makes the one of two CPUs that goes on until it is stopped, -DPART_join the one of elements smaller than the registers. */

#define RTC       0x09010000
#define VIRTIO    0x0a000000
#define FLASH     0x04000000
#define GICD      0x08000000
#define GICR      0x080a0000
#define GICR_SGI  0x080b0000

#include "vmm-a64.inc"

.text
#ifdef PART_join
guest:  stp     x29, x30, [sp, #-16]!
        ldr     x10, =VIRTIO
        ldr     w14, [x10]
        ldr     w15, [x10, #4]
        orr     x14, x14, x15, lsl #32
        ldr     w15, [x10, #8]
        ldr     w16, [x10, #12]
        orr     x15, x15, x16, lsl #32
        ld1     {v0.16b}, [x10]
        mov     x11, v0.d[0]
        check   "ld1 of bytes: lower half", x11, x14
        mov     x11, v0.d[1]
        check   "ld1 of bytes: upper half", x11, x15
        ld1     {v0.8h}, [x10]
        mov     x11, v0.d[0]
        check   "ld1 of halfwords: lower half", x11, x14
        mov     x11, v0.d[1]
        check   "ld1 of halfwords: upper half", x11, x15
        ld1     {v0.16b, v1.16b}, [x10]
        mov     x11, v0.d[1]
        check   "ld1 of two registers", x11, x15
        ldr     x10, =RTC
        add     x11, x10, #4                    // RTCMR, RTCLR
        ldr     x12, =0x12345678
        fmov    d2, x12
        st1     {v2.8b}, [x11]
        ldr     w13, [x10, #4]
        check   "st1 of bytes", x13, x12
        ldr     x10, =GICD + 0x420
        ldr     w12, =0xa0b0c0d0
        str     w12, [x10]
        ldr     w13, =0x10203040
        str     w13, [x10, #4]
        orr     x12, x12, x13, lsl #32
        ld1     {v3.4s}, [x10]
        mov     x11, v3.d[0]
        check   "ld1 of words from the distributor", x11, x12
        ldp     x29, x30, [sp], #16
        ret
#elif !defined(PART_soak)
guest:  stp     x29, x30, [sp, #-16]!

        ldr     x10, =UART + 0xfe0              // the identification registers: two words
        ldp     w11, w12, [x10]
        ldr     w13, [x10]
        ldr     w14, [x10, #4]
        check   "ldp of words: first", x11, x13
        check   "ldp of words: second", x12, x14

        ldr     x10, =VIRTIO                    // magic, version, device, vendor
        mov     x11, x10
        ldp     x12, x13, [x11], #16
        ldr     w14, [x10]
        ldr     w15, [x10, #4]
        orr     x14, x14, x15, lsl #32
        check   "ldp of doublewords: first", x12, x14
        sub     x11, x11, x10
        mov     x14, #16
        check   "ldp of doublewords: base", x11, x14
        ldr     w14, [x10, #8]
        ldr     w15, [x10, #12]
        orr     x14, x14, x15, lsl #32
        check   "ldp of doublewords: second", x13, x14

        ldr     q0, [x10]
        mov     x11, v0.d[1]
        check   "ldr q: upper half", x11, x14
        ld1     {v1.4s}, [x10]
        mov     x11, v1.d[1]
        check   "ld1 of words", x11, x14
        ldp     q3, q4, [x10]
        mov     x11, v3.d[1]
        check   "ldp of q", x11, x14

        ldr     x10, =RTC
        add     x11, x10, #4                    // RTCMR
        ldr     w12, =0x12345678
        str     w12, [x11], #4
        ldr     w13, [x10, #4]
        check   "str post-indexed: value", x13, x12
        sub     x11, x11, x10
        mov     x13, #8
        check   "str post-indexed: base", x11, x13
        ldr     w12, =0x11112222
        mov     w13, #0
        add     x11, x10, #4
        stp     w12, w13, [x11]                 // RTCMR, RTCLR
        ldr     w13, [x10, #4]
        check   "stp of words", x13, x12
        add     x11, x10, #8
        ldr     w12, =0x33334444
        str     w12, [x11, #-4]!
        ldr     w13, [x10, #4]
        check   "str pre-indexed", x13, x12

        ldr     x10, =FLASH                     // EDK2's driver: commands with writeback
        ldr     w12, =0x00900090                // read identifier
        mov     x11, x10
        str     w12, [x11], #4
        ldr     w13, [x10]
        ldr     w14, =0x00890089
        check   "flash: identifier", x13, x14
        ldr     w12, =0x00ff00ff                // read array
        mov     x11, x10
        str     w12, [x11], #4
        ldr     w13, =0x00400040                // program a word
        ldr     w14, =0x5aa5c33c
        add     x11, x10, #0x100
        str     w13, [x11], #0
        str     w14, [x11], #4
        mov     x11, x10
        str     w12, [x11], #4
        ldr     w13, [x10, #0x100]
        check   "flash: programmed word", x13, x14

        ldr     x10, =GICD                      // QNX's start-up: priorities by a post-indexed loop
        add     x11, x10, #0x420
        ldr     w12, =0xa0b0c0d0
        mov     x13, #8
7:      str     w12, [x11], #4
        subs    x13, x13, #1
        b.ne    7b
        ldr     w13, [x10, #0x420]
        ldr     w14, [x10, #0x43c]
        ldr     w12, =0xa0b0c0d0
        check   "GICD_IPRIORITYR: first", x13, x12
        check   "GICD_IPRIORITYR: last", x14, x12
        sub     x11, x11, x10
        mov     x13, #0x440
        check   "GICD_IPRIORITYR: base", x11, x13
        ldp     w11, w12, [x10, #4]             // GICD_TYPER, GICD_IIDR
        ldr     w13, [x10, #4]
        ldr     w14, [x10, #8]
        check   "GICD_TYPER by ldp", x11, x13
        check   "GICD_IIDR by ldp", x12, x14
        ldr     x11, =GICR
        mov     x14, x11
        ldr     x12, [x11, #8]
        ldr     x13, [x14, #8]!
        check   "GICR_TYPER pre-indexed", x13, x12
        ldr     x10, =GICR_SGI + 0x400
        ldr     w12, =0x80808080
        mov     w13, #0x40
        stp     w12, w13, [x10]
        ldr     w14, [x10]
        check   "GICR_IPRIORITYR by stp: first", x14, x12
        ldr     w14, [x10, #4]
        check   "GICR_IPRIORITYR by stp: second", x14, x13
        ldr     x10, =GICD + 0xe000             // where the library's page may lie
        ldr     w11, [x10]
        mov     x12, #0
        check   "the rest of the distributor reads as zero", x11, x12

        ldr     x10, =RTC
        ldxr    w11, [x10]                      // ends at the vectors: ABORT … 35
        ldr     x11, =0
        adr     x0, text_expected
        bl      puts
        ldr     x9, =aborts
        ldr     x0, [x9]
        bl      puthex
        bl      newline

        ldp     x29, x30, [sp], #16
        ret
#else
#ifndef ROUNDS
#define ROUNDS 4000
#endif
guest:  stp     x29, x30, [sp, #-16]!
        adr     x0, text_start
        bl      puts
        mov     x6, #ROUNDS
        ldr     w0, =0xc4000003                 // PSCI CPU_ON
        mov     x1, #1
        adr     x2, second
        mov     x3, #0
        hvc     #0
        ldr     x19, =GICD + 0x420
        ldr     x20, =counters
        bl      rounds
        ldr     x9, =finished
1:      ldr     w10, [x9]
        cbz     w10, 1b
        ldr     x9, =counters
        ldr     x21, [x9]
        ldr     x22, [x9, #8]
        mov     x23, #0
        check   "soak: wrong values of CPU 0", x21, x23
        ldr     x9, =counters
        ldr     x22, [x9, #8]
        check   "soak: wrong values of CPU 1", x22, x23
        ldp     x29, x30, [sp], #16
        ret

second: ldr     x9, =vectors
        msr     vbar_el1, x9
        mov     x9, #3 << 20
        msr     cpacr_el1, x9
        isb
        ldr     x9, =stack_second
        mov     sp, x9
        ldr     x19, =GICD + 0x460
        ldr     x20, =counters + 8
        bl      rounds
        ldr     x9, =finished
        mov     w10, #1
        str     w10, [x9]
1:      wfi
        b       1b

/* x19: words of the distributor of its own, x20: where wrong values are counted */
rounds: mov     x21, #ROUNDS
        mov     x28, x30
2:      ldr     x10, =VIRTIO                    // the VMM's device
        mov     x11, x10
        ldp     w12, w13, [x11], #8
        ldr     w14, =0x74726976
        cmp     w12, w14
        b.ne    8f
        cmp     w13, #1
        b.ne    8f
        sub     x11, x11, x10
        cmp     x11, #8
        b.ne    8f
        mov     w12, #0x01010101                // KVM's
        mul     w12, w12, w21
        and     w12, w12, #0xf0f0f0f0
        mov     x11, x19
        str     w12, [x11], #4
        str     w12, [x11], #4
        ldp     w13, w14, [x19]
        cmp     w13, w12
        b.ne    8f
        cmp     w14, w12
        b.ne    8f
        sub     x11, x11, x19
        cmp     x11, #8
        b.eq    9f
8:      ldr     x9, [x20]
        add     x9, x9, #1
        str     x9, [x20]
9:      tst     x21, #0xff
        b.ne    1f
        ldr     x1, =UART
        mov     w2, #'.'
        strb    w2, [x1]
1:      subs    x21, x21, #1
        b.ne    2b
        mov     x30, x28
        ret
#endif
