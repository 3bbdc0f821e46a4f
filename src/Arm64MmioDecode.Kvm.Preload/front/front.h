/* The part of the preload library that is in every process that loads it: it interposes ioctl(), and starts the .NET runtime behind
 * it at the first exit that needs it. Nothing here allocates, locks or logs in a process that makes no virtual machine. */
#ifndef FRONT_H
#define FRONT_H

#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Newer than the headers of Debian 12. */
#define EXIT_ARM_NISV 28
#define EXIT_ARM_LDST64B 42
#define SET_USER_MEMORY_REGION2 0x40A0AE49u

/* A memory slot, as KVM_SET_USER_MEMORY_REGION was told it. Also in Machine.cs. */
struct slot {
    uint64_t address, size, host;
    uint32_t number, flags;
};

/* What the managed half sees of a virtual CPU. Also in FrontCpu.cs. */
struct view {
    intptr_t handle; /* the managed half's own */
    void *run;
    const struct slot *slots;
    uint32_t slot_count, slots_version;
    intptr_t machine; /* tells machines apart */
    uint32_t features, settings;
    uint32_t logs_writes; /* front_written is to be called for slots that log dirty pages; if not, they are not written */
};

enum kind { MACHINE = 1, CPU, DEVICE };

struct object {
    enum kind kind;
    atomic_uint references; /* descriptors that mean it, and calls of KVM_RUN */
    atomic_int fd;          /* a descriptor that means it; -1: there is none any more */
};

struct ranges {
    struct range {
        uint64_t first, size;
    } *items;
    unsigned count, capacity;
};

struct machine {
    struct object object;
    bool asks_for_nisv; /* the VMM has enabled KVM_CAP_ARM_NISV_TO_USER itself */
    unsigned ipa_bits;
    atomic_uint cpu_count;
    /* Held for reading while the managed half reads guest memory: a VMM unmaps memory once its slot is gone. */
    pthread_rwlock_t lock;
    struct slot *slots;
    uint32_t slot_count, slot_capacity, slots_version;
    /* What KVM itself answers: its interrupt controller, and addresses of KVM_IOEVENTFD (writes only). */
    pthread_mutex_t ranges_lock;
    struct ranges devices, events;
    uint64_t distributor;    /* of a GICv3; 0: none */
    uint64_t redistributors; /* one for each CPU; 0: none, or in regions of a given size, which are among the devices */
    /* Guest physical address of the page for accesses by the guest's CPU; 0: none yet. */
    uint64_t scratch, scratch_size;
    uint32_t scratch_slot;
    bool said_no_scratch;
    /* Pages of slots that log them, written by this library. */
    pthread_mutex_t dirty_lock;
    struct dirty_log *dirty_logs;
    bool clears_dirty_log_itself; /* KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2: by KVM_CLEAR_DIRTY_LOG */
    bool has_dirty_ring;          /* in which only KVM can write */
};

struct cpu {
    struct object object;
    struct view view;
    struct machine *machine;
    struct kvm_run *run;
    /* Held for writing while the managed half has the registers, for reading by other requests: in KVM they wait for KVM_RUN. */
    pthread_rwlock_t lock;
    atomic_uint resets;
    /* service.c */
    struct cpu *next_asked;
    /* signals.c */
    bool holds_signals;
    sigset_t signals; /* the VMM's mask */
    /* run.c */
    struct cpu *next_ended;
    intptr_t ended; /* the managed half's handle */
    void (*work)(struct cpu *cpu);
    _Atomic uint32_t turn;
    int entered;      /* KVM_RUN's errno */
    int served;       /* enum managed_result */
    bool next;        /* the managed half goes on, or begins */
    unsigned exit_resets; /* at the exit */
    bool abandoned;   /* the managed half is still to be told */
    bool pending;     /* an access is with the VMM, or has not been performed yet */
    bool interrupted; /* an EINTR that the VMM is still to be told */
    int came_out;     /* what KVM_RUN says instead of performing an access: errno, or 0 for an exit of another kind */
    uint32_t reason; /* of the exit that is served */
    uint64_t esr_iss, fault_ipa;
};

struct device {
    struct object object;
    struct machine *machine;
    uint32_t type;
};

