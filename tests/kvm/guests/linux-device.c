// What ordinary software does to a device that it has mapped through /dev/mem. Built for A64, A32 and T32.
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#if defined(__aarch64__) || defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#if defined(__aarch64__)
#define SET "a64"
#elif defined(__thumb__)
#define SET "t32"
#else
#define SET "a32"
#endif

#define DEVICE 0x09000000
#define SIZE 0x20000
#define FRAME 0x8000
#define FRAME_SIZE 0x4000

static int failures;

static void check(int good, const char *what)
{
    printf("%s %s %s\n", good ? "PASS" : "FAIL", SET, what);
    failures += !good;
}

// The VMM fills the device with the same pattern before the guest starts; the tests here leave [0, 0x1000) alone.
static uint8_t pattern(size_t i)
{
    return (uint8_t)(i * 7 + (i >> 8) * 13 + 3);
}

static void fill(uint8_t *to, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
    {
        to[i] = (uint8_t)(i * 11 + seed + (i >> 7));
    }
}

// With plain loads, which have a syndrome, so that nothing here depends on what is tested.
static int device_holds(const uint8_t *device, const uint8_t *expected, size_t size)
{
    for (size_t i = 0; i < size;)
    {
        uint32_t value;
        size_t length = size - i < 4 ? 1 : 4;
        value = length == 4 ? *(const volatile uint32_t *)(device + i) : *(const volatile uint8_t *)(device + i);
        if (memcmp(&value, expected + i, length) != 0)
        {
            printf("at %zu there is %x\n", i, value);
            return 0;
        }

        i += length;
    }

    return 1;
}

static sigjmp_buf after_bus_error;

static void bus_error(int signal)
{
    siglongjmp(after_bus_error, signal);
}

int main(void)
{
    static uint8_t buffer[FRAME_SIZE] __attribute__((aligned(64)));
    static uint8_t other[FRAME_SIZE] __attribute__((aligned(64)));
    int file = open("/dev/mem", O_RDWR | O_SYNC);
    uint8_t *device = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, DEVICE);
    if (file < 0 || device == MAP_FAILED)
    {
        perror("/dev/mem");
        return 1;
    }

    uint8_t *frame = device + FRAME;
    for (size_t i = 0; i < sizeof buffer; i++)
    {
        other[i] = pattern(i);
    }

    static const size_t sizes[] = {1, 3, 8, 16, 24, 33, 64, 100, 128, 256, 1000, 4096};
    int good = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    {
        memset(buffer, 0, sizeof buffer);
        memcpy(buffer, device, sizes[i]);
        good &= memcmp(buffer, other, sizes[i]) == 0 && buffer[sizes[i]] == 0;
    }

    check(good, "memcpy from the device");

    good = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    {
        fill(buffer, sizes[i], (unsigned)i);
        memcpy(frame, buffer, sizes[i]);
        good &= device_holds(frame, buffer, sizes[i]);
    }

    check(good, "memcpy to the device");

    good = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    {
        memset(frame, 0x5a, sizes[i] + 1);
        memset(frame, 0xc3, sizes[i]);
        memset(buffer, 0xc3, sizes[i]);
        buffer[sizes[i]] = 0x5a;
        good &= device_holds(frame, buffer, sizes[i] + 1);
    }

    check(good, "memset of the device");

    memset(frame, 0x77, 4096);
    memset(frame, 0, 4096);
    memset(buffer, 0, 4096);
    check(device_holds(frame, buffer, 4096), "memset of the device to zero");

    memcpy(buffer, device, 4096);
    good = memcmp(device, buffer, 4096) == 0;
    buffer[4000] ^= 1;
    good &= memcmp(device, buffer, 4096) != 0;
    check(good, "memcmp of the device");

    fill(buffer, 1024, 99);
    memcpy(frame, buffer, 1024);
    memmove(frame + 64, frame, 512);
    memmove(buffer + 64, buffer, 512);
    check(device_holds(frame, buffer, 1024), "memmove within the device");

    strcpy((char *)buffer, "a string in device memory");
    memcpy(frame, buffer, 64);
    check(strlen((char *)frame) == 25 && strcmp((char *)frame, (char *)buffer) == 0, "strlen and strcmp of the device");

    // A dump of registers two at a time, as nvme-cli's show-regs was compiled.
    uint32_t words[16];
