// What C libraries compile to on a processor with SVE, on a device: memcpy and memset by whole vectors, LD4 and ST4, gathers
// and scatters, and a strlen that reads ahead with first-fault loads.
//
// X20 points at the device, X21 at RAM with the contents to copy, X22 at RAM to copy into, X23 is the number of bytes to copy. X24
// points at a string in the device that ends on the last byte before an unmapped page, X25 is its length. Ends in a breakpoint
// with X0 = 0, or the number of the test that failed.
    .arch   armv8.5-a+sve2
    .text
    // memcpy, RAM to device: a predicated loop as for any length.
    mov     x0, #1
    mov     x1, #0
    whilelo p0.b, x1, x23
1:  ld1b    {z0.b}, p0/z, [x21, x1]
    st1b    {z0.b}, p0, [x20, x1]
    incb    x1
    whilelo p0.b, x1, x23
    b.first 1b

    // And back, two vectors at a time, then what is left.
    mov     x1, #0
    ptrue   p1.b
    rdvl    x2, #2
    sub     x3, x23, x2
2:  cmp     x1, x3
    b.hi    3f
    add     x4, x20, x1
    ldr     z0, [x4]
    ld1b    {z1.b}, p1/z, [x4, #1, mul vl]
    add     x4, x22, x1
    str     z0, [x4]
    st1b    {z1.b}, p1, [x4, #1, mul vl]
    add     x1, x1, x2
    b       2b
3:  whilelo p0.b, x1, x23
    ld1b    {z0.b}, p0/z, [x20, x1]
    st1b    {z0.b}, p0, [x22, x1]
    incb    x1
    cmp     x1, x23
    b.lo    3b
    bl      compare

    // memset, and what it left.
    mov     x0, #2
    mov     w5, #0x5a
    dup     z0.b, w5
    mov     x1, #0
    whilelo p0.b, x1, x23
4:  st1b    {z0.b}, p0, [x20, x1]
    incb    x1
    whilelo p0.b, x1, x23
    b.first 4b
    mov     x1, #0
5:  ldrb    w6, [x20, x1]
    cmp     w6, w5
    b.ne    fail
    add     x1, x1, #1
    cmp     x1, x23
    b.lo    5b

    // Structures: RAM to device with ST4 of words, back with LD4 of bytes and ST4, which is a copy again.
    mov     x0, #3
    bl      clear
    mov     x1, #0
    rdvl    x2, #4
6:  add     x4, x21, x1
    ld4w    {z0.s - z3.s}, p1/z, [x4]
    add     x4, x20, x1
    st4w    {z0.s - z3.s}, p1, [x4]
    ld4b    {z4.b - z7.b}, p1/z, [x4]
    add     x4, x22, x1
    st4b    {z4.b - z7.b}, p1, [x4]
    add     x1, x1, x2
    cmp     x1, x23
    b.lo    6b
    bl      compare

    // Gather the words in the opposite order into RAM, scatter them back to where they were.
    mov     x0, #4
    bl      clear
    cntw    x2
    sub     x3, x2, #1
    index   z1.s, w3, #-1
    mov     x1, #0
    lsl     x7, x2, #2
7:  add     x4, x20, x1
    ld1w    {z0.s}, p1/z, [x4, z1.s, uxtw #2]
    rev     z0.s, z0.s
    add     x5, x22, x1
    st1w    {z0.s}, p1, [x5]
    rev     z0.s, z0.s
    st1w    {z0.s}, p1, [x4, z1.s, uxtw #2]
    add     x1, x1, x7
    cmp     x1, x23
    b.lo    7b
    bl      compare
    mov     x0, #5
    mov     x22, x20
    bl      compare

    // strlen: the page behind the string is not there.
    mov     x0, #6
    mov     x1, x24
8:  setffr
    ldff1b  {z0.b}, p1/z, [x1]
    rdffr   p2.b, p1/z
    cmpeq   p3.b, p2/z, z0.b, #0
    brkb    p3.b, p2/z, p3.b
    incp    x1, p3.b
    cmp     x1, x24
    b.lo    fail
    cntp    x8, p1, p3.b
    cntp    x9, p1, p2.b
    cbz     x9, fail                // the first byte is always read
    cmp     x8, x9
    b.eq    8b                      // no end among what was read
    sub     x1, x1, x24
    cmp     x1, x25
    b.ne    fail
    mov     x0, #0
fail:
    brk     #0

// RAM at X22 and X21 are equal, or the test has failed.
compare:
    mov     x9, #0
1:  ldrb    w10, [x21, x9]
    ldrb    w11, [x22, x9]
    cmp     w10, w11
    b.ne    fail
    add     x9, x9, #1
    cmp     x9, x23
    b.lo    1b
    ret

// Forgets what an earlier test has copied.
clear:
    mov     x9, #0
1:  strb    wzr, [x22, x9]
    add     x9, x9, #1
    cmp     x9, x23
    b.lo    1b
    ret
