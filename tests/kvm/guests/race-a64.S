// Two virtual CPUs. The worker calls one instruction that accesses the device, again and again, and counts by its effect
// which one it was. The writer meanwhile replaces that instruction, moves its page and the device's page, and takes
// permissions away. Whatever the worker counts must be what the device logs.
//
// The writer may make at most 128 changes for each call of the worker, and then waits for the next call with everything
// mapped and executable. So every call ends after a bounded number of tries, however long an exit takes on this machine.
//
// The VMM has turned translation on and set, for both CPUs:
//   x20 counters: eight doublewords for the worker, eight for the writer, then what .equ names below
//   x21 device, x23 page with the instruction, x24 iterations
//   x25 where that page and the next are always writable
//   x26 page table entry of x23, x27 page table entry of x21
//   x28 the writer's random numbers
    .arch   armv8.2-a
    .equ    WRITER_COUNTERS, 64
    .equ    STOP, 128
    .equ    RETRIES, 136
    .equ    UNEXPECTED, 144     // ESR, FAR, ELR
    .equ    STARTED, 168
    .equ    CALLS, 176          // of the worker, NOPs too

// --- worker, at 0 ----------------------------------------------------------------------------------------------------
worker:
    mov     x19, #0
    mov     x22, #0
1:  ldr     x9, [x20, #STARTED]
    cbz     x9, 1b
next:
    mov     x2, x21
    add     x3, x21, #0x100
    add     x7, x21, #0x200
    mov     x4, #0
    mov     x8, #0
    movi    v0.2d, #0
    movi    v1.2d, #0
    movi    v2.2d, #0
    mov     w6, w19
    isb
    blr     x23
    mov     x10, #0
    cbnz    w4, count
    mov     x10, #1
    sub     x9, x3, x21
    cmp     x9, #0x104
    b.eq    count
    mov     x10, #2
    umov    x9, v0.d[1]
    cbnz    x9, count
    mov     x10, #3
    umov    x9, v1.d[0]
    cbnz    x9, count
    mov     x10, #4
    sub     x9, x3, x21
    cmp     x9, #0x110
    b.eq    count
    mov     x10, #5
    cbnz    w8, count
    mov     x10, #6
    umov    x9, v2.d[0]
    cbnz    x9, count
    mov     x10, #7             // the instruction was NOP
count:
    ldr     x9, [x20, x10, lsl #3]
    add     x9, x9, #1
    str     x9, [x20, x10, lsl #3]
    add     x22, x22, #1
    str     x22, [x20, #CALLS]
    cmp     x10, #7             // a NOP is no call that counts
    cinc    x19, x19, ne
    cmp     x19, x24
    b.lo    next
    mov     x9, #1
    str     x9, [x20, #STOP]
off:
    ldr     w0, =0x84000008     // PSCI SYSTEM_OFF
    hvc     #0
    b       off

// The instructions, each with the slot of its counter.
versions:
    ldp     w4, w5, [x2]        // 0: reads 4 at 0 and 4
    str     w6, [x3], #4        // 1: writes 4 at 0x100
    ldr     q0, [x7]            // 2: reads 8 at 0x200 and 0x208
    ldr     d1, [x2], #8        // 3: reads 8 at 0
    stp     x6, x6, [x3, #16]!  // 4: writes 8 at 0x110 and 0x118
    ldr     w8, [x2, #0x300]    // 5: reads 4 at 0x300; its syndrome is valid
    ld1     {v2.d}[0], [x7], #8 // 6: reads 8 at 0x200
    nop                         // 7

// --- writer, at 0x400 ------------------------------------------------------------------------------------------------
    .org    0x400
writer:
    adr     x15, versions
    ldr     x16, [x26]          // the entry of the first page; the second follows it in memory
    ldr     x17, [x27]
    mov     x9, #1
    str     x9, [x20, #STARTED]
    mov     x18, #0             // bit 0: which code page, bit 1: which device page
    mov     x0, #0              // turns spent waiting
    mov     x14, #-1            // the call that x19 is for
    mov     x19, #0             // changes left for this call
    mov     x22, #0             // their pauses are shifted right by so much
again:
    ldr     x9, [x20, #STOP]
    cbnz    x9, stopped
    ldr     x9, [x20, #CALLS]
    cmp     x9, x14
    b.eq    1f
    mov     x14, x9
    ubfx    x22, x28, #32, #4   // 0, 1, 2, 4 ... 128 changes, seldom 0
    cmp     x22, #8
    sub     x9, x22, #7
    csel    x22, x9, x22, hi
    mov     x19, #1
    lsl     x19, x19, x22
    lsr     x19, x19, #1
1:  eor     x28, x28, x28, lsl #13
    eor     x28, x28, x28, lsr #7
    eor     x28, x28, x28, lsl #17
    cbnz    x19, change

    // Nothing but waiting. Now and then both instructions are written as they are: QEMU 7.2, which ignores IC, goes on with
    // the old one for ever if it was replaced at the wrong moment, until another write makes it look again.
    add     x0, x0, #1
    tst     x0, #0xffff
    b.ne    again
    ldr     w11, [x25]
    str     w11, [x25]
    add     x12, x25, #0x1000
    ldr     w11, [x12]
    str     w11, [x12]
    b       again

change:
    sub     x19, x19, #1
    lsr     x9, x28, #48        // the more changes, the shorter the pauses: all of them take about as long as an exit
    lsr     x9, x9, x22
1:  subs    x9, x9, #1
    b.hi    1b
    and     x9, x28, #7
    add     x10, x20, #WRITER_COUNTERS
    ldr     x11, [x10, x9, lsl #3]
    add     x11, x11, #1
    str     x11, [x10, x9, lsl #3]
    cmp     x9, #4
    b.lo    rewrite
    b.eq    move_code
    cmp     x9, #6
    b.lo    forbid
    b.hi    again               // 7: nothing

move_device:                    // 6: the other page of the device
    eor     x18, x18, #2
    ubfx    x10, x18, #1, #1
    add     x10, x17, x10, lsl #12
    mov     x12, x27
    lsr     x13, x21, #12
    b       replace

rewrite:                        // 0 to 3: another instruction in one of the two pages
    ubfx    x10, x28, #8, #3
    ldr     w11, [x15, x10, lsl #2]
    ubfx    x12, x28, #16, #1
    add     x12, x25, x12, lsl #12
    str     w11, [x12]
    dc      cvau, x12
    dsb     ish
    ic      ivau, x12
    ic      ivau, x23
    dsb     ish
    isb
    b       again

move_code:                      // 4: the other page, by way of none
    eor     x18, x18, #1
    and     x10, x18, #1
    add     x10, x16, x10, lsl #12
    mov     x12, x26
    lsr     x13, x23, #12
    b       replace

forbid:                         // 5: no execution for a while
    and     x10, x18, #1
    add     x10, x16, x10, lsl #12
    orr     x11, x10, #1 << 53  // PXN
    str     x11, [x26]
    dsb     ishst
    lsr     x13, x23, #12
    tlbi    vae1is, x13
    dsb     ish
    ubfx    x9, x28, #24, #6
1:  subs    x9, x9, #1
    b.hi    1b
    mov     x12, x26
    b       replace

replace:                        // break before make: entry x12 becomes x10, for the page x13
    str     xzr, [x12]
    dsb     ishst
    tlbi    vae1is, x13
    dsb     ish
    str     x10, [x12]
    dsb     ish
    isb
    b       again

stopped:
    wfi
    b       stopped

// --- exception vectors, at 0x800 -------------------------------------------------------------------------------------
// A page that the writer has taken away for a moment is tried again.
    .org    0x800 + 0x200       // synchronous, current level, SP_EL1
    stp     x9, x10, [sp, #-16]!
    mrs     x9, esr_el1
    lsr     x10, x9, #26
    cmp     x10, #0x21          // instruction abort
    b.eq    retry
    cmp     x10, #0x25          // data abort
    b.ne    unexpected
    and     x10, x9, #0x3c      // a translation fault of any level
    cmp     x10, #0x04
    b.ne    unexpected
retry:
    ldr     x9, [x20, #RETRIES]
    add     x9, x9, #1
    str     x9, [x20, #RETRIES]
    ldp     x9, x10, [sp], #16
    eret
unexpected:
    str     x9, [x20, #UNEXPECTED]
    mrs     x9, far_el1
    str     x9, [x20, #UNEXPECTED + 8]
    mrs     x9, elr_el1
    str     x9, [x20, #UNEXPECTED + 16]
    b       off
    .ltorg
    .org    0x1000
