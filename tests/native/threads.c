/* Each exported function as the first call of a process (argument N), and all of them from many threads. */
#include <arm64mmiodecode.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                                                                       \
    do {                                                                                                                       \
        if (!(condition)) {                                                                                                    \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                                            \
            abort();                                                                                                           \
        }                                                                                                                      \
    } while (0)

static void call(int which)
{
    char text[512];
    arm64mmio_access access = ARM64MMIO_INIT(arm64mmio_access);
    arm64mmio_syndrome syndrome = ARM64MMIO_INIT(arm64mmio_syndrome);
    arm64mmio_exit exit = ARM64MMIO_INIT(arm64mmio_exit);
    arm64mmio_registers registers = ARM64MMIO_INIT(arm64mmio_registers);
    arm64mmio_stage1 stage1 = ARM64MMIO_INIT(arm64mmio_stage1);
    arm64mmio_translation translation = ARM64MMIO_INIT(arm64mmio_translation);
    arm64mmio_outcome outcome = ARM64MMIO_INIT(arm64mmio_outcome);
    arm64mmio_transaction transaction = ARM64MMIO_INIT(arm64mmio_transaction);
    arm64mmio_exception_context context = ARM64MMIO_INIT(arm64mmio_exception_context);
    arm64mmio_exception_state state = ARM64MMIO_INIT(arm64mmio_exception_state);
    arm64mmio_fault fault = {.reason = ARM64MMIO_FAULT_DATA_ABORT, .dfsc = 0x10, .address = 0x1234};
    arm64mmio_memory *memory = NULL;
    arm64mmio_vcpu *vcpu = NULL;
    static uint8_t page[4096];
    static const uint32_t code[] = {0xd503201f, 0xb8004548, 0xa9bf7bfd}; /* nop; str w8, [x10], #4; stp x29, x30, [sp, #-16]! */
    arm64mmio_finding findings[ARM64MMIO_SCAN_CAPACITY];
    size_t offset = 0;

    switch (which) {
    case 0: CHECK(arm64mmio_abi_version() >> 16 == ARM64MMIO_ABI_MAJOR); break;
    case 1: CHECK(strlen(arm64mmio_version()) >= 5); break;
    case 2: CHECK(strlen(arm64mmio_error_text(-1)) > 5); break;
    case 3: CHECK(arm64mmio_decode(0, 0xa9400440, 0, &access) == ARM64MMIO_DECODE_MEMORY_ACCESS && access.register_count == 2); break;
    case 4: CHECK(arm64mmio_decode_text(0, 0xa9400440, 0, text, sizeof text) == 16 && !strcmp(text, "ldp x0, x1, [x2]")); break;
    case 5: CHECK(arm64mmio_decode_encoding(0, 0xa9400440, 0, text, 4) > 4 && strlen(text) == 3); break;
    case 6: CHECK(arm64mmio_decode_feature(0, 0xa9400440, 0, NULL, 0) == 0); break;
    case 7: CHECK(arm64mmio_decode_unpredictable(0, 0xa9400040, 0, text, sizeof text) > 0); break;
    case 8: CHECK(arm64mmio_syndrome_parse(0x93800006, &syndrome) == 0 && syndrome.isv == 1); break;
    case 9: CHECK(arm64mmio_explain(&exit, 0, 0xa9400440, 1, text, sizeof text) > 0); break;
    case 10:
        CHECK(arm64mmio_memory_create(&memory) == 0);
        CHECK(arm64mmio_memory_add(memory, 0x40000000, page, sizeof page, 0) == 0);
        CHECK(arm64mmio_memory_add(memory, 0x40000800, page, sizeof page, 0) == ARM64MMIO_E_OVERLAP);
        CHECK(arm64mmio_stage1_translate(memory, &stage1, 0x40000010, 0, ARM64MMIO_TRANSLATE_PRIVILEGED, &translation) == 0);
        CHECK(translation.physical_address == 0x40000010);
        CHECK(arm64mmio_memory_remove(memory, 0x40000000) == 0);
        arm64mmio_memory_destroy(memory);
        break;
    case 11:
        CHECK(arm64mmio_vcpu_create(NULL, NULL, 0, &vcpu) == 0);
        CHECK(arm64mmio_vcpu_next(vcpu, &transaction) == 0);
        CHECK(arm64mmio_vcpu_complete(vcpu, NULL, 0) == ARM64MMIO_E_STATE);
        CHECK(arm64mmio_vcpu_commit(vcpu, &outcome) == ARM64MMIO_E_STATE);
        exit.source = ARM64MMIO_EXIT_ADDRESSES;
        exit.flags = ARM64MMIO_EXIT_HAS_FAR;
        exit.syndrome = 0x92000006;
        exit.far = exit.ipa = registers.x[2] = 0x9000000;
        exit.instruction_length = 4;
        memcpy(exit.instruction, "\x40\x04\x40\xa9", 4);
        CHECK(arm64mmio_vcpu_begin(vcpu, &exit, &registers, NULL, &outcome) == 0 && outcome.status == ARM64MMIO_STATUS_PENDING);
        CHECK(arm64mmio_vcpu_next(vcpu, &transaction) == 1 && transaction.length == 8);
        CHECK(arm64mmio_vcpu_complete(vcpu, "12345678", 8) == 0);
        CHECK(arm64mmio_vcpu_next(vcpu, &transaction) == 1 && transaction.address == 0x9000008);
        CHECK(arm64mmio_vcpu_fail(vcpu, 0x10) == 0);
        CHECK(arm64mmio_vcpu_commit(vcpu, &outcome) == 0 && outcome.status == ARM64MMIO_STATUS_GUEST_FAULT);
        CHECK(outcome.fault.address == 0x9000008 && registers.x[0] == 0);
        CHECK(arm64mmio_vcpu_explain(vcpu, text, sizeof text) > 100);
        CHECK(arm64mmio_vcpu_abandon(vcpu) == 0);
        arm64mmio_vcpu_destroy(vcpu);
        break;
    case 12:
        CHECK(arm64mmio_exception_entry(&context, &registers, &fault, &state) == 0 && state.far == 0x1234);
        break;
    case 13:
        CHECK(arm64mmio_scan_code(0, code, sizeof code, 0, &offset, findings, ARM64MMIO_SCAN_CAPACITY) == 1 && offset == sizeof code);
        CHECK(findings[0].offset == 4 && findings[0].reasons == ARM64MMIO_REASON_WRITEBACK && findings[0].base == 10);
        break;
    }
}

enum { FUNCTIONS = 14 };

static void *loop(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200 * FUNCTIONS; i++) {
        call(i % FUNCTIONS);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[8];

    for (int i = 0; i < FUNCTIONS; i++) {
        pid_t child = fork();
        int status = -1;

        if (child == 0) {
            call(i);
            _exit(0);
        }
        waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    for (int i = 0; i < 8; i++) {
        CHECK(pthread_create(&threads[i], NULL, loop, NULL) == 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    return 0;
}
