// The same as walker.c for AArch32, in Monitor mode of qemu-system-arm: its PAR reports short descriptors in their own
// format. The input is that of walker.c; there are 4 results for an address, and no identification registers.

#include <stdint.h>

#define INPUT ((volatile const uint64_t *)0x48000000)
#define OUTPUT ((uint64_t *)0x41000000)

#define SCR_NS 1u

// A result that is not a value of PAR: the fault status of the External abort, DFSR[10] and DFSR[3:0], in the place of FS.
#define ABORTED (1u << 31 | 1u)

volatile uint32_t abort_syndrome; // set by the exception handler

#define READ(op1, crn, crm, op2) ({ uint32_t value_; __asm__ volatile("mrc p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 : "=r"(value_)); value_; })
#define WRITE(op1, crn, crm, op2, value) __asm__ volatile("mcr p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 : : "r"((uint32_t)(value)) : "memory")
#define BARRIER() __asm__ volatile("dsb sy\n\tisb" : : : "memory")

// ATS12NSO*: the Non-secure PL1&0 regime, whose stage 2 is off. QEMU 7.2 looks at SCR.NS for it, and puts the result into
// the Secure PAR all the same.
#define TRANSLATE(op2, address)                                                                                  \
    ({                                                                                                           \
        abort_syndrome = 0;                                                                                      \
        select_registers(SCR_NS);                                                                                \
        WRITE(0, c7, c8, op2, address);                                                                          \
        select_registers(0);                                                                                     \
        abort_syndrome != 0 ? ABORTED | (abort_syndrome & 15) << 1 | (abort_syndrome >> 10 & 1) << 5             \
                            : READ(0, c7, c4, 0);                                                                \
    })

static uint32_t semihost(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("svc #0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
    return r0;
}

static void quit(uint32_t code)
{
    uint32_t block[2] = { 0x20026, code };
    semihost(0x20 /* SYS_EXIT_EXTENDED */, block);
}

void unexpected_exception(uint32_t number)
{
    quit(0x80 | number);
}

// With SCR.NS set, Monitor mode sees the Non-secure copy of every register.
static void select_registers(uint32_t scr)
{
    WRITE(0, c1, c1, 0, scr);
    BARRIER();
}

static void put_on_console(const void *bytes, uint32_t length)
{
    static const char name[] = ":tt";
    uint32_t open[3] = { (uint32_t)name, 5 /* "wb" */, sizeof name - 1 };
    uint32_t file = (uint32_t)semihost(0x01, open);
    uint32_t left = length;
    while (left != 0) {
        // The result is the number of bytes that did not go; a full pipe takes fewer than all.
        uint32_t write[3] = { file, (uint32_t)bytes + (length - left), left };
        left = (uint32_t)semihost(0x05, write);
    }
}

int main(void)
{
    volatile const uint64_t *in = INPUT;
    uint64_t *out = OUTPUT;
    for (uint32_t records = (uint32_t)*in++; records != 0; records--) {
        uint32_t words = (uint32_t)in[11], addresses = (uint32_t)in[12];
        volatile const uint64_t *word = in + 13;
        for (uint32_t i = 0; i < words; i++) {
            *(volatile uint64_t *)(uintptr_t)word[2 * i] = word[2 * i + 1];
        }

        select_registers(SCR_NS);
        WRITE(0, c2, c0, 2, in[2]); // TTBCR
        WRITE(0, c2, c0, 0, in[3]); // TTBR0
        WRITE(0, c2, c0, 1, in[4]); // TTBR1
        WRITE(0, c10, c2, 0, in[5]); // PRRR
        WRITE(0, c10, c2, 1, in[5] >> 32); // NMRR
        WRITE(0, c3, c0, 0, in[6]); // DACR
        WRITE(0, c1, c0, 0, in[1]); // SCTLR
        WRITE(0, c8, c7, 0, 0); // TLBIALL
        BARRIER();

        volatile const uint64_t *address = word + 2 * words;
        for (uint32_t i = 0; i < addresses; i++) {
            uint32_t va = (uint32_t)address[i];
            *out++ = TRANSLATE(4, va); // ATS12NSOPR
            *out++ = TRANSLATE(5, va); // ATS12NSOPW
            *out++ = TRANSLATE(6, va); // ATS12NSOUR
            *out++ = TRANSLATE(7, va); // ATS12NSOUW
        }

        for (uint32_t i = 0; i < words; i++) {
            *(volatile uint64_t *)(uintptr_t)word[2 * i] = 0;
        }
        in = address + addresses;
    }

    put_on_console(OUTPUT, (uint32_t)(out - OUTPUT) * 8);
    quit(0);
    return 0;
}
