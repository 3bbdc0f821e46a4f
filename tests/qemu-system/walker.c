// Bare-metal guest for qemu-system-aarch64 -M virt,secure=on,virtualization=on: runs at EL3 with its own MMU off, sets up
// the translation regimes below it as the records in memory say, and collects what the AT instructions answer.
//
// Input, at INPUT (64-bit little-endian words): the number of records; the records:
//   regime, SCTLR, TCR, TTBR0, TTBR1, MAIR, DACR, HCR_EL2 bits, VTCR_EL2, VTTBR_EL2, SCTLR_EL2 (of a
//   layout with stage 2), number of memory words, number of addresses,
//   then (address, value) for each memory word, then the addresses.
// Output, on the console of semihosting: the identification registers, then for each address RESULTS_PER_ADDRESS values of PAR_EL1 (or ABORTED).

#include <stdint.h>

#define INPUT ((volatile const uint64_t *)0x48000000)
#define OUTPUT ((uint64_t *)0x41000000)
#define RESULTS_PER_ADDRESS 6

enum regime { EL10, EL20, EL2, AARCH32_EL10 };

#define SCR_NS (1ul << 0)
#define SCR_FIXED (3ul << 4)
#define SCR_RW (1ul << 10)
#define HCR_VM (1ul << 0)
#define HCR_TGE (1ul << 27)
#define HCR_RW (1ul << 31)
#define HCR_E2H (1ul << 34)

