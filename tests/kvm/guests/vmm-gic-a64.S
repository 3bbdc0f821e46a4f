/* Guests of QEMU's virt machine on bare metal for KVM's own devices: accesses without a syndrome, each compared with plain ones.
 * -DPART_gicv2, -DPART_its; -DPART_resets has one CPU reset the machine by PSCI while the other accesses the GIC. */

#define GICD      0x08000000
#define GICC      0x08010000
#define ITS       0x08080000
#define QUEUE     0x42000000    /* memory that a reset leaves alone */
#define TABLE     0x42010000
#define RESETS    0x42040000

#include "vmm-a64.inc"

.text
guest:  stp     x29, x30, [sp, #-16]!
#if defined(PART_gicv2)
        ldr     x10, =GICD
        ldp     w11, w12, [x10, #4]             // GICD_TYPER, GICD_IIDR
        ldr     w13, [x10, #4]
        ldr     w14, [x10, #8]
        check   "GICD_TYPER by ldp", x11, x13
        check   "GICD_IIDR by ldp", x12, x14

        add     x11, x10, #0x420                // GICD_IPRIORITYR: words, bytes, vectors
        ldr     w12, =0xa0b0c0d0
        mov     x13, #8
1:      str     w12, [x11], #4
        subs    x13, x13, #1
        b.ne    1b
        ldr     w13, [x10, #0x420]
        ldr     w14, [x10, #0x43c]
        check   "GICD_IPRIORITYR: first", x13, x12
        check   "GICD_IPRIORITYR: last", x14, x12
        sub     x11, x11, x10
        mov     x13, #0x440
        check   "GICD_IPRIORITYR: base", x11, x13
        add     x11, x10, #0x421
        mov     w12, #0x60
        strb    w12, [x11], #1
        ldr     w12, =0xa0b060d0
        ldr     w13, [x10, #0x420]
        check   "GICD_IPRIORITYR: a byte, post-indexed", x13, x12
        ldr     w12, =0x10203040
        dup     v0.4s, w12
        mov     v0.s[3], wzr
        add     x11, x10, #0x430
        st1     {v0.4s}, [x11], #16
        ldr     w13, [x10, #0x430]
        ldr     w14, [x10, #0x43c]
        check   "GICD_IPRIORITYR by st1: first", x13, x12
        mov     x12, #0
        check   "GICD_IPRIORITYR by st1: last", x14, x12
        add     x11, x10, #0x420
        ld1     {v1.4s}, [x11]
        mov     w13, v1.s[0]
        ldr     w12, =0xa0b060d0
        check   "GICD_IPRIORITYR by ld1", x13, x12

        add     x11, x10, #0x104                // GICD_ISENABLER1, by stp with the next
        mov     w12, #0x11
        mov     w13, #0x22
        stp     w12, w13, [x11], #8
        ldr     w14, [x10, #0x104]
        check   "GICD_ISENABLER by stp: first", x14, x12
        ldr     w14, [x10, #0x108]
        check   "GICD_ISENABLER by stp: second", x14, x13
        add     x11, x10, #0x184                // GICD_ICENABLER1
        mov     w12, #0x10
        str     w12, [x11], #4
        ldr     w14, [x10, #0x104]
        mov     x12, #1
        check   "GICD_ICENABLER post-indexed", x14, x12
        ldr     w14, [x10, #0x108]
        check   "and nothing else", x14, x13

        /* The CPU interface is the processor's own. It is reached from below, with a word that is no device's. */
        ldr     x15, =GICC
        mov     w12, #1                         // GICC_CTLR, GICC_PMR
        mov     w13, #0xf0
        stp     w12, w13, [x15]
        ldr     w14, [x15, #4]
        check   "GICC_PMR by stp", x14, x13
        ldr     w14, [x15]
        check   "GICC_CTLR by stp", x14, x12
        sub     x11, x15, #4
        ldp     w16, w17, [x11]
        check   "ldp into the CPU interface: GICC_CTLR", x17, x12
        ldr     w14, [x15]
        check   "and it is what it was", x14, x12
        mov     w13, #0                         // off, with the word below
        stp     w12, w13, [x11]
        ldr     w14, [x15]
        mov     x13, #0
        check   "stp into the CPU interface: GICC_CTLR", x14, x13
        stp     w13, w12, [x11]
        ldr     w14, [x15]
        check   "and back", x14, x12

        str     w12, [x10]                      // GICD_CTLR: on
        add     x11, x10, #0xf00                // GICD_SGIR: interrupt 5 to this CPU
        ldr     w12, =0x02000005
        str     w12, [x11], #4
        mov     x11, x15
        ldr     w13, [x11, #12]!                // GICC_IAR, pre-indexed
        mov     x12, #5
        check   "GICD_SGIR post-indexed: GICC_IAR", x13, x12
        ldr     w14, [x15, #12]
        mov     x12, #1023
        check   "once", x14, x12
        add     x11, x15, #16                   // GICC_EOIR
        str     w13, [x11], #4
        ldr     w14, [x15, #20]                 // GICC_RPR
        mov     x12, #0xff
        check   "GICC_EOIR post-indexed: GICC_RPR is idle", x14, x12
        ldr     w12, =0x02000007                // and a second, read by a pair: GICC_BPR, GICC_IAR
        str     w12, [x10, #0xf00]
        ldp     w13, w14, [x15, #8]
        mov     x12, #7
        check   "GICC_IAR by ldp", x14, x12
        str     w14, [x15, #16]
#elif defined(PART_its)
        ldr     x10, =ITS
        ldp     w11, w12, [x10]                 // GITS_CTLR, GITS_IIDR
        ldr     w13, [x10]
        ldr     w14, [x10, #4]
        check   "GITS_CTLR by ldp", x11, x13
        check   "GITS_IIDR by ldp", x12, x14
        mov     x11, x10
        ldr     x12, [x11, #8]!
        ldr     x13, [x10, #8]
        check   "GITS_TYPER pre-indexed", x12, x13
        sub     x11, x11, x10
        mov     x13, #8
        check   "GITS_TYPER: base", x11, x13

        ldr     x12, =(QUEUE | 1 << 63)         // GITS_CBASER, one page of 4 KiB
        add     x11, x10, #0x80
        str     x12, [x11], #8
        ldr     x13, [x10, #0x80]
        and     x14, x13, #0xffffffffff000
        ldr     x15, =QUEUE
        check   "GITS_CBASER post-indexed: address", x14, x15
        lsr     x14, x13, #63
        mov     x15, #1
        check   "GITS_CBASER: Valid", x14, x15
        mov     x14, #0
        stp     x12, x14, [x10, #0x80]          // and GITS_CWRITER
        ldr     x14, [x10, #0x80]
        check   "GITS_CBASER by stp", x14, x13
        ldr     x12, [x10, #0x80]
        ldp     x12, x14, [x10, #0x80]
        check   "GITS_CBASER by ldp", x12, x13
        mov     x15, #0
        check   "GITS_CWRITER by ldp", x14, x15

        ldr     x12, =(TABLE | 1 << 63)         // GITS_BASER0 and 1: devices, collections
        ldr     x13, =((TABLE + 0x10000) | 1 << 63)
        add     x11, x10, #0x100
        stp     x12, x13, [x11], #16
        sub     x14, x11, x10
        mov     x15, #0x110
        check   "GITS_BASER by stp: base", x14, x15
        ldr     x14, [x10, #0x100]
        and     x14, x14, #0xffffffff0000
        ldr     x15, =TABLE
        check   "GITS_BASER0: address", x14, x15
        ldr     x14, [x10, #0x108]
        lsr     x14, x14, #63
        mov     x15, #1
        check   "GITS_BASER1: Valid", x14, x15
        add     x11, x10, #0x100
        ldp     x12, x13, [x11], #16
        ldr     x14, [x10, #0x100]
        check   "GITS_BASER0 by ldp", x12, x14
        ldr     x14, [x10, #0x108]
        check   "GITS_BASER1 by ldp", x13, x14
        ldr     q0, [x10, #0x100]
        mov     x12, v0.d[1]
        check   "GITS_BASER by ldr q", x12, x14

        ldr     x11, =QUEUE                     // MAPC, collection 0 to redistributor 0, and SYNC
        mov     x12, #9
        mov     x13, #1 << 63
        stp     x12, xzr, [x11]
        stp     x13, xzr, [x11, #16]
        mov     x12, #5
        stp     x12, xzr, [x11, #32]
        stp     xzr, xzr, [x11, #48]
        dsb     sy
        mov     w12, #1                         // GITS_CTLR.Enabled
        mov     x11, x10
        str     w12, [x11], #4
        ldr     w13, [x10]
        and     w13, w13, #1
        check   "GITS_CTLR post-indexed", x13, x12
        mov     x12, #64
        add     x11, x10, #0x88
        str     x12, [x11], #8                  // GITS_CWRITER; x11 is at GITS_CREADR
        ldr     x13, [x11], #8
        check   "both commands are done: GITS_CREADR post-indexed", x13, x12
        ldr     x13, [x10, #0x90]
        check   "GITS_CREADR", x13, x12
        sub     x11, x11, x10
        mov     x13, #0x98
        check   "GITS_CREADR: base", x11, x13
#else
#ifndef ROUNDS
#define ROUNDS 24
#endif
        ldr     x9, =RESETS
        ldr     x19, [x9]
        add     x19, x19, #1
        str     x19, [x9]
        adr     x0, text_start
        bl      puts
        ldr     w0, =0xc4000003                 // PSCI CPU_ON
        mov     x1, #1
        adr     x2, second
        mov     x3, #0
        hvc     #0
        ldr     x20, =counters                  // until the other is at it, and then a while that differs each time
1:      ldr     x9, [x20]
        cmp     x9, #4
        b.lo    1b
        lsl     x10, x19, #12
2:      subs    x10, x10, #1
        b.ne    2b
        cmp     x19, #ROUNDS
        b.hs    3f
        ldr     w0, =0x84000009                 // PSCI SYSTEM_RESET
        hvc     #0
3:      ldr     x21, [x20, #8]
        mov     x22, #0
        check   "resets by PSCI: wrong values", x21, x22
        b       4f

second: ldr     x9, =vectors
        msr     vbar_el1, x9
        ldr     x20, =counters
        ldr     x10, =GICD
5:      ldp     w11, w12, [x10, #4]
        ldr     w13, [x10, #4]
        ldr     w14, [x10, #8]
        cmp     w11, w13
        ccmp    w12, w14, #0, eq
        b.eq    6f
        ldr     x9, [x20, #8]
        add     x9, x9, #1
        str     x9, [x20, #8]
6:      ldr     x9, [x20]
        add     x9, x9, #1
        str     x9, [x20]
        b       5b
4:
#endif
        ldp     x29, x30, [sp], #16
        ret
