// The preload library on a kernel that is played (fake-kvm.c): what a real one cannot be made to do, or cannot yet. Each test is a
// process of its own, of which the lines on stderr are compared too. It runs with LD_PRELOAD=libarm64mmiodecode-kvm.so.
#define _GNU_SOURCE
#include "played.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ESR 0x603000000013c290ull
#define ISAR1 0x603000000013c031ull
#define ACCDATA 0x603000000013c685ull

#define LDR_X_POST 0xf8408420 // ldr x0, [x1], #8
#define LDR_POST_A32 0xe4910004 // ldr r0, [r1], #4
#define STM_A32 0xe881000c     // stm r1, {r2, r3}

static void expect_pair(int good)
{
    expect(good && at_end(), "the guest goes on");
    expect(*fake_register(X(0)) == 0x10203040 && *fake_register(X(4)) == 0x50607080, "both words are read");
    expect(*fake_register(X(1)) == GICD && *fake_register(PC) == RAM_BASE + 4 && *fake_register(PSTATE) == 0x3c5, "nothing else has changed");
    expect(fake.accesses == 2, "each once");
}

static void expect_abort(void)
{
    int is_32 = *fake_register(PSTATE) & 0x10;
    expect(enter() == 0 && at_end(), "the guest goes on at its vectors");
    expect(*fake_register(PC) == RAM_BASE + 0x2000 + (is_32 ? 0x10 : 0x200), "at the right one");
    expect(is_32 || (*fake_register(ESR) & 0x3f) == 0x10, "an external abort");
    expect(*fake_register(X(0)) == 0x11111111 && *fake_register(X(1)) == fake.fault_ipa, "no register has changed");
}

/* ---- an access to KVM's device that cannot be made */

static void no_el2(void)
{
    gic_guest(HAS_EL2);
    expect_abort();
}

static void no_eight_bytes(void)
{
    gic_guest(AARCH32);
    struct kvm_ioeventfd notify = { .addr = 0x09000000, .len = 8 };
    ioctl(kvm_fds[1], KVM_IOEVENTFD, &notify);
    guest(STM_A32, WRITE, notify.addr);
    expect_abort();
}

static void words_stay_words(void)
{
    gic_guest(AARCH32);
    guest(LDM_A32, READ, GICD);
    expect(enter() == 0 && at_end(), "the guest goes on");
    expect(*fake_register(X(2)) == 0x10203040 && *fake_register(X(3)) == 0x50607080 && fake.accesses == 2, "both words are read, each by itself");
}

static void no_page(void)
{
    gic_guest(0);
    fake.refuse_page = EEXIST;
    expect_abort();
    guest(LDP, READ, GICD + 8);
    expect_abort();
    fake.refuse_page = 0; // the VMM has moved what was there
    guest(LDP, READ, GICD);
    expect_pair(enter() == 0);
}

static void no_slots(void)
{
    gic_guest(0);
    fake.memory_slots = 0;
    expect_abort();
}

static void no_reach(void)
{
    fake_machine(AARCH32);
    set_attribute(KVM_DEV_TYPE_ARM_VGIC_V2, KVM_VGIC_V2_ADDR_TYPE_DIST, GICD);
    guest(LDR_POST_A32, READ, GICD);
    expect_abort();
}

static void reach(void)
{
    fake_machine(AARCH32);
    struct kvm_arm_device_addr address = { (uint64_t)KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT | KVM_VGIC_V2_ADDR_TYPE_DIST, GICD };
    ioctl(kvm_fds[1], KVM_ARM_SET_DEVICE_ADDR, &address);
    memcpy(fake.device, (uint32_t[]){ 0x10203040 }, 4);
    guest(LDR_POST_A32, READ, GICD);
    expect(enter() == 0 && at_end() && *fake_register(X(0)) == 0x10203040 && *fake_register(X(1)) == GICD + 4 && fake.page == 0x08001000, "with its page below 4 GiB it can");
}

