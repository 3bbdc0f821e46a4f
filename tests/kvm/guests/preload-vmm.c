// A small VMM under LD_PRELOAD=libarm64mmiodecode-kvm.so: coalesced MMIO, logs of dirty pages, snapshots between the accesses of an
// instruction, and kicks while KVM's interrupt controller is accessed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RAM 0x40000000ull
#define RAM_SIZE 0x10000
#define DEVICE 0x09000000ull
#define END (DEVICE + 0x800)
#define ZONE (DEVICE + 0x100)
#define LOGGED (DEVICE + 0x10000)
#define GICD 0x08000000ull
#define GIC_CPU 0x08010000ull // GICC of a GICv2
#define GICR 0x080a0000ull
#define CORE(offset) (0x6030000000100000ull | (offset) / 4)
#define X(n) CORE((n) * 8)
#define PC CORE(0x100)

// Code for the guest, copied to its memory: X2 is where a store ends the test.
#define GUEST(name, code) \
    extern const uint32_t name[] __attribute__((visibility("hidden"))), name##_end[] __attribute__((visibility("hidden"))); \
    __asm__(".section .rodata\n.balign 4\n" #name ":\n" code "\nstr w3, [x2]\n" #name "_end:\n.previous")

GUEST(ordered,
    "str w3, [x5]\n"         // to the zone, by KVM's own
    "str w4, [x1], #4\n"
    "str w3, [x5, #4]\n"
    "stp w6, w7, [x1], #8\n"
    "str w3, [x5, #8]\n"
    "ldp w8, w9, [x1]\n"     // reads are never coalesced
    "str w3, [x5, #12]\n"
    "stp w6, w7, [x10]");    // half in the zone, half behind it
GUEST(into_logged, "stp w6, w7, [x1]");
GUEST(pair, "ldp w8, w9, [x1]");
GUEST(interrupts,
    "1: mul w12, w13, w14\n"
    "and w12, w12, #0xf0f0f0f0\n"
    "mov x11, x1\n"
    "str w12, [x11], #4\n"
    "str w12, [x11], #4\n"
    "ldp w6, w7, [x1]\n"
    "cmp w6, w12\n"
    "ccmp w7, w12, #0, eq\n"
    "sub x11, x11, x1\n"
    "ccmp x11, #8, #0, eq\n"
    "cinc x15, x15, ne\n"
    "subs w14, w14, #1\n"
    "b.ne 1b");

struct vmm
{
    int machine, cpu;
    struct kvm_run *run;
    uint32_t *ram;
};

static int failures, kvm;

static void check(int good, const char *what)
{
    printf("%s %s\n", good ? "PASS" : "FAIL", what);
    fflush(stdout);
    failures += !good;
}

static int request(int fd, unsigned long number, const void *argument, const char *what)
{
    int result = ioctl(fd, number, argument);
    if (result < 0)
    {
        printf("FAIL %s: %s\n", what, strerror(errno));
        failures++;
    }

    return result;
}

static uint64_t get(const struct vmm *vmm, uint64_t id)
{
    uint64_t value = 0;
    struct kvm_one_reg one = { id, (uintptr_t)&value };
    request(vmm->cpu, KVM_GET_ONE_REG, &one, "KVM_GET_ONE_REG");
    return value;
}

static void set(const struct vmm *vmm, uint64_t id, uint64_t value)
{
    struct kvm_one_reg one = { id, (uintptr_t)&value };
    request(vmm->cpu, KVM_SET_ONE_REG, &one, "KVM_SET_ONE_REG");
}

static void initialise(const struct vmm *vmm)
{
    struct kvm_vcpu_init init = { 0 };
    request(vmm->machine, KVM_ARM_PREFERRED_TARGET, &init, "KVM_ARM_PREFERRED_TARGET");
    init.features[0] = 1 << KVM_ARM_VCPU_PSCI_0_2;
    request(vmm->cpu, KVM_ARM_VCPU_INIT, &init, "KVM_ARM_VCPU_INIT");
}

static void *memory(const struct vmm *vmm, uint32_t slot, uint64_t address, uint64_t size, uint32_t flags)
{
    void *host = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = { .slot = slot, .flags = flags, .guest_phys_addr = address, .memory_size = size, .userspace_addr = (uintptr_t)host };
    request(vmm->machine, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
    return host;
}

static struct vmm make(void)
{
    struct vmm vmm = { .machine = -1 };
    while ((vmm.machine = ioctl(kvm, KVM_CREATE_VM, 0)) < 0 && errno == EINTR) // a signal ends this, too
    {
    }

    vmm.ram = memory(&vmm, 0, RAM, RAM_SIZE, 0);
    vmm.cpu = request(vmm.machine, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
    vmm.run = mmap(0, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, vmm.cpu, 0);
    initialise(&vmm);
    return vmm;
}

static void load(const struct vmm *vmm, const uint32_t *code, const uint32_t *end)
{
    if (vmm->run->exit_reason == KVM_EXIT_MMIO)
    {
        vmm->run->immediate_exit = 1; // KVM completes the store that has ended the last test
        ioctl(vmm->cpu, KVM_RUN, 0);
        vmm->run->immediate_exit = 0;
    }

    memcpy(vmm->ram, code, (size_t)((const char *)end - (const char *)code));
    __builtin___clear_cache((char *)vmm->ram, (char *)vmm->ram + RAM_SIZE);
    set(vmm, PC, RAM);
    set(vmm, X(1), DEVICE);
    set(vmm, X(2), END);
    set(vmm, X(3), 3);
    set(vmm, X(6), 6);
    set(vmm, X(7), 7);
}

#define LOAD(vmm, name) load(vmm, name, name##_end)

static int enter(const struct vmm *vmm) { return ioctl(vmm->cpu, KVM_RUN, 0); }

static int mmio(const struct vmm *vmm, uint64_t address, int is_write)
{
    return vmm->run->exit_reason == KVM_EXIT_MMIO && vmm->run->mmio.phys_addr == address && vmm->run->mmio.is_write == is_write;
}

/* ---- KVM_REGISTER_COALESCED_MMIO: KVM keeps stores in a ring, which a VMM reads before it serves an exit */

static char order[1024];

static void note(uint64_t address, int is_write, uint32_t data, int is_coalesced)
{
    size_t length = strlen(order);
    snprintf(order + length, sizeof order - length, "%s%c%llx=%x", is_coalesced ? "*" : " ", is_write ? 'w' : 'r', (unsigned long long)(address - DEVICE), is_write ? data : 0);
}

static void coalesced(void)
{
    struct vmm vmm = make();
    int page = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO);
    struct kvm_coalesced_mmio_ring *ring = (void *)((char *)vmm.run + page * sysconf(_SC_PAGESIZE));
    struct kvm_coalesced_mmio_zone zone = { .addr = ZONE, .size = 0x100 };
    request(vmm.machine, KVM_REGISTER_COALESCED_MMIO, &zone, "KVM_REGISTER_COALESCED_MMIO");
    LOAD(&vmm, ordered);
    set(&vmm, X(1), ZONE + 0x10);
    set(&vmm, X(4), 4);
    set(&vmm, X(5), ZONE);
    set(&vmm, X(10), ZONE + 0xfc);
    int ended = 0;
    while (!ended && enter(&vmm) == 0 && vmm.run->exit_reason == KVM_EXIT_MMIO)
    {
        while (ring->first != ring->last)
        {
            const struct kvm_coalesced_mmio *entry = &ring->coalesced_mmio[ring->first];
            note(entry->phys_addr, 1, *(const uint32_t *)entry->data, 1);
            ring->first = (ring->first + 1) % ((sysconf(_SC_PAGESIZE) - sizeof *ring) / sizeof ring->coalesced_mmio[0]);
        }

        ended = vmm.run->mmio.phys_addr == END;
        if (!ended)
        {
            note(vmm.run->mmio.phys_addr, vmm.run->mmio.is_write, *(uint32_t *)vmm.run->mmio.data, 0);
        }

        *(uint32_t *)vmm.run->mmio.data = 0xabc;
    }

    const char *expected = "*w100=3 w110=4*w104=3 w114=6 w118=7*w108=3 r11c=0 r120=0*w10c=3 w1fc=6 w200=7";
    check(ended && strcmp(order, expected) == 0, "coalesced stores and the library's accesses come in the guest's order");
    if (strcmp(order, expected) != 0)
    {
        printf("%s\n", order);
    }

    check(get(&vmm, X(8)) == 0xabc && get(&vmm, X(9)) == 0xabc, "with the data that was read");
}

/* ---- KVM_MEM_LOG_DIRTY_PAGES: the first half of a pair is in a device, the second in memory */

static uint64_t dirty_pages(const struct vmm *vmm, int (*how)(int, unsigned long, ...))
{
    uint64_t bitmap = 0;
    struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = &bitmap };
    return how(vmm->machine, KVM_GET_DIRTY_LOG, &log) ? ~0ull : bitmap;
}

static int kernels_ioctl(int fd, unsigned long number, ...)
{
    __builtin_va_list list;
    __builtin_va_start(list, number);
    void *argument = __builtin_va_arg(list, void *);
    __builtin_va_end(list);
    return (int)syscall(SYS_ioctl, fd, number, argument);
}

static void write_logged(const struct vmm *vmm)
{
    LOAD(vmm, into_logged);
    set(vmm, X(1), LOGGED - 4);
    check(enter(vmm) == 0 && mmio(vmm, LOGGED - 4, 1) && *(uint32_t *)vmm->run->mmio.data == 6, "a pair: the half in a device");
    check(enter(vmm) == 0 && mmio(vmm, END, 1), "the half in memory is not the VMM's");
}

static void dirty(void)
{
    struct vmm vmm = make();
    uint32_t *logged = memory(&vmm, 1, LOGGED, 0x40000, KVM_MEM_LOG_DIRTY_PAGES);
    write_logged(&vmm);
    check(logged[0] == 7, "and is written");
    check(dirty_pages(&vmm, kernels_ioctl) == 0, "KVM has no log of it");
    check(dirty_pages(&vmm, ioctl) == 1, "KVM_GET_DIRTY_LOG has");
    check(dirty_pages(&vmm, ioctl) == 0, "once");
    write_logged(&vmm);
    check(dirty_pages(&vmm, ioctl) == 1, "and again when it is written again");

    struct kvm_enable_cap cap = { .cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 1 } };
    request(vmm.machine, KVM_ENABLE_CAP, &cap, "KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2");
    write_logged(&vmm);
    check(dirty_pages(&vmm, ioctl) == 1 && dirty_pages(&vmm, ioctl) == 1, "with KVM_CLEAR_DIRTY_LOG it stays");
    uint64_t bitmap = 1;
    struct kvm_clear_dirty_log clear = { .slot = 1, .num_pages = 64, .dirty_bitmap = &bitmap };
    request(vmm.machine, KVM_CLEAR_DIRTY_LOG, &clear, "KVM_CLEAR_DIRTY_LOG");
    check(dirty_pages(&vmm, ioctl) == 0, "until it is cleared");

    write_logged(&vmm);
    struct kvm_userspace_memory_region region = { .slot = 1, .guest_phys_addr = LOGGED, .memory_size = 0x40000, .userspace_addr = (uintptr_t)logged };
    request(vmm.machine, KVM_SET_USER_MEMORY_REGION, &region, "the end of logging");
    logged[0] = 0;
    write_logged(&vmm);
    check(logged[0] == 7 && dirty_pages(&vmm, ioctl) == ~0ull, "without a log it is memory as any other");
    region.flags = KVM_MEM_LOG_DIRTY_PAGES;
    request(vmm.machine, KVM_SET_USER_MEMORY_REGION, &region, "logging again");
    check(dirty_pages(&vmm, ioctl) == 0, "a new log begins empty");
}

