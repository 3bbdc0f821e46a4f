#define _GNU_SOURCE
#include "played.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int bad;

void expect(int good, const char *what)
{
    if (!good)
    {
        fprintf(stderr, "wrong: %s\n", what);
        bad = 1;
    }
}

int enter(void) { return ioctl(kvm_fds[2], KVM_RUN, 0); }

int mmio(uint64_t address, unsigned length, int is_write)
{
    return run->exit_reason == KVM_EXIT_MMIO && run->mmio.phys_addr == address && run->mmio.len == length && run->mmio.is_write == is_write;
}

int at_end(void) { return run->exit_reason == KVM_EXIT_SYSTEM_EVENT; }

void set_attribute(uint32_t type, uint64_t attribute, uint64_t value)
{
    struct kvm_create_device device = { .type = type };
    ioctl(kvm_fds[1], KVM_CREATE_DEVICE, &device);
    struct kvm_device_attr attr = { .group = KVM_DEV_ARM_VGIC_GRP_ADDR, .attr = attribute, .addr = (uintptr_t)&value };
    ioctl(device.fd, KVM_SET_DEVICE_ATTR, &attr);
}

void guest(uint32_t opcode, uint64_t syndrome, uint64_t address)
{
    ram[0] = opcode;
    fake.syndrome = syndrome;
    fake.fault_ipa = address;
    *fake_register(PC) = RAM_BASE;
    *fake_register(X(0)) = 0x11111111;
    *fake_register(X(1)) = address;
    *fake_register(X(4)) = 0x44444444;
    *fake_register(VBAR) = RAM_BASE + 0x2000;
}

// A GICv3 whose first word, 0x10203040, and second, 0x50607080, the guest reads as a pair.
void gic(void)
{
    set_attribute(KVM_DEV_TYPE_ARM_VGIC_V3, KVM_VGIC_V3_ADDR_TYPE_DIST, GICD);
    set_attribute(KVM_DEV_TYPE_ARM_VGIC_V3, KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR);
    memcpy(fake.device, (uint32_t[]){ 0x10203040, 0x50607080 }, 8);
    guest(LDP, READ, GICD);
}

void gic_guest(uint32_t features)
{
    fake_machine(features);
    gic();
}

static int passes(const struct test *test)
{
    int ends[2];
    char said[4096];
    size_t length = 0;
    ssize_t more;
    if (pipe(ends))
    {
        return 0;
    }

    pid_t child = fork();
    if (child == 0)
    {
        alarm(120);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (test->variable)
        {
            setenv(test->variable, test->value, 1);
        }

        test->body();
        exit(bad);
    }

    close(ends[1]);
    while ((more = read(ends[0], said + length, sizeof said - 1 - length)) > 0)
    {
        length += (size_t)more;
    }

    said[length] = 0;
    close(ends[0]);
    int status = -1;
    waitpid(child, &status, 0);
    int good = status == 0 && strstr(said, test->says);
    printf("%s %s\n", good ? "PASS" : "FAIL", test->name);
    if (!good)
    {
        printf("status %x, said:\n%s", status, said);
    }

    fflush(stdout);
    return good;
}

int run_tests(const struct test *tests, size_t count, const char *only)
{
    int failures = 0;
    for (size_t i = 0; i < count; i++)
    {
        failures += (!only || strcmp(only, tests[i].name) == 0) && !passes(&tests[i]);
    }

    printf("checks done, %d failed\n", failures);
    return failures != 0;
}
