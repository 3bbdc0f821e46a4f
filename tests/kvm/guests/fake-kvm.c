#define _GNU_SOURCE
#include "fake-kvm.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct fake_kvm fake;
struct kvm_run *run;
uint32_t *ram;
int kvm_fds[3];
static int device_fd;
static const uint8_t *page; // of the library's
static int completes_mmio;

static struct
{
    uint64_t id;
    uint64_t value[32];
} registers[256];

static long real(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8) : "memory");
    return x0;
}

uint64_t *fake_register(uint64_t id)
{
    int i = 0;
    while (registers[i].id && registers[i].id != id)
    {
        i++;
    }

    registers[i].id = id;
    return registers[i].value;
}

static int fails(uint64_t id, uint64_t refused, int *after) { return id == refused && (*after)-- <= 0; }

static long exit_for(uint32_t reason)
{
    run->exit_reason = reason;
    return 0;
}

static long nisv(uint64_t syndrome, uint64_t address, uint32_t reason)
{
    uint64_t *fields = (uint64_t *)run;
    fields[4] = syndrome;
    fields[5] = address;
    return exit_for(reason);
}

// The access of the library's page: loads have bit 22 in A64, bit 20 in A32.
static void access_device(uint32_t word)
{
    int aarch32 = *fake_register(PSTATE) & 0x10;
    int is_load = word >> (aarch32 ? 20 : 22) & 1;
    int size = !aarch32 ? 1 << (word >> 30) : (word & 0x0e0000f0) == 0xb0 ? 2 : word >> 22 & 1 ? 1 : 4;
    fake.device_address = *fake_register(X(1));
    uint8_t *cell = &fake.device[fake.device_address & 0xfff];
    if (is_load)
    {
        *fake_register(X(0)) = 0;
        memcpy(fake_register(X(0)), cell, size);
    }
    else
    {
        memcpy(cell, fake_register(X(0)), size);
    }

    fake.accesses++;
}

static long on_page(void)
{
    uint64_t *pc = fake_register(PC);
    while (1)
    {
        int stage = (*pc - fake.page) % 16 / 4;
        int answer = fake.on_the_way && stage < 2 ? fake.on_the_way(stage) : 0;
        if (answer > 0)
        {
            return -answer;
        }

        if (answer < 0)
        {
            return exit_for(-answer);
        }

        if (stage == 0 && fake.has_no_device)
        {
            completes_mmio = 1;
            run->mmio.phys_addr = *fake_register(X(1));
            return exit_for(KVM_EXIT_MMIO);
        }

        if (stage == 2)
        {
            return nisv(0x47, fake.exit_elsewhere ? fake.exit_elsewhere : *fake_register(X(1)), EXIT_NISV);
        }

        if (stage == 0)
        {
            access_device(*(const uint32_t *)(page + (*pc - fake.page)));
        }
        else
        {
            *fake_register(X(1)) = *pc;
        }

        *pc += 4;
    }
}

static long run_cpu(void)
{
    if (completes_mmio)
    {
        completes_mmio = 0;
        *fake_register(PC) += 4;
    }

    if (run->immediate_exit)
    {
        return -EINTR;
    }

    uint64_t pc = *fake_register(PC);
    if (fake.page && pc - fake.page < 0x1000)
    {
        return on_page();
    }

    if (pc - RAM_BASE >= 0x10000 || ram[(pc - RAM_BASE) / 4] == 0)
    {
        return exit_for(KVM_EXIT_SYSTEM_EVENT); // the test's end
    }

    if (fake.before_exit)
    {
        fake.before_exit();
    }

    return nisv(fake.syndrome, fake.fault_ipa, fake.reason);
}

