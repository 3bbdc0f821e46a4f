// A program under LD_PRELOAD=libarm64mmiodecode-kvm.so: what the library does to a process that is no VMM, and to a small VMM.
//   preload-check [child | setuid | refused | DESCRIPTOR]
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RAM 0x40000000ull
#define DEVICE 0x09000000ull
#define CORE(offset) (0x6030000000100000ull | (offset) / 4)
#define X(n) CORE((n) * 8)
#define PC CORE(0x100)

static int failures;
static int fds[3]; // /dev/kvm, machine, CPU
static struct kvm_run *run;
static uint32_t *ram;

static void check(int good, const char *what)
{
    printf("%s %s\n", good ? "PASS" : "FAIL", what);
    fflush(stdout);
    failures += !good;
}

static int threads(void)
{
    char line[128];
    int count = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, status))
    {
        sscanf(line, "Threads: %d", &count);
    }

    fclose(status);
    return count;
}

static int is_mapped(void)
{
    char line[512];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
    {
        found |= strstr(line, "libarm64mmiodecode-kvm") != 0;
    }

    fclose(maps);
    return found;
}

static int status_of(const char *program, const char *argument, int uid)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
    {
        if (uid && (setgid(uid) || setuid(uid)))
        {
            _exit(2);
        }

        execl(program, program, argument, (char *)0);
        _exit(3);
    }

    waitpid(child, &status, 0);
    return status;
}

static void nothing(int number) { (void)number; }

static uint64_t get(uint64_t id)
{
    uint64_t value = 0;
    struct kvm_one_reg reg = { id, (uintptr_t)&value };
    return ioctl(fds[2], KVM_GET_ONE_REG, &reg) ? ~0ull : value;
}

static void set(uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = { id, (uintptr_t)&value };
    if (ioctl(fds[2], KVM_SET_ONE_REG, &reg))
    {
        perror("KVM_SET_ONE_REG");
    }
}

static void initialise(void)
{
    struct kvm_vcpu_init init = { 0 };
    if (ioctl(fds[1], KVM_ARM_PREFERRED_TARGET, &init) || (init.features[0] = 1 << KVM_ARM_VCPU_PSCI_0_2, ioctl(fds[2], KVM_ARM_VCPU_INIT, &init)))
    {
        perror("KVM_ARM_VCPU_INIT");
    }
}