/* settings.c */
enum setting {
    SETTING_EXPLAIN_ONLY = 1 << 0,
    SETTING_START_EARLY = 1 << 1,
    SETTING_LOG_SUMMARY = 1 << 2,
    SETTING_LOG_EXPLAIN = 1 << 3,
    SETTING_PERFORM_ATOMICS = 1 << 4,
    SETTING_PERFORM_EXCLUSIVES = 1 << 5,
    SETTING_JOIN = 1 << 6,
};
extern uint32_t settings;
extern uint64_t scratch_setting;
enum counter { COUNT_EXITS, COUNT_COMPLETED, COUNT_ABORTS, COUNT_RETRIES, COUNT_REFUSED, COUNT_VMM, COUNT_KERNEL, COUNT_KERNEL_FAILED, COUNTERS };
extern atomic_ulong counters[COUNTERS];
void read_settings(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void count(enum counter counter) { atomic_fetch_add_explicit(&counters[counter], 1, memory_order_relaxed); }

/* descriptors.c */
struct object *object_of(int fd); /* NULL: of nothing of KVM's */
void remember(int fd, enum kind kind, struct object *object);
void remember_copy(int original, int copy);
void forget(int first, int last); /* before they are closed */
void forget_descriptors(void);
void release(struct object *object);

/* interpose.c */
bool uses_kvm(void); /* this process; not the child of a vfork(), which has its parent's memory */

/* kernel.c */
long kernel(int fd, unsigned long request, unsigned long argument);
int kernel_errno(int fd, unsigned long request, void *argument); /* 0 or errno; leaves errno alone */

/* machine.c */
struct machine *new_machine(int fd, unsigned long type);
long set_memory(struct machine *machine, int fd, unsigned long request, struct kvm_userspace_memory_region *region);
bool has_slot(struct machine *machine, uint32_t number);
bool overlaps_memory(struct machine *machine, uint64_t address, uint64_t size);
void set_event(struct machine *machine, const struct kvm_ioeventfd *event);
void learn_device_address(struct machine *machine, uint32_t type, const struct kvm_device_attr *attribute);
void learn_old_device_address(struct machine *machine, const struct kvm_arm_device_addr *address);
bool is_in_kernel(struct machine *machine, uint64_t address, unsigned length, bool write);

/* dirty.c: KVM's log of dirty pages has what the guest writes; what this library writes for it is added. */
void set_dirty_log(struct machine *machine, const struct kvm_userspace_memory_region *region);
void add_dirty_pages(struct machine *machine, struct kvm_dirty_log *log);
void clear_dirty_pages(struct machine *machine, const struct kvm_clear_dirty_log *log);
void front_written(struct view *view, uint64_t address, uint32_t length);

/* runtime.c */
void start_runtime(void);

/* service.c: work that takes system calls which the CPU's thread may not have. */
enum turn { TURN_CPU = 0, TURN_SERVICE, TURN_ENTER };
void start_service(void);
void forget_service(void); /* in a child, which has no such thread */
void serve(struct cpu *cpu, void (*work)(struct cpu *cpu));
int enter_guest(struct cpu *cpu); /* by the CPU's own thread: 0 or errno */
bool waits_for_service(const struct cpu *cpu);
bool has_service(void);

/* signals.c: what comes to the CPU's thread while an exit is served ends KVM_RUN, as it would in the kernel. */
void hold_signals(struct cpu *cpu);
bool let_signals_in(struct cpu *cpu); /* true: one has come, and has been handled */

/* run.c */
int run_cpu(struct cpu *cpu, int fd, unsigned long argument);
void abandon(struct cpu *cpu);
void end_cpu(struct cpu *cpu);

/* detour.c: an access to a device of KVM's by the guest's CPU. Called by the managed half. Also in FrontCpu.cs. */
enum kernel_access {
    ACCESS_ELSEWHERE = 0, /* KVM has no device there */
    ACCESS_PERFORMED = 1,
    ACCESS_CAME_OUT = 2, /* not performed: KVM_RUN says something to the VMM first */
    ACCESS_REFUSED_EL2 = -1,
    ACCESS_REFUSED_SIZE = -2,
    ACCESS_REFUSED_PAGE = -3,
    ACCESS_REFUSED_REACH = -4,
    ACCESS_REFUSED_REGISTER = -5,
    ACCESS_REFUSED_ASTRAY = -6,
};
enum kernel_access front_access_in_kernel(struct view *view, uint64_t address, uint32_t length, uint32_t write, uint64_t *value);
int front_is_in_kernel(struct view *view, uint64_t address);
int front_is_memory(const struct slot *slot);
int front_get_register(struct view *view, uint64_t id, void *value);
int front_set_register(struct view *view, uint64_t id, const void *value);
void front_say(const char *text);
void front_count(int counter);

static inline struct cpu *cpu_of(struct view *view) { return (struct cpu *)((char *)view - offsetof(struct cpu, view)); }

/* The managed half. */
enum managed_result { MANAGED_REFUSED = -1, MANAGED_DONE = 0, MANAGED_ACCESS = 1, MANAGED_CAME_OUT = 2 };
int managed_begin(struct view *view, uint64_t esr_iss, uint64_t fault_ipa);
int managed_next(struct view *view);
void managed_abandon(struct view *view);
void managed_forget(intptr_t handle);
void managed_start(void);

#endif
