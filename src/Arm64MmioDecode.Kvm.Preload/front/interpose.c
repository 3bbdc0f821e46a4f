/* ioctl(), and prctl() of a process that uses KVM: what the VMM asks of the kernel, seen on its way. */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KVM_TYPE(request) (((request) >> 8 & 0xFF) == KVMIO)
static _Atomic pid_t user_of_kvm;

bool uses_kvm(void)
{
    pid_t user = atomic_load_explicit(&user_of_kvm, memory_order_relaxed);
    return user != 0 && user == getpid();
}

/* A child has no machine: KVM serves the process that made it only. */
static void forget_all(void)
{
    forget_descriptors();
    for (int i = 0; i < COUNTERS; i++) {
        atomic_store(&counters[i], 0); /* or its end would tell its parent's counts again */
    }
    atomic_store(&user_of_kvm, 0);
    forget_service();
}

/* Other drivers may use KVM's ioctl type. Without /proc, as in a chroot, there is no telling. */
static bool is_machine(int fd)
{
    char link[32], target[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    return length < 0 || strstr(target, "kvm-vm");
}

static void begin_to_use_kvm(void)
{
    static atomic_flag once = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&once)) {
        read_settings();
        pthread_atfork(NULL, NULL, forget_all);
    }
    pid_t nobody = 0;
    if (atomic_compare_exchange_strong(&user_of_kvm, &nobody, getpid()) && (settings & SETTING_START_EARLY)) {
        start_service();
    }
}

static void created_machine(int fd, unsigned long type)
{
    if (is_machine(fd)) {
        begin_to_use_kvm();
        struct machine *machine = new_machine(fd, type);
        remember(fd, MACHINE, &machine->object);
    }
}

static void succeeded_on_machine(struct machine *machine, uint32_t request, void *argument, long result)
{
    switch (request) {
    case KVM_CREATE_VCPU: {
        struct cpu *cpu = calloc(1, sizeof *cpu);
        if (cpu) {
            cpu->machine = machine;
            pthread_rwlock_init(&cpu->lock, NULL);
            machine->cpu_count++;
            remember((int)result, CPU, &cpu->object);
        }
        break;
    }
    case KVM_CREATE_DEVICE: {
        const struct kvm_create_device *made = argument;
        struct device *device = made->flags & KVM_CREATE_DEVICE_TEST ? NULL : calloc(1, sizeof *device);
        if (device) {
            device->machine = machine;
            device->type = made->type;
            remember((int)made->fd, DEVICE, &device->object);
        }
        break;
    }
    case KVM_ENABLE_CAP: {
        const struct kvm_enable_cap *cap = argument;
        machine->asks_for_nisv |= cap->cap == KVM_CAP_ARM_NISV_TO_USER;
        machine->has_dirty_ring |= cap->cap == KVM_CAP_DIRTY_LOG_RING || cap->cap == KVM_CAP_DIRTY_LOG_RING_ACQ_REL;
        if (cap->cap == KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) {
            machine->clears_dirty_log_itself = cap->args[0] & KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE;
        }
        break;
    }
    case KVM_GET_DIRTY_LOG:
        add_dirty_pages(machine, argument);
        break;
    case KVM_CLEAR_DIRTY_LOG:
        clear_dirty_pages(machine, argument);
        break;
    case KVM_IOEVENTFD:
        set_event(machine, argument);
        break;
    case KVM_ARM_SET_DEVICE_ADDR:
        learn_old_device_address(machine, argument);
        break;
    }
}

/* A request of the VMM's that changes what the CPU does next. */
static void succeeded_on_cpu(struct cpu *cpu, uint32_t request, const void *argument)
{
    if (request == KVM_ARM_VCPU_INIT) {
        cpu->view.features = ((const struct kvm_vcpu_init *)argument)->features[0];
        cpu->resets++;
        abandon(cpu);
    } else if (request == KVM_SET_VCPU_EVENTS && ((const struct kvm_vcpu_events *)argument)->exception.ext_dabt_pending) {
        abandon(cpu); /* a device's answer: the guest takes an external abort at the instruction */
    }
}

static long on_cpu(struct cpu *cpu, int fd, uint32_t request, unsigned long argument)
{
    /* A signal handler that interrupts the managed half is not kept waiting for it, nor may it call there. */
    bool is_locked = !waits_for_service(cpu) && pthread_rwlock_rdlock(&cpu->lock) == 0;
    long result = kernel(fd, request, argument);
    int error = errno;
    if (is_locked) {
        if (result >= 0) {
            succeeded_on_cpu(cpu, request, (const void *)argument);
        }
        pthread_rwlock_unlock(&cpu->lock);
    }
    errno = error;
    return result;
}

static int interposed(int fd, uint32_t request, unsigned long argument)
{
    /* A number that is known may have been closed past the C library, and be /dev/kvm's now. */
    bool is_of_system = request == KVM_GET_API_VERSION || request == KVM_CREATE_VM;
    struct object *object = is_of_system ? NULL : object_of(fd);
    void *pointer = (void *)argument;
    if (object && object->kind == CPU && request == KVM_RUN) {
        return run_cpu((struct cpu *)object, fd, argument);
    }
    if (object && object->kind == CPU) {
        return (int)on_cpu((struct cpu *)object, fd, request, argument);
    }
    if (object && object->kind == MACHINE && (request == KVM_SET_USER_MEMORY_REGION || request == SET_USER_MEMORY_REGION2)) {
        return (int)set_memory((struct machine *)object, fd, request, pointer);
    }

    long result = kernel(fd, request, argument);
    if (result < 0) {
        return -1;
    }

    int before = errno;
    if (request == KVM_GET_API_VERSION && result == KVM_API_VERSION) {
        begin_to_use_kvm();
    } else if (request == KVM_CREATE_VM) {
        created_machine((int)result, argument);
    } else if (object && object->kind == MACHINE) {
        object->fd = fd;
        succeeded_on_machine((struct machine *)object, request, pointer, result);
    } else if (object && object->kind == DEVICE && request == KVM_SET_DEVICE_ATTR) {
        learn_device_address(((struct device *)object)->machine, ((struct device *)object)->type, pointer);
    }
    errno = before;
    return (int)result;
}

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    va_start(list, request);
    unsigned long argument = va_arg(list, unsigned long);
    va_end(list);
    return KVM_TYPE(request) ? interposed(fd, (uint32_t)request, argument) : (int)kernel(fd, request, argument);
}

/* A thread that takes system calls away from itself forgoes privileges first: the last moment at which a thread can be started that
 * has them all. */
__attribute__((visibility("default"))) int prctl(int option, ...)
{
    unsigned long arguments[4];
    va_list list;
    va_start(list, option);
    for (int i = 0; i < 4; i++) {
        arguments[i] = va_arg(list, unsigned long);
    }
    va_end(list);
    if ((option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP) && uses_kvm()) {
        start_service();
    }
    return (int)syscall(SYS_prctl, option, arguments[0], arguments[1], arguments[2], arguments[3]);
}
