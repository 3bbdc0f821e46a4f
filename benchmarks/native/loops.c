/* Loops over the C library as a C program has them; NativeCalls measures them beside the same loops in C#. */
#include <arm64mmiodecode.h>
#include <string.h>

/* An exit of the benchmarks, laid out as RecordedExit. */
typedef struct recorded_exit {
    uint32_t opcode;
    uint64_t esr;
    uint64_t far;
    int32_t rn;
} recorded_exit;

/* A vCPU, its registers, its stage 1 (not used without tables), and a page of 64-bit registers as its device. */
typedef struct machine {
    arm64mmio_vcpu *vcpu;
    arm64mmio_registers registers;
    arm64mmio_stage1 stage1;
    uint64_t device[512];
} machine;

static machine flat, translated;

long loop_decode(const recorded_exit *exits, long count)
{
    arm64mmio_access access = ARM64MMIO_INIT(arm64mmio_access);
    long sum = 0;

    for (long i = 0; i < count; i++) {
        sum += arm64mmio_decode(ARM64MMIO_SET_A64, exits[i].opcode, 0, &access) + access.offset;
    }
    return sum;
}

long loop_text(const recorded_exit *exits, long count)
{
    char text[128];
    long sum = 0;

    for (long i = 0; i < count; i++) {
        sum += arm64mmio_decode_text(ARM64MMIO_SET_A64, exits[i].opcode, 0, text, sizeof text);
    }
    return sum;
}

long loop_syndrome(const recorded_exit *exits, long count)
{
    arm64mmio_syndrome syndrome = ARM64MMIO_INIT(arm64mmio_syndrome);
    long sum = 0;

    for (long i = 0; i < count; i++) {
        arm64mmio_syndrome_parse(exits[i].esr, &syndrome);
        sum += syndrome.isv + syndrome.srt + syndrome.dfsc;
    }
    return sum;
}

/* How many exits were completed. */
static long run(machine *m, const recorded_exit *exits, long count, uint64_t ipa, uint32_t instruction_length, uint64_t code)
{
    arm64mmio_exit exit = ARM64MMIO_INIT(arm64mmio_exit);
    arm64mmio_transaction next = ARM64MMIO_INIT(arm64mmio_transaction);
    arm64mmio_outcome outcome = ARM64MMIO_INIT(arm64mmio_outcome);
    long completed = 0;

    exit.source = ARM64MMIO_EXIT_REGISTERS;
    exit.ipa = ipa >> 8;
    exit.instruction_length = instruction_length;
    for (long i = 0; i < count; i++) {
        const recorded_exit *one = &exits[i];

        m->registers.x[one->rn] = one->far;
        if (code != 0) {
            m->registers.pc = code + (uint64_t)(i % 1024) * 4;
        }
        exit.syndrome = one->esr;
        exit.far = one->far;
        memcpy(exit.instruction, &one->opcode, 4);
        arm64mmio_vcpu_begin(m->vcpu, &exit, &m->registers, &m->stage1, &outcome);
        while (arm64mmio_vcpu_next(m->vcpu, &next) == 1) {
            uint8_t *at = (uint8_t *)m->device + (next.address & 0xfff);

            if (next.operation == ARM64MMIO_OPERATION_READ) {
                arm64mmio_vcpu_complete(m->vcpu, at, next.length);
            } else {
                memcpy(at, next.data, next.length);
                arm64mmio_vcpu_complete(m->vcpu, NULL, 0);
            }
        }
        arm64mmio_vcpu_commit(m->vcpu, &outcome);
        completed += outcome.status == ARM64MMIO_STATUS_COMPLETED;
    }
    return completed;
}

static int create(machine *m, arm64mmio_memory *memory, uint32_t flags)
{
    m->registers.size = sizeof m->registers;
    m->registers.pstate = 0x3c5;
    m->stage1.size = sizeof m->stage1;
    return arm64mmio_vcpu_create(memory, NULL, flags, &m->vcpu);
}

/* The instruction comes with the exit, and the MMU is off. */
long loop_exit(const recorded_exit *exits, long count, uint64_t ipa)
{
    if (flat.vcpu == NULL && create(&flat, NULL, 0) != ARM64MMIO_OK) {
        return -1;
    }
    return run(&flat, exits, count, ipa, 4, 0);
}

/* The MMU is on: memory, from guest-physical address 0 up, has tables and the instructions at the virtual address code. */
long loop_translated(const recorded_exit *exits, long count, uint64_t ipa, void *host, uint64_t length, uint64_t tcr, uint64_t code)
{
    if (translated.vcpu == NULL) {
        arm64mmio_memory *memory;

        if (arm64mmio_memory_create(&memory) != ARM64MMIO_OK || arm64mmio_memory_add(memory, 0, host, length, 0) != ARM64MMIO_OK
            || create(&translated, memory, ARM64MMIO_VCPU_TRANSLATES) != ARM64MMIO_OK) {
            return -1;
        }
        translated.stage1.sctlr = 1;
        translated.stage1.tcr = tcr;
        translated.stage1.mair = 0xff00;
    }
    return run(&translated, exits, count, ipa, 0, code);
}
