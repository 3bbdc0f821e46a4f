/*
 * arm64mmiodecode.h: the C interface of Arm64MmioDecode.
 *
 * When a guest touches an emulated device with an instruction that the syndrome does not describe (a data abort with
 * ESR_ELx.ISV = 0), this library decodes the instruction (A64, A32, T32) and performs the access on your devices.
 *
 *   decode        arm64mmio_decode, arm64mmio_decode_text …         an opcode -> what it accesses
 *   syndromes     arm64mmio_syndrome_parse, arm64mmio_explain       ESR_ELx -> its fields; an exit in sentences
 *   memory        arm64mmio_memory_*                                the guest's memory, by slots of your address space
 *   translation   arm64mmio_stage1_translate                        a walk of the guest's own page tables
 *   exits         arm64mmio_vcpu_*                                  begin, next, complete or fail, commit
 *   faults        arm64mmio_exception_entry                         what to write to give the guest an exception
 *   scan          arm64mmio_scan_code                               which instructions of some code would exit with ISV = 0
 *
 * Rules that hold for every function:
 *   - A result below 0 is an arm64mmio_error; the library reports errors in no other way, and no exception crosses.
 *   - Each structure starts with its size in bytes, which the caller sets (ARM64MMIO_INIT does). Later versions add members at
 *     the end: a caller that was compiled with an earlier header goes on working, and with a later one, too, as long as it
 *     leaves members that this library does not know at 0.
 *   - Pointers may be NULL only where it is said so.
 *   - Functions without an object may be called from all threads at the same time. An arm64mmio_memory may be used and
 *     changed by all threads at the same time. An arm64mmio_vcpu is for one thread at a time, which need not be the same one
 *     each time; a call while another one is at work is refused with ARM64MMIO_E_BUSY.
 *   - Not to be called in a child after fork() without exec() in a process that has called the library before the fork, nor
 *     from a signal handler.
 *   - Whatever a guest does (opcode, registers, page tables, addresses), the work of a call is bounded, and it touches no
 *     memory but what it was given.
 *   - The first call starts a runtime (about a millisecond), with one thread more. It ignores SIGPIPE where no handler is
 *     installed.
 *
 * Names of instructions, fields, registers and faults are those of the Arm Architecture Reference Manual.
 */
#ifndef ARM64MMIODECODE_H
#define ARM64MMIODECODE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. Programs of the same major version go together. */
#define ARM64MMIO_ABI_MAJOR 1
#define ARM64MMIO_ABI_MINOR 0

/* All members 0 but the size: arm64mmio_access access = ARM64MMIO_INIT(arm64mmio_access); */
#ifdef __cplusplus
#define ARM64MMIO_INIT(type) arm64mmio_init_<type>()
#else
#define ARM64MMIO_INIT(type) ((type){ .size = sizeof(type) })
#endif

typedef enum arm64mmio_error {
    ARM64MMIO_OK = 0,
    ARM64MMIO_E_ARGUMENT = -1, /* NULL where it is not allowed, or a value that is out of its range */
    ARM64MMIO_E_SIZE = -2,     /* a structure's size is too small, or members that this version does not know are not 0 */
    ARM64MMIO_E_STATE = -3,    /* not now: no transaction is outstanding, or some are */
    ARM64MMIO_E_BUSY = -4,     /* another call on the same object is at work */
    ARM64MMIO_E_OVERLAP = -5,  /* a memory slot overlaps another one */
    ARM64MMIO_E_INTERNAL = -6  /* a fault of the library: please report it */
} arm64mmio_error;

/* ARM64MMIO_ABI_MAJOR << 16 | ARM64MMIO_ABI_MINOR of the library that is loaded. */
uint32_t arm64mmio_abi_version(void);

/* The version of the library, such as "1.0.0". The string stays valid. */
const char *arm64mmio_version(void);

/* An error in words. The string stays valid; never NULL. */
const char *arm64mmio_error_text(int error);

/* ---- Decode --------------------------------------------------------------------------------------------------------- */

typedef enum arm64mmio_instruction_set { ARM64MMIO_SET_A64 = 0, ARM64MMIO_SET_A32 = 1, ARM64MMIO_SET_T32 = 2 } arm64mmio_instruction_set;

typedef enum arm64mmio_decode_status {
    ARM64MMIO_DECODE_NOT_MEMORY_ACCESS = 0,
    ARM64MMIO_DECODE_UNALLOCATED = 1, /* no instruction, in a part of the encoding space that belongs to memory accesses */
    ARM64MMIO_DECODE_MEMORY_ACCESS = 2
} arm64mmio_decode_status;

typedef enum arm64mmio_access_kind {
    ARM64MMIO_KIND_NONE = 0,
    ARM64MMIO_KIND_LOAD = 1,
    ARM64MMIO_KIND_STORE = 2,
    ARM64MMIO_KIND_READ_MODIFY_WRITE = 3,
    ARM64MMIO_KIND_COMPARE_AND_SWAP = 4,
    ARM64MMIO_KIND_LOAD_EXCLUSIVE = 5,
    ARM64MMIO_KIND_STORE_EXCLUSIVE = 6,
    ARM64MMIO_KIND_PREFETCH = 7,
    ARM64MMIO_KIND_CACHE_MAINTENANCE = 8,
    ARM64MMIO_KIND_ZERO_BLOCK = 9,
    ARM64MMIO_KIND_TAG_LOAD = 10,
    ARM64MMIO_KIND_TAG_STORE = 11,
    ARM64MMIO_KIND_MEMORY_COPY = 12,
    ARM64MMIO_KIND_MEMORY_SET = 13,
    ARM64MMIO_KIND_GUARDED_CONTROL_STACK = 14
} arm64mmio_access_kind;

