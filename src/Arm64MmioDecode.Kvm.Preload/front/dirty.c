/* Pages that this library has written for the guest in slots that log dirty pages (KVM_MEM_LOG_DIRTY_PAGES). KVM sees the guest's own
 * writes only, so KVM_GET_DIRTY_LOG is answered with both. */
#define _GNU_SOURCE
#include "front.h"

#include <stdlib.h>
#include <unistd.h>

#define BITS 64

struct dirty_log {
    struct dirty_log *next;
    uint32_t slot;
    uint64_t address, pages;
    uint64_t bits[];
};

static uint64_t page_size(void) { return (uint64_t)sysconf(_SC_PAGESIZE); }

static struct dirty_log **find(struct machine *machine, uint32_t slot)
{
    struct dirty_log **log = &machine->dirty_logs;
    while (*log && (*log)->slot != slot) {
        log = &(*log)->next;
    }
    return log;
}

/* As KVM: a slot that goes on logging keeps its log, also where it is moved. Under the machine's lock for writing. */
void set_dirty_log(struct machine *machine, const struct kvm_userspace_memory_region *region)
{
    pthread_mutex_lock(&machine->dirty_lock);
    struct dirty_log **place = find(machine, region->slot), *log = *place;
    uint64_t pages = region->flags & KVM_MEM_LOG_DIRTY_PAGES ? region->memory_size / page_size() : 0;
    if (log && log->pages != pages) {
        *place = log->next;
        free(log);
        log = NULL;
    }
    if (!log && pages != 0) {
        log = calloc(1, sizeof *log + (pages + BITS - 1) / BITS * sizeof log->bits[0]);
        if (log) {
            log->slot = region->slot;
            log->pages = pages;
            log->next = machine->dirty_logs;
            machine->dirty_logs = log;
        } else {
            say("no memory for a log of dirty pages: a snapshot may lack what has been written for the guest");
        }
    }
    if (log) {
        log->address = region->guest_phys_addr;
    }
    pthread_mutex_unlock(&machine->dirty_lock);
}

void front_written(struct view *view, uint64_t address, uint32_t length)
{
    struct machine *machine = cpu_of(view)->machine;
    pthread_mutex_lock(&machine->dirty_lock);
    for (struct dirty_log *log = machine->dirty_logs; log; log = log->next) {
        uint64_t last = (address + length - 1 - log->address) / page_size();
        for (uint64_t page = (address - log->address) / page_size(); page < log->pages && page <= last; page++) {
            log->bits[page / BITS] |= 1ull << page % BITS;
        }
    }
    pthread_mutex_unlock(&machine->dirty_lock);
}

void add_dirty_pages(struct machine *machine, struct kvm_dirty_log *answer)
{
    uint64_t *bitmap = answer->dirty_bitmap;
    pthread_mutex_lock(&machine->dirty_lock);
    struct dirty_log *log = *find(machine, answer->slot);
    for (uint64_t i = 0; log && i < (log->pages + BITS - 1) / BITS; i++) {
        bitmap[i] |= log->bits[i];
        log->bits[i] = machine->clears_dirty_log_itself ? log->bits[i] : 0;
    }
    pthread_mutex_unlock(&machine->dirty_lock);
}

/* first_page is a multiple of 64. */
void clear_dirty_pages(struct machine *machine, const struct kvm_clear_dirty_log *request)
{
    const uint64_t *bitmap = request->dirty_bitmap;
    pthread_mutex_lock(&machine->dirty_lock);
    struct dirty_log *log = *find(machine, request->slot);
    for (uint64_t i = 0; log && i < (request->num_pages + BITS - 1) / BITS && i + request->first_page / BITS < (log->pages + BITS - 1) / BITS; i++) {
        log->bits[i + request->first_page / BITS] &= ~bitmap[i];
    }
    pthread_mutex_unlock(&machine->dirty_lock);
}
