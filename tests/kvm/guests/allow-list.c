// A VMM of two CPUs whose threads give up all system calls but KVM_RUN and the private futexes, as cloud-hypervisor's and Firecracker's
// give up most: one more and the kernel kills the process.
//   allow-list [vmm] [unseen]
// vmm: the thread that makes the machine has a list, too, from before. unseen: lists come into force past the C library's prctl().
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RAM 0x40000000ull
#define DEVICE 0x09000000ull
#define RESULT (DEVICE + 0x100)
#define GICD 0x08000000ull
#define GICR 0x080a0000ull
#define ROUNDS 300
#define CPUS 2
#define CORE(offset) (0x6030000000100000ull | (offset) / 4)
#define X(n) CORE((n) * 8)
#define PC CORE(0x100)
#define COUNT(array) (sizeof array / sizeof array[0])

// x1: the VMM's device, x2: where the result goes, x5: two words of the distributor, x6: rounds
extern char guest[], guest_end[];
asm(".pushsection .rodata\n"
    ".global guest, guest_end\n"
    "guest:\n"
    "1:      ldp     w0, w4, [x1]\n"
    "        cmp     w0, #0x111\n"
    "        b.ne    9f\n"
    "        cmp     w4, #0x222\n"
    "        b.ne    9f\n"
    "        mov     x7, x1\n"
    "        str     w6, [x7], #4\n"
    "        mov     x7, x5\n"
    "        and     w8, w6, #0xf8\n"
    "        str     w8, [x7], #4\n"
    "        ldp     w9, w10, [x5]\n"
    "        cmp     w9, w8\n"
    "        b.ne    9f\n"
    "        subs    x6, x6, #1\n"
    "        b.ne    1b\n"
    "        mov     w3, #1\n"
    "8:      str     w3, [x2]\n"
    "        b       .\n"
    "9:      mov     w3, #2\n"
    "        b       8b\n"
    "guest_end:\n"
    ".popsection\n");

static int machine;
static int unseen;
static size_t run_size;
static struct cpu
{
    int fd;
    struct kvm_run *run;
    pthread_t thread;
    int writes, interruptions;
    atomic_int result;
} cpus[CPUS];

static int check(int result, const char *what)
{
    if (result < 0)
    {
        perror(what);
        exit(1);
    }

    return result;
}