static void no_register_read(void)
{
    gic_guest(0);
    fake.refuse_get = X(0);
    expect_abort();
}

static void no_register_write(void)
{
    gic_guest(0);
    fake.refuse_set = X(0); // once, on the way in
    fake.set_after = 0;
    expect(enter() == 0, "the guest goes on");
    fake.refuse_set = 0;
    expect((*fake_register(ESR) & 0x3f) == 0x10 && fake.accesses == 0, "an external abort");
}

static int goes_astray(int stage)
{
    (void)stage;
    *fake_register(PC) = RAM_BASE + 0x2200; // an exception of the CPU's
    fake.on_the_way = 0;
    return EINTR;
}

static void astray(void)
{
    gic_guest(0);
    fake.on_the_way = goes_astray;
    fake.mp_state = KVM_MP_STATE_STOPPED; // so that it is asked once
    expect_abort();
}

static void exits_elsewhere(void)
{
    gic_guest(0);
    fake.exit_elsewhere = 0x1234;
    expect_abort();
}

static void not_there(void)
{
    gic_guest(0);
    fake.has_no_device = 1;
    guest(STR_POST, WRITE, GICD);
    expect(enter() == 0 && mmio(GICD, 4, 1) && *(uint32_t *)run->mmio.data == 0x44444444, "what KVM has not after all goes to the VMM");
    while (enter() != 0)
    {
        expect(errno == EINTR, "at most EINTR comes between");
    }

    expect(at_end() && *fake_register(X(1)) == GICD + 4, "and is completed");
}

static void second_redistributor(void)
{
    gic_guest(0);
    guest(LDP, READ, GICR + 0x20000);
    expect(enter() == 0 && mmio(GICR + 0x20000, 4, 0), "a redistributor of a CPU that is not there is the VMM's");
}

/* ---- kicks, resets and other exits on the way */

// Volatile: <sys/ioctl.h> says that ioctl() calls nothing of this file's.
static volatile int stage_of_kick, kicks;

static int kick(int stage)
{
    if (stage != stage_of_kick || kicks == 0)
    {
        return 0;
    }

    kicks--;
    run->immediate_exit = 1;
    return EINTR;
}

static void kicked(int stage, int times)
{
    gic_guest(0);
    fake.on_the_way = kick;
    stage_of_kick = stage;
    kicks = times;
    expect(enter() == -1 && errno == EINTR && run->immediate_exit == 1, "the request comes out, and stays");
    run->immediate_exit = 0;
    while (enter() != 0)
    {
        expect(errno == EINTR, "at most EINTR comes between");
    }

    expect_pair(1);
}

static void kicked_before(void) { kicked(0, 1); }
static void kicked_behind(void) { kicked(1, 3); }
static void kicked_for_long(void) { kicked(0, 16); } // a signal that stays pending, KVM_SET_SIGNAL_MASK

static void stopped(int stage)
{
    gic_guest(0);
    fake.on_the_way = kick;
    stage_of_kick = stage;
    kicks = 1000;
    fake.mp_state = KVM_MP_STATE_STOPPED;
    expect(enter() == -1 && errno == EINTR && kicks == 999, "a CPU that another has switched off comes out at the first request");
    expect(*fake_register(PC) == RAM_BASE && *fake_register(PSTATE) == 0x3c5 && *fake_register(X(1)) == GICD, "with its registers");
    run->immediate_exit = 0;
    kicks = 0;
}

static void stopped_and_reset(void)
{
    stopped(0);
    struct kvm_vcpu_init init = { 0 };
    ioctl(kvm_fds[2], KVM_ARM_VCPU_INIT, &init);
    *fake_register(PC) = RAM_BASE + 0x1000;
    fake.mp_state = KVM_MP_STATE_RUNNABLE;
    expect(enter() == 0 && at_end() && *fake_register(PC) == RAM_BASE + 0x1000 && *fake_register(X(0)) == 0x11111111 && fake.accesses == 0, "a reset drops the instruction");
}

