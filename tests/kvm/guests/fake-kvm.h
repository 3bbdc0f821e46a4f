// A kernel's KVM that does what a test wants of it, for what a real one cannot be made to do: one machine with one CPU. The preload
// library calls the C library's syscall(), and finds the one of this program.
#ifndef FAKE_KVM_H
#define FAKE_KVM_H

#include <linux/kvm.h>
#include <stdint.h>

#define EXIT_NISV 28
#define EXIT_LDST64B 42

struct fake_kvm {
    // What requests answer: 0, or an error.
    int memory_slots;        // KVM_CAP_NR_MEMSLOTS
    int refuse_page;         // KVM_SET_USER_MEMORY_REGION of a read-only slot
    uint64_t refuse_get;     // KVM_GET_ONE_REG of a register, once get_after reads of it have passed
    int get_after;
    uint64_t refuse_set;
    int set_after;
    uint32_t mp_state;
    // How the guest's instruction exits: its reason, syndrome and address.
    uint32_t reason;
    uint64_t syndrome, fault_ipa;
    void (*before_exit)(void);
    void (*before_request)(uint32_t request); // of the CPU
    // On the way through the library's page: stage 0 is before the access, 1 behind it. A positive answer is KVM_RUN's errno, a
    // negative one the exit's reason, and 0 goes on.
    int (*on_the_way)(int stage);
    int has_no_device;
    uint64_t exit_elsewhere;
    // What happened.
    uint8_t device[0x1000];
    uint64_t device_address;
    int accesses, requests_of_mp_state;
    uint64_t page; // of the library's, and its slot's number
    uint32_t page_slot;
    uint64_t dirty; // the bitmap that KVM_GET_DIRTY_LOG answers
};

extern struct fake_kvm fake;
extern struct kvm_run *run;
extern uint32_t *ram; // 64 KiB at RAM_BASE
extern int kvm_fds[3]; // /dev/kvm, machine, CPU

#define RAM_BASE 0x40000000ull
#define CORE(offset) (0x6030000000100000ull | (offset) / 4)
#define X(n) CORE((n) * 8)
#define PC CORE(0x100)
#define PSTATE CORE(0x108)

uint64_t *fake_register(uint64_t id); // its first eight bytes
void fake_end(void); // closes what is no machine's
void fake_machine(uint32_t features);
void fake_machine_of(int kvm, int machine, uint32_t features); // with these descriptors

#endif
