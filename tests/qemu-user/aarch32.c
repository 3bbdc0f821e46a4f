/* AArch32, A32 and T32: the signal frame and system calls. See harness.h. */
#include "harness.h"

enum
{
    VFP_MAGIC = 0x56465001,
    SYS_CACHEFLUSH = 0xF0002,
};

struct vfp_record
{
    uint32_t magic;
    uint32_t size;
    uint64_t d[32];
    uint32_t fpscr;
};

struct ucontext
{
    uint32_t flags;
    void *link;
    struct
    {
        void *base;
        int flags;
        size_t size;
    } stack;
    struct
    {
        uint32_t trap;
        uint32_t error;
        uint32_t old_mask;
        uint32_t r[15];
        uint32_t pc;
        uint32_t cpsr;
        uint32_t fault_address;
    } machine;
    uint32_t mask[32];
    uint32_t coprocessors[128] __attribute__((aligned(8)));
};

static struct vfp_record *find_vfp(struct ucontext *context)
{
    uint32_t *record = context->coprocessors;
    while (record[0] != VFP_MAGIC)
    {
        if (record[0] == 0 || record[1] == 0)
        {
            fail("the signal frame has no VFP record");
        }

        record += record[1] / 4;
    }

    return (struct vfp_record *)record;
}

void state_to_frame(void *ucontext, const struct state *state, const struct sve_state *sve)
{
    if (sve->vl != 0)
    {
        fail("there is no SVE in AArch32");
    }

    struct ucontext *context = ucontext;
    struct vfp_record *vfp = find_vfp(context);
    for (size_t i = 0; i < 15; i++)
    {
        context->machine.r[i] = (uint32_t)state->x[i];
    }

    context->machine.pc = (uint32_t)state->pc;
    context->machine.cpsr = (uint32_t)state->pstate;
    vfp->fpscr = (uint32_t)state->fpsr;
    memcpy(vfp->d, state->v, sizeof vfp->d);
}

void frame_to_state(const void *ucontext, struct state *state, struct sve_state *sve)
{
    (void)sve;
    const struct ucontext *context = ucontext;
    const struct vfp_record *vfp = find_vfp((struct ucontext *)context);
    for (size_t i = 0; i < 15; i++)
    {
        state->x[i] = context->machine.r[i];
    }

    state->pc = context->machine.pc;
    state->pstate = context->machine.cpsr;
    state->fpsr = vfp->fpscr;
    memcpy(state->v, vfp->d, sizeof vfp->d);
}

void synchronize_code(uint64_t start, uint64_t end)
{
    system_call(SYS_CACHEFLUSH, (long)start, (long)end, 0, 0, 0, 0);
}

void enable_tags(void)
{
}

void trap(void)
{
    __asm__ volatile("bkpt #0" : : : "memory");
}

long system_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r7 __asm__("r7") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = e;
    register long r5 __asm__("r5") = f;
    __asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
    return r0;
}