/* ---- a snapshot between two accesses is of the guest at the instruction */

static void restore(const struct vmm *vmm, const uint64_t *registers)
{
    initialise(vmm);
    for (int i = 0; i < 31; i++)
    {
        set(vmm, X(i), registers[i]);
    }

    set(vmm, PC, registers[31]);
}

static void answer_pair(const struct vmm *vmm, uint32_t first, uint32_t second, const char *what)
{
    int good = enter(vmm) == 0 && mmio(vmm, DEVICE, 0);
    *(uint32_t *)vmm->run->mmio.data = first;
    good &= enter(vmm) == 0 && mmio(vmm, DEVICE + 4, 0);
    *(uint32_t *)vmm->run->mmio.data = second;
    good &= enter(vmm) == 0 && mmio(vmm, END, 1) && get(vmm, X(8)) == first && get(vmm, X(9)) == second;
    check(good, what);
}

static void snapshots(void)
{
    struct vmm vmm = make(), other = make();
    uint64_t registers[32];
    LOAD(&vmm, pair);
    set(&vmm, X(8), 80);
    set(&vmm, X(9), 90);
    check(enter(&vmm) == 0 && mmio(&vmm, DEVICE, 0), "the first half of a pair");
    *(uint32_t *)vmm.run->mmio.data = 1;
    check(enter(&vmm) == 0 && mmio(&vmm, DEVICE + 4, 0), "the second");
    for (int i = 0; i < 31; i++)
    {
        registers[i] = get(&vmm, X(i));
    }

    registers[31] = get(&vmm, PC);
    check(registers[31] == RAM && registers[8] == 80 && registers[9] == 90, "a snapshot between them is of the guest at the instruction");
    memcpy(other.ram, vmm.ram, RAM_SIZE);
    restore(&other, registers);
    answer_pair(&other, 11, 12, "restored in another machine the instruction begins again");
    restore(&vmm, registers);
    answer_pair(&vmm, 21, 22, "and in the same one");
}

