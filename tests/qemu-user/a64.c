/* AArch64, little- and big-endian: the signal frame and system calls. See harness.h. */
#include "harness.h"

enum
{
    FPSIMD_MAGIC = 0x46508001,
    SVE_MAGIC = 0x53564501,
    EXTRA_MAGIC = 0x45585401,
    PR_SET_TAGGED_ADDR_CTRL = 55,
    PR_TAGGED_ADDR_ENABLE = 1,
};

struct record
{
    uint32_t magic;
    uint32_t size;
};

struct fpsimd_record
{
    struct record head;
    uint32_t fpsr;
    uint32_t fpcr;
    unsigned __int128 v[32];
};

struct sve_record
{
    struct record head;
    uint16_t vl;
    uint16_t flags;
    uint16_t reserved[2];
    uint8_t registers[]; /* Z0..Z31, P0..P15, FFR; absent when the kernel found no SVE state to save */
};

struct extra_record
{
    struct record head;
    uint64_t address;
    uint32_t size;
};

struct ucontext
{
    uint64_t flags;
    void *link;
    struct
    {
        void *base;
        int flags;
        size_t size;
    } stack;
    uint64_t mask[16];
    struct
    {
        uint64_t fault_address;
        uint64_t x[31];
        uint64_t sp;
        uint64_t pc;
        uint64_t pstate;
        uint8_t records[4096] __attribute__((aligned(16)));
    } machine;
};

static struct
{
    struct fpsimd_record *fpsimd;
    struct sve_record *sve;
} found;

static void find_records(struct ucontext *context)
{
    found.fpsimd = 0;
    found.sve = 0;
    struct record *record = (struct record *)context->machine.records;
    while (record->magic != 0)
    {
        struct record *next = (struct record *)((uint8_t *)record + record->size);
        if (record->magic == FPSIMD_MAGIC)
        {
            found.fpsimd = (struct fpsimd_record *)record;
        }
        else if (record->magic == SVE_MAGIC && record->size > sizeof(struct sve_record))
        {
            found.sve = (struct sve_record *)record;
        }
        else if (record->magic == EXTRA_MAGIC)
        {
            next = (struct record *)((struct extra_record *)record)->address;
        }

        record = next;
    }

    if (found.fpsimd == 0)
    {
        fail("the signal frame has no FPSIMD record");
    }
}

static size_t z_size(void)
{
    return (size_t)found.sve->vl * 32;
}

static size_t p_size(void)
{
    return (size_t)found.sve->vl / 8 * 17;
}

static void require_vector_length(const struct sve_state *sve)
{
    if (sve->vl != 0 && (found.sve == 0 || found.sve->vl != sve->vl))
    {
        fail("the case needs another vector length (run QEMU with -cpu max,sve-default-vector-length=BYTES)");
    }
}

void state_to_frame(void *ucontext, const struct state *state, const struct sve_state *sve)
{
    struct ucontext *context = ucontext;
    find_records(context);
    require_vector_length(sve);
    memcpy(context->machine.x, state->x, sizeof state->x);
    context->machine.sp = state->sp;
    context->machine.pc = state->pc;
    context->machine.pstate = state->pstate;
    found.fpsimd->fpsr = (uint32_t)state->fpsr;
    found.fpsimd->fpcr = (uint32_t)state->fpcr;
    for (size_t i = 0; i < 32; i++)
    {
        found.fpsimd->v[i] = ((unsigned __int128)state->v[i][1] << 64) | state->v[i][0];
    }

    if (found.sve == 0)
    {
        return;
    }

    if (sve->vl != 0)
    {
        memcpy(found.sve->registers, sve->z, z_size());
        memcpy(found.sve->registers + z_size(), sve->p, p_size());
        return;
    }

    /* The Z registers hold the V registers; their layout in the frame is little-endian always. */
    memset(found.sve->registers, 0, z_size() + p_size());
    for (size_t i = 0; i < 32; i++)
    {
        uint64_t low[2] = {little_endian(state->v[i][0]), little_endian(state->v[i][1])};
        memcpy(found.sve->registers + i * found.sve->vl, low, sizeof low);
    }
}

void frame_to_state(const void *ucontext, struct state *state, struct sve_state *sve)
{
    const struct ucontext *context = ucontext;
    find_records((struct ucontext *)context);
    require_vector_length(sve);
    memcpy(state->x, context->machine.x, sizeof state->x);
    state->sp = context->machine.sp;
    state->pc = context->machine.pc;
    state->pstate = context->machine.pstate;
    state->fpsr = found.fpsimd->fpsr;
    state->fpcr = found.fpsimd->fpcr;
    for (size_t i = 0; i < 32; i++)
    {
        state->v[i][0] = (uint64_t)found.fpsimd->v[i];
        state->v[i][1] = (uint64_t)(found.fpsimd->v[i] >> 64);
    }

    if (sve->vl != 0)
    {
        memcpy(sve->z, found.sve->registers, z_size());
        memcpy(sve->p, found.sve->registers + z_size(), p_size());
    }
}

void synchronize_code(uint64_t start, uint64_t end)
{
    for (uint64_t address = start; address < end; address += 16)
    {
        __asm__ volatile("dc cvau, %0\n\tic ivau, %0" : : "r"(address) : "memory");
    }

    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

void enable_tags(void)
{
    /* Tag check faults: none. Without MTE this fails, and so does mapping a page with tags. */
    system_call(SYS_PRCTL, PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE, 0, 0, 0, 0);
}

void trap(void)
{
    __asm__ volatile("brk #0" : : : "memory");
}

long system_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
