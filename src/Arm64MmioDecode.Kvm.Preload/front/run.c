/* KVM_RUN. An exit without a syndrome is given to the managed half, and each access that it wants of a device to the VMM as a
 * KVM_EXIT_MMIO of its own; registers change when the last one has been answered. */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* CPUs without a descriptor that have served exits. The managed half is told when it is called next: close() may be called by a
 * signal's handler that interrupts it. */
static _Atomic(struct cpu *) ended;

static void forget_ended(void)
{
    struct cpu *next;
    for (struct cpu *cpu = atomic_exchange(&ended, NULL); cpu; cpu = next) {
        intptr_t handle = cpu->ended;
        next = cpu->next_ended;
        cpu->ended = 0;
        managed_forget(handle);
    }
}

/* The mapping would keep the machine alive. */
static void unmap_run(struct cpu *cpu)
{
    void *run = cpu->run;
    cpu->run = NULL;
    munmap(run, sysconf(_SC_PAGESIZE));
}

void end_cpu(struct cpu *cpu)
{
    if (cpu->run) {
        serve(cpu, unmap_run);
    }
    if (cpu->view.handle && !cpu->ended) {
        cpu->ended = cpu->view.handle;
        cpu->view.handle = 0;
        cpu->next_ended = atomic_load(&ended);
        while (!atomic_compare_exchange_weak(&ended, &cpu->next_ended, cpu)) {
        }
    }
}

/* Calls the managed half with the guest's memory held where it is, and the CPU's registers as they are. A CPU that has been reset
 * since its exit has no exit any more. */
static void call_managed(struct cpu *cpu)
{
    struct machine *machine = cpu->machine;
    start_runtime();
    forget_ended();
    pthread_rwlock_wrlock(&cpu->lock);
    pthread_rwlock_rdlock(&machine->lock);
    cpu->view.run = cpu->run;
    cpu->view.slots = machine->slots;
    cpu->view.slot_count = machine->slot_count;
    cpu->view.slots_version = machine->slots_version;
    cpu->view.machine = (intptr_t)machine;
    cpu->view.settings = settings;
    cpu->view.logs_writes = !machine->has_dirty_ring;
    bool is_current = cpu->resets == cpu->exit_resets;
    if (cpu->abandoned) {
        cpu->abandoned = false;
        is_current &= !cpu->next;
        managed_abandon(&cpu->view);
    }
    cpu->served = MANAGED_DONE;
    if (is_current) {
        cpu->served = cpu->next ? managed_next(&cpu->view) : managed_begin(&cpu->view, cpu->esr_iss, cpu->fault_ipa);
    }
    cpu->pending = cpu->served == MANAGED_ACCESS || cpu->served == MANAGED_CAME_OUT;
    pthread_rwlock_unlock(&machine->lock);
    pthread_rwlock_unlock(&cpu->lock);
}

static int managed(struct cpu *cpu, bool next, unsigned resets)
{
    cpu->next = next;
    cpu->exit_resets = resets;
    hold_signals(cpu);
    serve(cpu, call_managed);
    cpu->interrupted |= let_signals_in(cpu);
    return cpu->served;
}

/* What the kernel would have done, had this library not been there. */
static int refuse(struct cpu *cpu)
{
    count(COUNT_REFUSED);
    if (cpu->reason == EXIT_ARM_NISV && !cpu->machine->asks_for_nisv) {
        errno = ENOSYS;
        return -1;
    }
    cpu->run->exit_reason = cpu->reason;
    cpu->run->arm_nisv.esr_iss = cpu->esr_iss;
    cpu->run->arm_nisv.fault_ipa = cpu->fault_ipa;
    return 0;
}

/* Not when the CPU is made: VMMs make CPUs that never run, and a mapping keeps their machine alive behind close(). */
static void map_run(struct cpu *cpu)
{
    void *run = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, cpu->object.fd, 0);
    cpu->run = run == MAP_FAILED ? NULL : run;
}

static int run(struct cpu *cpu, unsigned long argument)
{
    int before = errno;
    if (!cpu->run) {
        serve(cpu, map_run);
    }
    if (!cpu->run) {
        errno = before;
        return (int)kernel(cpu->object.fd, KVM_RUN, argument);
    }
    int result = MANAGED_DONE;
    if (cpu->pending) {
        /* Whatever immediate_exit says: the instruction ends first, and EINTR comes from the KVM_RUN behind it. */
        result = managed(cpu, true, cpu->resets);
    }
    while (result == MANAGED_DONE) {
        if (cpu->interrupted) {
            cpu->interrupted = false;
            errno = EINTR;
            return -1;
        }
        errno = before;
        unsigned resets = cpu->resets;
        long error = kernel(cpu->object.fd, KVM_RUN, argument);
        uint32_t reason = cpu->run->exit_reason;
        if (error != 0 || (reason != EXIT_ARM_NISV && reason != EXIT_ARM_LDST64B)) {
            return (int)error;
        }
        count(COUNT_EXITS);
        cpu->esr_iss = cpu->run->arm_nisv.esr_iss;
        cpu->fault_ipa = cpu->run->arm_nisv.fault_ipa;
        cpu->reason = reason;
        result = managed(cpu, false, resets);
    }
    errno = before;
    if (result == MANAGED_REFUSED) {
        return refuse(cpu);
    }
    if (result == MANAGED_CAME_OUT && cpu->came_out != 0) {
        errno = cpu->came_out;
        return -1;
    }
    return 0;
}

/* Its last descriptor may be closed meanwhile. */
int run_cpu(struct cpu *cpu, int fd, unsigned long argument)
{
    cpu->object.references++;
    cpu->object.fd = fd;
    int result = run(cpu, argument);
    release(&cpu->object);
    return result;
}

void abandon(struct cpu *cpu)
{
    if (cpu->pending) {
        cpu->pending = false;
        cpu->abandoned = true;
    }
}