/* ---- kicks while KVM's interrupt controller is accessed */

static const struct vmm *kicked;
static volatile int kicks, stop, strays;
static uint64_t code_end;

static void on_signal(int number)
{
    (void)number;
    kicks++;
    kicked->run->immediate_exit = 1;
}

static void *send_signals(void *target)
{
    while (!stop)
    {
        pthread_kill(*(pthread_t *)target, SIGUSR1);
        usleep(300);
    }

    return 0;
}

static void *ask_for_pc(void *unused)
{
    while (!stop)
    {
        uint64_t pc = get(kicked, PC);
        strays += pc - RAM > code_end;
        usleep(100);
    }

    return unused;
}

static int set_address(int device, uint64_t attribute, uint64_t address)
{
    struct kvm_device_attr attr = { .group = KVM_DEV_ARM_VGIC_GRP_ADDR, .attr = attribute, .addr = (uintptr_t)&address };
    return request(device, KVM_SET_DEVICE_ATTR, &attr, "the address of the GIC");
}

static int make_gic(const struct vmm *vmm)
{
    struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
    int version = 3;
    if (ioctl(vmm->machine, KVM_CREATE_DEVICE, &device) < 0)
    {
        version = 2;
        device.type = KVM_DEV_TYPE_ARM_VGIC_V2;
        request(vmm->machine, KVM_CREATE_DEVICE, &device, "KVM_CREATE_DEVICE");
    }

    set_address((int)device.fd, version == 3 ? KVM_VGIC_V3_ADDR_TYPE_DIST : KVM_VGIC_V2_ADDR_TYPE_DIST, GICD);
    set_address((int)device.fd, version == 3 ? KVM_VGIC_V3_ADDR_TYPE_REDIST : KVM_VGIC_V2_ADDR_TYPE_CPU, version == 3 ? GICR : GIC_CPU);
    struct kvm_device_attr init = { .group = KVM_DEV_ARM_VGIC_GRP_CTRL, .attr = KVM_DEV_ARM_VGIC_CTRL_INIT };
    request((int)device.fd, KVM_SET_DEVICE_ATTR, &init, "KVM_DEV_ARM_VGIC_CTRL_INIT");
    close((int)device.fd);
    return version;
}

