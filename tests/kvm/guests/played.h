// Tests on the played kernel (fake-kvm.c): each is a process of its own, of which the lines on stderr are compared too. They run with
// LD_PRELOAD=libarm64mmiodecode-kvm.so.
#ifndef PLAYED_H
#define PLAYED_H

#include "fake-kvm.h"

#include <stddef.h>

#define GICD 0x08000000ull
#define GICR 0x080a0000ull
#define DEVICE 0x09000000ull
#define VBAR 0x603000000013c600ull
#define HAS_EL2 (1 << 7)
#define AARCH32 (1 << KVM_ARM_VCPU_EL1_32BIT)

#define LDP 0x29401020      // ldp w0, w4, [x1]
#define STP 0x29001020      // stp w0, w4, [x1]
#define STR_POST 0xb8004424 // str w4, [x1], #4
#define LDM_A32 0xe891000c  // ldm r1, {r2, r3}
#define READ 0x7            // translation fault, level 3
#define WRITE 0x47

struct test
{
    const char *name;
    void (*body)(void);
    const char *variable, *value; // in its environment
    const char *says;             // part of what is on stderr
};

void expect(int good, const char *what);
int enter(void);
int mmio(uint64_t address, unsigned length, int is_write);
int at_end(void);
void set_attribute(uint32_t type, uint64_t attribute, uint64_t value);
void guest(uint32_t opcode, uint64_t syndrome, uint64_t address);
void gic(void);
void gic_guest(uint32_t features);
int run_tests(const struct test *tests, size_t count, const char *only);

#endif
