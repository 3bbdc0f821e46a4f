/* What each file descriptor of KVM's is. */
#include "front.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK 1024
#define CHUNKS 1024

/* File descriptor → object, in chunks that are made when needed. An object is never freed: a thread may be in it. */
static _Atomic(_Atomic(struct object *) *) chunks[CHUNKS];

struct object *object_of(int fd)
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

void remember(int fd, enum kind kind, struct object *object)
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
    struct object *object = object_of(original);
    if (object && copy != original && copy < CHUNK * CHUNKS) {
        put(copy, object);
    }
}

void forget_descriptors(void)
{
    for (int i = 0; i < CHUNKS; i++) {
        atomic_store(&chunks[i], NULL);
    }
}