// The signal is let through by KVM_RUN alone, or a handler asks KVM to come out.
static void interrupt_controller(int by_mask)
{
    struct vmm vmm = make();
    int version = make_gic(&vmm);
    pthread_t self = pthread_self(), signals, asks;
    sigset_t set_of_one;
    sigemptyset(&set_of_one);
    sigaddset(&set_of_one, SIGUSR1);
    kicked = &vmm;
    kicks = stop = strays = 0;
    if (by_mask)
    {
        struct
        {
            uint32_t length;
            uint64_t set;
        } __attribute__((packed)) none = { 8, 0 };
        pthread_sigmask(SIG_BLOCK, &set_of_one, 0);
        request(vmm.cpu, KVM_SET_SIGNAL_MASK, &none, "KVM_SET_SIGNAL_MASK");
    }
    else
    {
        struct sigaction action = { .sa_handler = on_signal };
        sigaction(SIGUSR1, &action, 0);
    }

    LOAD(&vmm, interrupts);
    code_end = (uint64_t)((const char *)interrupts_end - (const char *)interrupts);
    set(&vmm, X(1), GICD + 0x420);
    set(&vmm, X(13), 0x01010101);
    set(&vmm, X(14), 500);
    set(&vmm, X(15), 0);
    pthread_create(&signals, 0, send_signals, &self);
    pthread_create(&asks, 0, ask_for_pc, 0);
    int result, interrupted = 0;
    while ((result = enter(&vmm)) == -1 && errno == EINTR)
    {
        interrupted++;
        vmm.run->immediate_exit = 0;
        if (by_mask)
        {
            struct timespec none = { 0 };
            kicks += sigtimedwait(&set_of_one, 0, &none) > 0;
        }
    }

    stop = 1;
    pthread_join(signals, 0);
    pthread_join(asks, 0);
    printf("GICv%d: %d signals, came out %d times\n", version, kicks, interrupted);
    check(result == 0 && mmio(&vmm, END, 1), by_mask ? "under signals that KVM_RUN lets through the GIC's guest ends" : "under signals the GIC's guest ends");
    check(get(&vmm, X(15)) == 0 && get(&vmm, X(14)) == 0, "with no wrong value");
    check(interrupted > 10, "and the VMM has come out of KVM_RUN");
    check(strays == 0, "and no other thread has seen the CPU elsewhere");
    pthread_sigmask(SIG_UNBLOCK, &set_of_one, 0);
}

