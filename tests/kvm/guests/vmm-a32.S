/* A 32-bit guest of QEMU's virt machine on bare metal (-cpu host,aarch64=off), as vmm-a64.S. */

#define UART      0x09000000
#define RTC       0x09010000
#define VIRTIO    0x0a000000
#define GICD      0x08000000

.syntax unified
.arch armv7-a
.arch_extension virt
.fpu neon
.arm
.global _start
.text
_start: ldr     sp, =stack_top
        ldr     r0, =vectors
        mcr     p15, 0, r0, c12, c0, 0          // VBAR
        mrc     p15, 0, r0, c1, c0, 2           // CPACR: cp10, cp11
        orr     r0, r0, #0xf << 20
        mcr     p15, 0, r0, c1, c0, 2
        isb
        mov     r0, #1 << 30                    // FPEXC.EN
        vmsr    fpexc, r0
        bl      guest
        ldr     r0, =text_done
        bl      puts
        ldr     r0, =0x84000008                 // PSCI SYSTEM_OFF
        hvc     #0
1:      wfi
        b       1b

/* r0: text */
puts:   ldr     r1, =UART
2:      ldrb    r2, [r0]
        add     r0, r0, #1
        cmp     r2, #0
        bxeq    lr
        strb    r2, [r1]
        b       2b

/* r0: number */
puthex: ldr     r1, =UART
        mov     r2, #' '
        strb    r2, [r1]
        mov     r3, #28
4:      lsr     r2, r0, r3
        and     r2, r2, #15
        cmp     r2, #10
        addlo   r2, r2, #'0'
        addhs   r2, r2, #'a' - 10
        strb    r2, [r1]
        subs    r3, r3, #4
        bpl     4b
        bx      lr

newline:
        ldr     r1, =UART
        mov     r2, #'\n'
        strb    r2, [r1]
        bx      lr

.macro  check name, found, expected
        push    {\found}
        push    {\expected}
        pop     {r3}
        pop     {r0}
        ldr     r1, =8f
        bl      report
        .pushsection .rodata
8:      .asciz  "\name"
        .popsection
.endm

/* r0 found, r3 expected, r1 name */
report: push    {r4-r7, lr}
        mov     r4, r0
        mov     r5, r3
        mov     r6, r1
        cmp     r4, r5
        ldreq   r0, =text_pass
        ldrne   r0, =text_fail
        bl      puts
        mov     r0, r6
        bl      puts
        cmp     r4, r5
        beq     6f
        mov     r0, r4
        bl      puthex
        mov     r0, r5
        bl      puthex
6:      bl      newline
        pop     {r4-r7, pc}

guest:  push    {r4, lr}
        ldr     r10, =UART + 0xfe0
        ldm     r10, {r4, r5}
        ldr     r6, [r10]
        ldr     r7, [r10, #4]
        check   "A32 ldm: first", r4, r6
        check   "A32 ldm: second", r5, r7
        ldr     r10, =VIRTIO
        mov     r11, r10
        ldrd    r4, r5, [r11], #8
        ldr     r6, [r10]
        ldr     r7, [r10, #4]
        check   "A32 ldrd: first", r4, r6
        check   "A32 ldrd: second", r5, r7
        sub     r11, r11, r10
        mov     r6, #8
        check   "A32 ldrd: base", r11, r6
        vldr    d0, [r10]
        vmov    r4, r5, d0
        check   "A32 vldr", r5, r7
        ldr     r10, =RTC
        add     r11, r10, #4
        ldr     r6, =0x12345678
        str     r6, [r11], #4
        ldr     r7, [r10, #4]
        check   "A32 str post-indexed: value", r7, r6
        sub     r11, r11, r10
        mov     r7, #8
        check   "A32 str post-indexed: base", r11, r7
        ldr     r10, =GICD
        add     r11, r10, #0x420
        ldr     r6, =0xa0b0c0d0
        mov     r7, #8
7:      str     r6, [r11], #4
        subs    r7, r7, #1
        bne     7b
        ldr     r7, [r10, #0x43c]
        check   "A32 GICD_IPRIORITYR, post-indexed", r7, r6
        add     r11, r10, #4
        ldm     r11, {r4, r5}
        ldr     r6, [r10, #4]
        ldr     r7, [r10, #8]
        check   "A32 GICD_TYPER by ldm", r4, r6
        check   "A32 GICD_IIDR by ldm", r5, r7
        pop     {r4, pc}

abort:  mrc     p15, 0, r4, c5, c0, 0           // DFSR
        sub     r5, lr, #8
        ldr     sp, =stack_abort
        push    {r5}
        ldr     r0, =text_abort
        bl      puts
        mov     r0, r4
        bl      puthex
        mov     r0, r5
        bl      puthex
        bl      newline
        pop     {lr}
        adds    lr, lr, #4
        movs    pc, lr

.balign 32
vectors:
        b       .
        b       .
        b       .
        b       .
        b       abort
        b       .
        b       .
        b       .
        .ltorg

.section .rodata
text_pass:      .asciz  "PASS "
text_fail:      .asciz  "FAIL "
text_abort:     .asciz  "ABORT"
text_done:      .asciz  "guest done\n"

.bss
.balign 16
                .skip   4096
stack_top:
                .skip   4096
stack_abort:
