/* ioctl(), and what each file descriptor of KVM's is. */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define KVM_TYPE(request) (((request) >> 8 & 0xFF) == KVMIO)
#define CHUNK 1024
#define CHUNKS 1024

/* File descriptor → object, in chunks that are made when needed. An object is never freed: a thread may be in it. */
static _Atomic(_Atomic(struct object *) *) chunks[CHUNKS];

static struct object *find(int fd)
{
    if (fd < 0 || fd >= CHUNK * CHUNKS) {
        return NULL;
    }
    _Atomic(struct object *) *chunk = atomic_load_explicit(&chunks[fd / CHUNK], memory_order_acquire);
    return chunk ? atomic_load_explicit(&chunk[fd % CHUNK], memory_order_acquire) : NULL;
}

static void put(int fd, struct object *object)
{
    _Atomic(struct object *) *chunk = atomic_load(&chunks[fd / CHUNK]);
    if (!chunk) {
        _Atomic(struct object *) *fresh = calloc(CHUNK, sizeof *fresh);
        if (!fresh) {
            return;
        }
        if (atomic_compare_exchange_strong(&chunks[fd / CHUNK], &chunk, fresh)) {
            chunk = fresh;
        } else {
            free(fresh);
        }
    }
    object->descriptors++;
    struct object *old = atomic_exchange(&chunk[fd % CHUNK], object);
    if (old && --old->descriptors == 0 && old->kind == CPU && ((struct cpu *)old)->run) {
        /* Its descriptor has been closed and given out again: the mapping is what keeps its machine alive. */
        munmap(((struct cpu *)old)->run, sysconf(_SC_PAGESIZE));
        ((struct cpu *)old)->run = NULL;
    }
}

static void remember(int fd, enum kind kind, struct object *object)
{
    if (object && fd >= 0 && fd < CHUNK * CHUNKS) {
        object->kind = kind;
        object->fd = fd;
        put(fd, object);
    }
}

/* Of nothing of KVM's: no change, since this may be the child of a vfork(), which has its parent's table. */
void remember_copy(int original, int copy)
{
    struct object *object = find(original);
    if (object && copy != original && copy < CHUNK * CHUNKS) {
        put(copy, object);
    }
}

static _Atomic pid_t user_of_kvm;

bool uses_kvm(void)
{
    pid_t user = atomic_load_explicit(&user_of_kvm, memory_order_relaxed);
    return user != 0 && user == getpid();
}

/* A child has no machine: KVM serves the process that made it only. */
static void forget_all(void)
{
    for (int i = 0; i < CHUNKS; i++) {
        atomic_store(&chunks[i], NULL);
    }
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

static long on_cpu(struct cpu *cpu, uint32_t request, unsigned long argument)
{
    /* A signal handler that interrupts the managed half is not kept waiting for it, nor may it call there. */
    bool is_locked = !waits_for_service(cpu) && pthread_rwlock_rdlock(&cpu->lock) == 0;
    long result = kernel(cpu->object.fd, request, argument);
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
    struct object *object = find(fd);
    if (object) {
        atomic_store_explicit(&object->fd, fd, memory_order_relaxed);
    }
    void *pointer = (void *)argument;
    if (object && object->kind == CPU && request == KVM_RUN) {
        return run_cpu((struct cpu *)object, argument);
    }
    if (object && object->kind == CPU) {
        return (int)on_cpu((struct cpu *)object, request, argument);
    }
    if (object && object->kind == MACHINE && (request == KVM_SET_USER_MEMORY_REGION || request == SET_USER_MEMORY_REGION2)) {
        return (int)set_memory((struct machine *)object, request, pointer);
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
