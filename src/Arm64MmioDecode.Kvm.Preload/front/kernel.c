/* KVM itself, past the interposed ioctl(). */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

long kernel(int fd, unsigned long request, unsigned long argument) { return syscall(SYS_ioctl, fd, request, argument); }

int kernel_errno(int fd, unsigned long request, void *argument)
{
    int before = errno;
    int error = kernel(fd, request, (uintptr_t)argument) < 0 ? errno : 0;
    errno = before;
    return error;
}