typedef enum arm64mmio_register_file {
    ARM64MMIO_FILE_NONE = 0,
    ARM64MMIO_FILE_GENERAL = 1,
    ARM64MMIO_FILE_SIMD_AND_FLOATING_POINT = 2,
    ARM64MMIO_FILE_SCALABLE_VECTOR = 3,
    ARM64MMIO_FILE_PREDICATE = 4,
    ARM64MMIO_FILE_ZA_ARRAY = 5,
    ARM64MMIO_FILE_ZT0 = 6,
    ARM64MMIO_FILE_SYSTEM = 7
} arm64mmio_register_file;

typedef enum arm64mmio_load_extend { ARM64MMIO_EXTEND_NONE = 0, ARM64MMIO_EXTEND_ZERO = 1, ARM64MMIO_EXTEND_SIGN = 2 } arm64mmio_load_extend;

typedef enum arm64mmio_addressing_mode {
    ARM64MMIO_ADDRESSING_OFFSET = 0,
    ARM64MMIO_ADDRESSING_PRE_INDEX = 1,
    ARM64MMIO_ADDRESSING_POST_INDEX = 2,
    ARM64MMIO_ADDRESSING_LITERAL = 3,
    ARM64MMIO_ADDRESSING_VECTOR_BASE = 4,
    ARM64MMIO_ADDRESSING_REPORTED = 5 /* from a syndrome: the exit tells the address */
} arm64mmio_addressing_mode;

typedef enum arm64mmio_index_extend {
    ARM64MMIO_INDEX_NONE = 0, /* no index register */
    ARM64MMIO_INDEX_LSL = 1,
    ARM64MMIO_INDEX_UXTW = 2,
    ARM64MMIO_INDEX_SXTW = 3,
    ARM64MMIO_INDEX_SXTX = 4,
    ARM64MMIO_INDEX_LSR = 5,
    ARM64MMIO_INDEX_ASR = 6,
    ARM64MMIO_INDEX_ROR = 7,
    ARM64MMIO_INDEX_RRX = 8
} arm64mmio_index_extend;

typedef enum arm64mmio_property {
    ARM64MMIO_PROPERTY_ACQUIRE = 1 << 0,
    ARM64MMIO_PROPERTY_ACQUIRE_PC = 1 << 1,
    ARM64MMIO_PROPERTY_RELEASE = 1 << 2,
    ARM64MMIO_PROPERTY_LIMITED_ORDERING = 1 << 3,
    ARM64MMIO_PROPERTY_UNPRIVILEGED = 1 << 4,
    ARM64MMIO_PROPERTY_NON_TEMPORAL = 1 << 5,
    ARM64MMIO_PROPERTY_SUBTRACT_INDEX = 1 << 6,
    ARM64MMIO_PROPERTY_USER_BANK = 1 << 7,
    ARM64MMIO_PROPERTY_BFLOAT16 = 1 << 8,
    ARM64MMIO_PROPERTY_READ_CHECK_WRITE = 1 << 9,
    ARM64MMIO_PROPERTY_AUTHENTICATED = 1 << 10,
    ARM64MMIO_PROPERTY_WRITES_TAGS = 1 << 11,
    ARM64MMIO_PROPERTY_ZEROES_DATA = 1 << 12,
    ARM64MMIO_PROPERTY_FAULT_SUPPRESSING = 1 << 13,
    ARM64MMIO_PROPERTY_GUARDED_CONTROL_STACK = 1 << 14,
    ARM64MMIO_PROPERTY_VECTOR_LENGTH_SCALED = 1 << 15
} arm64mmio_property;

/* Why the syndrome of an abort on the instruction would not be valid. */
typedef enum arm64mmio_no_syndrome_reason {
    ARM64MMIO_REASON_WRITEBACK = 1 << 0,
    ARM64MMIO_REASON_PAIR = 1 << 1,
    ARM64MMIO_REASON_MULTIPLE_REGISTERS = 1 << 2,
    ARM64MMIO_REASON_SIMD_AND_FLOATING_POINT = 1 << 3,
    ARM64MMIO_REASON_SVE = 1 << 4,
    ARM64MMIO_REASON_SME = 1 << 5,
    ARM64MMIO_REASON_EXCLUSIVE = 1 << 6,
    ARM64MMIO_REASON_ATOMIC = 1 << 7,
    ARM64MMIO_REASON_PREFETCH = 1 << 8,
    ARM64MMIO_REASON_CACHE_MAINTENANCE = 1 << 9,
    ARM64MMIO_REASON_ZERO_BLOCK = 1 << 10,
    ARM64MMIO_REASON_TAG = 1 << 11,
    ARM64MMIO_REASON_MEMORY_COPY_OR_SET = 1 << 12,
    ARM64MMIO_REASON_GUARDED_CONTROL_STACK = 1 << 13,
    ARM64MMIO_REASON_PROGRAM_COUNTER = 1 << 14,
    ARM64MMIO_REASON_NOT_LISTED = 1 << 15
} arm64mmio_no_syndrome_reason;

