/*
 * Runs single instructions (or short sequences) on a machine state given from outside and reports the state after.
 *
 * The program reads cases from standard input and writes one result per case to standard output. It is meant to run
 * under QEMU's user mode (qemu-aarch64, qemu-aarch64_be, qemu-arm) but uses nothing beyond Linux's signal ABI.
 * It has no C library, so that the same source builds for little- and big-endian AArch64 and for AArch32.
 *
 * How a case runs: the handler of the signal that ended the previous case overwrites the general, vector and
 * predicate registers, SP, PC and PSTATE in its own signal frame and returns. The kernel's sigreturn thus installs
 * the whole state at once, including a stack pointer that points anywhere; the handlers run on a stack of their own
 * (sigaltstack). The code ends in a breakpoint instruction (or faults, or branches to unmapped memory), which raises
 * the next signal, whose frame holds the final state.
 *
 * Format (every field is a little-endian 64-bit word whatever the guest's byte order; byte strings are padded with
 * zeros to a multiple of 8):
 *
 *   case    vector length in bytes (of PSTATE.SM's mode), or 0 when no SVE state follows
 *           streaming vector length in bytes, or 0 when no SME state follows
 *           SVCR_SM | SVCR_ZA | SVCR_ZT0 (with SVCR_ZA, and only where there is a ZT0)
 *           state (struct state)
 *           SVE state, when there is one: Z0..Z31, then P0..P15 and FFR
 *           ZA by array vectors, with SVCR_ZA; ZT0, with SVCR_ZT0
 *           number of pages, then per page: address | PAGE_WRITE | PAGE_EXECUTE | PAGE_TAGGED
 *           number of contents, then per content: address, length, bytes (the rest of each page is zero)
 *
 *   result  signal, its si_code, its si_addr
 *           state, and SVE state, ZA and ZT0 when the case had them
 *           number of changes, then per change: address, length, bytes (whole changed 64-bit words of memory)
 *
 * A case that does not end within two seconds of processor time is reported with the signal SIGPROF.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>
#include <stdint.h>

enum
{
    PAGE_SIZE = 4096,
    PAGE_WRITE = 1,
    PAGE_EXECUTE = 2,
    PAGE_TAGGED = 4, /* has allocation tags, which are 0 at the start of each case */
    MAX_PAGES = 256,
    MAX_VL = 256,
    ZT0_SIZE = 64,
    SIGNAL_STACK_SIZE = 1 << 19,
    SVCR_SM = 1,
    SVCR_ZA = 2,
    SVCR_ZT0 = 4,
};

/* AArch32: R0..R14 are x[0..14], CPSR is pstate, FPSCR is fpsr, and D0..D31 are the halves of v[0..15]. */
struct state
{
    uint64_t x[31];
    uint64_t sp;
    uint64_t pc;
    uint64_t pstate;
    uint64_t fpsr;
    uint64_t fpcr;
    uint64_t v[32][2];
};

struct sve_state
{
    uint64_t vl;
    uint64_t svl;
    uint64_t svcr;
    uint8_t z[32 * MAX_VL];
    uint8_t p[17 * MAX_VL / 8]; /* P0..P15, then FFR */
    uint8_t za[MAX_VL * MAX_VL];
    uint8_t zt0[ZT0_SIZE];
};

/* One per architecture: moves the state between the case and the signal frame. */
void state_to_frame(void *ucontext, const struct state *state, const struct sve_state *sve);
void frame_to_state(const void *ucontext, struct state *state, struct sve_state *sve);

/* The compiler may call these too. */
void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memset(void *to, int value, size_t length);

/* Makes newly written code visible to instruction fetch. */
void synchronize_code(uint64_t start, uint64_t end);

/* Makes pages with allocation tags possible; accesses are not checked against the tags. */
void enable_tags(void);

/* Raises the first signal. */
void trap(void);

long system_call(long number, long a, long b, long c, long d, long e, long f);

__attribute__((noreturn)) void fail(const char *why);

static inline uint64_t little_endian(uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(value);
#else
    return value;
#endif
}

#ifdef __aarch64__
enum
{
    SYS_READ = 63,
    SYS_WRITE = 64,
    SYS_EXIT = 93,
    SYS_SETITIMER = 103,
    SYS_SIGALTSTACK = 132,
    SYS_RT_SIGACTION = 134,
    SYS_PRCTL = 167,
    SYS_MUNMAP = 215,
    SYS_MMAP = 222,
    SYS_MPROTECT = 226,
};
#else
enum
{
    SYS_EXIT = 1,
    SYS_READ = 3,
    SYS_WRITE = 4,
    SYS_MUNMAP = 91,
    SYS_SETITIMER = 104,
    SYS_MPROTECT = 125,
    SYS_RT_SIGACTION = 174,
    SYS_SIGALTSTACK = 186,
    SYS_MMAP = 192, /* mmap2; the offset is 0 here */
};
#endif

#endif
