/* Registers for the managed half, and accesses to KVM's own devices.
 *
 * KVM asks for a syndrome before it looks for its own devices, so an LDP on its GIC comes out to the VMM, which has no device there.
 * What is left is to make the guest's CPU perform an access that has a syndrome: from a page of this library's, with the guest's MMU
 * off, a plain load or store, and behind it a store without a syndrome at the same address, which makes KVM exit before it does
 * anything. The other CPUs run on; the VMM sees nothing, as all of it is in one ioctl. */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CORE(offset) (0x6030000000100000ull | (offset) / 4)
#define X(number) CORE((number) * 8)
#define PC CORE(0x100)
#define PSTATE CORE(0x108)
#define SCTLR_EL1 0x603000000013C080ull
#define SCTLR_M 1ull
#define SCTLR_EE (1ull << 25)
#define EL1H_MASKED 0x3C5ull
#define SUPERVISOR_MASKED 0x1D3ull
#define HAS_AARCH32_EL1 (1u << KVM_ARM_VCPU_EL1_32BIT)
#define HAS_EL2 (1u << 7)

/* In the page: pairs of an access and the store that exits, by size; loads first, then stores, then the same in A32. */
#define CODE_OFFSET 0x800
#define A32_CODE (16 * 4)
#define EXIT_A64 0x38000420 /* strb w0, [x1], #0 */
#define EXIT_A32 0xE4C10000 /* strb r0, [r1], #0 */
static const uint32_t code[] = {
    0x39400020, EXIT_A64, 0x79400020, EXIT_A64, 0xB9400020, EXIT_A64, 0xF9400020, EXIT_A64, /* ldrb, ldrh, ldr w0, ldr x0, [x1] */
    0x39000020, EXIT_A64, 0x79000020, EXIT_A64, 0xB9000020, EXIT_A64, 0xF9000020, EXIT_A64, /* strb, strh, str w0, str x0, [x1] */
    0xE5D10000, EXIT_A32, 0xE1D100B0, EXIT_A32, 0xE5910000, EXIT_A32, EXIT_A32, EXIT_A32,   /* ldrb, ldrh, ldr r0, [r1] */
    0xE5C10000, EXIT_A32, 0xE1C100B0, EXIT_A32, 0xE5810000, EXIT_A32, EXIT_A32, EXIT_A32,   /* strb, strh, str r0, [r1] */
};

int front_get_register(struct view *view, uint64_t id, void *value)
{
    struct kvm_one_reg request = { id, (uintptr_t)value };
    return kernel_errno(cpu_of(view)->object.fd, KVM_GET_ONE_REG, &request);
}

int front_set_register(struct view *view, uint64_t id, const void *value)
{
    struct kvm_one_reg request = { id, (uintptr_t)value };
    return kernel_errno(cpu_of(view)->object.fd, KVM_SET_ONE_REG, &request);
}

static bool overlaps_memory(struct machine *machine, uint64_t address, uint64_t size)
{
    for (uint32_t i = 0; i < machine->slot_count; i++) {
        const struct slot *slot = &machine->slots[i];
        if (address - slot->address < slot->size || slot->address - address < size) {
            return true;
        }
    }
    return false;
}

/* Where the page goes. Nothing but this library may ever mean that address: in a GICv3 there is one, offset 0xE000 of the
 * distributor, which the architecture leaves IMPLEMENTATION DEFINED and KVM reads as zero. Where pages are larger than 4 KiB or the GIC is
 * none, the end of the physical address space. The slots are held by the caller. */
static uint64_t choose_scratch(struct machine *machine, uint64_t size)
{
    if (scratch_setting) {
        return scratch_setting;
    }
    if (machine->distributor && size == 0x1000) {
        return machine->distributor + 0xE000;
    }
    uint64_t address = (1ull << machine->ipa_bits) - 0x10000;
    while (address > 1ull << 32 && overlaps_memory(machine, address, 0x10000)) {
        address -= 0x10000;
    }
    return address;
}

