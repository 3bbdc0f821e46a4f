// The preload library on the played kernel: descriptors that are closed and given out again, machines that come and go, and signals.
#define _GNU_SOURCE
#include "played.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MDSCR 0x6030000000138012ull

static void expect_vmm_pair(void)
{
    guest(LDP, READ, DEVICE);
    int good = enter() == 0 && mmio(DEVICE, 4, 0);
    *(uint32_t *)run->mmio.data = 1;
    good &= enter() == 0 && mmio(DEVICE + 4, 4, 0);
    *(uint32_t *)run->mmio.data = 2;
    good &= enter() == 0 && at_end() && *fake_register(X(0)) == 1 && *fake_register(X(4)) == 2;
    expect(good, "a pair is served");
}

// How often a file is mapped.
static int mappings(const char *name)
{
    char line[512];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
    {
        count += strstr(line, name) != 0;
    }

    fclose(maps);
    return count;
}

/* ---- numbers */

static void number_of_a_cpu(void)
{
    fake_machine(0);
    expect_vmm_pair();
    int number = kvm_fds[2], kvm = memfd_create("kvm", 0);
    syscall(SYS_close, number); // past the C library
    syscall(SYS_dup3, kvm, number, 0);
    kvm_fds[2] = -1;
    fake_machine_of(number, memfd_create("kvm-vm", 0), 0);
    expect_vmm_pair();
}

static int stale;

static void use_stale(void) { ioctl(stale, KVM_CHECK_EXTENSION, 0); }

static void number_given_out_again(void)
{
    fake_machine(0);
    stale = kvm_fds[2];
    kvm_fds[2] = dup(stale);
    close(stale);
    expect(memfd_create("a file", 0) == stale, "a file has the number");
    fake.before_exit = use_stale;
    expect_vmm_pair();
}

static void copied_over(void)
{
    fake_machine(0);
    stale = kvm_fds[2];
    kvm_fds[2] = dup(stale);
    dup2(memfd_create("a file", 0), stale);
    fake.before_exit = use_stale;
    expect_vmm_pair();
}

static void closed_in_a_child(void)
{
    fake_machine(0);
    pid_t child = vfork();
    if (child == 0)
    {
        close(kvm_fds[1]);
        close_range(kvm_fds[2], kvm_fds[2], 0);
        dup2(kvm_fds[0], kvm_fds[2]);
        _exit(0);
    }

    expect_vmm_pair();
}

static void not_closed_yet(void)
{
    fake_machine(0);
    close_range(3, ~0u, 1 << 2); // CLOSE_RANGE_CLOEXEC
    expect_vmm_pair();
}

static void machine_of_another(void)
{
    gic_guest(0);
    int cpu = kvm_fds[2], machine = kvm_fds[1];
    struct kvm_run *run_of_cpu = run;
    uint32_t *ram_of_cpu = ram;
    close(machine);
    int other = memfd_create("kvm-vm", 0);
    expect(other == machine, "another machine has the number");
    fake_machine_of(kvm_fds[0], other, 0);
    kvm_fds[2] = cpu;
    run = run_of_cpu;
    ram = ram_of_cpu;
    guest(LDP, READ, GICD);
    expect(enter() == 0 && at_end() && *fake_register(PC) == RAM_BASE + 0x2200, "the access ends in an abort");
    expect(fake.page == 0, "the other machine gets no page");
}

/* ---- ends */

static void ends(void)
{
    fake_machine(0);
    expect_vmm_pair();
    expect(mappings("kvm-vcpu") == 2, "the CPU is mapped by the VMM and the library");
    munmap(run, 0x1000);
    int copy = dup(kvm_fds[2]);
    close(kvm_fds[2]);
    expect(mappings("kvm-vcpu") == 1, "a copy of its descriptor keeps it");
    close_range(copy, copy, 0);
    expect(mappings("kvm-vcpu") == 0, "with its last descriptor nothing is left of it");
}

static void close_cpu(void)
{
    int number = kvm_fds[2];
    fake.before_exit = 0;
    close(number);
    expect(memfd_create("kvm-vcpu", 0) == number && ioctl(kvm_fds[1], KVM_CREATE_VCPU, 0) == number, "another CPU has the number");
}