#define READ(reg) ({ uint64_t value_; __asm__ volatile("mrs %0, " #reg : "=r"(value_)); value_; })
#define WRITE(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((uint64_t)(value)))
#define BARRIER() __asm__ volatile("dsb sy\n\tisb" : : : "memory")
#define TRANSLATE(op, address)                                                                     \
    ({                                                                                             \
        abort_syndrome = 0;                                                                        \
        __asm__ volatile("at " #op ", %0\n\tisb" : : "r"((uint64_t)(address)) : "memory", "cc");   \
        abort_syndrome != 0 ? ABORTED | (abort_syndrome & 0x3f) << 1 : READ(par_el1);              \
    })

// A result that is not a value of PAR_EL1: the fault status code of the External abort, in the place of FST.
#define ABORTED (1ul << 62 | 1)

volatile uint64_t abort_syndrome; // set by the exception handler

static int64_t semihost(uint64_t operation, const void *argument)
{
    register uint64_t x0 __asm__("x0") = operation;
    register const void *x1 __asm__("x1") = argument;
    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return (int64_t)x0;
}

static void quit(uint64_t code)
{
    uint64_t block[2] = { 0x20026, code };
    semihost(0x18, block);
}

void unexpected_exception(uint64_t esr)
{
    quit(0x80 | (esr >> 26));
}

static void set_up(enum regime regime, volatile const uint64_t *r)
{
    uint64_t sctlr = r[1], tcr = r[2], ttbr0 = r[3], ttbr1 = r[4], mair = r[5];
    uint64_t hcr = r[7] | (regime == AARCH32_EL10 ? 0 : HCR_RW) | (regime == EL20 ? HCR_E2H | HCR_TGE : 0);

    // EL2 with E2H gives TCR_EL2 its other layout: HCR_EL2 comes first.
    WRITE(hcr_el2, hcr);
    BARRIER();
    if (regime == EL10 || regime == AARCH32_EL10) {
        WRITE(sctlr_el1, sctlr);
        WRITE(tcr_el1, tcr);
        WRITE(ttbr0_el1, ttbr0);
        WRITE(ttbr1_el1, ttbr1);
        WRITE(mair_el1, mair);
        WRITE(dacr32_el2, r[6]);
    } else {
        WRITE(sctlr_el2, sctlr);
        WRITE(tcr_el2, tcr);
        WRITE(ttbr0_el2, ttbr0);
        WRITE(mair_el2, mair);
        if (regime == EL20) {
            WRITE(s3_4_c2_c0_1, ttbr1); // TTBR1_EL2
        }
    }
    if (hcr & HCR_VM) {
        WRITE(vtcr_el2, r[8]);
        WRITE(vttbr_el2, r[9]);
        WRITE(sctlr_el2, r[10]);
    }
    __asm__ volatile("tlbi alle1\n\ttlbi alle2" : : : "memory");
    BARRIER();
}

static uint64_t *translate(enum regime regime, uint64_t hcr, uint64_t address, uint64_t *out)
{
    if (hcr & HCR_VM) {
        out[0] = TRANSLATE(s12e1r, address);
        out[1] = TRANSLATE(s12e1w, address);
        out[2] = TRANSLATE(s12e0r, address);
        out[3] = TRANSLATE(s12e0w, address);
        out[4] = out[5] = 0;
    } else if (regime == EL2) {
        out[0] = TRANSLATE(s1e2r, address);
        out[1] = TRANSLATE(s1e2w, address);
        out[2] = out[3] = out[4] = out[5] = 0;
    } else if (regime == EL20) {
        // At EL3 the privileged half of EL2&0 is S1E2.
        out[0] = TRANSLATE(s1e2r, address);
        out[1] = TRANSLATE(s1e2w, address);
        out[2] = TRANSLATE(s1e0r, address);
        out[3] = TRANSLATE(s1e0w, address);
        out[4] = TRANSLATE(s1e1rp, address);
        out[5] = TRANSLATE(s1e1wp, address);
    } else {
        out[0] = TRANSLATE(s1e1r, address);
        out[1] = TRANSLATE(s1e1w, address);
        out[2] = TRANSLATE(s1e0r, address);
        out[3] = TRANSLATE(s1e0w, address);
        out[4] = TRANSLATE(s1e1rp, address);
        out[5] = TRANSLATE(s1e1wp, address);
    }
    return out + RESULTS_PER_ADDRESS;
}

static void put_on_console(const void *bytes, uint64_t length)
{
    static const char name[] = ":tt";
    uint64_t open[3] = { (uint64_t)name, 5 /* "wb" */, sizeof name - 1 };
    uint64_t file = (uint64_t)semihost(0x01, open);
    uint64_t left = length;
    while (left != 0) {
        // The result is the number of bytes that did not go; a full pipe takes fewer than all.
        uint64_t write[3] = { file, (uint64_t)bytes + (length - left), left };
        left = (uint64_t)semihost(0x05, write);
    }
}

int main(void)
{
    WRITE(scr_el3, SCR_NS | SCR_FIXED | SCR_RW);
    __asm__ volatile("msr pan, #1"); // for S1E1RP and S1E1WP
    BARRIER();

    volatile const uint64_t *in = INPUT;
    uint64_t *out = OUTPUT;
    *out++ = READ(id_aa64mmfr0_el1);
    *out++ = READ(id_aa64mmfr1_el1);
    *out++ = READ(id_aa64mmfr2_el1);
    *out++ = READ(s3_0_c0_c7_3); // ID_AA64MMFR3_EL1
    *out++ = READ(id_aa64pfr0_el1);
    *out++ = READ(id_aa64pfr1_el1);
    *out++ = READ(s3_0_c0_c2_6); // ID_MMFR4_EL1

    for (uint64_t records = *in++; records != 0; records--) {
        enum regime regime = (enum regime)in[0];
        uint64_t words = in[11], addresses = in[12];
        volatile const uint64_t *word = in + 13;
        for (uint64_t i = 0; i < words; i++) {
            *(volatile uint64_t *)word[2 * i] = word[2 * i + 1];
        }
        set_up(regime, in);
        volatile const uint64_t *address = word + 2 * words;
        for (uint64_t i = 0; i < addresses; i++) {
            out = translate(regime, in[7], address[i], out);
        }
        for (uint64_t i = 0; i < words; i++) {
            *(volatile uint64_t *)word[2 * i] = 0;
        }
        in = address + addresses;
    }

    put_on_console(OUTPUT, (uint64_t)(out - OUTPUT) * 8);
    quit(0);
    return 0;
}