static bool install_scratch(struct machine *machine)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (!machine->scratch) {
        uint64_t size = sysconf(_SC_PAGESIZE);
        char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        long slots = kernel(machine->object.fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);
        if (page != MAP_FAILED && slots > 0) {
            memcpy(page + CODE_OFFSET, code, sizeof code);
            struct kvm_userspace_memory_region region = {
                .slot = (uint32_t)slots - 1,
                .flags = KVM_MEM_READONLY,
                .guest_phys_addr = choose_scratch(machine, size),
                .memory_size = size,
                .userspace_addr = (uintptr_t)page,
            };
            int error = kernel_errno(machine->object.fd, KVM_SET_USER_MEMORY_REGION, &region);
            if (error == 0) {
                machine->scratch = region.guest_phys_addr;
            } else {
                munmap(page, size);
                say("no page for accesses to KVM's devices at 0x%llx: %s", (unsigned long long)region.guest_phys_addr, strerror(error));
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return machine->scratch != 0;
}

/* Until the exit that ends the detour. A request of the VMM's to come out is kept for afterwards. */
static bool run_until_exit(struct cpu *cpu, uint64_t address)
{
    enum { MOST_TRIES = 1000 };
    volatile uint8_t *immediate = &cpu->run->immediate_exit;
    uint8_t request = 0;
    bool done = false;
    for (int i = 0; i < MOST_TRIES; i++) {
        request |= __atomic_exchange_n(immediate, 0, __ATOMIC_SEQ_CST);
        int error = kernel_errno(cpu->object.fd, KVM_RUN, NULL);
        if (error == EINTR) {
            cpu->interrupted = true;
            continue;
        }
        if (error == 0 && cpu->run->exit_reason == KVM_EXIT_DEBUG) {
            continue; /* a debugger of the VMM's steps */
        }
        if (error == 0 && cpu->run->exit_reason == KVM_EXIT_MMIO) {
            /* No device of KVM's there after all. The access is completed without effect, and goes to the VMM. Requests write 1. */
            request |= __atomic_exchange_n(immediate, 2, __ATOMIC_SEQ_CST);
            kernel_errno(cpu->object.fd, KVM_RUN, NULL);
            request |= __atomic_exchange_n(immediate, 0, __ATOMIC_SEQ_CST) & 1;
            cpu->interrupted = true; /* a signal cannot be told from the immediate exit */
        } else {
            done = error == 0 && cpu->run->exit_reason == EXIT_ARM_NISV && cpu->run->arm_nisv.fault_ipa == address;
        }
        break;
    }
    if (request) {
        __atomic_store_n(immediate, 1, __ATOMIC_SEQ_CST);
    }
    return done;
}

/* 1: performed, by a device of KVM's. 0: KVM has none there. -1: could not be performed. */
int front_access_in_kernel(struct view *view, uint64_t address, uint32_t length, uint32_t write, uint64_t *value)
{
    struct cpu *cpu = cpu_of(view);
    struct machine *machine = cpu->machine;
    if (!is_in_kernel(machine, address, length, write)) {
        return 0;
    }
    bool aarch32 = (view->features & HAS_AARCH32_EL1) != 0;
    if ((view->features & HAS_EL2) != 0 || (aarch32 && length == 8) || !install_scratch(machine) || (aarch32 && machine->scratch >> 32 != 0)) {
        count(COUNT_KERNEL_FAILED);
        return -1;
    }

    const uint64_t ids[] = { X(0), X(1), PC, SCTLR_EL1, PSTATE };
    enum { SAVED = sizeof ids / sizeof ids[0] };
    uint64_t saved[SAVED];
    for (int i = 0; i < SAVED; i++) {
        if (front_get_register(view, ids[i], &saved[i]) != 0) {
            count(COUNT_KERNEL_FAILED);
            return -1;
        }
    }
    unsigned size = (unsigned)__builtin_ctz(length);
    uint64_t entry = machine->scratch + CODE_OFFSET + (aarch32 ? A32_CODE : 0) + (write ? 32 : 0) + 8 * size;
    const uint64_t detour[] = { write ? *value : 0, address, entry, saved[3] & ~(SCTLR_M | SCTLR_EE), aarch32 ? SUPERVISOR_MASKED : EL1H_MASKED };
    /* PSTATE before the rest: while it is that of AArch32, KVM cuts the core registers that are written. */
    bool ready = true;
    for (int i = SAVED - 1; i >= 0; i--) {
        ready &= front_set_register(view, ids[i], &detour[i]) == 0;
    }
    bool done = ready && run_until_exit(cpu, address);
    bool absent = ready && !done && cpu->run->exit_reason == KVM_EXIT_MMIO;
    uint64_t result = 0, end = 0;
    if (done) {
        done = front_get_register(view, X(0), &result) == 0 && front_get_register(view, PC, &end) == 0 && end == entry + 4;
    }
    bool restored = true;
    for (int i = 0; i < SAVED; i++) {
        restored &= front_set_register(view, ids[i], &saved[i]) == 0;
    }
    if (!restored) {
        say("the registers of a virtual CPU could not be restored after an access to KVM's device at 0x%llx", (unsigned long long)address);
    }
    if (absent) {
        return 0;
    }
    if (!done) {
        count(COUNT_KERNEL_FAILED);
        return -1;
    }
    count(COUNT_KERNEL);
    if (!write) {
        *value = result;
    }
    return 1;
}