/* ---- machines that come and go, each on a thread of its own, all under signals and with numbers that are given out again */

enum { THREADS = 3, MACHINES = 12 };

static void interrupt(int number) { (void)number; }

static void *come_and_go(void *argument)
{
    intptr_t good = 1;
    for (int i = 0; i < MACHINES; i++)
    {
        struct vmm vmm = make();
        make_gic(&vmm);
        if (i % 2)
        {
            int copy = dup(vmm.cpu);
            close(vmm.cpu);
            vmm.cpu = copy;
        }

        LOAD(&vmm, interrupts);
        set(&vmm, X(1), GICD + 0x420);
        set(&vmm, X(13), 0x01010101);
        set(&vmm, X(14), 20);
        set(&vmm, X(15), 0);
        int result;
        while ((result = enter(&vmm)) == -1 && errno == EINTR)
        {
        }

        good &= result == 0 && mmio(&vmm, END, 1) && get(&vmm, X(15)) == 0 && get(&vmm, X(14)) == 0;
        LOAD(&vmm, pair);
        while ((result = enter(&vmm)) == -1 && errno == EINTR)
        {
        }

        good &= result == 0 && mmio(&vmm, DEVICE, 0); // and in the middle of it the machine ends
        munmap(vmm.run, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0));
        close(i % 3 ? vmm.machine : vmm.cpu);
        close(i % 3 ? vmm.cpu : vmm.machine);
        munmap(vmm.ram, RAM_SIZE);
    }

    *(intptr_t *)argument = good;
    return 0;
}

static atomic_int ended;

static void *come_and_go_and_wait(void *argument)
{
    come_and_go(argument);
    ended++;
    while (!stop)
    {
        usleep(1000); // signals are sent to it until all have ended
    }

    return 0;
}

static void many_machines(void)
{
    struct sigaction action = { .sa_handler = interrupt, .sa_flags = SA_RESTART };
    sigaction(SIGUSR1, &action, 0);
    pthread_t threads[THREADS], signals[THREADS];
    intptr_t good[THREADS] = { 0 }, all = 1;
    stop = 0;
    for (int i = 0; i < THREADS; i++)
    {
        pthread_create(&threads[i], 0, come_and_go_and_wait, &good[i]);
        pthread_create(&signals[i], 0, send_signals, &threads[i]);
    }

    while (ended < THREADS)
    {
        usleep(10000);
    }

    stop = 1;
    for (int i = 0; i < THREADS; i++)
    {
        pthread_join(signals[i], 0);
        pthread_join(threads[i], 0);
        all &= good[i];
    }

    check((int)all, "machines that come and go on several threads");
}

int main(void)
{
    kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    coalesced();
    dirty();
    snapshots();
    interrupt_controller(0);
    interrupt_controller(1);
    many_machines();
    printf("checks done, %d failed\n", failures);
    return failures != 0;
}