/* What a memory instruction does, from its opcode alone. */
typedef struct arm64mmio_access {
    uint32_t size;
    uint32_t opcode;
    uint8_t set;               /* arm64mmio_instruction_set */
    uint8_t length;            /* of the instruction in bytes: 2 or 4 */
    uint8_t kind;              /* arm64mmio_access_kind */
    uint8_t register_file;     /* arm64mmio_register_file */
    uint8_t extend;            /* arm64mmio_load_extend */
    uint8_t addressing;        /* arm64mmio_addressing_mode */
    uint8_t index_extend;      /* arm64mmio_index_extend */
    uint8_t index_shift;       /* in bits */
    uint8_t rt;                /* first transferred register */
    uint8_t rt2;               /* second one of a pair */
    uint8_t rn;                /* base: 31 is SP in A64, 15 is PC in A32 and T32 */
    uint8_t rm;                /* index, status (Rs of a store exclusive) or operand register, where there is one */
    uint8_t condition;         /* A32 and T32: as in bits 31:28 of an A32 instruction; 14 always */
    uint8_t lane;              /* of a single-structure access */
    uint8_t register_count;    /* how many of registers count; registers that do not fit are left out */
    uint8_t reserved;
    uint16_t register_width;   /* in bits: 32 for Wt, 64 for Xt, 8 to 128 for SIMD&FP */
    uint16_t element_size;     /* bytes of one element of memory */
    uint32_t element_count;    /* 0 where it depends on registers or the vector length */
    uint32_t total_size;       /* bytes; 0 likewise, and for prefetches and cache maintenance */
    int32_t offset;            /* bytes; of a post-indexed access what is added to the base afterwards */
    uint32_t properties;       /* arm64mmio_property, or-ed */
    uint32_t no_syndrome_reasons; /* arm64mmio_no_syndrome_reason, or-ed; 0: ISV = 1 */
    uint8_t has_valid_syndrome;   /* 1: an abort on it has ISV = 1 */
    uint8_t writeback;         /* 1: the base register changes */
    uint8_t is_write;          /* 1: WnR = 1 */
    uint8_t is_unpredictable;  /* 1: register fields or should-be bits are CONSTRAINED UNPREDICTABLE */
    uint8_t registers[32];     /* in transfer order */
} arm64mmio_access;

/*
 * Decodes one instruction. opcode: 32 bits, or a 16-bit T32 instruction in bits 15:0; a 32-bit T32 instruction has its first
 * halfword in bits 31:16. itstate: PSTATE.IT for T32, else 0. access may be NULL. Returns an arm64mmio_decode_status.
 */
int arm64mmio_decode(uint32_t set, uint32_t opcode, uint32_t itstate, arm64mmio_access *access);

/*
 * Texts about an instruction: its assembly as LLVM prints it, Arm's name of the encoding, the feature that it needs (empty for
 * the base architecture), and its CONSTRAINED UNPREDICTABLE condition (empty when there is none). All write at most capacity
 * bytes, a NUL included, and return the length that the whole text has without NUL, as snprintf does; buffer may be NULL with
 * capacity 0. A word that is no memory access has empty texts.
 */
int arm64mmio_decode_text(uint32_t set, uint32_t opcode, uint32_t itstate, char *buffer, size_t capacity);
int arm64mmio_decode_encoding(uint32_t set, uint32_t opcode, uint32_t itstate, char *buffer, size_t capacity);
int arm64mmio_decode_feature(uint32_t set, uint32_t opcode, uint32_t itstate, char *buffer, size_t capacity);
int arm64mmio_decode_unpredictable(uint32_t set, uint32_t opcode, uint32_t itstate, char *buffer, size_t capacity);

/* ---- Syndromes ------------------------------------------------------------------------------------------------------ */

/* ESR_ELx of a data abort. A member whose field does not apply is 0. */
typedef struct arm64mmio_syndrome {
    uint32_t size;
    uint8_t ec;          /* exception class, bits 31:26 */
    uint8_t il;
    uint8_t isv;
    uint8_t sas;         /* log2 of the access size */
    uint8_t sse;
    uint8_t srt;
    uint8_t sf;
    uint8_t ar;
    uint8_t vncr;
    uint8_t fnv;
    uint8_t fnp;
    uint8_t ea;
    uint8_t cm;
    uint8_t s1ptw;
    uint8_t wnr;
    uint8_t dfsc;        /* fault status code, bits 5:0 */
    uint8_t lst;         /* FEAT_LS64: 0 no 64-byte access, 1 ST64BV, 2 LD64B or ST64B, 3 ST64BV0 */
    uint8_t xs;          /* its status register */
    uint8_t gcs;
    uint8_t hpfar_valid; /* 1: HPFAR_EL2 holds the IPA of this fault */
} arm64mmio_syndrome;

int arm64mmio_syndrome_parse(uint64_t esr, arm64mmio_syndrome *syndrome);