static void make_machine(int kvm)
{
    fds[0] = kvm;
    fds[1] = ioctl(fds[0], KVM_CREATE_VM, 0);
    ram = mmap(0, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = { .guest_phys_addr = RAM, .memory_size = 0x10000, .userspace_addr = (uintptr_t)ram };
    if (ioctl(fds[1], KVM_SET_USER_MEMORY_REGION, &region))
    {
        perror("KVM_SET_USER_MEMORY_REGION");
    }

    fds[2] = ioctl(fds[1], KVM_CREATE_VCPU, 0);
    run = mmap(0, ioctl(fds[0], KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, fds[2], 0);
    initialise();
}

// Instructions at PC, X1 in the device; then a plain store that ends the test at another address, DEVICE + 0x800.
static void load(uint32_t first)
{
    if (run->exit_reason == KVM_EXIT_MMIO && run->mmio.phys_addr == DEVICE + 0x800)
    {
        run->immediate_exit = 1; // KVM completes it
        ioctl(fds[2], KVM_RUN, 0);
        run->immediate_exit = 0;
    }

    ram[0] = first;
    ram[1] = 0xb9000043; // str w3, [x2]
    __builtin___clear_cache((char *)ram, (char *)(ram + 2));
    set(PC, RAM);
    set(X(1), DEVICE);
    set(X(2), DEVICE + 0x800);
    set(X(0), 0x11111111);
    set(X(4), 0x44444444);
}

static int mmio(uint64_t address, int length, int is_write)
{
    return run->exit_reason == KVM_EXIT_MMIO && run->mmio.phys_addr == address && (int)run->mmio.len == length && run->mmio.is_write == is_write;
}

static int enter(void) { return ioctl(fds[2], KVM_RUN, 0); }

#define LDP 0x29401020      // ldp w0, w4, [x1]
#define STR_POST 0xb8004424 // str w4, [x1], #4
#define LDXR 0x885f7c20     // ldxr w0, [x1]
#define LDR 0xb9400020      // ldr w0, [x1]

static void *run_on_thread(void *unused)
{
    (void)unused;
    load(LDP);
    int good = enter() == 0 && mmio(DEVICE, 4, 0);
    *(uint32_t *)run->mmio.data = 1;
    good &= enter() == 0 && mmio(DEVICE + 4, 4, 0);
    *(uint32_t *)run->mmio.data = 2;
    good &= enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(0)) == 1 && get(X(4)) == 2;
    return (void *)(intptr_t)good;
}

static void in_a_vmm(void)
{
    struct sigaction action = { .sa_handler = nothing };
    sigaction(SIGPIPE, &action, 0);
    make_machine(open("/dev/kvm", O_RDWR | O_CLOEXEC));
    load(LDR);
    check(enter() == 0 && mmio(DEVICE, 4, 0), "a plain load is KVM's own exit");
    *(uint32_t *)run->mmio.data = 7;
    check(enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(0)) == 7, "and completed by KVM");
    check(threads() == 1, "without an exit that needs it, no runtime is started");

    sigset_t blocked, now;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, 0);
    load(LDP);
    errno = 77;
    check(enter() == 0 && mmio(DEVICE, 4, 0) && errno == 77, "the first part of a pair");
    check(threads() > 1, "the runtime is started by the first exit that needs it");
    sigaction(SIGPIPE, 0, &action);
    pthread_sigmask(SIG_BLOCK, 0, &now);
    check(action.sa_handler == nothing, "SIGPIPE is as it was");
    check(sigismember(&now, SIGUSR1) == 1 && sigismember(&now, SIGUSR2) == 0, "the signal mask is as it was");
    *(uint32_t *)run->mmio.data = 0xabcd;
    check(get(PC) == RAM && get(X(0)) == 0x11111111, "between the parts the CPU is at the instruction");
    run->immediate_exit = 1;
    check(enter() == 0 && mmio(DEVICE + 4, 4, 0), "a request to come out waits for the instruction's end");
    *(uint32_t *)run->mmio.data = 0x1234;
    check(enter() == -1 && errno == EINTR && run->immediate_exit == 1, "and is kept");
    check(get(PC) == RAM + 4 && get(X(0)) == 0xabcd && get(X(4)) == 0x1234, "the registers are the guest's then");
    run->immediate_exit = 0;
    check(enter() == 0 && mmio(DEVICE + 0x800, 4, 1), "the guest goes on");

    load(LDP);
    check(enter() == 0 && mmio(DEVICE, 4, 0), "a pair again");
    initialise();
    load(LDR);
    check(enter() == 0 && mmio(DEVICE, 4, 0), "KVM_ARM_VCPU_INIT between the parts drops the instruction");
    check(enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(4)) == 0x44444444, "and none of its registers is written");

    load(LDP);
    check(enter() == 0 && mmio(DEVICE, 4, 0), "a pair again");
    set(PC, RAM + 0x1000);
    ram[0x400] = 0xb9000043;
    check(enter() == 0 && mmio(DEVICE + 4, 4, 0) && enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(0)) == 0x11111111,
        "a CPU that is put elsewhere between the parts stays there");

    load(STR_POST);
    check(enter() == 0 && mmio(DEVICE, 4, 1) && *(uint32_t *)run->mmio.data == 0x44444444, "a store with writeback");
    check(enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(1)) == DEVICE + 4, "and its base");

    int event = eventfd(0, EFD_NONBLOCK);
    struct kvm_ioeventfd notify = { .addr = DEVICE, .len = 4, .fd = event };
    uint64_t signalled = 0;
    check(ioctl(fds[1], KVM_IOEVENTFD, &notify) == 0, "an ioeventfd is registered");
    load(STR_POST);
    check(enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(1)) == DEVICE + 4, "a store with writeback to it does not come to the VMM");
    check(read(event, &signalled, 8) == 8 && signalled == 1, "and signals it once");
    notify.flags = KVM_IOEVENTFD_FLAG_DEASSIGN;
    ioctl(fds[1], KVM_IOEVENTFD, &notify);
    load(STR_POST);
    check(enter() == 0 && mmio(DEVICE, 4, 1) && enter() == 0, "without it the VMM gets the store again");
    notify = (struct kvm_ioeventfd){ .addr = DEVICE, .len = 4, .fd = event, .datamatch = 9, .flags = KVM_IOEVENTFD_FLAG_DATAMATCH };
    ioctl(fds[1], KVM_IOEVENTFD, &notify);
    load(STR_POST);
    check(enter() == 0 && mmio(DEVICE, 4, 1) && *(uint32_t *)run->mmio.data == 0x44444444, "one for other data leaves the store to the VMM");
    int interrupted = 0;
    while ((interrupted = enter()) == -1 && errno == EINTR)
    {
    }
    check(interrupted == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(1)) == DEVICE + 4, "once");
    notify.flags |= KVM_IOEVENTFD_FLAG_DEASSIGN;
    ioctl(fds[1], KVM_IOEVENTFD, &notify);

    uint32_t *more = mmap(0, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = { .slot = 1, .flags = KVM_MEM_READONLY, .guest_phys_addr = 0x08000000, .memory_size = 0x10000, .userspace_addr = (uintptr_t)more };
    ioctl(fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    load(STR_POST);
    set(X(1), 0x08000000);
    check(enter() == 0 && mmio(0x08000000, 4, 1) && more[0] == 0, "a store with writeback to a read-only slot comes to the VMM");
    check(enter() == 0 && get(X(1)) == 0x08000004, "and is completed");
    region.memory_size = 0;
    ioctl(fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    munmap(more, 0x10000);
    load(LDP);
    set(X(1), 0x08000000);
    check(enter() == 0 && mmio(0x08000000, 4, 0) && enter() == 0 && enter() == 0, "a slot that is gone is a device");

    // A pair of which the first half is in memory and the second in a device.
    more = mmap(0, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    region = (struct kvm_userspace_memory_region){ .slot = 1, .guest_phys_addr = DEVICE - 0x10000, .memory_size = 0x10000, .userspace_addr = (uintptr_t)more };
    ioctl(fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    load(0x29001020); // stp w0, w4, [x1]
    set(X(1), DEVICE - 4);
    check(enter() == 0 && mmio(DEVICE, 4, 1) && more[0x3fff] == 0x11111111, "the part of a pair that lies in memory is written there");
    enter();
    load(LDXR);
    set(CORE(0x120), 0);
    set(0x603000000013c600ull, RAM + 0x2000); // VBAR_EL1
    ram[(0x2000 + 0x200) / 4] = 0xb9000043;
    check(enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && (get(0x603000000013c290ull) & 0x3f) == 0x35, "an exclusive ends in an abort of the guest's");

    pthread_t thread;
    void *good = 0;
    pthread_create(&thread, 0, run_on_thread, 0);
    pthread_join(thread, &good);
    check(good != 0, "a CPU that another thread runs");

    pid_t child = fork();
    if (child == 0)
    {
        int zero = 0;
        alarm(20);
        int bad = ioctl(0, FIONREAD, &zero) == -1 && errno == EBADF;
        bad |= ioctl(fds[2], KVM_RUN, 0) == 0; // its memory is another
        for (int i = 0; i < 1000; i++)
        {
            free(malloc(1000));
        }

        _exit(bad);
    }

    int status = -1;
    waitpid(child, &status, 0);
    check(status == 0, "a child that is forked behind the runtime's start");
    check(status_of("/bin/preload-check", "child", 0) == 0, "and one that executes a program");
}

static int pair_is_served(uint32_t first, uint32_t second)
{
    load(LDP);
    int good = enter() == 0 && mmio(DEVICE, 4, 0);
    *(uint32_t *)run->mmio.data = first;
    good &= enter() == 0 && mmio(DEVICE + 4, 4, 0);
    *(uint32_t *)run->mmio.data = second;
    return good && enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && get(X(0)) == first && get(X(4)) == second;
}

// Copies of descriptors are what their originals are, and outlive them.
static void duplicates(void)
{
    int originals[3] = { fds[0], fds[1], fds[2] };
    fds[2] = fcntl(originals[2], F_DUPFD_CLOEXEC, 100);
    check(fds[2] >= 100 && fcntl(fds[2], F_GETFD) == FD_CLOEXEC && pair_is_served(1, 2), "a CPU by a copy of its descriptor");
    close(originals[2]);
    check(pair_is_served(3, 4), "and with the original closed");
    int copy = dup(fds[2]);
    close(fds[2]);
    fds[2] = dup2(copy, 500);
    check(fds[2] == 500 && close(copy) == 0 && pair_is_served(5, 6), "by dup() and dup2()");
    fds[2] = dup3(500, 501, O_CLOEXEC);
    check(fds[2] == 501 && close(500) == 0 && dup2(501, 501) == 501 && dup2(500, 500) == -1 && errno == EBADF && pair_is_served(7, 8), "by dup3()");
    check(dup2(1, 500) == 500 && ioctl(500, KVM_RUN, 0) == -1 && errno == ENOTTY, "a descriptor that has been a CPU's and is none any more");
    close(500);

    fds[1] = dup(originals[1]);
    close(originals[1]);
    int event = eventfd(0, EFD_NONBLOCK);
    struct kvm_ioeventfd notify = { .addr = DEVICE, .len = 4, .fd = event };
    uint64_t signalled = 0;
    check(ioctl(fds[1], KVM_IOEVENTFD, &notify) == 0, "a machine by a copy of its descriptor");
    load(STR_POST);
    check(enter() == 0 && mmio(DEVICE + 0x800, 4, 1) && read(event, &signalled, 8) == 8 && signalled == 1, "has what is registered with it");
    notify.flags = KVM_IOEVENTFD_FLAG_DEASSIGN;
    ioctl(fds[1], KVM_IOEVENTFD, &notify);
}

// A descriptor of /dev/kvm that this process has not opened, as jailers and libvirt give it.
static int is_served_by(int kvm)
{
    make_machine(kvm);
    return pair_is_served(1, 2);
}

static int received(void)
{
    int ends[2], kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    union
    {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof kvm)];
    } control = { .header = { .cmsg_len = CMSG_LEN(sizeof kvm), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
    char byte = 0;
    struct iovec data = { &byte, 1 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    memcpy(CMSG_DATA(&control.header), &kvm, sizeof kvm);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || sendmsg(ends[0], &message, 0) != 1 || close(kvm) || recvmsg(ends[1], &message, 0) != 1)
    {
        return -1;
    }

    memcpy(&kvm, CMSG_DATA(&control.header), sizeof kvm);
    return kvm;
}

static int status_of_inherited(void)
{
    char number[16];
    snprintf(number, sizeof number, "%d", open("/dev/kvm", O_RDWR));
    return status_of("/bin/preload-check", number, 0);
}

// A machine whose CPU has served exits is gone from KVM when its last descriptor is closed.
static int machine_ends(void)
{
    make_machine(open("/dev/kvm", O_RDWR | O_CLOEXEC));
    int good = pair_is_served(1, 2);
    struct stat before, after;
    char name[64];
    snprintf(name, sizeof name, "/sys/kernel/debug/kvm/%d-%d", getpid(), fds[1]);
    good &= stat(name, &before) == 0;
    munmap(run, (size_t)ioctl(fds[0], KVM_GET_VCPU_MMAP_SIZE, 0));
    close(fds[2]);
    close(fds[1]);
    return good && stat(name, &after) == -1 && errno == ENOENT;
}

// With ARM64MMIODECODE_MODE=explain nothing is served.
static int refused(void)
{
    make_machine(open("/dev/kvm", O_RDWR | O_CLOEXEC));
    load(LDP);
    int bad = enter() != -1 || errno != ENOSYS;
    struct kvm_enable_cap cap = { .cap = 177 }; // KVM_CAP_ARM_NISV_TO_USER
    bad |= ioctl(fds[1], KVM_ENABLE_CAP, &cap) != 0;
    load(LDP);
    bad |= enter() != 0 || run->exit_reason != 28 || ((uint64_t *)run)[5] != DEVICE; // KVM_EXIT_ARM_NISV, arm_nisv.fault_ipa
    return bad || get(PC) != RAM || get(X(0)) != 0x11111111;
}

static int child(void)
{
    int zero = 0;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || ioctl(-1, FIONREAD, &zero) != -1 || errno != EBADF || ioctl(-1, KVM_RUN, 0) != -1 || errno != EBADF || threads() != 1 || !is_mapped();
}

int main(int count, char **arguments)
{
    if (count > 1 && atoi(arguments[1]) > 0)
    {
        return !is_served_by(atoi(arguments[1]));
    }

    if (count > 1)
    {
        return strcmp(arguments[1], "child") == 0 ? child() : strcmp(arguments[1], "refused") == 0 ? refused() : is_mapped();
    }

    int zero = 0;
    check(is_mapped(), "the library is there");
    check(ioctl(-1, FIONREAD, &zero) == -1 && errno == EBADF, "ioctl of no file: EBADF");
    check(ioctl(-1, KVM_RUN, 0) == -1 && errno == EBADF, "KVM_RUN of no file: EBADF");
    check(status_of("/bin/preload-check", "child", 0) == 0, "a child has the library and no thread of it");
    check(status_of("/tmp/preload-setuid", "setuid", 1000) == 0, "a set-user-ID program does not have it");
    in_a_vmm();
    duplicates();
    check(is_served_by(received()), "a machine made by a descriptor that came through a socket");
    check(status_of_inherited() == 0, "and one made by a descriptor that was there before exec");
    if (mount("debugfs", "/sys/kernel/debug", "debugfs", 0, 0) == 0 || errno == EBUSY)
    {
        check(machine_ends(), "a machine is gone from KVM with its last descriptor");
    }

    setenv("ARM64MMIODECODE_MODE", "explain", 1);
    check(status_of("/bin/preload-check", "refused", 0) == 0, "what is not served ends as in the kernel: ENOSYS, or KVM_EXIT_ARM_NISV for those that asked");
    printf("checks done, %d failed\n", failures);
    return failures != 0;
}