static void stopped_and_started(void)
{
    stopped(0);
    fake.mp_state = KVM_MP_STATE_RUNNABLE;
    expect_pair(enter() == 0);
}

static void stopped_behind(void)
{
    gic_guest(0);
    fake.on_the_way = kick;
    stage_of_kick = 1;
    kicks = 1;
    fake.mp_state = KVM_MP_STATE_STOPPED;
    expect(enter() == -1 && errno == EINTR, "a CPU that is switched off behind its access comes out");
    run->immediate_exit = 0;
    fake.mp_state = KVM_MP_STATE_RUNNABLE;
    while (enter() != 0)
    {
        expect(errno == EINTR, "at most EINTR comes between");
    }

    expect_pair(1);
}

static volatile int answer, answers;

static int answer_once(int stage)
{
    return stage == 0 && answers-- > 0 ? answer : 0;
}

static void another_exit(void)
{
    gic_guest(0);
    fake.on_the_way = answer_once;
    answer = -31; // KVM_EXIT_DIRTY_RING_FULL
    answers = 1;
    expect(enter() == 0 && run->exit_reason == 31 && *fake_register(PC) == RAM_BASE, "an exit of another kind is the VMM's");
    expect_pair(enter() == 0);
}

static void an_error(void)
{
    gic_guest(0);
    fake.on_the_way = answer_once;
    answer = EFAULT;
    answers = 1;
    expect(enter() == -1 && errno == EFAULT && *fake_register(PC) == RAM_BASE, "and so is an error");
    expect_pair(enter() == 0);
}

static void stepped(void)
{
    gic_guest(0);
    fake.on_the_way = answer_once;
    answer = -KVM_EXIT_DEBUG;
    answers = 3;
    expect_pair(enter() == 0);
}

static void reset_before(void)
{
    struct kvm_vcpu_init init = { 0 };
    ioctl(kvm_fds[2], KVM_ARM_VCPU_INIT, &init);
    *fake_register(PC) = RAM_BASE + 0x1000;
    fake.before_exit = 0;
}

static void reset_at_exit(void)
{
    gic_guest(0);
    fake.before_exit = reset_before;
    expect(enter() == 0 && at_end() && *fake_register(PC) == RAM_BASE + 0x1000 && fake.accesses == 0, "a CPU that is reset behind its exit has none");
}

static uint64_t seen_pc;
static volatile int is_asking, has_seen;

static void *ask(void *unused)
{
    struct kvm_one_reg one = { PC, (uintptr_t)&seen_pc };
    is_asking = 1;
    ioctl(kvm_fds[2], KVM_GET_ONE_REG, &one);
    has_seen = 1;
    return unused;
}

static pthread_t asking;

static int let_ask(int stage)
{
    if (stage == 1 && !is_asking)
    {
        pthread_create(&asking, 0, ask, 0);
        usleep(200000);
        expect(is_asking && !has_seen, "a request of another thread waits for KVM_RUN");
    }

    return 0;
}

static void asked_meanwhile(void)
{
    gic_guest(0);
    fake.on_the_way = let_ask;
    expect_pair(enter() == 0);
    pthread_join(asking, 0);
    expect(seen_pc == RAM_BASE + 4, "and sees the guest");
}

static void device_refuses(void)
{
    fake_machine(0);
    guest(LDP, READ, DEVICE);
    expect(enter() == 0 && mmio(DEVICE, 4, 0), "a pair");
    struct kvm_vcpu_events events = { .exception.ext_dabt_pending = 1 };
    ioctl(kvm_fds[2], KVM_SET_VCPU_EVENTS, &events);
    *fake_register(PC) = RAM_BASE + 0x2200; // KVM enters the guest there
    expect(enter() == 0 && at_end() && *fake_register(PC) == RAM_BASE + 0x2200 && *fake_register(X(0)) == 0x11111111, "ends where the VMM injects an abort for one half");
}

