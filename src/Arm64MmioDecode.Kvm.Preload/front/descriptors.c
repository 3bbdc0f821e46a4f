/* What each file descriptor of KVM's is. */
#include "front.h"

#include <stdlib.h>

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

void release(struct object *object)
{
    if (--object->references == 0 && object->kind == CPU) {
        end_cpu((struct cpu *)object);
    }
}

static int other_descriptor(const struct object *object)
{
    for (int fd = 0; fd < CHUNK * CHUNKS; fd += chunks[fd / CHUNK] ? 1 : CHUNK) {
        if (object_of(fd) == object) {
            return fd;
        }
    }
    return -1;
}

static void replace(int fd, struct object *object)
{
    _Atomic(struct object *) *chunk = atomic_load(&chunks[fd / CHUNK]);
    struct object *old = atomic_exchange(&chunk[fd % CHUNK], object);
    if (old) {
        if (old->fd == fd && old != object) {
            old->fd = other_descriptor(old);
        }
        release(old);
    }
}

static void put(int fd, struct object *object)
{
    _Atomic(struct object *) *chunk = atomic_load(&chunks[fd / CHUNK]);
    if (!chunk) {
        _Atomic(struct object *) *fresh = calloc(CHUNK, sizeof *fresh);
        if (!fresh) {
            return;
        }
        if (!atomic_compare_exchange_strong(&chunks[fd / CHUNK], &chunk, fresh)) {
            free(fresh);
        }
    }
    object->references++;
    replace(fd, object);
}

void remember(int fd, enum kind kind, struct object *object)
{
    if (object && fd >= 0 && fd < CHUNK * CHUNKS) {
        object->kind = kind;
        object->fd = fd;
        put(fd, object);
    }
}

void remember_copy(int original, int copy)
{
    struct object *object = object_of(original);
    if (object == object_of(copy) || !uses_kvm()) {
        return;
    }
    if (!object) {
        forget(copy, copy);
    } else if (copy < CHUNK * CHUNKS) {
        put(copy, object);
    }
}

void forget(int first, int last)
{
    for (int fd = first < 0 ? 0 : first; fd <= last && fd < CHUNK * CHUNKS;) {
        if (object_of(fd) && uses_kvm()) {
            replace(fd, NULL);
        }
        fd += chunks[fd / CHUNK] ? 1 : CHUNK - fd % CHUNK;
    }
}

void forget_descriptors(void)
{
    for (int i = 0; i < CHUNKS; i++) {
        atomic_store(&chunks[i], NULL);
    }
}
