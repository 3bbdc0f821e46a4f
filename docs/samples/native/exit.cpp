// One data abort without a syndrome, from exit to changed registers, in C++.
//
//   c++ -std=c++11 exit.cpp $(pkg-config --cflags --libs arm64mmiodecode) && ./a.out
#include <arm64mmiodecode.h>
#include <cstdio>
#include <cstring>
#include <memory>

int main()
{
    char text[256];
    arm64mmio_decode_text(ARM64MMIO_SET_A64, 0xb8004548, 0, text, sizeof text);
    std::puts(text);

    auto registers = ARM64MMIO_INIT(arm64mmio_registers);
    registers.pc = 0x40000004;
    registers.pstate = 0x3c5;
    registers.x[8] = 0xcafe;
    registers.x[10] = 0x9000100;

    auto exit = ARM64MMIO_INIT(arm64mmio_exit);
    exit.source = ARM64MMIO_EXIT_ADDRESSES;
    exit.syndrome = 0x92000046;
    exit.flags = ARM64MMIO_EXIT_HAS_FAR;
    exit.far = exit.ipa = 0x9000100;
    exit.instruction_length = 4;
    std::memcpy(exit.instruction, "\x48\x45\x00\xb8", 4);

    arm64mmio_vcpu *created = nullptr;
    if (arm64mmio_vcpu_create(nullptr, nullptr, 0, &created) != ARM64MMIO_OK) {
        return 1;
    }
    std::unique_ptr<arm64mmio_vcpu, decltype(&arm64mmio_vcpu_destroy)> vcpu(created, arm64mmio_vcpu_destroy);

    auto outcome = ARM64MMIO_INIT(arm64mmio_outcome);
    auto transaction = ARM64MMIO_INIT(arm64mmio_transaction);
    arm64mmio_vcpu_begin(vcpu.get(), &exit, &registers, nullptr, &outcome);
    while (arm64mmio_vcpu_next(vcpu.get(), &transaction) == 1) {
        unsigned long long value = 0;
        std::memcpy(&value, transaction.data, sizeof value);
        std::printf("device: %u bytes at 0x%llx = 0x%llx\n", unsigned(transaction.length), (unsigned long long)transaction.address, value);
        arm64mmio_vcpu_complete(vcpu.get(), nullptr, 0);
    }
    arm64mmio_vcpu_commit(vcpu.get(), &outcome);
    std::printf("status %u: x10 = 0x%llx, pc = 0x%llx\n", unsigned(outcome.status),
                (unsigned long long)registers.x[10], (unsigned long long)registers.pc);
    return outcome.status == ARM64MMIO_STATUS_COMPLETED ? 0 : 1;
}
