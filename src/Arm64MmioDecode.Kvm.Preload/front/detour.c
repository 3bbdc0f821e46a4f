/* Registers for the managed half, and accesses to KVM's own devices.
 *
 * KVM asks for a syndrome before it looks for its own devices, so an LDP on its GIC comes out to the VMM, which has no device there.
 * What is left is to make the guest's CPU perform an access that has a syndrome: from a page of this library's, with the guest's MMU
 * off, a plain load or store, and behind it a store without a syndrome into that page, which can only be read, so that KVM exits before
 * it does anything. The other CPUs run on; the VMM sees nothing, as all of it is in one ioctl. */
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
#define MDSCR_EL1 0x6030000000138012ull
#define SCTLR_M 1ull
#define SCTLR_EE (1ull << 25)
#define MDSCR_SS_KDE_MDE (1ull << 0 | 1ull << 13 | 1ull << 15)
#define EL1H_MASKED 0x3C5ull
#define SUPERVISOR_MASKED 0x1D3ull
#define HAS_AARCH32_EL1 (1u << KVM_ARM_VCPU_EL1_32BIT)
#define HAS_EL2 (1u << 7)

/* In the page, by size: loads, then stores, then the same in A32. The exit is not at the address that was accessed: a GICv2's CPU
 * interface is the processor's own and no exit, and would take the byte. */
