/* AArch64, little- and big-endian: the signal frame and system calls. See harness.h. */
#include "harness.h"

enum
{
    FPSIMD_MAGIC = 0x46508001,
    SVE_MAGIC = 0x53564501,
    ZA_MAGIC = 0x54366345,
    ZT_MAGIC = 0x5a544e01,
    EXTRA_MAGIC = 0x45585401,
    SVE_FLAG_SM = 1,
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

struct za_record
{
    struct record head;
    uint16_t vl;
    uint16_t reserved[3];
    uint8_t vectors[]; /* absent with PSTATE.ZA = 0 */
};

struct zt_record
{
    struct record head;
    uint16_t count;
    uint16_t reserved[3];
    uint8_t registers[]; /* ZT0; the record is absent with PSTATE.ZA = 0 */
};

struct extra_record
{
    struct record head;
    uint64_t address;
    uint32_t size;
    uint32_t reserved[3];
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
    struct za_record *za;
    struct zt_record *zt;
} found;

static void find_records(struct ucontext *context)
{
    memset(&found, 0, sizeof found);
    struct record *record = (struct record *)context->machine.records;
    struct record *extra = 0;
    while (record->magic != 0 || extra != 0)
    {
        struct record *next = (struct record *)((uint8_t *)record + record->size);
        switch (record->magic)
        {
        case 0:
            next = extra;
            extra = 0;
            break;
        case FPSIMD_MAGIC:
            found.fpsimd = (struct fpsimd_record *)record;
            break;
        case SVE_MAGIC:
            found.sve = (struct sve_record *)record;
            break;
        case ZA_MAGIC:
            found.za = (struct za_record *)record;
            break;
        case ZT_MAGIC:
            found.zt = (struct zt_record *)record;
            break;
        case EXTRA_MAGIC:
            extra = (struct record *)((struct extra_record *)record)->address;
            break;
        }

        record = next;
    }

    if (found.fpsimd == 0)
    {
        fail("the signal frame has no FPSIMD record");
    }
}

static size_t z_size(size_t vl)
{
    return vl * 32;
}

static size_t p_size(size_t vl)
{
    return vl / 8 * 17;
}

/* The size of a record with its contents: the kernel keeps records aligned. */
static uint32_t record_size(size_t head, size_t contents)
{
    return (uint32_t)((head + contents + 15) & ~(size_t)15);
}

/* The registers of PSTATE.SM's mode, ZA and ZT0, in records of our own that the frame refers to. */
static void scalable_state_to_frame(struct ucontext *context, const struct sve_state *sve)
{
    static uint8_t records[MAX_VL * 32 + MAX_VL / 8 * 17 + MAX_VL * MAX_VL + 256] __attribute__((aligned(16)));
    uint8_t *next = records;
    struct sve_record *z = (struct sve_record *)next;
    z->head.magic = SVE_MAGIC;
    z->head.size = record_size(sizeof *z, z_size(sve->vl) + p_size(sve->vl));
    z->vl = (uint16_t)sve->vl;
    z->flags = sve->svcr & SVCR_SM ? SVE_FLAG_SM : 0;
    memcpy(z->registers, sve->z, z_size(sve->vl));
    memcpy(z->registers + z_size(sve->vl), sve->p, p_size(sve->vl));
    next += z->head.size;
    if (sve->svcr & SVCR_ZA)
    {
        struct za_record *za = (struct za_record *)next;
        za->head.magic = ZA_MAGIC;
        za->head.size = record_size(sizeof *za, sve->svl * sve->svl);
        za->vl = (uint16_t)sve->svl;
        memcpy(za->vectors, sve->za, sve->svl * sve->svl);
        next += za->head.size;
    }

    if (sve->svcr & SVCR_ZT0)
    {
        struct zt_record *zt = (struct zt_record *)next;
        zt->head.magic = ZT_MAGIC;
        zt->head.size = record_size(sizeof *zt, ZT0_SIZE);
        zt->count = 1;
        memcpy(zt->registers, sve->zt0, ZT0_SIZE);
        next += zt->head.size;
    }

    memset(next, 0, sizeof(struct record));
    next += 16;

    struct extra_record *extra = (struct extra_record *)((uint8_t *)found.fpsimd + found.fpsimd->head.size);
    if ((uint8_t *)found.fpsimd != context->machine.records)
    {
        fail("the FPSIMD record is not the first one of the signal frame");
    }

    memset(extra, 0, sizeof *extra + sizeof(struct record));
    extra->head.magic = EXTRA_MAGIC;
    extra->head.size = sizeof *extra;
    extra->address = (uint64_t)records;
    extra->size = (uint32_t)(next - records);
}

void state_to_frame(void *ucontext, const struct state *state, const struct sve_state *sve)
{
    struct ucontext *context = ucontext;
    find_records(context);
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

    if (sve->vl != 0)
    {
        scalable_state_to_frame(context, sve);
        return;
    }

    if (found.sve == 0 || found.sve->head.size == sizeof *found.sve)
    {
        return;
    }

    /* The Z registers hold the V registers; their layout in the frame is little-endian always. */
    memset(found.sve->registers, 0, z_size(found.sve->vl) + p_size(found.sve->vl));
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
        if (found.sve == 0 || found.sve->vl != sve->vl
            || (found.sve->flags & SVE_FLAG_SM) != (sve->svcr & SVCR_SM ? SVE_FLAG_SM : 0))
        {
            fail("the case needs another vector length (run QEMU with -cpu max,sve-default-vector-length=BYTES)");
        }

        memcpy(sve->z, found.sve->registers, z_size(sve->vl));
        memcpy(sve->p, found.sve->registers + z_size(sve->vl), p_size(sve->vl));
    }

    if (sve->svcr & SVCR_ZA)
    {
        if (found.za == 0 || found.za->vl != sve->svl || found.za->head.size <= sizeof *found.za)
        {
            fail("the case needs another streaming vector length (run QEMU with -cpu max,sme-default-vector-length=BYTES)");
        }

        memcpy(sve->za, found.za->vectors, sve->svl * sve->svl);
    }

    if (sve->svcr & SVCR_ZT0)
    {
        if (found.zt == 0)
        {
            fail("the processor has no ZT0");
        }

        memcpy(sve->zt0, found.zt->registers, ZT0_SIZE);
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
