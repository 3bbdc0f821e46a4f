/*
 * One data abort without a syndrome, from exit to changed registers, in C.
 *
 *   cc exit.c $(pkg-config --cflags --libs arm64mmiodecode) && ./a.out
 */
#include <arm64mmiodecode.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The hypervisor's device: four bytes that can be read, and anything can be written. */
static int device(const arm64mmio_transaction *t, uint8_t *data)
{
    static const uint8_t registers[8] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};
    uint64_t value = 0;

    if (t->operation == ARM64MMIO_OPERATION_READ) {
        memcpy(data, &registers[t->address & 7], t->length);
        return 0;
    }
    memcpy(&value, t->data, t->length);
    printf("device: %u bytes at 0x%" PRIx64 " = 0x%" PRIx64 "\n", t->length, t->address, value);
    return 0;
}

int main(void)
{
    const uint8_t instruction[4] = {0x48, 0x45, 0x00, 0xb8}; /* the bytes at PC: str w8, [x10], #4 */
    arm64mmio_registers registers = ARM64MMIO_INIT(arm64mmio_registers);
    arm64mmio_exit exit = ARM64MMIO_INIT(arm64mmio_exit);
    arm64mmio_outcome outcome = ARM64MMIO_INIT(arm64mmio_outcome);
    arm64mmio_transaction transaction = ARM64MMIO_INIT(arm64mmio_transaction);
    arm64mmio_vcpu *vcpu;
    char text[4096];

    arm64mmio_decode_text(ARM64MMIO_SET_A64, 0xb8004548, 0, text, sizeof text);
    printf("%s\n", text);

    registers.pc = 0x40000004;
    registers.pstate = 0x3c5;
    registers.x[8] = 0xcafe;
    registers.x[10] = 0x9000100;

    exit.source = ARM64MMIO_EXIT_ADDRESSES;
    exit.syndrome = 0x92000046; /* a write, translation fault, ISV = 0 */
    exit.flags = ARM64MMIO_EXIT_HAS_FAR;
    exit.far = exit.ipa = 0x9000100;
    exit.instruction_length = 4;
    memcpy(exit.instruction, instruction, 4);

    if (arm64mmio_vcpu_create(NULL, NULL, 0, &vcpu) != ARM64MMIO_OK) {
        return 1;
    }
    if (arm64mmio_vcpu_begin(vcpu, &exit, &registers, NULL, &outcome) != ARM64MMIO_OK) {
        return 1;
    }
    while (arm64mmio_vcpu_next(vcpu, &transaction) == 1) {
        uint8_t data[64];

        if (device(&transaction, data) != 0) {
            arm64mmio_vcpu_fail(vcpu, 0x10);
        } else if (transaction.operation == ARM64MMIO_OPERATION_READ) {
            arm64mmio_vcpu_complete(vcpu, data, transaction.length);
        } else {
            arm64mmio_vcpu_complete(vcpu, NULL, 0);
        }
    }
    arm64mmio_vcpu_commit(vcpu, &outcome);
    printf("status %u: x10 = 0x%" PRIx64 ", pc = 0x%" PRIx64 "\n", outcome.status, registers.x[10], registers.pc);
    arm64mmio_vcpu_destroy(vcpu);
    return outcome.status == ARM64MMIO_STATUS_COMPLETED ? 0 : 1;
}