static void ends_while_it_runs(void)
{
    fake_machine(0);
    expect_vmm_pair();
    fake.before_exit = close_cpu;
    guest(LDP, READ, DEVICE);
    expect(enter() == -1 && errno == ENOSYS, "KVM_RUN ends as without the library");
}

static void many_machines(void)
{
    for (int i = 0; i < 4000; i++)
    {
        fake_machine(0);
        expect_vmm_pair();
        munmap(run, 0x1000);
        munmap(ram, 0x10000);
        close(kvm_fds[2]);
        close(kvm_fds[1]);
        close(kvm_fds[0]);
        fake_end();
    }
}

static void machines_of_a_child(void)
{
    fake_machine(0);
    expect_vmm_pair();
    pid_t child = fork();
    if (child == 0)
    {
        many_machines();
        _exit(0);
    }

    int status = -1;
    waitpid(child, &status, 0);
    expect(status == 0, "a child that is forked behind the runtime's start has as many");
}

/* ---- signals, of a VMM that does not use immediate_exit */

static volatile int handled, raises_at;

static void handle(int number) { handled = number; }

static int raised = SIGUSR1;

static void raise_at(uint32_t request)
{
    if (request == KVM_GET_ONE_REG && --raises_at == 0)
    {
        raise(raised);
    }
}

// While the registers are read of which the exit takes so many.
static void signalled(int reads)
{
    struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
    sigaction(SIGUSR1, &action, 0);
    raises_at = reads;
    handled = 0;
    fake.before_request = raise_at;
    int came_out = 0;
    while (enter() != 0 && came_out < 10)
    {
        expect(errno == EINTR, "EINTR");
        came_out++;
    }

    expect(raises_at <= 0 && handled == SIGUSR1 && came_out == 1, "KVM_RUN ends by a signal, once");
    expect(at_end() && *fake_register(X(0)) == 0x10203040 && *fake_register(X(4)) == 0x50607080 && fake.accesses == 2, "the access is made, once");
}

static void signal_while_served(void)
{
    for (int reads = 1; reads <= 16; reads += 5)
    {
        gic_guest(0);
        fake.accesses = 0;
        signalled(reads);
        fake.page = 0;
    }
}

static void signal_between(void)
{
    struct sigaction action = { .sa_handler = handle };
    sigaction(SIGUSR1, &action, 0);
    fake_machine(0);
    guest(LDP, READ, DEVICE);
    fake.before_request = raise_at;
    raises_at = 2;
    expect(enter() == 0 && mmio(DEVICE, 4, 0) && handled == SIGUSR1, "the first half of a pair, with a signal");
    expect(enter() == 0 && mmio(DEVICE + 4, 4, 0), "the second");
    expect(enter() == -1 && errno == EINTR && *fake_register(PC) == RAM_BASE + 4, "EINTR comes behind the instruction");
    expect(enter() == 0 && at_end(), "once");
}

static void signal_that_is_blocked(void)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    sigprocmask(SIG_BLOCK, &one, 0);
    gic_guest(0);
    fake.before_request = raise_at;
    raises_at = 2;
    expect(enter() == 0 && at_end() && handled == 0 && fake.accesses == 2, "a signal that the VMM blocks does not end KVM_RUN");
    sigset_t now;
    sigprocmask(SIG_BLOCK, 0, &now);
    expect(sigismember(&now, SIGUSR1) == 1 && sigismember(&now, SIGUSR2) == 0, "and the mask is as it was");
}

static void signals_that_are_ignored(void)
{
    signal(SIGUSR2, SIG_IGN);
    for (int i = 0; i < 2; i++)
    {
        gic_guest(0);
        fake.accesses = 0;
        fake.before_request = raise_at;
        raised = i ? SIGUSR2 : SIGCHLD;
        raises_at = 2;
        expect(enter() == 0 && at_end() && raises_at <= 0 && fake.accesses == 2, "a signal that nobody takes does not end KVM_RUN");
        fake.page = 0;
    }
}

/* ---- what the guest or the VMM has much of */

static int no_watchpoints(int stage)
{
    (void)stage;
    expect((*fake_register(MDSCR) & (1 << 15 | 1 << 13 | 1)) == 0, "on the way it cannot hit breakpoints of its own");
    return 0;
}