static void apply(const struct sock_filter *filter, size_t length)
{
    struct sock_fprog program = { (unsigned short)length, (struct sock_filter *)filter };
    check(unseen ? (int)syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) : prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
    check((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define IF_NOT_SKIP(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define IF_ALLOW(value) IF_NOT_SKIP(value, 1), ALLOW

static const struct sock_filter cpu_list[] = {
    LOAD(nr),
    IF_ALLOW(SYS_rt_sigreturn),
    IF_NOT_SKIP(SYS_ioctl, 4), LOAD(args[1]), IF_ALLOW(KVM_RUN), KILL,
    IF_NOT_SKIP(SYS_futex, 6), LOAD(args[1]), IF_ALLOW(FUTEX_WAIT_PRIVATE), IF_ALLOW(FUTEX_WAKE_PRIVATE), KILL,
    KILL,
};

// What this program does from KVM_CREATE_VM on, and one line of the library's: readlinkat.
static const struct sock_filter vmm_list[] = {
    LOAD(nr),
    IF_ALLOW(SYS_ioctl), IF_ALLOW(SYS_readlinkat),
    IF_ALLOW(SYS_mmap), IF_ALLOW(SYS_munmap), IF_ALLOW(SYS_mprotect), IF_ALLOW(SYS_madvise), IF_ALLOW(SYS_brk),
    IF_ALLOW(SYS_clone), IF_ALLOW(SYS_clone3), IF_ALLOW(SYS_set_robust_list), IF_ALLOW(SYS_rseq), IF_ALLOW(SYS_rt_sigprocmask),
    IF_ALLOW(SYS_prctl), IF_ALLOW(SYS_seccomp), IF_ALLOW(SYS_futex), IF_ALLOW(SYS_rt_sigreturn),
    IF_ALLOW(SYS_getpid), IF_ALLOW(SYS_tgkill), IF_ALLOW(SYS_clock_nanosleep),
    IF_ALLOW(SYS_write), IF_ALLOW(SYS_newfstatat), IF_ALLOW(SYS_exit_group),
    KILL,
};

static void handle(struct cpu *cpu)
{
    struct kvm_run *run = cpu->run;
    uint64_t address = run->mmio.phys_addr;
    uint32_t *data = (uint32_t *)run->mmio.data;
    if (run->exit_reason != KVM_EXIT_MMIO || run->mmio.len != 4)
    {
        cpu->result = 3;
    }
    else if (!run->mmio.is_write)
    {
        *data = address == DEVICE ? 0x111 : address == DEVICE + 4 ? 0x222 : 0;
    }
    else if (address == RESULT)
    {
        cpu->result = (int)*data;
    }
    else
    {
        cpu->writes += address == DEVICE;
    }
}

static void *run_cpu(void *argument)
{
    struct cpu *cpu = argument;
    apply(cpu_list, COUNT(cpu_list));
    while (cpu->result == 0)
    {
        if (ioctl(cpu->fd, KVM_RUN, 0) == 0)
        {
            handle(cpu);
        }
        else if (errno == EINTR)
        {
            cpu->interruptions++;
        }
        else
        {
            cpu->result = -errno;
        }
    }

    while (1)
    {
        int never = 0;
        syscall(SYS_futex, &never, FUTEX_WAIT_PRIVATE, 0, 0); // a thread's end takes more system calls
    }

    return 0;
}

static void kicked(int number) { (void)number; }

static void set_attribute(int device, unsigned group, unsigned long attribute, const void *value)
{
    struct kvm_device_attr request = { .group = group, .attr = attribute, .addr = (uintptr_t)value };
    check(ioctl(device, KVM_SET_DEVICE_ATTR, &request), "KVM_SET_DEVICE_ATTR");
}

static void make_gic(void)
{
    struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
    check(ioctl(machine, KVM_CREATE_DEVICE, &device), "KVM_CREATE_DEVICE");
    set_attribute((int)device.fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &(uint32_t){ 64 });
    set_attribute((int)device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &(uint64_t){ GICD });
    set_attribute((int)device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &(uint64_t){ GICR });
    set_attribute((int)device.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
}

static void set(int cpu, uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = { id, (uintptr_t)&value };
    check(ioctl(cpus[cpu].fd, KVM_SET_ONE_REG, &reg), "KVM_SET_ONE_REG");
}

static void make_cpu(int index)
{
    struct kvm_vcpu_init init = { 0 };
    cpus[index].fd = check(ioctl(machine, KVM_CREATE_VCPU, index), "KVM_CREATE_VCPU");
    cpus[index].run = mmap(0, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpus[index].fd, 0);
    check(ioctl(machine, KVM_ARM_PREFERRED_TARGET, &init), "KVM_ARM_PREFERRED_TARGET");
    init.features[0] = 1 << KVM_ARM_VCPU_PSCI_0_2;
    check(ioctl(cpus[index].fd, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");
    set(index, PC, RAM);
    set(index, X(1), DEVICE);
    set(index, X(2), RESULT);
    set(index, X(5), GICD + 0x420 + 16 * index);
    set(index, X(6), ROUNDS);
}

int main(int count, char **arguments)
{
    int vmm = 0;
    for (int i = 1; i < count; i++)
    {
        vmm |= strcmp(arguments[i], "vmm") == 0;
        unseen |= strcmp(arguments[i], "unseen") == 0;
    }

    struct sigaction action = { .sa_handler = kicked };
    sigaction(SIGUSR1, &action, 0);
    setvbuf(stdout, 0, _IOLBF, 1024);
    int kvm = check(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
    check(ioctl(kvm, KVM_GET_API_VERSION, 0), "KVM_GET_API_VERSION");
    run_size = (size_t)check(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    if (vmm)
    {
        apply(vmm_list, COUNT(vmm_list));
    }

    machine = check(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    void *ram = mmap(0, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(ram, guest, (size_t)(guest_end - guest));
    __builtin___clear_cache(ram, (char *)ram + 0x10000);
    struct kvm_userspace_memory_region region = { .guest_phys_addr = RAM, .memory_size = 0x10000, .userspace_addr = (uintptr_t)ram };
    check(ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
    for (int i = 0; i < CPUS; i++)
    {
        make_cpu(i);
    }

    make_gic();
    for (int i = 0; i < CPUS; i++)
    {
        check(-pthread_create(&cpus[i].thread, 0, run_cpu, &cpus[i]), "pthread_create");
    }

    int running = CPUS;
    while (running)
    {
        usleep(5000);
        running = 0;
        for (int i = 0; i < CPUS; i++)
        {
            if (cpus[i].result == 0)
            {
                pthread_kill(cpus[i].thread, SIGUSR1);
                running++;
            }
        }
    }

    int good = 1, interruptions = 0;
    for (int i = 0; i < CPUS; i++)
    {
        printf("CPU %d: result %d, %d stores, %d interruptions\n", i, cpus[i].result, cpus[i].writes, cpus[i].interruptions);
        good &= cpus[i].result == 1 && cpus[i].writes == ROUNDS;
        interruptions += cpus[i].interruptions;
    }

    good &= interruptions != 0;
    puts(good ? "allow list: done" : "allow list: wrong");
    return !good;
}