#if defined(__aarch64__)
    for (int i = 0; i < 16; i += 2)
    {
        __asm__ volatile("ldp %w0, %w1, [%2]" : "=&r"(words[i]), "=&r"(words[i + 1]) : "r"(device + 4 * i) : "memory");
    }
#else
    for (int i = 0; i < 16; i += 2)
    {
        register uint32_t low __asm__("r4");
        register uint32_t high __asm__("r5");
        __asm__ volatile("ldrd r4, r5, [%2]" : "=&r"(low), "=&r"(high) : "r"(device + 4 * i) : "memory");
        words[i] = low;
        words[i + 1] = high;
    }
#endif
    check(memcmp(words, other, sizeof words) == 0, "register dump in pairs");

    // A loop that steps its pointer with the store, as compilers make from *p++ = v.
    uint8_t *to = frame;
    for (uint32_t i = 0; i < 64; i++)
    {
        uint32_t value = 0x01020304u * i;
        memcpy(buffer + 4 * i, &value, 4);
#if defined(__aarch64__)
        register uint8_t *x10 __asm__("x10") = to;
        register uint32_t w8 __asm__("w8") = value;
        __asm__ volatile("str w8, [x10], #4" : "+r"(x10) : "r"(w8) : "memory");
        to = x10;
#else
        __asm__ volatile("str %1, [%0], #4" : "+r"(to) : "r"(value) : "memory");
#endif
    }

    check(to == frame + 256 && device_holds(frame, buffer, 256), "stores with post-index");

#if defined(__aarch64__) || defined(__ARM_NEON)
    // Pixels: planes to RGBA and back, 64 bytes at a time.
    fill(buffer, FRAME_SIZE, 5);
    for (size_t i = 0; i < 2048; i += 64)
    {
        uint8x16x4_t pixels = {{vld1q_u8(buffer + i), vld1q_u8(buffer + i + 16), vld1q_u8(buffer + i + 32), vld1q_u8(buffer + i + 48)}};
        vst4q_u8(frame + i, pixels);
        vst4q_u8(other + i, pixels);
    }

    check(device_holds(frame, other, 2048), "interleaving SIMD stores to a framebuffer");
    good = 1;
    for (size_t i = 0; i < 2048; i += 64)
    {
        uint8x16x4_t pixels = vld4q_u8(frame + i);
        for (int plane = 0; plane < 4; plane++)
        {
            vst1q_u8(other + 16 * plane, pixels.val[plane]);
        }

        good &= memcmp(other, buffer + i, 64) == 0;
    }

    check(good, "deinterleaving SIMD loads from a framebuffer");
    for (size_t i = 0; i < FRAME_SIZE; i += 32)
    {
        vst1q_u8(frame + i, vld1q_u8(buffer + i));
        vst1q_u8(frame + i + 16, vld1q_u8(buffer + i + 16));
    }

    check(device_holds(frame, buffer, FRAME_SIZE), "SIMD copy into a framebuffer");
#endif

    uint32_t *counter = (uint32_t *)frame;
#if defined(__aarch64__)
    // glibc's and gcc's atomics use LSE where the processor has it.
    *(volatile uint32_t *)counter = 41;
    uint32_t old = __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
    check(old == 41 && *(volatile uint32_t *)counter == 42, "atomic add on the device");
#endif

    // The device supports no exclusives: the kernel is told so, and kills with SIGBUS who does not expect it.
    signal(SIGBUS, bus_error);
    if (sigsetjmp(after_bus_error, 1) == 0)
    {
        uint32_t value;
#if defined(__aarch64__)
        __asm__ volatile("ldxr %w0, [%1]" : "=r"(value) : "r"(counter) : "memory");
#else
        __asm__ volatile("ldrex %0, [%1]" : "=r"(value) : "r"(counter) : "memory");
#endif
        check(0, "load exclusive from the device is a bus error");
    }
    else
    {
        check(1, "load exclusive from the device is a bus error");
    }

    return failures != 0;
}
