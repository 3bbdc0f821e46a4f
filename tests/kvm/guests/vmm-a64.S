/* A guest of QEMU's virt machine on bare metal: accesses without a syndrome to its devices, each compared with plain ones.
 * -DPART_soak makes the one of two CPUs that goes on until it is stopped. */

#define UART      0x09000000
#define RTC       0x09010000
#define VIRTIO    0x0a000000
#define FLASH     0x04000000
#define GICD      0x08000000
#define GICR      0x080a0000
#define GICR_SGI  0x080b0000

.global _start
.text
_start:
        ldr     x9, =vectors
        msr     vbar_el1, x9
        mov     x9, #3 << 20
        msr     cpacr_el1, x9
        isb
        ldr     x9, =stack_top
        mov     sp, x9
        bl      guest
        adr     x0, text_done
        bl      puts
        ldr     w0, =0x84000008                 // PSCI SYSTEM_OFF
        hvc     #0
1:      wfi
        b       1b

/* x0: text. Clobbers x0, x1, x2. */
puts:   ldr     x1, =UART
2:      ldrb    w2, [x0], #1
        cbz     w2, 3f
        strb    w2, [x1]
        b       2b
3:      ret

/* x0: number, in hexadecimal with a blank before it. Clobbers x0 to x4. */
puthex: ldr     x1, =UART
        mov     w2, #' '
        strb    w2, [x1]
        mov     x3, #60
4:      lsr     x2, x0, x3
        and     w2, w2, #15
        cmp     w2, #10
        add     w4, w2, #'0'
        add     w2, w2, #'a' - 10
        csel    w2, w4, w2, lo
        strb    w2, [x1]
        subs    x3, x3, #4
        b.pl    4b
        ret

newline:
        ldr     x1, =UART
        mov     w2, #'\n'
        strb    w2, [x1]
        ret

/* name, and pairs (found, expected) that must be equal: clobbers x0 to x5. */
.macro  check name, found, expected
        mov     x5, \expected
        mov     x0, \found
        adr     x1, 8f
        bl      report
        .pushsection .rodata
8:      .asciz  "\name"
        .popsection
.endm

/* x0 found, x5 expected, x1 name */
report: stp     x29, x30, [sp, #-32]!
        stp     x0, x1, [sp, #16]
        cmp     x0, x5
        adr     x0, text_pass
        b.eq    5f
        adr     x0, text_fail
5:      str     x5, [sp, #-16]!
        bl      puts
        ldr     x0, [sp, #40]
        bl      puts
        ldr     x5, [sp], #16
        ldr     x0, [sp, #16]
        cmp     x0, x5
        b.eq    6f
        str     x5, [sp, #-16]!
        bl      puthex
        ldr     x0, [sp], #16
        bl      puthex
6:      bl      newline
        ldp     x29, x30, [sp], #32
        ret

#ifndef PART_soak
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

fault:  stp     x0, x30, [sp, #-64]!
        stp     x1, x2, [sp, #16]
        stp     x3, x4, [sp, #32]
        ldr     x0, =aborts
        ldr     x1, [x0]
        add     x1, x1, #1
        str     x1, [x0]
        adr     x0, text_abort
        bl      puts
        mrs     x0, esr_el1
        bl      puthex
        mrs     x0, elr_el1
        bl      puthex
        mrs     x0, far_el1
        bl      puthex
        bl      newline
        mrs     x0, elr_el1
        add     x0, x0, #4
        msr     elr_el1, x0
        ldp     x3, x4, [sp, #32]
        ldp     x1, x2, [sp, #16]
        ldp     x0, x30, [sp], #64
        eret

.balign 2048
vectors:
.rept   16
        b       fault
.balign 128
.endr

.section .rodata
text_pass:      .asciz  "PASS "
text_fail:      .asciz  "FAIL "
text_abort:     .asciz  "ABORT"
text_expected:  .asciz  "aborts so far:"
text_done:      .asciz  "guest done\n"
text_start:     .asciz  "guest starts\n"

.bss
.balign 16
                .skip   4096
stack_top:
                .skip   4096
stack_second:
aborts:         .skip   8
counters:       .skip   16
finished:       .skip   8