typedef enum arm64mmio_exit_source {
    ARM64MMIO_EXIT_REGISTERS = 0, /* syndrome, far and ipa are ESR_EL2, FAR_EL2 and HPFAR_EL2 */
    ARM64MMIO_EXIT_ADDRESSES = 1, /* ESR_EL2 with a virtual (if ARM64MMIO_EXIT_HAS_FAR) and a guest-physical address */
    ARM64MMIO_EXIT_KVM_NISV = 2   /* syndrome and ipa are arm_nisv.esr_iss and arm_nisv.fault_ipa of KVM_EXIT_ARM_NISV */
} arm64mmio_exit_source;

typedef enum arm64mmio_exit_flags { ARM64MMIO_EXIT_HAS_FAR = 1 << 0 } arm64mmio_exit_flags;

/* A data abort as the hypervisor's interface reports it. */
typedef struct arm64mmio_exit {
    uint32_t size;
    uint32_t source;         /* arm64mmio_exit_source */
    uint64_t syndrome;
    uint64_t far;
    uint64_t ipa;
    uint32_t flags;          /* arm64mmio_exit_flags */
    uint32_t instruction_length; /* how many bytes of the instruction the hypervisor delivered: 0, 2 or 4 */
    uint8_t instruction[8];  /* they, as they lie in memory */
} arm64mmio_exit;

/*
 * Explains an exit to a person, in English, several lines: why the syndrome was empty, what the guest did, what to do. With
 * has_opcode = 0 the instruction is not known. Returns as arm64mmio_decode_text.
 */
int arm64mmio_explain(const arm64mmio_exit *exit, uint32_t set, uint32_t opcode, int has_opcode, char *buffer, size_t capacity);

/* ---- Guest memory --------------------------------------------------------------------------------------------------- */

/* The guest's physical memory, for opcodes, page tables and the parts of an access that lie in RAM. */
typedef struct arm64mmio_memory arm64mmio_memory;

typedef enum arm64mmio_memory_flags { ARM64MMIO_MEMORY_READ_ONLY = 1 << 0 } arm64mmio_memory_flags;

int arm64mmio_memory_create(arm64mmio_memory **memory);

/* Frees it. No vCPU may use it any more. NULL is allowed. */
void arm64mmio_memory_destroy(arm64mmio_memory *memory);

/*
 * Adds length bytes at host as the guest-physical addresses from guest_address up. They have to stay mapped until the slot is
 * removed. Other threads, and the guest, may read and write them at any time.
 */
int arm64mmio_memory_add(arm64mmio_memory *memory, uint64_t guest_address, void *host, uint64_t length, uint32_t flags);

/* Removes the slot that starts at guest_address; when it returns, no call accesses its bytes any more. */
int arm64mmio_memory_remove(arm64mmio_memory *memory, uint64_t guest_address);

/* ---- Translation ---------------------------------------------------------------------------------------------------- */

typedef enum arm64mmio_regime {
    ARM64MMIO_REGIME_EL10 = 0, /* EL1&0, AArch64 */
    ARM64MMIO_REGIME_EL20 = 1, /* EL2&0: HCR_EL2.E2H = 1 */
    ARM64MMIO_REGIME_EL2 = 2,
    ARM64MMIO_REGIME_AARCH32_EL10 = 3
} arm64mmio_regime;

/* Flags of arm64mmio_stage1. */
typedef enum arm64mmio_stage1_flags { ARM64MMIO_STAGE1_DEFAULT_CACHEABLE = 1 << 0 /* HCR_EL2.DC */ } arm64mmio_stage1_flags;

/*
 * The registers of the guest's stage 1 translation. Registers of features that the vCPU does not have stay 0. For a guest whose
 * EL1 is AArch32: TTBCR in tcr[31:0] and TTBCR2 in tcr[63:32], MAIR0 or PRRR in mair[31:0], MAIR1 or NMRR in mair[63:32].
 */
typedef struct arm64mmio_stage1 {
    uint32_t size;
    uint32_t regime; /* arm64mmio_regime */
    uint64_t id_aa64mmfr0, id_aa64mmfr1, id_aa64mmfr2, id_aa64mmfr3; /* what the vCPU implements */
    uint64_t id_aa64pfr0, id_aa64pfr1, id_mmfr4;
    uint64_t sctlr, tcr, tcr2, ttbr0, ttbr1, mair, mair2, pir, pire0, por, por_el0;
    uint32_t dacr;
    uint32_t flags; /* arm64mmio_stage1_flags */
    /* Of a vCPU that has an EL2 of its own; else 0. hcr has E2H and TGE, which make the regime; with VM it turns on the stage 2 that the rest
       describes, for the EL1&0 regimes. They are the vCPU's registers, not those of the hypervisor that it runs under. */
    uint64_t hcr, hcrx, vtcr, vttbr, sctlr_el2, s2pir, s2por;
    uint64_t id_aa64isar0, id_aa64isar1, id_aa64isar2; /* likewise what the vCPU implements: TCR_EL1.{TBID0, TBID1, NFD0, NFD1} need it */
} arm64mmio_stage1;

typedef enum arm64mmio_translation_access { ARM64MMIO_TRANSLATE_READ = 0, ARM64MMIO_TRANSLATE_WRITE = 1, ARM64MMIO_TRANSLATE_FETCH = 2 } arm64mmio_translation_access;

