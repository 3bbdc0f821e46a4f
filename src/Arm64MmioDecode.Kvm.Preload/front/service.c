/* A thread of this library's own, for VMMs whose CPU threads have given up the system calls that it takes to serve an exit, down to
 * KVM_GET_ONE_REG. Such a thread is left with KVM_RUN and the private futexes: it hands the exit over and waits, and enters the guest when
 * it is asked to. */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_SIZE (1 << 20)

static atomic_bool serving;
static _Atomic(struct cpu *) asked; /* by next_asked */
static _Atomic uint32_t bell;
static __thread __attribute__((tls_model("initial-exec"))) const struct cpu *waiting;

static void wait_while(_Atomic uint32_t *word, uint32_t value)
{
    int before = errno;
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL);
    errno = before;
}

static void wake(_Atomic uint32_t *word)
{
    int before = errno;
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
    errno = before;
}

static void *service(void *unused)
{
    (void)unused;
    while (true) {
        uint32_t heard = atomic_load(&bell);
        struct cpu *cpu = atomic_exchange(&asked, NULL);
        if (!cpu) {
            wait_while(&bell, heard);
        }
        while (cpu) {
            struct cpu *next = cpu->next_asked;
            cpu->work(cpu);
            atomic_store(&cpu->turn, TURN_CPU);
            wake(&cpu->turn);
            cpu = next;
        }
    }
    return NULL;
}

static void start_once(void)
{
    start_runtime();
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    if (pthread_create(&thread, &attributes, service, NULL) == 0) {
        pthread_setname_np(thread, "arm64mmiodecode");
        atomic_store(&serving, true);
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void start_service(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!atomic_load_explicit(&serving, memory_order_acquire)) {
        pthread_once(&once, start_once);
    }
}

void forget_service(void)
{
    atomic_store(&serving, false);
    atomic_store(&asked, NULL);
}

bool has_service(void) { return atomic_load_explicit(&serving, memory_order_acquire); }

void serve(struct cpu *cpu, void (*work)(struct cpu *cpu))
{
    if (!has_service()) {
        work(cpu);
        return;
    }
    cpu->work = work;
    waiting = cpu;
    atomic_store(&cpu->turn, TURN_SERVICE);
    cpu->next_asked = atomic_load(&asked);
    while (!atomic_compare_exchange_weak(&asked, &cpu->next_asked, cpu)) {
    }
    atomic_fetch_add(&bell, 1);
    wake(&bell);
    uint32_t turn;
    while ((turn = atomic_load(&cpu->turn)) != TURN_CPU) {
        if (turn == TURN_ENTER) {
            cpu->entered = kernel_errno(cpu->object.fd, KVM_RUN, NULL);
            atomic_store(&cpu->turn, TURN_SERVICE);
            wake(&cpu->turn);
        } else {
            wait_while(&cpu->turn, turn);
        }
    }
    waiting = NULL;
}

bool waits_for_service(const struct cpu *cpu) { return waiting == cpu; }

int enter_guest(struct cpu *cpu)
{
    if (atomic_load(&cpu->turn) != TURN_SERVICE) {
        return kernel_errno(cpu->object.fd, KVM_RUN, NULL);
    }
    atomic_store(&cpu->turn, TURN_ENTER);
    wake(&cpu->turn);
    while (atomic_load(&cpu->turn) == TURN_ENTER) {
        wait_while(&cpu->turn, TURN_ENTER);
    }
    return cpu->entered;
}