static void watchpoints(void)
{
    gic_guest(AARCH32);
    guest(LDM_A32, READ, GICD);
    *fake_register(MDSCR) = 0x9001;
    fake.on_the_way = no_watchpoints;
    expect(enter() == 0 && at_end() && *fake_register(X(2)) == 0x10203040 && *fake_register(X(3)) == 0x50607080, "both words are read");
    expect(*fake_register(MDSCR) == 0x9001, "and afterwards it has them again");
}

static void many_events(void)
{
    fake_machine(0);
    for (uint64_t i = 0; i < 1000; i++)
    {
        struct kvm_ioeventfd notify = { .addr = DEVICE + 4 * i, .len = 4 };
        ioctl(kvm_fds[1], KVM_IOEVENTFD, &notify);
    }

    guest(STR_POST, WRITE, DEVICE + 4 * 999);
    expect(enter() == 0 && at_end() && fake.accesses == 1 && fake.device_address == DEVICE + 4 * 999, "the last is KVM's as the first");
}

static void device_in_a_slot(void)
{
    fake_machine(0);
    uint32_t *more = mmap(0, 0x1000, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); // as VFIO's mappings no memory of this process
    struct kvm_userspace_memory_region region = { .slot = 1, .guest_phys_addr = DEVICE + 0x1000, .memory_size = 0x1000, .userspace_addr = (uintptr_t)more };
    ioctl(kvm_fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    guest(STP, WRITE, DEVICE + 0xffc);
    expect(enter() == 0 && mmio(DEVICE + 0xffc, 4, 1), "a pair, half of it in a slot that is no memory");
    expect(enter() == 0 && mmio(DEVICE + 0x1000, 4, 1) && *(uint32_t *)run->mmio.data == 0x44444444, "which is the VMM's to write");
    expect(enter() == 0 && at_end(), "then the guest goes on");
}

static void many_failures(void)
{
    fake_machine(0);
    fake.refuse_get = PC;
    guest(LDP, READ, DEVICE);
    for (int i = 0; i < 100; i++)
    {
        expect(enter() == -1 && errno == ENOSYS, "what is not served ends as in the kernel");
    }
}

static const struct test tests[] = {
    { "the number of a CPU that has been closed past the C library", number_of_a_cpu, 0, 0, "4 accesses, KVM's devices 0" },
    { "a number that is given out again", number_given_out_again, 0, 0, "1 completed" },
    { "a number that is copied over", copied_over, 0, 0, "1 completed" },
    { "a child of vfork() that closes", closed_in_a_child, 0, 0, "1 completed" },
    { "descriptors that an exec will close", not_closed_yet, 0, 0, "1 completed" },
    { "a machine with the number of another", machine_of_another, 0, 0, "there is no room for the page that it needs" },
    { "a CPU's end", ends, 0, 0, "1 completed" },
    { "a CPU's end while it runs", ends_while_it_runs, 0, 0, "1 completed, 0 aborted, 0 left to the guest, 1 refused" },
    { "many machines", many_machines, 0, 0, "4000 completed" },
    { "machines of a child", machines_of_a_child, 0, 0, "1 completed" },
    { "a signal while an exit is served", signal_while_served, 0, 0, "4 completed" },
    { "a signal between two accesses", signal_between, 0, 0, "1 completed" },
    { "a signal that is blocked", signal_that_is_blocked, 0, 0, "1 completed" },
    { "signals that are ignored", signals_that_are_ignored, 0, 0, "2 completed" },
    { "a slot that is no memory", device_in_a_slot, 0, 0, "the VMM saw 2 accesses" },
    { "failures of which each is like the other", many_failures, 0, 0, "errno 1\narm64mmiodecode: more failures than these are not told\narm64mmiodecode: 100 accesses" },
    { "watchpoints of an AArch32 guest", watchpoints, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "a thousand ioeventfds", many_events, 0, 0, ", KVM's devices 1 (0 failed)" },
};

int main(int count, char **arguments) { return run_tests(tests, sizeof tests / sizeof tests[0], count < 2 ? 0 : arguments[1]); }