typedef enum arm64mmio_translation_flags {
    ARM64MMIO_TRANSLATE_PRIVILEGED = 1 << 0, /* EL1 or EL2, not EL0 */
    ARM64MMIO_TRANSLATE_PAN = 1 << 1,        /* PSTATE.PAN */
    ARM64MMIO_TRANSLATE_NON_FAULT = 1 << 2   /* a non-fault access of SVE: TCR_EL1.{NFD0, NFD1} count */
} arm64mmio_translation_flags;

typedef enum arm64mmio_translation_fault {
    ARM64MMIO_TRANSLATION_OK = 0,
    ARM64MMIO_TRANSLATION_ADDRESS_SIZE = 1,
    ARM64MMIO_TRANSLATION_TRANSLATION = 2,
    ARM64MMIO_TRANSLATION_ACCESS_FLAG = 3,
    ARM64MMIO_TRANSLATION_PERMISSION = 4,
    ARM64MMIO_TRANSLATION_DOMAIN = 5,
    ARM64MMIO_TRANSLATION_EXTERNAL_ABORT = 6, /* on the walk: a table is not in memory */
    ARM64MMIO_TRANSLATION_NOT_SUPPORTED = 7
} arm64mmio_translation_fault;

typedef struct arm64mmio_translation {
    uint32_t size;
    uint32_t fault;            /* arm64mmio_translation_fault */
    uint64_t physical_address; /* the guest's: an IPA for the hypervisor */
    uint64_t block_size;       /* bytes that the one descriptor maps */
    int32_t level;             /* -1 to 3: of the final descriptor or of the fault */
    uint32_t permissions;      /* 1 read, 2 write, 4 execute, or-ed */
    uint8_t stage2;            /* 1: the fault is one of the guest's own stage 2, for its EL2 */
    uint8_t on_table_walk;     /* 1: of stage 2 on a descriptor of stage 1 (S1PTW) */
    uint8_t reserved[6];
    uint64_t fault_ipa;        /* of a fault of stage 2 */
    uint8_t attributes;        /* the memory type, as an attribute of MAIR_ELx has it; 0 of a fault */
    uint8_t shareability;      /* 0 none, 2 outer, 3 inner */
    uint8_t reserved2[6];
} arm64mmio_translation;

/* Walks the guest's page tables, as the processor would with an empty TLB. Returns ARM64MMIO_OK also for a fault of the guest's. */
int arm64mmio_stage1_translate(arm64mmio_memory *memory, const arm64mmio_stage1 *registers, uint64_t virtual_address,
                               uint32_t access, uint32_t flags, arm64mmio_translation *translation);

/* ---- Exits ---------------------------------------------------------------------------------------------------------- */

/*
 * The registers of SVE, SME and the Guarded Control Stack. What is not of the vCPU's features stays 0. Lengths are bytes, powers of two from
 * 16 to 256; registers are bytes in ascending order, byte 0 with bits 7:0, and of predicates bit n belongs to byte n of a vector.
 * Only the registers that an instruction names are read, and only in begin and commit.
 */
typedef struct arm64mmio_extensions {
    uint32_t size;
    uint16_t vector_length;           /* VL / 8: streaming_vector_length while streaming, else as ZCR_ELx makes it */
    uint16_t streaming_vector_length; /* SVL / 8; 0 without SME */
    uint16_t vector_stride;           /* from a Z register to the next; of P an eighth of it; a multiple of 8; 0 is vector_length */
    uint8_t streaming;                /* PSTATE.SM */
    uint8_t za_enabled;               /* PSTATE.ZA */
    uint8_t full_a64;                 /* 1: FEAT_SME_FA64 and SMCR_ELx.FA64 */
    uint8_t reserved[3];
    uint8_t *z;                       /* 32 registers of vector_length bytes; V registers are their low parts, and v is not used */
    uint8_t *p;                       /* 16 registers of vector_length / 8 bytes */
    uint8_t *ffr;                     /* vector_length / 8 bytes */
    uint8_t *za;                      /* while za_enabled: streaming_vector_length vectors of as many bytes */
    uint8_t *zt0;                     /* while za_enabled: 64 bytes; zeros without SME2 */
    uint64_t gcspr, gcscr;            /* GCSPR_ELx, which the commit changes, and GCSCR_ELx (at EL0 GCSCRE0_EL1) of the current Exception level */
    uint64_t elr, spsr;               /* ELR_ELx and SPSR_ELx likewise, for GCSPUSHX and GCSPOPCX */
} arm64mmio_extensions;

/* The registers of a vCPU: the caller fills them before begin, and commit changes them. */
typedef struct arm64mmio_registers {
    uint32_t size;
    uint32_t reserved;
    uint64_t x[31];   /* of an AArch32 guest: the registers of all modes, where an AArch64 hypervisor has them */
    uint64_t sp;      /* of the current Exception level and PSTATE.SP */
    uint64_t pc;
    uint64_t pstate;  /* as SPSR_ELx; of AArch32 the CPSR */
    uint64_t v[32][2]; /* low half first; needed only for instructions that use them */
    uint64_t fpcr;    /* floating-point atomics */
    uint64_t accdata; /* ACCDATA_EL1: ST64BV0 */
    uint64_t rcwmask[2], rcwsmask[2]; /* read-check-write instructions */
    uint64_t spsr_svc, spsr_abt, spsr_und, spsr_irq, spsr_fiq; /* AArch32: SRS and exception returns */
    arm64mmio_extensions *extensions; /* for ARM64MMIO_VCPU_SCALABLE and ARM64MMIO_VCPU_GUARDED_CONTROL_STACK; else not used */
} arm64mmio_registers;

