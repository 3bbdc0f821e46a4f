/* Memory slots, and the addresses that KVM answers itself. */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct machine *new_machine(int fd, unsigned long type)
{
    struct machine *machine = calloc(1, sizeof *machine);
    if (!machine) {
        return NULL;
    }
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&machine->lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    pthread_mutex_init(&machine->ranges_lock, NULL);
    pthread_mutex_init(&machine->dirty_lock, NULL);
    machine->ipa_bits = type & 0xFF ? type & 0xFF : 40;
    struct kvm_enable_cap cap = { .cap = KVM_CAP_ARM_NISV_TO_USER };
    kernel_errno(fd, KVM_ENABLE_CAP, &cap); /* a kernel without it has nothing to rescue from: KVM_RUN fails as ever */
    return machine;
}

bool has_slot(struct machine *machine, uint32_t number)
{
    for (uint32_t i = 0; i < machine->slot_count; i++) {
        if (machine->slots[i].number == number) {
            return true;
        }
    }
    return false;
}

/* Not a device that the VMM has mapped through, as VFIO's BARs, where an access of ours may be a SIGBUS; nor what is not mapped. */
int front_is_memory(const struct slot *slot)
{
    char bytes[2];
    struct iovec ours = { bytes, sizeof bytes };
    struct iovec ends[] = { { (void *)(uintptr_t)slot->host, 1 }, { (void *)(uintptr_t)(slot->host + slot->size - 1), 1 } };
    int before = errno;
    ssize_t length = process_vm_readv(getpid(), &ours, 1, ends, 2, 0);
    bool is_memory = length == 2 || (length < 0 && errno != EFAULT); /* where that call is not allowed there is no telling */
    errno = before;
    return is_memory;
}

static bool overlap(uint64_t first, uint64_t size, uint64_t other, uint64_t other_size) { return other - first < size || first - other < other_size; }

bool overlaps_memory(struct machine *machine, uint64_t address, uint64_t size)
{
    for (uint32_t i = 0; i < machine->slot_count; i++) {
        if (overlap(address, size, machine->slots[i].address, machine->slots[i].size)) {
            return true;
        }
    }
    return false;
}

/* The VMM may want the number or the address: it shall not see that there is a page. The next access that needs one makes it again. */
static void make_way(struct machine *machine, const struct kvm_userspace_memory_region *region)
{
    if (machine->scratch && region && (region->slot == machine->scratch_slot || overlap(machine->scratch, machine->scratch_size, region->guest_phys_addr, region->memory_size))) {
        struct kvm_userspace_memory_region none = { .slot = machine->scratch_slot, .flags = KVM_MEM_READONLY, .guest_phys_addr = machine->scratch };
        kernel_errno(machine->object.fd, KVM_SET_USER_MEMORY_REGION, &none);
        machine->scratch = 0;
    }
}

static void set_slot(struct machine *machine, const struct kvm_userspace_memory_region *region)
{
    uint32_t i = 0;
    while (i < machine->slot_count && machine->slots[i].number != region->slot) {
        i++;
    }
    if (region->memory_size == 0) {
        if (i < machine->slot_count) {
            machine->slots[i] = machine->slots[--machine->slot_count];
        }
    } else {
        if (i == machine->slot_capacity) {
            uint32_t capacity = machine->slot_capacity ? 2 * machine->slot_capacity : 64;
            struct slot *slots = realloc(machine->slots, capacity * sizeof *slots);
            if (!slots) {
                return; /* what is not known as memory is not accessed */
            }
            machine->slots = slots;
            machine->slot_capacity = capacity;
        }
        machine->slots[i] = (struct slot){ region->guest_phys_addr, region->memory_size, region->userspace_addr, region->slot, region->flags };
        machine->slot_count += i == machine->slot_count;
    }
    machine->slots_version++;
}

long set_memory(struct machine *machine, int fd, unsigned long request, struct kvm_userspace_memory_region *region)
{
    pthread_rwlock_wrlock(&machine->lock);
    make_way(machine, region);
    long result = kernel(fd, request, (uintptr_t)region);
    int error = errno;
    if (result >= 0) {
        machine->object.fd = fd;
        set_slot(machine, region);
        set_dirty_log(machine, region);
    }
    pthread_rwlock_unlock(&machine->lock);
    errno = error;
    return result;
}

static void add(struct ranges *ranges, struct range range)
{
    if (ranges->count == ranges->capacity) {
        unsigned capacity = ranges->capacity ? 2 * ranges->capacity : 16;
        struct range *items = realloc(ranges->items, capacity * sizeof *items);
        if (!items) {
            return;
        }
        ranges->items = items;
        ranges->capacity = capacity;
    }
    ranges->items[ranges->count++] = range;
}

