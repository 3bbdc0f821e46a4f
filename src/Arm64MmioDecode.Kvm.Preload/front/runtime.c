/* The start of the .NET runtime, in a process that is not its own. */
#define _GNU_SOURCE
#include "front.h"

#include <signal.h>

static atomic_bool started;

static void start_once(void)
{
    /* The runtime's threads take no signals of the VMM's, and it ignores SIGPIPE for the whole process. */
    sigset_t all, before;
    struct sigaction pipe;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    sigaction(SIGPIPE, NULL, &pipe);
    managed_start();
    sigaction(SIGPIPE, &pipe, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    atomic_store(&started, true);
}

void start_runtime(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!atomic_load_explicit(&started, memory_order_acquire)) {
        pthread_once(&once, start_once);
    }
}
