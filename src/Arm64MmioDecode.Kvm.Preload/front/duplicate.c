/* dup(), close() and their kin: the copy of a descriptor is what the original is, and outlives it; what has no descriptor any more ends. */
#define _GNU_SOURCE
#include "front.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INTERPOSED __attribute__((visibility("default")))

static int copied(int original, long copy)
{
    if (copy >= 0) {
        int before = errno;
        remember_copy(original, (int)copy);
        errno = before;
    }
    return (int)copy;
}

INTERPOSED int dup(int fd) { return copied(fd, syscall(SYS_dup, fd)); }

INTERPOSED int dup3(int fd, int copy, int flags) { return copied(fd, syscall(SYS_dup3, fd, copy, flags)); }

INTERPOSED int dup2(int fd, int copy)
{
    if (fd == copy) {
        return syscall(SYS_fcntl, fd, F_GETFL) < 0 ? -1 : copy;
    }
    return dup3(fd, copy, 0);
}

typedef int fcntl_function(int fd, int command, ...);

/* The C library's own is asked for what waits or has cases there. */
static int forward(int fd, int command, unsigned long argument)
{
    static _Atomic(fcntl_function *) next;
    fcntl_function *function = atomic_load_explicit(&next, memory_order_relaxed);
    if (!function) {
        function = (fcntl_function *)dlsym(RTLD_NEXT, "fcntl");
        atomic_store_explicit(&next, function, memory_order_relaxed);
    }
    return function(fd, command, argument);
}

static int interposed_fcntl(int fd, int command, unsigned long argument)
{
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) {
        return copied(fd, syscall(SYS_fcntl, fd, command, argument));
    }
    return forward(fd, command, argument);
}

#define FCNTL(name)                                        \
    INTERPOSED int name(int fd, int command, ...)          \
    {                                                      \
        va_list list;                                      \
        va_start(list, command);                           \
        unsigned long argument = va_arg(list, unsigned long); \
        va_end(list);                                      \
        return interposed_fcntl(fd, command, argument);    \
    }

FCNTL(fcntl)
FCNTL(fcntl64)

/* Forgotten first: once it is closed, another thread may be given the number. */
INTERPOSED int close(int fd)
{
    extern int __close(int fd);
    forget(fd, fd);
    return __close(fd);
}

static void closing(unsigned first, unsigned last) { forget(first > INT_MAX ? INT_MAX : (int)first, last > INT_MAX ? INT_MAX : (int)last); }

INTERPOSED int close_range(unsigned first, unsigned last, int flags)
{
    enum { UNSHARE = 1 << 1, CLOEXEC = 1 << 2 }; /* the other threads' stay open; nothing is closed yet */
    if (!(flags & (UNSHARE | CLOEXEC))) {
        closing(first, last);
    }
    return (int)syscall(SYS_close_range, first, last, flags);
}

INTERPOSED void closefrom(int first)
{
    void (*next)(int first) = (void (*)(int))dlsym(RTLD_NEXT, "closefrom");
    closing(first < 0 ? 0 : (unsigned)first, INT_MAX);
    next(first);
}