typedef enum arm64mmio_exclusives { ARM64MMIO_EXCLUSIVES_FAULT = 0, ARM64MMIO_EXCLUSIVES_PERFORM = 1, ARM64MMIO_EXCLUSIVES_ALWAYS_SUCCEED = 2 } arm64mmio_exclusives;
typedef enum arm64mmio_atomics { ARM64MMIO_ATOMICS_FAULT = 0, ARM64MMIO_ATOMICS_PERFORM = 1 } arm64mmio_atomics;
typedef enum arm64mmio_sixty_four_bytes { ARM64MMIO_SIXTY_FOUR_BYTES_FAULT = 0, ARM64MMIO_SIXTY_FOUR_BYTES_SPLIT = 1, ARM64MMIO_SIXTY_FOUR_BYTES_SINGLE = 2 } arm64mmio_sixty_four_bytes;
typedef enum arm64mmio_unaligned { ARM64MMIO_UNALIGNED_SPLIT = 0, ARM64MMIO_UNALIGNED_FAULT = 1, ARM64MMIO_UNALIGNED_PASS = 2 } arm64mmio_unaligned;
typedef enum arm64mmio_cache_maintenance { ARM64MMIO_CACHE_MAINTENANCE_IGNORE = 0, ARM64MMIO_CACHE_MAINTENANCE_REPORT = 1 } arm64mmio_cache_maintenance;
typedef enum arm64mmio_unpredictable { ARM64MMIO_UNPREDICTABLE_PERFORM = 0, ARM64MMIO_UNPREDICTABLE_REPORT = 1, ARM64MMIO_UNPREDICTABLE_UNDEFINED = 2 } arm64mmio_unpredictable;
typedef enum arm64mmio_unsupported { ARM64MMIO_UNSUPPORTED_REPORT = 0, ARM64MMIO_UNSUPPORTED_EXTERNAL_ABORT = 1, ARM64MMIO_UNSUPPORTED_UNDEFINED = 2 } arm64mmio_unsupported;

/* What to do where the architecture or the embedder has a choice. All 0 is the safe default. */
typedef struct arm64mmio_options {
    uint32_t size;
    uint8_t bus_width;         /* bytes of the widest transaction: 1, 2, 4, 8 or 16; 0 is 8. Wider elements are split in ascending order */
    uint8_t exclusives;        /* arm64mmio_exclusives */
    uint8_t atomics;           /* arm64mmio_atomics */
    uint8_t sixty_four_bytes;  /* arm64mmio_sixty_four_bytes */
    uint8_t unaligned;         /* arm64mmio_unaligned */
    uint8_t cache_maintenance; /* arm64mmio_cache_maintenance */
    uint8_t unpredictable;     /* arm64mmio_unpredictable */
    uint8_t unsupported;       /* arm64mmio_unsupported */
    uint8_t big_endian;        /* 1: data is big-endian; ignored with translation, which knows SCTLR_EL1.EE and E0E */
    uint8_t top_byte_ignored;  /* 1: TBI; ignored with translation, which knows TCR_EL1 */
    uint8_t tagged_memory;     /* 1: the bus has Allocation Tags, and gets tag transactions */
    uint8_t join_elements;     /* 1: neighbouring elements go over the bus together, up to bus_width */
    uint8_t whole_transactions; /* 1: atomics and store exclusives are one compare-and-exchange each: for several CPUs */
    uint8_t reserved[3];
    uint32_t zero_block_size;  /* bytes of DC ZVA; 0 is 64 */
    uint32_t copy_limit;       /* bytes of a memory copy or set that one exit performs; 0 is 4096 */
} arm64mmio_options;

/* Flags of arm64mmio_vcpu_create. */
typedef enum arm64mmio_vcpu_flags {
    ARM64MMIO_VCPU_TRANSLATES = 1 << 0, /* arm64mmio_vcpu_begin gets the stage 1 registers: opcodes are fetched and addresses translated */
    ARM64MMIO_VCPU_SCALABLE = 1 << 1,   /* the vCPU has SVE or SME: registers.extensions has Z, P and FFR, and ZA and ZT0 while PSTATE.ZA is 1 */
    ARM64MMIO_VCPU_GUARDED_CONTROL_STACK = 1 << 2 /* the vCPU has FEAT_GCS: registers.extensions has gcspr, gcscr, elr and spsr */
} arm64mmio_vcpu_flags;

typedef struct arm64mmio_vcpu arm64mmio_vcpu;

typedef enum arm64mmio_status {
    ARM64MMIO_STATUS_PENDING = 0,      /* transactions are outstanding, or the commit is */
    ARM64MMIO_STATUS_COMPLETED = 1,    /* done, pc is behind the instruction: re-enter the guest */
    ARM64MMIO_STATUS_CONTINUE = 2,     /* part of a memory copy is done, registers say so: re-enter the guest */
    ARM64MMIO_STATUS_RETRY = 3,        /* what is at pc does not explain the exit; nothing changed: re-enter the guest */
    ARM64MMIO_STATUS_GUEST_FAULT = 4,  /* the guest takes an exception: outcome.fault, arm64mmio_exception_entry */
    ARM64MMIO_STATUS_NOT_INSTRUCTION_ACCESS = 5, /* not an access of the instruction's own: outcome.action says what to do */
    ARM64MMIO_STATUS_NOT_EMULATED = 6, /* outcome.reason says why; nothing changed */
    ARM64MMIO_STATUS_ABANDONED = 7     /* pc has changed since begin (a reset, a snapshot): registers were left as they are; re-enter the guest */
} arm64mmio_status;

