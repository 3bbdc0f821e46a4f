"""One data abort without a syndrome, from exit to changed registers, in Python.

    LD_LIBRARY_PATH=…/lib python3 exit.py
"""
import ctypes as c

lib = c.CDLL("libarm64mmiodecode.so.1")


class Structure(c.Structure):
    """A structure of arm64mmiodecode.h, which starts with its size."""

    def __init__(self, **members):
        super().__init__(size=c.sizeof(type(self)), **members)


class Registers(Structure):
    _fields_ = [("size", c.c_uint32), ("reserved", c.c_uint32), ("x", c.c_uint64 * 31), ("sp", c.c_uint64), ("pc", c.c_uint64),
                ("pstate", c.c_uint64), ("v", c.c_uint64 * 64), ("fpcr", c.c_uint64), ("accdata", c.c_uint64),
                ("rcwmask", c.c_uint64 * 2), ("rcwsmask", c.c_uint64 * 2), ("spsr", c.c_uint64 * 5)]


class Exit(Structure):
    _fields_ = [("size", c.c_uint32), ("source", c.c_uint32), ("syndrome", c.c_uint64), ("far", c.c_uint64), ("ipa", c.c_uint64),
                ("flags", c.c_uint32), ("instruction_length", c.c_uint32), ("instruction", c.c_uint8 * 8)]


class Fault(c.Structure):
    _fields_ = [("address", c.c_uint64), ("iss", c.c_uint32), ("reason", c.c_uint8), ("dfsc", c.c_uint8), ("is_write", c.c_uint8),
                ("address_not_valid", c.c_uint8), ("domain", c.c_uint8), ("reserved", c.c_uint8 * 7)]


class Outcome(Structure):
    _fields_ = [("size", c.c_uint32), ("status", c.c_uint8), ("reason", c.c_uint8), ("abort_class", c.c_uint8), ("action", c.c_uint8),
                ("not_emulated_reason", c.c_uint8), ("reserved", c.c_uint8 * 7), ("fault", Fault)]


class Transaction(Structure):
    _fields_ = [("size", c.c_uint32), ("operation", c.c_uint8), ("unprivileged", c.c_uint8), ("length", c.c_uint16),
                ("address", c.c_uint64), ("data", c.c_uint8 * 64), ("comparand", c.c_uint8 * 16), ("ordering", c.c_uint8),
                ("non_fault", c.c_uint8), ("reserved", c.c_uint8 * 6)]


def check(result):
    if result < 0:
        lib.arm64mmio_error_text.restype = c.c_char_p
        raise RuntimeError(lib.arm64mmio_error_text(result).decode())
    return result


text = c.create_string_buffer(256)
check(lib.arm64mmio_decode_text(0, 0xB8004548, 0, text, c.c_size_t(len(text))))
print(text.value.decode())

registers = Registers(pc=0x40000004, pstate=0x3C5)
registers.x[8] = 0xCAFE
registers.x[10] = 0x9000100
exit = Exit(source=1, syndrome=0x92000046, flags=1, far=0x9000100, ipa=0x9000100, instruction_length=4,
            instruction=(c.c_uint8 * 8)(0x48, 0x45, 0x00, 0xB8))

vcpu = c.c_void_p()
check(lib.arm64mmio_vcpu_create(None, None, 0, c.byref(vcpu)))
outcome, transaction = Outcome(), Transaction()
check(lib.arm64mmio_vcpu_begin(vcpu, c.byref(exit), c.byref(registers), None, c.byref(outcome)))
while check(lib.arm64mmio_vcpu_next(vcpu, c.byref(transaction))) == 1:
    value = int.from_bytes(bytes(transaction.data[:transaction.length]), "little")
    print(f"device: {transaction.length} bytes at 0x{transaction.address:x} = 0x{value:x}")
    check(lib.arm64mmio_vcpu_complete(vcpu, None, c.c_size_t(0)))
check(lib.arm64mmio_vcpu_commit(vcpu, c.byref(outcome)))
print(f"status {outcome.status}: x10 = 0x{registers.x[10]:x}, pc = 0x{registers.pc:x}")
lib.arm64mmio_vcpu_destroy(vcpu)
