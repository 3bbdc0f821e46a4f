// First process of an unmodified Linux in QEMU: what programs do to QEMU's own devices, mapped through /dev/mem. Each value is
// compared with what plain words tell. A SIGBUS is reported and the next test goes on.
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>
#include <arm_neon.h>

#define VIRTIO 0x0a000000
#define RTC 0x09010000
#define GICD 0x08000000

static sigjmp_buf after;
static const char *test;

static void failed(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("FAIL %s: signal %d code %d at %p\n", test, number, info->si_code, info->si_addr);
    siglongjmp(after, 1);
}

static void check(int good)
{
    printf("%s %s\n", good ? "PASS" : "FAIL", test);
}

// One plain load, which has a syndrome: compilers make post-indexed ones of volatile accesses, too.
static uint32_t word(volatile uint8_t *from)
{
    uint32_t value;
    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(from));
    return value;
}

static volatile uint8_t *map(int file, off_t address)
{
    return mmap(0, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED, file, address);
}

// Four words, whatever the vector length.
static int sve_copy(void *to, volatile uint8_t *from)
{
    asm volatile(".arch armv8-a+sve\n\twhilelt p0.s, xzr, %2\n\tld1w {z0.s}, p0/z, [%1]\n\tst1w {z0.s}, p0, [%0]"
                 : : "r"(to), "r"(from), "r"(4ul) : "memory", "v0");
    return 1;
}

#define TEST(name) test = name; if (sigsetjmp(after, 1) == 0)

int main(void)
{
    mount("dev", "/dev", "devtmpfs", 0, "");
    struct sigaction action = { .sa_sigaction = failed, .sa_flags = SA_SIGINFO };
    sigaction(SIGBUS, &action, 0);
    sigaction(SIGSEGV, &action, 0);
    int file = open("/dev/mem", O_RDWR | O_SYNC);
    volatile uint8_t *virtio = map(file, VIRTIO), *rtc = map(file, RTC), *gicd = map(file, GICD);
    uint32_t words[16];
    uint8_t copy[64] __attribute__((aligned(16)));
    for (int i = 0; i < 16; i++)
    {
        words[i] = word(virtio + 4 * i);
    }

    TEST("memcpy of 16 bytes")
    {
        memcpy(copy, (const void *)virtio, 16);
        check(memcmp(copy, words, 16) == 0);
    }
    TEST("memcpy of 64 bytes")
    {
        memcpy(copy, (const void *)virtio, 64);
        check(memcmp(copy, words, 64) == 0);
    }
    TEST("ldp")
    {
        uint64_t a, b;
        asm volatile("ldp %0, %1, [%2]" : "=r"(a), "=r"(b) : "r"(virtio));
        check(memcmp(&a, words, 8) == 0 && memcmp(&b, words + 2, 8) == 0);
    }
    TEST("ld1 of words")
    {
        uint32x4_t v;
        asm volatile("ld1 {%0.4s}, [%1]" : "=w"(v) : "r"(virtio));
        check(memcmp(&v, words, 16) == 0);
    }
    TEST("ld1w of SVE")
    {
        check((getauxval(AT_HWCAP) & HWCAP_SVE) != 0 && sve_copy(copy, virtio) && memcmp(copy, words, 16) == 0);
    }
    TEST("str post-indexed")
    {
        volatile uint8_t *base = rtc + 4;
        asm volatile("str %w1, [%0], #4" : "+r"(base) : "r"(0x12345678) : "memory");
        check(base == rtc + 8 && word(rtc + 4) == 0x12345678);
    }
    TEST("memset of the clock's interrupt registers")
    {
        void *(*volatile set)(void *, int, size_t) = memset; // glibc's, not the compiler's
        *(volatile uint32_t *)(rtc + 0x10) = 1;
        int was = word(rtc + 0x10) == 1;
        set((void *)(rtc + 0x10), 0, 16);
        check(was && word(rtc + 0x10) == 0);
    }
    TEST("ldp of KVM's own GIC, from user space")
    {
        int good = 1;
        for (int i = 0; i < 300; i++)
        {
            uint32_t a, b;
            asm volatile("ldp %w0, %w1, [%2]" : "=r"(a), "=r"(b) : "r"(gicd + 4));
            good &= a == word(gicd + 4) && b == word(gicd + 8);
        }
        check(good);
    }
    TEST("priorities of KVM's own GIC, post-indexed")
    {
        volatile uint8_t *base = gicd + 0x4c0;
        for (int i = 0; i < 4; i++)
        {
            asm volatile("str %w1, [%0], #4" : "+r"(base) : "r"(0xa0b0c0d0) : "memory");
        }
        check(base == gicd + 0x4d0 && word(gicd + 0x4cc) == 0xa0b0c0d0);
    }
    printf("guest finished\n");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