typedef enum arm64mmio_action {
    ARM64MMIO_ACTION_NONE = 0,
    ARM64MMIO_ACTION_INJECT_FAULT = 1,
    ARM64MMIO_ACTION_SKIP_INSTRUCTION = 2,
    ARM64MMIO_ACTION_MAP_MEMORY = 3,
    ARM64MMIO_ACTION_REPAIR_HYPERVISOR = 4,
    ARM64MMIO_ACTION_HAND_OVER = 5
} arm64mmio_action;

typedef enum arm64mmio_fault_reason {
    ARM64MMIO_FAULT_NONE = 0,
    ARM64MMIO_FAULT_DATA_ABORT = 1,
    ARM64MMIO_FAULT_UNDEFINED_INSTRUCTION = 2,
    ARM64MMIO_FAULT_STACK_POINTER_ALIGNMENT = 3,
    ARM64MMIO_FAULT_POINTER_AUTHENTICATION = 4,
    ARM64MMIO_FAULT_MEMORY_COPY_OR_SET = 5,
    ARM64MMIO_FAULT_GUARDED_CONTROL_STACK = 6
} arm64mmio_fault_reason;

/* An exception for the guest, apart from the state of the processor that takes it. */
typedef struct arm64mmio_fault {
    uint64_t address;         /* virtual, for FAR_ELx */
    uint32_t iss;             /* ESR_ELx.ISS of exceptions that are no data abort */
    uint8_t reason;           /* arm64mmio_fault_reason */
    uint8_t dfsc;             /* of a data abort; 0x3D and 0x3E are AArch32's Domain faults */
    uint8_t is_write;         /* WnR */
    uint8_t address_not_valid; /* FnV */
    uint8_t domain;           /* AArch32 short descriptors: DFSR.Domain */
    uint8_t reserved[7];
} arm64mmio_fault;

typedef struct arm64mmio_outcome {
    uint32_t size;
    uint8_t status;              /* arm64mmio_status */
    uint8_t reason;              /* why, as a number; arm64mmio_vcpu_explain says it in words */
    uint8_t abort_class;         /* likewise */
    uint8_t action;              /* arm64mmio_action */
    uint8_t not_emulated_reason; /* as a number */
    uint8_t reserved[7];
    arm64mmio_fault fault;       /* fault.reason is 0 where there is none */
} arm64mmio_outcome;

typedef enum arm64mmio_operation {
    ARM64MMIO_OPERATION_READ = 0,
    ARM64MMIO_OPERATION_WRITE = 1,
    ARM64MMIO_OPERATION_READ_TAG = 2,
    ARM64MMIO_OPERATION_WRITE_TAG = 3,
    ARM64MMIO_OPERATION_COMPARE_EXCHANGE = 4 /* only with whole_transactions */
} arm64mmio_operation;

/* One access that a device sees as a whole. */
typedef struct arm64mmio_transaction {
    uint32_t size;
    uint8_t operation;    /* arm64mmio_operation */
    uint8_t unprivileged; /* 1: with the permissions of EL0 (LDTR, STTR …) */
    uint16_t length;      /* bytes: 1, 2, 4, 8, 16 or 64; 16, the granule, for a tag */
    uint64_t address;     /* guest-physical; virtual without ARM64MMIO_VCPU_TRANSLATES where the exit tells no IPA of this part */
    uint8_t data[64];     /* of a write: the bytes as they are to lie in memory; of a tag its 4 bits in data[0] */
    uint8_t comparand[16]; /* of a compare-and-exchange: what memory has to hold for data to be written */
    uint8_t ordering;     /* 1 acquire, 2 acquirePC, 4 release, or-ed */
    uint8_t non_fault;    /* 1: a non-fault read of SVE, which may be refused without a fault */
    uint8_t reserved[6];
} arm64mmio_transaction;

/* Creates the emulator of one vCPU. memory may be NULL when opcodes come with the exits; options may be NULL. */
int arm64mmio_vcpu_create(arm64mmio_memory *memory, const arm64mmio_options *options, uint32_t flags, arm64mmio_vcpu **vcpu);

/* Frees it. NULL is allowed. */
void arm64mmio_vcpu_destroy(arm64mmio_vcpu *vcpu);

/*
 * Begins an exit; nothing is accessed but opcode and page tables. registers and stage1 (NULL without
 * ARM64MMIO_VCPU_TRANSLATES) have to stay where they are until commit or abandon, with what registers.extensions points to; registers
 * change in the commit only.
 * Then: while (arm64mmio_vcpu_next(vcpu, &t) == 1) { perform t; complete or fail } and commit. Any time may pass between
 * the calls. Beginning the next exit abandons the present one.
 */
int arm64mmio_vcpu_begin(arm64mmio_vcpu *vcpu, const arm64mmio_exit *exit, arm64mmio_registers *registers,
                         const arm64mmio_stage1 *stage1, arm64mmio_outcome *outcome);

