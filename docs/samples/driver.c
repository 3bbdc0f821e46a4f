/* What compilers make of accesses to a device: docs/scanning.md. */
typedef unsigned int u32;
typedef unsigned long u64;

struct descriptor
{
    u64 address, length, flags, next;
};

/* A loop over a block of registers: the increment is folded into the store. */
void clear_registers(volatile u32 *address, int count)
{
    while (count--)
        *address++ = 0;
}

/* Two registers read one after the other, without volatile: one LDP. */
u64 read_counter(u64 *registers)
{
    return registers[0] + registers[1];
}

/* A structure in device memory: copied with SIMD registers. */
void post(struct descriptor *ring, const struct descriptor *descriptor)
{
    *ring = *descriptor;
}

/* An atomic operation on a device: an exclusive pair, or an LSE atomic. */
void set_bits(u32 *doorbell, u32 bits)
{
    __atomic_fetch_or(doorbell, bits, __ATOMIC_RELAXED);
}

/* What drivers should do: the instruction is written down, and no compiler changes it. */
static inline void writel(u32 value, volatile u32 *address)
{
    __asm__ volatile("str %w0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}

void clear_registers_safely(volatile u32 *address, int count)
{
    while (count--)
        writel(0, address++);
}
