/* Signals of the VMM's that come to a CPU's thread while its exit is served. For the VMM the thread is in KVM_RUN, which a signal ends with
 * EINTR; a handler that ran here would be all that came of it, where VMMs do not use immediate_exit. */
#define _GNU_SOURCE
#include "front.h"

#include <signal.h>

void hold_signals(struct cpu *cpu)
{
    static const int synchronous[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
    if (cpu->holds_signals || has_service()) {
        return; /* a thread with a list of allowed system calls has not these */
    }
    sigset_t held;
    sigfillset(&held);
    for (unsigned i = 0; i < sizeof synchronous / sizeof synchronous[0]; i++) {
        sigdelset(&held, synchronous[i]);
    }
    cpu->holds_signals = pthread_sigmask(SIG_SETMASK, &held, &cpu->signals) == 0;
}

/* The kernel keeps a signal that is held even where it would throw it away otherwise. */
static bool is_ignored(int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0) {
        return true;
    }
    bool by_default = number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
    return action.sa_handler == SIG_IGN || (action.sa_handler == SIG_DFL && by_default);
}

bool let_signals_in(struct cpu *cpu)
{
    bool has_come = false;
    if (cpu->holds_signals) {
        sigset_t pending;
        sigpending(&pending);
        for (int number = 1; number <= SIGRTMAX; number++) {
            has_come |= sigismember(&pending, number) == 1 && sigismember(&cpu->signals, number) == 0 && !is_ignored(number);
        }
        cpu->holds_signals = false;
        pthread_sigmask(SIG_SETMASK, &cpu->signals, NULL);
    }
    return has_come;
}