/* 1: *transaction is the next one, until it is completed or has failed; 0: there is none, and commit is due. */
int arm64mmio_vcpu_next(arm64mmio_vcpu *vcpu, arm64mmio_transaction *transaction);

/*
 * The transaction was performed. Of a read the bytes as the device has them in ascending order of addresses, exactly as many
 * as transaction.length (one byte for a tag), and of a compare-and-exchange what memory held before; of a write data is NULL and length 0, but 8 bytes of status for a write of 64
 * bytes from ST64BV or ST64BV0.
 */
int arm64mmio_vcpu_complete(arm64mmio_vcpu *vcpu, const void *data, size_t length);

/* The device refused: dfsc is the fault status code for the guest, usually 0x10 (synchronous External abort). */
int arm64mmio_vcpu_fail(arm64mmio_vcpu *vcpu, uint32_t dfsc);

/* Changes the registers, when all transactions have been performed; tells how the exit ended. */
int arm64mmio_vcpu_commit(arm64mmio_vcpu *vcpu, arm64mmio_outcome *outcome);

/* Forgets the exit: no register changes, and the blocks given to begin are no longer used. */
int arm64mmio_vcpu_abandon(arm64mmio_vcpu *vcpu);

/* Explains the exit that ended last, as arm64mmio_explain; before the blocks given to begin change. */
int arm64mmio_vcpu_explain(arm64mmio_vcpu *vcpu, char *buffer, size_t capacity);

/* ---- Faults --------------------------------------------------------------------------------------------------------- */

/* Where the exception is taken to: EL1, AArch64 or AArch32; with hcr also the vCPU's own EL2, as HCR_EL2.{TGE, TEA} and HCRX_EL2 route it. */
typedef struct arm64mmio_exception_context {
    uint32_t size;
    uint8_t aarch32;          /* 1: EL1 is AArch32 */
    uint8_t long_descriptors; /* AArch32: TTBCR.EAE */
    uint8_t reserved[2];
    uint64_t vbar, sctlr, sctlr2; /* VBAR_EL1 or VBAR, SCTLR_EL1 or SCTLR, SCTLR2_EL1 (with hcr only where hcrx has SCTLR2En) */
    uint64_t id_aa64pfr1, id_aa64mmfr1; /* which bits of PSTATE the vCPU has (PAN, SSBS, MTE …) */
    uint64_t hcr, hcrx; /* of a vCPU that has an EL2 of its own, with the next three; else 0 */
    uint64_t vbar_el2, sctlr_el2, sctlr2_el2;
    uint64_t gcscr, gcscr_el2; /* GCSCR_EL1 and GCSCR_EL2 (FEAT_GCS): EXLOCKEN */
} arm64mmio_exception_context;

/* What to write into the vCPU; nothing else changes. */
typedef struct arm64mmio_exception_state {
    uint32_t size;
    uint8_t far_valid; /* 0: FAR_EL1 (DFAR) is not written */
    uint8_t esr_valid; /* 0: ESR_EL1 (DFSR) is not written (AArch32's Undefined exception) */
    uint8_t lr_number; /* AArch32: the X register that is LR of the new mode; elr goes there. AArch64: 0, elr is ELR_EL1 */
    uint8_t mode;      /* AArch32: the new mode, which selects SPSR_abt or SPSR_und; AArch64: 0, spsr is SPSR_EL1 */
    uint64_t pc, pstate, esr, far, elr, spsr;
    uint32_t target_level; /* 2: esr, far, elr and spsr are for EL2; else 1 */
    uint32_t reserved;
} arm64mmio_exception_state;

int arm64mmio_exception_entry(const arm64mmio_exception_context *context, const arm64mmio_registers *registers,
                              const arm64mmio_fault *fault, arm64mmio_exception_state *state);

/* ---- Scan ----------------------------------------------------------------------------------------------------------- */

/* An instruction that would exit with ISV = 0 if it touched a device. */
typedef struct arm64mmio_finding {
    uint32_t size;
    uint32_t opcode;
    uint64_t offset;  /* bytes from the beginning of the code */
    uint32_t reasons; /* arm64mmio_no_syndrome_reason, or-ed */
    uint8_t length;   /* of the instruction: 2 or 4 */
    uint8_t base;     /* the base register: 31 is SP in A64, 13 in A32 and T32 */
    uint8_t reserved[2];
} arm64mmio_finding;

typedef enum arm64mmio_scan_flags {
    ARM64MMIO_SCAN_ALL = 1 << 0 /* accesses with base SP and literals, too */
} arm64mmio_scan_flags;

/* The shortest list of findings that arm64mmio_scan_code takes. */
#define ARM64MMIO_SCAN_CAPACITY 64

/*
 * Lists findings in code, a stretch of one instruction set, from *offset on, and sets *offset to where to go on: call again until
 * *offset is length. capacity: at least ARM64MMIO_SCAN_CAPACITY. Returns how many findings were written (0 is no end).
 */
int arm64mmio_scan_code(uint32_t set, const void *code, size_t length, uint32_t flags, size_t *offset,
                        arm64mmio_finding *findings, size_t capacity);

#ifdef __cplusplus
}

template <typename T> inline T arm64mmio_init_()
{
    T value = T();
    value.size = sizeof(T);
    return value;
}
#endif

#endif