static void add_device_range(struct machine *machine, uint64_t first, uint64_t size)
{
    pthread_mutex_lock(&machine->ranges_lock);
    add(&machine->devices, (struct range){ first, size });
    pthread_mutex_unlock(&machine->ranges_lock);
}

void set_event(struct machine *machine, const struct kvm_ioeventfd *event)
{
    if (event->flags & KVM_IOEVENTFD_FLAG_PIO) {
        return;
    }
    struct range range = { event->addr, event->len ? event->len : 8 };
    pthread_mutex_lock(&machine->ranges_lock);
    if (!(event->flags & KVM_IOEVENTFD_FLAG_DEASSIGN)) {
        add(&machine->events, range);
    } else {
        struct ranges *events = &machine->events;
        for (unsigned i = 0; i < events->count; i++) {
            if (events->items[i].first == range.first && events->items[i].size == range.size) {
                events->items[i] = events->items[--events->count];
                break;
            }
        }
    }
    pthread_mutex_unlock(&machine->ranges_lock);
}

#define REDISTRIBUTOR_SIZE 0x20000

void learn_device_address(struct machine *machine, uint32_t type, const struct kvm_device_attr *attribute)
{
    enum { DISTRIBUTOR_SIZE = 0x10000, ITS_SIZE = 0x20000, GICV2_DISTRIBUTOR_SIZE = 0x1000, GICV2_CPU_SIZE = 0x2000 };
    if (attribute->group != KVM_DEV_ARM_VGIC_GRP_ADDR) {
        return;
    }
    uint64_t address = *(const uint64_t *)(uintptr_t)attribute->addr;
    if (type == KVM_DEV_TYPE_ARM_VGIC_V3 && attribute->attr == KVM_VGIC_V3_ADDR_TYPE_DIST) {
        machine->distributor = address;
        add_device_range(machine, address, DISTRIBUTOR_SIZE);
    } else if (type == KVM_DEV_TYPE_ARM_VGIC_V3 && attribute->attr == KVM_VGIC_V3_ADDR_TYPE_REDIST) {
        machine->redistributors = address;
    } else if (type == KVM_DEV_TYPE_ARM_VGIC_V3 && attribute->attr == KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION) {
        add_device_range(machine, address & 0x000FFFFFFFFF0000ull, (address >> 52) * REDISTRIBUTOR_SIZE);
    } else if (type == KVM_DEV_TYPE_ARM_VGIC_ITS && attribute->attr == KVM_VGIC_ITS_ADDR_TYPE) {
        add_device_range(machine, address, ITS_SIZE);
    } else if (type == KVM_DEV_TYPE_ARM_VGIC_V2) {
        add_device_range(machine, address, attribute->attr == KVM_VGIC_V2_ADDR_TYPE_DIST ? GICV2_DISTRIBUTOR_SIZE : GICV2_CPU_SIZE);
    }
}

/* KVM_ARM_SET_DEVICE_ADDR knows the GICv2 only. */
void learn_old_device_address(struct machine *machine, const struct kvm_arm_device_addr *address)
{
    struct kvm_device_attr attribute = {
        .group = KVM_DEV_ARM_VGIC_GRP_ADDR,
        .attr = address->id & 0xFFFF,
        .addr = (uintptr_t)&address->addr,
    };
    if ((address->id >> KVM_ARM_DEVICE_ID_SHIFT & 0xFFFF) == KVM_ARM_DEVICE_VGIC_V2) {
        learn_device_address(machine, KVM_DEV_TYPE_ARM_VGIC_V2, &attribute);
    }
}

static bool touches(const struct ranges *ranges, uint64_t address, unsigned length)
{
    for (unsigned i = 0; i < ranges->count; i++) {
        if (overlap(ranges->items[i].first, ranges->items[i].size, address, length)) {
            return true;
        }
    }
    return false;
}

bool is_in_kernel(struct machine *machine, uint64_t address, unsigned length, bool write)
{
    pthread_mutex_lock(&machine->ranges_lock);
    bool result = touches(&machine->devices, address, length)
        || (machine->redistributors && overlap(machine->redistributors, (uint64_t)machine->cpu_count * REDISTRIBUTOR_SIZE, address, length))
        || (write && touches(&machine->events, address, length));
    pthread_mutex_unlock(&machine->ranges_lock);
    return result;
}