#define CODE_OFFSET 0x800
#define WAY_SIZE 16
#define EXIT_OFFSET 8
#define A64(access) access, 0x10000001 /* adr x1, . */, 0x38000420 /* strb w0, [x1], #0 */, 0x38000420
#define A32(access) access, 0xE24F1008 /* adr r1, . */, 0xE4C10000 /* strb r0, [r1], #0 */, 0xE4C10000
static const uint32_t code[] = {
    A64(0x39400020), A64(0x79400020), A64(0xB9400020), A64(0xF9400020), /* ldrb w0, ldrh w0, ldr w0, ldr x0, [x1] */
    A64(0x39000020), A64(0x79000020), A64(0xB9000020), A64(0xF9000020), /* strb w0, strh w0, str w0, str x0, [x1] */
    A32(0xE5D10000), A32(0xE1D100B0), A32(0xE5910000), A32(0xE5910000), /* ldrb r0, ldrh r0, ldr r0, [r1] */
    A32(0xE5C10000), A32(0xE1C100B0), A32(0xE5810000), A32(0xE5810000), /* strb r0, strh r0, str r0, [r1] */
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

int front_is_in_kernel(struct view *view, uint64_t address) { return is_in_kernel(cpu_of(view)->machine, address, 1, false); }

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
    static const void *page;
    pthread_mutex_lock(&lock);
    if (!machine->scratch) {
        uint64_t size = sysconf(_SC_PAGESIZE);
        if (!page) {
            void *fresh = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (fresh != MAP_FAILED) {
                memcpy((char *)fresh + CODE_OFFSET, code, sizeof code);
                page = fresh;
            }
        }
        long slots = kernel(machine->object.fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);
        if (page && slots > 0) {
            uint32_t number = (uint32_t)slots - 1;
            while (number > 0 && has_slot(machine, number)) {
                number--;
            }
            struct kvm_userspace_memory_region region = {
                .slot = number,
                .flags = KVM_MEM_READONLY,
                .guest_phys_addr = choose_scratch(machine, size),
                .memory_size = size,
                .userspace_addr = (uintptr_t)page,
            };
            int error = kernel_errno(machine->object.fd, KVM_SET_USER_MEMORY_REGION, &region);
            if (error == 0) {
                machine->scratch = region.guest_phys_addr;
                machine->scratch_size = size;
                machine->scratch_slot = number;
            } else if (!machine->said_no_scratch) {
                machine->said_no_scratch = true;
                say("no page for accesses to KVM's devices at 0x%llx: %s (ARM64MMIODECODE_SCRATCH puts it elsewhere)",
                    (unsigned long long)region.guest_phys_addr, strerror(error));
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return machine->scratch != 0;
}

/* The CPU has been switched off, as PSCI SYSTEM_RESET of another does: KVM_RUN would sleep. */
static bool is_stopped(struct cpu *cpu)
{
    struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
    return kernel_errno(cpu->object.fd, KVM_GET_MP_STATE, &state) == 0 && state.mp_state != KVM_MP_STATE_RUNNABLE;
}

enum detour_end { DETOUR_EXIT, DETOUR_ASTRAY, DETOUR_ABSENT, DETOUR_OTHER };

/* Until the exit that ends the detour, or what else KVM says: DETOUR_OTHER, with KVM_RUN's errno. A request of the VMM's to come out is
 * kept for afterwards. */
static enum detour_end run_until_exit(struct cpu *cpu, uint64_t exit, bool *interrupted, int *error)
{
    enum { MOST_TRIES = 16 }; /* a signal that KVM_SET_SIGNAL_MASK lets through is pending until the VMM takes it */
    volatile uint8_t *immediate = &cpu->run->immediate_exit;
    uint8_t request = 0;
    enum detour_end end = DETOUR_OTHER;
    *error = EINTR;
    *interrupted = let_signals_in(cpu);
    for (int i = 0; i < MOST_TRIES; i++) {
        request |= __atomic_exchange_n(immediate, 0, __ATOMIC_SEQ_CST);
        /* Behind the exchange: whoever wants a CPU that has been stopped to come out asks after it has been stopped, so that
         * either the state is seen here, or KVM_RUN ends by the request. */
        if ((request || *interrupted) && is_stopped(cpu)) {
            break;
        }
        *error = enter_guest(cpu);
        uint32_t reason = cpu->run->exit_reason;
        if (*error == EINTR) {
            *interrupted = true;
            continue;
        }
        if (*error == 0 && reason == KVM_EXIT_DEBUG) {
            *error = EINTR; /* a debugger of the VMM's steps */
            continue;
        }
        if (*error == 0 && reason == EXIT_ARM_NISV) {
            end = cpu->run->arm_nisv.fault_ipa == exit ? DETOUR_EXIT : DETOUR_ASTRAY;
        } else if (*error == 0 && reason == KVM_EXIT_MMIO) {
            /* No device of KVM's there after all. The access is completed without effect, and goes to the VMM. Requests write 1. */
            request |= __atomic_exchange_n(immediate, 2, __ATOMIC_SEQ_CST);
            enter_guest(cpu);
            request |= __atomic_exchange_n(immediate, 0, __ATOMIC_SEQ_CST) & 1;
            *interrupted = true; /* a signal cannot be told from the immediate exit */
            end = DETOUR_ABSENT;
        }
        break;
    }
    hold_signals(cpu);
    if (request) {
        __atomic_store_n(immediate, 1, __ATOMIC_SEQ_CST);
    }
    return end;
}

static enum kernel_access failed(enum kernel_access reason)
{
    count(COUNT_KERNEL_FAILED);
    return reason;
}

enum kernel_access front_access_in_kernel(struct view *view, uint64_t address, uint32_t length, uint32_t write, uint64_t *value)
{
    struct cpu *cpu = cpu_of(view);
    struct machine *machine = cpu->machine;
    if (!is_in_kernel(machine, address, length, write)) {
        return ACCESS_ELSEWHERE;
    }
    bool aarch32 = (view->features & HAS_AARCH32_EL1) != 0;
    if ((view->features & HAS_EL2) != 0) {
        return failed(ACCESS_REFUSED_EL2);
    }
    if (aarch32 && length == 8) {
        return failed(ACCESS_REFUSED_SIZE);
    }
    if (!install_scratch(machine)) {
        return failed(ACCESS_REFUSED_PAGE);
    }
    if (aarch32 && machine->scratch >> 32 != 0) {
        return failed(ACCESS_REFUSED_REACH);
    }

    /* Breakpoints and watchpoints of the guest's: PSTATE.D masks them, but there is none in AArch32. */
    const uint64_t ids[] = { X(0), X(1), PC, SCTLR_EL1, aarch32 ? MDSCR_EL1 : PSTATE, PSTATE };
    enum { MOST_SAVED = sizeof ids / sizeof ids[0] };
    const int count_saved = aarch32 ? MOST_SAVED : MOST_SAVED - 1;
    uint64_t saved[MOST_SAVED];
    for (int i = 0; i < count_saved; i++) {
        if (front_get_register(view, ids[i], &saved[i]) != 0) {
            return failed(ACCESS_REFUSED_REGISTER);
        }
    }
    unsigned way = (unsigned)__builtin_ctz(length) + (write ? 4 : 0) + (aarch32 ? 8 : 0);
    uint64_t entry = machine->scratch + CODE_OFFSET + WAY_SIZE * way;
    const uint64_t detour[] = {
        write ? *value : 0,
        address,
        entry,
        saved[3] & ~(SCTLR_M | SCTLR_EE),
        aarch32 ? saved[4] & ~MDSCR_SS_KDE_MDE : EL1H_MASKED,
        SUPERVISOR_MASKED,
    };
    /* PSTATE before the rest: while it is that of AArch32, KVM cuts the core registers that are written. */
    bool ready = true;
    for (int i = count_saved - 1; i >= 0; i--) {
        ready &= front_set_register(view, ids[i], &detour[i]) == 0;
    }
    bool interrupted = false;
    int error = 0;
    uint64_t result = 0, end_pc = 0;
    enum detour_end end = DETOUR_ASTRAY;
    if (ready) {
        end = run_until_exit(cpu, entry + EXIT_OFFSET - 4, &interrupted, &error);
        ready = front_get_register(view, X(0), &result) == 0 && front_get_register(view, PC, &end_pc) == 0;
    }
    bool restored = true;
    for (int i = 0; i < count_saved; i++) {
        restored &= front_set_register(view, ids[i], &saved[i]) == 0;
    }
    if (!restored) {
        say("the registers of a virtual CPU could not be restored after an access to KVM's device at 0x%llx", (unsigned long long)address);
    }
    if (!ready) {
        return failed(ACCESS_REFUSED_REGISTER);
    }
    if (end == DETOUR_ABSENT) {
        cpu->interrupted |= interrupted;
        return ACCESS_ELSEWHERE;
    }
    if (end == DETOUR_OTHER && end_pc == entry) {
        /* Not performed yet: what KVM says goes to the VMM, and the next KVM_RUN tries again. */
        cpu->came_out = error;
        return ACCESS_CAME_OUT;
    }
    if (end == DETOUR_ASTRAY || end_pc - entry - 4 > EXIT_OFFSET - 4) {
        return failed(ACCESS_REFUSED_ASTRAY);
    }
    cpu->interrupted |= interrupted;
    count(COUNT_KERNEL);
    if (!write) {
        *value = result;
    }
    return ACCESS_PERFORMED;
}