/* ---- the library's page, and the VMM's slots */

static void page_makes_way(void)
{
    gic_guest(0);
    expect_pair(enter() == 0);
    expect(fake.page == GICD + 0xe000 && fake.page_slot == 511, "the page has the last slot");
    struct kvm_userspace_memory_region region = { .slot = 511, .guest_phys_addr = 0x80000000, .memory_size = 0x10000, .userspace_addr = (uintptr_t)ram };
    expect(ioctl(kvm_fds[1], KVM_SET_USER_MEMORY_REGION, &region) == 0 && fake.page == 0, "which the VMM can have");
    fake.accesses = 0;
    guest(LDP, READ, GICD);
    expect_pair(enter() == 0);
    expect(fake.page == GICD + 0xe000 && fake.page_slot == 510, "the page has the last that is free");
    region.slot = 3;
    region.guest_phys_addr = GICD + 0xe000;
    expect(ioctl(kvm_fds[1], KVM_SET_USER_MEMORY_REGION, &region) == 0 && fake.page == 0, "its address as well");
}

static void dirty_ring(void)
{
    fake_machine(0);
    struct kvm_enable_cap cap = { .cap = 223, .args = { 65536 } }; // KVM_CAP_DIRTY_LOG_RING_ACQ_REL
    ioctl(kvm_fds[1], KVM_ENABLE_CAP, &cap);
    uint32_t *more = mmap(0, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = { .slot = 1, .flags = KVM_MEM_LOG_DIRTY_PAGES, .guest_phys_addr = DEVICE - 0x1000, .memory_size = 0x1000, .userspace_addr = (uintptr_t)more };
    ioctl(kvm_fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    guest(STP, WRITE, DEVICE - 4);
    fake.fault_ipa = DEVICE;
    expect(enter() == 0 && mmio(DEVICE - 4, 4, 1) && more[0x3ff] == 0, "where KVM alone can log a page the VMM gets the part in memory");
    expect(enter() == 0 && mmio(DEVICE, 4, 1), "and then the rest");
}

// The second half of a pair lies in memory whose Access flag the guest leaves to the processor.
static void access_flag(void)
{
    const uint64_t Memory = DEVICE + 0x200000;
    fake_machine(0);
    struct kvm_userspace_memory_region region = { .flags = KVM_MEM_LOG_DIRTY_PAGES, .guest_phys_addr = RAM_BASE, .memory_size = 0x10000, .userspace_addr = (uintptr_t)ram };
    ioctl(kvm_fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    uint32_t *more = mmap(0, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    region = (struct kvm_userspace_memory_region){ .slot = 1, .guest_phys_addr = Memory, .memory_size = 0x1000, .userspace_addr = (uintptr_t)more };
    ioctl(kvm_fds[1], KVM_SET_USER_MEMORY_REGION, &region);
    uint64_t *level1 = (uint64_t *)ram + 0x4000 / 8, *level2 = (uint64_t *)ram + 0x5000 / 8;
    level1[0] = (RAM_BASE + 0x5000) | 3;
    level1[1] = RAM_BASE | 0x701;
    level2[DEVICE >> 21] = DEVICE | 0x401;
    level2[Memory >> 21] = Memory | 0x301;
    *fake_register(0x603000000013c100) = RAM_BASE + 0x4000;         // TTBR0_EL1
    *fake_register(0x603000000013c102) = 25 | 1 << 23 | 1ull << 39; // TCR_EL1: T0SZ, EPD1, HA
    *fake_register(0x603000000013c039) = 1;                         // ID_AA64MMFR1_EL1.HAFDBS
    *fake_register(0x603000000013c080) = 1;                         // SCTLR_EL1.M
    guest(STP, WRITE, Memory - 4);
    uint64_t bitmap = 0;
    struct kvm_dirty_log log = { .dirty_bitmap = &bitmap };
    expect(enter() == 0 && mmio(Memory - 4, 4, 1) && enter() == 0 && at_end() && more[0] == 0x44444444, "a pair, half of it in memory");
    expect(level2[Memory >> 21] == (Memory | 0x701), "the Access flag is set as a processor does");
    expect(ioctl(kvm_fds[1], KVM_GET_DIRTY_LOG, &log) == 0 && bitmap == 1 << 5, "and the table's page is in the log");
    expect(ioctl(kvm_fds[1], KVM_GET_DIRTY_LOG, &log) == 0 && bitmap == 0, "once");
}

/* ---- KVM_EXIT_ARM_LDST64B: the syndrome has no fault status and names the registers */

static void eight_accesses(int is_write)
{
    for (int i = 0; i < 8; i++)
    {
        expect(enter() == 0 && mmio(DEVICE + 8 * i, 8, is_write), "eight accesses, in order");
        if (is_write)
        {
            expect(*(uint64_t *)run->mmio.data == (i || !*fake_register(ACCDATA) ? 0x0101010101010101ull * i + 0xf000000000000000ull : 0xf0000000aabbccdd), "with the registers' values");
        }

        *(uint64_t *)run->mmio.data = 0x1111111111111111ull * i;
    }

    expect(enter() == 0 && at_end() && *fake_register(PC) == RAM_BASE + 4, "then the guest goes on");
}

static void sixty_four_bytes(uint32_t opcode, uint64_t syndrome)
{
    fake_machine(0);
    guest(opcode, syndrome, DEVICE);
    fake.reason = EXIT_LDST64B;
    *fake_register(X(2)) = DEVICE;
    *fake_register(ISAR1) = 3ull << 60;
    for (int i = 0; i < 8; i++)
    {
        *fake_register(X(4 + i)) = 0x0101010101010101ull * i + 0xf000000000000000ull;
    }
}

static void ld64b(void)
{
    sixty_four_bytes(0xf83fd044, 0x93C41000);
    eight_accesses(0);
    for (int i = 0; i < 8; i++)
    {
        expect(*fake_register(X(4 + i)) == 0x1111111111111111ull * i, "eight registers");
    }
}

static void st64b(void)
{
    sixty_four_bytes(0xf83f9044, 0x93C41040);
    eight_accesses(1);
}

static void st64bv(void)
{
    sixty_four_bytes(0xf823b044, 0x393C40840);
    *fake_register(X(3)) = 99;
    eight_accesses(1);
    expect(*fake_register(X(3)) == 0, "success");
}

static void st64bv0(void)
{
    sixty_four_bytes(0xf823a044, 0x393C41840);
    *fake_register(ACCDATA) = 0xaabbccdd;
    eight_accesses(1);
    expect(*fake_register(X(3)) == 0, "success");
}

static void ld64b_kicked(void)
{
    sixty_four_bytes(0xf83fd044, 0x93C41000);
    expect(enter() == 0 && mmio(DEVICE, 8, 0), "the first of eight");
    run->immediate_exit = 1;
    for (int i = 1; i < 8; i++)
    {
        expect(enter() == 0 && mmio(DEVICE + 8 * i, 8, 0), "the next");
    }

    expect(enter() == -1 && errno == EINTR && *fake_register(PC) == RAM_BASE + 4, "a request comes out behind the last");
}

static void ld64b_explained(void)
{
    sixty_four_bytes(0xf83fd044, 0x93C41000);
    expect(enter() == 0 && run->exit_reason == EXIT_LDST64B && ((uint64_t *)run)[4] == 0x93C41000 && ((uint64_t *)run)[5] == DEVICE, "what is not served is the VMM's, as KVM said it");
}

#define REFUSED_AT(address, reason) \
    "arm64mmiodecode: the access to KVM's own device at " address " could not be performed: " reason \
    "; the guest takes an external abort (see docs/preload.md, In-kernel devices)\n"
#define REFUSED(reason) REFUSED_AT("0x8000000", reason)

static const struct test tests[] = {
    { "a guest with EL2", no_el2, 0, 0, REFUSED("the guest has an EL2 of its own") },
    { "eight bytes of an AArch32 guest", no_eight_bytes, "ARM64MMIODECODE_JOIN", "on", REFUSED_AT("0x9000000", "it has eight bytes, and the guest's CPU is in AArch32") },
    { "words that are not joined", words_stay_words, "ARM64MMIODECODE_JOIN", "on", ", KVM's devices 2 (0 failed)" },
    { "no room for the page", no_page, 0, 0, "arm64mmiodecode: no page for accesses to KVM's devices at 0x800e000: File exists (ARM64MMIODECODE_SCRATCH puts it elsewhere)\n" REFUSED("there is no room for the page that it needs") },
    { "no memory slots", no_slots, 0, 0, REFUSED("there is no room for the page that it needs") },
    { "a page out of reach of AArch32", no_reach, 0, 0, REFUSED("a CPU in AArch32 does not reach the page that it needs (ARM64MMIODECODE_SCRATCH puts it below 4 GiB)") },
    { "a page that is put in reach", reach, "ARM64MMIODECODE_SCRATCH", "0x08001000", ", KVM's devices 1 (0 failed)" },
    { "a register that KVM does not tell", no_register_read, 0, 0, REFUSED("KVM refused the virtual CPU's registers") },
    { "a register that KVM does not take", no_register_write, 0, 0, "arm64mmiodecode: the registers of a virtual CPU could not be restored after an access to KVM's device at 0x8000000\n" },
    { "an exception on the way", astray, 0, 0, REFUSED("the virtual CPU did not do it") },
    { "an exit from elsewhere", exits_elsewhere, 0, 0, REFUSED("the virtual CPU did not do it") },
    { "a device that KVM has not", not_there, 0, 0, ", KVM's devices 0 (0 failed)" },
    { "a redistributor that KVM has not", second_redistributor, 0, 0, ", KVM's devices 0 (0 failed)" },
    { "a kick before the access", kicked_before, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "kicks behind the access", kicked_behind, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "a kick that stays", kicked_for_long, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "a CPU that is switched off and reset", stopped_and_reset, 0, 0, ", KVM's devices 0 (0 failed)" },
    { "a CPU that is switched off and on", stopped_and_started, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "a CPU that is switched off behind the access", stopped_behind, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "an exit of another kind on the way", another_exit, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "an error on the way", an_error, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "single steps on the way", stepped, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "a reset behind the exit", reset_at_exit, 0, 0, "1 accesses without a syndrome: 0 completed" },
    { "a request of another thread on the way", asked_meanwhile, 0, 0, ", KVM's devices 2 (0 failed)" },
    { "a device that refuses", device_refuses, 0, 0, "1 accesses without a syndrome: 0 completed" },
    { "the page makes way", page_makes_way, 0, 0, ", KVM's devices 4 (0 failed)" },
    { "a dirty ring", dirty_ring, 0, 0, "the VMM saw 2 accesses" },
    { "an Access flag in memory that is logged", access_flag, 0, 0, "1 completed" },
    { "LD64B", ld64b, 0, 0, "1 completed" },
    { "ST64B", st64b, 0, 0, "1 completed" },
    { "ST64BV", st64bv, 0, 0, "1 completed" },
    { "ST64BV0", st64bv0, 0, 0, "1 completed" },
    { "LD64B and a kick", ld64b_kicked, 0, 0, "the VMM saw 8 accesses" },
    { "LD64B explained", ld64b_explained, "ARM64MMIODECODE_MODE", "explain", "The syndrome describes a load of 64 bytes to x4 to x11." },
};

int main(int count, char **arguments) { return run_tests(tests, sizeof tests / sizeof tests[0], count < 2 ? 0 : arguments[1]); }
