// One data abort without a syndrome, from exit to changed registers, in Go.
//
//	PKG_CONFIG_PATH=…/lib/pkgconfig LD_LIBRARY_PATH=…/lib go run exit.go
package main

/*
#cgo pkg-config: arm64mmiodecode
#include <arm64mmiodecode.h>
#include <stdlib.h>
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// The blocks that the library keeps until the commit live in C's memory: Go's may move.
type blocks struct {
	registers C.arm64mmio_registers
	exit      C.arm64mmio_exit
	outcome   C.arm64mmio_outcome
	next      C.arm64mmio_transaction
}

func main() {
	text := make([]byte, 256)
	length := C.arm64mmio_decode_text(C.ARM64MMIO_SET_A64, 0xb8004548, 0, (*C.char)(unsafe.Pointer(&text[0])), C.size_t(len(text)))
	fmt.Println(string(text[:length]))

	b := (*blocks)(C.calloc(1, C.size_t(unsafe.Sizeof(blocks{}))))
	defer C.free(unsafe.Pointer(b))
	b.registers.size = C.sizeof_arm64mmio_registers
	b.registers.pc = 0x40000004
	b.registers.pstate = 0x3c5
	b.registers.x[8] = 0xcafe
	b.registers.x[10] = 0x9000100
	b.exit.size = C.sizeof_arm64mmio_exit
	b.exit.source = C.ARM64MMIO_EXIT_ADDRESSES
	b.exit.syndrome = 0x92000046
	b.exit.flags = C.ARM64MMIO_EXIT_HAS_FAR
	b.exit.far = 0x9000100
	b.exit.ipa = 0x9000100
	b.exit.instruction_length = 4
	binary.LittleEndian.PutUint32((*[8]byte)(unsafe.Pointer(&b.exit.instruction))[:], 0xb8004548)
	b.outcome.size = C.sizeof_arm64mmio_outcome
	b.next.size = C.sizeof_arm64mmio_transaction

	var vcpu *C.arm64mmio_vcpu
	if C.arm64mmio_vcpu_create(nil, nil, 0, &vcpu) != C.ARM64MMIO_OK {
		panic("no vCPU")
	}
	defer C.arm64mmio_vcpu_destroy(vcpu)
	C.arm64mmio_vcpu_begin(vcpu, &b.exit, &b.registers, nil, &b.outcome)
	for C.arm64mmio_vcpu_next(vcpu, &b.next) == 1 {
		value := binary.LittleEndian.Uint64((*[64]byte)(unsafe.Pointer(&b.next.data))[:])
		fmt.Printf("device: %d bytes at 0x%x = 0x%x\n", b.next.length, b.next.address, value)
		C.arm64mmio_vcpu_complete(vcpu, nil, 0)
	}
	C.arm64mmio_vcpu_commit(vcpu, &b.outcome)
	fmt.Printf("status %d: x10 = 0x%x, pc = 0x%x\n", b.outcome.status, b.registers.x[10], b.registers.pc)
}
