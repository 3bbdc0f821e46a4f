/*
 * A small VMM on Linux KVM (arm64) whose guest uses instructions that KVM cannot describe. What belongs to the library is in
 * complete_access(); the rest is what every VMM has.
 *
 *   cc vmm.c $(pkg-config --cflags --libs arm64mmiodecode) && ./a.out
 */
#include <arm64mmiodecode.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define RAM 0x40000000ull
#define RAM_SIZE 0x10000ull
#define DEVICE 0x09000000ull

static const uint32_t guest[] = {
    0xd2a00603, 0xd5181043, 0xd5033fdf, /* mov x3, #0x300000; msr cpacr_el1, x3; isb: SIMD is on */
    0xd2a12002,                         /* mov x2, #0x9000000 */
    0x29400440,                         /* ldp w0, w1, [x2] */
    0xb8010c41,                         /* str w1, [x2, #16]! */
    0x4c407840,                         /* ld1 { v0.4s }, [x2] */
    0xad000040,                         /* stp q0, q0, [x2] */
    0x52b08000, 0x321d0000, 0xd4000002, /* PSCI SYSTEM_OFF */
};

static uint32_t registers_of_device[64] = {0x74726976, 2, 3, 4};

static void need(int good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

static uint64_t *member(arm64mmio_registers *registers, int i)
{
    return i < 31 ? &registers->x[i] : i == 31 ? &registers->sp : i == 32 ? &registers->pc : &registers->pstate;
}

/* X0 to X30, SP_EL1, PC and PSTATE, which follow each other: this guest runs at EL1 with SPSel = 1. Then the SIMD registers. */
static void transfer(int vcpu, unsigned long request, arm64mmio_registers *registers)
{
    for (int i = 0; i < 34; i++) {
        uint64_t id = i == 31 ? KVM_REG_ARM_CORE_REG(sp_el1) : KVM_REG_ARM_CORE_REG(regs.regs[0]) + 2ull * i;
        struct kvm_one_reg reg = {KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | id, (uintptr_t)member(registers, i)};

        need(ioctl(vcpu, request, &reg) == 0, "KVM_ONE_REG");
    }
    for (int i = 0; i < 32; i++) {
        struct kvm_one_reg reg = {KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE | (KVM_REG_ARM_CORE_REG(fp_regs.vregs[0]) + 4ull * i),
                                  (uintptr_t)registers->v[i]};

        need(ioctl(vcpu, request, &reg) == 0, "KVM_ONE_REG");
    }
}

static uint64_t system_register(int vcpu, uint64_t id)
{
    uint64_t value = 0;
    struct kvm_one_reg reg = {id, (uintptr_t)&value};

    need(ioctl(vcpu, KVM_GET_ONE_REG, &reg) == 0, "KVM_GET_ONE_REG");
    return value;
}

static void device(int is_write, uint64_t address, void *data, unsigned length)
{
    uint64_t value = 0;

    need(address - DEVICE + length <= sizeof registers_of_device, "no device there");
    if (is_write) {
        memcpy((char *)registers_of_device + (address - DEVICE), data, length);
    } else {
        memcpy(data, (char *)registers_of_device + (address - DEVICE), length);
    }
    memcpy(&value, data, length > 8 ? 8 : length);
    printf("  %s %u bytes at 0x%" PRIx64 ": 0x%" PRIx64 "\n", is_write ? "write" : "read", length, address, value);
}

static void complete_access(arm64mmio_vcpu *emulator, int vcpu, const struct kvm_run *run)
{
    arm64mmio_registers registers = ARM64MMIO_INIT(arm64mmio_registers);
    arm64mmio_stage1 stage1 = ARM64MMIO_INIT(arm64mmio_stage1);
    arm64mmio_exit exit = ARM64MMIO_INIT(arm64mmio_exit);
    arm64mmio_outcome outcome = ARM64MMIO_INIT(arm64mmio_outcome);
    arm64mmio_transaction next = ARM64MMIO_INIT(arm64mmio_transaction);
    char text[4096];

    transfer(vcpu, KVM_GET_ONE_REG, &registers);
    stage1.id_aa64mmfr0 = system_register(vcpu, ARM64_SYS_REG(3, 0, 0, 7, 0));
    stage1.id_aa64mmfr1 = system_register(vcpu, ARM64_SYS_REG(3, 0, 0, 7, 1));
    stage1.id_aa64mmfr2 = system_register(vcpu, ARM64_SYS_REG(3, 0, 0, 7, 2));
    stage1.sctlr = system_register(vcpu, ARM64_SYS_REG(3, 0, 1, 0, 0));
    stage1.ttbr0 = system_register(vcpu, ARM64_SYS_REG(3, 0, 2, 0, 0));
    stage1.ttbr1 = system_register(vcpu, ARM64_SYS_REG(3, 0, 2, 0, 1));
    stage1.tcr = system_register(vcpu, ARM64_SYS_REG(3, 0, 2, 0, 2));
    stage1.mair = system_register(vcpu, ARM64_SYS_REG(3, 0, 10, 2, 0));
    exit.source = ARM64MMIO_EXIT_KVM_NISV;
    exit.syndrome = run->arm_nisv.esr_iss;
    exit.ipa = run->arm_nisv.fault_ipa;

    arm64mmio_decode_text(ARM64MMIO_SET_A64, guest[(registers.pc - RAM) / 4], 0, text, sizeof text);
    printf("pc 0x%" PRIx64 ": %s\n", registers.pc, text);
    need(arm64mmio_vcpu_begin(emulator, &exit, &registers, &stage1, &outcome) == ARM64MMIO_OK, "begin");
    while (arm64mmio_vcpu_next(emulator, &next) == 1) {
        int is_write = next.operation == ARM64MMIO_OPERATION_WRITE;

        device(is_write, next.address, next.data, next.length);
        arm64mmio_vcpu_complete(emulator, is_write ? NULL : next.data, is_write ? 0 : next.length);
    }
    arm64mmio_vcpu_commit(emulator, &outcome);
    if (outcome.status != ARM64MMIO_STATUS_COMPLETED && outcome.status != ARM64MMIO_STATUS_RETRY) {
        arm64mmio_vcpu_explain(emulator, text, sizeof text); /* and, for a guest fault, arm64mmio_exception_entry */
        printf("%s", text);
        _Exit(1);
    }
    transfer(vcpu, KVM_SET_ONE_REG, &registers);
}

int main(void)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    char *ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {0, 0, RAM, RAM_SIZE, (uintptr_t)ram};
    struct kvm_enable_cap cap = {.cap = KVM_CAP_ARM_NISV_TO_USER};
    struct kvm_vcpu_init init;
    arm64mmio_memory *memory;
    arm64mmio_vcpu *emulator;

    need(vm >= 0, "/dev/kvm");
    memcpy(ram, guest, sizeof guest);
    need(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) == 0, "KVM_SET_USER_MEMORY_REGION");
    need(ioctl(vm, KVM_ENABLE_CAP, &cap) == 0, "KVM_CAP_ARM_NISV_TO_USER");
    need(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) == 0, "KVM_ARM_PREFERRED_TARGET");
    init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
    int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    need(ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) == 0, "KVM_ARM_VCPU_INIT");
    struct kvm_run *run = mmap(NULL, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);

    need(arm64mmio_memory_create(&memory) == ARM64MMIO_OK && arm64mmio_memory_add(memory, RAM, ram, RAM_SIZE, 0) == ARM64MMIO_OK, "memory");
    need(arm64mmio_vcpu_create(memory, NULL, ARM64MMIO_VCPU_TRANSLATES, &emulator) == ARM64MMIO_OK, "vcpu");
    uint64_t pc = RAM;
    struct kvm_one_reg start = {KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(regs.pc), (uintptr_t)&pc};
    need(ioctl(vcpu, KVM_SET_ONE_REG, &start) == 0, "PC");

    while (ioctl(vcpu, KVM_RUN, 0) == 0) {
        switch (run->exit_reason) {
        case KVM_EXIT_ARM_NISV:
            complete_access(emulator, vcpu, run);
            break;
        case KVM_EXIT_MMIO: /* what KVM describes itself */
            device(run->mmio.is_write, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
            break;
        case KVM_EXIT_SYSTEM_EVENT:
            printf("the guest powered off; the device holds 0x%x 0x%x\n", registers_of_device[4], registers_of_device[8]);
            arm64mmio_vcpu_destroy(emulator);
            arm64mmio_memory_destroy(memory);
            return 0;
        default:
            printf("exit %u\n", run->exit_reason);
            return 1;
        }
    }
    perror("KVM_RUN");
    return 1;
}
