//! One data abort without a syndrome, from exit to changed registers, in Rust.
//!
//!     rustc --edition 2021 exit.rs -L …/lib && LD_LIBRARY_PATH=…/lib ./exit
use std::ffi::{c_void, CStr};
use std::mem::{size_of, zeroed};
use std::os::raw::{c_char, c_int};
use std::ptr::{null, null_mut};

#[repr(C)]
struct Registers {
    size: u32,
    reserved: u32,
    x: [u64; 31],
    sp: u64,
    pc: u64,
    pstate: u64,
    v: [[u64; 2]; 32],
    fpcr: u64,
    accdata: u64,
    rcwmask: [u64; 2],
    rcwsmask: [u64; 2],
    spsr: [u64; 5],
}

#[repr(C)]
struct Exit {
    size: u32,
    source: u32,
    syndrome: u64,
    far: u64,
    ipa: u64,
    flags: u32,
    instruction_length: u32,
    instruction: [u8; 8],
}

#[repr(C)]
struct Fault {
    address: u64,
    iss: u32,
    reason: u8,
    dfsc: u8,
    is_write: u8,
    address_not_valid: u8,
    domain: u8,
    reserved: [u8; 7],
}

#[repr(C)]
struct Outcome {
    size: u32,
    status: u8,
    reason: u8,
    abort_class: u8,
    action: u8,
    not_emulated_reason: u8,
    reserved: [u8; 7],
    fault: Fault,
}

#[repr(C)]
struct Transaction {
    size: u32,
    operation: u8,
    unprivileged: u8,
    length: u16,
    address: u64,
    data: [u8; 64],
    comparand: [u8; 16],
    ordering: u8,
    non_fault: u8,
    reserved: [u8; 6],
}

#[link(name = "arm64mmiodecode")]
extern "C" {
    fn arm64mmio_decode_text(set: u32, opcode: u32, itstate: u32, buffer: *mut c_char, capacity: usize) -> c_int;
    fn arm64mmio_vcpu_create(memory: *mut c_void, options: *const c_void, flags: u32, vcpu: *mut *mut c_void) -> c_int;
    fn arm64mmio_vcpu_destroy(vcpu: *mut c_void);
    fn arm64mmio_vcpu_begin(vcpu: *mut c_void, exit: *const Exit, registers: *mut Registers, stage1: *const c_void, outcome: *mut Outcome) -> c_int;
    fn arm64mmio_vcpu_next(vcpu: *mut c_void, transaction: *mut Transaction) -> c_int;
    fn arm64mmio_vcpu_complete(vcpu: *mut c_void, data: *const c_void, length: usize) -> c_int;
    fn arm64mmio_vcpu_commit(vcpu: *mut c_void, outcome: *mut Outcome) -> c_int;
}

fn main() {
    // SAFETY: the structures are those of arm64mmiodecode.h, and stay where they are until the commit.
    unsafe {
        let mut text = [0 as c_char; 256];
        arm64mmio_decode_text(0, 0xb8004548, 0, text.as_mut_ptr(), text.len());
        println!("{}", CStr::from_ptr(text.as_ptr()).to_str().unwrap());

        let mut registers = Registers { size: size_of::<Registers>() as u32, pc: 0x40000004, pstate: 0x3c5, ..zeroed() };
        registers.x[8] = 0xcafe;
        registers.x[10] = 0x9000100;
        let exit = Exit {
            size: size_of::<Exit>() as u32,
            source: 1,
            syndrome: 0x92000046,
            far: 0x9000100,
            ipa: 0x9000100,
            flags: 1,
            instruction_length: 4,
            instruction: [0x48, 0x45, 0x00, 0xb8, 0, 0, 0, 0],
        };

        let mut vcpu = null_mut();
        assert_eq!(arm64mmio_vcpu_create(null_mut(), null(), 0, &mut vcpu), 0);
        let mut outcome = Outcome { size: size_of::<Outcome>() as u32, ..zeroed() };
        let mut transaction = Transaction { size: size_of::<Transaction>() as u32, ..zeroed() };
        assert_eq!(arm64mmio_vcpu_begin(vcpu, &exit, &mut registers, null(), &mut outcome), 0);
        while arm64mmio_vcpu_next(vcpu, &mut transaction) == 1 {
            let value = u64::from_le_bytes(transaction.data[..8].try_into().unwrap());
            println!("device: {} bytes at {:#x} = {:#x}", transaction.length, transaction.address, value);
            arm64mmio_vcpu_complete(vcpu, null(), 0);
        }
        arm64mmio_vcpu_commit(vcpu, &mut outcome);
        println!("status {}: x10 = {:#x}, pc = {:#x}", outcome.status, registers.x[10], registers.pc);
        arm64mmio_vcpu_destroy(vcpu);
    }
}