static long on_machine(uint32_t request, void *argument)
{
    struct kvm_userspace_memory_region *region = argument;
    switch (request)
    {
    case KVM_CHECK_EXTENSION:
        return fake.memory_slots;
    case KVM_CREATE_VCPU:
        return kvm_fds[2];
    case KVM_CREATE_DEVICE:
        ((struct kvm_create_device *)argument)->fd = device_fd;
        return 0;
    case KVM_SET_USER_MEMORY_REGION:
        if (region->slot == fake.page_slot && fake.page)
        {
            fake.page = 0;
        }

        if ((region->flags & KVM_MEM_READONLY) && region->memory_size)
        {
            if (fake.refuse_page)
            {
                return -fake.refuse_page;
            }

            page = (const uint8_t *)(uintptr_t)region->userspace_addr;
            fake.page = region->guest_phys_addr;
            fake.page_slot = region->slot;
        }

        return 0;
    case KVM_GET_DIRTY_LOG:
        *(uint64_t *)((struct kvm_dirty_log *)argument)->dirty_bitmap = fake.dirty;
        return 0;
    default:
        return 0;
    }
}

static long on_cpu(uint32_t request, void *argument)
{
    struct kvm_one_reg *one = argument;
    if (fake.before_request)
    {
        fake.before_request(request);
    }

    switch (request)
    {
    case KVM_RUN:
        return run_cpu();
    case KVM_GET_MP_STATE:
        fake.requests_of_mp_state++;
        ((struct kvm_mp_state *)argument)->mp_state = fake.mp_state;
        return 0;
    case KVM_GET_ONE_REG:
        if (fails(one->id, fake.refuse_get, &fake.get_after))
        {
            return -EPERM;
        }

        memcpy((void *)(uintptr_t)one->addr, fake_register(one->id), 1 << (one->id >> 52 & 15));
        return 0;
    case KVM_SET_ONE_REG:
        if (fails(one->id, fake.refuse_set, &fake.set_after))
        {
            return -EPERM;
        }

        memcpy(fake_register(one->id), (void *)(uintptr_t)one->addr, 1 << (one->id >> 52 & 15));
        return 0;
    default:
        return 0;
    }
}

static long fake_ioctl(int fd, uint32_t request, void *argument)
{
    return fd == kvm_fds[0] ? (request == KVM_CREATE_VM ? kvm_fds[1] : 0) : fd == kvm_fds[1] ? on_machine(request, argument) : fd == kvm_fds[2] ? on_cpu(request, argument) : 0;
}

__attribute__((visibility("default"))) long syscall(long number, ...)
{
    long a[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
    {
        a[i] = va_arg(list, long);
    }

    va_end(list);
    int is_fake = number == SYS_ioctl && a[0] > 0 && (a[0] == kvm_fds[0] || a[0] == kvm_fds[1] || a[0] == kvm_fds[2] || a[0] == device_fd);
    long result = is_fake ? fake_ioctl((int)a[0], (uint32_t)a[1], (void *)a[2]) : real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result < 0 && result > -4096)
    {
        errno = (int)-result;
        return -1;
    }

    return result;
}

void fake_machine(uint32_t features) { fake_machine_of(memfd_create("kvm", 0), memfd_create("kvm-vm", 0), features); }

void fake_machine_of(int kvm, int machine, uint32_t features)
{
    kvm_fds[0] = kvm;
    kvm_fds[1] = machine;
    kvm_fds[2] = memfd_create("kvm-vcpu", 0);
    device_fd = memfd_create("kvm-device", 0);
    fake.memory_slots = 512;
    fake.reason = EXIT_NISV;
    if (ftruncate(kvm_fds[2], 0x1000) || ioctl(kvm_fds[0], KVM_CREATE_VM, 0) != kvm_fds[1] || ioctl(kvm_fds[1], KVM_CREATE_VCPU, 0) != kvm_fds[2])
    {
        perror("fake KVM");
        exit(3);
    }

    run = mmap(0, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED, kvm_fds[2], 0);
    ram = mmap(0, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = { .guest_phys_addr = RAM_BASE, .memory_size = 0x10000, .userspace_addr = (uintptr_t)ram };
    ioctl(kvm_fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    struct kvm_vcpu_init init = { .features = { features } };
    ioctl(kvm_fds[2], KVM_ARM_VCPU_INIT, &init);
    *fake_register(PSTATE) = features & 1 << KVM_ARM_VCPU_EL1_32BIT ? 0x1d3 : 0x3c5;
    *fake_register(PC) = RAM_BASE;
}

void fake_end(void) { close(device_fd); }
